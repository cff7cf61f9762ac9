"""Search: one box for name, pinyin, number and file number. What was typed is sent in the body and kept nowhere."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from ciyou.apps.accounts.selectors import division_names
from ciyou.apps.registry.selectors import SearchOutcome, children_of_adults, search_register
from ciyou.core.access.actor import Purpose
from ciyou.core.access.roles import Action, may_do
from ciyou.core.access.verdict import ceiling_of
from ciyou.core.errors import AccessDenied, RecordError
from ciyou.web.context import short_language
from ciyou.web.errors import forbidden
from ciyou.web.guard import Access, Route, disclose
from ciyou.web.registry_wording import found_row

LONGEST = 60
PERSONAL = 3
SHOWN_FIELDS = ("name", "sex", "birth_date", "division")


def show_search(request: HttpRequest) -> HttpResponse:
    """The empty box."""
    if ceiling_of(request.actor) < PERSONAL:
        return forbidden(request)
    return render(request, "web/pages/search.html", {"can_register": may_do(request.actor.role, Action.REGISTER)})


def find_people(request: HttpRequest) -> HttpResponse:
    """What was found; a reload of an old address leads back to the box."""
    if request.method != "POST":
        return redirect("search")
    text = request.POST.get("text", "").strip()[:LONGEST]
    content = {
        "text": text,
        "can_register": may_do(request.actor.role, Action.REGISTER),
        "seen_at": timezone.now(),
        "searched": True,
    }
    try:
        outcome = search_register(request.actor, text=text)
    except AccessDenied as refused:
        return forbidden(request, refused)
    except RecordError as refused:
        disclose(request, subject="", person_ids=[], fields=SHOWN_FIELDS, highest_class=PERSONAL)
        english = short_language() == "en"
        content |= {"searched": False, "fault": refused.problems[0].en if english else refused.problems[0].zh}
        return render(request, "web/pages/search.html", content)
    content |= _found(request, outcome)
    return render(request, "web/pages/search.html", content)


def _found(request: HttpRequest, outcome: SearchOutcome) -> dict[str, object]:
    adults = [card.id for card in outcome.people if card.kind != "child"]
    children = children_of_adults(request.actor, adult_ids=adults, purpose=Purpose.SERVE) if adults else {}
    shown = {str(card.id) for card in outcome.people} | {str(one.id) for listed in children.values() for one in listed}
    disclose(request, subject="", person_ids=shown, fields=SHOWN_FIELDS, highest_class=PERSONAL)
    today = timezone.localdate()
    division_names(card.division for card in outcome.people)  # one query for all: each row then finds its own in memory
    return {
        "rows": [found_row(card, today, children.get(card.id, ())) for card in outcome.people],
        "more": outcome.more,
        "elsewhere": outcome.elsewhere,
    }


ROUTES = (
    Route("search/", show_search, "search", Access.STAFF),
    Route("search/found/", find_people, "search_found", Access.PERSONAL, ("GET", "HEAD", "POST")),
)
