"""The log of disclosures: rows are added and never changed; the database itself refuses anything else."""

from __future__ import annotations

from django.db import models


class DisclosureRecord(models.Model):
    """One request (or one batch run) that disclosed personal data: who, which persons, which fields, why, when, from where.

    `person_ids` are internal ids, never names or ID numbers. `hash` covers every other column and the previous row's hash.
    """

    at = models.DateTimeField()
    actor_id = models.CharField(max_length=64)
    role = models.CharField(max_length=32)
    purpose = models.CharField(max_length=32)
    action = models.CharField(max_length=64)
    subject = models.CharField(max_length=64, blank=True)
    person_ids = models.JSONField()
    person_count = models.PositiveIntegerField()
    fields = models.JSONField()
    highest_class = models.PositiveSmallIntegerField()
    origin = models.CharField(max_length=64)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ("id",)
