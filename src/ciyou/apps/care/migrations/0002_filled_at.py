from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('care', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='filledquestionnaire',
            name='filled_at',
            field=models.DateTimeField(null=True),
        ),
    ]
