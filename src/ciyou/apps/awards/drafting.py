"""The draft of a decision: approve with an amount and a first month, or refuse with reasons."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils import timezone

from ciyou.apps.awards.access import find_application
from ciyou.apps.awards.models import Application, ApplicationState, ApplicationStep, PublicNotice
from ciyou.apps.awards.paying import TOWNSHIP, PayingRules, paying_rules
from ciyou.apps.awards.refusals import check_may, check_reason, moved_on, refused
from ciyou.apps.awards.residence import check_paid_once
from ciyou.apps.awards.steps import (
    APPROVER,
    DECIDE,
    DRAFT,
    SUPERVISOR,
    another_supervisor,
    content_of,
    end_step,
    open_step,
    take_step,
)
from ciyou.apps.entitlements.deciding import rule_decided
from ciyou.apps.entitlements.views import RuleDecided
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action
from ciyou.core.awards.month import Month
from ciyou.core.awards.turning import CountedFrom, first_payable_month
from ciyou.core.rules.interpreter import Decision, Outcome

APPROVE, REFUSE = "approve", "refuse"
LARGEST_MONTH_FEN = 1_000_000
"""Where no standard is known: more than the packs' bounds let any month's standard be."""


@dataclass(frozen=True)
class Draft:
    """What is proposed. `amount_fen` only where the determination leaves it open; `fact_on` where payment counts from a fact; `month`
    where no source says from when this place pays.
    """

    outcome: str
    words: str = ""
    amount_fen: int | None = None
    fact_on: dt.date | None = None
    month: Month | None = None


def draft_decision(actor: Actor, *, application_id: uuid.UUID, version: int, draft: Draft) -> None:
    """Draft the decision that another person makes. The county drafts; the township where the place delegates it.

    Raises RecordError where no confirmed determination stands behind an approval, for an amount outside its bounds, and for a
    refusal without reasons.
    """
    check_may(actor, Action.DRAFT_DECISION, Action.CHECK_APPLICATION)
    with transaction.atomic():
        row = find_application(actor, application_id, lock=True)
        rules = paying_rules(row.entitlement, row.division, timezone.localdate())
        _check_whose(actor, rules)
        if row.state not in (ApplicationState.CHECKED, ApplicationState.DRAFTED):
            raise moved_on()
        _write(actor, row, version, draft, rules)
        end_step(actor, row, DRAFT)
        end_step(actor, row, DECIDE)
        open_step(actor, row, DECIDE, role=_decider(actor, row, rules), started_on=decision_runs_from(row))


def decision_runs_from(row: Application) -> dt.date:
    """From when the time for a decision runs: the township's opinion, or the day on which a public notice was taken down."""
    checked = ApplicationStep.objects.filter(application=row, step="check").order_by("at").last()
    days = [timezone.localdate(checked.at)] if checked else []
    days += PublicNotice.objects.filter(application=row, removed_on__isnull=False).values_list("removed_on", flat=True)
    return max(days, default=timezone.localdate())


def _check_whose(actor: Actor, rules: PayingRules) -> None:
    if rules.decided_by == TOWNSHIP:
        check_may(actor, Action.CHECK_APPLICATION)
    else:
        check_may(actor, Action.DRAFT_DECISION)


def _write(actor: Actor, row: Application, version: int, draft: Draft, rules: PayingRules) -> None:
    if draft.outcome == REFUSE:
        amount, month, found = None, None, None
        words = check_reason(draft.words, code="application.refusal_reason")
    elif draft.outcome == APPROVE:
        found = confirmed_yes(row)
        amount = amount_of(found.decision, draft.amount_fen)  # type: ignore[arg-type]
        if found.decision.amount_fen is None:  # type: ignore[union-attr]
            _check_unit(amount, rules)
        month = first_month(row, rules, fact_on=draft.fact_on, chosen=draft.month, decided_on=timezone.localdate())
        check_paid_once(row, rules, month)
        words = " ".join(draft.words.split())[:400]
    else:
        raise refused("application.outcome", "请选择同意还是不予确认。", "Choose whether to approve or to refuse.")
    content = replace(
        content_of(row),
        draft_words=words,
        fact_on=draft.fact_on.isoformat() if draft.fact_on else "",
        decision_words="",
    )
    take_step(
        actor,
        row,
        version=version,
        step="draft",
        outcome=draft.outcome,
        content=content,
        state=ApplicationState.DRAFTED,
        outcome_drafted=draft.outcome,
        amount_fen=amount,
        first_month=month.first_day if month else None,
        determination_id=found.determination_id if found else row.determination_id,
        drafted_by=actor.id,
    )


