"""A change of the law that somebody wants to try: values, texts and overlays, as a file or a form proposes them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import yaml

from ciyou.core.errors import PackError, Place
from ciyou.core.facts.definition import Value
from ciyou.packs.located_yaml import Expression, Notes, Section, nearest, read_yaml, read_yaml_text
from ciyou.packs.pack_files import PackSet
from ciyou.packs.parameter_files import check_division, read_value

KINDS = ("parameter", "rule", "predicate", "overlay")
SWITCHES = ("on", "off")
MOST_MONTHS = 24
USUAL_MONTHS = 12


@dataclass(frozen=True)
class NewValue:
    """A parameter's value from the proposal's day on in a division (significant digits, '' the nation); money in fen."""

    key: str
    value: Value
    division: str
    place: Place


@dataclass(frozen=True)
class NewText:
    """A rule's or a predicate's text from the proposal's day on. A rule may keep its condition or its amount, or be switched off."""

    kind: str
    code: str
    when: Expression | None
    amount: Expression | None
    off: bool
    division: str
    place: Place


@dataclass(frozen=True)
class Switch:
    """An overlay that no longer holds in its place, or (`on`) holds in another division too."""

    pack: str
    on: bool
    division: str
    place: Place


Change = NewValue | NewText | Switch


@dataclass(frozen=True)
class Proposal:
    """What is to be tried: from the first of a month, looked at over so many months. `growth`: an expected yearly rate for formulas."""

    title: str
    first_month: dt.date
    months: int
    growth: Fraction | None
    changes: tuple[Change, ...]


def read_proposal(path: Path, pack_set: PackSet, *, first_month: dt.date) -> Proposal:
    """The change that a YAML file proposes; raises PackError with every mistake of its writing, each with line and column.

    `first_month` holds where the file names none. Whether texts are sound is found when they are bound (`variants.vary`).
    """
    notes = Notes()
    section = read_yaml(path, file=path.name, notes=notes)
    proposal = None if section is None else _read(section, pack_set, first_month)
    if proposal is None or notes.found:
        raise PackError(notes.sorted())
    return proposal


def _read(section: Section, pack_set: PackSet, first_month: dt.date) -> Proposal:
    title = section.text("title", required=False)
    first = section.date("from") or first_month
    months = section.integer("months")
    if months is not None and not 1 <= months <= MOST_MONTHS:
        section.notes.add(
            section.value_place("months"),
            "months",
            f"“months”应为 1 到 {MOST_MONTHS}。",
            f"“months” is a number from 1 to {MOST_MONTHS}.",
        )
    growth = _growth(section)
    changes = tuple(change for entry in section.sections("changes") for change in _read_change(entry, pack_set))
    if section.has("changes") and not changes and not section.notes.found:
        section.notes.add(
            section.value_place("changes"),
            "no_change",
            "没有写任何改动；请至少写一项。",
            "No change is written; write one at least.",
        )
    section.close()
    return Proposal(title, first.replace(day=1), months or USUAL_MONTHS, growth, changes)


def _growth(section: Section) -> Fraction | None:
    written = section.text("growth_percent", required=False)
    if not written:
        return None
    try:
        return Fraction(written) / 100
    except (ValueError, ZeroDivisionError):
        section.notes.add(
            section.value_place("growth_percent"),
            "bad_ratio",
            "“growth_percent”应为百分数，如 3.5；请改正。",
            "“growth_percent” is a number of percent, such as 3.5; correct it.",
        )
        return None


def _read_change(entry: Section, pack_set: PackSet) -> Iterator[Change]:
    kinds = [kind for kind in KINDS if entry.has(kind)]
    if len(kinds) != 1:
        entry.notes.add(
            entry.place,
            "change_kind",
            f"每项改动写明一样：{'、'.join(KINDS)}。",
            f"Each change names one of {', '.join(KINDS)}.",
        )
        return
    division = entry.text("division", required=False)
    check_division(division, within="", place=entry.value_place("division"), notes=entry.notes)
    found: Change | None
    if kinds[0] == "parameter":
        found = read_new_value(entry, pack_set, division)
    elif kinds[0] == "overlay":
        on = entry.choice("switch", SWITCHES) == "on"
        found = Switch(entry.text("overlay"), on, division, entry.value_place("overlay"))
    else:
        found = _read_text(entry, kinds[0], division)
    entry.close()
    if found is not None:
        yield found


def read_new_value(entry: Section, pack_set: PackSet, division: str) -> NewValue | None:
    """The value of a `parameter:` entry, checked as the packs check theirs; None, noted, where it will not do."""
    key, definitions = entry.text("parameter"), pack_set.table.definitions
    definition = definitions.get(key)
    if definition is None:
        hint_zh, hint_en = nearest(key, definitions)
        entry.notes.add(
            entry.value_place("parameter"),
            "unknown_parameter",
            f"没有参数“{key}”。{hint_zh}",
            f"There is no parameter “{key}”. {hint_en}".strip(),
        )
        entry.has("value")
        return None
    value = read_value(entry, definition)
    return None if value is None else NewValue(key, value, division, entry.value_place("value"))


def _read_text(entry: Section, kind: str, division: str) -> NewText | None:
    when = entry.expression("when", required=kind == "predicate")
    amount = entry.expression("amount", required=False) if kind == "rule" else None
    off = bool(entry.boolean("off")) if kind == "rule" else False
    return NewText(kind, entry.text(kind), when, amount, off, division, entry.value_place(kind))


def value_as_written(key: str, written: str, *, division: str, pack_set: PackSet) -> NewValue:
    """A value as a form sends it (money in yuan); raises PackError with the same sentences as a file's."""
    notes = Notes()
    text = yaml.safe_dump({"parameter": key, "value": written.strip()}, default_style='"', allow_unicode=True)
    entry = read_yaml_text(text, file="", notes=notes)
    found = None if entry is None else read_new_value(entry, pack_set, division)
    if found is None or notes.found:
        # Where in the text made of it a mistake stands tells nobody anything.
        raise PackError([replace(problem, place=Place()) for problem in notes.sorted()])
    return replace(found, place=Place())
