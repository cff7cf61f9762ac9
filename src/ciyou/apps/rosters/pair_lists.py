"""Reading pairs: the queue, one pair with both records side by side, and how right each roster's linking is."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import Count, QuerySet

from ciyou.apps.registry.selectors import files_of_linkage_ids
from ciyou.apps.rosters.models import PairKind, PairLook, ReviewPair, ScreeningRun, ScreeningStatus
from ciyou.apps.rosters.pair_access import (
    WORKED_ON,
    check_may_judge,
    doubts_to_do,
    find_pair,
    sample_to_do,
    visible_pairs,
)
from ciyou.apps.rosters.pair_contents import PairContent, open_pair
from ciyou.apps.rosters.services import screenings_of
from ciyou.batch.screen import adverse_rosters
from ciyou.core.access.actor import Actor
from ciyou.core.linkage.roster_quality import Judged, RosterQuality, roster_quality
from ciyou.core.linkage.verdicts import Stand, Verdict
from ciyou.packs.rosters_loader import load_roster_packs

SHOWN = ("name", "sex", "birth_date", "id_card", "division", "phone", "guardians")
"""What a pair's page shows of a record, for the record of who was shown what."""
HIGHEST_CLASS = 4
MOST_IN_ORDER = 5_000
_ORIGIN = ("roster", "source_file", "source_row")


@dataclass(frozen=True)
class Side:
    """One record. `roster` is "" where its very list says something about the person; `guardian`: 1, 2 where it only names the person."""

    told: Mapping[str, str]
    roster: str
    guardian: int = 0

    @property
    def name(self) -> str:
        return self.told.get(f"g{self.guardian}_name" if self.guardian else "name", "")


@dataclass(frozen=True)
class PairLine:
    """A pair in a list. `reason` is "" where somebody must look without being told why."""

    id: uuid.UUID
    first: Side
    second: Side
    reason: str
    stand: str
    verdict: str
    against: str
    moves_money: bool


@dataclass(frozen=True)
class Look:
    """What somebody said, and when."""

    by: str
    verdict: str
    at: dt.datetime


@dataclass(frozen=True)
class Turn:
    """Where a pair stands among those to do: its place (0: not among them), how many there are, and its neighbors."""

    place: int
    total: int
    before: uuid.UUID | None = None
    after: uuid.UUID | None = None


@dataclass(frozen=True)
class PairView:
    """One pair. `looks` are told when it is settled, else only the actor's own; `weights` where the linking weighed and may be told.

    `others`: pairs of the same first record, each with the other name. `readable`: what the records said is still there. `can_take_back`: the last look is the actor's.
    """

    line: PairLine
    looks: tuple[Look, ...]
    own: str
    weights: tuple[tuple[str, int], ...]
    others: tuple[tuple[uuid.UUID, str], ...]
    readable: bool
    to_do: bool
    can_take_back: bool
    persons: tuple[str, ...]
    turn: Turn


@dataclass(frozen=True)
class QueuePage:
    """A part of the queue, and what else there is to do."""

    lines: tuple[PairLine, ...]
    total: int
    sample: int
    waiting_for_others: int
    settled: int
    persons: tuple[str, ...] = ()


def list_queue(actor: Actor, *, first: int, size: int) -> QueuePage:
    """Some of the pairs that wait for this actor, from the `first` on (0: the foremost)."""
    visible = visible_pairs(actor)
    todo = doubts_to_do(actor, visible)
    rows = list(todo[first : first + size])
    stands = Counter(dict(visible.filter(gone=False).values_list("stand").annotate(Count("id")).order_by()))
    mine = Counter(dict(todo.order_by().values_list("stand").annotate(Count("id"))))
    both = (Stand.SECOND.value, Stand.DISPUTED.value)
    return QueuePage(
        lines=tuple(_line(row, _content(row)) for row in rows),
        total=mine.total(),
        sample=sample_to_do(actor, visible).count(),
        waiting_for_others=sum(stands[stand] - mine[stand] for stand in both),
        settled=stands[Stand.SETTLED.value],
        persons=files_of_linkage_ids({person for row in rows for person in (row.person_a, row.person_b)}),
    )


