"""Where the entitlements of a child stand: applied for, refused, running. For the machine that keeps a child's package; nothing restricted."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db.models import QuerySet

from ciyou.apps.awards.models import OPEN_STATES, Application, ApplicationState, Award, AwardState
from ciyou.core.access.verdict import RESTRICTED

RUNNING, APPLIED, REFUSED = "running", "applied", "refused"


def standing_applications(child_id: uuid.UUID) -> QuerySet[Application]:
    """The applications for a child (class 4 and below)."""
    return Application.objects.filter(person_id=child_id, sensitivity__lt=RESTRICTED)


def standing_awards(child_id: uuid.UUID) -> QuerySet[Award]:
    """The awards of a child that have not ended (class 4 and below)."""
    return Award.objects.filter(person_id=child_id, sensitivity__lt=RESTRICTED).exclude(state=AwardState.ENDED)


def entitlement_standings(applied: Iterable[tuple[str, str]], awarded: Iterable[str]) -> dict[str, str]:
    """By entitlement: `running`, else `applied`, else `refused`; without any of these it is left out.

    `applied`: entitlement and state of the applications, the earliest first, of which the latest counts; a withdrawn one leaves nothing.
    """
    found: dict[str, str] = {}
    for code, state in applied:
        found.pop(code, None)
        if state in OPEN_STATES:
            found[code] = APPLIED
        elif state == ApplicationState.REFUSED:
            found[code] = REFUSED
    return found | dict.fromkeys(awarded, RUNNING)
