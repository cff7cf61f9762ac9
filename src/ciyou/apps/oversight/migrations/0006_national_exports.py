import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("oversight", "0005_wall_of_disbursement")]

    operations = [
        migrations.CreateModel(
            name="NationalExport",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("actor_id", models.CharField(max_length=64)),
                ("post_id", models.CharField(max_length=64)),
                ("mapping", models.CharField(max_length=64)),
                ("which", models.CharField(max_length=16)),
                ("purpose", models.CharField(max_length=32)),
                ("reason", models.CharField(max_length=400)),
                ("lang", models.CharField(max_length=2)),
                ("origin", models.CharField(blank=True, max_length=64)),
                ("secret", models.BinaryField(null=True)),
                ("rows", models.PositiveIntegerField(default=0)),
                ("position", models.PositiveIntegerField(default=0)),
                ("failed", models.CharField(blank=True, max_length=32)),
                ("begun_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["actor_id", "begun_at"], name="national_export_maker")],
            },
        ),
    ]
