"""Reading applications: lists with filters, one with its timeline and the next step, and those of a child."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from ciyou.apps.awards.access import PURPOSE, find_application, is_own_work, known_classes, listed_applications
from ciyou.apps.awards.contents import ApplicationContent, open_appeal, open_notice
from ciyou.apps.awards.models import OPEN_STATES, Appeal, Application, ApplicationState, Award, PublicNotice
from ciyou.apps.awards.papers import PaperCard, papers_of, printable_papers
from ciyou.apps.awards.paying import REQUIRED, TOWNSHIP, PayingRules, paying_rules
from ciyou.apps.awards.steps import ELSEWHERE, content_of
from ciyou.apps.awards.whole_procedure import plan_of_whole
from ciyou.apps.cases.list_conditions import open_dues, overdue_subjects
from ciyou.apps.registry.selectors import PersonCard, cards_of, get_person
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action, may_do
from ciyou.core.access.verdict import ceiling_of
from ciyou.packs.clocks import DuePlan

PAGE = 25
COUNTED_AT_MOST = 1000
OPEN, OVERDUE = "open", "overdue"
COUNTY_CLASS = 4


@dataclass(frozen=True)
class ApplicationQuery:
    """What a list is narrowed to. `state` a state, `open`, or "" for all; `place` a division's significant digits."""

    state: str = OPEN
    entitlement: str = ""
    place: str = ""
    overdue: bool = False
    page: int = 1


@dataclass(frozen=True)
class ApplicationLine:
    """One application in a list. `due_on` of the step that is open, None where none is."""

    id: uuid.UUID
    number: str
    child_id: uuid.UUID
    child_name: str
    birth_date: dt.date | None
    entitlement: str
    division: str
    state: str
    channel: str
    received_on: dt.date
    due_on: dt.date | None
    overdue: bool
    outcome: str
    amount_fen: int | None
    sensitivity: int


@dataclass(frozen=True)
class ApplicationPage:
    """One page and how many there are in all (counted up to COUNTED_AT_MOST + 1)."""

    total: int
    lines: tuple[ApplicationLine, ...]


def list_applications(actor: Actor, *, query: ApplicationQuery) -> ApplicationPage:
    """Applications, those that wait longest first; protected children and class 5 never stand in it."""
    rows = _narrowed(listed_applications(actor), query)
    first = (query.page - 1) * PAGE
    found = list(rows.defer("content").order_by("received_on", "sequence", "id")[first : first + PAGE])
    counted = rows.order_by().values("id")[: COUNTED_AT_MOST + 1].count()
    return ApplicationPage(counted, _lines(actor, found))


def _narrowed(rows: QuerySet[Application], query: ApplicationQuery) -> QuerySet[Application]:
    if query.state == OPEN:
        rows = rows.filter(state__in=OPEN_STATES)
    elif query.state:
        rows = rows.filter(state=query.state)
    if query.entitlement:
        rows = rows.filter(entitlement=query.entitlement)
    if query.place:
        rows = rows.filter(division__gte=query.place.ljust(12, "0"), division__lt=query.place + ":")
    if query.overdue:
        late = overdue_subjects(timezone.localdate()).values("subject_id")
        rows = rows.filter(pk__in=_ids_among(rows, late))
    return rows


def _ids_among(rows: QuerySet[Application], subjects: QuerySet) -> list[uuid.UUID]:
    """Applications whose task is late: a task names its subject as text."""
    named = set(subjects.values_list("subject_id", flat=True))
    open_rows = rows.filter(state__in=OPEN_STATES).values_list("id", flat=True)
    return [one for one in open_rows if str(one) in named]


def _lines(actor: Actor, rows: Iterable[Application]) -> tuple[ApplicationLine, ...]:
    found = list(rows)
    cards = cards_of(actor, person_ids=[row.person_id for row in found], purpose=PURPOSE)
    dues = open_dues([str(row.id) for row in found])
    return tuple(_line(row, cards.get(row.person_id), dues) for row in found)


def _line(row: Application, card: PersonCard | None, dues: Mapping[str, dt.date]) -> ApplicationLine:
    due = dues.get(str(row.id))
    return ApplicationLine(
        id=row.id,
        number=row.number,
        child_id=row.person_id,
        child_name=card.name if card else "",
        birth_date=card.birth_date if card else None,
        entitlement=row.entitlement,
        division=row.division,
        state=row.state,
        channel=row.channel,
        received_on=row.received_on,
        due_on=due,
        overdue=due is not None and due < timezone.localdate(),
        outcome=row.outcome,
        amount_fen=row.amount_fen,
        sensitivity=row.sensitivity,
    )


def applications_of_child(actor: Actor, *, child_id: uuid.UUID) -> tuple[ApplicationLine, ...]:
    """The applications for a child that the caller may show, the latest first."""
    if not may_do(actor.role, Action.SEE_APPLICATIONS):
        return ()
    rows = Application.objects.filter(person_id=child_id, sensitivity__lte=known_classes(actor, child_id))
    return _lines(actor, rows.defer("content").order_by("-created_at"))


@dataclass(frozen=True)
class StepLine:
    """A step that was taken: what, how, by whom (a user's id), when, and when it had begun."""

    step: str
    outcome: str
    by: str
    at: dt.datetime
    began_on: dt.date


@dataclass(frozen=True)
class NoticeView:
    """A public notice: its days, and what was objected."""

    posted_on: dt.date
    ends_on: dt.date
    removed_on: dt.date | None
    objections: int
    words: str


@dataclass(frozen=True)
class AppealView:
    """An appeal and its answer; `may_answer`: the actor did not work on the application."""

    id: uuid.UUID
    received_on: dt.date
    words: str
    result: str
    answer: str
    decided_on: dt.date | None
    may_answer: bool


