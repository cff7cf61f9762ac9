"""What happens to referrals without anybody's doing: nobody answers for too long, the child moves, or it dies."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.rounds import named_owner_of, owner_of
from ciyou.apps.partners.contents import open_plan
from ciyou.apps.partners.models import Referral, ReferralState
from ciyou.apps.partners.steps import hand_on, move
from ciyou.apps.partners.transitions import MACHINE, OPEN, TRANSITIONS
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.access.verdict import RESTRICTED
from ciyou.packs import load_limits

LIMIT, DIED = "referral_open_days", "died"


def expire_referrals() -> int:
    """Let referrals run out that the receiver has not answered for too long (a periodic job); how many. Their senders arrange anew."""
    last = timezone.localdate() - dt.timedelta(days=load_limits()[LIMIT].value)
    waiting = (ReferralState.SENT, ReferralState.ACCEPTED)
    expired = 0
    with walled(LOCAL_OPERATOR):
        due = list(Referral.objects.filter(state__in=waiting, since_on__lt=last).values_list("id", flat=True))
    for referral_id in due:
        with walled(LOCAL_OPERATOR), transaction.atomic():
            row = Referral.objects.select_for_update(of=("self",)).filter(id=referral_id, state__in=waiting).first()
            if row is not None:
                move(LOCAL_OPERATOR, row, step="expire", end=MACHINE)
                expired += 1
    return expired


def on_person_moved(person_id: str, new_division: str, **_more: object) -> None:
    """Handler of `registry.person_moved`: open referrals go along, for only the new place sees the child; the receiver notices nothing."""
    with walled(LOCAL_OPERATOR), transaction.atomic():
        here = Referral.objects.select_for_update(of=("self",)).filter(child_id=person_id, state__in=OPEN)
        for row in here.exclude(division=new_division):
            owner = named_owner_of if row.sensitivity >= RESTRICTED else _owner_of
            post, *_place = owner(row.child_id, new_division, timezone.localdate()) or (None,)
            Referral.objects.filter(id=row.id).update(division=new_division, post=post, version=F("version") + 1)
            row.refresh_from_db()
            hand_on(LOCAL_OPERATOR, row, starts_on=_began(row))


def _owner_of(_child: object, division: str, on: dt.date) -> tuple[uuid.UUID | None, str, str]:
    return owner_of(division, on)


def _began(row: Referral) -> dt.date:
    """From when its clock runs: the last step, or the day of the follow-up in the plan."""
    plan = open_plan(row.id, row.plan) if row.state == ReferralState.PLANNED else None
    return dt.date.fromisoformat(plan.next_on) if plan is not None and plan.next_on else row.since_on


def on_child_died(child_ids: Iterable[str], **_more: object) -> None:
    """Handler of `registry.child_died`: nobody asks a family in mourning how the referral went."""
    with transaction.atomic():
        rows = Referral.objects.select_for_update(of=("self",)).filter(child_id__in=list(child_ids), state__in=OPEN)
        for row in rows:
            step = next(name for name in ("withdraw", "close", "end") if row.state in TRANSITIONS[name].before)
            move(LOCAL_OPERATOR, row, step=step, end=MACHINE, note=DIED)
