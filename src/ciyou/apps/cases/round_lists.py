"""Reading rounds: which are open in the actor's county, how far each village is, and who is due in one, by household."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from ciyou.apps.cases.lead_access import lead_purpose
from ciyou.apps.cases.models import CheckState, ChildCheck, Lead, LeadState, Round
from ciyou.apps.cases.round_checks import checks_of
from ciyou.apps.cases.rounds import county_of, owner_of
from ciyou.apps.cases.visits import HOLDS_BY_ROSTERS
from ciyou.apps.registry.selectors import (
    PersonCard,
    protected_ids,
    readable_files,
    sibling_groups,
)
from ciyou.core.access.actor import Actor, DivisionScope
from ciyou.core.access.verdict import ceiling_of
from ciyou.core.errors import Place, Problem, RunError
from ciyou.core.facts.definition import FactDefinition, Vocabulary
from ciyou.core.facts.state import Basis, FactState, StatedFact
from ciyou.packs import load_vocabulary
from ciyou.packs.rounds import RoundCheck

PERSONAL = 3
ROUNDS_SHOWN = 24
LISTED_AT_MOST = 1000
"""Children of one list: a village has few; who looks at a whole county goes by the round's page, village by village."""


class RoundNotFound(RunError):
    """There is no such round for this actor; another county's reads the same."""


@dataclass(frozen=True)
class Coverage:
    """How far something is: of `total` children how many are still due (of these how many late), answered, changed, and gone."""

    due: int
    overdue: int
    same: int
    changed: int
    left: int

    @property
    def total(self) -> int:
        """Everybody who was taken in."""
        return self.due + self.same + self.changed + self.left

    @property
    def answered(self) -> int:
        """Those of whom somebody has said something."""
        return self.same + self.changed


@dataclass(frozen=True)
class RoundCard:
    """One round of a county with its coverage in the actor's area."""

    id: uuid.UUID
    kind: str
    division: str
    period: str
    due_on: dt.date
    opened_on: dt.date
    opened_by: str
    coverage: Coverage


@dataclass(frozen=True)
class VillageLine:
    """One village of a round: how far it is, and the post that goes there (None: nobody holds one)."""

    division: str
    post_id: uuid.UUID | None
    coverage: Coverage


def list_rounds(actor: Actor) -> tuple[RoundCard, ...]:
    """The rounds of the actor's county, newest first, with the coverage of the actor's own area."""
    if not _may_see(actor):
        return ()
    rows = list(_rounds(actor).order_by("-opened_at", "kind")[:ROUNDS_SHOWN])
    counted = _counted(actor, ChildCheck.objects.filter(round__in=rows), "round_id")
    return tuple(_card(row, counted.get(row.id, Coverage(0, 0, 0, 0, 0))) for row in rows)


def round_coverage(actor: Actor, *, round_id: uuid.UUID) -> tuple[RoundCard, tuple[VillageLine, ...]]:
    """One round by village, those with most that is late first; raises RoundNotFound."""
    row = _rounds(actor).filter(id=round_id).first() if _may_see(actor) else None
    if row is None:
        raise RoundNotFound(
            Problem(
                Place(),
                "round.not_found",
                "没有这次复核，或者不在您的工作范围内。请从“复核”页面重新进入。",
                "There is no such round, or it is outside your area. Come in again from the page of rounds.",
            )
        )
    rows = ChildCheck.objects.filter(round=row)
    whole = _counted(actor, rows, "round_id").get(row.id, Coverage(0, 0, 0, 0, 0))
    by_village = _counted(actor, rows, "division")
    today = timezone.localdate()
    lines = [VillageLine(place, owner_of(place, today)[0], found) for place, found in by_village.items()]
    return _card(row, whole), tuple(
        sorted(lines, key=lambda line: (-line.coverage.overdue, -line.coverage.due, line.division))
    )


def _may_see(actor: Actor) -> bool:
    return ceiling_of(actor) >= PERSONAL and lead_purpose(actor) in actor.purposes


def _rounds(actor: Actor) -> QuerySet[Round]:
    """The rounds of the county that the actor works in."""
    return Round.objects.filter(division=county_of(actor.scope.first))


