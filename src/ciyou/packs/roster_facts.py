"""The `facts:` and `silence:` of a roster pack, checked against its columns and the vocabulary of facts."""

from __future__ import annotations

from collections.abc import Mapping

from ciyou.core.errors import FactError
from ciyou.core.facts.definition import Entity, FactDefinition, FactType, Value, Vocabulary
from ciyou.packs.located_yaml import Section, nearest
from ciyou.packs.roster_pack import (
    ColumnType,
    ColumnValue,
    ConstantValue,
    FactValue,
    PeriodEnd,
    RosterColumn,
    RosterFact,
    ShareValue,
    SilentFact,
)

ENTITIES: Mapping[str, tuple[Entity, ...]] = {
    "child": (Entity.CHILD,),
    "parent": (Entity.FATHER, Entity.MOTHER),
    "person": (Entity.CHILD, Entity.FATHER, Entity.MOTHER),
    "household": (Entity.HOUSEHOLD,),
}
_FITTING: Mapping[FactType, tuple[ColumnType, ...]] = {
    FactType.BOOL: (ColumnType.BOOLEAN,),
    FactType.INT: (ColumnType.INTEGER,),
    FactType.MONEY: (ColumnType.MONEY_YUAN,),
    FactType.DATE: (ColumnType.DATE,),
    FactType.ENUM: (ColumnType.CODE, ColumnType.SEX),
    FactType.DIVISION: (ColumnType.DIVISION,),
}
_VALUE_KEYS = ("value", "column", "share")


def read_facts(section: Section, columns: Mapping[str, RosterColumn], vocabulary: Vocabulary) -> tuple[RosterFact, ...]:
    """Every fact that a record yields; mistakes are noted."""
    found = []
    for entry in section.sections("facts"):
        fact = _read_fact(entry, columns, vocabulary)
        if fact is not None:
            found.append(fact)
        entry.close()
    return tuple(found)


def read_silence(section: Section, vocabulary: Vocabulary) -> tuple[SilentFact, ...]:
    """What a complete roster's silence presumes; mistakes are noted."""
    found = []
    for entry in section.sections("silence"):
        definition, of = _read_definition(entry, vocabulary)
        value = _constant(entry, definition) if definition else None
        if definition is not None and value is not None:
            found.append(SilentFact(definition.name, of, value.value))
        entry.close()
    return tuple(found)


def _read_definition(entry: Section, vocabulary: Vocabulary) -> tuple[FactDefinition | None, str]:
    name, of = entry.text("fact"), entry.choice("of", ENTITIES)
    if not name or not of:
        return None, of
    try:
        definitions = [vocabulary.get(entity, name) for entity in ENTITIES[of]]
    except FactError as error:
        entry.notes.extend(
            problem.at(file=entry.file, line=entry.value_place("fact").line) for problem in error.problems
        )
        return None, of
    return definitions[0], of


def _read_fact(entry: Section, columns: Mapping[str, RosterColumn], vocabulary: Vocabulary) -> RosterFact | None:
    definition, of = _read_definition(entry, vocabulary)
    value = _read_value(entry, definition, columns)
    fact = RosterFact(
        fact=entry.text("fact"),
        of=of,
        value=value or ConstantValue(True),
        when=_read_when(entry, columns),
        given=_columns_of(entry, "given", columns),
        without=_columns_of(entry, "without", columns),
        valid_from=_date_column(entry, "from", columns),
        valid_to=_read_end(entry, columns),
    )
    return fact if definition is not None and value is not None else None


def _read_value(
    entry: Section, definition: FactDefinition | None, columns: Mapping[str, RosterColumn]
) -> FactValue | None:
    present = [key for key in _VALUE_KEYS if entry.has(key)]
    if len(present) != 1:
        entry.notes.add(
            entry.place,
            "fact_value",
            "事实的值要且只要写一种：value（固定值）、column（取某列）或 share（金额除以人数）。",
            "Give the fact's value in exactly one way: `value` (constant), `column` or `share` (amount by members).",
        )
        return None
    if definition is None:
        return None
    if present[0] == "value":
        return _constant(entry, definition)
    return _from_column(entry, definition, columns) if present[0] == "column" else _share(entry, columns)


