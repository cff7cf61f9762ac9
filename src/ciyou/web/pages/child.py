"""One child, one page: who, whose child, what it belongs to and what is due, why, and what would decide what is open."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from ciyou.apps.rosters.children import ChildFile, ChildNotFound, KnownFact, Relative, read_child
from ciyou.apps.rosters.places import place_name, read_places
from ciyou.core.clock.ages import full_years
from ciyou.core.facts.definition import FactType
from ciyou.core.rules.book import RuleKind
from ciyou.core.rules.words import fact_words, value_words
from ciyou.web.context import short_language
from ciyou.web.explaining import (
    ExplainedRule,
    OpenQuestion,
    explain_for_page,
    said_words,
    source_name,
    tie_words,
)
from ciyou.web.guard import disclose
from ciyou.web.pages.screenings import find_screening
from ciyou.web.wording import RELATIONS, SEXES

ORDER = {"yes": 0, "undetermined": 1, "no": 2}


@dataclass(frozen=True)
class FactLine:
    """A known fact, ready to read."""

    label: str
    value: str
    said: str


@dataclass(frozen=True)
class RelativeBox:
    """One member of the family in the drawing: what holds, what does not, and what is not known."""

    relation: str
    name: str
    tie: str
    holding: tuple[FactLine, ...]
    denied: tuple[FactLine, ...]
    unknown: tuple[str, ...]


def show_child(request: HttpRequest, run_id: uuid.UUID, person_id: str) -> HttpResponse:
    """The page of one child of one screening."""
    run = find_screening(request, run_id, done=True)
    lang = short_language()
    try:
        child = read_child(request.actor, folder=run.output_folder, person_id=person_id, as_of=run.as_of)
    except ChildNotFound as error:
        raise Http404 from error
    disclose(
        request,
        subject=str(run_id),
        person_ids=child.person_ids,
        fields=("name", "sex", "birth_date", "division", "family", "circumstances", "decisions"),
        highest_class=child.highest_class,
    )
    explained = [(one.rule.kind, explain_for_page(one, lang)) for one in child.explanations]
    content = {
        "run": run,
        "child": child,
        "place": place_name(read_places(run.input_folder), child.person.division),
        "sex": SEXES.get(child.person.sex or "", ""),
        "age": full_years(child.person.birth_date, run.as_of, rule=child.book.age_rule)
        if child.person.birth_date
        else None,
        "parents": [_box(one, child, lang) for one in child.parents],
        "others": [_other(one) for one in child.others if one.person],
        "facts": [_line(fact, lang) for fact in (*child.facts, *child.household)],
        "conflicts": [fact_words(child.book, c.entity, c.name).text(lang) for c in child.conflicts],
        "rosters": [source_name(code, lang) for code in child.rosters],
        "categories": _sorted(rule for kind, rule in explained if kind is RuleKind.CATEGORY),
        "entitlements": _sorted(rule for kind, rule in explained if kind is RuleKind.ENTITLEMENT),
        "questions": _questions(rule for kind, rule in explained),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/child.html", content)


def _sorted(rules: Iterable[ExplainedRule]) -> list[ExplainedRule]:
    return sorted(rules, key=lambda rule: ORDER[rule.outcome])


def _questions(rules: Iterable[ExplainedRule]) -> list[tuple[OpenQuestion, list[str]]]:
    """Every open question once, with the rules it would decide; those that decide most first."""
    found: dict[OpenQuestion, list[str]] = {}
    for rule in rules:
        for question in rule.questions:
            found.setdefault(question, []).append(rule.name)
    return sorted(found.items(), key=lambda item: -len(item[1]))


def _box(relative: Relative, child: ChildFile, lang: str) -> RelativeBox:
    own = [fact for fact in relative.circumstances if fact.definition.name != "birth_date"]
    circumstances = [fact for fact in own if "." not in fact.definition.name]
    return RelativeBox(
        relation=str(RELATIONS[relative.relation]),
        name=relative.person.name if relative.person else "",
        tie=tie_words(relative.source, relative.confidence, lang) if relative.person else "",
        holding=tuple(_circumstance(fact, own, lang) for fact in circumstances if not _is_denied(fact)),
        denied=tuple(_circumstance(fact, own, lang) for fact in circumstances if _is_denied(fact)),
        unknown=_unknown_circumstances(child, {fact.definition.name for fact in own}, lang),
    )


def _circumstance(fact: KnownFact, own: Sequence[KnownFact], lang: str) -> FactLine:
    """A circumstance in one line, its term and beginning after it."""
    parts = [] if isinstance(fact.said.value, bool) else [_value(fact, lang)]
    for attribute in own:
        if attribute.definition.name.startswith(f"{fact.definition.name}."):
            parts.append(f"{attribute.definition.label(lang)} {_value(attribute, lang)}")
    return FactLine(fact.definition.label(lang), _("、").join(parts), said_words(fact.said, lang))


def _unknown_circumstances(child: ChildFile, known: set[str], lang: str) -> tuple[str, ...]:
    return tuple(
        definition.label(lang)
        for definition in child.book.vocabulary
        if "parent" in definition.about and definition.type is FactType.BOOL and definition.name not in known
    )


def _is_denied(fact: KnownFact) -> bool:
    """Whether a fact says that something is not so: no, `none` of an enum, grade 0."""
    graded_zero = fact.definition.name == "disability_grade" and fact.said.value == 0
    return fact.said.value is False or fact.said.value == "none" or graded_zero


def _value(fact: KnownFact, lang: str) -> str:
    return value_words(fact.said.value, fact.definition).text(lang)


def _line(fact: KnownFact, lang: str) -> FactLine:
    return FactLine(fact.definition.label(lang), _value(fact, lang), said_words(fact.said, lang))


def _other(relative: Relative) -> tuple[str, str]:
    return str(RELATIONS.get(relative.relation, relative.relation)), relative.person.name if relative.person else ""
