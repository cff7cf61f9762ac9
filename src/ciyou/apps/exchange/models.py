"""Files of the national child-welfare system, and what a comparison with ours found. Nothing of ours is changed by reading one."""

from __future__ import annotations

import uuid

from django.db import models


class ExchangeFile(models.Model):
    """A file that the national system exported (encrypted, as it came). The same file again is the same row, compared anew.

    `content` goes as soon as a later file of the mapping was compared; name, hash and counts stay. `position` counts the rows that were
    compared. `problems` is what could not be read: [line, title of the column, code], never a value.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    county = models.CharField(max_length=12)
    mapping = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField(null=True)
    rows = models.PositiveIntegerField(default=0)
    position = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    done = models.BooleanField(default=False)
    by = models.CharField(max_length=64)
    at = models.DateTimeField()
    compared_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("county", "mapping", "sha256"), name="an_exchange_file_is_kept_once"),
        )
        indexes = (models.Index(fields=("county", "mapping", "at"), name="exchange_file_latest"),)


class ItemKind(models.TextChoices):
    """Where a child stands. `differs`: in both, and one column says something else."""

    ONLY_HERE = "only_here"
    ONLY_THERE = "only_there"
    DIFFERS = "differs"


class ItemState(models.TextChoices):
    """Open until somebody settles it; `gone` once a later comparison did not find it any more."""

    OPEN = "open"
    SETTLED = "settled"
    GONE = "gone"


class ExchangeItem(models.Model):
    """One thing that a comparison found: a child that only one side has, or one column (`field`) in which the two differ.

    `blind` stands for a child that is not on file here (keyed hash of its number, else of name and birth date), "" for one that is.
    `mark` is a keyed hash over what was found: found again with the same mark, what was settled stays settled. `elsewhere`: the number is
    on file, though not in this county. `content` (encrypted JSON) holds both sides' values. `decision` says how it was settled.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    county = models.CharField(max_length=12)
    mapping = models.CharField(max_length=64)
    kind = models.CharField(max_length=16, choices=ItemKind)
    person = models.ForeignKey("registry.Person", on_delete=models.CASCADE, null=True, related_name="exchange_items")
    blind = models.CharField(max_length=64, blank=True)
    field = models.CharField(max_length=64, blank=True)
    division = models.CharField(max_length=12)
    elsewhere = models.BooleanField(default=False)
    mark = models.CharField(max_length=64)
    content = models.BinaryField()
    state = models.CharField(max_length=16, choices=ItemState, default=ItemState.OPEN)
    decision = models.CharField(max_length=24, blank=True)
    decided_by = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=400, blank=True)
    found_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("county", "mapping", "person", "field"),
                condition=models.Q(person__isnull=False),
                name="one_exchange_item_per_child_and_field",
            ),
            models.UniqueConstraint(
                fields=("county", "mapping", "blind", "field"),
                condition=models.Q(person__isnull=True),
                name="one_exchange_item_per_stranger",
            ),
        )
        indexes = (
            models.Index(fields=("county", "state", "kind", "division", "id"), name="exchange_item_list"),
            models.Index(fields=("county", "state", "decision"), name="exchange_item_decided"),
        )
