"""What the parameters are for: which decide a rule or an amount, which only inform, and which are read by nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ciyou.core.errors import Place
from ciyou.core.rules.book import Rule
from ciyou.core.rules.scope import parameters_referred_to
from ciyou.packs.located_yaml import Notes, nearest
from ciyou.packs.pack_files import PackSet
from ciyou.packs.parameters import ParameterDefinition


@dataclass(frozen=True)
class ParameterUses:
    """Every key once. `decide`: a rule of some place reads it, or one that falls back to it; `idle`: nothing says what it is for."""

    decide: tuple[str, ...]
    inform: tuple[str, ...]
    idle: tuple[str, ...]


def uses_of(definitions: Mapping[str, ParameterDefinition], rules: Iterable[Rule]) -> ParameterUses:
    """What each parameter is for, by the rules of all places and days."""
    read = {key for rule in rules for key in _read_by(rule)}
    read |= {definitions[key].falls_back_to for key in read if key in definitions}
    others = [key for key in sorted(definitions) if key not in read]
    return ParameterUses(
        decide=tuple(key for key in sorted(definitions) if key in read),
        inform=tuple(key for key in others if definitions[key].informs is not None),
        idle=tuple(key for key in others if definitions[key].informs is None),
    )


def _read_by(rule: Rule) -> frozenset[str]:
    condition = parameters_referred_to(rule.condition)
    return condition if rule.amount is None else condition | parameters_referred_to(rule.amount)


def check_uses(uses: ParameterUses, pack_set: PackSet) -> None:
    """Note what says that it decides nothing and yet decides, and rules named that are not there.

    What is idle is no mistake by itself: the rule that reads it may stand in a place's pack which this folder leaves out.
    """
    definitions, notes = pack_set.table.definitions, pack_set.notes
    codes = {code for pack in pack_set.packs for code in pack.rules}
    for key, one in definitions.items():
        if one.informs is None:
            continue
        if key in uses.decide:
            notes.add(
                one.place,
                "informs_and_decides",
                f"参数“{key}”写明不作判断（informs），却有规则读取它；请删去 informs。",
                f"Parameter “{key}” says under `informs` that it decides nothing, yet a rule reads it; take `informs` out.",
            )
        for code in one.informs.of:
            _check_rule(code, codes, one.place, notes)


def _check_rule(code: str, codes: set[str], place: Place, notes: Notes) -> None:
    if code not in codes:
        hint_zh, hint_en = nearest(code, codes)
        notes.add(
            place,
            "unknown_rule",
            f"informs 中的“{code}”不是规则的代号。{hint_zh}",
            f"“{code}” under `informs` is not the code of a rule. {hint_en}".strip(),
        )
