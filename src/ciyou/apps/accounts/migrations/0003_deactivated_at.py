"""Since when somebody may not sign in any more: of who was deactivated before, as the log says."""

import uuid

from django.db import migrations, models

from ciyou.apps.audit.wall import walled
from ciyou.core.access.actor import LOCAL_OPERATOR


def read_the_log(apps, schema_editor):
    user = apps.get_model("accounts", "User")
    closed = {str(one) for one in user.objects.filter(is_active=False).values_list("id", flat=True)}
    if not closed:
        return
    with walled(LOCAL_OPERATOR):
        log = apps.get_model("audit", "LogEntry").objects.filter(action="deactivate_user").order_by("at", "id")
        since = {subject: at for subject, at in log.values_list("subject", "at") if subject in closed}
    for user_id, at in since.items():
        user.objects.filter(id=uuid.UUID(user_id)).update(deactivated_at=at)


class Migration(migrations.Migration):
    # The role behind which the log is read comes with the wall.
    dependencies = [
        ("accounts", "0002_wrong_tries"),
        ("audit", "0005_append_only"),
        ("oversight", "0002_row_level_security"),
    ]
    operations = [
        migrations.AddField("user", "deactivated_at", models.DateTimeField(null=True)),
        migrations.RunPython(read_the_log, migrations.RunPython.noop),
    ]
