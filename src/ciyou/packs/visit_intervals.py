"""How often somebody visits: `visit_intervals/<code>.yaml`, by tier and category; what no document says is marked as a default and no law."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from ciyou.core.errors import PackError, Place
from ciyou.core.risk import NOT_ASSESSED, VisitInterval, shortest_interval
from ciyou.packs.folders import read_folder
from ciyou.packs.loading import load_packs, overlay_key
from ciyou.packs.located_yaml import Notes, Section, nearest
from ciyou.packs.pack_files import SHIPPED, PackSet
from ciyou.packs.risk import load_risk
from ciyou.packs.rule_files import check_code
from ciyou.packs.sources import read_citation

FOLDER = "visit_intervals"
_ANYWHERE = "00"


def load_visit_intervals(*, division: str, root: Path = SHIPPED) -> Mapping[str, VisitInterval]:
    """Every row of a division (2 to 12 digits) by code; a place's file takes the place of a wider one's.

    Every tier of the place, and a child without one, has a row whatever the category. Raises PackError with all mistakes at once.
    """
    return load_intervals(FOLDER, division=division, root=root)


def load_intervals(folder: str, *, division: str, root: Path = SHIPPED) -> Mapping[str, VisitInterval]:
    """The rows of a folder that says by tier and category how often something is done; raises as `load_visit_intervals`."""
    return _load(overlay_key(division, root=root), root, folder)


@lru_cache(maxsize=128)
def _load(chain: tuple[str, ...], root: Path, folder: str) -> Mapping[str, VisitInterval]:
    rows = read_folder(chain, root, folder, _read)
    notes, pack_set = Notes(), load_packs(root)
    narrowest = [pack for pack in pack_set.packs if pack.code in chain][-1]
    asked = load_risk(division=narrowest.division or _ANYWHERE, root=root).asked
    tiers = (NOT_ASSESSED, *(one.code for one in asked.tiers))
    file = f"{narrowest.name}/{folder}"
    for tier in tiers:
        if shortest_interval(rows.values(), tier=tier, rules=frozenset()) is None:
            _note_uncovered(file, tier, notes)
    if notes.found:
        raise PackError(notes.sorted())
    return rows


def _note_uncovered(file: str, tier: str, notes: Notes) -> None:
    notes.add(
        Place(file),
        "visit_interval_missing",
        f"等级“{tier}”没有不分类别的间隔；请补一个文件。",
        f"Tier “{tier}” has no interval that holds for every category; add a file for it.",
    )


def _read(section: Section, code: str, pack_set: PackSet) -> VisitInterval:
    check_code(section, code)
    zh, en = section.names("name")
    default = section.boolean("policy_default") or False
    citations = [read_citation(one, pack_set.documents) for one in section.sections("sources", required=not default)]
    note_zh, note_en = section.names("note", required=default)
    days = section.integer("days", required=True)
    if days is not None and days < 1:
        section.notes.add(
            section.value_place("days"), "visit_interval_days", "days 至少写 1。", "`days` is at least 1."
        )
    row = VisitInterval(
        code=code,
        zh=zh,
        en=en,
        days=max(days or 1, 1),
        tiers=section.texts("tiers"),
        of=_rules(section, pack_set),
        policy_default=default,
        verified=section.boolean("verified") or False,
        sources=tuple(one.id for one in citations if one is not None),
        note_zh=note_zh,
        note_en=note_en,
    )
    section.close()
    return row


def _rules(section: Section, pack_set: PackSet) -> tuple[str, ...]:
    known = {code for pack in pack_set.packs for code in pack.rules}
    named = section.texts("of")
    for code in (one for one in named if one not in known):
        hint_zh, hint_en = nearest(code, known)
        section.notes.add(
            section.value_place("of"),
            "unknown_rule",
            f"没有规则“{code}”。{hint_zh}",
            f"There is no rule “{code}”. {hint_en}".strip(),
        )
    return named
