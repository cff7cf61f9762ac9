"""Suspending, resuming and ending an award: proposed by one person with its effect before the eyes, made by another."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, replace

from django.db import IntegrityError, transaction
from django.utils import timezone

from ciyou.apps.audit.services import publish_event, record_action
from ciyou.apps.awards.access import county_of, find_award
from ciyou.apps.awards.contents import ChangeContent, open_change, seal_change
from ciyou.apps.awards.models import Award, AwardChange, AwardState
from ciyou.apps.awards.papers import Ending, issue_paper
from ciyou.apps.awards.paying import paying_rules
from ciyou.apps.awards.refusals import award_not_found, check_may, check_reason, moved_on, refused, same_person
from ciyou.apps.awards.reviews import close_review
from ciyou.apps.awards.steps import APPROVER, CHANGE, DRAFTER, REVIEWER, Work, end_work, open_work
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action
from ciyou.core.awards.month import Month
from ciyou.core.awards.turning import last_payable_month

SUSPEND, RESUME, END, HAND_OVER = "suspend", "resume", "end", "hand_over"
MADE, REFUSED = "made", "refused"
RESUMED = "resumed"
"""The ground of a resumption: the reason stands in words."""
_TRIES = 5


@dataclass(frozen=True)
class WishedChange:
    """What is proposed. `event_on`: when the ground arose; `from_month` only where no source says which month it ends with."""

    id: uuid.UUID
    kind: str
    ground: str
    event_on: dt.date
    reason: str
    from_month: Month | None = None


@dataclass(frozen=True)
class Effect:
    """What a change would do: `from_month` is the first month that is otherwise; `last_month` the last one paid before it."""

    kind: str
    from_month: Month
    last_month: Month
    by_rule: bool


def preview_change(actor: Actor, *, award_id: uuid.UUID, wished: WishedChange) -> Effect:
    """What a change would do, before it is sent; raises RecordError for what cannot be."""
    check_may(actor, Action.CHANGE_AWARD)
    return effect_of(find_award(actor, award_id), wished)


def effect_of(award: Award, wished: WishedChange) -> Effect:
    """From which month a change holds: by the ground's own rule in this place, else as the place said."""
    _check_possible(award, wished)
    if wished.event_on > timezone.localdate():
        raise refused("award.event_day", "发生日期不能晚于今天。", "The day it happened cannot lie ahead.")
    ruled = None
    if wished.kind != RESUME:
        stop = paying_rules(award.entitlement, award.division, timezone.localdate()).stop(wished.ground)
        last = last_payable_month(stop.ground.month, wished.event_on)
        ruled = None if last is None else last.plus(1)
    month = ruled or wished.from_month
    if month is None:
        raise refused(
            "award.from_month",
            "没有文件写明从哪个月起，请问清本地规定后选择月份。",
            "No document says from which month; ask the place and choose one.",
        )
    first = Month.of(award.first_month)
    if month < first or month > Month.of(timezone.localdate()).plus(12):
        raise refused(
            "award.month_range",
            f"月份应不早于开始发放的 {first}，不晚于一年以后。",
            f"The month is not before {first}, when payment began, and not more than a year ahead.",
        )
    return Effect(wished.kind, month, month.plus(-1), ruled is not None)


def _check_possible(award: Award, wished: WishedChange) -> None:
    possible = {
        AwardState.ACTIVE: (SUSPEND, END, HAND_OVER),
        AwardState.SUSPENDED: (RESUME, END, HAND_OVER),
        AwardState.ENDED: (),
    }
    if wished.kind not in possible[AwardState(award.state)]:
        raise refused(
            "award.kind",
            "这项保障现在不能这样变更。请刷新页面，看看它现在的状态。",
            "The award cannot be changed like this now. Reload the page and see how it stands.",
        )
    if award.duplicate_of_id is not None and wished.kind != END:
        raise refused(
            "award.duplicate",
            "这项保障与同一个孩子的另一项重复，只能终止。",
            "This award doubles another one of the same child; it can only be ended.",
        )


def propose_change(actor: Actor, *, award_id: uuid.UUID, version: int, wished: WishedChange) -> uuid.UUID:
    """Propose a change; the same form twice is one proposal. Nothing changes until another person makes it."""
    check_may(actor, Action.CHANGE_AWARD)
    reason = check_reason(wished.reason)
    with transaction.atomic():
        award = find_award(actor, award_id, lock=True)
        there = AwardChange.objects.filter(id=wished.id).first()
        if there is not None:
            if there.award_id != award.id:
                raise moved_on()
            return there.id
        if award.version != version:
            raise moved_on()
        if AwardChange.objects.filter(award=award, result="").exists():
            raise refused(
                "award.change_open",
                "已有一项变更等待决定，请先决定那一项。",
                "A change waits to be decided already; decide that one first.",
            )
        effect = effect_of(award, wished)
        keep_change(actor, award, wished, effect, reason)
    return wished.id


