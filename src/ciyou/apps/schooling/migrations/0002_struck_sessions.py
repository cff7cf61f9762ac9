from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("schooling", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="homesession", name="struck_by", field=models.CharField(blank=True, max_length=64, default=""), preserve_default=False
        ),
        migrations.AddField(model_name="homesession", name="struck_at", field=models.DateTimeField(null=True)),
    ]
