"""The pairs of a screening as rows: new ones, known ones brought up to date, those that contradict a decision asked again, and those gone."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from ciyou.apps.audit.keys import keyring
from ciyou.apps.audit.services import publish_event, record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.rosters.models import ReviewPair, ScreeningRun
from ciyou.apps.rosters.pair_access import PAIRS_MOVED
from ciyou.apps.rosters.pair_contents import PairContent, PairKeys, blind_mark, blind_side, seal_keys, seal_pair
from ciyou.batch.engines.pair_queries import pair_rows
from ciyou.batch.engines.result_queries import Row
from ciyou.batch.run_folder import read_run_file
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.linkage.verdicts import Stand
from ciyou.vault.keyring import Keyring

_BATCH = 400
_BITS = re.compile(r"([a-z][a-z ]*?) ([+-]\d+)\.(\d)")
CONTRADICTIONS = "decision_"
"""How the reasons begin that a linking gives for not following a decision."""
_FILLED = (
    *(
        "content",
        "kind",
        "stratum",
        "roster_a",
        "roster_b",
        "person_a",
        "person_b",
        "holder_b",
        "reason",
        "rank",
        "turn",
    ),
    *("moves_money", "gone", "run", "stand", "verdict", "asked", "against", "settled_at"),
)


def load_pairs(*, run_id: uuid.UUID, folder: Path, division: str) -> Counter[str]:
    """Write the pairs of an output folder for a county, and what the run says of links; running it again changes nothing.

    A settled pair stays settled, but for one whose decision the linking could not follow for a reason that nobody has seen yet. Open
    pairs of the same rosters that are asked no more are marked gone.
    """
    rows, said = pair_rows(folder), read_run_file(folder)
    ring, counts = keyring(), Counter[str]()
    with walled(LOCAL_OPERATOR):
        run = ScreeningRun.objects.get(id=run_id)
        run.linked, run.followed = said.get("linked", {}), said.get("decisions_followed", {})
        run.save(update_fields=["linked", "followed"])
    for batch in _parts(rows):
        with transaction.atomic(), walled(LOCAL_OPERATOR):
            counts.update(_load(batch, run, division, ring))
    with transaction.atomic(), walled(LOCAL_OPERATOR):
        counts["gone"] = _gone(run, division, {*run.linked, *(row["roster"] for row in said["rosters"])}).update(
            gone=True
        )
        publish_event(PAIRS_MOVED, division=division)
        record_action(LOCAL_OPERATOR, action="load_pairs", subject=str(run_id), details=dict(counts), highest_class=4)
    return counts


def _load(rows: Sequence[Row], run: ScreeningRun, division: str, ring: Keyring) -> Counter[str]:
    # A link of the sample and a doubt can be one pair under two names only if the same keys stand twice; the first, a doubt, counts.
    keyed: dict[str, tuple[Row, PairKeys]] = {}
    for row in rows:
        keys = PairKeys(row["key_a"], row["key_b"], row["slot_b"])
        keyed.setdefault(blind_mark(keys, ring=ring), (row, keys))
    known = ReviewPair.objects.select_for_update().filter(division=division, mark__in=list(keyed))
    found = {pair.mark: pair for pair in known}
    new, changed, counts = [], [], Counter[str]()
    for mark, (row, keys) in keyed.items():
        pair = found.get(mark)
        if pair is None:
            pair = ReviewPair(division=division, mark=mark, side=blind_side(keys, ring=ring), created_at=timezone.now())
            pair.keys = seal_keys(pair.id, keys, ring=ring)
            new.append(pair)
            counts["new"] += 1
        else:
            changed.append(pair)
            counts[_ask_again(pair, row)] += 1
        _fill(pair, row, run, ring)
    ReviewPair.objects.bulk_create(new, batch_size=_BATCH)
    ReviewPair.objects.bulk_update(changed, _FILLED, batch_size=_BATCH)
    return counts


def _fill(pair: ReviewPair, row: Row, run: ScreeningRun, ring: Keyring) -> None:
    told_a, told_b = _told(row["told_a"]), _told(row["told_b"])
    pair.content = seal_pair(
        pair.id, PairContent(told_a, told_b, weights_in(row.get("bits")), row["slot_b"]), ring=ring
    )
    pair.run, pair.gone = run, False
    if pair.stand != Stand.SETTLED:
        # A doubt that was settled stays one in the figures, also when the next linking joins and draws it.
        pair.kind, pair.stratum = row["kind"], row["stratum"]
    pair.roster_a, pair.roster_b = told_a["roster"], told_b["roster"]
    pair.person_a, pair.person_b, pair.holder_b = row["person_a"], row["person_b"], row["holder_b"]
    pair.rank, pair.turn, pair.moves_money = row["rank"], row["turn"], row["moves_money"]
    pair.reason = row["reason"] if not row["reason"].startswith(CONTRADICTIONS) or not pair.reason else pair.reason


def _ask_again(pair: ReviewPair, row: Row) -> str:
    """Open a settled pair again where a linking says for the first time why it could not follow."""
    why = row["reason"] if row["reason"].startswith(CONTRADICTIONS) else ""
    if pair.stand != Stand.SETTLED:
        pair.against = why
        return "refreshed"
    if not why or why == pair.against:
        return "settled_before"
    pair.against, pair.stand, pair.verdict, pair.settled_at = why, Stand.OPEN.value, "", None
    pair.asked += 1
    return "contradicted"


def _told(told: Mapping[str, Any]) -> dict[str, str]:
    """What a record says, as text; what it is silent about is left out."""
    return {
        name: value.isoformat() if isinstance(value, dt.date) else str(value)
        for name, value in told.items()
        if value not in (None, "")
    }


def weights_in(text: str | None) -> tuple[tuple[str, int], ...]:
    """The parts of what a linking says of a pair it weighed (`name +5.0 born -8.5 … prior -17.0 = 4.5`), in tenths."""
    parts = _BITS.findall((text or "").split(" = ")[0])
    return tuple((name, int(f"{whole}{tenth}")) for name, whole, tenth in parts)


def _gone(run: ScreeningRun, division: str, read: set[str]) -> QuerySet[ReviewPair]:
    """Pairs that nobody settled and that this run, which read their rosters, no longer asks about."""
    pairs = ReviewPair.objects.filter(division=division, gone=False, roster_a__in=read, roster_b__in=read)
    return pairs.exclude(run=run).exclude(stand=Stand.SETTLED.value)


def _parts(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    for start in range(0, len(rows), _BATCH):
        yield rows[start : start + _BATCH]


def forget_contents(run_ids: Iterable[uuid.UUID]) -> int:
    """Destroy what the records of these screenings' pairs said; open pairs end. What they are known again by stays, so that decisions hold."""
    pairs = ReviewPair.objects.filter(run_id__in=list(run_ids))
    pairs.exclude(stand=Stand.SETTLED.value).update(gone=True)
    return pairs.filter(content__isnull=False).update(content=None)