def read_pair(actor: Actor, *, pair_id: uuid.UUID, blind: bool = False) -> PairView:
    """One pair with what both records say; raises PairNotFound. `blind`: nothing of what the linking found is told beside it."""
    visible = visible_pairs(actor)
    pair = find_pair(visible, pair_id)
    looks = list(PairLook.objects.filter(pair=pair, asked=pair.asked, withdrawn_at=None))
    settled, content = pair.stand == Stand.SETTLED, _content(pair)
    own = next((look.verdict for look in looks if look.by == actor.id), "")
    told = settled or (pair.stand == Stand.OPEN and pair.kind == PairKind.DOUBT and not blind)
    return PairView(
        line=_line(pair, content, told=told),
        looks=tuple(Look(look.by, look.verdict, look.at) for look in looks if settled or look.by == actor.id),
        own=own,
        weights=content.weights if told and pair.kind == PairKind.DOUBT else (),
        others=() if settled or blind else _others(visible, pair),
        readable=pair.content is not None,
        to_do=pair.stand in WORKED_ON and not own and not pair.gone and pair.content is not None,
        can_take_back=bool(looks) and looks[-1].by == actor.id,
        persons=files_of_linkage_ids((pair.person_a, pair.person_b)),
        turn=_turn(actor, visible, pair.id, blind=blind),
    )


def turn_of(actor: Actor, *, pair_id: uuid.UUID | None, blind: bool) -> Turn:
    """A pair's place in the queue (`blind`: in the sample) and its neighbors; of one that is not in it, the foremost comes next."""
    return _turn(actor, visible_pairs(actor), pair_id, blind=blind)


def _turn(actor: Actor, visible: QuerySet[ReviewPair], pair_id: uuid.UUID | None, *, blind: bool) -> Turn:
    todo = (sample_to_do if blind else doubts_to_do)(actor, visible)
    ids = list(todo.values_list("id", flat=True)[:MOST_IN_ORDER])
    if pair_id not in ids:
        return Turn(0, len(ids), None, ids[0] if ids else None)
    place = ids.index(pair_id)
    after = ids[place + 1] if place + 1 < len(ids) else None
    return Turn(place + 1, len(ids), ids[place - 1] if place else None, after)


def _others(visible: QuerySet[ReviewPair], pair: ReviewPair) -> tuple[tuple[uuid.UUID, str], ...]:
    same = visible.filter(division=pair.division, side=pair.side, kind=PairKind.DOUBT, gone=False)
    rows = same.exclude(id=pair.id).filter(content__isnull=False).order_by("rank", "id")[:5]
    return tuple((row.id, _line(row, _content(row)).second.name) for row in rows) if pair.kind == PairKind.DOUBT else ()


def _content(pair: ReviewPair) -> PairContent:
    return open_pair(pair.id, pair.content) if pair.content is not None else PairContent({}, {})


def _line(pair: ReviewPair, content: PairContent, *, told: bool | None = None) -> PairLine:
    shown = pair.kind == PairKind.DOUBT and pair.stand == Stand.OPEN if told is None else told
    return PairLine(
        id=pair.id,
        first=_side(content.a),
        second=_side(content.b, guardian=content.slot_b),
        reason=pair.reason if shown else "",
        stand=pair.stand,
        verdict=pair.verdict,
        against=pair.against,
        moves_money=pair.moves_money,
    )


def _side(told: Mapping[str, str], guardian: int = 0) -> Side:
    """A record as it may be shown: of a list that says something about its people only that it is restricted, whichever list it is.

    If only the lists of class 5 went without a name, that would name them.
    """
    roster = told.get("roster", "")
    left_out = _ORIGIN if roster in _restricted() else ("roster",)
    return Side(
        {name: value for name, value in told.items() if name not in left_out},
        "" if roster in _restricted() else roster,
        guardian,
    )


