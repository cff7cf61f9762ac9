"""What a phone takes along: today's tasks, and of the caseload the least that a visit needs, for some days."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils import timezone

from ciyou.apps.accounts.selectors import Colleague
from ciyou.apps.care.alerting import colleague_told
from ciyou.apps.care.instruments import grounds_for, offers_for
from ciyou.apps.cases import worklist
from ciyou.apps.cases.lead_access import is_village
from ciyou.apps.cases.visit_forms import VisitForm, visit_forms
from ciyou.apps.cases.worklist import WorkItem
from ciyou.apps.fieldwork.phones import check_carries
from ciyou.apps.registry.selectors import PersonCard, countable_children, named_today
from ciyou.core.access.actor import Actor, Purpose
from ciyou.packs import load_limits
from ciyou.packs.questionnaires import QuestionnaireFile

LIFETIME, SHARE_HOURS = "field_read_days", "field_share_hours"
MOST_CHILDREN = 400


@dataclass(frozen=True)
class Askable:
    """What a child of this age may be asked with, by code, and who may agree to it."""

    age: int
    codes: tuple[str, ...]
    grounds: tuple[str, ...]


@dataclass(frozen=True)
class Bundle:
    """What one user's phone may read: `children` by place and name, a form for each household, today's tasks.

    `instruments` are the questionnaires by code, `asks` which of them fit which child (nothing of what was ever answered);
    `superior` is who is called when a child must be seen today. After `ends_at` the phone wipes it; after `share_hours` it needs the server again to open it.
    """

    children: tuple[PersonCard, ...]
    forms: tuple[VisitForm, ...]
    tasks: tuple[WorkItem, ...]
    instruments: Mapping[str, QuestionnaireFile]
    asks: Mapping[uuid.UUID, Askable]
    superior: Colleague | None
    day: dt.date
    made_at: dt.datetime
    ends_at: dt.datetime
    share_hours: int

    @property
    def person_ids(self) -> tuple[str, ...]:
        """Everybody whom it names."""
        parents = [one.person_id for form in self.forms for one in form.subjects if one.person_id is not None]
        asked = [child.id for form in self.forms for child in form.children]
        own = [one.id for one in self.children]
        tasks = [item.person_id for item in self.tasks if item.person_id is not None]
        return tuple(dict.fromkeys(str(one) for one in (*own, *asked, *parents, *tasks)))

    @property
    def divisions(self) -> frozenset[str]:
        """The places it names."""
        return frozenset(one.division for one in (*self.children, *self.tasks))


def read_bundle(actor: Actor) -> Bundle:
    """The actor's bundle as of now: of a village all its children but protected ones, above it those of the post's own tasks.

    Protected files are on no phone: who works on them does so on a page.
    """
    check_carries(actor)
    now, today = timezone.now(), timezone.localdate()
    limits = load_limits()
    named = named_today(actor)
    tasks = tuple(item for group in worklist.today(actor, on=today, named=named).groups for item in group.items)
    children = _caseload(actor, tasks)
    instruments, asks = _questionnaires(children.values(), today)
    return Bundle(
        children=tuple(children.values()),
        forms=visit_forms(actor, child_ids=children, named=named),
        tasks=tuple(item for item in tasks if item.person_id in children),
        instruments=instruments,
        asks=asks,
        superior=colleague_told(actor, actor.scope.first),
        day=today,
        made_at=now,
        ends_at=now + dt.timedelta(days=limits[LIFETIME].value),
        share_hours=limits[SHARE_HOURS].value,
    )


def _questionnaires(
    children: Iterable[PersonCard], on: dt.date
) -> tuple[dict[str, QuestionnaireFile], dict[uuid.UUID, Askable]]:
    """Each questionnaire once, and which of them each child may be asked with; a child of unknown age with none."""
    files: dict[str, QuestionnaireFile] = {}
    asks: dict[uuid.UUID, Askable] = {}
    for child in children:
        offers = offers_for(child, on)
        if offers.age is None or not offers.fitting or child.status != "active":
            continue
        files |= {one.code: one for one in offers.fitting}
        asks[child.id] = Askable(offers.age, tuple(one.code for one in offers.fitting), grounds_for(offers.age))
    return files, asks


def _caseload(actor: Actor, tasks: Iterable[WorkItem]) -> dict[uuid.UUID, PersonCard]:
    wanted = {item.person_id for item in tasks if item.person_id is not None}
    if is_village(actor):
        places = {actor.scope.first}
    else:
        places = {item.division for item in tasks if item.person_id in wanted and item.kind == "verify_lead"}
    found: dict[uuid.UUID, PersonCard] = {}
    for place in sorted(places):
        here = countable_children(actor, division=place, purpose=Purpose.VERIFY)
        found |= {key: card for key, card in here.items() if is_village(actor) or key in wanted}
    # Who has a task comes first, should a village have more children than a phone takes.
    first = sorted(found.values(), key=lambda card: (card.id not in wanted, card.name, str(card.id)))[:MOST_CHILDREN]
    return {card.id: card for card in first}
