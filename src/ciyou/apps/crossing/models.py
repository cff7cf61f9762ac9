"""An application on its way between the counter that took it and the place that decides on it."""

from __future__ import annotations

import uuid

from django.db import models


class CrossingState(models.TextChoices):
    """`incomplete`, `ready`, `returned` and `decided` lie with the counter; `sent` and `accepted` with the place that decides."""

    INCOMPLETE = "incomplete"
    READY = "ready"
    SENT = "sent"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    DECIDED = "decided"
    TOLD = "told"
    WITHDRAWN = "withdrawn"


OPEN = ("incomplete", "ready", "sent", "returned", "accepted", "decided")
WITH_THE_COUNTER = ("incomplete", "ready", "returned", "decided")
UNDECIDED = ("incomplete", "ready", "sent", "returned", "accepted")


class Crossing(models.Model):
    """What a counter took in for a child of another place. `id` is made by the form: sent twice it is one.

    `received_in` is the counter (a township, or the county's own), `bound_for` the place as the family said it, `handled_in` the township
    that has it now ("" until it is sent). `number` is the counter's county's (with a K, counted by year); `code_hash` belongs to the code
    that was shown once, and opens the application at the other end too. `identity` is the keyed index of the child's ID number: by it
    the same is not asked for at two counters. `content` (encrypted JSON): the child and the applicant as they were told, documents,
    reply. `person` and `application_id` stand once the place that decides has accepted it; the counter is never led to them.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=64)
    county = models.CharField(max_length=12)
    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveIntegerField()
    code_hash = models.CharField(max_length=128)
    identity = models.CharField(max_length=64)
    entitlement = models.CharField(max_length=64)
    received_in = models.CharField(max_length=12)
    bound_for = models.CharField(max_length=12)
    handled_in = models.CharField(max_length=12, blank=True)
    state = models.CharField(max_length=16, choices=CrossingState)
    outcome = models.CharField(max_length=16, blank=True)
    content = models.BinaryField()
    person = models.ForeignKey("registry.Person", on_delete=models.CASCADE, null=True, related_name="crossings")
    application_id = models.UUIDField(null=True, unique=True)
    received_on = models.DateField()
    completed_on = models.DateField(null=True)
    sent_on = models.DateField(null=True)
    decided_on = models.DateField(null=True)
    told_on = models.DateField(null=True)
    received_by = models.CharField(max_length=64)
    handled_by = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("county", "year", "sequence"), name="crossings_are_numbered_once"),
            models.UniqueConstraint(
                fields=("identity", "entitlement"), condition=models.Q(state__in=UNDECIDED), name="one_open_crossing"
            ),
        )
        indexes = (
            models.Index(fields=("received_in", "state", "received_on"), name="crossing_counter"),
            models.Index(fields=("handled_in", "state", "received_on"), name="crossing_place"),
        )


class CrossingStep(models.Model):
    """One step of a crossing, at which end (`place`), with its reason (encrypted) where it needs one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    crossing = models.ForeignKey(Crossing, on_delete=models.CASCADE, related_name="steps")
    step = models.CharField(max_length=16)
    by = models.CharField(max_length=64)
    role = models.CharField(max_length=32)
    place = models.CharField(max_length=12)
    at = models.DateTimeField()
    words = models.BinaryField(null=True)

    class Meta:
        indexes = (models.Index(fields=("crossing", "at"), name="crossing_steps"),)


class CrossingPaper(models.Model):
    """A paper that travels with a crossing (encrypted): brought at the counter, or the refusal in writing that came back."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    crossing = models.ForeignKey(Crossing, on_delete=models.CASCADE, related_name="papers")
    kind = models.CharField(max_length=16)
    title = models.BinaryField()
    media_type = models.CharField(max_length=32)
    bytes = models.PositiveIntegerField()
    document = models.BinaryField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=64)


class EmergencyState(models.TextChoices):
    """`registered` waits for the decision, `approved` for the money, `paid` for the papers, `papered` for another person's look."""

    REGISTERED = "registered"
    APPROVED = "approved"
    PAID = "paid"
    PAPERED = "papered"
    CLOSED = "closed"
    REFUSED = "refused"
    TOLD = "told"


