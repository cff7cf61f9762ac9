"""The family as the page draws it: each member with what holds, what does not, and what is not known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from ciyou.apps.entitlements.views import DeterminationView, KnownFact
from ciyou.apps.registry.selectors import Family, Kin
from ciyou.core.access.redaction import may_be_asked
from ciyou.core.facts.definition import PARENTS, Entity, FactDefinition, FactType
from ciyou.core.facts.state import Basis
from ciyou.core.rules.words import value_words
from ciyou.web.explaining import said_words, tie_words
from ciyou.web.wording import RELATIONS

DEPARTMENT_CLASS = 4


@dataclass(frozen=True)
class FactLine:
    """A known fact, ready to read; `stale` says since when it is due to be verified again, "" while it is fresh."""

    label: str
    value: str
    said: str
    stale: str


@dataclass(frozen=True)
class RelativeBox:
    """One member of the family in the drawing. `by_department`: a department told more than the reader may read."""

    relation: str
    name: str
    tie: str
    holding: tuple[FactLine, ...]
    denied: tuple[FactLine, ...]
    unknown: tuple[str, ...]
    by_department: bool


def parent_boxes(family: Family, view: DeterminationView | None, ceiling: int, lang: str) -> list[RelativeBox]:
    """Father and mother, each with the state of what is known; also where nobody knows who it is."""
    kin = {Entity.FATHER: family.father, Entity.MOTHER: family.mother}
    return [_box(entity, kin[entity], view, ceiling, lang) for entity in PARENTS]


def other_kin(family: Family) -> list[tuple[str, str]]:
    """The rest of the family: what they are, and their names."""
    return [(str(RELATIONS.get(one.kind, one.kind)), one.person.name) for one in family.others]


def fact_lines(view: DeterminationView, lang: str) -> list[FactLine]:
    """What is known of the child itself and of its household."""
    own = (Entity.CHILD, Entity.HOUSEHOLD)
    return [_line(fact, lang) for fact in view.known if fact.entity in own]


def conflict_lines(view: DeterminationView, lang: str) -> list[str]:
    """Facts about which sources of equal standing contradict each other."""
    words = {entity: str(RELATIONS.get(entity.value, "")) for entity in PARENTS}
    found = []
    for conflict in view.conflicts:
        definition = view.book.vocabulary.get(conflict.entity, conflict.name)
        owner = words.get(conflict.entity, "")
        found.append(f"{owner} · {definition.label(lang)}" if owner else definition.label(lang))
    return found


def _box(entity: Entity, kin: Kin | None, view: DeterminationView | None, ceiling: int, lang: str) -> RelativeBox:
    own = [] if view is None else [fact for fact in view.known if fact.entity is entity]
    told = [fact for fact in own if fact.definition.name != "birth_date" and "." not in fact.definition.name]
    return RelativeBox(
        relation=str(RELATIONS[entity.value]),
        name=kin.person.name if kin else "",
        tie=tie_words(kin.source, kin.confidence, lang) if kin and kin.person.name else "",
        holding=tuple(_circumstance(fact, own, lang) for fact in told if not _is_denied(fact)),
        denied=tuple(_circumstance(fact, own, lang) for fact in told if _is_denied(fact)),
        unknown=() if view is None else tuple(_unknown(entity, view, own, ceiling, lang)),
        by_department=view is not None and entity in view.by_department,
    )


def _circumstance(fact: KnownFact, own: Sequence[KnownFact], lang: str) -> FactLine:
    """A circumstance in one line, its term and beginning after it."""
    parts = [] if isinstance(fact.said.value, bool) else [_value(fact, lang)]
    for attribute in own:
        if attribute.definition.name.startswith(f"{fact.definition.name}."):
            parts.append(f"{attribute.definition.label(lang)} {_value(attribute, lang)}")
    return FactLine(fact.definition.label(lang), _("、").join(parts), said_words(fact.said, lang), _stale(fact))


def _unknown(
    entity: Entity, view: DeterminationView, own: Iterable[KnownFact], ceiling: int, lang: str
) -> Iterable[str]:
    """Circumstances of which nothing is known; of what the reader may not read, not even that."""
    known = {fact.definition.name for fact in own}
    for definition in view.book.vocabulary:
        if definition.name in known or not _is_circumstance(definition, entity):
            continue
        hidden = definition.sensitivity > ceiling
        if not hidden or (may_be_asked(definition) and entity not in view.by_department):
            yield definition.label(lang)


def _is_circumstance(definition: FactDefinition, entity: Entity) -> bool:
    return entity in definition.entities() and definition.type is FactType.BOOL


def _is_denied(fact: KnownFact) -> bool:
    """Whether a fact says that something is not so: no, `none` of an enum, grade 0."""
    graded_zero = fact.definition.name == "disability_grade" and fact.said.value == 0
    return fact.said.value is False or fact.said.value == "none" or graded_zero


def _value(fact: KnownFact, lang: str) -> str:
    return value_words(fact.said.value, fact.definition).text(lang)


def _line(fact: KnownFact, lang: str) -> FactLine:
    return FactLine(fact.definition.label(lang), _value(fact, lang), said_words(fact.said, lang), _stale(fact))


def _stale(fact: KnownFact) -> str:
    if fact.stale_since is None:
        return ""
    presumed = fact.said.basis is Basis.PRESUMED
    words = _("推定已久，需复核（自 %(date)s）") if presumed else _("需复核（自 %(date)s）")
    return words % {"date": fact.stale_since.isoformat()}
