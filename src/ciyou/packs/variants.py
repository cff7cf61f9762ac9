"""The packs as they would be if a proposal were in force: the same objects with values, texts and overlays put in their place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from ciyou.core.errors import PackError, Place
from ciyou.core.rules.book import RuleKind, Source
from ciyou.packs.checking import Books
from ciyou.packs.located_yaml import Notes, nearest
from ciyou.packs.pack_files import Pack, PackSet
from ciyou.packs.parameters import ParameterRow, ParameterTable
from ciyou.packs.plausible import check_jumps
from ciyou.packs.proposals import NewText, NewValue, Proposal, Switch
from ciyou.packs.rule_files import PredicateFile, PredicateVersion, RuleFile, RuleVersion

PROPOSED = Source("proposal", "local_definition", "试算", None, None, None, "A", verified_by="lab")
"""What stands behind a proposed text: nothing but the wish to know what it would do. No determination is ever made with it."""


def vary(pack_set: PackSet, proposal: Proposal, *, places: Iterable[str]) -> PackSet:
    """The pack set with a proposal in force from its first month; raises PackError with every mistake in it.

    `places` are the divisions in which its texts are bound and so checked.
    """
    notes = Notes()
    varied = _varied(pack_set, proposal, notes)
    if not notes.found:
        books = Books(varied)
        for place in sorted(set(places)):
            books.book(place, proposal.first_month)
    notes.extend(varied.notes.found)
    if notes.found:
        raise PackError(notes.sorted())
    return varied


def told_apart(pack_sets: Iterable[PackSet]) -> frozenset[str]:
    """The divisions by which places have different law in any of these pack sets."""
    found: set[str] = set()
    for pack_set in pack_sets:
        found |= {row.division for row in pack_set.table.rows} | {pack.division for pack in pack_set.packs}
    return frozenset(found)


def _varied(pack_set: PackSet, proposal: Proposal, notes: Notes) -> PackSet:
    packs, rows = list(pack_set.packs), list(pack_set.table.rows)
    for change in proposal.changes:
        if isinstance(change, Switch):
            packs, rows = _switched(packs, rows, change, notes)
    texts = [change for change in proposal.changes if isinstance(change, NewText)]
    packs += [
        _pack_of(number, text, pack_set, proposal.first_month, notes) for number, text in enumerate(texts, start=1)
    ]
    values = [change for change in proposal.changes if isinstance(change, NewValue)]
    rows = _with_values(rows, values, proposal.first_month, pack_set.table, notes)
    table = ParameterTable(pack_set.table.definitions, tuple(rows), pack_set.table.statistics)
    return replace(pack_set, packs=tuple(packs), table=table, version=f"{pack_set.version}+", notes=Notes())


# -- values ---------------------------------------------------------------------------------------------------------------------
def _with_values(
    rows: list[ParameterRow], values: list[NewValue], day: dt.date, table: ParameterTable, notes: Notes
) -> list[ParameterRow]:
    proposed = [ParameterRow(one.key, one.division, day, None, None, one.value, PROPOSED, one.place) for one in values]
    replaced = {(one.key, one.division) for one in values}
    kept = [row for row in rows if (row.key, row.division) not in replaced or row.valid_from < day]
    together = [*kept, *proposed]
    check_jumps(together, table.definitions, notes, only=proposed)
    return together


# -- texts ----------------------------------------------------------------------------------------------------------------------
def _pack_of(number: int, text: NewText, pack_set: PackSet, day: dt.date, notes: Notes) -> Pack:
    pack = Pack(f"proposal_{number}", Path(), text.division, "试算", "Proposal")
    if text.kind == "predicate":
        known = _known({name: file for one in pack_set.packs for name, file in one.predicates.items()}, text, notes)
        if known is not None and text.when is not None:
            version = PredicateVersion(day, None, text.when, (PROPOSED,), text.place)
            pack.predicates[text.code] = replace(known, versions=(version,))
    else:
        rule = _known(_titles(pack_set), text, notes)
        if rule is not None and _is_sound(rule, text, notes):
            pack.rules[text.code] = _rule_of(rule, text, day)
    return pack


def _titles(pack_set: PackSet) -> dict[str, RuleFile]:
    found: dict[str, RuleFile] = {}
    for pack in pack_set.packs:
        for code, rule in pack.rules.items():
            found.setdefault(code, rule)
    return found


_File = TypeVar("_File", RuleFile, PredicateFile)


def _known(files: Mapping[str, _File], text: NewText, notes: Notes) -> _File | None:
    found = files.get(text.code)
    if found is None:
        hint_zh, hint_en = nearest(text.code, files)
        word_zh, word_en = ("谓词", "predicate") if text.kind == "predicate" else ("规则", "rule")
        notes.add(
            text.place,
            "unknown_text",
            f"没有{word_zh}“{text.code}”。{hint_zh}",
            f"There is no {word_en} “{text.code}”. {hint_en}".strip(),
        )
    return found


def _is_sound(rule: RuleFile, text: NewText, notes: Notes) -> bool:
    if text.amount is not None and rule.kind is RuleKind.CATEGORY:
        notes.add(
            text.amount.place,
            "category_pays",
            f"“{rule.zh}”是类别，没有金额；请改相应待遇的金额。",
            f"“{rule.en}” is a category and pays nothing; change the amount of an entitlement.",
        )
        return False
    if text.off == (text.when is not None or text.amount is not None):
        notes.add(
            text.place,
            "text_or_off",
            "请写新的条件（when）或金额（amount），或写 off: true 停用；不能都写，也不能都不写。",
            "Write a new condition (when) or amount, or `off: true` to switch the rule off; not both, and not neither.",
        )
        return False
    return True


def _rule_of(rule: RuleFile, text: NewText, day: dt.date) -> RuleFile:
    change = "off" if text.off else "tier" if text.when is None else "replace"
    version = RuleVersion(day, None, text.when, text.amount, (PROPOSED,), text.place)
    return replace(rule, change=change, versions=(version,))


# -- overlays -------------------------------------------------------------------------------------------------------------------
def _switched(
    packs: list[Pack], rows: list[ParameterRow], switch: Switch, notes: Notes
) -> tuple[list[Pack], list[ParameterRow]]:
    local = {pack.code: pack for pack in packs if pack.division}
    pack = local.get(switch.pack)
    if pack is None:
        hint_zh, hint_en = nearest(switch.pack, local)
        notes.add(
            switch.place,
            "unknown_overlay",
            f"没有地方包“{switch.pack}”；可用：{'、'.join(local)}。{hint_zh}",
            f"There is no overlay “{switch.pack}”; use one of {', '.join(local)}. {hint_en}".strip(),
        )
        return packs, rows
    if not switch.on:
        return [one for one in packs if one is not pack], [row for row in rows if not _is_of(row.place, pack)]
    if not switch.division or switch.division.startswith(pack.division):
        notes.add(
            switch.place,
            "overlay_division",
            "请用 division 写明这个地方包还要在哪里适用（该包所在地之外）。",
            "Say with `division` where else the overlay is to hold, outside its own place.",
        )
        return packs, rows
    moved = replace(pack, code=f"{pack.code}@{switch.division}", division=switch.division)
    ordered = sorted([*packs, moved], key=lambda one: (len(one.division), one.code))
    return ordered, [*_without_own(rows, pack, switch.division), *_moved_rows(rows, pack, switch.division)]


def _moved_rows(rows: list[ParameterRow], pack: Pack, division: str) -> Iterator[ParameterRow]:
    for row in rows:
        if _is_of(row.place, pack) and row.division == pack.division:
            yield replace(row, division=division)


def _without_own(rows: list[ParameterRow], pack: Pack, division: str) -> Iterator[ParameterRow]:
    """The rows without those of the division itself for which the overlay brings its own."""
    brought = {row.key for row in rows if _is_of(row.place, pack) and row.division == pack.division}
    return (row for row in rows if not (row.division == division and row.key in brought))


def _is_of(place: Place, pack: Pack) -> bool:
    return place.file.startswith(f"{pack.name}/")
