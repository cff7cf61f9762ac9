"""Lists of leads as officers ask for them: where, why, how far, how old, whose, overdue."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, replace

from django.db.models import QuerySet

from ciyou.apps.cases.lead_access import COUNTY, TOWNSHIP, VILLAGE, LeadNotFound, find_lead, is_village, visible_leads
from ciyou.apps.cases.load_leads import open_record
from ciyou.apps.cases.models import Lead, LeadState, Task, TaskState
from ciyou.apps.cases.steps import ASSIGN, INQUIRE, REVIEW, VERIFY
from ciyou.core.access.actor import Actor, DivisionScope
from ciyou.core.access.roles import Action, may_do
from ciyou.core.access.verdict import ceiling_of
from ciyou.core.clock.months import add_months

STATES = tuple(LeadState.values)
QUEUES = (VILLAGE, TOWNSHIP, COUNTY)
AGES = {"0-5": (0, 5), "6-11": (6, 11), "12-15": (12, 15), "16-17": (16, 17)}
"""Age groups by completed years: before school, primary school, junior middle school, after it."""
STEPS = (ASSIGN, VERIFY, REVIEW, INQUIRE)
NOBODY = "none"
MOST_CHOSEN = 5_000
_MONTHS = 12
_PERSONAL, _SENSITIVE = 3, 4
_WHO = ("name", "sex", "birth_date")
OPEN = "open"
RECORD_ALONE = "adverse_record_alone"
"""Why a record that leads to nobody is a lead."""


@dataclass(frozen=True)
class LeadQuery:
    """Which leads: every field that is set narrows. `place` is a 12-digit division, `owner` a post's id or `none`.

    `state` is a state or `open` (not closed); `name` a part of a name; `gone`: no longer in the rosters, but worked on.
    """

    place: str = ""
    why: str = ""
    state: str = ""
    age: str = ""
    owner: str = ""
    queue: str = ""
    result: str = ""
    run: str = ""
    overdue: bool = False
    gone: bool = False
    name: str = ""


@dataclass(frozen=True)
class LeadLine:
    """One lead for a list or its own page.

    `record` is what an adverse record says that led to no child: the county reads all of it, a village or township to whom it was
    handed only who the person is.
    """

    id: uuid.UUID
    person_id: uuid.UUID | None
    name: str
    sex: str
    birth_date: dt.date | None
    division: str
    why: str
    rules: tuple[str, ...]
    deciding: tuple[str, ...]
    gain_fen: int
    state: str
    queue: str
    post_id: uuid.UUID | None
    result: str
    result_reason: str
    returned_for: str
    reported_by: str
    reported_at: dt.datetime | None
    opened_at: dt.datetime
    gone: bool
    due_on: dt.date | None = None
    record: tuple[tuple[str, str], ...] = ()

    @property
    def highest_class(self) -> int:
        """Of what it shows: which roster holds a record is class 4, who it names is not."""
        return _SENSITIVE if "roster" in dict(self.record) else _PERSONAL


@dataclass(frozen=True)
class LeadPage:
    """One page of leads and how many there are in all."""

    total: int
    leads: tuple[LeadLine, ...]


def list_leads(actor: Actor, *, query: LeadQuery, today: dt.date, offset: int, limit: int) -> LeadPage:
    """One page of the leads the actor may see, the most urgent first (three queries)."""
    rows = matching_leads(actor, query, today)
    # Ids first, from the index alone: sorting whole rows of a hundred thousand leads would take a second.
    chosen = rows.order_by("rank", "id").values("pk")[offset : offset + limit]
    page = list(Lead.objects.filter(pk__in=chosen).select_related("person").order_by("rank", "id"))
    whole = not offset and len(page) < limit
    return LeadPage(len(page) if whole else rows.count(), lines_of(actor, page))


def chosen_ids(actor: Actor, *, query: LeadQuery, today: dt.date) -> tuple[uuid.UUID, ...]:
    """The ids of all leads of a filter that can be assigned, most urgent first.

    Records that lead to nobody are among them only where they were asked for: what departments hold against somebody is told to a
    village by a decision, not by the way.
    """
    rows = matching_leads(actor, query, today).filter(state__in=(LeadState.NEW, LeadState.ASSIGNED))
    if query.why != RECORD_ALONE:
        rows = rows.filter(person__isnull=False)
    return tuple(rows.order_by("rank", "id").values_list("id", flat=True)[:MOST_CHOSEN])


def read_lead(actor: Actor, *, lead_id: uuid.UUID) -> LeadLine:
    """One lead; raises LeadNotFound."""
    lead = find_lead(actor, lead_id)
    return lines_of(actor, [lead])[0]


def leads_to_nobody(actor: Actor, *, lead_id: uuid.UUID) -> bool:
    """Whether a lead that the actor may see is a record without a child."""
    try:
        return find_lead(actor, lead_id).person_id is None
    except LeadNotFound:
        return False


def matching_leads(actor: Actor, query: LeadQuery, today: dt.date) -> QuerySet[Lead]:
    """The visible leads that a query asks for."""
    rows = visible_leads(actor)
    for name in ("why", "queue", "result"):
        if value := getattr(query, name):
            rows = rows.filter(**{name: value})
    rows = _by_state(rows, query)
    if query.place:
        scope = DivisionScope.of(query.place)
        rows = rows.filter(division__gte=scope.first, division__lt=scope.end)
    if query.owner:
        rows = rows.filter(post=None) if query.owner == NOBODY else rows.filter(post=query.owner)
    if query.run:
        rows = rows.filter(run_id=query.run)
    if query.age:
        rows = rows.filter(**_born(query.age, today))
    if query.name:
        rows = rows.filter(person__name__contains=query.name)
    if query.overdue:
        late = overdue_steps(actor, today).filter(person__isnull=False)
        rows = rows.exclude(state=LeadState.CLOSED).filter(person__in=late.values("person"))
    return rows


def _by_state(rows: QuerySet[Lead], query: LeadQuery) -> QuerySet[Lead]:
    if query.state == OPEN:
        rows = rows.exclude(state=LeadState.CLOSED)
    elif query.state:
        rows = rows.filter(state=query.state)
    if query.gone:
        rows = rows.filter(gone_at__isnull=False).exclude(state=LeadState.CLOSED)
    return rows


def overdue_steps(actor: Actor, today: dt.date) -> QuerySet[Task]:
    """The next steps of leads in the actor's scope whose time is over."""
    steps = Task.objects.filter(kind__in=STEPS, state=TaskState.OPEN, due_on__lt=today)
    return steps.filter(division__gte=actor.scope.first, division__lt=actor.scope.end)


