"""Where the entitlements of a child stand: applied for, refused, running. For the machine that keeps a child's package; nothing restricted."""

from __future__ import annotations

import uuid

from ciyou.apps.awards.models import OPEN_STATES, Application, ApplicationState, Award, AwardState
from ciyou.core.access.verdict import RESTRICTED

RUNNING, APPLIED, REFUSED = "running", "applied", "refused"


def entitlement_standings(child_id: uuid.UUID) -> dict[str, str]:
    """By entitlement (class 4 and below): `running`, else `applied`, else `refused`; without any of these it is left out.

    Of several applications the latest counts; an award that ended and a withdrawn application leave nothing.
    """
    found: dict[str, str] = {}
    rows = Application.objects.filter(person_id=child_id, sensitivity__lt=RESTRICTED).order_by("created_at", "id")
    for code, state in rows.values_list("entitlement", "state"):
        found.pop(code, None)
        if state in OPEN_STATES:
            found[code] = APPLIED
        elif state == ApplicationState.REFUSED:
            found[code] = REFUSED
    awards = Award.objects.filter(person_id=child_id, sensitivity__lt=RESTRICTED).exclude(state=AwardState.ENDED)
    return found | dict.fromkeys(awards.values_list("entitlement", flat=True), RUNNING)
