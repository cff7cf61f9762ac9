"""The place of registration answers what was sent to it: accepted, returned to be corrected, not ours, or there already."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace

from django.db import transaction

from ciyou.apps.audit.wall import walled
from ciyou.apps.awards.access import township_of
from ciyou.apps.awards.receiving import NewApplication, SentHere, receive_application
from ciyou.apps.crossing.contents import open_document, open_title
from ciyou.apps.crossing.models import Crossing, CrossingState
from ciyou.apps.crossing.refusals import check_words, refused
from ciyou.apps.crossing.sending import brought_of, check_destination
from ciyou.apps.crossing.steps import (
    ACKNOWLEDGE,
    COMPLETE,
    PLACE,
    TELL,
    content_of,
    move,
    open_at_counter,
    open_at_place,
    taking,
)
from ciyou.apps.registry.exact import blind_number
from ciyou.apps.registry.identities import BY_FILE, identities_of
from ciyou.apps.registry.selectors import PersonCard, Sought, find_candidates, get_person
from ciyou.apps.registry.services import NewChild, record_identifier, register_child, store_evidence
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, Purpose

ALREADY = "already"
_STATES = (CrossingState.SENT,)


def candidates_for(actor: Actor, row: Crossing) -> tuple[PersonCard, ...]:
    """Files of the place's own area that may be this child's: for the place that decides, never for the counter."""
    child = content_of(row).child
    born = dt.date.fromisoformat(child.birth_date)
    return find_candidates(actor, sought=Sought(child.name, child.sex, born, row.handled_in, id_card=child.id_card))


def accept_crossing(
    actor: Actor, *, crossing_id: uuid.UUID, version: int, child_id: uuid.UUID | None, division: str = ""
) -> uuid.UUID:
    """Accept it onto the place's own file (`child_id`) or a new one (None; in `division`); gives the application's id.

    Papers go to the file's evidence, the township's check begins, its time counted from the day of sending. Raises RecordError for
    a file with another number, a child registered elsewhere, missing papers, and where it is applied for or awarded already.
    """
    with transaction.atomic(), taking(actor, crossing_id, end=PLACE, states=_STATES, version=version) as row:
        person = _file_of(actor, row, child_id, division)
        assert row.sent_on is not None
        wanted = NewApplication(
            id=uuid.uuid5(row.id, "application"),
            child_id=person,
            entitlement=row.entitlement,
            applicant=content_of(row).applicant,
            brought=frozenset(brought_of(row)),
        )
        made = receive_application(actor, wanted=wanted, sent=SentHere(row.code_hash, row.sent_on))
        _hand_over_papers(actor, row, person)
        move(
            actor,
            row,
            step="accept",
            place=row.handled_in,
            state=CrossingState.ACCEPTED,
            person_id=person,
            application_id=made.id,
            handled_by=actor.id,
        )
    return made.id


def _file_of(actor: Actor, row: Crossing, child_id: uuid.UUID | None, division: str) -> uuid.UUID:
    told = content_of(row).child
    if child_id is None:
        born = dt.date.fromisoformat(told.birth_date)
        new = NewChild(
            uuid.uuid5(row.id, "child"), told.name, told.sex, born, division or row.handled_in, id_card=told.id_card
        )
        return register_child(actor, child=new)
    card = get_person(actor, person_id=child_id, purpose=Purpose.SERVE)
    if card.kind != "child" or not actor.scope.holds(card.division):
        raise refused(
            "registered_elsewhere",
            "这份档案的户籍地不在您的辖区。请选“不属本地”，转给户籍所在地。",
            "This file's registration does not lie in your area: choose “not ours” and send it on.",
        )
    known = identities_of([card.id])[card.id]
    if known.startswith(BY_FILE):
        record_identifier(actor, person_id=card.id, kind="id_card", value=told.id_card, source="application")
    elif known != blind_number(told.id_card):
        raise refused(
            "another_number",
            "这份档案的证件号码与申请上的不同，不是同一个孩子，或者有一处写错。请核对；写错的，退回受理窗口更正。",
            "This file has another ID number: not the same child, or one of them is wrong. Check it; return what is wrong.",
        )
    return card.id


def _hand_over_papers(actor: Actor, row: Crossing, person: uuid.UUID) -> None:
    for paper in row.papers.filter(kind="brought").order_by("recorded_at", "id"):
        store_evidence(
            actor,
            key=paper.id,
            person_id=person,
            title=open_title(paper.id, paper.title),
            content=open_document(paper.id, paper.document),
        )


def return_crossing(actor: Actor, *, crossing_id: uuid.UUID, version: int, words: str) -> None:
    """Return it to the counter to be corrected or completed, with what is wrong."""
    stated = check_words(words)
    with transaction.atomic(), taking(actor, crossing_id, end=PLACE, states=_STATES, version=version) as row:
        move(
            actor,
            row,
            step="return",
            place=row.handled_in,
            words=stated,
            content=replace(content_of(row), asked_words=stated),
            state=CrossingState.RETURNED,
        )
        open_at_counter(actor, row, COMPLETE)


def send_on(actor: Actor, *, crossing_id: uuid.UUID, version: int, to: str, words: str) -> None:
    """Not ours: send it on to the place it belongs to, with the reason. The time of the check goes on from the first sending."""
    stated = check_words(words)
    with transaction.atomic(), taking(actor, crossing_id, end=PLACE, states=_STATES, version=version) as row:
        check_destination(row.entitlement, to)
        if township_of(to) == row.handled_in:
            raise refused(
                "same_place", "它已经在这里。请选择另一个地方。", "It is there already. Choose another place."
            )
        move(
            actor,
            row,
            step="send_on",
            place=row.handled_in,
            words=stated,
            bound_for=to,
            handled_in=township_of(to),
        )
        open_at_place(actor, row, ACKNOWLEDGE)


def close_as_double(actor: Actor, *, crossing_id: uuid.UUID, version: int, words: str) -> None:
    """It is applied for or received here already: the counter is told so, and tells the applicant."""
    stated = check_words(words)
    with transaction.atomic(), taking(actor, crossing_id, end=PLACE, states=_STATES, version=version) as row:
        move(
            actor,
            row,
            step="already",
            place=row.handled_in,
            words=stated,
            state=CrossingState.DECIDED,
            outcome=ALREADY,
            handled_by=actor.id,
        )
        with walled(LOCAL_OPERATOR):
            open_at_counter(actor, row, TELL)
