"""Questionnaires that were filled without a network: recorded as on the page, and a flagged one is work for today whatever stands in its way."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from django.utils import timezone

from ciyou.apps.care.alerting import follow_ups_of, role_told
from ciyou.apps.care.asking import NewAnswers, record_answers
from ciyou.apps.cases.tasks import open_task
from ciyou.apps.fieldwork.clocks import made_at_by_our_clock, said_day
from ciyou.apps.fieldwork.contents import ASKED, SaidInField
from ciyou.apps.fieldwork.models import FieldEvent
from ciyou.apps.fieldwork.refusals import SetAside
from ciyou.apps.registry.selectors import PersonNotFound, get_person
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.errors import RecordError
from ciyou.packs import load_questionnaires
from ciyou.packs.questionnaire_export import form_version

ANSWER = "answer:"
ALARM = "see_to_field_alarm"
_REASONS = {
    "care.item": "form_changed",
    "care.unfit": "form_changed",
    "care.slot": "form_changed",
    "care.no_age": "form_changed",
    "care.answer": "out_of_range",
    "care.blank": "out_of_range",
    "care.consent": "no_consent",
    "care.asked_on": "clock",
    "care.no_child": "not_yours",
}


def record_asked(actor: Actor, event: FieldEvent, said: SaidInField, *, by_person: bool = False) -> None:
    """Record one as it would have been on the page, in the name of whoever asked; raises SetAside with the reason.

    `by_person`: an officer decides that it is recorded although the form has another wording now; each answer must fit all the same.
    """
    asked_by = str(event.user_id)
    try:
        child = get_person(actor, person_id=uuid.UUID(said.child), purpose=Purpose.SERVE)
    except PersonNotFound as error:
        raise SetAside("not_yours") from error
    code = said.fields.get("instrument", "")
    file = load_questionnaires(division=child.division).get(code)
    if not by_person and (file is None or form_version(file) != said.fields.get("version")):
        raise SetAside("form_changed")
    given = NewAnswers(
        id=event.id,
        instrument=code,
        answers=_answers(said),
        consent=said.fields.get("consent", ""),
        asked_on=said_day(event, said),
        filled_at=min(made_at_by_our_clock(event), timezone.now()),
        asked_by="" if asked_by == actor.id else asked_by,
    )
    try:
        record_answers(actor, child_id=child.id, given=given)
    except RecordError as error:
        raise SetAside(_REASONS.get(error.problems[0].code, "refused")) from error


def open_alarm(actor: Actor, event: FieldEvent, said: SaidInField) -> None:
    """Work of the same day for whoever would have been told, where a flagged questionnaire could not be recorded."""
    for kind in _flagged(event, said):
        for one in follow_ups_of(event.division, [kind]):
            role = role_told(actor, event.division, one.alert)
            open_task(actor, kind=ALARM, subject_id=str(event.id), division=event.division, queue_role=role)
            return


def is_alarming(event: FieldEvent, said: SaidInField) -> bool:
    """Whether an answer asks for a person today, read as leniently as can be: by the flagged item alone, or by what the phone made of it."""
    return any(follow_ups_of(event.division, _flagged(event, said)))


def _flagged(event: FieldEvent, said: SaidInField) -> Iterator[str]:
    if event.kind != ASKED:
        return
    yield from said.fields.get("flags", "").split(",")
    file = load_questionnaires(division=event.division).get(said.fields.get("instrument", ""))
    answers = _answers(said)
    for flag in file.scoring.flags if file and file.scoring else ():
        # Whatever is no number of points that leaves the child alone counts as flagged.
        text = answers.get(flag.item, "").strip()
        if text and not (text.isdecimal() and int(text) < flag.at_least):
            yield flag.kind


def _answers(said: SaidInField) -> dict[str, str]:
    return {key.removeprefix(ANSWER): text for key, text in said.fields.items() if key.startswith(ANSWER)}
