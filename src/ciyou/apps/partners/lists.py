"""Reading referrals: the list with its days per hop, one of them with its story, and how long each hop takes."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import Avg, Count, F, Max
from django.utils import timezone

from ciyou.apps.accounts.selectors import user_names
from ciyou.apps.partners.access import (
    EMERGENCY,
    PURPOSE,
    find_for_review,
    find_referral,
    may_read,
    reads_findings,
    receives,
    referrals_about,
    visible_referrals,
)
from ciyou.apps.partners.answering import link_step
from ciyou.apps.partners.contents import (
    ReferralContent,
    ReplyContent,
    ReturnPlan,
    open_content,
    open_plan,
    open_reply,
    open_words,
)
from ciyou.apps.partners.models import Referral, ReferralStep
from ciyou.apps.partners.refusals import ReferralNotFound
from ciyou.apps.partners.steps import GROUND_CHANGED, GROUND_REFUSED
from ciyou.apps.partners.transitions import OPEN, RECEIVER, SENDER, TRANSITIONS, clock_of
from ciyou.apps.registry.selectors import PersonCard, cards_of
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action, may_do

PAGE = 25
LATE, EVERYTHING = "late", "all"
HOPS = ("accept", "refuse", "arrive", "miss", "reply", "expire", "plan", "follow", "close")
FIGURE_DAYS = 365
Hops = dict[uuid.UUID, list[tuple[str, int]]]
"""By referral: each step taken, and the days that it took."""


@dataclass(frozen=True)
class ReferralLine:
    """One referral in a list. `hidden`: of a class above the reader's; only how long it takes is shown.

    `days` by step taken, `waiting` since the last step; `due_on` of the running clock (None once it is closed). `sensitivity`: the class of the referral.
    """

    id: uuid.UUID
    child_id: uuid.UUID | None
    child_name: str
    provider: str
    service: str
    division: str
    state: str
    urgency: str
    end_reason: str
    created_on: dt.date
    since_on: dt.date
    days: tuple[tuple[str, int], ...]
    waiting: int
    kind: str
    due_on: dt.date | None
    late: bool
    hidden: bool
    sensitivity: int


@dataclass(frozen=True)
class ReferralPage:
    """One page of a list, and how many there are in all and late."""

    total: int
    late: int
    lines: tuple[ReferralLine, ...]


@dataclass(frozen=True)
class HopFigure:
    """How long one hop takes: how often it was taken in a year, days on average and at most."""

    step: str
    count: int
    average: float
    longest: int


@dataclass(frozen=True)
class StepLine:
    """One step: what, by whom ("" by link), when, how many days after the one before, and its words."""

    step: str
    by: str
    role: str
    at: dt.datetime
    days: int
    words: str


@dataclass(frozen=True)
class ReferralView:
    """One referral. `may_change_ground`: an emergency that did not stand is the actor's to settle. `reply` None where there is none, or where the reader may not read it (`withheld`). `person_id` is for the record of disclosure only: a receiver is not led to the file. `steps_now`: what the actor can do. `narrow`: only the ground is shown, to whoever looks at it."""

    line: ReferralLine
    person_id: uuid.UUID
    content: ReferralContent
    ground: str
    ground_reviewed: bool
    reply: ReplyContent | None
    withheld: bool
    plan: ReturnPlan | None
    steps: tuple[StepLine, ...]
    steps_now: frozenset[str]
    link_for: str
    may_review: bool
    sensitivity: int
    version: int
    ground_refused: bool = False
    may_change_ground: bool = False
    narrow: bool = False


def list_referrals(actor: Actor, *, show: str = "", page: int = 1) -> ReferralPage:
    """Referrals, those that are late first, then the longest waiting. `show`: "" what is open, `late`, `all`."""
    today = timezone.localdate()
    rows = visible_referrals(actor)
    open_rows = rows.filter(state__in=OPEN)
    late_rows = open_rows.filter(due_on__lt=today)
    wanted = {LATE: late_rows, EVERYTHING: rows}.get(show, open_rows)
    first = (page - 1) * PAGE
    ordered = wanted.select_related("provider").order_by(F("due_on").asc(nulls_last=True), "-created_at", "id")
    found = list(ordered[first : first + PAGE])
    return ReferralPage(wanted.count(), late_rows.count(), _lines(actor, found, _hops_of(found)))


def referrals_of_child(actor: Actor, *, child_id: uuid.UUID) -> tuple[ReferralLine, ...]:
    """The referrals of one child that the actor may read, the latest first."""
    found = referrals_about(actor, child_id)
    return _lines(actor, found, _hops_of(found), read=True)


