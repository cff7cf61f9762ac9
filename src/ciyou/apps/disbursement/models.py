"""The month's money: what the law gives by month, whose month is paid, and the run that pays it."""

from __future__ import annotations

import uuid

from django.db import models


class DueSchedule(models.Model):
    """What the law says of an award month by month, kept so that an ordinary month derives only what changed.

    `stretches` are months one after another with the same answer: [first month, outcome, basis, amount, floor, ceiling, ground]; the
    ground on which the law no longer says yes, "" while it does. They hold for one determination under one version of the packs, from
    the award's first month to `through`.
    """

    award = models.OneToOneField("awards.Award", on_delete=models.CASCADE, primary_key=True, related_name="schedule")
    determination_id = models.UUIDField(null=True)
    pack_version = models.CharField(max_length=64)
    first_month = models.DateField()
    through = models.DateField()
    stretches = models.JSONField()


class PaidMonth(models.Model):
    """The claim on one month of one child and entitlement: it belongs to one award, wherever the child is on file.

    `paid_fen` is what left for the bank, or is on its way there, and did not come back, less what was taken back; `waived_fen`
    what two persons let go of an overpayment.
    """

    award = models.ForeignKey("awards.Award", on_delete=models.PROTECT, related_name="paid_months", db_index=False)
    identity = models.CharField(max_length=64)
    entitlement = models.CharField(max_length=64)
    month = models.DateField()
    paid_fen = models.BigIntegerField(default=0)
    waived_fen = models.BigIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("identity", "entitlement", "month"), name="a_month_is_claimed_once"),
            models.CheckConstraint(
                condition=models.Q(paid_fen__gte=0, waived_fen__gte=0), name="a_month_is_not_paid_below_zero"
            ),
        )
        indexes = (models.Index(fields=("award", "month"), name="claims_of_award"),)


