"""Work: leads, visits, inquiry letters, tasks. Each has an owner, a clock and an end."""

from __future__ import annotations

import uuid

from django.db import models


class LeadState(models.TextChoices):
    """A lead is new in a queue, assigned to a post, being visited, reported on, and closed after review."""

    NEW = "new"
    ASSIGNED = "assigned"
    VISITING = "visiting"
    REPORTED = "reported"
    CLOSED = "closed"


class Lead(models.Model):
    """A possible child in difficulty, or an adverse record that leads to no child (`person` None, `record` its encrypted copy).

    `queue` is whose it is: village (a child director's post) | township | county. `result`: confirmed | not_in_difficulty |
    cannot_be_found | no_child (of a record). `deciding` are the facts that would decide, as `owner.name`. `returned_for` is why a review sent it back.
    `gone_at`: a later screening no longer names it, and somebody had begun to work on it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    linkage_id = models.CharField(max_length=64, unique=True)
    person = models.ForeignKey("registry.Person", on_delete=models.CASCADE, null=True, related_name="leads")
    record = models.BinaryField(null=True)
    run_id = models.CharField(max_length=64, blank=True)
    why = models.CharField(max_length=32)
    rules = models.JSONField(default=list)
    deciding = models.JSONField(default=list)
    expected_gain_fen = models.BigIntegerField(default=0)
    rank = models.PositiveIntegerField()
    division = models.CharField(max_length=12)
    queue = models.CharField(max_length=16)
    state = models.CharField(max_length=16, choices=LeadState, default=LeadState.NEW)
    post = models.ForeignKey("accounts.Post", on_delete=models.SET_NULL, null=True, related_name="leads")
    assigned_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=24, blank=True)
    result_reason = models.CharField(max_length=32, blank=True)
    reported_by = models.CharField(max_length=64, blank=True)
    reported_at = models.DateTimeField(null=True)
    reviewed_by = models.CharField(max_length=64, blank=True)
    returned_for = models.CharField(max_length=400, blank=True)
    opened_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = (
            models.Index(fields=("division", "state", "rank", "id", "person", "opened_at"), name="lead_place"),
            models.Index(fields=("post", "state"), name="lead_owner"),
            models.Index(fields=("person",), name="lead_person"),
        )


class LeadLoad(models.Model):
    """What the load of one screening did: which rosters it rested on, and how many leads were new, refreshed, kept or closed.

    `rosters` decide whether a later screening may say that a lead is gone: only one that read all of these may.
    """

    run_id = models.CharField(max_length=64, primary_key=True)
    division = models.CharField(max_length=12, blank=True)
    as_of = models.DateField()
    rosters = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)


class TaskState(models.TextChoices):
    """Open, or ended: done, refused or withdrawn, each with a reason where one is due."""

    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Task(models.Model):
    """Something that somebody must do by a day.

    `kind` is a clock of the packs (`verify_lead`, `answer_inquiry`, …); `subject_id` the lead, letter, determination or request it is
    about. `queue_role` is the role that does it: the holder of `post`, or whoever holds the role in `division`. `due_on` is
    the earlier of `statutory_on` and `promised_on`; `half_on`, `escalate_on` are the days at 50 and 150 %; `stage_told` the last
    percentage that was acted on, `escalated_to` the role that was told then. Of a regular visit, `plan_row` is the row of the pack's
    intervals that set its days (`plan_days`), and `plan_cause` why it was planned so last.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=32)
    person = models.ForeignKey(
        "registry.Person", on_delete=models.CASCADE, null=True, related_name="tasks", db_index=False
    )
    subject_id = models.CharField(max_length=64)
    division = models.CharField(max_length=12)
    post = models.ForeignKey(
        "accounts.Post", on_delete=models.SET_NULL, null=True, related_name="tasks", db_index=False
    )
    queue_role = models.CharField(max_length=32, blank=True)
    department = models.CharField(max_length=32, blank=True)
    started_on = models.DateField()
    statutory_on = models.DateField(null=True)
    promised_on = models.DateField(null=True)
    due_on = models.DateField()
    half_on = models.DateField()
    escalate_on = models.DateField()
    provisional = models.BooleanField(default=False)
    plan_row = models.CharField(max_length=48, blank=True)
    plan_days = models.PositiveSmallIntegerField(null=True)
    plan_cause = models.CharField(max_length=16, blank=True)
    stage_told = models.PositiveSmallIntegerField(default=0)
    escalated_to = models.CharField(max_length=32, blank=True)
    state = models.CharField(max_length=16, choices=TaskState, default=TaskState.OPEN)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=400, blank=True)
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "subject_id"), condition=models.Q(state="open"), name="one_open_task_per_subject"
            ),
        )
        indexes = (
            # Of the tasks that there ever were few are open. Lists are of those: an index of theirs alone holds what a list asks for,
            # their state too, which SQLite would otherwise look up in the table.
            models.Index(
                fields=("post", "kind", "due_on", "person", "state"),
                condition=models.Q(state="open", post__isnull=False),
                name="task_open_owner",
            ),
            models.Index(
                fields=("person", "department", "kind", "queue_role", "post", "state", "division"),
                condition=models.Q(state="open"),
                name="task_open_person",
            ),
            models.Index(
                fields=(
                    "division",
                    "kind",
                    "due_on",
                    "id",
                    "person",
                    "state",
                    "post",
                    "queue_role",
                    "department",
                    "started_on",
                ),
                condition=models.Q(state="open"),
                name="task_open_place",
            ),
            models.Index(
                fields=("queue_role", "division", "stage_told", "kind", "due_on", "post", "department", "id", "state"),
                condition=models.Q(state="open"),
                name="task_open_queue",
            ),
            # How many have ended is counted from here, without a look at the table (the post: PostgreSQL's wall asks for it).
            models.Index(
                fields=("division", "kind", "state", "post"), condition=~models.Q(state="open"), name="task_ended"
            ),
            models.Index(fields=("person", "state"), name="task_person"),
            models.Index(fields=("subject_id", "state"), name="task_subject"),
        )


