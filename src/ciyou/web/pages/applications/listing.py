"""Lists: the applications of a place with what officers ask of them, and the entitled for whom nobody has applied."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from ciyou.apps.accounts.selectors import division_choices, division_names
from ciyou.apps.awards.application_lists import (
    COUNTED_AT_MOST,
    PAGE,
    ApplicationLine,
    ApplicationQuery,
    list_applications,
)
from ciyou.apps.awards.paying import payable
from ciyou.apps.awards.proposals import list_proposals
from ciyou.core.access.actor import Actor, significant_digits
from ciyou.core.access.roles import Action, may_do
from ciyou.core.access.verdict import RESTRICTED
from ciyou.core.clock.ages import full_years
from ciyou.web import application_wording as words
from ciyou.web.context import short_language
from ciyou.web.guard import disclose
from ciyou.web.work_wording import time_left

FIELDS = ("name", "birth_date", "division", "application")
PERSONAL = 3
FILTERS = ("open", "received", "returned", "checked", "drafted", "approved", "refused", "withdrawn")


@dataclass(frozen=True)
class ShownApplication:
    """One application in a list, ready to read."""

    line: ApplicationLine
    name: str
    place: str
    state: str
    chip: str
    left: str


def show_applications(request: HttpRequest) -> HttpResponse:
    """The applications of the reader's place."""
    actor, lang, today = request.actor, short_language(), timezone.localdate()
    query = _query(request)
    page = list_applications(actor, query=query)
    ids = [str(line.child_id) for line in page.lines]
    disclose(request, subject="applications", person_ids=ids, fields=FIELDS, highest_class=PERSONAL)
    places = division_names({line.division for line in page.lines})
    labels = {"open": _("正在办理"), **words.STATES}
    content = {
        "rows": [
            ShownApplication(
                line,
                words.entitlement_name(line.entitlement, line.division, lang),
                places.get(line.division, line.division),
                str(words.STATES[line.state]),
                "bad" if line.overdue else words.CHIPS.get(line.state, "undetermined"),
                time_left(line.due_on, today) if line.due_on else "",
            )
            for line in page.lines
        ],
        "query": query,
        "total": page.total,
        "more": page.total > COUNTED_AT_MOST,
        "filters": [(code, labels[code]) for code in FILTERS],
        "entitlements": entitlement_choices(actor, lang),
        "places": division_choices(actor, level="township"),
        "applies": may_do(actor.role, Action.APPLY),
        "crosses": may_do(actor.role, Action.SEE_CROSSINGS),
        **paging(query.page, page.total),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/applications.html", content)


def _query(request: HttpRequest) -> ApplicationQuery:
    state = request.GET.get("state", "open")
    place = request.GET.get("place", "")
    return ApplicationQuery(
        state=state if state in FILTERS or state == "" else "open",
        entitlement=request.GET.get("entitlement", "")[:64],
        place=significant_digits(place) if place.isascii() and place.isdigit() and len(place) <= 12 else "",
        overdue=request.GET.get("overdue") == "1",
        page=page_number(request),
    )


def show_proposals(request: HttpRequest) -> HttpResponse:
    """Entitled by a confirmed determination, and not applied for."""
    actor, lang, today = request.actor, short_language(), timezone.localdate()
    number = page_number(request)
    page = list_proposals(actor, page=number, size=PAGE)
    ids = [str(line.child_id) for line in page.lines]
    disclose(request, subject="proposals", person_ids=ids, fields=(*FIELDS, "decisions"), highest_class=PERSONAL)
    places = division_names({line.division for line in page.lines})
    content = {
        "rows": [
            {
                "line": line,
                "name": words.entitlement_name(line.entitlement, line.division, lang),
                "place": places.get(line.division, line.division),
                "age": full_years(line.birth_date, today) if line.birth_date else None,
            }
            for line in page.lines
        ],
        "total": page.total,
        "more": page.total > COUNTED_AT_MOST,
        **paging(number, page.total),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/proposals.html", content)


def entitlement_choices(actor: Actor, lang: str) -> list[tuple[str, str]]:
    """The entitlements to filter by; never one of class 5."""
    rules = payable(actor.scope.first, timezone.localdate())
    return [(one.rule.code, one.rule.name(lang)) for one in rules if one.sensitivity < RESTRICTED]


def page_number(request: HttpRequest) -> int:
    """The page asked for."""
    typed = request.GET.get("page", "1")
    return max(int(typed), 1) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 1


def paging(page: int, total: int) -> dict[str, int]:
    """What the pager shows."""
    return {"page": page, "pages": max(1, -(-total // PAGE)), "previous": page - 1, "next": page + 1}
