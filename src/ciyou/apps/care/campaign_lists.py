"""Reading campaigns: which there are, how far each village is, and one household's visit. What anybody answered is in none of it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from ciyou.apps.accounts.selectors import user_names
from ciyou.apps.care.access import PURPOSE
from ciyou.apps.care.campaign_access import find_campaign, household_rows, visible_campaigns
from ciyou.apps.care.instruments import age_of, grounds_for
from ciyou.apps.care.models import Campaign, CampaignChild, CampaignState
from ciyou.apps.registry.selectors import PersonCard, cards_of, protected_ids
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action, may_do

SHOWN = 50


@dataclass(frozen=True)
class Progress:
    """Of the children of a campaign: how many are still due, were asked, said no (or somebody for them), were not reached, and left."""

    due: int = 0
    asked: int = 0
    refused: int = 0
    not_reached: int = 0
    left: int = 0

    @property
    def total(self) -> int:
        """Everybody whom the campaign was to ask: who left it does not count."""
        return self.due + self.asked + self.refused + self.not_reached


@dataclass(frozen=True)
class CampaignCard:
    """One campaign with its progress in the actor's area. `results` None while it is open; a number that is too small is None."""

    id: uuid.UUID
    instrument: str
    division: str
    from_on: dt.date
    until_on: dt.date
    closed_on: dt.date | None
    opened_by: str
    unknown_age: int
    school_code: str
    school_name: str
    unknown_school: int
    progress: Progress
    results: Mapping[str, Mapping[str, int | None]] | None
    threshold: int
    may_close: bool


@dataclass(frozen=True)
class VillageProgress:
    """One village, and how far it is."""

    division: str
    progress: Progress


@dataclass(frozen=True)
class ChildToAsk:
    """One child of a household's visit: its age (None: not known), who may agree, and where it stands."""

    card: PersonCard
    age: int | None
    grounds: tuple[str, ...]
    state: str
    reason: str


@dataclass(frozen=True)
class HouseholdToAsk:
    """One visit: the campaign's questionnaire and days, and the children."""

    id: uuid.UUID
    instrument: str
    division: str
    until_on: dt.date
    closed: bool
    children: tuple[ChildToAsk, ...]


def list_campaigns(actor: Actor) -> tuple[CampaignCard, ...]:
    """The campaigns that ask the actor's area, those that are open first, with the progress there."""
    rows = list(visible_campaigns(actor).order_by(F("closed_at").desc(nulls_first=True), "-opened_at")[:SHOWN])
    counted = _counted(actor, CampaignChild.objects.filter(campaign__in=rows), "campaign_id")
    names = user_names({row.opened_by for row in rows}) if rows else {}
    return tuple(_card(actor, row, counted.get(row.id, Progress()), names) for row in rows)


def campaign_progress(actor: Actor, *, campaign_id: uuid.UUID) -> tuple[CampaignCard, tuple[VillageProgress, ...]]:
    """One campaign by village, by their codes: no village is measured against another. Raises CampaignNotFound."""
    row = find_campaign(actor, campaign_id)
    by_village = _counted(actor, CampaignChild.objects.filter(campaign=row), "division")
    parts = by_village.values()
    whole = Progress(*(sum(getattr(one, name) for one in parts) for name in Progress.__dataclass_fields__))
    lines = tuple(VillageProgress(place, by_village[place]) for place in sorted(by_village))
    return _card(actor, row, whole, user_names({row.opened_by})), lines


def household_to_ask(actor: Actor, *, household: uuid.UUID) -> HouseholdToAsk:
    """One household's visit; raises CampaignNotFound. The caller records the disclosure."""
    rows = household_rows(actor, household)
    campaign, today = rows[0].campaign, timezone.localdate()
    cards = cards_of(actor, person_ids=[row.person_id for row in rows], purpose=PURPOSE)
    return HouseholdToAsk(
        id=household,
        instrument=campaign.instrument,
        division=rows[0].division,
        until_on=campaign.until_on,
        closed=campaign.closed_at is not None,
        children=tuple(_child(cards[row.person_id], row, today) for row in rows if row.person_id in cards),
    )


def _child(card: PersonCard, row: CampaignChild, today: dt.date) -> ChildToAsk:
    age = age_of(card, today)
    return ChildToAsk(card, age, grounds_for(age) if age is not None else (), row.state, row.reason)


def _counted(actor: Actor, rows: QuerySet[CampaignChild], by: str) -> dict:
    """Progress by a column, of the children in the actor's area; protected files are their named workers' and in no count."""
    inside = rows.filter(division__gte=actor.scope.first, division__lt=actor.scope.end)
    seen = inside.exclude(person__in=protected_ids(actor)).order_by()
    counts = {state.value: Count("id", filter=Q(state=state)) for state in CampaignState}
    found = seen.values(by).annotate(**{f"n_{name}": count for name, count in counts.items()})
    return {row[by]: Progress(**{name: row[f"n_{name}"] for name in counts}) for row in found}


def _card(actor: Actor, row: Campaign, progress: Progress, names: Mapping[str, str]) -> CampaignCard:
    told = {name: row.results[name] for name in ("hints", "bands") if name in row.results}
    return CampaignCard(
        id=row.id,
        instrument=row.instrument,
        division=row.division,
        from_on=row.from_on,
        until_on=row.until_on,
        closed_on=timezone.localdate(row.closed_at) if row.closed_at else None,
        opened_by=names.get(row.opened_by, ""),
        unknown_age=row.unknown_age,
        school_code=row.school_code,
        school_name=row.school_name,
        unknown_school=row.unknown_school,
        progress=progress,
        results=told if row.closed_at else None,
        threshold=row.results.get("threshold", 0),
        may_close=row.closed_at is None
        and may_do(actor.role, Action.OPEN_CAMPAIGN)
        and actor.scope.holds(row.division),
    )
