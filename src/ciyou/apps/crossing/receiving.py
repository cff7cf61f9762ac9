"""Taking an application for a child of another place, at the counter where the family stands."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db import IntegrityError, transaction
from django.utils import timezone

from ciyou.apps.accounts.selectors import level_of
from ciyou.apps.audit.wall import walled
from ciyou.apps.awards.access import county_of
from ciyou.apps.awards.contents import GIVEN, Applicant
from ciyou.apps.awards.elsewhere import claimable_elsewhere, renew_code_from_counter, withdraw_from_counter
from ciyou.apps.awards.numbering import code_hash, is_code, make_code
from ciyou.apps.awards.paying import PayingRules, paying_rules
from ciyou.apps.awards.receiving import RELATIONS, AskedDocument, OnFile, Receipt, asked_documents
from ciyou.apps.awards.residence import is_served
from ciyou.apps.crossing.access import find_crossing, is_counter
from ciyou.apps.crossing.contents import CrossingContent, ToldChild, seal_crossing
from ciyou.apps.crossing.models import UNDECIDED, Crossing, CrossingState
from ciyou.apps.crossing.numbering import CROSSING, counter_number, next_sequence
from ciyou.apps.crossing.refusals import check_may, check_words, crossing_not_found, moved_on, refused
from ciyou.apps.crossing.steps import (
    COMPLETE,
    COUNTER,
    PUSH,
    content_of,
    move,
    note_step,
    open_at_counter,
    taking,
)
from ciyou.apps.registry.exact import blind_number
from ciyou.apps.registry.identifying import normal_identifier
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action
from ciyou.core.errors import RecordError
from ciyou.core.linkage.identity import birth_date_of_id, sex_of_id

NAME_LENGTH, CONTACT_LENGTH, OF_AGE = 64, 64, 18
PLACES = ("township", "county")
_TRIES = 5


@dataclass(frozen=True)
class NewCrossing:
    """What the form says. `id` is made by the form; `bound_for` the township (or county) of the child's registration."""

    id: uuid.UUID
    name: str
    id_card: str
    bound_for: str
    entitlement: str
    applicant: Applicant
    brought: frozenset[str] = frozenset()


def asked_at_counter(entitlement: str, division: str) -> tuple[AskedDocument, ...]:
    """The papers of an entitlement of another place: of the child nothing is known here, so data spare none."""
    return asked_documents(_rules(entitlement, division), OnFile(frozenset(), frozenset(), has_account=False))


def receive_crossing(actor: Actor, *, wanted: NewCrossing) -> Receipt:
    """Take it: number, code, and the first task, all or nothing. Sent twice it is one.

    Raises RecordError with every mistake at once, for a place that nobody serves here, and where the same is under way already.
    """
    check_may(actor, Action.CROSS)
    number = normal_identifier("id_card", wanted.id_card)
    _check(actor, wanted, number)
    for _attempt in range(_TRIES):
        try:
            # The other counters' applications decide about numbers and doubles; this counter may not see them.
            with transaction.atomic(), walled(LOCAL_OPERATOR):
                return _receive(actor, wanted, number)
        except IntegrityError:
            continue  # another counter took the number, or the same child's application, in the same moment
    raise moved_on()


def _check(actor: Actor, wanted: NewCrossing, number: str) -> None:
    problems = [problem for check in _CHECKS for problem in check(actor, wanted, number)]
    if problems:
        raise RecordError([one for error in problems for one in error.problems])


def _check_people(_actor: Actor, wanted: NewCrossing, number: str) -> list[RecordError]:
    found = []
    if not 2 <= len(wanted.name.strip()) <= NAME_LENGTH:
        found.append(refused("child_name", "请填写孩子的姓名。", "Give the child's name."))
    if not _is_minor(number):
        found.append(
            refused("adult", "证件号码上的人已满 18 周岁，请核对。", "By this number the person is of age; check it.")
        )
    if not 0 < len(wanted.applicant.name.strip()) <= NAME_LENGTH:
        found.append(refused("name", "请填写申请人姓名。", "Give the name of whoever applies."))
    if wanted.applicant.relation not in RELATIONS:
        found.append(refused("relation", "请选择申请人与孩子的关系。", "Choose the relation to the child."))
    if len(wanted.applicant.contact.strip()) > CONTACT_LENGTH:
        found.append(refused("contact", "联系电话太长，请核对。", "The telephone number is too long."))
    return found


def _check_place(actor: Actor, wanted: NewCrossing, _number: str) -> list[RecordError]:
    place = wanted.bound_for
    if not (place.isdigit() and len(place) == 12 and level_of(place) in PLACES):
        return [
            refused(
                "place",
                "请选择孩子户籍所在的乡镇（街道）；不知道乡镇的，选县（市、区）。",
                "Choose the township of the child's registration, or its county where the township is not known.",
            )
        ]
    if actor.scope.holds(place):
        return [
            refused(
                "place_is_ours",
                "户籍地就在您的辖区：请在孩子的页面上直接申请，没有档案的先建档。",
                "The registration lies in your own area: apply on the child's page, after opening its file.",
            )
        ]
    if not is_served(place):
        return [
            refused(
                "place_not_served",
                "户籍地的县还没有使用本系统，不能在这里转送。请在全国儿童福利信息系统内推送。",
                "That county does not work on this installation: push it in the national child-welfare system.",
            )
        ]
    if wanted.entitlement not in claimable_elsewhere(place, timezone.localdate()):
        return [
            refused(
                "entitlement",
                "这一项不能在户籍地以外申请。请重新选择。",
                "This cannot be applied for outside the place of registration. Choose again.",
            )
        ]
    return []


