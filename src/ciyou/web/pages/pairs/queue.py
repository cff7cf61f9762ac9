"""The queue: which pairs wait for this officer, the most serious first, and the way into them."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode

from ciyou.apps.rosters.pair_lists import HIGHEST_CLASS, list_queue, turn_of
from ciyou.web.addresses import address_of
from ciyou.web.guard import disclose
from ciyou.web.pair_wording import row_of

PAGE_SIZE = 25
SHOWN_FIELDS = ("name",)
_LONGEST_PAGE = 6


def show_queue(request: HttpRequest) -> HttpResponse:
    """What waits, with both names and the reason, and one button that begins."""
    page = _page(request)
    found = list_queue(request.actor, first=(page - 1) * PAGE_SIZE, size=PAGE_SIZE)
    disclose(request, subject="pairs", person_ids=found.persons, fields=SHOWN_FIELDS, highest_class=HIGHEST_CLASS)
    pages = max(1, -(-found.total // PAGE_SIZE))
    content = {
        "queue": found,
        "rows": [row_of(line) for line in found.lines],
        "done": done_in(request),
        "begin": address_of("next_pair"),
        "sample": f"{address_of('next_pair')}?sample=1",
        "page": page,
        "pages": pages,
        "previous": page - 1,
        "next": page + 1,
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/pairs.html", content)


def go_on(request: HttpRequest) -> HttpResponse:
    """To the foremost pair of the queue or the sample; back to the queue when nothing waits."""
    blind = request.GET.get("sample") == "1"
    turn = turn_of(request.actor, pair_id=None, blind=blind)
    return redirect(pair_address(turn.after, blind=blind) if turn.after else "pairs")


def pair_address(pair_id: object, *, blind: bool, done: object = "") -> str:
    """The address of a pair; `done`: the pair that was just looked at, so that it can be taken back."""
    asked = {"sample": "1" if blind else "", "done": str(done or "")}
    query = urlencode({name: value for name, value in asked.items() if value})
    return address_of("pair", pair_id=pair_id) + (f"?{query}" if query else "")


def done_in(request: HttpRequest) -> str:
    """The pair that was just looked at, as the address names it; "" where it names none."""
    try:
        return str(uuid.UUID(request.GET.get("done", "")))
    except ValueError:
        return ""


def _page(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_PAGE else 1
