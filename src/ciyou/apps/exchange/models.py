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


class IdentityList(models.Model):
    """The children of whom a county tells one department in one month: a kind of the packs, drafted, then sent once and never changed.

    `number` counts within county and kind. `hash` is SHA-256 over the hashes of its rows; `closed_at`: the department has answered
    for every row. `answer_file`: of the last file of answers that was read its name, SHA-256, day and counts, and its bad lines as
    [line, code], never a value.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    county = models.CharField(max_length=12)
    kind = models.CharField(max_length=32)
    department = models.CharField(max_length=32)
    month = models.CharField(max_length=7)
    number = models.PositiveIntegerField()
    hash = models.CharField(max_length=64)
    made_by = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    sent_by = models.CharField(max_length=64, blank=True)
    sent_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)
    answer_file = models.JSONField(default=dict)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("county", "kind", "month"), name="one_identity_list_a_month"),
            models.UniqueConstraint(fields=("county", "kind", "number"), name="identity_lists_are_numbered_once"),
        )
        indexes = (models.Index(fields=("county", "department", "month"), name="identity_list_place"),)


class ListedChange(models.TextChoices):
    """Against the list before: `gone` children are told once, as no longer entitled."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    GONE = "gone"


class ListedAnswer(models.TextChoices):
    """What the department says: taken up now (of a gone child: ended), there already, not found, refused; "" not yet."""

    TAKEN = "taken"
    ALREADY = "already"
    NOT_FOUND = "not_found"
    REFUSED = "refused"


class ListedChild(models.Model):
    """One child of a list. `content` (encrypted JSON): only what the packs tell of it, and a salt; `hash` is SHA-256 of that.

    `answer_note` (encrypted): why the department refused, or what it says besides. `settled_at`: the county has seen to it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    list = models.ForeignKey(IdentityList, on_delete=models.CASCADE, related_name="children")
    person = models.ForeignKey("registry.Person", on_delete=models.CASCADE, related_name="listed_in")
    position = models.PositiveIntegerField()
    change = models.CharField(max_length=8, choices=ListedChange)
    content = models.BinaryField()
    hash = models.CharField(max_length=64)
    answer = models.CharField(max_length=12, choices=ListedAnswer, blank=True)
    answer_note = models.BinaryField(default=bytes)
    answered_by = models.CharField(max_length=64, blank=True)
    answered_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=64, blank=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("list", "person"), name="a_child_stands_once_in_a_list"),)
        indexes = (
            models.Index(fields=("list", "position"), name="listed_child_order"),
            models.Index(fields=("list", "answer"), name="listed_child_answer"),
        )