def read_referral(actor: Actor, *, referral_id: uuid.UUID) -> ReferralView:
    """One referral; raises ReferralNotFound. Whose ground waits for the actor's look and which it may not read is shown narrowly."""
    try:
        row = find_referral(actor, referral_id)
    except ReferralNotFound:
        waiting = find_for_review(actor, referral_id)
        if waiting is None:
            raise
        return _ground_only(waiting)
    reads, steps = reads_findings(actor, row), list(row.steps.order_by("at", "id"))
    return ReferralView(
        line=_lines(actor, [row], _by_referral(steps), read=True)[0],
        person_id=row.child_id,
        content=open_content(row.id, row.content),
        ground=row.ground,
        ground_reviewed=bool(row.ground_reviewed_by),
        ground_refused=any(one.step == GROUND_REFUSED for one in steps),
        may_change_ground=_may_change_ground(actor, row, steps),
        reply=open_reply(row.id, row.reply) if reads else None,
        withheld=row.reply is not None and not reads,
        plan=open_plan(row.id, row.plan),
        steps=_story([one for one in steps if one.step not in (GROUND_REFUSED, GROUND_CHANGED) or not receives(actor)]),
        steps_now=_steps_now(actor, row),
        link_for=link_step(row) if may_do(actor.role, Action.REFER) else "",
        may_review=_may_review(actor, row),
        sensitivity=max(row.sensitivity, row.reply_class or 0) if reads else row.sensitivity,
        version=row.version,
    )


def _ground_only(row: Referral) -> ReferralView:
    """What somebody reads who looks at the ground alone: service, ground and reason; not the child, the receiver or what was sent."""
    line = _line(row, None, (), timezone.localdate(), hidden=True)
    return ReferralView(
        line=replace(line, service=row.service),
        person_id=row.child_id,
        content=ReferralContent(purpose="", fields={}, emergency=open_content(row.id, row.content).emergency),
        ground=row.ground,
        ground_reviewed=False,
        reply=None,
        withheld=False,
        plan=None,
        steps=(),
        steps_now=frozenset(),
        link_for="",
        may_review=True,
        sensitivity=row.sensitivity,
        version=row.version,
        narrow=True,
    )


def hop_figures(actor: Actor) -> tuple[HopFigure, ...]:
    """How long each hop took in the last year, over all referrals of the actor's area that are in its list."""
    since = timezone.now() - dt.timedelta(days=FIGURE_DAYS)
    steps = ReferralStep.objects.filter(
        referral__in=visible_referrals(actor).values("id"), at__gte=since, step__in=HOPS
    )
    counted = steps.order_by().values("step").annotate(count=Count("id"), average=Avg("days"), longest=Max("days"))
    found = {row["step"]: HopFigure(row["step"], row["count"], row["average"], row["longest"]) for row in counted}
    return tuple(found[step] for step in HOPS if step in found)


def _hops_of(rows: Iterable[Referral]) -> Hops:
    listed = [one.id for one in rows]
    return _by_referral(ReferralStep.objects.filter(referral__in=listed, step__in=HOPS).order_by("at", "id"))


def _by_referral(steps: Iterable[ReferralStep]) -> Hops:
    found: Hops = {}
    for one in steps:
        if one.step in HOPS:
            found.setdefault(one.referral_id, []).append((one.step, one.days))
    return found


def _lines(actor: Actor, rows: Iterable[Referral], hops: Hops, *, read: bool = False) -> tuple[ReferralLine, ...]:
    listed, today = list(rows), timezone.localdate()
    children = {} if receives(actor) else cards_of(actor, person_ids=[one.child_id for one in listed], purpose=PURPOSE)
    return tuple(
        _line(
            row,
            children.get(row.child_id),
            tuple(hops.get(row.id, ())),
            today,
            hidden=not (read or may_read(actor, row)),
        )
        for row in listed
    )


def _line(
    row: Referral, child: PersonCard | None, days: tuple[tuple[str, int], ...], today: dt.date, *, hidden: bool
) -> ReferralLine:
    shown = child if not hidden else None
    return ReferralLine(
        id=row.id,
        child_id=shown.id if shown else None,
        child_name=shown.name if shown else "",
        provider="" if hidden else row.provider.name,
        service="" if hidden else row.service,
        division=row.division,
        state=row.state,
        urgency=row.urgency,
        end_reason=row.end_reason,
        created_on=timezone.localdate(row.created_at),
        since_on=row.since_on,
        days=days,
        waiting=max((today - row.since_on).days, 0),
        kind=clock_of(row.state, row.urgency),
        due_on=row.due_on,
        late=row.due_on is not None and row.due_on < today,
        hidden=hidden,
        sensitivity=row.sensitivity,
    )


def _story(rows: list[ReferralStep]) -> tuple[StepLine, ...]:
    names = user_names({one.by for one in rows})
    return tuple(
        StepLine(one.step, names.get(one.by, ""), one.role, one.at, one.days, open_words(one.id, one.words))
        for one in rows
    )


def _steps_now(actor: Actor, row: Referral) -> frozenset[str]:
    end = RECEIVER if receives(actor) else SENDER
    if end == SENDER and not may_do(actor.role, Action.REFER):
        return frozenset()
    return frozenset(step for step, one in TRANSITIONS.items() if row.state in one.before and end in one.ends)


def _may_change_ground(actor: Actor, row: Referral, steps: Iterable[ReferralStep]) -> bool:
    stands_refused = row.ground == EMERGENCY and any(one.step == GROUND_REFUSED for one in steps)
    return stands_refused and row.state in OPEN and not receives(actor) and may_do(actor.role, Action.REFER)


def _may_review(actor: Actor, row: Referral) -> bool:
    waits = row.ground == EMERGENCY and not row.ground_reviewed_by and row.sent_at is not None
    return waits and row.sent_by != actor.id and may_do(actor.role, Action.REVIEW_GROUND)
