import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The sums of the months, kept for figures."""

    dependencies = [("disbursement", "0002_lines_by_run")]

    operations = [
        migrations.CreateModel(
            name="KeptSums",
            fields=[
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="kept_sums",
                        serialize=False,
                        to="disbursement.monthrun",
                    ),
                ),
                ("basis", models.CharField(max_length=64)),
                ("content", models.JSONField()),
                ("kept_at", models.DateTimeField()),
            ],
        ),
    ]
