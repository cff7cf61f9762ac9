"""The case of a child: its stage, its story, the goals of its plan, and the package of what is due to it and whether it is there."""

from __future__ import annotations

import uuid

from django.db import models


class CaseStage(models.TextChoices):
    """Where a case is; `transitions.py` says what leads from one to the next."""

    INTAKE = "intake"
    ASSESSMENT = "assessment"
    PLANNING = "planning"
    PROPOSED = "proposed"
    ACTION = "action"
    REVIEW = "review"
    CLOSING = "closing"
    CLOSED = "closed"


class ChildCase(models.Model):
    """One case of one child; a closed one is opened again, so that its history stays with it.

    `division` is the child's place. `since_on`: the day of the last step; `looked_on` when the plan was agreed or last reviewed,
    `review_on` by when the next review is due by `review_row` of the pack. `asked_by`: who handed the plan in, or asked to close (another person answers). `reason` is
    the ground of the packs on which it is (asked to be) closed, or why the machine ended it: died | of_age | merged.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("registry.Person", on_delete=models.CASCADE, related_name="child_cases")
    division = models.CharField(max_length=12)
    stage = models.CharField(max_length=16, choices=CaseStage)
    since_on = models.DateField()
    looked_on = models.DateField(null=True)
    review_on = models.DateField(null=True)
    review_row = models.CharField(max_length=48, blank=True)
    asked_by = models.CharField(max_length=64, blank=True)
    asked_role = models.CharField(max_length=32, blank=True)
    reason = models.CharField(max_length=32, blank=True)
    opened_by = models.CharField(max_length=64)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("person",), condition=~models.Q(stage="closed"), name="one_open_case"),
        )
        indexes = (models.Index(fields=("division", "stage"), name="child_case_place"),)


class CaseStep(models.Model):
    """One step of a case: what, the stage that it led to, by whom, when, and why in words (encrypted) where words are due."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(ChildCase, on_delete=models.CASCADE, related_name="steps")
    step = models.CharField(max_length=16)
    stage = models.CharField(max_length=16)
    note = models.CharField(max_length=32, blank=True)
    by = models.CharField(max_length=64)
    role = models.CharField(max_length=32)
    at = models.DateTimeField()
    words = models.BinaryField(null=True)

    class Meta:
        indexes = (models.Index(fields=("case", "at"), name="child_case_steps"),)


class GoalState(models.TextChoices):
    """Open, reached, or dropped with a reason."""

    OPEN = "open"
    REACHED = "reached"
    DROPPED = "dropped"


class PlanGoal(models.Model):
    """One goal of a plan in one domain of the packs, with whoever holds `post` as its owner and a last day. `id` is made by the form.

    `content` (encrypted JSON): the goal, and how it ended.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    case = models.ForeignKey(ChildCase, on_delete=models.CASCADE, related_name="goals")
    domain = models.CharField(max_length=32)
    content = models.BinaryField()
    post = models.ForeignKey("accounts.Post", on_delete=models.SET_NULL, null=True, related_name="plan_goals")
    due_on = models.DateField()
    state = models.CharField(max_length=16, choices=GoalState, default=GoalState.OPEN)
    set_by = models.CharField(max_length=64)
    set_at = models.DateTimeField()
    ended_by = models.CharField(max_length=64, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("case", "state"), name="plan_goals"),)


class LineState(models.TextChoices):
    """Due and nobody has done anything; applied for; in place; refused; not needed, with a reason."""

    DUE = "due"
    APPLIED = "applied"
    IN_PLACE = "in_place"
    REFUSED = "refused"
    NOT_NEEDED = "not_needed"


UNMET = (LineState.DUE.value, LineState.APPLIED.value, LineState.REFUSED.value)
"""States in which the child does not have what it needs."""


class PackageLine(models.Model):
    """One thing that a child needs: an entitlement, or a need of the packs (`kind` material | service | psych | rights).

    `source` says where its state comes from: determination | application | award | referral | visit, or entered by a person. Nothing
    restricted (class 5) ever stands here. `why` (encrypted): why it is not needed, or was refused.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(ChildCase, on_delete=models.CASCADE, related_name="package")
    kind = models.CharField(max_length=16)
    code = models.CharField(max_length=64)
    domain = models.CharField(max_length=32)
    state = models.CharField(max_length=16, choices=LineState)
    source = models.CharField(max_length=16)
    sensitivity = models.PositiveSmallIntegerField()
    why = models.BinaryField(null=True)
    by = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("case", "kind", "code"), name="a_need_stands_once"),)
        indexes = (models.Index(fields=("state", "domain"), name="package_unmet"),)


class ConferenceState(models.TextChoices):
    """Called, held with what was decided, or cancelled."""

    CALLED = "called"
    HELD = "held"
    CANCELLED = "cancelled"


class CaseConference(models.Model):
    """Departments sit together about one case. `id` is made by the form. `asked` maps each department's code to whether it came (None: not yet held).

    `content` (encrypted JSON, class 4): the agenda, and what was said in short.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    case = models.ForeignKey(ChildCase, on_delete=models.CASCADE, related_name="conferences")
    held_on = models.DateField()
    asked = models.JSONField(default=dict)
    content = models.BinaryField()
    state = models.CharField(max_length=16, choices=ConferenceState, default=ConferenceState.CALLED)
    called_by = models.CharField(max_length=64)
    called_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = (models.Index(fields=("case", "held_on"), name="case_conferences"),)


class ConferenceDecision(models.Model):
    """What a conference decided: which department answers for it by which day, and whose post here sees to it. `done_at` None: still open.

    `content` (encrypted JSON): what is done, by whom there, and what came of it.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    conference = models.ForeignKey(CaseConference, on_delete=models.CASCADE, related_name="decisions")
    department = models.CharField(max_length=32)
    post = models.ForeignKey("accounts.Post", on_delete=models.SET_NULL, null=True, related_name="conference_decisions")
    due_on = models.DateField()
    content = models.BinaryField()
    decided_by = models.CharField(max_length=64)
    decided_at = models.DateTimeField()
    done_by = models.CharField(max_length=64, blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("conference", "done_at"), name="conference_decisions"),)
