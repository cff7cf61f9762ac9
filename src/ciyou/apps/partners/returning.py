"""After the reply: the return plan, the follow-up, the end; and what ends a referral before."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace

from django.db import transaction
from django.utils import timezone

from ciyou.apps.partners.contents import ReturnPlan, open_plan, seal_plan
from ciyou.apps.partners.refusals import check_may, check_words, refused
from ciyou.apps.partners.steps import SENDER, move, taking
from ciyou.apps.partners.transitions import ENDINGS
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action


def plan_return(actor: Actor, *, referral_id: uuid.UUID, version: int, what: str, next_on: dt.date | None) -> None:
    """What home, school and village do from now on, and the day on which somebody looks again, when the follow-up is due; raises RecordError for a day that is past."""
    check_may(actor, Action.REFER)
    if next_on is None or next_on < timezone.localdate():
        raise refused(
            "next_on",
            "请写明下次回访的日期（不能是过去的日子）。",
            "Give the day of the follow-up (no day that is past).",
        )
    with transaction.atomic(), taking(actor, referral_id, end=SENDER, version=version) as row:
        plan = open_plan(row.id, row.plan) or ReturnPlan()
        made = replace(plan, what=check_words(what), next_on=next_on.isoformat())
        move(actor, row, step="plan", end=SENDER, starts_on=next_on, plan=seal_plan(row.id, made))


def record_follow_up(actor: Actor, *, referral_id: uuid.UUID, version: int, words: str) -> None:
    """Somebody has looked how the child is doing after its return."""
    check_may(actor, Action.REFER)
    stated = check_words(words)
    with transaction.atomic(), taking(actor, referral_id, end=SENDER, version=version) as row:
        move(actor, row, step="follow", end=SENDER, words=stated)


def close_referral(actor: Actor, *, referral_id: uuid.UUID, version: int, reason: str) -> None:
    """Close it after the follow-up, or after it came to nothing, with the reason."""
    _end(actor, referral_id, version, reason, "close")


def withdraw_referral(actor: Actor, *, referral_id: uuid.UUID, version: int, reason: str) -> None:
    """Take it back before the child has arrived; a link that is out opens nothing any more."""
    _end(actor, referral_id, version, reason, "withdraw")


def _end(actor: Actor, referral_id: uuid.UUID, version: int, reason: str, step: str) -> None:
    check_may(actor, Action.REFER)
    if reason not in ENDINGS:
        raise refused("ending", "请选择办结的原因。", "Choose why it ends.")
    with transaction.atomic(), taking(actor, referral_id, end=SENDER, version=version) as row:
        move(actor, row, step=step, end=SENDER, note=reason)
