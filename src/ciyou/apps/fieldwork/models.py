"""Phones that work without a network, and every piece of work that one handed in."""

from __future__ import annotations

import uuid

from django.db import models


class FieldPhone(models.Model):
    """One user's store on one phone. `secret` (encrypted JSON): the share without which its PIN opens nothing, and the key that opens
    what was sealed on it.

    `device` is the known device it was set up on; one that was taken back takes the phone with it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="field_phones")
    device = models.ForeignKey("accounts.Device", on_delete=models.SET_NULL, null=True, related_name="field_phones")
    label = models.CharField(max_length=64)
    secret = models.BinaryField()
    enrolled_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)


class EventState(models.TextChoices):
    """What became of a piece of work: done, done but for fields that a person must choose between, or kept until a person settles it."""

    APPLIED = "applied"
    CONFLICT = "conflict"
    SET_ASIDE = "set_aside"
    SETTLED = "settled"


class FieldEvent(models.Model):
    """One piece of work done on a phone; `id` is made there, so that what is sent twice is there once. Nothing of it is ever changed.

    `made_at` and `sent_at` are by the phone's clock, `received_at` by ours. `content` (encrypted JSON) is what was said, or, where it
    could not be opened, the envelope as it came; a picture that went into the store of evidence lies there only. `reason` says why a piece was set aside; `settlement` what a person did about it.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    phone = models.ForeignKey(FieldPhone, on_delete=models.PROTECT, related_name="events")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="field_events")
    post = models.ForeignKey("accounts.Post", on_delete=models.PROTECT, related_name="field_events")
    division = models.CharField(max_length=12)
    kind = models.CharField(max_length=16)
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField()
    received_at = models.DateTimeField()
    content = models.BinaryField()
    state = models.CharField(max_length=16, choices=EventState)
    reason = models.CharField(max_length=24, blank=True)
    settlement = models.CharField(max_length=24, blank=True)
    settled_by = models.CharField(max_length=64, blank=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("state", "division"), name="field_event_open"),)


class FieldClash(models.Model):
    """One field that a phone and the file say differently: both values, whose they are and of when, until a person chooses.

    `content` (encrypted JSON) holds both; `choice` is kept (what stands) or taken (what the phone said).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.ForeignKey(FieldEvent, on_delete=models.PROTECT, related_name="clashes")
    division = models.CharField(max_length=12)
    content = models.BinaryField()
    choice = models.CharField(max_length=8, blank=True)
    chosen_by = models.CharField(max_length=64, blank=True)
    chosen_at = models.DateTimeField(null=True)
