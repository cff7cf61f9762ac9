"""What may be known of a child, a parent or a household: the typed vocabulary and its check of values."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ciyou.core.errors import FactError, Place, Problem

Value = bool | int | str | dt.date


class Entity(StrEnum):
    """Whom a fact is about, seen from the child."""

    CHILD = "child"
    FATHER = "father"
    MOTHER = "mother"
    HOUSEHOLD = "household"

    # Entities are keys of millions of look-ups; the hash of Enum itself is a function written in Python.
    __hash__ = str.__hash__


PARENTS = (Entity.FATHER, Entity.MOTHER)
LARGEST_SHORT = 2**31 - 1
"""The largest whole number of four bytes: a fact that may be larger has wider columns."""


class FactType(StrEnum):
    """The shape of a fact's value. `money` is integer fen; `division` a 12-digit code."""

    BOOL = "bool"
    INT = "int"
    MONEY = "money"
    DATE = "date"
    ENUM = "enum"
    DIVISION = "division"


@dataclass(frozen=True)
class FactDefinition:
    """One fact of the vocabulary.

    `about` names the entities that can carry it (`child`, `parent` = father and mother, `household`).
    A dotted name is an attribute of a circumstance: `imprisoned.term_months`.
    `options` (enum only) maps each code to its (zh, en) words; every enum has a code for "verified none".
    `minimum`/`maximum` bound int and money. `suppliers` are department codes that know it; `askable` who may be asked
    (`guardian`, `village`, `school`, `department`). `sensitivity` is the class 1–5 of the contracts. `fresh_days` is how long a
    verified value stays fresh (None: it does not age). `aliases` are other keys accepted in a facts file.
    """

    name: str
    about: tuple[str, ...]
    type: FactType
    zh: str
    en: str
    suppliers: tuple[str, ...] = ()
    askable: tuple[str, ...] = ()
    sensitivity: int = 3
    fresh_days: int | None = None
    options: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    minimum: int | None = None
    maximum: int | None = None
    aliases: tuple[str, ...] = ()
    unit: str = ""

    def entities(self) -> tuple[Entity, ...]:
        """The entities that can carry this fact; `parent` stands for father and mother."""
        found: list[Entity] = []
        for name in self.about:
            found.extend(PARENTS if name == "parent" else (Entity(name),))
        return tuple(found)

    @property
    def is_long(self) -> bool:
        """Whether its whole numbers need eight bytes: amounts, and what is a number of ten digits."""
        return self.type == FactType.MONEY or (self.type == FactType.INT and (self.maximum or 0) > LARGEST_SHORT)

    def label(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh

    def check(self, value: object) -> Value:
        """The value in its canonical Python form; raises FactError when it is outside the fact's domain."""
        checked = self._convert(value)
        if checked is None:
            raise FactError(
                Problem(
                    Place(),
                    "fact.domain",
                    f"事实“{self.name}”（{self.zh}）的值不在允许范围内；应为{self.domain_text('zh')}。",
                    f"The value of fact “{self.name}” ({self.en}) is outside its domain; give {self.domain_text('en')}.",
                )
            )
        return checked

    def _convert(self, value: object) -> Value | None:
        match self.type:
            case FactType.BOOL:
                return value if isinstance(value, bool) else None
            case FactType.INT | FactType.MONEY:
                return self._convert_number(value)
            case FactType.DATE:
                return _convert_date(value)
            case FactType.ENUM:
                return value if isinstance(value, str) and value in self.options else None
            case FactType.DIVISION:
                ok = isinstance(value, str) and value.isdigit() and len(value) in (2, 4, 6, 9, 12)
                return value.ljust(12, "0") if ok and isinstance(value, str) else None

    def _convert_number(self, value: object) -> int | None:
        if isinstance(value, bool) or not isinstance(value, int):
            return None
        if self.minimum is not None and value < self.minimum:
            return None
        if self.maximum is not None and value > self.maximum:
            return None
        return value

    def domain_text(self, lang: str = "zh") -> str:
        """The domain in words, for an error or a form."""
        match self.type:
            case FactType.BOOL:
                return "true 或 false" if lang == "zh" else "true or false"
            case FactType.DATE:
                return "日期 YYYY-MM-DD" if lang == "zh" else "a date YYYY-MM-DD"
            case FactType.ENUM:
                return ("以下之一：" if lang == "zh" else "one of ") + ", ".join(self.options)
            case FactType.DIVISION:
                return (
                    "2、4、6、9 或 12 位行政区划代码" if lang == "zh" else "a division code of 2, 4, 6, 9 or 12 digits"
                )
            case FactType.INT | FactType.MONEY:
                low = "" if self.minimum is None else str(self.minimum)
                high = "" if self.maximum is None else str(self.maximum)
                return f"整数 {low}…{high}" if lang == "zh" else f"an integer {low}…{high}"


def _convert_date(value: object) -> dt.date | None:
    if isinstance(value, dt.datetime):
        return None
    if isinstance(value, dt.date):
        return value
    if isinstance(value, str) and len(value) == 10:
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            return None
    return None


class Vocabulary:
    """All facts that may be known, by entity and name."""

    def __init__(self, definitions: Iterable[FactDefinition]) -> None:
        self._by_key: dict[tuple[Entity, str], FactDefinition] = {}
        self.definitions = tuple(definitions)
        for definition in self.definitions:
            for entity in definition.entities():
                self._by_key[entity, definition.name] = definition

    def __iter__(self) -> Iterator[FactDefinition]:
        return iter(self.definitions)

    def pairs(self) -> tuple[tuple[Entity, str], ...]:
        """Every (entity, fact name), in the order of definition."""
        return tuple(self._by_key)

    def find(self, entity: Entity, name: str) -> FactDefinition | None:
        return self._by_key.get((entity, name))

    def get(self, entity: Entity, name: str) -> FactDefinition:
        """The definition of a fact; raises FactError naming the nearest known fact."""
        found = self._by_key.get((entity, name))
        if found is not None:
            return found
        known = [fact for (owner, fact) in self._by_key if owner == entity]
        near = difflib.get_close_matches(name, known, n=1)
        hint_zh = f"是否指“{near[0]}”？" if near else "请用 ciyou facts 查看全部事实。"
        hint_en = f"Did you mean “{near[0]}”?" if near else "List all facts with `ciyou facts`."
        raise FactError(
            Problem(
                Place(),
                "fact.unknown_name",
                f"词汇表中没有 {entity} 的事实“{name}”。{hint_zh}",
                f"The vocabulary has no fact “{name}” of {entity}. {hint_en}",
            )
        )


def column_name(entity: Entity | str, name: str) -> str:
    """The column of a wide table that holds this fact: `father__imprisoned__term_months`."""
    return f"{entity}__{name.replace('.', '__')}"
