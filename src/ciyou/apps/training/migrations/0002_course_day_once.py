from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("training", "0001_initial")]

    operations = [
        migrations.RemoveIndex(model_name="coursesession", name="course_sessions"),
        migrations.AddConstraint(
            model_name="coursesession",
            constraint=models.UniqueConstraint(fields=("course", "held_on"), name="course_day_once"),
        ),
    ]