@lru_cache(maxsize=1)
def _restricted() -> frozenset[str]:
    """Rosters that speak of misfortune, illness and disability among them."""
    return frozenset(adverse_rosters(load_roster_packs(division="00")))


@dataclass(frozen=True)
class QualityLine:
    """One roster: its records and automatic links, what was looked at, and the estimates."""

    roster: str
    records: int
    links: int
    looked_at: int
    wrong: int
    missed: int
    waiting: int
    quality: RosterQuality


@dataclass(frozen=True)
class QualityTable:
    """How right the last screening's linking is; `screened_at` is None where there was none. `followed`: what became of decisions."""

    lines: tuple[QualityLine, ...]
    screened_at: dt.datetime | None
    as_of: dt.date | None
    followed: Mapping[str, int]
    sample: int


def read_quality(actor: Actor) -> QualityTable:
    """By roster, from everything that people decided in the actor's county so far."""
    check_may_judge(actor)
    runs = screenings_of(actor).filter(status=ScreeningStatus.DONE).exclude(linked={}).order_by("-finished_at")
    run: ScreeningRun | None = runs.first()
    if run is None:
        return QualityTable((), None, None, {}, 0)
    visible = visible_pairs(actor)
    judged, missed, waiting = _looked_at(visible)
    lines = tuple(
        _quality_line(roster, counts, judged, missed, waiting[roster]) for roster, counts in sorted(run.linked.items())
    )
    return QualityTable(lines, run.finished_at, run.as_of, run.followed, sample_to_do(actor, visible).count())


_Judged = dict[tuple[str, str], Judged]


def _looked_at(visible: QuerySet[ReviewPair]) -> tuple[_Judged, dict[str, Judged], Counter[str]]:
    """What was said of sampled links by roster and stratum, of doubts by roster, and how many doubts wait or cannot be told."""
    found: Counter[tuple[str, str, str, str]] = Counter()
    waiting: Counter[str] = Counter()
    groups = visible.order_by().values_list("kind", "roster_a", "stratum", "stand", "verdict", "gone")
    # A record with three candidates is one that may have been missed, not three.
    for kind, roster, stratum, stand, verdict, gone, count in groups.annotate(count=Count("side", distinct=True)):
        if stand == Stand.SETTLED and verdict != Verdict.CANNOT_TELL:
            found[kind, roster, stratum, verdict] += count
        elif kind == PairKind.DOUBT and not gone:
            waiting[roster] += count
    same, other = Verdict.SAME.value, Verdict.DIFFERENT.value
    judged = {
        (roster, stratum): Judged(found[kind, roster, stratum, same], found[kind, roster, stratum, other])
        for kind, roster, stratum, _verdict in found
        if kind == PairKind.LINK
    }
    missed: dict[str, Judged] = {
        roster: Judged(found[PairKind.DOUBT, roster, "", same], found[PairKind.DOUBT, roster, "", other])
        for kind, roster, _stratum, _verdict in found
        if kind == PairKind.DOUBT
    }
    return judged, missed, waiting


def _quality_line(
    roster: str, counts: Mapping[str, int], judged: _Judged, missed: Mapping[str, Judged], waiting: int
) -> QualityLine:
    strata = {name: count for name, count in counts.items() if name != "records"}
    own = {stratum: said for (one, stratum), said in judged.items() if one == roster}
    doubts = missed.get(roster, Judged())
    return QualityLine(
        roster=roster,
        records=counts.get("records", 0),
        links=sum(strata.values()),
        looked_at=sum(said.count for said in own.values()),
        wrong=sum(said.different for said in own.values()),
        missed=doubts.same,
        waiting=waiting,
        quality=roster_quality(strata, own, missed=doubts, waiting=waiting),
    )
