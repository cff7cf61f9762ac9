"""The leads of a screening: who may need help and why, with the filters that officers speak in."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from ciyou.apps.rosters.outcomes import (
    Lead,
    lead_reasons,
    lead_townships,
    list_leads,
    rule_book,
    visible_rules,
)
from ciyou.apps.rosters.places import place_name, read_places
from ciyou.batch.engines.result_queries import LeadFilter
from ciyou.core.clock.ages import full_years
from ciyou.core.rules.book import RuleBook
from ciyou.web.context import short_language
from ciyou.web.explaining import fact_phrases
from ciyou.web.guard import disclose
from ciyou.web.pages.screenings import find_screening
from ciyou.web.wording import SEXES, why_words

PAGE_SIZE = 25
FACTS_SHOWN = 3
OUTCOMES = ("yes", "undetermined", "presumed", "no")
SHOWN_FIELDS = ("name", "sex", "birth_date", "division", "leads")


@dataclass(frozen=True)
class LeadRow:
    """One lead, ready to read."""

    lead: Lead
    why: str
    sex: str
    age: int | None
    place: str
    facts: list[str]
    more_facts: int


def show_leads(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """One page of leads. Filters stand in the address, except a name: that is sent in the body and never kept."""
    run = find_screening(request, run_id, done=True)
    lang = short_language()
    book = rule_book(run.as_of)
    places = read_places(run.input_folder)
    rules = visible_rules(request.actor, book)
    wanted = _wanted(request, {rule.code for rule in rules})
    page = _page_number(request)
    found = list_leads(request.actor, folder=run.output_folder, wanted=wanted, page=page, size=PAGE_SIZE)
    disclose(
        request,
        subject=str(run_id),
        person_ids=[lead.person_id for lead in found.leads if lead.person_id],
        fields=SHOWN_FIELDS,
        highest_class=3,
    )
    content = {
        "run": run,
        "wanted": wanted,
        "is_filtered": any((wanted.rule, wanted.outcome, wanted.division, wanted.why, wanted.name)),
        "total": found.total,
        "rows": [_row(lead, book, places, lang) for lead in found.leads],
        "rules": [(rule.code, rule.name(lang), rule.kind.value) for rule in rules],
        "outcomes": OUTCOMES,
        "townships": [
            (code, place_name(places, code) or code) for code in lead_townships(request.actor, folder=run.output_folder)
        ],
        "reasons": [(code, why_words(code)) for code in lead_reasons(folder=run.output_folder)],
        "seen_at": timezone.now(),
        **_paging(page, found.total),
    }
    return render(request, "web/pages/leads.html", content)


def _wanted(request: HttpRequest, rules: set[str]) -> LeadFilter:
    """The filter of an address; what is not one of the choices is left out."""
    asked = request.GET
    rule, outcome, township = asked.get("rule", ""), asked.get("outcome", ""), asked.get("township", "")
    return LeadFilter(
        rule=rule if rule in rules else "",
        outcome=outcome if outcome in OUTCOMES and rule in rules else "",
        division=township if township.isascii() and township.isdigit() else "",
        why=asked.get("why", "")[:64],
        name=request.POST.get("name", "").strip()[:40],
    )


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def _paging(page: int, total: int) -> dict[str, Any]:
    pages = max(1, -(-total // PAGE_SIZE))
    return {"page": page, "pages": pages, "previous": page - 1, "next": page + 1}


def _row(lead: Lead, book: RuleBook, places: Mapping[str, str], lang: str) -> LeadRow:
    facts = fact_phrases(book, lead.deciding, lang)
    return LeadRow(
        lead=lead,
        why=why_words(lead.why),
        sex=str(SEXES.get(lead.sex or "", "")),
        age=full_years(lead.birth_date, book.as_of, rule=book.age_rule) if lead.birth_date else None,
        place=place_name(places, lead.division),
        facts=facts[:FACTS_SHOWN],
        more_facts=max(len(facts) - FACTS_SHOWN, 0),
    )
