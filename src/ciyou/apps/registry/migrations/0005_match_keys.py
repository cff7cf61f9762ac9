import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('registry', '0004_opened_moves'),
    ]

    operations = [
        migrations.CreateModel(
            name='MatchKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.BigIntegerField()),
                ('key_id', models.CharField(max_length=9)),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='match_keys', to='registry.person')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['key', 'person'], name='match_key'),
                    models.Index(fields=['person', 'key_id'], name='match_key_person'),
                ],
            },
        ),
    ]
