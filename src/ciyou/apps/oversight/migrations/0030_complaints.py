"""Complaints about burdens for show, and the second wall around them: there for whoever sent one, and in the county that answers."""

import uuid

from django.db import migrations, models

from ciyou.apps.audit.row_security import Rows, wall_statements, within
from ciyou.apps.audit.schema_operations import OnSchema

WALLED = {"oversight_complaint": Rows(f"user_id = current_setting('ciyou.user', true) OR {within('division')}")}
OPEN = {}


def build_wall(schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for statement in wall_statements(WALLED, OPEN):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("oversight", "0029_wall_of_guidance")]

    operations = [
        migrations.CreateModel(
            name="Complaint",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("user_id", models.CharField(max_length=64)),
                ("role", models.CharField(max_length=32)),
                ("division", models.CharField(max_length=12)),
                ("reader", models.CharField(max_length=32)),
                ("about", models.CharField(max_length=16)),
                ("content", models.BinaryField()),
                ("made_at", models.DateTimeField()),
                ("answer", models.BinaryField(null=True)),
                ("answered_by", models.CharField(blank=True, max_length=64)),
                ("answered_at", models.DateTimeField(null=True)),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["division", "reader", "answered_at"], name="complaint_place"),
                    models.Index(fields=["user_id", "made_at"], name="complaint_maker"),
                ],
            },
        ),
        OnSchema(build_wall),
    ]
