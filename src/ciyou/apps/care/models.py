"""Questionnaires that were filled with a child or its carer, encrypted with what they come to (class 5); and campaigns that ask many children."""

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


class Campaign(models.Model):
    """A screening campaign: one questionnaire, asked of every child of a place whom it fits, from one day until another.

    `id` is made by the form: sent twice it is one. `division` is the county, township or village that is asked. `unknown_age`: children whose
    birth date nobody knows; none of them is asked. `school_code`: only who attends this school is asked ("": everybody), `school_name` as
    whoever opened it wrote it; `unknown_school`: children whom it fits and of whom nobody knows the school. `results` stands from the close on: how many had which hint, small
    numbers already left out (None), so that no change of a number tells of one child.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    instrument = models.CharField(max_length=32)
    division = models.CharField(max_length=12)
    from_on = models.DateField()
    until_on = models.DateField()
    school_code = models.CharField(max_length=10, blank=True, default="")
    school_name = models.CharField(max_length=60, blank=True, default="")
    unknown_age = models.PositiveIntegerField(default=0)
    unknown_school = models.PositiveIntegerField(default=0)
    results = models.JSONField(default=dict)
    opened_by = models.CharField(max_length=64)
    opened_at = models.DateTimeField()
    closed_by = models.CharField(max_length=64, blank=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("division", "closed_at"), name="campaign_place"),)


class CampaignState(models.TextChoices):
    """A child is still to be asked, was asked, somebody said no, it was not reached, or it is not in the place any more."""

    DUE = "due"
    ASKED = "asked"
    REFUSED = "refused"
    NOT_REACHED = "not_reached"
    LEFT = "left"


class CampaignChild(models.Model):
    """One child in a campaign. What it answered stands in its questionnaire (`filled`, an id) and nowhere here.

    `household` is made for brothers and sisters who are asked at one visit: the subject of their one task. `reason`: who said no, why it was
    not reached, or why it left.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="children")
    person = models.ForeignKey("registry.Person", on_delete=models.CASCADE, related_name="campaigns")
    household = models.UUIDField()
    division = models.CharField(max_length=12)
    state = models.CharField(max_length=16, choices=CampaignState, default=CampaignState.DUE)
    reason = models.CharField(max_length=24, blank=True)
    filled = models.UUIDField(null=True)
    answered_by = models.CharField(max_length=64, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("campaign", "person"), name="once_in_a_campaign"),)
        indexes = (
            models.Index(fields=("household", "state"), name="campaign_household"),
            models.Index(fields=("person", "state"), name="campaign_of_child"),
            models.Index(fields=("campaign", "division", "state"), name="campaign_village"),
        )
