"""Providers, what they offer, and the referrals to them: each a closed loop with an owner at every moment."""

from __future__ import annotations

import uuid

from django.db import models

from ciyou.apps.accounts.one_time_links import OneTimeLink


class Provider(models.Model):
    """A hospital, center, agency or school that children are referred to. The county of `division` keeps its entry.

    `services` are codes of the packs (`referrals/`). `capacity` how many children at a time (None: not told). Designated 定点 from
    `designated_from` until before `designated_to`. `post` is the partner post that answers in the system; None: it answers by link.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=16)
    division = models.CharField(max_length=12)
    services = models.JSONField(default=list)
    capacity = models.PositiveIntegerField(null=True)
    designated_from = models.DateField(null=True)
    designated_to = models.DateField(null=True)
    contact = models.CharField(max_length=120, blank=True)
    post = models.ForeignKey("accounts.Post", on_delete=models.SET_NULL, null=True, related_name="providers")
    active = models.BooleanField(default=True)
    recorded_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = (models.Index(fields=("division", "active", "name"), name="provider_place"),)


class QualityVisit(models.Model):
    """A look at a provider by the county: when, by whom, what was found (nothing about a child)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="quality_visits")
    visited_on = models.DateField()
    by = models.CharField(max_length=64)
    findings = models.CharField(max_length=400)

    class Meta:
        indexes = (models.Index(fields=("provider", "visited_on"), name="quality_visits"),)


class ServiceSlots(models.Model):
    """The places that a provider offers for a service in a month (its first day), and how many referrals have taken."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="slots")
    service = models.CharField(max_length=64)
    month = models.DateField()
    offered = models.PositiveIntegerField()
    taken = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("provider", "service", "month"), name="slots_once_a_month"),
            models.CheckConstraint(condition=models.Q(taken__lte=models.F("offered")), name="slots_are_there"),
        )


class ReferralState(models.TextChoices):
    """Where a referral is; `transitions.py` says what leads from one to the next."""

    DRAFTED = "drafted"
    SENT = "sent"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    ARRIVED = "arrived"
    NOT_ARRIVED = "not_arrived"
    REPLIED = "replied"
    PLANNED = "planned"
    FOLLOWED = "followed"
    EXPIRED = "expired"
    CLOSED = "closed"


class Referral(models.Model):
    """One child referred to one provider for one service. `id` is made by the form: sent twice it is one.

    `division` is the place that has the sender's end: of the post that sends, or where the child moved since. `ground`: guardian | child | emergency; `urgency`: routine | urgent.
    `content` (encrypted JSON): purpose, who consented, the fields sent as they were then. `reply` (encrypted JSON, class `reply_class`):
    what the receiver found; `plan` (encrypted JSON, class 3): what it advises and what is done after the return. `sensitivity` is the highest
    class of the service and of what is sent. `since_on`: the day of the last step; `due_on`: of the clock that runs now (None: closed). `ground_reviewed_by`: who looked at an emergency ground.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    child = models.ForeignKey("registry.Person", on_delete=models.CASCADE, related_name="referrals")
    division = models.CharField(max_length=12)
    post = models.ForeignKey("accounts.Post", on_delete=models.SET_NULL, null=True, related_name="referrals")
    sent_by = models.CharField(max_length=64)
    sender_role = models.CharField(max_length=32)
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="referrals")
    service = models.CharField(max_length=64)
    ground = models.CharField(max_length=16)
    urgency = models.CharField(max_length=16)
    slot = models.ForeignKey(ServiceSlots, on_delete=models.SET_NULL, null=True, related_name="referrals")
    state = models.CharField(max_length=16, choices=ReferralState, default=ReferralState.DRAFTED)
    sensitivity = models.PositiveSmallIntegerField()
    content = models.BinaryField()
    reply = models.BinaryField(null=True)
    reply_class = models.PositiveSmallIntegerField(null=True)
    plan = models.BinaryField(null=True)
    end_reason = models.CharField(max_length=32, blank=True)
    ground_reviewed_by = models.CharField(max_length=64, blank=True)
    ground_reviewed_at = models.DateTimeField(null=True)
    since_on = models.DateField()
    due_on = models.DateField(null=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(ground_reviewed_by="") | ~models.Q(ground_reviewed_by=models.F("sent_by")),
                name="another_person_reviews_ground",
            ),
        )
        indexes = (
            models.Index(fields=("division", "state", "due_on"), name="referral_place"),
            models.Index(fields=("child", "state"), name="referral_child"),
            models.Index(fields=("provider", "state", "due_on"), name="referral_provider"),
        )


class ReferralStep(models.Model):
    """One step of a referral: what, by whom (`by` "link": a receiver without an account), when, how many days after the step before."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="steps")
    step = models.CharField(max_length=16)
    by = models.CharField(max_length=64)
    role = models.CharField(max_length=32)
    at = models.DateTimeField()
    days = models.PositiveIntegerField()
    words = models.BinaryField(null=True)

    class Meta:
        indexes = (models.Index(fields=("referral", "at"), name="referral_steps"),)


class AnswerLink(OneTimeLink):
    """A one-time link by which a receiver without an account answers one step (`accept` or `reply`). Of its token only the hash is kept."""

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="links")
    step = models.CharField(max_length=16)
