"""Trials of proposed changes. What is kept of one is counts and money; who they are of is never written down."""

from __future__ import annotations

import uuid

from django.db import models


class TrialStatus(models.TextChoices):
    """Where a trial stands. `interrupted`: the worker that ran it died; it can be started again."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


class PolicyTrial(models.Model):
    """One change tried on one population by one person, and theirs alone. `wish` is the change as it was asked for.

    `population` files (children on file in `division`) | drawn (`drawn` synthetic children). `findings` as `batch.lab.findings` keeps
    them: counts, not yet told. `done` of `total` children are counted.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    actor_id = models.CharField(max_length=64)
    division = models.CharField(max_length=12)
    wish = models.JSONField()
    population = models.CharField(max_length=8)
    drawn = models.PositiveIntegerField(default=0)
    status = models.CharField(max_length=16, choices=TrialStatus, default=TrialStatus.QUEUED)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list)
    findings = models.JSONField(null=True)
    created_at = models.DateTimeField()
    alive_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    cancel_requested = models.BooleanField(default=False)

    class Meta:
        ordering = ("-created_at",)
        indexes = (models.Index(fields=("actor_id", "-created_at"), name="policy_trial_owner"),)
