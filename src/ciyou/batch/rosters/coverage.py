"""`coverage.yaml` beside the rosters: what those who deliver say about whom the lists hold, instead of the packs' defaults.

    education_school_roll: complete
    civil_affairs_assistance: {coverage: complete, divisions: ["510199"], from: 2024-01-01, to: 2025-08-31}

`divisions` (codes of 2 to 12 digits) and the period limit a completeness; without them it holds for everybody and every day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ciyou.core.errors import RosterError
from ciyou.core.linkage.divisions import clean_division, contains
from ciyou.packs.located_yaml import Notes, Section, nearest, read_yaml
from ciyou.packs.roster_pack import Coverage

COVERAGE_FILE = "coverage.yaml"


@dataclass(frozen=True)
class CoverageStatement:
    """What a delivery says about one roster. `divisions` are 12-digit codes (none: everywhere); both days count as covered."""

    roster: str
    coverage: Coverage
    divisions: tuple[str, ...] = ()
    covered_from: dt.date | None = None
    covered_to: dt.date | None = None

    def on(self, *, division: str, day: dt.date) -> Coverage:
        """The coverage of a division on a day: complete only where and when that is stated."""
        here = not self.divisions or any(contains(stated, division) for stated in self.divisions)
        now = (self.covered_from is None or self.covered_from <= day) and (
            self.covered_to is None or day <= self.covered_to
        )
        return self.coverage if here and now else Coverage.PARTIAL


def read_coverage(folder: Path, rosters: Iterable[str]) -> Mapping[str, CoverageStatement]:
    """The statements of a delivery by roster code, none when there is no such file; raises RosterError with all mistakes."""
    path = folder / COVERAGE_FILE
    if not path.is_file():
        return {}
    notes = Notes()
    section = read_yaml(path, file=COVERAGE_FILE, notes=notes)
    found = _read_statements(section, tuple(rosters)) if section else {}
    if notes.found:
        raise RosterError(notes.sorted())
    return found


def _read_statements(section: Section, rosters: tuple[str, ...]) -> dict[str, CoverageStatement]:
    found = {}
    for code in section:
        if code not in rosters:
            hint_zh, hint_en = nearest(code, rosters)
            section.notes.add(
                section.key_place(code),
                "unknown_roster",
                f"没有名册“{code}”；可用：{'、'.join(rosters)}。{hint_zh}",
                f"There is no roster “{code}”; use one of {', '.join(rosters)}. {hint_en}".strip(),
            )
        elif isinstance(section.plain(code, required=True), dict):
            entry = section.section(code)
            if entry is not None:
                found[code] = _read_statement(code, entry)
        else:
            written = section.choice(code, tuple(Coverage))
            found[code] = CoverageStatement(code, Coverage(written) if written else Coverage.PARTIAL)
    return found


def _read_statement(code: str, entry: Section) -> CoverageStatement:
    written = entry.choice("coverage", tuple(Coverage))
    divisions = []
    for division in entry.texts("divisions"):
        full = clean_division(division)
        if full is None:
            entry.notes.add(
                entry.value_place("divisions"),
                "division",
                f"“{division}”不是行政区划代码；请写 2、4、6、9 或 12 位数字，并加引号。",
                f"“{division}” is no division code; write 2, 4, 6, 9 or 12 digits in quotes.",
            )
        else:
            divisions.append(full)
    statement = CoverageStatement(
        code, Coverage(written) if written else Coverage.PARTIAL, tuple(divisions), entry.date("from"), entry.date("to")
    )
    entry.close()
    return statement
