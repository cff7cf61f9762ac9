"""Applications between two counties for tests: a counter in ours, the registration in the other. Nobody exists."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from ciyou.apps.awards.checking import Opinion, check_application
from ciyou.apps.awards.contents import Applicant
from ciyou.apps.awards.deciding import decide_application
from ciyou.apps.awards.drafting import Draft, draft_decision
from ciyou.apps.awards.models import Application
from ciyou.apps.awards.receiving import Receipt
from ciyou.apps.crossing.acknowledging import accept_crossing
from ciyou.apps.crossing.models import Crossing
from ciyou.apps.crossing.receiving import NewCrossing, receive_crossing
from ciyou.apps.crossing.sending import send_crossing
from ciyou.apps.entitlements.services import determine_children
from ciyou.apps.registry.models import Person
from ciyou.apps.registry.services import record_identifier
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from tests.award_builders import AMOUNT, DE_FACTO, confirm, entitled_child
from tests.office import BORN, OTHER_COUNTY, make_actor
from tests.web.scene import id_number

THERE = "990102001000"
THERE_VILLAGE = "990102001001"
NUMBER = id_number("990102", BORN, "022")
AUNT = Applicant("姑姑乙", "relative", "13800000001")


@dataclass(frozen=True)
class Ends:
    """Who works at both ends: the township's counter here; there the township and the county's three."""

    counter: Actor
    township: Actor
    drafter: Actor
    reviewer: Actor
    approver: Actor


def both_ends() -> Ends:
    """Two offices of two counties."""
    there = [make_actor(f"county_{role}", division=OTHER_COUNTY) for role in ("drafter", "reviewer", "approver")]
    return Ends(make_actor("supervisor"), make_actor("supervisor", division=THERE), *there)


def child_there(key: str = "", *, number: str = NUMBER, **fields) -> uuid.UUID:
    """A de-facto unattended child on file in the other county, with its ID number and a confirmed determination."""
    child = entitled_child(key, division=THERE_VILLAGE, confirmed=False, **fields)
    record_identifier(make_actor("county_drafter", division=OTHER_COUNTY), person_id=child, kind="id_card", value=number, source="registration")  # fmt: skip
    confirm(child)
    return child


def name_of(child: uuid.UUID) -> str:
    return Person.objects.get(id=child).name


def taken(ends: Ends, *, name: str, by: Actor | None = None, **fields) -> Receipt:
    """The aunt's application at the counter, with everything that must be there."""
    wanted = NewCrossing(
        **{
            "id": uuid.uuid4(),
            "name": name,
            "id_card": NUMBER,
            "bound_for": THERE,
            "entitlement": DE_FACTO,
            "applicant": AUNT,
            "brought": frozenset({"bank_card"}),
            **fields,
        }
    )
    return receive_crossing(by or ends.counter, wanted=wanted)


def row_of(crossing_id) -> Crossing:
    return Crossing.objects.get(id=crossing_id)


def version_of(crossing_id) -> int:
    return row_of(crossing_id).version


def sent(ends: Ends, **fields) -> Receipt:
    """Taken and sent."""
    receipt = taken(ends, **fields)
    send_crossing(ends.counter, crossing_id=receipt.id, version=version_of(receipt.id))
    return receipt


def accepted(ends: Ends, child: uuid.UUID, **fields) -> tuple[Receipt, uuid.UUID]:
    """Sent, and accepted onto the child's file there; the receipt and the application there."""
    receipt = sent(ends, name=name_of(child), **fields)
    application = accept_crossing(ends.township, crossing_id=receipt.id, version=version_of(receipt.id), child_id=child)
    return receipt, application


def app_version(application: uuid.UUID) -> int:
    return Application.objects.get(id=application).version


def decided_there(ends: Ends, application: uuid.UUID, *, draft: Draft | None = None) -> None:
    """Checked by the township there, drafted and decided by its county."""
    agreed = Opinion("agree", compared=frozenset({"police"}))
    check_application(ends.township, application_id=application, version=app_version(application), opinion=agreed)
    wanted = draft or Draft("approve", amount_fen=AMOUNT)
    draft_decision(ends.drafter, application_id=application, version=app_version(application), draft=wanted)
    decide_application(ends.approver, application_id=application, version=app_version(application), decision="accept")


def determine(child: uuid.UUID, on) -> None:
    determine_children(LOCAL_OPERATOR, child_ids=[child], as_of=on, cause="load")
