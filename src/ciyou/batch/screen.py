"""`ciyou screen` from normalized rosters to the output files: link, families, facts, every rule for every child, leads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ciyou.batch.decisions.books import group_places
from ciyou.batch.decisions.reads import RESTRICTED
from ciyou.batch.decisions.silence import Presumption, presumptions_of
from ciyou.batch.differences import DIFFERENCES_QUERY, make_differences
from ciyou.batch.encryption import encrypt_tables, read_or_make_key
from ciyou.batch.engines.duckdb_store import Store, quoted
from ciyou.batch.engines.parquet_writer import TableWriter
from ciyou.batch.engines.polars_decide import PopulationRules
from ciyou.batch.engines.rule_runners import RULES_ENGINES, engine_problems, open_runner
from ciyou.batch.facts.inputs import StoredChildren
from ciyou.batch.facts.roster_facts import collect_facts
from ciyou.batch.facts.stored_facts import facts_query, make_silence
from ciyou.batch.facts.wide import make_kin, make_wide_people
from ciyou.batch.leads import HINT_COLUMNS, leads_query, make_leads
from ciyou.batch.linkage.asked_pairs import PAIRS_QUERY, links_by_roster, make_pairs
from ciyou.batch.linkage.decided_pairs import apply_decisions, check_decisions, settle_questions
from ciyou.batch.linkage.deterministic import BIRTHS, DeterministicLinker
from ciyou.batch.linkage.families import find_parents
from ciyou.batch.linkage.guards import guard_counts
from ciyou.batch.linkage.identifiers import IDENTIFIERS_QUERY, make_identifiers
from ciyou.batch.linkage.lasting_ids import carry_ids
from ciyou.batch.linkage.linker import Linker
from ciyou.batch.linkage.names import recall_judged
from ciyou.batch.linkage.outcome import LINKAGE_QUERIES, note_near_adverse, prepare_outcome
from ciyou.batch.linkage.people import make_people
from ciyou.batch.linkage.records import load_records
from ciyou.batch.linkage.standing import Standing, note_came, recall_links
from ciyou.batch.linkage.touched_families import put_back, set_apart
from ciyou.batch.ranges import Range, ranges_of
from ciyou.batch.run_folder import FORMAT, RunFolder
from ciyou.batch.run_record import RunRecord, peak_memory_mb
from ciyou.batch.since import basis_of, check_since, open_earlier
from ciyou.core.errors import Place, Problem, RunError
from ciyou.packs import load_differences, load_vocabulary, pack_version
from ciyou.packs.roster_pack import RosterPack

LINK_ENGINES = ("duckdb", "spark")
_AVAILABLE = {"rules": RULES_ENGINES, "link": LINK_ENGINES}
# Lists of misfortune: standing in one says nothing about where a person lives or whose parent it is.
ADVERSE_FACT_CLASS = 4
NOWHERE = "000000"
NATION = "00"


@dataclass(frozen=True)
class Settings:
    """What a run is asked to do."""

    as_of: dt.date
    rules_engine: str = "polars"
    link_engine: str = "duckdb"
    division: str = ""
    key_file: Path | None = None
    since: Path | None = None
    """The folder of an earlier run: who was not touched since keeps its answers."""
    adding: bool = False
    """In a linking that goes on from `since`: the rosters are rows to be added, and nobody leaves one."""
    decisions: Path | None = None
    """A file of what people decided about pairs of records (see `linkage.decided_pairs`)."""


@dataclass(frozen=True)
class RosterCount:
    """One delivered roster: the file's name and hash, and read = used + rejected."""

    roster: str
    file: str
    sha256: str
    read: int
    used: int
    rejected: int


@dataclass(frozen=True)
class NormalizedDelivery:
    """Normalized rosters by code, their packs, their counts, and the Parquet file of rows set aside (None: nothing was)."""

    rosters: Mapping[str, Path]
    packs: Sequence[RosterPack]
    counts: Sequence[RosterCount] = ()
    rejected: Path | None = None
    adverse: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "adverse", adverse_rosters(self.packs))


def adverse_rosters(packs: Sequence[RosterPack]) -> tuple[str, ...]:
    """Rosters that speak only of misfortune: everything they say is sensitive, and none says whose child somebody is."""
    return tuple(
        sorted(
            pack.code for pack in packs if pack.sensitivity >= ADVERSE_FACT_CLASS and pack.code != BIRTHS and pack.facts
        )
    )


def check_engines(settings: Settings) -> None:
    """Refuse an engine that cannot be used here; raises RunError."""
    wrong = [
        Problem(
            Place(),
            "run.engine",
            f"引擎 {engine} 不能用于{zh}；请用 {', '.join(_AVAILABLE[kind])}。",
            f"The engine {engine} cannot be used for {en}; use {', '.join(_AVAILABLE[kind])}.",
        )
        for kind, engine, zh, en in (
            ("rules", settings.rules_engine, "规则", "rules"),
            ("link", settings.link_engine, "识别", "linking"),
        )
        if engine not in _AVAILABLE[kind]
    ]
    wrong += engine_problems(settings.rules_engine)
    wrong += engine_problems(settings.link_engine, instead="--link-engine duckdb")
    if wrong:
        raise RunError(wrong)
    if settings.decisions is not None:
        check_decisions(settings.decisions)


