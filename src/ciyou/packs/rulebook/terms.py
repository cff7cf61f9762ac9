"""What is told with a rule in a place without deciding it: how long a recognition holds, what a list has, a ceiling of the insurer."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from ciyou.core.rules.reciting import parameter_words
from ciyou.core.rules.tree import Kind
from ciyou.core.rules.words import Phrase
from ciyou.packs.loading import load_informing, load_packs, parameters_for
from ciyou.packs.pack_files import SHIPPED
from ciyou.packs.rulebook.texts import option_words
from ciyou.packs.rulebook.words import UNITS


def terms_with(code: str, *, division: str, as_of: dt.date, root: Path = SHIPPED) -> tuple[Phrase, ...]:
    """The terms told with a rule, each with its value and document; what the place has not said is left out."""
    keys = load_informing(root=root).get(code, ())
    if not keys:
        return ()
    values, definitions = parameters_for(division=division, as_of=as_of, root=root), load_packs(root).table.definitions
    found = []
    for key in keys:
        one, held = definitions[key], values[key]
        if held.value is None or held.source is None:
            continue
        said = parameter_words(key, held.value, one.kind, option_words(root))
        unit = UNITS[one.unit] if one.unit else Phrase("", "")
        zh, en = _with_unit(said, unit, money=one.kind is Kind.MONEY)
        found.append(
            Phrase(
                f"{one.zh}：{zh}（{held.source.cite('zh')}）",
                f"{one.en}: {en} ({held.source.cite('en')})",
            )
        )
    return tuple(found)


def _with_unit(said: Phrase, unit: Phrase, *, money: bool) -> tuple[str, str]:
    """An amount says yuan already: its unit tells the period only."""
    if not unit.zh:
        return said.zh, said.en
    if money:
        return f"{said.zh}（{unit.zh}）", f"{said.en} ({unit.en})"
    gap = "" if unit.en == "%" else " "
    return f"{said.zh}{unit.zh}", f"{said.en}{gap}{unit.en}"
