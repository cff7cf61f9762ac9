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
from ciyou.packs import load_limits

FOLLOW_LIMIT = "referral_follow_days"


def plan_return(actor: Actor, *, referral_id: uuid.UUID, version: int, what: str, next_on: dt.date | None) -> None:
    """What home, school and village do from now on, and the day on which somebody looks again, when the follow-up is due.

    Raises RecordError for a day that is past, and for one later than the packs allow: a plan must not put its child off for years.
    """
    check_may(actor, Action.REFER)
    last = last_follow_up()
    if next_on is None or not timezone.localdate() <= next_on <= last:
        raise refused(
            "next_on",
            f"请写明下次回访的日期：从今天起，最迟 {last.isoformat()}。",
            f"Give the day of the follow-up: from today until {last.isoformat()}.",
        )
    with transaction.atomic(), taking(actor, referral_id, end=SENDER, version=version) as row:
        plan = open_plan(row.id, row.plan) or ReturnPlan()
        made = replace(plan, what=check_words(what), next_on=next_on.isoformat())
        move(actor, row, step="plan", end=SENDER, starts_on=next_on, plan=seal_plan(row.id, made))


def last_follow_up() -> dt.date:
    """The last day that a plan made today can name for its follow-up."""
    return timezone.localdate() + dt.timedelta(days=load_limits()[FOLLOW_LIMIT].value)


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
