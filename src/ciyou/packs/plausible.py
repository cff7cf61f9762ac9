"""A dated amount against its neighbors: one that is many times what was paid before, or around, was entered in the wrong unit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import chain

from ciyou.core.rules.tree import Kind
from ciyou.packs.located_yaml import Notes
from ciyou.packs.parameters import DIVISION_LENGTHS, ParameterDefinition, ParameterRow

# The largest step published that we know of is 3.5 (Chengdu's institutions, +250 % over 600 yuan). A year's amount for a month's
# is 12 times, fen for yuan 100 times: between the two lies room on both sides.
LARGEST_STEP = 5

_ByPlace = Mapping[tuple[str, str], list[ParameterRow]]


def check_jumps(
    rows: Iterable[ParameterRow],
    definitions: Mapping[str, ParameterDefinition],
    notes: Notes,
    *,
    only: Collection[ParameterRow] | None = None,
) -> None:
    """Refuse an amount that is more than five times, or less than a fifth of, the one it follows or stands beside.

    It is held against the row before it in the same division; where there is none, against the row in force in the wider
    divisions; where there is none either, against that of the parameter that it falls back to. `only`: no other
    rows are looked at, but as neighbors.
    """
    by_place: dict[tuple[str, str], list[ParameterRow]] = {}
    for row in rows:
        if definitions[row.key].kind is Kind.MONEY:
            by_place.setdefault((row.key, row.division), []).append(row)
    for row in chain.from_iterable(by_place.values()):
        if only is not None and row not in only:
            continue
        near = _neighbor(row, by_place, definitions[row.key])
        if near is not None:
            _check(row, near, definitions[row.key], notes)


def _neighbor(row: ParameterRow, by_place: _ByPlace, definition: ParameterDefinition) -> ParameterRow | None:
    before = [other for other in by_place[row.key, row.division] if other.valid_from < row.valid_from]
    if before:
        return max(before, key=lambda other: other.valid_from)
    wider = _in_force(row, row.key, by_place, shorter=True)
    if wider is None and definition.falls_back_to:
        return _in_force(row, definition.falls_back_to, by_place, shorter=False)
    return wider


def _in_force(row: ParameterRow, key: str, by_place: _ByPlace, *, shorter: bool) -> ParameterRow | None:
    """The row of a parameter in force on the row's first day in the narrowest division around it."""
    for length in reversed(DIVISION_LENGTHS):
        if length > len(row.division) or (shorter and length == len(row.division)):
            continue
        for other in by_place.get((key, row.division[:length]), ()):
            if other.holds_on(row.valid_from, known_on=None):
                return other
    return None


def _check(row: ParameterRow, near: ParameterRow, definition: ParameterDefinition, notes: Notes) -> None:
    value, other = row.value, near.value
    if not (isinstance(value, int) and isinstance(other, int)) or min(value, other) <= 0:
        return
    if max(value, other) <= LARGEST_STEP * min(value, other):
        return
    shown, beside = value / 100, other / 100
    notes.add(
        row.place,
        "unit_jump",
        f"“{definition.zh}”写的是 {shown:g} 元，而 {near.place} 是 {beside:g} 元，相差超过 {LARGEST_STEP} 倍；"
        "请检查单位（元还是分、月还是年）并改正。",
        f"“{definition.en}” is {shown:g} yuan here but {beside:g} yuan at {near.place}, which differs more than {LARGEST_STEP} "
        "times; check the unit (yuan or fen, month or year) and correct it.",
    )
