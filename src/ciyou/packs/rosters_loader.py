"""Roster packs read and checked: `rosters/<code>/roster.yaml` of a place and of everything above it, all mistakes at once."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ciyou.core.errors import PackError, Place
from ciyou.core.facts.definition import Vocabulary
from ciyou.core.rules.book import Source
from ciyou.packs.loading import full_division, load_packs
from ciyou.packs.located_yaml import Notes, Section, read_yaml
from ciyou.packs.pack_files import SHIPPED, Pack, PackSet
from ciyou.packs.roster_columns import read_columns
from ciyou.packs.roster_facts import read_facts, read_silence
from ciyou.packs.roster_pack import Coverage, RosterColumn, RosterPack, header_key
from ciyou.packs.rule_files import check_code
from ciyou.packs.sources import Document, read_citation, read_documents
from ciyou.packs.vocabulary import Department

SUBJECTS = ("child", "adult", "any")
SENSITIVITY_CLASSES = ("1", "2", "3", "4", "5")


@dataclass(frozen=True)
class Background:
    """What a roster pack is checked against."""

    vocabulary: Vocabulary
    departments: Mapping[str, Department]
    documents: Mapping[str, Document]
    person_columns: Mapping[str, RosterColumn]


def load_roster_packs(*, division: str, root: Path = SHIPPED) -> tuple[RosterPack, ...]:
    """The kinds of roster that are read in a division (2 to 12 digits; "": the nation), ordered by code.

    A folder `cn_51/rosters/<code>/` replaces the national roster of the same code for everything inside 51; the most specific
    place wins. Raises PackError with every mistake of every file: place, line, what to do.
    """
    pack_set = load_packs(root)
    chain = pack_set.chain(full_division(division) if division else "")
    notes = Notes()
    background = _read_background(pack_set, notes)
    found: dict[str, RosterPack] = {}
    for place in chain:
        for folder in sorted(path for path in (place.folder / "rosters").glob("*") if path.is_dir()):
            pack = _read_folder(place, folder, background, notes)
            if pack is not None:
                found[pack.code] = pack
    if notes.found:
        raise PackError(notes.sorted())
    return tuple(found[code] for code in sorted(found))


def _read_background(pack_set: PackSet, notes: Notes) -> Background:
    """What all rosters share; documents that only rosters cite stand in the nation's `rosters/sources.yaml`."""
    nation, documents = pack_set.packs[0], dict(pack_set.documents)
    folder = nation.folder / "rosters"
    section = _read(nation, folder / "sources.yaml", notes)
    documents.update(read_documents(section) if section else {})
    shared = _read(nation, folder / "person_columns.yaml", notes)
    columns = read_columns(shared) if shared else ()
    return Background(pack_set.vocabulary, pack_set.departments, documents, {column.name: column for column in columns})


def _read(place: Pack, path: Path, notes: Notes) -> Section | None:
    return read_yaml(path, file=place.named(path), notes=notes)


def _read_folder(place: Pack, folder: Path, background: Background, notes: Notes) -> RosterPack | None:
    section = _read(place, folder / "roster.yaml", notes)
    if section is None:
        return None
    pack = _read_roster(section, folder.name, background)
    _check_sample(place, folder / "sample.csv", pack, notes)
    return pack


def _read_roster(section: Section, code: str, background: Background) -> RosterPack:
    check_code(section, code)
    zh, en = section.names("name")
    purpose_zh, purpose_en = section.names("purpose")
    months, retention_zh, retention_en = _read_retention(section)
    coverage, coverage_zh, coverage_en = _read_coverage(section)
    columns = _read_all_columns(section, background.person_columns)
    pack = RosterPack(
        code=code,
        zh=zh,
        en=en,
        department=section.choice("department", background.departments, code="unknown_department"),
        purpose_zh=purpose_zh,
        purpose_en=purpose_en,
        legal_basis=_read_legal_basis(section, background.documents),
        retention_months=months,
        retention_zh=retention_zh,
        retention_en=retention_en,
        coverage=coverage,
        coverage_zh=coverage_zh,
        coverage_en=coverage_en,
        sensitivity=int(section.choice("sensitivity", SENSITIVITY_CLASSES) or 5),
        subject=section.choice("subject", SUBJECTS),
        file_patterns=tuple(pattern.casefold() for pattern in section.texts("files", required=True)),
        columns=columns,
        facts=read_facts(section, {column.name: column for column in columns}, background.vocabulary),
        silence=read_silence(section, background.vocabulary),
    )
    section.close()
    return pack


