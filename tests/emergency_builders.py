"""Aid in an emergency for tests: registered at a counter of ours, decided and handed out. Nobody exists."""

from __future__ import annotations

import datetime as dt
import uuid

from django.utils import timezone

from ciyou.apps.awards.contents import Applicant
from ciyou.apps.awards.receiving import Receipt
from ciyou.apps.crossing.contents import EmergencyContent, ToldChild, likeness_of, seal_emergency
from ciyou.apps.crossing.emergency import NewEmergency, register_emergency
from ciyou.apps.crossing.emergency_steps import Verdict, decide_emergency, pay_emergency
from ciyou.apps.crossing.models import EmergencyAid, EmergencyStep
from tests.crossing_builders import AUNT, NUMBER, THERE
from tests.office import TOWNSHIP

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


_numbers = iter(range(1, 100_000))


def closed_aid(
    *, place: str = TOWNSHIP, registered_on: str = "2026-03-02", paid_on: str = "2026-03-03", fen: int = 30000, **fields
):
    """Aid as it stands after it was handed out and looked at."""
    key, day = uuid.uuid4(), dt.date.fromisoformat(registered_on)
    child = ToldChild(f"甲{key.hex[:6]}", "", "2016-05-01", "")
    content = EmergencyContent(child, Applicant("姑姑乙", "relative", "13800000001"), "家里失火，没有住处。")
    number = next(_numbers)
    row = EmergencyAid.objects.create(
        **{
            "id": key, "number": f"J{number}", "county": "990101000000", "year": 2026, "sequence": number,
            "code_hash": "x$y", "likeness": likeness_of(child), "entitlement": "fast_emergency_aid", "event_on": day,
            "received_in": place, "bound_for": place, "state": "closed", "outcome": "approve",
            "content": seal_emergency(key, content), "need_fen": 50000, "amount_fen": fen, "received_on": day,
            "decided_on": day, "paid_on": dt.date.fromisoformat(paid_on) if paid_on else None, "received_by": "a",
            "created_at": timezone.now(), **fields,
        }
    )  # fmt: skip
    at = timezone.make_aware(dt.datetime.combine(row.paid_on or day, dt.time(12)))
    EmergencyStep.objects.create(aid=row, step="review", by="b", role="county_reviewer", place=place, at=at, words=b"x")
    return row
