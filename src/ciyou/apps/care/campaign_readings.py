"""Beside each result of a campaign that the actor may read, what was seen at home: a score alone says little, and clears nobody."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ciyou.apps.assessments.selectors import latest_answers
from ciyou.apps.care.access import PURPOSE
from ciyou.apps.care.campaign_access import find_campaign
from ciyou.apps.care.campaign_results import hint_of
from ciyou.apps.care.contents import open_result
from ciyou.apps.care.models import CampaignChild, CampaignState, FilledQuestionnaire, FilledState
from ciyou.apps.registry.scoping import named_among, only_visible
from ciyou.apps.registry.selectors import PersonCard, cards_of
from ciyou.core.access.actor import Actor

TOPICS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "study": ("schooling", "outside"),
        "family": ("carer", "carer_able", "contact", "mood"),
        "money": ("livelihood", "daily_needs"),
        "rights": ("registered", "unattended", "lives_alone"),
    }
)
"""What home visits are to look at, and the indicators of the risk assessment that say something of it, as far as a place asks them."""


@dataclass(frozen=True)
class Reading:
    """One child: its hint, whether it must still be seen in person, and what the last assessment at home said, by indicator (None: there is none)."""

    card: PersonCard
    filled_id: uuid.UUID
    asked_on: dt.date
    hint: str
    waits: bool
    seen_on: dt.date | None
    seen: Mapping[str, str]


@dataclass(frozen=True)
class Readings:
    """A page of readings: of which questionnaire, asked where, and how many there are in all."""

    instrument: str
    division: str
    school_name: str
    total: int
    rows: tuple[Reading, ...]


def readings_of(actor: Actor, *, campaign_id: uuid.UUID, page: int, size: int) -> Readings:
    """Those whose results the actor may read (whoever asked, and named workers), by the day of asking. Raises CampaignNotFound.

    The caller records the disclosure.
    """
    row = find_campaign(actor, campaign_id)
    asked = CampaignChild.objects.filter(campaign=row, state=CampaignState.ASKED)
    ids = dict(asked.values_list("filled", "person_id"))
    named = named_among(actor, ids.values())
    rows = only_visible(FilledQuestionnaire.objects.filter(id__in=asked.values("filled")), actor, purpose=PURPOSE)
    mine = rows.filter(recorded_by=actor.id) | rows.filter(person_id__in=named)
    found = list(mine.order_by("asked_on", "id")[(page - 1) * size : page * size])
    people = [one.person_id for one in found]
    cards, seen = cards_of(actor, person_ids=people, purpose=PURPOSE), latest_answers(actor, child_ids=people)
    lines = tuple(_reading(one, cards[one.person_id], seen.get(one.person_id)) for one in found)
    return Readings(row.instrument, row.division, row.school_name, mine.count(), lines)


def _reading(row: FilledQuestionnaire, card: PersonCard, seen: tuple[dt.date, Mapping[str, str]] | None) -> Reading:
    return Reading(
        card=card,
        filled_id=row.id,
        asked_on=row.asked_on,
        hint=hint_of(open_result(row.id, row.result)),
        waits=row.state == FilledState.WAITING,
        seen_on=seen[0] if seen else None,
        seen=seen[1] if seen else {},
    )
