"""What stands under which packs, and why something came out otherwise."""

from django.db import migrations, models
from django.db.models import F

from ciyou.apps.audit.wall import walled
from ciyou.core.access.actor import LOCAL_OPERATOR


def note_packs(apps, schema_editor):
    with walled(LOCAL_OPERATOR):
        apps.get_model("entitlements", "Determination").objects.update(seen_packs=F("pack_version"))


class Migration(migrations.Migration):
    dependencies = [("entitlements", "0002_case_decisions")]
    operations = [
        migrations.AddField("determination", "seen_packs", models.CharField(default="", max_length=64), preserve_default=False),
        migrations.AddField("determination", "causes", models.BinaryField(default=bytes)),
        migrations.RunPython(note_packs, migrations.RunPython.noop),
        migrations.RemoveIndex("determination", "determination_packs"),
        migrations.AddIndex(
            "determination",
            models.Index(fields=["current", "seen_packs", "division"], name="determination_seen_packs"),
        ),
    ]
