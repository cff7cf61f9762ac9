"""Adverse records that lead to nobody, worked on: the child is found on file, put on file, or there is none."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.deciding_leads import refresh_deciding
from ciyou.apps.cases.lead_access import check_may, find_lead, lead_purpose, moved_on, refused
from ciyou.apps.cases.lead_lists import LeadLine, read_lead
from ciyou.apps.cases.lead_reasons import MERGED
from ciyou.apps.cases.leads import TO_VISIT, begin_visit, change_lead
from ciyou.apps.cases.models import Lead, LeadState, Task, TaskState
from ciyou.apps.cases.steps import ASSIGN, VERIFY, end_step
from ciyou.apps.entitlements.services import determine_children
from ciyou.apps.registry.selectors import (
    PersonCard,
    Sought,
    children_of_adults,
    find_alike,
    get_person,
    search_register,
    visible_people,
)
from ciyou.apps.registry.services import NewChild, open_file
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action

MOST_NAMESAKES = 20


@dataclass(frozen=True)
class RecordToWorkOn:
    """A record, and the children on file in the actor's area of whom somebody of the record's name is father, mother or carer."""

    lead: LeadLine
    suggested: tuple[PersonCard, ...]

    @property
    def open(self) -> bool:
        """Whether a child is still looked for."""
        return self.lead.person_id is None and self.lead.state in TO_VISIT


def record_to_work_on(actor: Actor, *, lead_id: uuid.UUID) -> RecordToWorkOn:
    """A record for its form; raises LeadNotFound."""
    check_may(actor, Action.VISIT)
    lead = read_lead(actor, lead_id=lead_id)
    return RecordToWorkOn(lead, _children_of_namesakes(actor, dict(lead.record)))


def _children_of_namesakes(actor: Actor, record: dict[str, str]) -> tuple[PersonCard, ...]:
    name, born = record.get("name", ""), _day(record.get("birth_date", ""))
    if not name:
        return ()
    purpose = lead_purpose(actor)
    adults = visible_people(actor, purpose=purpose).filter(kind="adult", name=name)
    if born is not None:
        adults = adults.filter(Q(birth_date=None) | Q(birth_date=born))
    ids = list(adults.values_list("id", flat=True)[:MOST_NAMESAKES])
    found = children_of_adults(actor, adult_ids=ids, purpose=purpose) if ids else {}
    return tuple({card.id: card for cards in found.values() for card in cards}.values())


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def find_children(actor: Actor, *, text: str) -> tuple[tuple[PersonCard, ...], bool]:
    """Children on file in the actor's area by a name or number of theirs or of a parent, and whether there are more than these."""
    check_may(actor, Action.VISIT)
    outcome = search_register(actor, text=text)
    adults = [card.id for card in outcome.people if card.kind != "child"]
    theirs = children_of_adults(actor, adult_ids=adults, purpose=lead_purpose(actor)) if adults else {}
    own = {card.id: card for card in outcome.people if card.kind == "child"}
    return tuple((own | {card.id: card for cards in theirs.values() for card in cards}).values()), outcome.more


def attach_record(actor: Actor, *, lead_id: uuid.UUID, child_id: uuid.UUID) -> uuid.UUID:
    """Say that a record concerns a child on file: the lead is the child's from now on, and the actor's to visit. Gives the child's id.

    Where the child has an open lead, that one goes on and this one ends. The same form sent twice attaches once.
    """
    check_may(actor, Action.VISIT)
    with transaction.atomic():
        lead = find_lead(actor, lead_id)
        if lead.person_id == child_id:
            return child_id
        _check_open(lead)
        child = get_person(actor, person_id=child_id, purpose=lead_purpose(actor))
        if child.kind != "child":
            raise refused(
                "not_a_child",
                "请选择一名孩子的档案，不是大人的。",
                "Choose a child's file, not an adult's.",
            )
        return _attach(actor, lead, child)


def alike_children(actor: Actor, *, child: NewChild) -> tuple[PersonCard, ...]:
    """Files in the actor's area that may be this child's already, to look at before one is opened."""
    check_may(actor, Action.VISIT)
    sought = Sought(child.name, child.sex, child.birth_date, child.division, child.residence_division, child.id_card)
    found = find_alike(actor, sought=sought)
    return tuple(card for card in found if card.id != child.key)


def register_for_record(actor: Actor, *, lead_id: uuid.UUID, child: NewChild) -> uuid.UUID:
    """Put the child on file whom a record concerns, and attach the record to it; gives the child's id.

    A child director registers nobody otherwise: the record that was handed to its post is what allows it.
    """
    check_may(actor, Action.VISIT)
    with transaction.atomic():
        lead = find_lead(actor, lead_id)
        if lead.person_id == child.key:
            return child.key
        _check_open(lead)
        child_id = open_file(actor, child=child)
        return _attach(actor, lead, get_person(actor, person_id=child_id, purpose=lead_purpose(actor)))


def _check_open(lead: Lead) -> None:
    if lead.person_id is not None or lead.state not in TO_VISIT:
        raise moved_on(lead)


def _attach(actor: Actor, lead: Lead, child: PersonCard) -> uuid.UUID:
    has_another = Lead.objects.filter(person_id=child.id).exclude(state=LeadState.CLOSED).exists()
    if has_another:
        change_lead(lead, person_id=child.id, state=LeadState.CLOSED, result_reason=MERGED, closed_at=timezone.now())
        for kind in (ASSIGN, VERIFY):
            end_step(actor, lead, kind, reason=MERGED)
    else:
        _make_the_childs(actor, lead, child)
    record_action(
        actor,
        action="attach_record",
        subject=str(lead.id),
        persons=[str(child.id)],
        details={"has_another": has_another},
        highest_class=4,
    )
    return child.id


def _make_the_childs(actor: Actor, lead: Lead, child: PersonCard) -> None:
    place = child.division if actor.scope.holds(child.division) else lead.division
    change_lead(lead, person_id=child.id, division=place)
    Task.objects.filter(subject_id=str(lead.id), state=TaskState.OPEN).update(person_id=child.id, division=place)
    begin_visit(actor, lead_id=lead.id)
    # What is to be asked on the visit follows from the determination; it shows nothing to anybody.
    with walled(LOCAL_OPERATOR):
        determine_children(actor, child_ids=[child.id], as_of=timezone.localdate(), cause="facts")
        refresh_deciding([child.id])