def _counted(actor: Actor, rows: QuerySet[ChildCheck], by: str) -> dict:
    """Coverage by a column, of the children in the actor's area; protected files are their named workers' and in no count."""
    inside = rows.filter(division__gte=actor.scope.first, division__lt=actor.scope.end)
    seen = inside.exclude(person__in=protected_ids(actor)).order_by()
    late = Q(state=CheckState.DUE, due_on__lt=timezone.localdate())
    counts = {state.value: Count("id", filter=Q(state=state)) for state in CheckState}
    found = seen.values(by).annotate(
        late=Count("id", filter=late), **{f"n_{name}": count for name, count in counts.items()}
    )
    return {
        row[by]: Coverage(row["n_due"], row["late"], row["n_same"], row["n_changed"], row["n_left"]) for row in found
    }


def _card(row: Round, coverage: Coverage) -> RoundCard:
    opened = timezone.localdate(row.opened_at)
    return RoundCard(row.id, row.kind, row.division, row.period, row.due_on, opened, row.opened_by, coverage)


@dataclass(frozen=True)
class FactToCheck:
    """One fact that a round asks, and what is on file of it as far as the actor may read it (None: nothing that they may read)."""

    definition: FactDefinition
    entity: str
    known: StatedFact | None


@dataclass(frozen=True)
class ChildToCheck:
    """One child that is due: which checks of which rounds, and by when at the earliest."""

    card: PersonCard
    kinds: tuple[str, ...]
    checks: tuple[RoundCheck, ...]
    facts: tuple[FactToCheck, ...]
    due_on: dt.date


@dataclass(frozen=True)
class HouseholdToCheck:
    """Brothers and sisters who are due together: one visit serves them. `has_lead`: something is still to be found out there too."""

    children: tuple[ChildToCheck, ...]
    has_lead: bool

    @property
    def due_on(self) -> dt.date:
        """The earliest day."""
        return min(child.due_on for child in self.children)


def households_due(
    actor: Actor, *, village: str, limit: int, offset: int = 0
) -> tuple[int, tuple[HouseholdToCheck, ...]]:
    """How many households of a village (or of the actor's own) have a child that is due, and one page, the earliest due first."""
    scope = DivisionScope.of(village)
    if not _may_see(actor) or not actor.scope.holds(village):
        return 0, ()
    rows = ChildCheck.objects.filter(state=CheckState.DUE, division__gte=scope.first, division__lt=scope.end)
    checks: dict[uuid.UUID, list[ChildCheck]] = {}
    for row in rows.select_related("round").order_by("due_on", "id")[:LISTED_AT_MOST]:
        checks.setdefault(row.person_id, []).append(row)
    groups = sibling_groups(actor, child_ids=checks, purpose=lead_purpose(actor))
    groups = sorted(groups, key=lambda group: (min(checks[child][0].due_on for child in group), str(group[0])))
    page = groups[offset : offset + limit]
    return len(groups), _households(actor, page, checks)


def _households(
    actor: Actor, page: Sequence[tuple[uuid.UUID, ...]], checks: Mapping[uuid.UUID, list[ChildCheck]]
) -> tuple[HouseholdToCheck, ...]:
    ids = [child for group in page for child in group]
    files, vocabulary = readable_files(actor, child_ids=ids, purpose=lead_purpose(actor)), load_vocabulary()
    # A lead that the rosters' facts decide already ends by “no change”; one about which something is to be found out does not.
    open_leads = Lead.objects.filter(person__in=ids).exclude(state__in=(LeadState.CLOSED, LeadState.REPORTED))
    open_leads = open_leads.exclude(why__in=HOLDS_BY_ROSTERS)
    with_lead = set(open_leads.values_list("person_id", flat=True))
    return tuple(
        HouseholdToCheck(
            tuple(_child(*files[child], checks[child], vocabulary) for child in group if child in files),
            any(child in with_lead for child in group),
        )
        for group in page
    )


def _child(
    card: PersonCard, said: tuple[StatedFact, ...], due: list[ChildCheck], vocabulary: Vocabulary
) -> ChildToCheck:
    state = FactState.on(timezone.localdate(), [one for one in said if one.basis is not Basis.PRESUMED])
    checks: Mapping[str, RoundCheck] = {check.code: check for row in due for check in checks_of(row)}
    keys = dict.fromkeys(key for check in checks.values() for key in check.facts)
    facts = tuple(
        FactToCheck(vocabulary.get(entity, name), entity.value, state.get(entity, name)) for entity, name in keys
    )
    return ChildToCheck(
        card=card,
        kinds=tuple(dict.fromkeys(row.round.kind for row in due)),
        checks=tuple(checks.values()),
        facts=facts,
        due_on=min(row.due_on for row in due),
    )
