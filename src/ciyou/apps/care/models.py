"""Questionnaires that were filled with a child or its carer. Everything that was said, and what it comes to, is encrypted (class 5)."""

from __future__ import annotations

import uuid

from django.db import models


class FilledState(models.TextChoices):
    """`recorded`: nothing was flagged; `waiting`: a person must see the child the same day; `assessed`: somebody did, and wrote it down."""

    RECORDED = "recorded"
    WAITING = "waiting"
    ASSESSED = "assessed"


class FilledQuestionnaire(models.Model):
    """One questionnaire, filled once about one child. `id` is made by the form: sent twice it is one.

    `respondent` self | carer. `content` (encrypted JSON): the answers, and who agreed to their being asked; `result` what they came to
    under `pack_version`, with the cut-offs of that day; `assessment` what the person who saw the child wrote. `division` is where it was
    asked. `recorded_by` (a user) asked, and reads the result later too; else only named workers of the case do (`sensitivity`: whatever lists rows goes by it).
    `filled_at`: when it was filled on a phone without a network; `recorded_at` is then when it was received.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("registry.Person", on_delete=models.CASCADE, related_name="filled_questionnaires")
    instrument = models.CharField(max_length=32)
    pack_version = models.CharField(max_length=64)
    respondent = models.CharField(max_length=8)
    division = models.CharField(max_length=12)
    asked_on = models.DateField()
    content = models.BinaryField()
    result = models.BinaryField()
    sensitivity = models.PositiveSmallIntegerField(default=5)
    assessment = models.BinaryField(null=True)
    state = models.CharField(max_length=16, choices=FilledState)
    recorded_by = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
    filled_at = models.DateTimeField(null=True)
    assessed_by = models.CharField(max_length=64, blank=True)
    assessed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = (models.Index(fields=("person", "instrument", "asked_on"), name="filled_of_child"),)
