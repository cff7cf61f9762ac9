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
from ciyou.apps.awards.numbering import code_hash, make_code
from ciyou.apps.awards.receiving import RELATIONS, Receipt
from ciyou.apps.crossing.contents import EmergencyContent, ToldChild, likeness_of, seal_emergency
from ciyou.apps.crossing.emergency_access import note_aid_step, open_decision
from ciyou.apps.crossing.emergency_doubles import check_doubles
from ciyou.apps.crossing.emergency_terms import aid_rules, emergency_terms
from ciyou.apps.crossing.models import EmergencyAid
from ciyou.apps.crossing.numbering import EMERGENCY, counter_number, next_sequence
from ciyou.apps.crossing.refusals import LEAST_REASON, REASON_LENGTH, check_may, moved_on, refused
from ciyou.apps.registry.exact import blind_number
from ciyou.apps.registry.identifying import normal_identifier
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action
from ciyou.core.errors import RecordError
from ciyou.core.linkage.identity import birth_date_of_id, sex_of_id

NAME_LENGTH, CONTACT_LENGTH = 64, 64
PLACES = ("township", "county")
_TRIES = 5


@dataclass(frozen=True)
class NewEmergency:
    """What the form says. `bound_for`: the township or county of registration; `other_event`: why it is not the event of a while ago.

    `birth_date` as it was told, for a child whose number is not at hand (`id_card` ""): an emergency asks for no papers.
    """

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
    birth_date: dt.date | None = None


def register_emergency(actor: Actor, *, wanted: NewEmergency) -> Receipt:
    """Note person, cause and amount; the three days begin. Sent twice it is one. Raises RecordError with every mistake at once.

    For the event of that day no child with that number may have been given it already, at this or any other counter of any county. Without
    a number, a name of the same reading with the same birth date in the county is asked about and not refused.
    """
    check_may(actor, Action.CROSS)
    number = normal_identifier("id_card", wanted.id_card) if wanted.id_card.strip() else ""
    _check(actor, wanted, number)
    for _attempt in range(_TRIES):
        try:
            # Aid of other counties decides about doubles; this counter may not see it.
            with transaction.atomic(), walled(LOCAL_OPERATOR):
                return _register(actor, wanted, number)
        except IntegrityError:
            continue  # another counter took the receipt's number, or registered the same child and event, in the same moment
    raise moved_on()


def _check(actor: Actor, wanted: NewEmergency, number: str) -> None:
    today, place = timezone.localdate(), actor.scope.first
    aid_rules(wanted.entitlement, place, today)
    problems = [
        *_people(wanted),
        *_event(wanted, today),
        *_place(wanted),
    ]
    born = _born(wanted, number)
    if born is None or born > today:
        problems.append(
            refused(
                "emergency.birth_date",
                "没有证件号码的，请填写孩子的出生日期；说不准的写大概的日期。",
                "Without an ID number, give the date of birth; where it is not certain, about when.",
            )
        )
    elif wanted.birth_date not in (None, born):
        problems.append(
            refused(
                "emergency.birth_date_differs",
                "出生日期和证件号码里的不一样，请核对；有号码的不用填出生日期。",
                "The date of birth is not that of the ID number. Check both; with a number it need not be given.",
            )
        )
    elif wanted.need_fen and not _due(wanted, place, today, born):
        problems.append(
            refused(
                "emergency.not_due",
                "按出生日期和当地规定，这一项不适用于这个人（例如已满 18 周岁）。请核对；成年人请转当地临时救助。",
                "By the date of birth and the rule of the place this is not for this person (of age, for example). Check it.",
            )
        )
    if problems:
        raise RecordError([one for error in problems for one in error.problems])


def _born(wanted: NewEmergency, number: str) -> dt.date | None:
    return birth_date_of_id(number) if number else wanted.birth_date


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


def _register(actor: Actor, wanted: NewEmergency, number: str) -> Receipt:
    there = EmergencyAid.objects.filter(id=wanted.id).first()
    if there is not None:
        if there.received_by != actor.id:
            raise moved_on()
        return Receipt(there.id, there.number, "")
    row, code = _new_row(actor, wanted, number)
    check_doubles(row, other_event=wanted.other_event)
    row.save(force_insert=True)
    note_aid_step(actor, row, step="register", place=row.received_in)
    open_decision(actor, row)
    record_action(actor, action="register_emergency_aid", subject=str(row.id), highest_class=3)
    return Receipt(row.id, row.number, code)


def _new_row(actor: Actor, wanted: NewEmergency, number: str) -> tuple[EmergencyAid, str]:
    today, county = timezone.localdate(), county_of(actor.scope.first)
    sequence, code = next_sequence(EmergencyAid.objects.all(), county, today.year), make_code()
    born = _born(wanted, number)
    assert born is not None
    sex = sex_of_id(number) if number else None
    content = EmergencyContent(
        child=ToldChild("".join(wanted.name.split()), sex or "", born.isoformat(), number),
        applicant=wanted.applicant,
        cause=" ".join(wanted.cause.split()),
        other_event=" ".join(wanted.other_event.split())[:REASON_LENGTH],
    )
    row = EmergencyAid(
        id=wanted.id,
        number=counter_number(EMERGENCY, county, today.year, sequence),
        county=county,
        year=today.year,
        sequence=sequence,
        code_hash=code_hash(code),
        identity=blind_number(number) if number else "",
        likeness=likeness_of(content.child),
        entitlement=wanted.entitlement,
        event_on=wanted.event_on,
        received_in=actor.scope.first,
        bound_for=wanted.bound_for,
        content=seal_emergency(wanted.id, content),
        need_fen=wanted.need_fen,
        received_on=today,
        received_by=actor.id,
        created_at=timezone.now(),
    )
    return row, code


def is_from_elsewhere(row: EmergencyAid) -> bool:
    """Whether another county has to be told of it."""
    return county_of(row.bound_for) != county_of(row.received_in)
