"""What of referrals has to come to an end."""

from __future__ import annotations

from django.db.models import Q
from django.db.models.functions import TruncDate

from ciyou.apps.cases.loops import LoopKind
from ciyou.apps.partners.models import Referral
from ciyou.apps.partners.transitions import OPEN, every_clock
from ciyou.core.access.verdict import RESTRICTED


def loop_kinds() -> tuple[LoopKind, ...]:
    """Referrals."""
    rows = Referral.objects.filter(sensitivity__lt=RESTRICTED)
    steps = every_clock()  # work about its ground runs beside them, and is not its next step
    return (LoopKind("referral", rows, Q(state__in=OPEN), TruncDate("created_at"), child="child", works=steps),)
