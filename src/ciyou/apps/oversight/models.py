"""What looks across all rooms: saved views, exports, sealed files opened in need, requests of those concerned, retention."""

from __future__ import annotations

import uuid

from django.db import models


class SavedView(models.Model):
    """A ledger view that a user keeps: name, filters and columns as the address carries them. It holds no data."""

    user_id = models.CharField(max_length=64)
    name = models.CharField(max_length=64)
    query = models.CharField(max_length=1000)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user_id", "name"), name="one_view_per_name"),)


class ExportRecord(models.Model):
    """One export: who, why, which filters and columns, how many rows, and the hash of the encrypted file.

    `id` is made by the form: a form sent twice is one export. The file lies encrypted in the store until `discarded_at`; its
    password is shown once and kept nowhere. `unmasked`: full ID numbers were asked for, with the reason.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    actor_id = models.CharField(max_length=64)
    role = models.CharField(max_length=32)
    purpose = models.CharField(max_length=32)
    reason = models.CharField(max_length=400)
    division = models.CharField(max_length=12)
    query = models.CharField(max_length=1000)
    columns = models.JSONField()
    unmasked = models.BooleanField(default=False)
    rows = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    keep_until = models.DateTimeField()
    discarded_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=("actor_id", "made_at"), name="export_maker"),
            models.Index(fields=("discarded_at", "keep_until"), name="export_kept"),
        )


class BreakGlass(models.Model):
    """A file opened beyond the usual in an emergency: reason first, review by another person afterwards.

    `id` is made by the form. `division` is the county whose approver reviews it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("registry.Person", on_delete=models.PROTECT, related_name="opened_in_need")
    division = models.CharField(max_length=12)
    actor_id = models.CharField(max_length=64)
    role = models.CharField(max_length=32)
    reason = models.CharField(max_length=400)
    at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reviewed_by = models.CharField(max_length=64, blank=True)
    reviewed_at = models.DateTimeField(null=True)
    justified = models.BooleanField(null=True)
    finding = models.CharField(max_length=400, blank=True)

    class Meta:
        indexes = (
            models.Index(fields=("person", "ends_at"), name="glass_person"),
            models.Index(fields=("reviewed_at", "division"), name="glass_waiting"),
        )


class RequestState(models.TextChoices):
    """A request is open until it is granted, refused with a reason, or withdrawn by whoever made it; a restriction can be lifted."""

    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LIFTED = "lifted"


class SubjectRequest(models.Model):
    """A child's or guardian's request about the data held: `kind` copy | correct | restrict.

    `content` is encrypted JSON: who asked, in what relation, how their identity was checked, and their words. `id` is made by the form.
    `lifted_…`: who ended a granted restriction, when and why.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("registry.Person", on_delete=models.PROTECT, related_name="subject_requests")
    division = models.CharField(max_length=12)
    kind = models.CharField(max_length=16)
    content = models.BinaryField()
    received_on = models.DateField()
    recorded_by = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
    state = models.CharField(max_length=16, choices=RequestState, default=RequestState.OPEN)
    decided_by = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=400, blank=True)
    lifted_by = models.CharField(max_length=64, blank=True)
    lifted_at = models.DateTimeField(null=True)
    lift_reason = models.CharField(max_length=400, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = (
            models.Index(fields=("state", "division", "received_on"), name="request_place"),
            models.Index(fields=("person", "state"), name="request_person"),
        )


class PurgeState(models.TextChoices):
    """Asked by one person; run after another confirmed it, or refused by them."""

    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"


class Purge(models.Model):
    """One run of a retention rule: what was destroyed, counted and proved; never what it said.

    `planned` and `plan_hash` say what was asked to go (counts, and a hash over the ids); `counts` and `proof` what went.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    rule = models.CharField(max_length=64)
    division = models.CharField(max_length=12)
    before = models.DateField()
    planned = models.JSONField(default=dict)
    plan_hash = models.CharField(max_length=64)
    counts = models.JSONField(default=dict)
    proof = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=16, choices=PurgeState, default=PurgeState.ASKED)
    reason = models.CharField(max_length=400)
    asked_by = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    decided_by = models.CharField(max_length=64, blank=True)
    ran_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("rule", "division"), condition=models.Q(state="asked"), name="one_purge_asked_per_rule"
            ),
        )


class NationalExport(models.Model):
    """A list in the layout of the national system that the worker makes: its file and record are the export's of the same id.

    `which` says whose rows; `secret` is the password (encrypted) until the file is made, then nowhere. `failed` is a code.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    actor_id = models.CharField(max_length=64)
    post_id = models.CharField(max_length=64)
    mapping = models.CharField(max_length=64)
    which = models.CharField(max_length=16)
    purpose = models.CharField(max_length=32)
    reason = models.CharField(max_length=400)
    lang = models.CharField(max_length=2)
    origin = models.CharField(max_length=64, blank=True)
    secret = models.BinaryField(null=True)
    rows = models.PositiveIntegerField(default=0)
    position = models.PositiveIntegerField(default=0)
    failed = models.CharField(max_length=32, blank=True)
    begun_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("actor_id", "begun_at"), name="national_export_maker"),)


class Complaint(models.Model):
    """A complaint about a burden for show or about the system, by somebody who works here; `id` is made by the form.

    `content` and `answer` are encrypted. `reader` is the role in the county (`division`) that answers; it is shown `role`, not `user_id`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user_id = models.CharField(max_length=64)
    role = models.CharField(max_length=32)
    division = models.CharField(max_length=12)
    reader = models.CharField(max_length=32)
    about = models.CharField(max_length=16)
    content = models.BinaryField()
    made_at = models.DateTimeField()
    answer = models.BinaryField(null=True)
    answered_by = models.CharField(max_length=64, blank=True)
    answered_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = (
            models.Index(fields=("division", "reader", "answered_at"), name="complaint_place"),
            models.Index(fields=("user_id", "made_at"), name="complaint_maker"),
        )
