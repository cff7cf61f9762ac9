"""Aid where an emergency is: registered, decided at once, handed out, the papers afterwards, looked at by somebody else, and noted at home."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from ciyou.apps.accounts.selectors import level_of
from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.awards.access import county_of
from ciyou.apps.awards.contents import Applicant
from ciyou.apps.awards.receiving import RELATIONS
from ciyou.apps.crossing.contents import EmergencyContent, ToldChild, seal_emergency
from ciyou.apps.crossing.emergency_access import note_aid_step, open_decision
from ciyou.apps.crossing.emergency_terms import aid_rules, emergency_terms
from ciyou.apps.crossing.models import NOT_GIVEN, EmergencyAid
from ciyou.apps.crossing.refusals import LEAST_REASON, REASON_LENGTH, check_may, moved_on, refused
from ciyou.apps.registry.exact import blind_number
from ciyou.apps.registry.identifying import normal_identifier
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action
from ciyou.core.errors import RecordError
from ciyou.core.linkage.identity import birth_date_of_id, sex_of_id

NAME_LENGTH, CONTACT_LENGTH = 64, 64
PLACES = ("township", "county")
RECENT = dt.timedelta(days=90)
"""How long back aid for another event is asked about: it may be the same event under another day. An office rule, not law."""


@dataclass(frozen=True)
class NewEmergency:
    """What the form says. `bound_for`: the township or county of registration; `other_event`: why it is not the event of a while ago."""

    id: uuid.UUID
    entitlement: str
    name: str
    id_card: str
    bound_for: str
    event_on: dt.date | None
    cause: str
    need_fen: int | None
    applicant: Applicant
    other_event: str = ""


def register_emergency(actor: Actor, *, wanted: NewEmergency) -> uuid.UUID:
    """Note person, cause and amount; the three days begin. Sent twice it is one. Raises RecordError with every mistake at once.

    For the event of that day nobody may have been given it already, at this or any other counter of any county.
    """
    check_may(actor, Action.CROSS)
    number = normal_identifier("id_card", wanted.id_card)
    _check(actor, wanted, number)
    try:
        # Aid of other counties decides about doubles; this counter may not see it.
        with transaction.atomic(), walled(LOCAL_OPERATOR):
            return _register(actor, wanted, number)
    except IntegrityError as error:
        raise _given_already() from error


def _check(actor: Actor, wanted: NewEmergency, number: str) -> None:
    today, place = timezone.localdate(), actor.scope.first
    aid_rules(wanted.entitlement, place, today)
    problems = [
        *_people(wanted),
        *_event(wanted, today),
        *_place(wanted),
    ]
    born = birth_date_of_id(number)
    if born is None or (wanted.need_fen and not _due(wanted, place, today, born)):
        problems.append(
            refused(
                "emergency.not_due",
                "按证件号码和当地规定，这一项不适用于这个人（例如已满 18 周岁）。请核对号码；成年人请转当地临时救助。",
                "By the number and the rule of the place this is not for this person (of age, for example). Check the number.",
            )
        )
    if problems:
        raise RecordError([one for error in problems for one in error.problems])


def _due(wanted: NewEmergency, place: str, today: dt.date, born: dt.date) -> bool:
    return emergency_terms(wanted.entitlement, place, today, birth_date=born, need_fen=wanted.need_fen or 0).due


def _people(wanted: NewEmergency) -> list[RecordError]:
    found = []
    if not 2 <= len(wanted.name.strip()) <= NAME_LENGTH:
        found.append(refused("child_name", "请填写孩子的姓名。", "Give the child's name."))
    if not 0 < len(wanted.applicant.name.strip()) <= NAME_LENGTH:
        found.append(refused("name", "请填写申请人姓名。", "Give the name of whoever applies."))
    if wanted.applicant.relation not in RELATIONS:
        found.append(refused("relation", "请选择申请人与孩子的关系。", "Choose the relation to the child."))
    if len(wanted.applicant.contact.strip()) > CONTACT_LENGTH:
        found.append(refused("contact", "联系电话太长，请核对。", "The telephone number is too long."))
    return found


def _event(wanted: NewEmergency, today: dt.date) -> list[RecordError]:
    found = []
    if wanted.event_on is None or wanted.event_on > today:
        found.append(
            refused(
                "emergency.day",
                "请填写急难发生的日期，不能晚于今天。",
                "Give the day of the event, not later than today.",
            )
        )
    if not LEAST_REASON <= len(wanted.cause.strip()) <= REASON_LENGTH:
        found.append(
            refused(
                "emergency.cause",
                f"请写明发生了什么、眼前缺什么（{LEAST_REASON} 至 {REASON_LENGTH} 个字）。",
                f"Write what has happened and what is lacking now ({LEAST_REASON} to {REASON_LENGTH} characters).",
            )
        )
    if not wanted.need_fen:
        found.append(refused("emergency.need", "请填写眼前需要多少钱。", "Give how much money is needed now."))
    return found


def _place(wanted: NewEmergency) -> list[RecordError]:
    place = wanted.bound_for
    if place.isdigit() and len(place) == 12 and level_of(place) in PLACES:
        return []
    return [
        refused(
            "place",
            "请选择孩子户籍所在的乡镇（街道）；不知道乡镇的，选县（市、区）。",
            "Choose the township of the child's registration, or its county where the township is not known.",
        )
    ]


def _register(actor: Actor, wanted: NewEmergency, number: str) -> uuid.UUID:
    there = EmergencyAid.objects.filter(id=wanted.id).first()
    if there is not None:
        if there.received_by != actor.id:
            raise moved_on()
        return there.id
    identity = blind_number(number)
    _check_doubles(wanted, identity)
    row = _new_row(actor, wanted, number, identity)
    note_aid_step(actor, row, step="register", place=row.received_in)
    open_decision(actor, row)
    record_action(actor, action="register_emergency_aid", subject=str(row.id), highest_class=3)
    return row.id


def _check_doubles(wanted: NewEmergency, identity: str) -> None:
    """The same event is refused; another one shortly before is asked about, since a day is easily told differently."""
    assert wanted.event_on is not None
    given = EmergencyAid.objects.filter(identity=identity, entitlement=wanted.entitlement).exclude(state__in=NOT_GIVEN)
    if given.filter(event_on=wanted.event_on).exists():
        raise _given_already()
    near = (
        given.filter(event_on__range=(wanted.event_on - RECENT, wanted.event_on + RECENT)).order_by("event_on").last()
    )
    if near is not None and len(wanted.other_event.strip()) < LEAST_REASON:
        day = near.event_on.isoformat()
        raise refused(
            "emergency.near",
            f"这个孩子因 {day} 的急难已经登记过救助（可能在外地）。确实是另一件事的，请写明与那一次有什么不同。",
            f"Aid for an event of {day} is on record for this child, perhaps elsewhere. If this is another event, say how.",
        )


def _given_already() -> RecordError:
    return refused(
        "emergency.given",
        "这个孩子这一天的急难已经登记救助（本地或外地），同一件事不重复救助。",
        "Aid for the event of this day is on record for this child, here or elsewhere: one event is not paid twice.",
    )


def _new_row(actor: Actor, wanted: NewEmergency, number: str, identity: str) -> EmergencyAid:
    born = birth_date_of_id(number)
    assert born is not None
    content = EmergencyContent(
        child=ToldChild("".join(wanted.name.split()), sex_of_id(number) or "", born.isoformat(), number),
        applicant=wanted.applicant,
        cause=" ".join(wanted.cause.split()),
        other_event=" ".join(wanted.other_event.split())[:REASON_LENGTH],
    )
    return EmergencyAid.objects.create(
        id=wanted.id,
        identity=identity,
        entitlement=wanted.entitlement,
        event_on=wanted.event_on,
        received_in=actor.scope.first,
        bound_for=wanted.bound_for,
        content=seal_emergency(wanted.id, content),
        need_fen=wanted.need_fen,
        received_on=timezone.localdate(),
        received_by=actor.id,
        created_at=timezone.now(),
    )


def is_from_elsewhere(row: EmergencyAid) -> bool:
    """Whether another county has to be told of it."""
    return county_of(row.bound_for) != county_of(row.received_in)
