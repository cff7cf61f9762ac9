"""The requests that wait: one administrator asked, another decides."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from ciyou.apps.accounts.requests import list_requests
from ciyou.apps.accounts.selectors import division_names
from ciyou.apps.accounts.services import decide_request
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import RecordError
from ciyou.web.account_wording import request_word, role_word
from ciyou.web.proving import ask_to_prove, recently_proved
from ciyou.web.wording import Sentence, sentences


def show_requests(request: HttpRequest) -> HttpResponse:
    """The requests of one's own area."""
    return _page(request)


def decide(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    """Grant or refuse; a grant shows the code to hand over, this once."""
    if not recently_proved(request):
        return ask_to_prove(request, back=reverse("two_person_requests"))
    try:
        granted = decide_request(request.actor, request_id=request_id, grant=request.POST.get("decision") == "grant")
    except RecordError as refused:
        return _page(request, sentences(refused.problems), status=400)
    if granted is None or not granted.code:
        return redirect("two_person_requests")
    content = {
        "code": granted.code,
        "full_name": granted.user_name,
        "username": granted.username,
        "on": "two_person_requests",
    }
    return render(request, "web/pages/handed_code.html", content)


def _page(request: HttpRequest, problems: list[Sentence] | None = None, *, status: int = 200) -> HttpResponse:
    cards = list_requests(request.actor)
    names = division_names({card.division for card in cards})
    content = {
        "problems": problems,
        "cards": [(card, request_word(card.kind), role_word(card.role), names[card.division]) for card in cards],
        "may_decide": may_do(request.actor.role, Action.APPROVE_SECURITY),
    }
    return render(request, "web/pages/two_person_requests.html", content, status=status)
