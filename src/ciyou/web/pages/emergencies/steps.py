"""The steps of aid in an emergency as forms: each does one thing and comes back to its page."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from ciyou.apps.crossing.emergency_steps import (
    Verdict,
    complete_emergency,
    decide_emergency,
    note_emergency,
    pay_emergency,
    review_emergency,
    tell_refusal,
)
from ciyou.apps.crossing.refusals import CrossingNotFound, no_answer
from ciyou.core.errors import AccessDenied, CiyouError
from ciyou.web.pages.applications.forms import day, fen, text, version
from ciyou.web.pages.emergencies.showing import render_emergency


def _do(request: HttpRequest, aid_id: uuid.UUID, do: Callable[[], object]) -> HttpResponse:
    """Take a step and come back to the page; what was wrong is told there."""
    try:
        do()
    except CrossingNotFound as missing:
        raise Http404 from missing
    except AccessDenied:
        raise
    except CiyouError as problem:
        return render_emergency(request, aid_id, problem.problems)
    return redirect("emergency", aid_id=aid_id)


def decide(request: HttpRequest, aid_id: uuid.UUID) -> HttpResponse:
    """Approve with an amount, refuse, or refer to the county."""

    def decided() -> None:
        verdict = Verdict(text(request, "outcome"), fen(request, "amount"), text(request, "words"))
        decide_emergency(request.actor, aid_id=aid_id, version=version(request), verdict=verdict)

    return _do(request, aid_id, decided)


def pay(request: HttpRequest, aid_id: uuid.UUID) -> HttpResponse:
    """It was handed out."""

    def paid() -> None:
        paid_on, how = day(request, "paid_on"), text(request, "how")
        pay_emergency(request.actor, aid_id=aid_id, version=version(request), paid_on=paid_on, how=how)

    return _do(request, aid_id, paid)


def complete(request: HttpRequest, aid_id: uuid.UUID) -> HttpResponse:
    """The papers are there."""
    words = text(request, "words")
    return _do(
        request,
        aid_id,
        lambda: complete_emergency(request.actor, aid_id=aid_id, version=version(request), words=words),
    )


def review(request: HttpRequest, aid_id: uuid.UUID) -> HttpResponse:
    """Somebody else looked at it."""
    answer, words = text(request, "answer"), text(request, "words")

    def reviewed() -> None:
        if answer not in ("agree", "return"):
            raise no_answer()
        agreed = answer == "agree"
        review_emergency(request.actor, aid_id=aid_id, version=version(request), agreed=agreed, words=words)

    return _do(request, aid_id, reviewed)


def tell(request: HttpRequest, aid_id: uuid.UUID) -> HttpResponse:
    """The refusal was handed over in writing."""
    return _do(request, aid_id, lambda: tell_refusal(request.actor, aid_id=aid_id, version=version(request)))


def note(request: HttpRequest, aid_id: uuid.UUID) -> HttpResponse:
    """The place of registration has taken note."""
    return _do(request, aid_id, lambda: note_emergency(request.actor, aid_id=aid_id, version=version(request)))
