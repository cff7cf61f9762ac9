"""What spreadsheets leave behind the last record: blank rows, and a row of totals that is nobody's."""

from __future__ import annotations

from ciyou.batch.synth.layout import RosterFile

_BLANK_ROWS = {"dibao": 2, "custody": 3, "court": 1}
_WITH_TOTAL = frozenset({"dibao", "missing"})


def closing_rows(roster: RosterFile, records: int, noise: float) -> list[list[str]]:
    """The rows to put behind the last record; none when noise is 0."""
    if noise <= 0:
        return []
    width = len(roster.columns)
    rows = [[""] * width for _ in range(_BLANK_ROWS.get(roster.name, 0))]
    if roster.name in _WITH_TOTAL:
        rows.append(["合计", f"{records}人", *[""] * (width - 2)])
    return rows
