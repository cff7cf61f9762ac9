"""What of closed aid in emergencies goes after its time: whatever names anybody. Number, place, days and amount stay."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from ciyou.apps.awards.contents import Applicant
from ciyou.apps.awards.numbering import code_hash, make_code
from ciyou.apps.crossing.contents import EmergencyContent, ToldChild, likeness_of, seal_emergency
from ciyou.apps.crossing.models import EmergencyAid, EmergencyState, EmergencyStep
from ciyou.core.access.actor import DivisionScope

NOBODY = ToldChild("", "", "", "")
_CLOSED = (EmergencyState.CLOSED, EmergencyState.TOLD)


def old_emergencies(scope: DivisionScope, before: dt.date) -> tuple[uuid.UUID, ...]:
    """Aid given or refused in an area whose last step was taken before a day, and which still names somebody."""
    rows = EmergencyAid.objects.filter(state__in=_CLOSED, received_in__gte=scope.first, received_in__lt=scope.end)
    moment = timezone.make_aware(dt.datetime.combine(before, dt.time()))
    old = rows.exclude(likeness=likeness_of(NOBODY)).annotate(last=Max("steps__at")).filter(last__lt=moment)
    return tuple(old.order_by("id").values_list("id", flat=True))


def erase_emergencies(aid_ids: Collection[uuid.UUID]) -> int:
    """Erase name, number, applicant, cause and every reason; how many. What is left opens with no code any more."""
    with transaction.atomic():
        for aid_id in aid_ids:
            nothing = EmergencyContent(child=NOBODY, applicant=Applicant(), cause="")
            EmergencyAid.objects.filter(id=aid_id).update(
                content=seal_emergency(aid_id, nothing),
                identity="",
                likeness=likeness_of(NOBODY),
                code_hash=code_hash(make_code()),
            )
        EmergencyStep.objects.filter(aid__in=aid_ids).update(words=None)
    return len(aid_ids)
