"""Applications, decisions and awards: from a request at a counter to money every month, until a person ends it."""

from __future__ import annotations

import uuid

from django.db import models


class ApplicationState(models.TextChoices):
    """`received` waits for the township's check, `checked` for the county's draft, `drafted` for a decision by somebody else.

    `returned`: something is missing, and the applicant was told what.
    """

    RECEIVED = "received"
    RETURNED = "returned"
    CHECKED = "checked"
    DRAFTED = "drafted"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


OPEN_STATES = ("received", "returned", "checked", "drafted")


class Application(models.Model):
    """A request for one entitlement of one child. `id` is made by the form: sent twice it is one application.

    `number` is the receipt number of the county, counted by year without gaps; with it and a code (`code_hash`) a guardian follows it
    without an account. `division` is the child's responsible place, `received_in` the counter. `channel` guardian | director |
    proposed. `content` (encrypted JSON): applicant, documents, opinions and reasons in words. `determination_id` is what was decided
    on. `amount_fen` and `first_month` stand once a decision is drafted; `outcome` approve | refuse. `code_hash` belongs
    to the code that was shown once, with the receipt.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=64)
    county = models.CharField(max_length=12)
    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveIntegerField()
    code_hash = models.CharField(max_length=128)
    person = models.ForeignKey("registry.Person", on_delete=models.PROTECT, related_name="applications")
    entitlement = models.CharField(max_length=64)
    sensitivity = models.PositiveSmallIntegerField(default=3)
    division = models.CharField(max_length=12)
    received_in = models.CharField(max_length=12)
    channel = models.CharField(max_length=16)
    state = models.CharField(max_length=16, choices=ApplicationState, default=ApplicationState.RECEIVED)
    content = models.BinaryField()
    determination_id = models.UUIDField(null=True)
    outcome = models.CharField(max_length=16, blank=True)
    amount_fen = models.BigIntegerField(null=True)
    first_month = models.DateField(null=True)
    received_on = models.DateField()
    received_by = models.CharField(max_length=64)
    checked_by = models.CharField(max_length=64, blank=True)
    drafted_by = models.CharField(max_length=64, blank=True)
    decided_by = models.CharField(max_length=64, blank=True)
    decided_on = models.DateField(null=True)
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("county", "year", "sequence"), name="applications_are_numbered_once"),
            models.UniqueConstraint(
                fields=("person", "entitlement"),
                condition=models.Q(state__in=OPEN_STATES),
                name="one_open_application",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by="") | ~models.Q(decided_by=models.F("drafted_by")),
                name="another_person_decides",
            ),
        )
        indexes = (
            models.Index(fields=("division", "state", "received_on", "id"), name="application_place"),
            models.Index(fields=("person", "entitlement"), name="application_person"),
            models.Index(fields=("received_on", "division"), name="application_received"),
        )


class ApplicationStep(models.Model):
    """One step that was taken, for the timeline and the statistics of days: receive | return | complete | check | draft | decide | …"""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="steps")
    step = models.CharField(max_length=16)
    outcome = models.CharField(max_length=16, blank=True)
    by = models.CharField(max_length=64)
    at = models.DateTimeField()
    began_on = models.DateField()
    due_on = models.DateField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=("application", "at"), name="application_steps"),
            models.Index(fields=("step", "at"), name="application_step_at"),
        )


class PublicNotice(models.Model):
    """公示: where a programme requires it, and nowhere else. `objections` in words (encrypted JSON)."""

    application = models.OneToOneField(Application, on_delete=models.CASCADE, related_name="notice")
    posted_on = models.DateField()
    ends_on = models.DateField()
    removed_on = models.DateField(null=True)
    objections = models.PositiveSmallIntegerField(default=0)
    content = models.BinaryField()
    posted_by = models.CharField(max_length=64)


class Appeal(models.Model):
    """An objection of the applicant to a refusal, or to an end: received, and answered by somebody who did not decide before."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="appeals")
    content = models.BinaryField()
    received_on = models.DateField()
    received_by = models.CharField(max_length=64)
    result = models.CharField(max_length=16, blank=True)
    decided_by = models.CharField(max_length=64, blank=True)
    decided_on = models.DateField(null=True)