def _read_legal_basis(section: Section, documents: Mapping[str, Document]) -> tuple[Source, ...]:
    entries = section.sections("legal_basis")
    found = [read_citation(entry, documents) for entry in entries]
    if section.has("legal_basis") and not entries:
        section.notes.add(
            section.value_place("legal_basis"),
            "no_legal_basis",
            "没有写明依据，名册不能使用；请在 legal_basis 中引用文件。",
            "Without a legal basis the roster cannot be used; cite a document under `legal_basis`.",
        )
    return tuple(source for source in found if source is not None)


def _read_retention(section: Section) -> tuple[int, str, str]:
    entry = section.section("retention")
    if entry is None:
        return 0, "", ""
    found = entry.integer("months", required=True) or 0, entry.text("zh"), entry.text("en")
    entry.close()
    return found


def _read_coverage(section: Section) -> tuple[Coverage, str, str]:
    entry = section.section("coverage")
    if entry is None:
        return Coverage.PARTIAL, "", ""
    written = entry.choice("default", tuple(Coverage))
    found = Coverage(written) if written else Coverage.PARTIAL, entry.text("zh"), entry.text("en")
    entry.close()
    return found


def _read_all_columns(section: Section, shared: Mapping[str, RosterColumn]) -> tuple[RosterColumn, ...]:
    """The shared columns the roster names, then its own; its own wins where both have a name."""
    names = section.texts("person_columns", required=True)
    for name in names:
        if name not in shared:
            section.notes.add(
                section.value_place("person_columns"),
                "unknown_column",
                f"person_columns.yaml 中没有列“{name}”；可用：{'、'.join(shared)}。",
                f"person_columns.yaml has no column “{name}”; use one of {', '.join(shared)}.",
            )
    entry = section.section("columns")
    own = {column.name: column for column in read_columns(entry)} if entry else {}
    merged = {name: shared[name] for name in names if name in shared} | own
    _check_headers(merged.values(), section)
    return tuple(merged.values())


def _check_headers(columns: Iterable[RosterColumn], section: Section) -> None:
    """No title may mean two columns."""
    owner: dict[str, str] = {}
    for column in columns:
        for key in {header_key(title) for title in column.headers}:
            if owner.setdefault(key, column.name) != column.name:
                section.notes.add(
                    section.value_place("columns"),
                    "ambiguous_header",
                    f"表头“{key}”同时属于列“{owner[key]}”和“{column.name}”；请只留一处。",
                    f"The title “{key}” belongs to both columns “{owner[key]}” and “{column.name}”; keep it in one.",
                )


def _check_sample(place: Pack, path: Path, pack: RosterPack, notes: Notes) -> None:
    """A sample shows the department what to send, a bad row included; its titles must be this pack's."""
    file = place.named(path)
    try:
        with path.open(encoding="utf-8", newline="") as opened:
            rows = [row for row in csv.reader(opened) if row]
    except (OSError, UnicodeDecodeError, csv.Error):
        rows = []
    if len(rows) < 3:
        notes.add(
            Place(file),
            "no_sample",
            "缺少样例；请放一个 UTF-8 的 sample.csv：表头、至少一行可用、至少一行有误的虚构记录。",
            "The sample is missing; add a UTF-8 sample.csv with titles, at least one good and one bad row, all invented.",
        )
        return
    known = {column.name for column in map(pack.titles().column, rows[0]) if column is not None}
    for column in pack.columns:
        if column.required and column.name not in known:
            notes.add(
                Place(file, 1),
                "sample_column",
                f"样例缺少必需的列“{column.zh}”（{column.name}）；请补上。",
                f"The sample lacks the required column “{column.en}” ({column.name}); add it.",
            )