def linker_for(engine: str) -> Linker:
    """The linker that an engine's name stands for."""
    return DeterministicLinker(engine)


def screen_delivery(
    folder: RunFolder, delivery: NormalizedDelivery, settings: Settings, record: RunRecord
) -> dict[str, object]:
    """Screen a delivery into a held folder and publish it; the content of the run file is returned."""
    check_engines(settings)
    if settings.since is not None:
        check_since(settings.since)
    with Store(folder.work / "database") as store:
        link_people(store, delivery, settings, record)
        presumptions = presumptions_of(delivery.packs, delivery.rosters)
        ranges = _gather_facts(store, folder, delivery, presumptions, settings, record)
        decided = _decide(store, folder, presumptions, ranges, settings, record)
        asked = load_differences(division=settings.division)
        with record.stage("leads") as stage:
            make_differences(store, asked.values(), delivered=delivery.rosters, as_of=settings.as_of)
            make_leads(store, adverse=delivery.adverse)
            make_identifiers(store, adverse=delivery.adverse)
            make_pairs(store, adverse=delivery.adverse, as_of=settings.as_of, with_leads=True)
            stage.rows = store.number("SELECT (SELECT count(*) FROM child_lead) + (SELECT count(*) FROM record_lead)")
        with record.stage("write"):
            _write_tables(store, folder, delivery)
        run = _run_content(store, folder, delivery, settings, record)
        run["basis"] = basis_of(presumptions)
        if settings.since is not None:
            run["since"] = {"children_decided": decided}
    if settings.key_file is not None:
        encrypt_tables(folder.final, read_or_make_key(settings.key_file))
    folder.publish(run)
    return run


def link_people(
    store: Store,
    delivery: NormalizedDelivery,
    settings: Settings,
    record: RunRecord,
    *,
    standing: Standing | None = None,
    stood: Mapping[str, Path] | None = None,
) -> None:
    """Load a delivery and find its people and families: tables `placed`, `person`, `relation`, `kin` and `review_pair`.

    `followed` in the record says what became of people's decisions. `standing` is an earlier linking to go on from, `stood` how the
    rosters that came stood in it.
    """
    with record.stage("load") as stage:
        load_records(store, delivery.rosters)
        note_came(store, standing, stood or {})
        recall_judged(store, standing.judged if standing else "")
        stage.rows = store.number("SELECT count(*) FROM rec")
    with record.stage("link") as stage:
        linker_for(settings.link_engine).link(store)
        record.followed = apply_decisions(store, settings.decisions)
        stage.rows = store.number("SELECT count(*) FROM placed")
    with record.stage("families") as stage:
        children = [pack.code for pack in delivery.packs if pack.subject == "child"]
        if standing is not None:
            recall_links(store, standing)
        set_apart(store, standing, as_of=settings.as_of, division=settings.division)
        make_people(store, as_of=settings.as_of, adverse=delivery.adverse, child_rosters=children)
        find_parents(store)
        if standing is not None:
            carry_ids(store, standing)
        put_back(store, standing)
        note_near_adverse(store)
        settle_questions(store)
        if standing is None:
            make_kin(store)
        stage.rows = store.number("SELECT count(*) FROM person")
        if store.number("SELECT count(*) - count(DISTINCT pid) FROM person"):
            raise RunError(
                Problem(
                    Place(),
                    "run.person_ids",
                    "两个人得到了同一编号；请报告此问题。",
                    "Two people got one id; please report this.",
                )
            )


def _gather_facts(
    store: Store,
    folder: RunFolder,
    delivery: NormalizedDelivery,
    presumptions: Sequence[Presumption],
    settings: Settings,
    record: RunRecord,
) -> list[Range]:
    vocabulary = load_vocabulary()
    with record.stage("facts") as stage:
        collect_facts(store, packs=delivery.packs, rosters=delivery.rosters, vocabulary=vocabulary)
        make_silence(store, presumptions, as_of=settings.as_of)
        ranges = list(ranges_of(store.number("SELECT count(*) FROM person")))
        with TableWriter(folder.final / "facts.parquet") as writer:
            for number, part in enumerate(ranges):
                writer.write(store.arrow(facts_query(part, as_of=settings.as_of)))
                record.watch("facts", number + 1, len(ranges))
            stage.rows = writer.rows
    with record.stage("wide") as stage:
        make_wide_people(store, vocabulary=vocabulary, as_of=settings.as_of, ranges=ranges)
        stage.rows = store.number("SELECT (SELECT count(*) FROM wide_child) + (SELECT count(*) FROM wide_parent)")
    return ranges