@dataclass(frozen=True)
class Rights:
    """What the actor may do with an application now; `own_work`: they worked on it, so another person decides."""

    complete: bool = False
    check: bool = False
    draft: bool = False
    decide: bool = False
    post_notice: bool = False
    remove_notice: bool = False
    tell: bool = False
    appeal: bool = False
    withdraw: bool = False
    renew_code: bool = False
    note_home: bool = False
    own_work: bool = False


@dataclass(frozen=True)
class ApplicationView:
    """One application as one actor may see it; words of opinions and reasons are there for the county only.

    `printable`: kinds of papers that the actor may print for the family's signature. `whole`: the days of the whole procedure,
    None where the place states none or the time does not run.
    """

    line: ApplicationLine
    child: PersonCard
    rules: PayingRules
    content: ApplicationContent
    steps: tuple[StepLine, ...]
    whole: DuePlan | None
    notice: NoticeView | None
    appeals: tuple[AppealView, ...]
    papers: tuple[PaperCard, ...]
    printable: tuple[str, ...]
    award_id: uuid.UUID | None
    first_month: dt.date | None
    received_in: str
    rights: Rights
    sees_words: bool
    told: bool
    sensitivity: int
    version: int


def read_application(actor: Actor, *, application_id: uuid.UUID) -> ApplicationView:
    """One application; raises ApplicationNotFound."""
    row = find_application(actor, application_id)
    child = get_person(actor, person_id=row.person_id, purpose=PURPOSE)
    rules = paying_rules(row.entitlement, row.division, timezone.localdate())
    notice = PublicNotice.objects.filter(application=row).first()
    steps = tuple(
        StepLine(one.step, one.outcome, one.by, one.at, one.began_on) for one in row.steps.order_by("at", "id")
    )
    told = any(one.step == "tell" for one in steps)
    sees_words, papers = ceiling_of(actor) >= COUNTY_CLASS, papers_of(application_id=row.id)
    return ApplicationView(
        line=_line(row, child, open_dues([str(row.id)])),
        child=child,
        rules=rules,
        content=content_of(row),
        steps=steps,
        whole=plan_of_whole(row, [(one.step, one.at) for one in steps]),
        notice=_notice(row, notice),
        appeals=_appeals(actor, row),
        papers=papers,
        printable=printable_papers(row, rules, papers) if may_do(actor.role, Action.APPLY) else (),
        award_id=Award.objects.filter(application=row).values_list("id", flat=True).first(),
        first_month=row.first_month,
        received_in=row.received_in,
        rights=_rights(actor, row, rules, notice, told=told),
        sees_words=sees_words or may_do(actor.role, Action.CHECK_APPLICATION),
        told=told,
        sensitivity=row.sensitivity,
        version=row.version,
    )


def _notice(row: Application, notice: PublicNotice | None) -> NoticeView | None:
    if notice is None:
        return None
    words = open_notice(row.id, notice.content)
    return NoticeView(notice.posted_on, notice.ends_on, notice.removed_on, notice.objections, words)


def _appeals(actor: Actor, row: Application) -> tuple[AppealView, ...]:
    answers = may_do(actor.role, Action.ANSWER_APPEAL) and not is_own_work(actor, _workers(row))
    found = []
    for one in Appeal.objects.filter(application=row).order_by("received_on", "id"):
        content = open_appeal(one.id, one.content)
        may = answers and not one.result
        found.append(
            AppealView(one.id, one.received_on, content.words, one.result, content.answer, one.decided_on, may)
        )
    return tuple(found)


def _workers(row: Application) -> tuple[str, ...]:
    return (row.received_by, row.checked_by, row.drafted_by, row.decided_by)


def _rights(actor: Actor, row: Application, rules: PayingRules, notice: PublicNotice | None, *, told: bool) -> Rights:
    applies, checks = may_do(actor.role, Action.APPLY), may_do(actor.role, Action.CHECK_APPLICATION)
    here = actor.scope.holds(row.division)
    delegated = rules.decided_by == TOWNSHIP
    drafts = checks if delegated else may_do(actor.role, Action.DRAFT_DECISION)
    decides = may_do(actor.role, Action.DECIDE_APPLICATION) and (delegated or actor.role != "supervisor")
    own = is_own_work(actor, _workers(row)[:3])
    closed = row.state in (ApplicationState.APPROVED, ApplicationState.REFUSED)
    waits = row.state in (ApplicationState.CHECKED, ApplicationState.DRAFTED)
    return Rights(
        complete=applies and row.state == ApplicationState.RETURNED,
        check=checks and here and row.state == ApplicationState.RECEIVED,
        draft=drafts and here and waits,
        decide=decides and here and row.state == ApplicationState.DRAFTED and not own,
        post_notice=checks and here and waits and rules.notice == REQUIRED and notice is None,
        remove_notice=checks and here and notice is not None and notice.removed_on is None,
        tell=applies and closed and not told,
        appeal=applies and closed,
        withdraw=applies and row.state in OPEN_STATES,
        renew_code=applies and row.channel != ELSEWHERE,
        note_home=drafts
        and here
        and rules.at_residence
        and row.state in OPEN_STATES
        and not delegated
        and not _home_has_answered(row),
        own_work=decides and row.state == ApplicationState.DRAFTED and own,
    )


def _home_has_answered(row: Application) -> bool:
    word = content_of(row).home
    return word is not None and word.by == "home"


def application_of_appeal(actor: Actor, *, appeal_id: uuid.UUID) -> uuid.UUID:
    """The application that an appeal is about; raises ApplicationNotFound."""
    found = Appeal.objects.filter(id=appeal_id).values_list("application_id", flat=True).first()
    return find_application(actor, found).id
