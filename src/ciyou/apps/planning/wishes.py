"""What a person wishes to try, as a form says it and a row keeps it, and the proposal that it stands for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from ciyou.batch.lab.touched import facts_read
from ciyou.core.errors import PackError, Place, Problem
from ciyou.core.rules.book import RuleBook
from ciyou.packs.checking import Books
from ciyou.packs.located_yaml import Expression
from ciyou.packs.pack_files import PackSet
from ciyou.packs.proposals import USUAL_MONTHS, Change, NewText, Proposal, Switch, value_as_written

COUNTED_CLASS = 3
"""A changed text may look at facts up to this class; at others only where the text in force looks at them already."""
LONGEST_TEXT = 4_000


@dataclass(frozen=True)
class Wish:
    """`kind` parameter | rule | predicate | overlay; `code` of what is changed; `value` in yuan; `off`: the rule or overlay no longer holds."""

    kind: str
    code: str
    first_month: dt.date
    value: str = ""
    when: str = ""
    amount: str = ""
    off: bool = False

    def to_json(self) -> dict[str, Any]:
        """The wish as plain JSON values."""
        return {**asdict(self), "first_month": self.first_month.isoformat()}


def wish_of(kept: dict[str, Any]) -> Wish:
    """The wish that such values hold."""
    return Wish(**{**kept, "first_month": dt.date.fromisoformat(kept["first_month"])})


def proposal_of(wish: Wish, pack_set: PackSet, *, division: str) -> Proposal:
    """The proposal of a wish, in force in a division (significant digits); raises PackError for a value that will not do."""
    return Proposal("", wish.first_month, USUAL_MONTHS, None, (_change(wish, pack_set, division),))


def _change(wish: Wish, pack_set: PackSet, division: str) -> Change:
    if wish.kind == "parameter":
        return value_as_written(wish.code, wish.value, division=division, pack_set=pack_set)
    if wish.kind == "overlay":
        return Switch(wish.code, not wish.off, division, Place("overlay"))
    when, amount = (_text(name, getattr(wish, name)) for name in ("when", "amount"))
    return NewText(wish.kind, wish.code, when, amount, wish.off, division, Place())


def _text(name: str, written: str) -> Expression | None:
    kept = written.strip().replace("\r\n", "\n")[:LONGEST_TEXT]
    return Expression(kept, Place(name, 1, 1)) if kept else None


def check_looks_at(before: PackSet, after: PackSet, *, place: str, day: dt.date) -> None:
    """Refuse texts that would count children by what no figure may tell; raises PackError."""
    old, new = (Books(one).book(place, day) for one in (before, after))
    wrong = sorted({one for rule in new.rules for one in _looks_newly(rule.code, old, new)})
    if wrong:
        names = "、".join(wrong)
        raise PackError(
            Problem(
                Place(),
                "lab.class",
                f"在真实档案上试算时，新条文不能改用敏感事实（{names}）来计数；请去掉，或改在模拟人口上试算。",
                f"On real files a new text may not begin to count by sensitive facts ({', '.join(wrong)}); leave them out, or try it on drawn children.",
            )
        )


def _looks_newly(code: str, old: RuleBook, new: RuleBook) -> Iterator[str]:
    for entity, name in facts_read(new, (code,)) - facts_read(old, (code,)):
        definition = new.vocabulary.find(entity, name)
        if definition is not None and definition.sensitivity > COUNTED_CLASS:
            yield f"{entity}.{name}"
