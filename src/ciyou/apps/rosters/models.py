"""Screenings of delivered rosters. The results themselves are files (contracts: output folder), not rows."""

from __future__ import annotations

import uuid

from django.db import models


class ScreeningStatus(models.TextChoices):
    """Where a screening stands. `interrupted`: its process died; the delivery is kept and it can be run again."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


class ScreeningRun(models.Model):
    """One screening of one delivery. `stage` and `percent` (0–100) tell how far it is; `problems` why it could not be done."""

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

    class Meta:
        ordering = ("-created_at",)
