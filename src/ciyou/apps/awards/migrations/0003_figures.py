from django.db import migrations, models


class Migration(migrations.Migration):
    """Figures ask for the steps and the applications of one month, not for all there ever were."""

    dependencies = [("awards", "0002_kinds_of_papers")]

    operations = [
        migrations.AddIndex(
            model_name="application",
            index=models.Index(fields=["received_on", "division"], name="application_received"),
        ),
        migrations.AddIndex(
            model_name="applicationstep",
            index=models.Index(fields=["step", "at"], name="application_step_at"),
        ),
    ]
