"""Parts of a run prepared ahead by other processes, while this one writes those before."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from ciyou.apps.audit.wall import walled
from ciyou.apps.disbursement.deriving import Deriver
from ciyou.apps.disbursement.models import MonthRun
from ciyou.apps.disbursement.months import month_of
from ciyou.apps.disbursement.preparing import Prepared, prepare_part
from ciyou.apps.disbursement.storing import expect_many_rows
from ciyou.apps.registry.hex_ids import HexId
from ciyou.batch.workers import Workers, processors
from ciyou.core.access.actor import LOCAL_OPERATOR

WORTH_IT = 8000
"""From so many children on: to start a process takes as long as to compute a thousand or two."""
MOST = 8


@dataclass(frozen=True)
class Asked:
    """A part to be prepared: the children behind `after` up to `last`. `round` is new whenever a run is computed."""

    round: uuid.UUID
    run_id: uuid.UUID
    after: HexId | None
    last: HexId


def workers_for(children: int, workers: int | None) -> int:
    """How many processes beside this one; `workers`: as the caller says, None: by the work and the machine."""
    if workers is not None:
        return workers
    # One processor is left to the writing: measured on two, with a second worker the writer takes a tenth longer on PostgreSQL too.
    return min(processors() - 1, MOST) if children >= WORTH_IT else 0


def prepared_ahead(parts: Sequence[Asked], *, workers: int) -> Iterator[Prepared]:
    """What was prepared of each part, in order. Nothing of it may be trusted before its stamp is compared.

    What a worker does not give, because it was killed or never started, is prepared here.
    """
    done = 0
    with suppress(EOFError, ConnectionError), Workers(workers, prepare, begin="django:setup") as crew:
        for prepared in crew.map(parts):
            done += 1
            yield prepared
    yield from map(prepare, parts[done:])


_kept: dict[uuid.UUID, Deriver] = {}


def prepare(asked: Asked) -> Prepared:
    """Prepare one part; whatever children have in common is kept from part to part."""
    with walled(LOCAL_OPERATOR):
        run = MonthRun.objects.get(id=asked.run_id)
        if asked.round not in _kept:
            expect_many_rows()
            _kept.clear()
            _kept[asked.round] = Deriver(month_of(run.month))
        return prepare_part(run, _kept[asked.round], after=asked.after, last=asked.last)
