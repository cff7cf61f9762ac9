from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("care", "0003_campaigns")]
    operations = [
        migrations.AddField("campaign", "school_code", models.CharField(blank=True, default="", max_length=10)),
        migrations.AddField("campaign", "school_name", models.CharField(blank=True, default="", max_length=60)),
        migrations.AddField("campaign", "unknown_school", models.PositiveIntegerField(default=0)),
    ]