def _decide(
    store: Store,
    folder: RunFolder,
    presumptions: Sequence[Presumption],
    ranges: Sequence[Range],
    settings: Settings,
    record: RunRecord,
) -> int:
    """Decide every rule for every child; the number of children decided here, not taken over from an earlier run."""
    earlier = open_earlier(settings.since, presumptions) if settings.since else None
    with (
        record.stage("decide") as stage,
        open_runner(settings.rules_engine, work=folder.work) as runner,
        TableWriter(folder.final / "decisions.parquet") as writer,
        TableWriter(folder.final / "inputs.parquet") as inputs,
        TableWriter(folder.final / "hints.parquet") as hints,
    ):
        store.empty("hint", HINT_COLUMNS)
        groups = group_places(_counties(store) or [NOWHERE], as_of=settings.as_of)
        rules = PopulationRules(groups, presumptions, as_of=settings.as_of, runner=runner, earlier=earlier)
        decided_children = 0
        for number, decided in enumerate(rules.decide_all(ranges, StoredChildren(store, load_vocabulary()))):
            writer.write(decided.rows)
            inputs.write(decided.inputs)
            hints.write(decided.hints)
            store.append_arrow("hint", decided.hints)
            decided_children += decided.decided
            record.watch("decide", number + 1, len(ranges))
        stage.rows = writer.rows
    return decided_children


def _counties(store: Store) -> list[str]:
    found = store.rows(
        """SELECT DISTINCT left(coalesce(c.hukou_division, c.residence_division, k.own_division, '000000000000'), 6)
        FROM kin k LEFT JOIN wide_child c USING (pid) ORDER BY 1"""
    )
    return [str(row[0]) for row in found]


def _write_tables(store: Store, folder: RunFolder, delivery: NormalizedDelivery) -> None:
    prepare_outcome(store)
    for table, query in LINKAGE_QUERIES.items():
        store.write_parquet(query, folder.final / f"{table}.parquet")
    store.write_parquet(leads_query(), folder.final / "leads.parquet")
    store.write_parquet(DIFFERENCES_QUERY, folder.final / "differences.parquet")
    store.write_parquet(IDENTIFIERS_QUERY, folder.final / "identifiers.parquet")
    store.write_parquet(PAIRS_QUERY, folder.final / "pairs.parquet")
    store.write_parquet(rejected_query(delivery), folder.final / "rejected.parquet")


def rejected_query(delivery: NormalizedDelivery) -> str:
    """SQL of the rows set aside, in their final order; of none when nothing was."""
    return (
        f"SELECT * FROM read_parquet({quoted(str(delivery.rejected))}) ORDER BY ALL"
        if delivery.rejected
        else 'SELECT NULL::VARCHAR AS roster, NULL::INTEGER AS "row", NULL::VARCHAR AS "column", NULL::VARCHAR AS value_kind, '
        "NULL::VARCHAR AS reason WHERE false"
    )


def _run_content(
    store: Store, folder: RunFolder, delivery: NormalizedDelivery, settings: Settings, record: RunRecord
) -> dict[str, object]:
    decisions = quoted(str(folder.final / "decisions.parquet"))
    outcomes = store.rows(
        f"SELECT rule, outcome, basis, count(*) FROM read_parquet({decisions}) WHERE rule NOT IN ({_restricted(settings)}) GROUP BY ALL ORDER BY ALL"
    )
    return {
        "format": FORMAT,
        "as_of": settings.as_of.isoformat(),
        "pack_version": pack_version(),
        "settings": {
            "rules_engine": settings.rules_engine,
            "link_engine": settings.link_engine,
            "encrypted": settings.key_file is not None,
        },
        "rosters": [asdict(count) for count in delivery.counts],
        "people": dict(store.rows("SELECT kind, count(*) FROM person GROUP BY kind ORDER BY kind")),  # type: ignore[arg-type]
        "guards": guard_counts(store),
        "linked": links_by_roster(store),
        "decisions_followed": record.followed,
        "review": dict(store.rows("SELECT reason, count(*) FROM review_pair GROUP BY reason ORDER BY reason")),  # type: ignore[arg-type]
        "outcomes": [dict(zip(("rule", "outcome", "basis", "children"), row, strict=True)) for row in outcomes],
        "leads": dict(
            store.rows(
                "SELECT why, count(*) FROM (SELECT why FROM child_lead UNION ALL SELECT 'adverse_record_alone' FROM record_lead) GROUP BY why ORDER BY why"
            )  # type: ignore[arg-type]
        ),
        "differences": dict(store.rows("SELECT code, count(*) FROM differing GROUP BY code ORDER BY code")),  # type: ignore[arg-type]
        "stages": [asdict(stage) for stage in record.stages],
        "peak_memory_mb": peak_memory_mb(),
    }


def _restricted(settings: Settings) -> str:
    """Rules of class 5 stand in no count."""
    book = group_places([NOWHERE], as_of=settings.as_of)[0].book
    return ", ".join(quoted(rule.code) for rule in book.rules if rule.sensitivity >= RESTRICTED) or "''"
