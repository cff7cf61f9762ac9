"""A screening comes to life: the children of its leads and their families on file, determined, and their leads with somebody.

Batches by key, each in its own transaction: a load that was killed is run again and does what is left; a second run of the same
results changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.utils import timezone

from ciyou.apps.audit.services import publish_event, record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.distributing import distribute
from ciyou.apps.cases.lead_access import check_may
from ciyou.apps.cases.load_families import load_families
from ciyou.apps.cases.load_leads import close_gone, upsert_leads, upsert_records
from ciyou.apps.cases.models import LeadLoad
from ciyou.apps.entitlements.services import determine_children
from ciyou.batch.engines.load_queries import lead_rows, people_of_records
from ciyou.batch.engines.result_queries import Row
from ciyou.batch.run_folder import read_run_file
from ciyou.core.access.actor import DIVISION_DIGITS, LOCAL_OPERATOR, Actor, significant_digits
from ciyou.core.access.roles import Action
from ciyou.core.errors import Place, Problem, RunError

PART = 400
_COUNTY_DIGITS = 6
Watch = Callable[[int, int], bool]
"""Hears (done, total) after every part; returns whether to go on."""


class LoadStopped(RunError):
    """Somebody asked the load to stop; what was loaded stays, and a new load goes on from there."""


@dataclass(frozen=True)
class LoadReport:
    """What a load did, counted: leads of the run, new, refreshed, reopened, ended because they are gone, kept though gone; where they went."""

    run_id: str
    division: str
    as_of: dt.date
    counts: dict[str, int]

    def __getitem__(self, key: str) -> int:
        return self.counts.get(key, 0)


def _go_on(done: int, total: int) -> bool:
    return True


def load_run(actor: Actor, *, folder: Path, run_id: str, division: str = "", watch: Watch = _go_on) -> LoadReport:
    """Load the leads of an output folder of a screening; raises RunError when it is none, LoadStopped when `watch` says so.

    `division`: the place whose rosters they are; leads of that place that the run no longer names end.
    """
    check_may(actor, Action.SCREEN)
    run = read_run_file(folder)
    rows = lead_rows(folder)
    with walled(LOCAL_OPERATOR):
        load = _begin(run_id, county_of(division, rows), run)
    counts = Counter({"leads": len(rows)})
    children = [row for row in rows if row["person_id"]]
    records = [row for row in rows if not row["person_id"]]
    done = 0
    if not watch(done, len(rows)):
        raise _stopped()
    for part, step in ((children, _load_children), (records, _load_records)):
        for batch in _parts(part):
            with walled(LOCAL_OPERATOR):
                counts.update(step(folder, batch, load))
            done += len(batch)
            if not watch(done, len(rows)):
                raise _stopped()
    with walled(LOCAL_OPERATOR):
        counts.update(close_gone(load, rows))
        counts.update(distribute(LOCAL_OPERATOR, run_id).counts())
        return _finish(actor, load, counts)


def county_of(division: str, rows: Sequence[Row]) -> str:
    """The county whose rosters they are: the given division's, else that of most leads; "" where no lead says."""
    if len(significant_digits(division)) >= _COUNTY_DIGITS:
        return division[:_COUNTY_DIGITS].ljust(DIVISION_DIGITS, "0")
    counties = Counter(row["division"][:_COUNTY_DIGITS] for row in rows if row["division"])
    counties.pop("0" * _COUNTY_DIGITS, None)
    return "".join(code.ljust(DIVISION_DIGITS, "0") for code, _count in counties.most_common(1))


def _begin(run_id: str, division: str, run: Row) -> LeadLoad:
    rosters = sorted({row["roster"] for row in run["rosters"]})
    load, _made = LeadLoad.objects.update_or_create(
        run_id=run_id,
        defaults={
            "division": division,
            "as_of": dt.date.fromisoformat(run["as_of"]),
            "rosters": rosters,
            "started_at": timezone.now(),
            "finished_at": None,
        },
    )
    return load


def _load_children(folder: Path, rows: Sequence[Row], load: LeadLoad) -> Counter[str]:
    """One part: families on file, determinations, leads."""
    loaded = load_families(folder, rows, load)
    made = determine_children(LOCAL_OPERATOR, child_ids=loaded.children.values(), as_of=load.as_of, cause="load")
    found = upsert_leads(rows, loaded.children, load)
    return found + Counter({"children": len(loaded.children), "people": loaded.people, "determinations": made})


def _load_records(folder: Path, rows: Sequence[Row], load: LeadLoad) -> Counter[str]:
    return upsert_records(rows, people_of_records(folder, [row["rec_id"] for row in rows]), load)


def _finish(actor: Actor, load: LeadLoad, counts: Counter[str]) -> LoadReport:
    LeadLoad.objects.filter(run_id=load.run_id).update(counts=dict(counts), finished_at=timezone.now())
    publish_event("cases.run_loaded", run_id=load.run_id)
    record_action(actor, action="load_run", subject=load.run_id, details=dict(counts), highest_class=4)
    return LoadReport(load.run_id, load.division, load.as_of, dict(counts))


def _parts(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    for start in range(0, len(rows), PART):
        yield rows[start : start + PART]


def _stopped() -> LoadStopped:
    return LoadStopped(
        Problem(
            Place(),
            "load.stopped",
            "载入已按要求停止；已载入的保留，重新运行会接着完成。",
            "The load was stopped as asked; what was loaded stays, and running it again does the rest.",
        )
    )