NOT_GIVEN = ("refused", "told")


class EmergencyAid(models.Model):
    """Aid paid once where the emergency is, to whoever is there, with the papers afterwards (docs/decisions/0032). `id` is made by the form.

    `received_in` is the counter at the place of the event, which decides and pays; `bound_for` the child's registration as the family
    said it, whose county is told of it (`informed_on`) and notes it (`noted_on`). `number` is the counter's county's (with a J, counted by
    year); `code_hash` belongs to the code that was shown once. `identity` is the keyed index of the child's ID number, ""
    where it is not at hand: of one entitlement no number is given anything twice for one event (`event_on`), wherever it is asked.
    `likeness` is the keyed index of how the name reads and the birth date: who may be the same child is asked about. `content` (encrypted
    JSON): child, applicant, cause, why it is another event or child than an earlier one. `amount_fen` stands once it is decided; `outcome` approve | refuse.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=64)
    county = models.CharField(max_length=12)
    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveIntegerField()
    code_hash = models.CharField(max_length=128)
    identity = models.CharField(max_length=64, blank=True)
    likeness = models.CharField(max_length=64)
    entitlement = models.CharField(max_length=64)
    event_on = models.DateField()
    received_in = models.CharField(max_length=12)
    bound_for = models.CharField(max_length=12)
    state = models.CharField(max_length=16, choices=EmergencyState, default=EmergencyState.REGISTERED)
    outcome = models.CharField(max_length=16, blank=True)
    content = models.BinaryField()
    need_fen = models.BigIntegerField()
    amount_fen = models.BigIntegerField(null=True)
    received_on = models.DateField()
    decided_on = models.DateField(null=True)
    paid_on = models.DateField(null=True)
    paid_how = models.CharField(max_length=16, blank=True)
    informed_on = models.DateField(null=True)
    noted_on = models.DateField(null=True)
    received_by = models.CharField(max_length=64)
    decided_by = models.CharField(max_length=64, blank=True)
    paid_by = models.CharField(max_length=64, blank=True)
    reviewed_by = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("county", "year", "sequence"), name="emergencies_are_numbered_once"),
            models.UniqueConstraint(
                fields=("identity", "entitlement", "event_on"),
                condition=~models.Q(state__in=NOT_GIVEN) & ~models.Q(identity=""),
                name="one_aid_for_one_event",
            ),
            models.CheckConstraint(
                condition=models.Q(reviewed_by="")
                | ~models.Q(reviewed_by=models.F("received_by"))
                & ~models.Q(reviewed_by=models.F("decided_by"))
                & ~models.Q(reviewed_by=models.F("paid_by")),
                name="another_person_reviews_aid",
            ),
            models.CheckConstraint(condition=models.Q(need_fen__gt=0), name="emergencies_need_something"),
        )
        indexes = (
            models.Index(fields=("received_in", "state", "received_on"), name="emergency_place"),
            models.Index(fields=("bound_for", "informed_on"), name="emergency_told"),
            models.Index(fields=("likeness", "event_on"), name="emergency_alike"),
        )


class EmergencyStep(models.Model):
    """One step of emergency aid, at which end (`place`), with its reason (encrypted) where it has one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    aid = models.ForeignKey(EmergencyAid, on_delete=models.CASCADE, related_name="steps")
    step = models.CharField(max_length=16)
    by = models.CharField(max_length=64)
    role = models.CharField(max_length=32)
    place = models.CharField(max_length=12)
    at = models.DateTimeField()
    words = models.BinaryField(null=True)

    class Meta:
        indexes = (models.Index(fields=("aid", "at"), name="emergency_steps"),)
