"""The authorisation to verify is a paper too, and has the longest name."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("awards", "0001_initial")]
    operations = [
        migrations.AlterField(model_name="paper", name="kind", field=models.CharField(max_length=32)),
    ]