def _decider(actor: Actor, row: Application, rules: PayingRules) -> str:
    if rules.decided_by != TOWNSHIP:
        return APPROVER
    return SUPERVISOR if another_supervisor(actor, row) else APPROVER


def confirmed_yes(row: Application) -> RuleDecided:
    """The determination that an approval rests on; raises RecordError where no person stands behind a yes."""
    found = rule_decided(child_id=row.person_id, rule=row.entitlement)
    if found is None or found.decision is None or found.decision.outcome is not Outcome.YES:
        raise refused(
            "application.not_entitled",
            "按现在掌握的情况，认定没有得出“符合”。请先补查缺少的事实，或提出不予确认并写明理由。",
            "On what is known now the determination does not say yes. Find out what is missing first, or refuse with reasons.",
        )
    if not found.confirmed:
        raise refused(
            "application.unconfirmed",
            "这个孩子的认定还没有人确认。请先由县级复核人员确认认定，再拟定决定。",
            "Nobody has confirmed this child's determination yet. Have the county's reviewer confirm it first.",
        )
    return found


def amount_of(decision: Decision, wished: int | None) -> int:
    """The amount: the determination's where it is known; else what was wished, no less than its floor and no more than its ceiling."""
    if decision.amount_fen is not None:
        return decision.amount_fen
    floor, ceiling = decision.floor_fen or 0, decision.ceiling_fen
    if wished is None or wished < floor or wished <= 0 or (ceiling is not None and wished > ceiling):
        at_most = f"{ceiling / 100:.2f}" if ceiling is not None else ""
        raise refused(
            "application.amount",
            f"认定没有定出金额。请填写每月金额（元），不低于 {floor / 100:.2f}"
            + (f"，不高于 {at_most}。" if at_most else "。"),
            f"The determination leaves the amount open. Give the yuan per month, at least {floor / 100:.2f}"
            + (f" and at most {at_most}." if at_most else "."),
        )
    return wished


def _check_unit(amount: int, rules: PayingRules) -> None:
    """A month's amount that nobody knows a ceiling of is still no hundredfold one."""
    if rules.rule.period == "month" and amount > LARGEST_MONTH_FEN:
        raise refused(
            "application.amount_unit",
            f"每月 {amount / 100:.2f} 元不合常理（不会高于 {LARGEST_MONTH_FEN / 100:.0f} 元）；请检查单位：是元还是分，是每月还是每年。",
            f"{amount / 100:.2f} yuan a month is not plausible (never above {LARGEST_MONTH_FEN / 100:.0f}); check the unit: yuan or fen, month or year.",
        )


def first_month(
    row: Application, rules: PayingRules, *, fact_on: dt.date | None, chosen: Month | None, decided_on: dt.date
) -> Month:
    """The first month that is paid, by the place's rule; raises ClockError where the day that counts is not known."""
    if rules.start is None:
        if chosen is None or chosen < Month.of(row.received_on) or chosen > Month.of(decided_on).plus(1):
            raise refused(
                "application.month",
                "没有文件写明从哪个月起发放，请问清本地规定后填写：不早于受理的月份，不晚于下个月。",
                "No document says from which month this is paid here. Ask the place and give it: not before the month of the application, not after the next.",
            )
        return chosen
    days = {CountedFrom.APPLICATION: row.received_on, CountedFrom.DECISION: decided_on}
    if fact_on is not None:
        if fact_on > decided_on:
            raise refused(
                "application.fact_day",
                "符合条件之日不能晚于今天。",
                "The day on which the conditions were met cannot lie ahead.",
            )
        days[CountedFrom.FACT] = fact_on
    return first_payable_month(rules.start, days)
