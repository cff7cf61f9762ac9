"""Lists of work are of what is open, and few of all tasks are: indexes of these alone, and one that counts what has ended."""

import django.db.models.deletion
from django.db import migrations, models

OPEN = models.Q(state="open")
OF_COLUMNS = {"cases_task_person_id_ed0d8e8d": "person_id", "cases_task_post_id_1e8c1c93": "post_id"}


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_visits_that_met_somebody")]

    operations = [
        migrations.RemoveIndex("task", "task_place"),
        migrations.RemoveIndex("task", "task_queue"),
        migrations.RemoveIndex("task", "task_owner"),
        # The indexes of two columns of their own: others begin with the person, and by its post only open work is looked for. Dropped
        # by name, where Django would copy the whole table on SQLite (a million tasks: minutes).
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f"DROP INDEX IF EXISTS {name}",
                    f"CREATE INDEX IF NOT EXISTS {name} ON cases_task ({column})",
                )
                for name, column in OF_COLUMNS.items()
            ],
            state_operations=[
                migrations.AlterField(
                    "task",
                    "person",
                    models.ForeignKey(
                        "registry.Person",
                        on_delete=django.db.models.deletion.CASCADE,
                        null=True,
                        related_name="tasks",
                        db_index=False,
                    ),
                ),
                migrations.AlterField(
                    "task",
                    "post",
                    models.ForeignKey(
                        "accounts.Post",
                        on_delete=django.db.models.deletion.SET_NULL,
                        null=True,
                        related_name="tasks",
                        db_index=False,
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            "task",
            models.Index(
                fields=["post", "kind", "due_on", "person", "state"],
                # Not what a queue holds: it would be found here, by having no post, and read one by one.
                condition=models.Q(state="open", post__isnull=False),
                name="task_open_owner",
            ),
        ),
        migrations.AddIndex(
            "task",
            models.Index(
                fields=["person", "department", "kind", "queue_role", "post", "state"],
                condition=OPEN,
                name="task_open_person",
            ),
        ),
        migrations.AddIndex(
            "task",
            models.Index(fields=["division", "kind", "due_on", "id", "person", "state"], condition=OPEN, name="task_open_place"),
        ),
        migrations.AddIndex(
            "task",
            models.Index(
                fields=["queue_role", "division", "stage_told", "kind", "due_on", "post", "department", "id", "state"],
                condition=OPEN,
                name="task_open_queue",
            ),
        ),
        migrations.AddIndex(
            "task",
            models.Index(fields=["division", "kind", "state", "post"], condition=~OPEN, name="task_ended"),
        ),
    ]
