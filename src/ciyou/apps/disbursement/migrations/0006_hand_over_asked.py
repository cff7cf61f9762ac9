from django.db import migrations, models


class Migration(migrations.Migration):
    """Handing over is asked for, and done by the worker."""

    dependencies = [("disbursement", "0005_one_index_of_a_run")]
    operations = [
        migrations.AddField(
            model_name="monthrun", name="hand_over_asked", field=models.JSONField(default=dict)
        ),
    ]