class RunState(models.TextChoices):
    """From the draft to the closed book of a month. `returned`: the drafter was told what to mend and drafts again."""

    COMPUTING = "computing"
    DRAFTED = "drafted"
    RETURNED = "returned"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    HANDED = "handed"
    SETTLED = "settled"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class MonthRun(models.Model):
    """One month of one county and series. `cutoff_on`: what is known until then counts.

    `position` is the last child that was computed: a run that was interrupted goes on behind it. `lines_hash` is a chain of SHA-256
    through every line as it was drafted; each later step computes it again. `reason` is why it was returned or cancelled.
    `hand_over_asked` is what the worker is to hand over (version, post, layout, origin), and in `problems` why it could not; empty
    again once it has.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    county = models.CharField(max_length=12)
    series = models.CharField(max_length=32)
    month = models.DateField()
    cutoff_on = models.DateField()
    state = models.CharField(max_length=16, choices=RunState, default=RunState.COMPUTING)
    position = models.UUIDField(null=True)
    children_total = models.PositiveIntegerField(default=0)
    children_done = models.PositiveIntegerField(default=0)
    lines_hash = models.CharField(max_length=64, blank=True)
    payments_count = models.PositiveIntegerField(default=0)
    amount_fen = models.BigIntegerField(default=0)
    reason = models.CharField(max_length=400, blank=True)
    hand_over_asked = models.JSONField(default=dict)
    drafted_by = models.CharField(max_length=64)
    drafted_at = models.DateTimeField(null=True)
    reviewed_by = models.CharField(max_length=64, blank=True)
    reviewed_at = models.DateTimeField(null=True)
    approved_by = models.CharField(max_length=64, blank=True)
    approved_at = models.DateTimeField(null=True)
    begun_at = models.DateTimeField()
    handed_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("county", "series", "month"), condition=~models.Q(state="cancelled"), name="one_run_per_month"
            ),
            models.UniqueConstraint(
                fields=("county", "series"),
                condition=~models.Q(state__in=("closed", "cancelled")),
                name="one_open_run_per_series",
            ),
            models.CheckConstraint(
                condition=models.Q(reviewed_by="") | ~models.Q(reviewed_by=models.F("drafted_by")),
                name="another_person_reviews_a_month",
            ),
            models.CheckConstraint(
                condition=models.Q(approved_by="")
                | (
                    ~models.Q(approved_by=models.F("drafted_by"))
                    & ~models.Q(approved_by=models.F("reviewed_by"))
                    & ~models.Q(reviewed_by="")
                ),
                name="a_third_person_approves_a_month",
            ),
        )
        indexes = (models.Index(fields=("county", "series", "month"), name="run_place"),)


class KeptSums(models.Model):
    """What figures say of a run, added up beforehand by the worker: sums by place, no person. For the machine alone.

    `basis` is a hash of what they rest on (version, payments by state, protected payees): with another one they no longer count.
    """

    run = models.OneToOneField(MonthRun, on_delete=models.CASCADE, primary_key=True, related_name="kept_sums")
    basis = models.CharField(max_length=64)
    content = models.JSONField()
    kept_at = models.DateTimeField()


class PaymentState(models.TextChoices):
    """`withheld`: taken out before it left the house; `failed` came back from the bank and is `reissued` or, for good, `returned`."""

    PLANNED = "planned"
    WITHHELD = "withheld"
    SENT = "sent"
    PAID = "paid"
    FAILED = "failed"
    REISSUED = "reissued"
    RETURNED = "returned"


class Payment(models.Model):
    """What one run pays for one child: a number, an amount, and the account as it stood (encrypted JSON: holder, bank, number).

    A payment that failed is sent again as a new one, `reissue_of` the first; the lines stay with the first, so that no month is paid
    twice. `collective`: into the account of the institution that the child lives in. `hand_over` is the file it left in.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(MonthRun, on_delete=models.CASCADE, related_name="payments", db_index=False)
    person = models.ForeignKey("registry.Person", on_delete=models.PROTECT, related_name="payments")
    sequence = models.PositiveIntegerField()
    number = models.CharField(max_length=48)
    division = models.CharField(max_length=12)
    amount_fen = models.BigIntegerField()
    account = models.BinaryField()
    account_id = models.BigIntegerField(null=True)
    collective = models.BooleanField(default=False)
    state = models.CharField(max_length=16, choices=PaymentState, default=PaymentState.PLANNED)
    reason = models.CharField(max_length=64, blank=True)
    reissue_of = models.OneToOneField("self", on_delete=models.CASCADE, null=True, related_name="reissued_as")
    hand_over = models.PositiveSmallIntegerField(null=True)
    settled_on = models.DateField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("run", "sequence"), name="payments_are_numbered_once"),
            # Not `unique=True`, for which PostgreSQL would keep a second index that nobody asks.
            models.UniqueConstraint(fields=("number",), name="a_number_is_given_once"),
            models.UniqueConstraint(
                fields=("run", "person"), condition=models.Q(reissue_of=None), name="a_run_pays_a_child_once"
            ),
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="payments_pay_something"),
        )
        indexes = (models.Index(fields=("run", "division", "sequence"), name="payment_place"),)


class PaymentLine(models.Model):
    """One month of one award in a payment: `kind` current | arrears | recovery (below 0).

    A run pays a child once, so a month that stands once in a payment stands once in its run.
    """

    payment = models.ForeignKey(Payment, on_delete=models.CASCADE, related_name="lines", db_index=False)
    claim = models.ForeignKey(PaidMonth, on_delete=models.PROTECT, related_name="lines")
    kind = models.CharField(max_length=8)
    amount_fen = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("payment", "claim"), name="one_line_per_month_and_payment"),)


class Hold(models.Model):
    """An award that a run does not pay, or a payment taken out of it, with the reason: what to do stands beside the reason's code.

    `stage` draft | approve | hand_over. Money that is held stays outstanding: it comes with a later run once the reason is gone.
    """

    run = models.ForeignKey(MonthRun, on_delete=models.CASCADE, related_name="holds", db_index=False)
    award = models.ForeignKey("awards.Award", on_delete=models.CASCADE, related_name="holds")
    person = models.ForeignKey("registry.Person", on_delete=models.CASCADE, related_name="holds", db_index=False)
    reason = models.CharField(max_length=32)
    stage = models.CharField(max_length=16)
    amount_fen = models.BigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("run", "award", "reason"), name="one_hold_per_reason"),)