def _born(age: str, today: dt.date) -> dict[str, dt.date]:
    youngest, oldest = AGES[age]
    return {
        "person__birth_date__gt": add_months(today, -(oldest + 1) * _MONTHS),
        "person__birth_date__lte": add_months(today, -youngest * _MONTHS),
    }


def lines_of(actor: Actor, leads: list[Lead]) -> tuple[LeadLine, ...]:
    """Leads that the actor may see as lines, each with the day its next step is due (one query)."""
    subjects = {str(lead.id) for lead in leads}
    open_steps = Task.objects.filter(subject_id__in=subjects, kind__in=STEPS, state=TaskState.OPEN)
    due = dict(open_steps.order_by("-due_on").values_list("subject_id", "due_on"))
    return tuple(replace(_line(actor, lead), due_on=due.get(str(lead.id))) for lead in leads)


def _line(actor: Actor, lead: Lead) -> LeadLine:
    person = lead.person
    record = _record_for(actor, lead)
    return LeadLine(
        id=lead.id,
        person_id=lead.person_id,
        name=person.name if person else record.get("name", ""),
        sex=person.sex if person else record.get("sex", ""),
        birth_date=person.birth_date if person else None,
        division=lead.division,
        why=lead.why,
        rules=tuple(lead.rules),
        deciding=tuple(lead.deciding),
        gain_fen=lead.expected_gain_fen,
        state=lead.state,
        queue=lead.queue,
        post_id=lead.post_id,
        result=lead.result,
        result_reason=lead.result_reason,
        returned_for=lead.returned_for,
        reported_by=lead.reported_by,
        reported_at=lead.reported_at,
        opened_at=lead.opened_at,
        gone=lead.gone_at is not None and lead.state != LeadState.CLOSED,
        record=tuple(record.items()),
    )


def _record_for(actor: Actor, lead: Lead) -> dict[str, str]:
    """What the actor may read of a lead's record; a village reads whom it names, as long as it has to find the child."""
    county = ceiling_of(actor) >= _SENSITIVE
    if lead.record is None or not (county or lead.person_id is None):
        return {}
    record = open_record(lead)
    return record if county else {key: record[key] for key in _WHO if record.get(key)}


@dataclass(frozen=True)
class LeadRights:
    """What the actor may do with one lead now."""

    assign: bool
    take_back: bool
    visit: bool
    work_on_record: bool
    review: bool
    own_report: bool
    inquire: bool
    settle: bool


def rights_on(actor: Actor, lead: LeadLine) -> LeadRights:
    """Which steps of a lead are the actor's to take, as it stands."""
    may = {action: may_do(actor.role, action) for action in Action}
    reported, mine = lead.state == LeadState.REPORTED, str(lead.post_id) == actor.post_id
    child = lead.person_id is not None
    to_visit = lead.state in (LeadState.NEW, LeadState.ASSIGNED, LeadState.VISITING)
    return LeadRights(
        assign=may[Action.ASSIGN] and lead.state in (LeadState.NEW, LeadState.ASSIGNED),
        take_back=may[Action.ASSIGN] and lead.state == LeadState.ASSIGNED,
        visit=may[Action.VISIT] and child and to_visit and (mine or not is_village(actor)),
        work_on_record=may[Action.VISIT] and not child and to_visit and (mine or not is_village(actor)),
        review=may[Action.REVIEW] and reported and lead.reported_by != actor.id,
        own_report=reported and lead.reported_by == actor.id,
        inquire=may[Action.INQUIRE] and child and reported and lead.queue == COUNTY,
        settle=may[Action.ASSIGN] and ceiling_of(actor) >= _SENSITIVE and not child and to_visit,
    )
