"""Whom a campaign asks: the children of its place whom the questionnaire fits, and in a school's campaign who of them attends it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone

from ciyou.apps.audit.wall import walled
from ciyou.apps.care.campaign_schools import schools_by_child
from ciyou.apps.care.instruments import scoring_of
from ciyou.apps.care.models import CampaignChild, CampaignState, FilledQuestionnaire
from ciyou.apps.registry.round_children import ChildInRound, children_of_birth
from ciyou.core.access.actor import LOCAL_OPERATOR, DivisionScope
from ciyou.core.clock.ages import full_years
from ciyou.packs import load_limits, load_rule_book
from ciyou.packs.questionnaires import QuestionnaireFile

AGAIN = "ask_again_days"
OF_AGE = 18


def is_for_children(file: QuestionnaireFile) -> bool:
    """Whether a questionnaire can be asked about anybody below the age of majority: a campaign with another would find nobody."""
    return any(scoring_of(file).may_be_asked_at(age) for age in range(OF_AGE))


def children_due(place: str, file: QuestionnaireFile, on: dt.date) -> list[ChildInRound]:
    """The children of a place whom a questionnaire fits on the day, and who were not asked with it lately nor are being asked."""
    oldest = on.replace(year=on.year - OF_AGE, day=1)
    with walled(LOCAL_OPERATOR):
        born = children_of_birth(place, after=oldest - dt.timedelta(days=1), until=on)
    return those_due(born, place, file, on)


def those_due(children: Iterable[ChildInRound], place: str, file: QuestionnaireFile, on: dt.date) -> list[ChildInRound]:
    """Of these children of a place those of whom the same is true."""
    asked, rule = scoring_of(file), load_rule_book(division=place, as_of=on).age_rule
    passed = _passed(place, file.code, on)
    fit = []
    for one in children:
        age = full_years(one.birth_date, on, rule=rule) if one.birth_date else OF_AGE
        if one.id not in passed and age < OF_AGE and asked.may_be_asked_at(age):
            fit.append(one)
    return fit


def _passed(place: str, instrument: str, on: dt.date) -> set[uuid.UUID]:
    since = on - dt.timedelta(days=load_limits()[AGAIN].value)
    scope = DivisionScope.of(place)
    here = Q(person__division__gte=scope.first, person__division__lt=scope.end)
    with walled(LOCAL_OPERATOR):
        lately = FilledQuestionnaire.objects.filter(here, instrument=instrument, asked_on__gt=since)
        running = CampaignChild.objects.filter(
            here, campaign__instrument=instrument, campaign__closed_at=None, state=CampaignState.DUE
        )
        return {*lately.values_list("person_id", flat=True), *running.values_list("person_id", flat=True)}


def pupils_among(children: Iterable[ChildInRound], school_code: str) -> tuple[list[ChildInRound], int]:
    """Of these children those who attend a school today, and of how many the school is not known. No protected child is in the number."""
    those = list(children)
    with walled(LOCAL_OPERATOR):
        schools = schools_by_child([one.id for one in those], on=timezone.localdate())
    unknown = sum(1 for one in those if not one.restricted and one.id not in schools)
    return [one for one in those if schools.get(one.id) == school_code], unknown