class MonthChange(models.Model):
    """A line of 增减变动表: how an award differs from the last month that was paid.

    `kind` new | ended | suspended | resumed | raised | lowered | arrears | recovery; `cause` decision | standard | facts | held | …
    """

    run = models.ForeignKey(MonthRun, on_delete=models.CASCADE, related_name="changes", db_index=False)
    award = models.ForeignKey("awards.Award", on_delete=models.CASCADE, related_name="month_changes")
    person = models.ForeignKey(
        "registry.Person", on_delete=models.CASCADE, related_name="month_changes", db_index=False
    )
    kind = models.CharField(max_length=16)
    cause = models.CharField(max_length=16)
    before_fen = models.BigIntegerField()
    after_fen = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("run", "award", "kind"), name="one_change_per_kind"),)


class HandOver(models.Model):
    """A set of files given to the finance bureau: the first of a run, then a supplementary one for what is reissued.

    `roster` and `collective` (encrypted) are the files as they left, in the clear for finance (docs/explanation/access.md).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(MonthRun, on_delete=models.CASCADE, related_name="hand_overs")
    number = models.PositiveSmallIntegerField()
    layout = models.CharField(max_length=64)
    payments_count = models.PositiveIntegerField()
    amount_fen = models.BigIntegerField()
    application = models.BinaryField()
    roster = models.BinaryField()
    collective = models.BinaryField(null=True)
    sha256 = models.CharField(max_length=64)
    by = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("run", "number"), name="hand_overs_are_numbered_once"),)


class ResultFile(models.Model):
    """What finance sent back (encrypted, as it came). `position`: the last line that was read; the same file twice is one file."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(MonthRun, on_delete=models.CASCADE, related_name="result_files")
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    position = models.PositiveIntegerField(default=0)
    rows = models.PositiveIntegerField(default=0)
    done = models.BooleanField(default=False)
    by = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("run", "sha256"), name="a_result_file_is_read_once"),)


class ResultProblem(models.Model):
    """A line of a result file that could not be taken as it stands, kept as work (`content`, encrypted: the line) until it is settled."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file = models.ForeignKey(ResultFile, on_delete=models.CASCADE, related_name="problems")
    line = models.PositiveIntegerField()
    code = models.CharField(max_length=32)
    content = models.BinaryField()
    settled_by = models.CharField(max_length=64, blank=True)
    settled_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("file", "line", "code"), name="one_problem_per_line"),)


class Recovery(models.Model):
    """How an overpayment of an award is dealt with: taken back by a plan, or waived; proposed by one person, decided by another.

    `kind` plan | waiver. A plan takes back from `first_month` on, at most `most_fen` or `most_percent` a month; a waiver lets go of
    `amount_fen` for `first_month`. `content` is the reason (encrypted). `result` "" | approved | refused | stopped.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    award = models.ForeignKey("awards.Award", on_delete=models.CASCADE, related_name="recoveries")
    kind = models.CharField(max_length=8)
    first_month = models.DateField()
    most_fen = models.BigIntegerField(null=True)
    most_percent = models.PositiveSmallIntegerField(null=True)
    amount_fen = models.BigIntegerField(null=True)
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
                name="another_person_decides_a_recovery",
            ),
            models.UniqueConstraint(
                fields=("award",),
                condition=models.Q(kind="plan", result="approved"),
                name="one_recovery_plan_per_award",
            ),
        )
        indexes = (models.Index(fields=("award", "proposed_at"), name="award_recoveries"),)


class CollectiveAccount(models.Model):
    """The account of a child welfare institution (encrypted JSON: holder, bank, number): what its children are due is paid there."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    county = models.CharField(max_length=12)
    account = models.BinaryField()
    recorded_by = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class CollectivePayee(models.Model):
    """A child whose money goes to the collective account of its institution."""

    person = models.OneToOneField(
        "registry.Person", on_delete=models.CASCADE, primary_key=True, related_name="collective_payee"
    )
    account = models.ForeignKey(CollectiveAccount, on_delete=models.PROTECT, related_name="children")
    recorded_by = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
