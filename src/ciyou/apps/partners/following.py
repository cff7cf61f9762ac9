"""What happens to referrals without anybody's doing: nobody answers for too long, or the child dies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from ciyou.apps.audit.wall import walled
from ciyou.apps.partners.models import Referral, ReferralState
from ciyou.apps.partners.steps import move
from ciyou.apps.partners.transitions import MACHINE, OPEN, TRANSITIONS
from ciyou.core.access.actor import LOCAL_OPERATOR
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


def on_child_died(child_ids: Iterable[str], **_more: object) -> None:
    """Handler of `registry.child_died`: nobody asks a family in mourning how the referral went."""
    with transaction.atomic():
        rows = Referral.objects.select_for_update(of=("self",)).filter(child_id__in=list(child_ids), state__in=OPEN)
        for row in rows:
            step = next(name for name in ("withdraw", "close", "end") if row.state in TRANSITIONS[name].before)
            move(LOCAL_OPERATOR, row, step=step, end=MACHINE, note=DIED)
