"""The list of both ends."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from ciyou.apps.crossing.lists import PAGE, list_crossings
from ciyou.core.access.roles import Action, may_do
from ciyou.web import crossing_wording
from ciyou.web.guard import disclose
from ciyou.web.pages.applications.listing import page_number

PERSONAL = 3
LIST_FIELDS = ("name", "application")
WAYS = ("from", "to")


def show_crossings(request: HttpRequest) -> HttpResponse:
    """The list of both ends."""
    actor, today = request.actor, timezone.localdate()
    way = request.GET.get("way", "") if request.GET.get("way", "") in WAYS else ""
    everything, number = request.GET.get("state") == "all", page_number(request)
    page = list_crossings(actor, way=way, everything=everything, page=number)
    people = [str(line.person_id) for line in page.lines if line.person_id]
    disclose(request, subject="crossings", person_ids=people, fields=LIST_FIELDS, highest_class=PERSONAL)
    content = {
        "rows": crossing_wording.crossing_rows(page.lines, today),
        "way": way,
        "everything": everything,
        "total": page.total,
        "crosses": may_do(actor.role, Action.CROSS),
        "page": number,
        "pages": max(1, -(-page.total // PAGE)),
        "previous": number - 1,
        "next": number + 1,
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/crossings.html", content)
