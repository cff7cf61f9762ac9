"""Which letters an actor may see: a county its own, a department those addressed to it, nobody else any."""

from __future__ import annotations

import uuid

from django.db.models import Q, QuerySet

from ciyou.apps.cases.letter_refusals import letter_not_found, not_your_work
from ciyou.apps.cases.models import InquiryLetter, LetterState
from ciyou.apps.registry.scoping import is_named, visible_people
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.access.roles import Action, may_do
from ciyou.core.access.verdict import RESTRICTED

SHOWN_TO_DEPARTMENTS = (LetterState.SENT, LetterState.ANSWERED, LetterState.REFUSED)


def inquires(actor: Actor) -> bool:
    """Whether the actor's role writes letters."""
    return may_do(actor.role, Action.INQUIRE)


def answers(actor: Actor) -> bool:
    """Whether the actor's role answers letters, and speaks for a department."""
    return may_do(actor.role, Action.ANSWER_INQUIRY) and bool(actor.department)


def check_inquires(actor: Actor) -> None:
    """Raises AccessDenied unless the actor writes letters."""
    if not inquires(actor):
        raise not_your_work()


def visible_letters(actor: Actor) -> QuerySet[InquiryLetter]:
    """The letters of the actor's county about children it may see, or those sent to the actor's department in its county.

    A restricted question (class 5) is listed for the department that was asked only; a named worker opens it from the child.
    """
    inside = InquiryLetter.objects.filter(division__gte=actor.scope.first, division__lt=actor.scope.end)
    if inquires(actor):
        people = visible_people(actor, purpose=Purpose.VERIFY)
        return inside.filter(child__in=people.values("pk"), sensitivity__lt=RESTRICTED)
    if answers(actor):
        return inside.filter(department=actor.department, state__in=SHOWN_TO_DEPARTMENTS)
    raise not_your_work()


def find_letter(actor: Actor, letter_id: uuid.UUID) -> InquiryLetter:
    """One letter that the actor may see; raises LetterNotFound."""
    if inquires(actor):
        return find_own_letter(actor, letter_id)
    letter = visible_letters(actor).filter(id=letter_id).first()
    if letter is None:
        raise letter_not_found()
    return letter


def find_own_letter(actor: Actor, letter_id: uuid.UUID) -> InquiryLetter:
    """One letter of the actor's county, a restricted one for the named workers of the case; raises LetterNotFound."""
    check_inquires(actor)
    people = visible_people(actor, purpose=Purpose.VERIFY)
    in_county = Q(division__gte=actor.scope.first, division__lt=actor.scope.end, child__in=people.values("pk"))
    letter = InquiryLetter.objects.filter(in_county, id=letter_id).first()
    if letter is None or (letter.sensitivity >= RESTRICTED and not is_named(actor, letter.child_id)):
        raise letter_not_found()
    return letter
