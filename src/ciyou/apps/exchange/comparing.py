"""One child's two sides, column by column. Pure: values in their plain forms, no database."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ciyou.apps.exchange.cells import SEPARATOR
from ciyou.core.access.actor import significant_digits
from ciyou.packs.exchange_mappings import CIRCUMSTANCE, NAME, ExchangeColumn

_BETWEEN = re.compile(r"[\s·•.・‧∙⋅･ㆍ●]+")


@dataclass(frozen=True, slots=True)
class Difference:
    """A column (`field`: its value's name) in which the two sides differ; "" is: not filled in, or not known."""

    field: str
    ours: str
    theirs: str


def differences(
    columns: Iterable[ExchangeColumn], *, ours: Mapping[str, str], theirs: Mapping[str, str]
) -> tuple[Difference, ...]:
    """The compared columns that `theirs` has (a cell that could not be read is not there) and that say something else."""
    return tuple(
        Difference(column.value, ours.get(column.value, ""), theirs[column.value])
        for column in columns
        if column.is_compared
        and column.value in theirs
        and not same(column, ours.get(column.value, ""), theirs[column.value])
    )


def same(column: ExchangeColumn, ours: str, theirs: str) -> bool:
    """Whether two plain forms say the same of a child."""
    if ours == theirs:
        return True
    if not ours or not theirs:
        return False
    if column.value == NAME:
        return name_key(ours) == name_key(theirs)
    if column.shape.kind == "division":
        return _one_in_the_other(ours, theirs)
    if column.value.endswith(f".{CIRCUMSTANCE}"):
        # That system names one circumstance of a parent; of several that hold, any is right.
        return set(theirs.split(SEPARATOR)) <= set(ours.split(SEPARATOR))
    return False


def name_key(name: str) -> str:
    """A name as names are compared: width, blanks and the dot between parts do not count."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", name)).casefold()


def _one_in_the_other(one: str, other: str) -> bool:
    short, long = sorted((significant_digits(one), significant_digits(other)), key=len)
    return bool(short) and long.startswith(short)
