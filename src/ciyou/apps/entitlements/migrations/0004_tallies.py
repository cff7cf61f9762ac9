"""What would settle most, added up by place."""

import django.db.models.deletion
from django.db import migrations, models

from ciyou.apps.audit.wall import walled
from ciyou.core.access.actor import LOCAL_OPERATOR


def note_places(apps, schema_editor):
    with walled(LOCAL_OPERATOR):
        current = apps.get_model("entitlements", "Determination").objects.filter(current=True).order_by()
        divisions = list(current.values_list("division", flat=True).distinct())
    # Outside: the wall around this table, and the rights of the role behind it, come with a later migration.
    place = apps.get_model("entitlements", "TallyPlace")
    place.objects.bulk_create([place(division=division) for division in divisions], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("entitlements", "0003_seen_packs_and_causes")]
    operations = [
        migrations.CreateModel(
            name="TallyPlace",
            fields=[
                ("division", models.CharField(max_length=13, primary_key=True, serialize=False)),
                ("stale", models.BooleanField(default=True)),
                ("kept_at", models.DateTimeField(null=True)),
            ],
            options={"indexes": [models.Index(fields=["stale", "kept_at"], name="tally_stale")]},
        ),
        migrations.CreateModel(
            name="OpenTally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=80)),
                ("children", models.PositiveIntegerField()),
                ("alone_children", models.PositiveIntegerField()),
                ("alone_categories", models.PositiveIntegerField()),
                ("alone_fen", models.BigIntegerField()),
                ("alone_unbounded", models.PositiveIntegerField()),
                ("shared_children", models.PositiveIntegerField()),
                ("shared_fen", models.BigIntegerField()),
                ("place", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="tallies", to="entitlements.tallyplace")),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("place", "key"), name="one_tally_of_a_place")]},
        ),
        migrations.RunPython(note_places, migrations.RunPython.noop),
    ]
