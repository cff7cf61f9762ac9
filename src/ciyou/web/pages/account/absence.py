"""Being away: who does the work of one's post meanwhile."""

from __future__ import annotations

import datetime as dt
import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from ciyou.apps.accounts.covers import covers_of, end_cover, give_cover, possible_covers
from ciyou.apps.accounts.selectors import division_names
from ciyou.core.errors import CiyouError, RecordError
from ciyou.web.account_wording import role_word
from ciyou.web.wording import Sentence, sentences

ABSENCE = "web/pages/absence.html"


def show_absence(request: HttpRequest) -> HttpResponse:
    """Who stands in now or later, and the form to ask a colleague."""
    if request.method != "POST":
        return _page(request)
    try:
        give_cover(
            request.actor,
            post_id=request.actor.post_id,
            colleague_post_id=as_uuid(request.POST.get("colleague", "")),
            first=as_day(request.POST.get("first", "")),
            until=day_after(request.POST.get("last", "")),
        )
    except CiyouError as refused:
        return _page(request, sentences(refused.problems), status=400)
    return redirect("absence")


def end_absence(request: HttpRequest, cover_id: uuid.UUID) -> HttpResponse:
    """Back again: the cover ends today."""
    try:
        end_cover(request.actor, cover_id=cover_id)
    except RecordError as refused:
        return _page(request, sentences(refused.problems), status=400)
    back = request.POST.get("back", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else "absence")


def as_uuid(text: str) -> uuid.UUID:
    """An id that was chosen in a form; one that is nobody's where it is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)


def as_day(text: str) -> dt.date:
    """A day typed in a form; the first of all days where it is none, which every period refuses."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return dt.date.min


def day_after(text: str) -> dt.date:
    """The day after a last day typed in a form; the last of all days has none, and every period refuses it."""
    day = as_day(text)
    return day if day == dt.date.max else day + dt.timedelta(days=1)


def _page(request: HttpRequest, problems: list[Sentence] | None = None, *, status: int = 200) -> HttpResponse:
    cards = possible_covers(request.actor, post_id=request.actor.post_id)
    names = division_names({card.division for card in cards})
    content = {
        "problems": problems,
        "covers": covers_of(request.actor.post_id),
        "colleagues": [(card, names[card.division], role_word(card.role)) for card in cards],
        "values": request.POST,
        "today": timezone.localdate().isoformat(),
    }
    return render(request, ABSENCE, content, status=status)
