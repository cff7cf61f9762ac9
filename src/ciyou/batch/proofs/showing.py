"""A witness as people read it, and as the facts file that `ciyou explain` takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ciyou.batch.proofs.checks import Setting, Witness
from ciyou.batch.proofs.worlds import ordinary_value
from ciyou.core.facts.definition import Entity, Value
from ciyou.core.rules.atoms import Key
from ciyou.core.rules.deciding import Unknown
from ciyou.core.rules.words import Phrase, fact_words, unknown_words, value_words

Facts = Mapping[Key, Value]


def facts_document(facts: Facts) -> dict[str, dict[str, Any]]:
    """FACTS.json of a child: {"child": {...}, "father": {...}, ...}; what is unknown is absent."""
    document: dict[str, dict[str, Any]] = {}
    for entity in Entity:
        said = {name: value for (owner, name), value in facts.items() if owner == entity}
        if said:
            document[str(entity)] = {
                name: said[name] if isinstance(said[name], int) else str(said[name]) for name in said
            }
    return document


def supposed_parameters(witness: Witness) -> dict[str, Value]:
    """What the witness's place would have to answer, by parameter."""
    return witness.child.parameters()


def remarkable_facts(setting: Setting, facts: Facts) -> list[Phrase]:
    """The facts in which a child differs from most, in words; whatever is not told is as usual."""
    book, found = setting.book, []
    for (entity, name), value in facts.items():
        if entity is None:
            continue
        definition = book.vocabulary.get(entity, name)
        if name != "birth_date" and value == ordinary_value(definition, name, entity, book):
            continue
        what, shown = fact_words(book, entity, name), value_words(value, definition)
        found.append(Phrase(f"{what.zh}：{shown.zh}", f"{what.en}: {shown.en}"))
    return found


def unknown_facts(setting: Setting, witness: Witness) -> list[Phrase]:
    """What is not known of the child, or of the place's law, and cannot matter."""
    if not witness.completions:
        return []
    keys = [key for key in witness.completions[0].facts if key not in witness.child.facts]
    return [unknown_words(setting.book, Unknown(*key)) for key in keys]


def supposed_words(setting: Setting, witness: Witness) -> list[Phrase]:
    """What the place would have to answer, in words."""
    found = []
    for key, value in supposed_parameters(witness).items():
        parameter = setting.book.parameters[key]
        shown = value_words(value, kind=parameter.kind)
        found.append(Phrase(f"{parameter.zh}：{shown.zh}", f"{parameter.en}: {shown.en}"))
    return found


def changed_words(setting: Setting, witness: Witness) -> list[Phrase]:
    """What the event makes of the child, in words."""
    found = []
    for (entity, name), value in witness.changes.items():
        if witness.child.facts.get((entity, name)) == value:
            continue
        what = fact_words(setting.book, entity, name)
        shown = value_words(value, setting.book.vocabulary.get(entity, name))
        found.append(Phrase(f"{what.zh}：{shown.zh}", f"{what.en}: {shown.en}"))
    return found
