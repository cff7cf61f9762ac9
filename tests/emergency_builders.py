"""Aid in an emergency for tests: registered at a counter of ours, decided and handed out. Nobody exists."""

from __future__ import annotations

import uuid

from django.utils import timezone

from ciyou.apps.awards.receiving import Receipt
from ciyou.apps.crossing.emergency import NewEmergency, register_emergency
from ciyou.apps.crossing.emergency_steps import Verdict, decide_emergency, pay_emergency
from ciyou.apps.crossing.models import EmergencyAid
from tests.crossing_builders import AUNT, NUMBER, THERE

AID = "fast_emergency_aid"


def registered(actor, **fields) -> uuid.UUID:
    return receipted(actor, **fields).id


def receipted(actor, **fields) -> Receipt:
    said = {
        "id": uuid.uuid4(),
        "entitlement": AID,
        "name": "急难甲",
        "id_card": NUMBER,
        "bound_for": THERE,
        "event_on": timezone.localdate(),
        "cause": "家里失火，今晚没有住处和吃的。",
        "need_fen": 80000,
        "applicant": AUNT,
        **fields,
    }
    return register_emergency(actor, wanted=NewEmergency(**said))


def version_of(aid_id) -> int:
    return EmergencyAid.objects.get(id=aid_id).version


def decided(actor, aid_id, **fields) -> None:
    verdict = Verdict(**{"outcome": "approve", "amount_fen": 40000, "words": "先给食宿，当场核实。", **fields})
    decide_emergency(actor, aid_id=aid_id, version=version_of(aid_id), verdict=verdict)


def paid(actor, aid_id) -> None:
    today = timezone.localdate()
    pay_emergency(actor, aid_id=aid_id, version=version_of(aid_id), paid_on=today, how="cash")
