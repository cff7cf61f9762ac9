"""`ciyou link`: who is who and who is whose parent in a delivery, without any decision."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from ciyou.batch.engines.duckdb_store import Store
from ciyou.batch.linkage.asked_pairs import PAIRS_QUERY, links_by_roster, make_pairs
from ciyou.batch.linkage.guards import guard_counts
from ciyou.batch.linkage.outcome import LINKAGE_QUERIES, prepare_outcome
from ciyou.batch.run_folder import LINK_FORMAT, RunFolder, refuse_screening
from ciyou.batch.run_record import RunRecord, peak_memory_mb
from ciyou.batch.screen import NormalizedDelivery, Settings, check_engines, link_people, rejected_query


def check_link(out: Path, settings: Settings) -> None:
    """Refuse an engine that cannot be used, and a folder that holds a screening; raises RunError."""
    check_engines(settings)
    refuse_screening(out)


def link_delivery(
    folder: RunFolder, delivery: NormalizedDelivery, settings: Settings, record: RunRecord
) -> dict[str, object]:
    """Link a delivery into a held folder and publish it; the content of the run file is returned."""
    with Store(folder.work / "database") as store:
        link_people(store, delivery, settings, record)
        with record.stage("write"):
            prepare_outcome(store)
            for table, query in LINKAGE_QUERIES.items():
                store.write_parquet(query, folder.final / f"{table}.parquet")
            make_pairs(store, adverse=delivery.adverse, as_of=settings.as_of, with_leads=False)
            store.write_parquet(PAIRS_QUERY, folder.final / "pairs.parquet")
            store.write_parquet(rejected_query(delivery), folder.final / "rejected.parquet")
        run = _run_content(store, delivery, settings, record)
    folder.publish(run)
    return run


def _run_content(
    store: Store, delivery: NormalizedDelivery, settings: Settings, record: RunRecord
) -> dict[str, object]:
    return {
        "format": LINK_FORMAT,
        "as_of": settings.as_of.isoformat(),
        "settings": {"link_engine": settings.link_engine},
        "rosters": [asdict(count) for count in delivery.counts],
        "people": _counts(store, "SELECT kind, count(*) FROM person GROUP BY kind ORDER BY kind"),
        "links": _counts(store, "SELECT rule, count(*) FROM placed GROUP BY rule ORDER BY rule"),
        "relations": _counts(store, "SELECT relation, count(*) FROM related GROUP BY relation ORDER BY relation"),
        "review": _counts(store, "SELECT reason, count(*) FROM review_pair GROUP BY reason ORDER BY reason"),
        "guards": guard_counts(store),
        "linked": links_by_roster(store),
        "decisions_followed": record.followed,
        "stages": [asdict(stage) for stage in record.stages],
        "peak_memory_mb": peak_memory_mb(),
    }


def _counts(store: Store, query: str) -> dict[str, int]:
    return {str(key): int(str(count)) for key, count in store.rows(query)}
