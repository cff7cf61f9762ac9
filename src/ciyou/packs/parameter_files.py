"""Reading `parameters/<key>.yaml`: definitions and rows, and the checks that every dated value passes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from itertools import pairwise

from ciyou.core.errors import Place
from ciyou.core.facts.definition import Value
from ciyou.core.rules.tree import Kind
from ciyou.packs.located_yaml import Notes, Section
from ciyou.packs.parameters import DIVISION_LENGTHS, Informs, ParameterDefinition, ParameterRow
from ciyou.packs.sources import Document, read_citation

COMBINE = ("most_specific", "max")
TYPES = (Kind.BOOL, Kind.INT, Kind.MONEY, Kind.ENUM)


def read_definition(section: Section, *, key: str) -> ParameterDefinition | None:
    """The definition part of a `parameters/<key>.yaml` of the national pack (its `rows` are read apart)."""
    kind = section.choice("type", TYPES)
    zh, en = section.names("name")
    ask_zh, ask_en = section.names("ask")
    is_money = kind == Kind.MONEY
    if is_money and not (section.has("minimum") and section.has("maximum")):
        section.notes.add(
            section.place,
            "no_bounds",
            f"金额参数“{key}”必须写明合理范围 minimum、maximum（元），以便发现单位错误。",
            f"Amount parameter “{key}” needs its plausible bounds `minimum` and `maximum` (yuan), which catch a wrong unit.",
        )
    definition = ParameterDefinition(
        key=key,
        kind=Kind(kind) if kind else Kind.BOOL,
        zh=zh,
        en=en,
        unit=section.text("unit", required=False),
        combine=section.choice("combine", COMBINE, default="most_specific"),
        minimum=section.fen("minimum") if is_money else section.integer("minimum"),
        maximum=section.fen("maximum") if is_money else section.integer("maximum"),
        options=section.texts("options", required=kind == Kind.ENUM),
        falls_back_to=section.text("falls_back_to", required=False),
        ask_zh=ask_zh,
        ask_en=ask_en,
        place=section.place,
        option_words=_read_option_words(section),
        informs=_read_informs(section),
    )
    return definition if kind else None


def _read_informs(section: Section) -> Informs | None:
    inner = section.section("informs", required=False)
    if inner is None:
        return None
    of = inner.texts("of", required=False)
    zh, en = inner.names("why")
    inner.close()
    return Informs(of, zh, en)


def _read_option_words(section: Section) -> dict[str, tuple[str, str]]:
    inner = section.section("option_words", required=False)
    if inner is None:
        return {}
    found = {code: inner.names(code) for code in inner}
    inner.close()
    return found


def read_rows(
    section: Section, definition: ParameterDefinition, documents: Mapping[str, Document], *, within: str
) -> list[ParameterRow]:
    """The `rows:` of a `parameters/<key>.yaml`; rows must lie within the pack's division."""
    found = []
    for entry in section.sections("rows", required=False):
        value = read_value(entry, definition)
        division = entry.text("division", required=False)
        check_division(division, within=within, place=entry.value_place("division"), notes=entry.notes)
        valid_from, valid_to = entry.date("from", required=True), entry.date("to")
        issued_on = entry.date("issued_on")
        check_period(valid_from, valid_to, place=entry.value_place("to"), notes=entry.notes)
        entry.has("place")  # a name for the reader's eye; nothing is decided by it
        source = read_citation(entry, documents)
        if value is not None and source is not None and valid_from is not None:
            found.append(
                ParameterRow(definition.key, division, valid_from, valid_to, issued_on, value, source, entry.place)
            )
    return found


def read_value(entry: Section, definition: ParameterDefinition) -> Value | None:
    """The `value:` of an entry as its parameter has it (money in yuan, given as fen); None, noted, where it is none or implausible."""
    place = entry.value_place("value")
    match definition.kind:
        case Kind.BOOL:
            return entry.boolean("value", required=True)
        case Kind.ENUM:
            return entry.choice("value", definition.options) or None
        case Kind.MONEY:
            return check_bounds(entry.fen("value", required=True), definition, place=place, notes=entry.notes)
        case _:
            return check_bounds(entry.integer("value", required=True), definition, place=place, notes=entry.notes)


def check_bounds(value: int | None, definition: ParameterDefinition, *, place: Place, notes: Notes) -> int | None:
    """The value when it is plausible; noted otherwise (a yuan amount written in fen is 100 times too high)."""
    low, high = definition.minimum, definition.maximum
    if value is None or ((low is None or value >= low) and (high is None or value <= high)):
        return value
    money = definition.kind is Kind.MONEY
    shown_low, shown_high = (None if bound is None else bound // (100 if money else 1) for bound in (low, high))
    notes.add(
        place,
        "out_of_bounds",
        f"“{definition.zh}”的值超出合理范围 {shown_low}…{shown_high}（{definition.unit}）；请检查单位（元还是分、月还是年）。",
        f"The value of “{definition.en}” is outside its plausible bounds {shown_low}…{shown_high} ({definition.unit}); "
        "check the unit (yuan or fen, month or year).",
    )
    return None


def check_division(division: str, *, within: str, place: Place, notes: Notes) -> None:
    """A division is the significant digits of a code and lies inside the pack's own division."""
    if (division and not division.isdigit()) or len(division) not in DIVISION_LENGTHS:
        notes.add(
            place,
            "division",
            "行政区划应写有效位数的数字（省2、市4、县6、乡9、村12位），全国留空。",
            "Write a division by its significant digits (province 2, city 4, county 6, township 9, village 12), empty for the nation.",
        )
    elif not division.startswith(within):
        notes.add(
            place,
            "division_outside",
            f"“{division}”不在本包的区划 {within} 之内；请移到对应的包里。",
            f"“{division}” lies outside this pack's division {within}; move it to the pack of its place.",
        )


def check_period(first: dt.date | None, last: dt.date | None, *, place: Place, notes: Notes) -> None:
    """A period must not end before it begins."""
    if first is not None and last is not None and last < first:
        notes.add(
            place,
            "period",
            "结束日期早于开始日期；请更正其中之一。",
            "The last day is before the first day; correct one of them.",
        )


def check_overlaps(rows: Iterable[ParameterRow], notes: Notes) -> None:
    """Of one parameter in one division no two rows may begin on the same day or run into the next one's period.

    A place's own rows are laid over the shipped ones, so each are looked at by themselves.
    """
    by_place: dict[tuple[str, str, bool], list[ParameterRow]] = {}
    for row in rows:
        by_place.setdefault((row.key, row.division, row.own), []).append(row)
    for group in by_place.values():
        ordered = sorted(group, key=lambda row: (row.valid_from, row.place))
        for earlier, later in pairwise(ordered):
            note_overlap(earlier.valid_from, earlier.valid_to, later.valid_from, place=later.place, notes=notes)


def note_overlap(first: dt.date, last: dt.date | None, next_first: dt.date, *, place: Place, notes: Notes) -> None:
    """Note that a version begins while the one before it still runs; an open end is closed by the next beginning."""
    if first == next_first or (last is not None and last >= next_first):
        notes.add(
            place,
            "overlap",
            f"与上一条的有效期重叠（本条从 {next_first} 起）；请给上一条写明结束日期，或更正开始日期。",
            f"Its period overlaps the one before it (this one begins {next_first}); end the earlier one or correct a date.",
        )
