from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exchange", "0002_identity_lists")]
    operations = [
        migrations.AddField(model_name="identitylist", name="answer_file", field=models.JSONField(default=dict)),
    ]
