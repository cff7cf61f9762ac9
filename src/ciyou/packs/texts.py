"""The texts of rules and predicates as they are written, in force in one place on one day: for whoever wants to read or change one."""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ciyou.packs.binding import effective_rules, predicates_in_force
from ciyou.packs.loading import full_division, load_packs
from ciyou.packs.located_yaml import Expression, Notes
from ciyou.packs.pack_files import SHIPPED


@dataclass(frozen=True)
class Text:
    """One text in force: `when` its condition, `amount` what it pays ('' nothing), `formal` the names that a predicate is applied to."""

    code: str
    zh: str
    en: str
    when: str
    amount: str = ""
    formal: tuple[str, ...] = ()
    kind: str = ""
    sensitivity: int = 0

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh


def rule_texts(*, division: str, as_of: dt.date, root: Path = SHIPPED) -> Mapping[str, Text]:
    """The rules in force, by code. What an overlay widened reads as one condition: (the nation's) or (the overlay's)."""
    rules = effective_rules(load_packs(root).chain(full_division(division)), as_of=as_of, notes=Notes())
    return {
        code: Text(
            code,
            rule.file.zh,
            rule.file.en,
            _joined(rule.conditions),
            "" if rule.amount is None else _plain(rule.amount),
            kind=rule.file.kind.value,
            sensitivity=rule.file.sensitivity,
        )
        for code, rule in rules.items()
    }


def predicate_texts(*, division: str, as_of: dt.date, root: Path = SHIPPED) -> Mapping[str, Text]:
    """The predicates in force, by name."""
    found = predicates_in_force(load_packs(root).chain(full_division(division)), as_of=as_of)
    return {
        name: Text(name, one.zh, one.en, _plain(version.when), formal=one.parameters)
        for name, (one, version) in found.items()
    }


def _joined(conditions: tuple[Expression, ...]) -> str:
    texts = [_plain(one) for one in conditions]
    return texts[0] if len(texts) == 1 else "\nor ".join(f"({text})" for text in texts)


def _plain(written: Expression) -> str:
    first, _, rest = written.text.partition("\n")
    # The first line of a text that begins in the middle of a line has no indentation of its own.
    whole = f"{first.strip()}\n{textwrap.dedent(rest)}" if written.place.column > 1 else textwrap.dedent(written.text)
    return whole.strip()