class Visit(models.Model):
    """One visit to a household; it serves every child there. `id` is made by the client: a form sent twice is one visit.

    `content` (encrypted JSON) holds who was met, the answers by child, and the note. `met_somebody`: whether anybody was; before a
    locked door nobody was visited, and the regular visit stays to be made.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    post = models.ForeignKey("accounts.Post", on_delete=models.PROTECT, related_name="visits")
    division = models.CharField(max_length=12)
    visited_on = models.DateField()
    no_change = models.BooleanField(default=False)
    met_somebody = models.BooleanField(default=True)
    content = models.BinaryField()
    recorded_at = models.DateTimeField()


class VisitedChild(models.Model):
    """A child whom a visit served, and what came of its lead."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="children")
    person = models.ForeignKey("registry.Person", on_delete=models.CASCADE, related_name="visits")
    lead = models.ForeignKey(Lead, on_delete=models.SET_NULL, null=True)
    result = models.CharField(max_length=24, blank=True)


class LetterState(models.TextChoices):
    """An inquiry letter is drafted, sent, answered, or withdrawn; a sent one may be refused by the department."""

    DRAFT = "draft"
    SENT = "sent"
    ANSWERED = "answered"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class InquiryLetter(models.Model):
    """协查函: what a county asks a department about one person of a child's family. The village never sees question or answer.

    `number` is how a county writes `sequence`, which counts within county and year without gaps. `content` (encrypted JSON): the facts
    asked, the reply's facts and words; `document` the letter as it was sent (encrypted PDF). `sensitivity` is the class of the
    question: 5 stays out of every list but those of the named workers and of the department asked.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=64, blank=True)
    year = models.PositiveSmallIntegerField(null=True)
    sequence = models.PositiveIntegerField(null=True)
    division = models.CharField(max_length=12)
    department = models.CharField(max_length=32)
    child = models.ForeignKey("registry.Person", on_delete=models.PROTECT, related_name="inquiries")
    about = models.ForeignKey("registry.Person", on_delete=models.PROTECT, related_name="inquired_about")
    content = models.BinaryField()
    document = models.BinaryField(null=True)
    sensitivity = models.PositiveSmallIntegerField(default=4)
    reply_by = models.DateField(null=True)
    state = models.CharField(max_length=16, choices=LetterState, default=LetterState.DRAFT)
    drafted_by = models.CharField(max_length=64)
    drafted_at = models.DateTimeField()
    sent_by = models.CharField(max_length=64, blank=True)
    sent_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("division", "year", "sequence"), name="letters_are_numbered_once"),
        )
        indexes = (models.Index(fields=("department", "state"), name="letter_department"),)


class Round(models.Model):
    """年度复核 or 动态管理 of one county for one period: a kind of the packs (`yearly_review`), opened once. `opened_by` "local": by itself."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=32)
    division = models.CharField(max_length=12)
    period = models.CharField(max_length=8)
    due_on = models.DateField()
    opened_by = models.CharField(max_length=64)
    opened_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("kind", "division", "period"), name="a_round_is_opened_once"),)


class CheckState(models.TextChoices):
    """`due` until a person answers: `same` (no change) or `changed` (a visit said otherwise). `left`: the child left the round."""

    DUE = "due"
    SAME = "same"
    CHANGED = "changed"
    LEFT = "left"


class ChildCheck(models.Model):
    """One child in a round: which checks of the packs concern it, by when, and what came of them.

    `division` is the child's place, and follows it inside the county. `visit` is what answered it; `left_for` died | moved | merged. An
    unanswered one goes up through its task; it stops no money.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="child_checks")
    person = models.ForeignKey("registry.Person", on_delete=models.CASCADE, related_name="child_checks")
    division = models.CharField(max_length=12)
    checks = models.JSONField(default=list)
    due_on = models.DateField()
    state = models.CharField(max_length=16, choices=CheckState, default=CheckState.DUE)
    left_for = models.CharField(max_length=16, blank=True)
    visit = models.ForeignKey(Visit, on_delete=models.SET_NULL, null=True, related_name="child_checks")
    answered_by = models.CharField(max_length=64, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("round", "person"), name="a_child_stands_once_in_a_round"),)
        indexes = (
            models.Index(fields=("person", "state"), name="child_check_of"),
            models.Index(fields=("round", "division", "state"), name="child_check_place"),
        )
