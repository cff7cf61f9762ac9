"""`ciyou link`: who is who and who is whose parent in a delivery, without any decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

from ciyou.batch.engines.duckdb_store import Store
from ciyou.batch.linkage.asked_pairs import PAIRS_QUERY, links_by_roster, make_pairs
from ciyou.batch.linkage.guards import guard_counts
from ciyou.batch.linkage.outcome import LINKAGE_QUERIES, prepare_outcome
from ciyou.batch.linkage.roster_changes import CHANGES_QUERY, corrections_query, make_changes, make_corrections
from ciyou.batch.linkage.standing import Standing, basis, check_rosters, merge_rosters, open_standing, write_standing
from ciyou.batch.linkage.touched_families import settled_relations
from ciyou.batch.run_folder import LINK_FORMAT, RunFolder, refuse_screening
from ciyou.batch.run_record import RunRecord, peak_memory_mb
from ciyou.batch.screen import NATION, NormalizedDelivery, Settings, check_engines, link_people, rejected_query
from ciyou.packs.roster_pack import RosterPack
from ciyou.packs.rosters_loader import load_roster_packs


def check_link(out: Path, settings: Settings) -> None:
    """Refuse an engine that cannot be used, a folder that holds a screening, and a linking that cannot be gone on from; raises RunError."""
    check_engines(settings)
    refuse_screening(out)
    if settings.since is not None:
        open_standing(settings.since)


def link_delivery(
    folder: RunFolder, delivery: NormalizedDelivery, settings: Settings, record: RunRecord
) -> dict[str, object]:
    """Link a delivery into a held folder and publish it; the content of the run file is returned."""
    standing = open_standing(settings.since, adding=settings.adding) if settings.since else None
    if standing is not None:
        check_rosters(standing, delivery.rosters)
    with Store(folder.work / "database") as store:
        stood: dict[str, Path] = {}
        if standing is not None:
            with record.stage("recall"):
                whole, stood = merge_rosters(store, standing, delivery.rosters, folder.work)
                delivery = replace(delivery, rosters=whole, packs=_packs_of(delivery, whole, settings))
        link_people(store, delivery, settings, record, standing=standing, stood=stood)
        with record.stage("write"):
            prepare_outcome(store, settled_relations(standing) if standing else "")
            for table, query in LINKAGE_QUERIES.items():
                store.write_parquet(query, folder.final / f"{table}.parquet")
            make_pairs(store, adverse=delivery.adverse, as_of=settings.as_of, with_leads=False)
            store.write_parquet(PAIRS_QUERY, folder.final / "pairs.parquet")
            store.write_parquet(rejected_query(delivery), folder.final / "rejected.parquet")
            make_changes(store, stood)
            make_corrections(store)
            store.write_parquet(CHANGES_QUERY, folder.final / "changes.parquet")
            store.write_parquet(corrections_query(standing), folder.final / "corrections.parquet")
            write_standing(store, standing, folder.final)
        run = _run_content(store, delivery, settings, record)
        if standing is not None:
            run["since"] = _since(store, standing)
    folder.publish(run)
    return run


def _packs_of(delivery: NormalizedDelivery, whole: Mapping[str, Path], settings: Settings) -> list[RosterPack]:
    """The packs of what came and of what stands: a list of misfortune speaks of misfortune also in a month in which it does not come."""
    came = {pack.code for pack in delivery.packs}
    if whole.keys() <= came:
        return list(delivery.packs)
    known = load_roster_packs(division=settings.division or NATION)
    return [*delivery.packs, *(pack for pack in known if pack.code in whole and pack.code not in came)]


def _run_content(
    store: Store, delivery: NormalizedDelivery, settings: Settings, record: RunRecord
) -> dict[str, object]:
    return {
        "format": LINK_FORMAT,
        "as_of": settings.as_of.isoformat(),
        "basis": dict(basis()),
        "settings": {"link_engine": settings.link_engine, "division": settings.division},
        "rosters": [asdict(count) for count in delivery.counts],
        "people": _counts(store, "SELECT kind, count(*) FROM person GROUP BY kind ORDER BY kind"),
        "links": _counts(store, "SELECT rule, count(*) FROM placed GROUP BY rule ORDER BY rule"),
        "relations": _counts(store, "SELECT relation, count(*) FROM related GROUP BY relation ORDER BY relation"),
        "review": _counts(store, "SELECT reason, count(*) FROM review_pair GROUP BY reason ORDER BY reason"),
        "changes": _counts(store, "SELECT what, count(*) FROM change GROUP BY what ORDER BY what"),
        "corrections": _counts(store, "SELECT field, count(*) FROM correction GROUP BY field ORDER BY field"),
        "guards": guard_counts(store),
        "linked": links_by_roster(store),
        "decisions_followed": record.followed,
        "stages": [asdict(stage) for stage in record.stages],
        "peak_memory_mb": peak_memory_mb(),
    }


def _since(store: Store, standing: Standing) -> dict[str, object]:
    """What this linking had from the one before: records that stand as they were; and what it could not use, and why (`differs`)."""
    return {
        "records_standing": store.number("SELECT count(*) FROM rec WHERE rid NOT IN (SELECT rid FROM came)"),
        "records_come": store.number("SELECT count(*) FROM came"),
        "records_gone": store.number("SELECT count(*) FROM gone WHERE left_roster"),
        "people_standing": store.number("SELECT count(*) FROM settled"),
        "judged_before": store.number("SELECT count(*) FROM name_judged_before"),
        "differs": list(standing.differs),
    }


def _counts(store: Store, query: str) -> dict[str, int]:
    return {str(key): int(str(count)) for key, count in store.rows(query)}