_CHECKS = (_check_people, _check_place)


def _is_minor(number: str) -> bool:
    born, today = birth_date_of_id(number), timezone.localdate()
    return born is not None and (today.year - born.year) - ((today.month, today.day) < (born.month, born.day)) < OF_AGE


def _receive(actor: Actor, wanted: NewCrossing, number: str) -> Receipt:
    there = Crossing.objects.filter(id=wanted.id).first()
    if there is not None:
        if there.received_by != actor.id:
            raise moved_on()
        return Receipt(there.id, there.number, "")
    identity = blind_number(number)
    if Crossing.objects.filter(identity=identity, entitlement=wanted.entitlement, state__in=UNDECIDED).exists():
        raise refused(
            "open_already",
            "这个孩子的这一项已经在另一个窗口（或本窗口）受理，正在办理。请申请人凭回执查询进度，不必重复申请。",
            "This is under way already, taken at this or another counter: let the applicant follow it by the slip.",
        )
    row, code = _new_row(actor, wanted, number, identity)
    note_step(actor, row, step="receive", place=row.received_in)
    open_at_counter(actor, row, PUSH if row.state == CrossingState.READY else COMPLETE)
    return Receipt(row.id, row.number, code)


def _new_row(actor: Actor, wanted: NewCrossing, number: str, identity: str) -> tuple[Crossing, str]:
    now, today, county = timezone.now(), timezone.localdate(), county_of(actor.scope.first)
    sequence, code = next_sequence(Crossing.objects.all(), county, today.year), make_code()
    born = birth_date_of_id(number)
    assert born is not None
    content = CrossingContent(
        child=ToldChild("".join(wanted.name.split()), sex_of_id(number) or "", born.isoformat(), number),
        applicant=wanted.applicant,
        documents=_documents(wanted.entitlement, wanted.bound_for, wanted.brought),
    )
    complete = not content.missing
    row = Crossing.objects.create(
        id=wanted.id,
        number=counter_number(CROSSING, county, today.year, sequence),
        county=county,
        year=today.year,
        sequence=sequence,
        code_hash=code_hash(code),
        identity=identity,
        entitlement=wanted.entitlement,
        received_in=actor.scope.first,
        bound_for=wanted.bound_for,
        state=CrossingState.READY if complete else CrossingState.INCOMPLETE,
        content=seal_crossing(wanted.id, content),
        received_on=today,
        completed_on=today if complete else None,
        received_by=actor.id,
        created_at=now,
    )
    return row, code


def _rules(entitlement: str, division: str) -> PayingRules:
    return paying_rules(entitlement, division, timezone.localdate())


def _documents(entitlement: str, division: str, brought: Iterable[str]) -> dict[str, str]:
    given = set(brought)
    return {
        one.document.code: GIVEN if one.document.code in given else one.state
        for one in asked_at_counter(entitlement, division)
    }


def note_brought(actor: Actor, *, crossing_id: uuid.UUID, version: int, brought: Iterable[str]) -> None:
    """Papers were brought before it was ever sent; once none is missing, the three working days of sending begin."""
    given = set(brought)
    states = (CrossingState.INCOMPLETE,)
    with transaction.atomic(), taking(actor, crossing_id, end=COUNTER, states=states, version=version) as row:
        content = content_of(row)
        content = replace(
            content, documents={code: GIVEN if code in given else was for code, was in content.documents.items()}
        )
        if content.missing:
            raise refused(
                "still_missing",
                "还缺材料：请把带来的都勾上；没有带齐的，等带齐后再登记。",
                "Papers are still missing: tick all that were brought, or come back when all are there.",
            )
        today = timezone.localdate()
        move(
            actor,
            row,
            step="complete",
            place=row.received_in,
            content=content,
            state=CrossingState.READY,
            completed_on=today,
        )
        open_at_counter(actor, row, PUSH, started_on=today)


def withdraw_crossing(actor: Actor, *, crossing_id: uuid.UUID, version: int, reason: str) -> None:
    """The applicant takes it back at the counter: it ends at both ends."""
    stated = check_words(reason)
    with transaction.atomic(), taking(actor, crossing_id, end=COUNTER, states=UNDECIDED, version=version) as row:
        if row.application_id:
            withdraw_from_counter(actor, application_id=row.application_id, reason=stated)
        move(actor, row, step="withdraw", place=row.received_in, words=stated, state=CrossingState.WITHDRAWN)


def renew_crossing_code(actor: Actor, *, crossing_id: uuid.UUID, version: int) -> Receipt:
    """Give a new code where the slip was lost: at both ends the old one opens nothing any more."""
    code = make_code()
    states = tuple(CrossingState)
    with transaction.atomic(), taking(actor, crossing_id, end=COUNTER, states=states, version=version) as row:
        hashed = code_hash(code)
        if row.application_id:
            renew_code_from_counter(application_id=row.application_id, code_hash=hashed)
        move(actor, row, step="renew_code", place=row.received_in, code_hash=hashed)
    return Receipt(row.id, row.number, code)


def is_crossing_code(actor: Actor, *, crossing_id: uuid.UUID, code: str) -> bool:
    """Whether this is the code of a crossing, for printing the slip while the code is still on the screen."""
    check_may(actor, Action.CROSS)
    row = find_crossing(actor, crossing_id)
    if not is_counter(actor, row):
        raise crossing_not_found()
    return is_code(code, row.code_hash)


def received_on(actor: Actor, *, crossing_id: uuid.UUID) -> tuple[dt.date, str, str]:
    """What stands on the slip besides the code: day, number and counter."""
    row = find_crossing(actor, crossing_id)
    return row.received_on, row.number, row.received_in
