"""Recording what was answered: checked, scored, kept encrypted, and where an item is flagged, work for the same day. No score clears a child."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from ciyou.apps.audit.services import publish_event, record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.care.access import PURPOSE
from ciyou.apps.care.alerting import open_alerts
from ciyou.apps.care.campaign_visits import answer_campaigns
from ciyou.apps.care.contents import AnswersContent, ResultContent, seal_answers, seal_result
from ciyou.apps.care.instruments import age_of, grounds_for, instrument_for, scoring_of
from ciyou.apps.care.models import FilledQuestionnaire, FilledState
from ciyou.apps.care.refusals import check_may_ask, refused
from ciyou.apps.registry.selectors import PersonCard, get_person
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.verdict import RESTRICTED
from ciyou.core.errors import Place, Problem, RecordError
from ciyou.core.questionnaires import score
from ciyou.core.questionnaires.definition import GENERAL
from ciyou.packs import pack_version
from ciyou.packs.questionnaires import QuestionnaireFile

DAYS_BACK = 30
"""How long afterwards what was answered on paper may still be entered."""


@dataclass(frozen=True)
class NewAnswers:
    """What a form says. `id` is made by the form; `answers` as typed, by item, "" or absent for a blank; `consent` who agreed.

    `filled_at`: when it was filled without a network, by our clock; `asked_by`: the user who asked, where an officer records it for them.
    """

    id: uuid.UUID
    instrument: str
    answers: Mapping[str, str]
    consent: str
    asked_on: dt.date | None
    filled_at: dt.datetime | None = None
    asked_by: str = ""


def record_answers(actor: Actor, *, child_id: uuid.UUID, given: NewAnswers) -> uuid.UUID:
    """Record one filled questionnaire; the same form sent twice is one. Raises RecordError with every mistake, each with its item.

    Where an item is flagged, the asker's post and the first of the roles that the pack names have a task for the same day, whatever
    the total.
    """
    check_may_ask(actor)
    child = get_person(actor, person_id=child_id, purpose=PURPOSE)
    if _repeated(actor, child, given):
        return given.id
    _check_child(child)
    asked_on = _checked_day(given)
    file = instrument_for(child, given.instrument, asked_on)
    age = age_of(child, asked_on)
    assert age is not None  # an instrument fits a known age only
    answers = _checked(file, given, age)
    try:
        with transaction.atomic():
            _write(actor, child, file, AnswersContent(answers, given.consent, age), given, asked_on)
    except IntegrityError:
        # The same form a second time, at the same moment: the first is committed by now.
        if _repeated(actor, child, given):
            return given.id
        raise
    return given.id


def _repeated(actor: Actor, child: PersonCard, given: NewAnswers) -> bool:
    with walled(LOCAL_OPERATOR):
        row = FilledQuestionnaire.objects.filter(id=given.id).first()
    if row is None:
        return False
    if (row.recorded_by, row.person_id) != (given.asked_by or actor.id, child.id):
        raise refused(
            "number_taken",
            "这张表已被别人使用。请重新打开再填写。",
            "This form was already used by somebody else. Open it anew and fill it in.",
        )
    return True


def _check_child(child: PersonCard) -> None:
    if child.kind != "child" or child.status != "active":
        raise refused(
            "no_child",
            "只能就在办的孩子提问。请从孩子的页面重新进入。",
            "Questions are asked about a child whose file is open. Come in again from the child's page.",
        )


def _checked_day(given: NewAnswers) -> dt.date:
    """The day of asking. What a phone kept for weeks counts from the day on which it was filled."""
    asked_on, today = given.asked_on, timezone.localdate(given.filled_at)
    if asked_on is None or not today - dt.timedelta(days=DAYS_BACK) <= asked_on <= today:
        raise refused(
            "asked_on",
            f"请填写哪天问的：不晚于今天，不早于 {DAYS_BACK} 天前。",
            f"Give the day of asking: not after today, and not more than {DAYS_BACK} days ago.",
            place="asked_on",
        )
    return asked_on


def _checked(file: QuestionnaireFile, given: NewAnswers, age: int) -> dict[str, int | None]:
    """The answers as points; raises RecordError naming every question whose answer does not exist, and who has to agree."""
    asked = scoring_of(file)
    answers: dict[str, int | None] = {}
    problems = [_unknown_item(file, item) for item in given.answers if item not in asked.items]
    for number, item in enumerate(asked.items, start=1):
        typed = given.answers.get(item, "").strip()
        answers[item] = next((one for one in asked.points if typed == str(one)), None)
        if typed and answers[item] is None:
            problems.append(_no_answer(file, item, number))
    if not problems and all(one is None for one in answers.values()):
        problems.append(_blank())
    if given.consent not in grounds_for(age):
        problems.append(_no_consent())
    if problems:
        raise RecordError(problems)
    return answers


def _write(
    actor: Actor,
    child: PersonCard,
    file: QuestionnaireFile,
    content: AnswersContent,
    given: NewAnswers,
    asked_on: dt.date,
) -> None:
    asked, place = scoring_of(file), place_of(actor, child)
    result = score(asked, content.answers, age=content.age)
    cut_offs = {
        scale.code: tuple(
            value for one in asked.cut_offs_for(scale.code, population=GENERAL, age=content.age) for value in one.values
        )
        for scale in asked.scales
    }
    found = ResultContent(result, cut_offs)
    # Whoever records for somebody else may not read the row: the machine writes it.
    with walled(LOCAL_OPERATOR):
        row = FilledQuestionnaire.objects.create(
            id=given.id,
            person_id=child.id,
            instrument=file.code,
            pack_version=pack_version(),
            respondent=file.respondent,
            division=place,
            asked_on=asked_on,
            content=seal_answers(given.id, content),
            result=seal_result(given.id, found),
            state=FilledState.RECORDED,
            recorded_by=given.asked_by or actor.id,
            recorded_at=timezone.now(),
            filled_at=given.filled_at,
        )
        if open_alerts(actor, row, found.raised):
            FilledQuestionnaire.objects.filter(id=row.id).update(state=FilledState.WAITING)
        publish_event("care.questionnaire_recorded", filled_id=str(row.id), child_ids=[str(child.id)])
    answer_campaigns(actor, row)
    record_action(
        actor,
        action="record_questionnaire",
        subject=str(row.id),
        persons=[str(child.id)],
        highest_class=RESTRICTED,
    )


def place_of(actor: Actor, child: PersonCard) -> str:
    """Where it was asked: the child's place, or the actor's for a child that is on file elsewhere."""
    return child.division if actor.scope.holds(child.division) else actor.scope.first


def _unknown_item(file: QuestionnaireFile, item: str) -> Problem:
    return Problem(
        Place(item),
        "care.item",
        f"“{file.zh}”没有题目“{item}”。请重新打开这份量表再填写。",
        f"“{file.en}” has no question “{item}”. Open the questionnaire anew and fill it in.",
    )


def _no_answer(file: QuestionnaireFile, item: str, number: int) -> Problem:
    zh, en = file.texts[item]
    return Problem(
        Place(item),
        "care.answer",
        f"第 {number} 题“{zh}”的答案不在可选的答案里，还没有记录；请重新选择。",
        f"The answer to question {number}, “{en}”, is none of those there are, and nothing was recorded; choose again.",
    )


def _blank() -> Problem:
    return Problem(
        Place(), "care.blank", "一题都没有答。请先提问，再记录。", "No question was answered. Ask first, then record."
    )


def _no_consent() -> Problem:
    return Problem(
        Place("consent"),
        "care.consent",
        "请说明谁同意了。没有人同意就不要问；担心孩子受到伤害的，走强制报告，不用等问卷。",
        "Say who agreed. Without consent do not ask; where you fear that the child is harmed, report it: that needs no questionnaire.",
    )
