"""Dibao applied for where a child lives: registered in Zhengzhou, living in Taiyuan, whose packs take it. Nobody exists."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.utils import timezone

from ciyou.apps.awards.checking import Opinion, check_application
from ciyou.apps.awards.contents import Applicant
from ciyou.apps.awards.drafting import Draft, draft_decision
from ciyou.apps.awards.models import Application
from ciyou.apps.awards.receiving import NewApplication, Receipt, receive_application
from ciyou.apps.entitlements.models import Determination
from ciyou.apps.entitlements.services import confirm_determination, determine_children
from ciyou.apps.registry.services import move_person
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from tests.award_builders import version_of
from tests.office import file_child, make_actor

HOME, HOME_VILLAGE = "410102000000", "410102001001"
LIVES, LIVES_TOWNSHIP, LIVES_VILLAGE = "140106000000", "140106001000", "140106001001"
OPEN_PLACE = "350206001001"
AT_RESIDENCE = "dibao_at_residence"
FATHER = Applicant("父亲甲", "father", "13800000002")
PAPERS = frozenset({"verification_authorisation", "residence_permit", "bank_card"})
AGREED = Opinion(
    "agree", compared=frozenset({"civil_affairs"}), report="全家月人均收入低于当地低保标准，财产符合规定。"
)


@dataclass(frozen=True)
class Places:
    """Who works where the child lives, and the drafter of where it is registered."""

    counter: Actor
    drafter: Actor
    reviewer: Actor
    approver: Actor
    home: Actor


def both_places(lives: str = LIVES_VILLAGE) -> Places:
    """Two offices; at the registration a drafter."""
    county, township = lives[:6].ljust(12, "0"), lives[:9].ljust(12, "0")
    there = [make_actor(f"county_{role}", division=county) for role in ("drafter", "reviewer", "approver")]
    return Places(make_actor("supervisor", division=township), *there, make_actor("county_drafter", division=HOME))


def resident_child(places: Places, *, lives: str = LIVES_VILLAGE, confirmed: bool = True, **household) -> uuid.UUID:
    """A child of a poor family that has lived there for more than a year, with a determination that a person there confirmed."""
    since = timezone.localdate() - dt.timedelta(days=600)
    told = {"dibao": False, "income_percent_of_dibao": 60, **household}
    child = file_child(
        division=HOME_VILLAGE,
        born=dt.date(2016, 5, 1),
        child={"residence_division": lives, "away_since": since},
        household=told,
    )
    move_person(places.home, person_id=child, division=HOME_VILLAGE, residence_division=lives, on=since)
    determine_children(LOCAL_OPERATOR, child_ids=[child], as_of=timezone.localdate(), cause="load")
    if confirmed:
        found = Determination.objects.get(person_id=child, current=True)
        confirm_determination(places.reviewer, determination_id=found.id)
    return child


def taken_there(places: Places, child: uuid.UUID, *, by: Actor | None = None, **fields) -> Receipt:
    """The father's application at the counter where they live, with everything that is asked for."""
    wanted = NewApplication(
        **{"id": uuid.uuid4(), "child_id": child, "entitlement": AT_RESIDENCE, "applicant": FATHER, "brought": PAPERS}
        | fields
    )
    return receive_application(by or places.counter, wanted=wanted)


def checked_there(places: Places, child: uuid.UUID, **fields) -> uuid.UUID:
    """Taken, and agreed to by the township."""
    receipt = taken_there(places, child, **fields)
    check_application(places.counter, application_id=receipt.id, version=version_of(receipt.id), opinion=AGREED)
    return receipt.id


def drafted_there(places: Places, application: uuid.UUID, draft: Draft | None = None) -> None:
    """The county drafts: 300 yuan a month by the report."""
    wanted = draft or Draft("approve", amount_fen=30000)
    draft_decision(places.drafter, application_id=application, version=version_of(application), draft=wanted)


def row_of(application: uuid.UUID) -> Application:
    return Application.objects.get(id=application)
