"""Screenings of delivered rosters, and the pairs of records that people compare. All other results are files (contracts: output folder)."""

from __future__ import annotations

import uuid

from django.db import models

from ciyou.core.linkage.verdicts import Stand, Verdict


class ScreeningStatus(models.TextChoices):
    """Where a screening stands. `interrupted`: its process died; the delivery is kept and it can be run again."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


class ScreeningRun(models.Model):
    """One screening of one delivery. `stage` and `percent` (0–100) tell how far it is; `problems` why it could not be done.

    `linked`: for each roster its records and its automatic links by stratum. `followed`: what became of people's decisions about pairs.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    status = models.CharField(max_length=16, choices=ScreeningStatus, default=ScreeningStatus.QUEUED)
    origin = models.CharField(max_length=16, choices=[("upload", "upload"), ("demo", "demo")], default="upload")
    stage = models.CharField(max_length=32, blank=True)
    percent = models.PositiveSmallIntegerField(default=0)
    problems = models.JSONField(default=list)
    as_of = models.DateField()
    division = models.CharField(max_length=12, blank=True)
    file_names = models.JSONField(default=list)
    input_folder = models.CharField(max_length=512)
    output_folder = models.CharField(max_length=512)
    created_by = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    alive_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    cancel_requested = models.BooleanField(default=False)
    linked = models.JSONField(default=dict)
    followed = models.JSONField(default=dict)

    class Meta:
        ordering = ("-created_at",)


class PairKind(models.TextChoices):
    """A pair that linking did not join, or one that it joined and that was drawn at random to be looked at."""

    DOUBT = "doubt"
    LINK = "link"


class ReviewPair(models.Model):
    """Two records of which people say whether they are one person's.

    `keys` (encrypted) is what both records are known again by in another delivery, `mark` its blind index, `side` that of record a
    alone: pairs with one `side` are candidates for the same record. `content` (encrypted) is what both say; it goes with the files of
    `run`, the last screening that held the pair. `person_a`, `person_b` are people of that screening, `holder_b` whose record names
    person b. `rank` orders the doubtful, `turn` the sample (null: not drawn). `links` and `stratum` are of the sampled link.
    `moves_money`: a second look is needed before the linking changes. `asked` counts how often it was put before people: looks of
    earlier times no longer count. `against`: why the last linking did not follow what was decided. `gone`: the rosters no longer ask.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    division = models.CharField(max_length=12)
    mark = models.CharField(max_length=64)
    side = models.CharField(max_length=64)
    keys = models.BinaryField()
    content = models.BinaryField(null=True)
    kind = models.CharField(max_length=8, choices=PairKind)
    stratum = models.CharField(max_length=8, blank=True)
    roster_a = models.CharField(max_length=64)
    roster_b = models.CharField(max_length=64)
    person_a = models.CharField(max_length=64)
    person_b = models.CharField(max_length=64)
    holder_b = models.CharField(max_length=64)
    reason = models.CharField(max_length=32, blank=True)
    rank = models.PositiveIntegerField(null=True)
    turn = models.PositiveIntegerField(null=True)
    moves_money = models.BooleanField(default=False)
    stand = models.CharField(max_length=8, choices=[(one.value, one.value) for one in Stand], default=Stand.OPEN.value)
    verdict = models.CharField(max_length=12, choices=[(one.value, one.value) for one in Verdict], blank=True)
    asked = models.PositiveSmallIntegerField(default=1)
    against = models.CharField(max_length=32, blank=True)
    gone = models.BooleanField(default=False)
    run = models.ForeignKey(ScreeningRun, on_delete=models.PROTECT, related_name="pairs")
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("division", "mark"), name="pair_once"),)
        indexes = (
            models.Index(fields=("division", "gone", "stand", "rank"), name="pair_queue"),
            models.Index(fields=("division", "side"), name="pair_side"),
        )


class PairLook(models.Model):
    """What one person said of a pair, in the pair's own count of how often it was asked. `withdrawn_at`: taken back by that person."""

    id = models.BigAutoField(primary_key=True)
    pair = models.ForeignKey(ReviewPair, on_delete=models.CASCADE, related_name="looks")
    division = models.CharField(max_length=12)
    asked = models.PositiveSmallIntegerField()
    verdict = models.CharField(max_length=12, choices=[(one.value, one.value) for one in Verdict])
    blind = models.BooleanField(default=False)
    by = models.CharField(max_length=64)
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("pair", "asked", "by"), condition=models.Q(withdrawn_at=None), name="one_look_a_person"
            ),
        )
