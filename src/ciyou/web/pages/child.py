"""One child, one page: who, whose child, what it belongs to and what is due, why, and what would decide what is open."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from ciyou.apps.rosters.children import ChildFile, ChildNotFound, KnownFact, Relative, read_child
from ciyou.apps.rosters.places import place_name, read_places
from ciyou.core.facts.definition import FactType
from ciyou.core.rules.book import RuleKind
from ciyou.core.rules.words import fact_words, value_words
from ciyou.web.context import short_language
from ciyou.web.explaining import (
    ExplainedRule,
    OpenQuestion,
    explain_for_page,
    full_years,
    said_words,
    source_name,
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
    sex: str
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
        "age": full_years(child.person.birth_date, run.as_of) if child.person.birth_date else None,
        "parents": [_box(one, child, lang) for one in child.parents],
        "others": [_other(one) for one in child.others if one.person],
        "facts": [_line(fact, lang) for fact in (*child.facts, *child.household)],
        "conflicts": [fact_words(child.book, c.entity, c.name).text(lang) for c in child.conflicts],
        "rosters": [source_name(code, lang) for code in child.rosters],
        "categories": _sorted(rule for kind, rule in explained if kind is RuleKind.CATEGORY),
        "entitlements": _sorted(rule for kind, rule in explained if kind is RuleKind.ENTITLEMENT),
        "questions": _questions(rule for _kind, rule in explained),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/child.html", content)


def _sorted(rules) -> list[ExplainedRule]:
    return sorted(rules, key=lambda rule: ORDER[rule.outcome])


def _questions(rules) -> list[tuple[OpenQuestion, list[str]]]:
    """Every open question once, with the rules it would decide; those that decide most first."""
    found: dict[OpenQuestion, list[str]] = {}
    for rule in rules:
        for question in rule.questions:
            found.setdefault(question, []).append(rule.name)
    return sorted(found.items(), key=lambda item: -len(item[1]))


def _box(relative: Relative, child: ChildFile, lang: str) -> RelativeBox:
    lines = [
        (fact, _line(fact, lang))
        for fact in relative.circumstances
        if fact.definition.type is not FactType.DATE or "." in fact.definition.name
    ]
    known = {fact.definition.name for fact in relative.circumstances}
    return RelativeBox(
        relation=str(RELATIONS[relative.relation]),
        name=relative.person.name if relative.person else "",
        sex=relative.relation,
        holding=tuple(line for fact, line in lines if fact.said.value is not False and not _says_none(fact)),
        denied=tuple(line for fact, line in lines if fact.said.value is False or _says_none(fact)),
        unknown=tuple(
            definition.label(lang)
            for definition in child.book.vocabulary
            if "parent" in definition.about
            and definition.type is FactType.BOOL
            and definition.sensitivity <= 4
            and definition.name not in known
        ),
    )


def _says_none(fact: KnownFact) -> bool:
    """Whether an attribute says that there is nothing: `none` of an enum, grade 0."""
    return fact.said.value == "none" or (fact.definition.name == "disability_grade" and fact.said.value == 0)


def _line(fact: KnownFact, lang: str) -> FactLine:
    value = value_words(fact.said.value, fact.definition).text(lang)
    return FactLine(fact.definition.label(lang), value, said_words(fact.said, lang))


def _other(relative: Relative) -> tuple[str, str]:
    return str(RELATIONS.get(relative.relation, relative.relation)), relative.person.name if relative.person else ""
