import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [("registry", "0002_person_lists")]

    operations = [
        migrations.CreateModel(
            name="ExchangeFile",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("county", models.CharField(max_length=12)),
                ("mapping", models.CharField(max_length=64)),
                ("name", models.CharField(max_length=200)),
                ("sha256", models.CharField(max_length=64)),
                ("content", models.BinaryField(null=True)),
                ("rows", models.PositiveIntegerField(default=0)),
                ("position", models.PositiveIntegerField(default=0)),
                ("counts", models.JSONField(default=dict)),
                ("problems", models.JSONField(default=list)),
                ("done", models.BooleanField(default=False)),
                ("by", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                ("compared_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["county", "mapping", "at"], name="exchange_file_latest")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("county", "mapping", "sha256"), name="an_exchange_file_is_kept_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ExchangeItem",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("county", models.CharField(max_length=12)),
                ("mapping", models.CharField(max_length=64)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("only_here", "Only Here"),
                            ("only_there", "Only There"),
                            ("differs", "Differs"),
                        ],
                        max_length=16,
                    ),
                ),
                ("blind", models.CharField(blank=True, max_length=64)),
                ("field", models.CharField(blank=True, max_length=64)),
                ("division", models.CharField(max_length=12)),
                ("elsewhere", models.BooleanField(default=False)),
                ("mark", models.CharField(max_length=64)),
                ("content", models.BinaryField()),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("settled", "Settled"), ("gone", "Gone")],
                        default="open",
                        max_length=16,
                    ),
                ),
                ("decision", models.CharField(blank=True, max_length=24)),
                ("decided_by", models.CharField(blank=True, max_length=64)),
                ("decided_at", models.DateTimeField(null=True)),
                ("note", models.CharField(blank=True, max_length=400)),
                ("found_at", models.DateTimeField()),
                ("gone_at", models.DateTimeField(null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exchange_items",
                        to="registry.person",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["county", "state", "kind", "division", "id"], name="exchange_item_list"),
                    models.Index(fields=["county", "state", "decision"], name="exchange_item_decided"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("person__isnull", False)),
                        fields=("county", "mapping", "person", "field"),
                        name="one_exchange_item_per_child_and_field",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("person__isnull", True)),
                        fields=("county", "mapping", "blind", "field"),
                        name="one_exchange_item_per_stranger",
                    ),
                ],
            },
        ),
    ]
