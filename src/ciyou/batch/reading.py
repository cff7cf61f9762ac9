"""A folder of rosters as departments send it, read, normalized and screened into an output folder."""

from __future__ import annotations

from pathlib import Path

from ciyou.batch.engines.duckdb_store import Store, quoted
from ciyou.batch.link import check_link, link_delivery
from ciyou.batch.rosters import Delivery, RosterSummary, find_rosters, normalize
from ciyou.batch.run_folder import RunFolder, open_run_folder
from ciyou.batch.run_record import RunRecord
from ciyou.batch.screen import NATION, NormalizedDelivery, RosterCount, Settings, check_engines, screen_delivery
from ciyou.batch.since import check_since
from ciyou.packs.rosters_loader import load_roster_packs

_COUNTY_DIGITS = 6


def screen_folder(rosters: Path, *, out: Path, settings: Settings, record: RunRecord) -> dict[str, object]:
    """Screen a folder of rosters into `out`; the content of the run file is returned.

    Raises RosterError with the problems of all files at once, RunError when the output folder or an engine cannot be used.
    """
    check_engines(settings)
    if settings.since is not None:
        check_since(settings.since)
    found = find_rosters(rosters, load_roster_packs(division=settings.division or NATION))
    with open_run_folder(out) as folder:
        delivery = _read(found, folder, settings, record)
        return screen_delivery(folder, delivery, settings, record)


def link_folder(rosters: Path, *, out: Path, settings: Settings, record: RunRecord) -> dict[str, object]:
    """Link a folder of rosters into `out` and decide nothing; the content of the run file is returned.

    Raises RosterError with the problems of all files at once, RunError when the output folder or an engine cannot be used.
    """
    check_link(out, settings)
    found = find_rosters(rosters, load_roster_packs(division=settings.division or NATION))
    with open_run_folder(out) as folder:
        return link_delivery(folder, _read(found, folder, settings, record), settings, record)


def _read(found: Delivery, folder: RunFolder, settings: Settings, record: RunRecord) -> NormalizedDelivery:
    with record.stage("read") as stage:
        summaries = normalize(
            found,
            work_folder=folder.work,
            as_of=settings.as_of,
            progress=lambda _, done, total: record.watch("read", done, total),
        )
        stage.rows = sum(one.read for one in summaries)
    division = settings.division or _home(folder, summaries)
    rejected = folder.work / "rejected.parquet"
    return NormalizedDelivery(
        rosters={one.roster: one.path for one in summaries if one.used},
        packs=found.effective_packs(
            division=division, as_of=settings.as_of, rows_read={one.roster: one.read for one in summaries}
        ),
        counts=[_count(one) for one in summaries],
        rejected=rejected if rejected.exists() else None,
    )


def _home(folder: RunFolder, summaries: tuple[RosterSummary, ...]) -> str:
    """The county that most records name: what those who deliver say of coverage concerns it."""
    with Store(folder.work / "home") as store:
        listed = ", ".join(quoted(str(one.path)) for one in summaries if one.used)
        if not listed:
            return NATION.ljust(12, "0")
        rows = store.rows(
            f"""SELECT left(division, {_COUNTY_DIGITS}) FROM read_parquet([{listed}], union_by_name = true)
            WHERE division IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"""
        )
    return str(rows[0][0]).ljust(12, "0") if rows else NATION.ljust(12, "0")


def _count(summary: RosterSummary) -> RosterCount:
    return RosterCount(
        roster=summary.roster,
        file=", ".join(file.name for file in summary.files),
        sha256=", ".join(file.sha256 for file in summary.files),
        read=summary.read,
        used=summary.used,
        rejected=summary.rejected,
    )