class AwardState(models.TextChoices):
    """`suspended` pays nothing until it is resumed; what an ended award still owes or is owed stays open until it is settled."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"


class Award(models.Model):
    """What a decision gives a child every month. Months are first days; `last_month` None: until somebody ends it.

    `division` is the child's responsible place (its county pays); `series` the monthly run it is paid in. `amount_fen` is what was
    awarded: what each month is due follows from law and facts (docs/decisions/0019). `identity` is the keyed index of the child's
    ID number, else `file:<person>`: by it no month is paid twice, wherever the child is on file. `continues` is the award of the
    county that the child came from. `duplicate_of`: two files were merged and this is the younger of two awards; it pays nothing
    and a person ends it. `review_for` is the ground on which somebody has to look at it now, since `review_on`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.OneToOneField(Application, on_delete=models.PROTECT, null=True, related_name="award")
    person = models.ForeignKey("registry.Person", on_delete=models.PROTECT, related_name="awards")
    identity = models.CharField(max_length=64)
    entitlement = models.CharField(max_length=64)
    sensitivity = models.PositiveSmallIntegerField(default=3)
    series = models.CharField(max_length=32)
    division = models.CharField(max_length=12)
    amount_fen = models.BigIntegerField()
    first_month = models.DateField()
    last_month = models.DateField(null=True)
    state = models.CharField(max_length=16, choices=AwardState, default=AwardState.ACTIVE)
    ended_for = models.CharField(max_length=32, blank=True)
    continues = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="continued_by")
    duplicate_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="duplicates")
    review_for = models.CharField(max_length=32, blank=True)
    review_on = models.DateField(null=True)
    awarded_on = models.DateField()
    awarded_by = models.CharField(max_length=64)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("person", "entitlement"),
                condition=~models.Q(state="ended") & models.Q(duplicate_of=None),
                name="one_running_award",
            ),
            models.CheckConstraint(condition=models.Q(amount_fen__gte=0), name="awards_are_not_negative"),
        )
        indexes = (
            models.Index(fields=("division", "series", "state", "id"), name="award_place"),
            models.Index(fields=("person",), name="award_person"),
            models.Index(fields=("identity", "entitlement"), name="award_identity"),
        )


class AwardChange(models.Model):
    """A suspension, resumption or end, from a month on: proposed by one person, made by another. `content`: the reason (encrypted).

    `kind` suspend | resume | end | hand_over; `ground` is a ground of the entitlement's payment rules. Nothing changes until
    `decided_by` stands; `result` made | refused.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    award = models.ForeignKey(Award, on_delete=models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=16)
    ground = models.CharField(max_length=32)
    event_on = models.DateField()
    from_month = models.DateField()
    content = models.BinaryField()
    proposed_by = models.CharField(max_length=64)
    proposed_at = models.DateTimeField()
    result = models.CharField(max_length=16, blank=True)
    decided_by = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(decided_by="") | ~models.Q(decided_by=models.F("proposed_by")),
                name="another_person_changes_an_award",
            ),
            models.UniqueConstraint(fields=("award",), condition=models.Q(result=""), name="one_open_change"),
        )
        indexes = (models.Index(fields=("award", "proposed_at"), name="award_changes"),)


class Paper(models.Model):
    """A numbered paper as it was issued (encrypted PDF).

    `kind` application_form | verification_authorisation | approval_form | refusal | public_notice | care_agreement | ending.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, null=True, related_name="papers")
    award = models.ForeignKey(Award, on_delete=models.PROTECT, null=True, related_name="papers")
    kind = models.CharField(max_length=32)
    number = models.CharField(max_length=64)
    county = models.CharField(max_length=12)
    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveIntegerField()
    document = models.BinaryField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=64)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("county", "kind", "year", "sequence"), name="papers_are_numbered_once"),
        )
