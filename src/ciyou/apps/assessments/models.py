"""Assessments of risk of a child. A machine proposes a tier; the one that stands was confirmed by a person."""

from __future__ import annotations

import uuid

from django.db import models


class AssessmentState(models.TextChoices):
    """`proposed` until a person confirms a tier; `confirmed`; `replaced` by a newer assessment before anybody did."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REPLACED = "replaced"


class RiskAssessment(models.Model):
    """One assessment of one child. `id` is made by the form: sent twice it is one.

    `content` (encrypted JSON): the answers and what they came to under `pack_version`; `reason` (encrypted) why the confirmed tier is
    another one. `proposed` is the machine's tier, `tier` the confirmed one ("" before). Of a child's confirmed ones the latest stands;
    nothing but a person's confirmation changes it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("registry.Person", on_delete=models.CASCADE, related_name="risk_assessments")
    division = models.CharField(max_length=12)
    assessed_on = models.DateField()
    pack_version = models.CharField(max_length=64)
    content = models.BinaryField()
    proposed = models.CharField(max_length=32)
    tier = models.CharField(max_length=32, blank=True)
    reason = models.BinaryField(null=True)
    state = models.CharField(max_length=16, choices=AssessmentState, default=AssessmentState.PROPOSED)
    recorded_by = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
    confirmed_by = models.CharField(max_length=64, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = (models.Index(fields=("person", "state", "confirmed_at"), name="risk_of_child"),)
