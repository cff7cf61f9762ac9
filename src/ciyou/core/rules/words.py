"""How values, facts and comparisons read aloud, in Chinese and English."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

from ciyou.core.facts.definition import Entity, FactDefinition, FactType, Value, Vocabulary
from ciyou.core.rules.book import RuleBook
from ciyou.core.rules.deciding import Unknown
from ciyou.core.rules.kinds import kind_of
from ciyou.core.rules.tree import (
    Age,
    AmountRef,
    DivisionPart,
    FactRef,
    Kind,
    Literal,
    MonthsSince,
    Node,
    ParameterRef,
)

ENTITY_WORDS = {
    Entity.CHILD: ("儿童", "Child"),
    Entity.FATHER: ("父亲", "Father"),
    Entity.MOTHER: ("母亲", "Mother"),
    Entity.HOUSEHOLD: ("家庭", "Household"),
}
OPERATOR_WORDS = {
    "==": ("须为", "must be"),
    "!=": ("须不同于", "must differ from"),
    "<": ("须小于", "must be below"),
    "<=": ("须不超过", "must be at most"),
    ">": ("须大于", "must be above"),
    ">=": ("须达到", "must be at least"),
}
PART_WORDS = {2: ("省份", "province"), 4: ("地市", "city"), 6: ("县区", "county"), 9: ("乡镇", "township")}


@dataclass(frozen=True)
class Phrase:
    """The same words in both languages."""

    zh: str
    en: str

    def text(self, lang: str) -> str:
        return self.en if lang == "en" else self.zh


_YES, _NO = Phrase("是", "yes"), Phrase("否", "no")


def yuan(fen: int) -> str:
    """An amount as people write it: ¥1,484.00."""
    sign = "-" if fen < 0 else ""
    return f"{sign}¥{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def value_words(value: Value, definition: FactDefinition | None = None, kind: Kind | None = None) -> Phrase:
    """A value as people read it: yes/no, an amount in yuan, an option's name, a date."""
    if isinstance(value, bool):
        return _YES if value else _NO
    if isinstance(value, int):
        is_money = kind is Kind.MONEY or (definition is not None and definition.type is FactType.MONEY)
        number = yuan(value) if is_money else str(value)
        return Phrase(number, number)
    if isinstance(value, dt.date):
        return Phrase(value.isoformat(), value.isoformat())
    if definition is not None and value in definition.options:
        zh, en = definition.options[value]
        return Phrase(zh, en)
    return Phrase(str(value), str(value))


def fact_words(book: RuleBook, entity: Entity, name: str) -> Phrase:
    """A fact with its owner: 父亲·服刑在押 / Father: imprisoned."""
    return _fact_words(book.vocabulary, entity, name)


@lru_cache(maxsize=4096)
def _fact_words(vocabulary: Vocabulary, entity: Entity, name: str) -> Phrase:
    definition = vocabulary.get(entity, name)
    zh, en = ENTITY_WORDS[entity]
    return Phrase(f"{zh}·{definition.zh}", f"{en}: {definition.en}")


def unknown_words(book: RuleBook, unknown: Unknown) -> Phrase:
    """What has to be found out: a fact with its owner, or a parameter to ask the place for."""
    if unknown.entity is not None:
        return fact_words(book, unknown.entity, unknown.name)
    parameter = book.parameters[unknown.name]
    return Phrase(f"当地规定：{parameter.zh}", f"Local rule: {parameter.en}")


def subject_words(book: RuleBook, node: Node) -> Phrase:
    """What a comparison speaks of."""
    match node:
        case FactRef(entity, name):
            return fact_words(book, entity, name)
        case ParameterRef(key=key):
            return Phrase(book.parameters[key].zh, book.parameters[key].en)
        case Age(birth_date):
            zh, en = ENTITY_WORDS[birth_date.entity]
            return Phrase(f"{zh}年龄（周岁）", f"{en}: age in full years")
        case MonthsSince(date):
            since = subject_words(book, date)
            return Phrase(f"自“{since.zh}”起已满的月数", f"Full months over since “{since.en}”")
        case DivisionPart(item, digits):
            whole, (zh, en) = subject_words(book, item), PART_WORDS[digits]
            return Phrase(f"{whole.zh}所在{zh}", f"{whole.en} ({en})")
        case AmountRef(code):
            rule = book.by_code[code]
            return Phrase(f"{rule.zh}金额", f"Amount of {rule.en}")
        case Literal(value=value):
            return value_words(value, kind=kind_of(node))
        case _:
            return Phrase("算得的数", "Computed value")