def keep_change(actor: Actor, award: Award, wished: WishedChange, effect: Effect, reason: str) -> None:
    """Write a proposal down and open the task of whoever decides it."""
    AwardChange.objects.create(
        id=wished.id,
        award=award,
        kind=wished.kind,
        ground=wished.ground if wished.kind != RESUME else RESUMED,
        event_on=wished.event_on,
        from_month=effect.from_month.first_day,
        content=seal_change(wished.id, ChangeContent(reason)),
        proposed_by=actor.id,
        proposed_at=timezone.now(),
    )
    role = REVIEWER if actor.role == DRAFTER else APPROVER
    work = Work(CHANGE, award.id, county_of(award.division), role, award.person_id, award.sensitivity)
    open_work(actor, work)
    note_change(actor, "propose_change", award, kind=wished.kind, ground=wished.ground)


def decide_change(actor: Actor, *, change_id: uuid.UUID, version: int, accepted: bool, words: str = "") -> None:
    """Make a proposed change, or refuse it with a reason; not by whoever proposed it. An end is told in writing."""
    check_may(actor, Action.DECIDE_CHANGE)
    for _attempt in range(_TRIES):
        try:
            with transaction.atomic():
                return _decide(actor, change_id, version, accepted, words)
        except IntegrityError:
            continue  # another paper of this county took the number in the same moment
    raise moved_on()


def _decide(actor: Actor, change_id: uuid.UUID, version: int, accepted: bool, words: str) -> None:
    change = open_proposal(actor, change_id, version)
    award = change.award
    if change.kind == HAND_OVER:
        raise refused(
            "award.hand_over",
            "请从“移交”办理这一项。",
            "This is a handing over; decide it where handings over are decided.",
        )
    if not accepted:
        refuse_change(actor, change, words)
        return
    settle_change(actor, change, MADE)
    month = Month.of(change.from_month)
    if change.kind == END:
        _end(actor, award, change, month)
    else:
        state = AwardState.SUSPENDED if change.kind == SUSPEND else AwardState.ACTIVE
        write_award(award, state=state)
    end_work(actor, kind=CHANGE, subject_id=award.id)
    close_review(actor, award)
    publish_event("awards.award_changed", award_id=str(award.id), child_ids=[str(award.person_id)])
    note_change(actor, "decide_change", award, kind=change.kind, result=MADE)


def _end(actor: Actor, award: Award, change: AwardChange, month: Month) -> None:
    stop = paying_rules(award.entitlement, award.division, timezone.localdate()).stop(change.ground)
    last = month.plus(-1)
    write_award(award, state=AwardState.ENDED, last_month=last.first_day, ended_for=change.ground)
    reason = open_change(change.id, change.content).reason
    issue_paper(actor, kind="ending", application=award.application, award=award, ending=Ending(last, stop.zh, reason))


def open_proposal(actor: Actor, change_id: uuid.UUID, version: int) -> AwardChange:
    """A proposal that waits, with its award locked; raises for whoever proposed it and where somebody was first."""
    change = AwardChange.objects.filter(id=change_id).first()
    if change is None:
        raise award_not_found()
    award = find_award(actor, change.award_id, lock=True)
    if change.result or award.version != version:
        raise moved_on()
    if change.proposed_by == actor.id:
        raise same_person(
            "提出变更和决定变更要由两个人办理；请由另一位办理。",
            "Proposing a change and making it are two people's work; let somebody else decide.",
        )
    change.award = award
    return change


def refuse_change(actor: Actor, change: AwardChange, words: str) -> None:
    """Refuse a proposal with a reason; the award stays as it is, and its review stays open."""
    content = replace(open_change(change.id, change.content), refusal=check_reason(words))
    settle_change(actor, change, REFUSED, content=seal_change(change.id, content))
    end_work(actor, kind=CHANGE, subject_id=change.award_id, state="refused")
    note_change(actor, "decide_change", change.award, kind=change.kind, result=REFUSED)


def settle_change(actor: Actor, change: AwardChange, result: str, **more: object) -> None:
    """Write a proposal's result once; raises RecordError when somebody was first."""
    taken = AwardChange.objects.filter(id=change.id, result="").update(
        result=result, decided_by=actor.id, decided_at=timezone.now(), **more
    )
    if not taken:
        raise moved_on()


def write_award(award: Award, **changes: object) -> None:
    """Change an award if it stands as it was read; raises RecordError when somebody was first."""
    taken = Award.objects.filter(id=award.id, version=award.version).update(**changes, version=award.version + 1)
    if not taken:
        raise moved_on()
    award.version += 1


def note_change(actor: Actor, action: str, award: Award, **details: str) -> None:
    """Put a change into the log."""
    record_action(
        actor,
        action=action,
        subject=str(award.id),
        persons=[str(award.person_id)],
        details=details,
        highest_class=award.sensitivity,
    )