def _constant(entry: Section, definition: FactDefinition) -> ConstantValue | None:
    try:
        value: Value = definition.check(entry.plain("value", required=True))
    except FactError as error:
        entry.notes.extend(
            problem.at(file=entry.file, line=entry.value_place("value").line) for problem in error.problems
        )
        return None
    return ConstantValue(value)


def _from_column(entry: Section, definition: FactDefinition, columns: Mapping[str, RosterColumn]) -> ColumnValue | None:
    column = _known(entry, "column", entry.text("column"), columns)
    if column is None:
        return None
    stray = {str(value) for value in (column.words or {}).values()} | (
        {str(column.otherwise)} if column.otherwise else set()
    )
    outside = definition.type is FactType.ENUM and not stray <= set(definition.options)
    if column.type not in _FITTING[definition.type] or outside:
        entry.notes.add(
            entry.value_place("column"),
            "fact_column_type",
            f"列“{column.name}”的取值不适合事实“{definition.name}”；应为{definition.domain_text('zh')}。",
            f"The values of column “{column.name}” do not fit fact “{definition.name}”: {definition.domain_text('en')}.",
        )
        return None
    return ColumnValue(column.name)


def _share(entry: Section, columns: Mapping[str, RosterColumn]) -> ShareValue | None:
    share = entry.section("share")
    if share is None:
        return None
    amount = _known(share, "of", share.text("of"), columns)
    members = _known(share, "by", share.text("by"), columns)
    share.close()
    return ShareValue(amount.name, members.name) if amount and members else None


def _read_when(entry: Section, columns: Mapping[str, RosterColumn]) -> dict[str, tuple[Value, ...]]:
    when = entry.section("when", required=False)
    if when is None:
        return {}
    found: dict[str, tuple[Value, ...]] = {}
    for name in when:
        written = when.plain(name, required=True)
        column = _known(when, name, name, columns)
        listed = written if isinstance(written, list) else [written]
        values = tuple(item for item in listed if isinstance(item, bool | int | str))
        if column is not None:
            _check_words(when, column, values)
            found[name] = values
    return found


def _check_words(when: Section, column: RosterColumn, values: tuple[Value, ...]) -> None:
    possible = {*(column.words or {}).values(), *([column.otherwise] if column.otherwise else [])}
    for value in values:
        if possible and value not in possible:
            hint_zh, hint_en = nearest(str(value), map(str, possible))
            when.notes.add(
                when.value_place(column.name),
                "unknown_choice",
                f"列“{column.name}”没有取值“{value}”；请改为其 words 中的代码。{hint_zh}",
                f"Column “{column.name}” has no value “{value}”; use a code of its `words`. {hint_en}".strip(),
            )


def _columns_of(entry: Section, key: str, columns: Mapping[str, RosterColumn]) -> tuple[str, ...]:
    found = (_known(entry, key, name, columns) for name in entry.texts(key))
    return tuple(column.name for column in found if column is not None)


def _date_column(entry: Section, key: str, columns: Mapping[str, RosterColumn]) -> str:
    name = entry.text(key, required=False)
    column = _known(entry, key, name, columns) if name else None
    if column is None:
        return ""
    if column.type is not ColumnType.DATE:
        entry.notes.add(
            entry.value_place(key),
            "fact_column_type",
            f"“{key}”要写日期列，“{name}”不是。",
            f"`{key}` needs a column of dates; “{name}” is not one.",
        )
    return column.name


def _read_end(entry: Section, columns: Mapping[str, RosterColumn]) -> PeriodEnd | None:
    """`until: {column: …}` or `until: {start: …, months: …}`."""
    until = entry.section("until", required=False)
    if until is None:
        return None
    if until.has("column"):
        end = PeriodEnd(column=_date_column(until, "column", columns))
    else:
        months = _known(until, "months", until.text("months"), columns)
        end = PeriodEnd(start=_date_column(until, "start", columns), months=months.name if months else "")
    until.close()
    return end


def _known(entry: Section, key: str, name: str, columns: Mapping[str, RosterColumn]) -> RosterColumn | None:
    column = columns.get(name)
    if column is None and name:
        hint_zh, hint_en = nearest(name, columns)
        entry.notes.add(
            entry.value_place(key),
            "unknown_column",
            f"本名册没有列“{name}”；请改名或在 columns 中补上。{hint_zh}",
            f"This roster has no column “{name}”; rename it or add it under `columns`. {hint_en}".strip(),
        )
    return column
