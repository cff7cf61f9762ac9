"""What the first form of the log held becomes entries of the log; each keeps the hash it had in its details."""

import json

from django.db import migrations


def carry_over(apps, schema_editor):
    entry_model, seen_model = apps.get_model("audit", "LogEntry"), apps.get_model("audit", "PersonSeen")
    for row in apps.get_model("audit", "DisclosureRecord").objects.order_by("id").iterator():
        entry = entry_model.objects.create(
            at=row.at,
            kind="disclosure",
            actor_id=row.actor_id,
            role=row.role,
            purpose=row.purpose,
            action=row.action,
            subject=row.subject,
            person_count=row.person_count,
            fields=_canonical(row.fields),
            details=_canonical({"first_form_hash": row.hash}),
            highest_class=row.highest_class,
            origin=row.origin,
        )
        seen_model.objects.bulk_create([seen_model(entry=entry, person_id=person) for person in row.person_ids])


def _canonical(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_log")]
    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]
