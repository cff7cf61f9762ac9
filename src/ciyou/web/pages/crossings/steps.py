"""The steps of a crossing as forms: each does one thing and comes back to its page."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from ciyou.apps.crossing.acknowledging import accept_crossing, close_as_double, return_crossing, send_on
from ciyou.apps.crossing.lists import read_crossing
from ciyou.apps.crossing.papers import add_paper, read_crossing_paper
from ciyou.apps.crossing.receiving import (
    note_brought,
    withdraw_crossing,
)
from ciyou.apps.crossing.refusals import CrossingNotFound, no_answer, no_file
from ciyou.apps.crossing.sending import Correction, send_again, send_crossing, tell_reply
from ciyou.apps.registry.selectors import PersonNotFound
from ciyou.core.errors import AccessDenied, CiyouError
from ciyou.web.guard import disclose
from ciyou.web.pages.applications.forms import key, text, version
from ciyou.web.pages.crossings.one import render_crossing
from ciyou.web.receiving import sent_file

PDF = "application/pdf"
ENDINGS = {PDF: "pdf", "image/jpeg": "jpg", "image/png": "png"}
_NOT_THERE = (CrossingNotFound, PersonNotFound)


def _do(request: HttpRequest, crossing_id: uuid.UUID, do: Callable[[], object]) -> HttpResponse:
    """Take a step and come back to the page; what was wrong is told there. Whoever gave it away goes to the list."""
    try:
        do()
    except _NOT_THERE as missing:
        raise Http404 from missing
    except AccessDenied:
        raise
    except CiyouError as problem:
        return render_crossing(request, crossing_id, problem.problems)
    try:
        read_crossing(request.actor, crossing_id=crossing_id)
    except CrossingNotFound:
        return redirect("crossings")
    return redirect("crossing", crossing_id=crossing_id)


def complete(request: HttpRequest, crossing_id: uuid.UUID) -> HttpResponse:
    """Papers were brought."""
    brought = request.POST.getlist("brought")
    return _do(
        request,
        crossing_id,
        lambda: note_brought(request.actor, crossing_id=crossing_id, version=version(request), brought=brought),
    )


def send(request: HttpRequest, crossing_id: uuid.UUID) -> HttpResponse:
    """Send it to the place of registration."""
    return _do(
        request,
        crossing_id,
        lambda: send_crossing(request.actor, crossing_id=crossing_id, version=version(request)),
    )


def correct(request: HttpRequest, crossing_id: uuid.UUID) -> HttpResponse:
    """Send again what came back."""
    correction = Correction(
        words=text(request, "words"),
        name=text(request, "name"),
        bound_for=text(request, "to"),
        brought=frozenset(request.POST.getlist("brought")),
    )
    return _looking(request, crossing_id) or _do(
        request,
        crossing_id,
        lambda: send_again(request.actor, crossing_id=crossing_id, version=version(request), correction=correction),
    )


def acknowledge(request: HttpRequest, crossing_id: uuid.UUID) -> HttpResponse:
    """Accept, return, send on, or answer that it is there already."""
    actor, seen, words = request.actor, version(request), text(request, "words")
    answers: dict[str, Callable[[], object]] = {
        "accept": lambda: accept_crossing(
            actor, crossing_id=crossing_id, version=seen, child_id=_chosen(request), division=text(request, "division")
        ),
        "return": lambda: return_crossing(actor, crossing_id=crossing_id, version=seen, words=words),
        "send_on": lambda: send_on(actor, crossing_id=crossing_id, version=seen, to=text(request, "to"), words=words),
        "already": lambda: close_as_double(actor, crossing_id=crossing_id, version=seen, words=words),
    }
    answer = answers.get(text(request, "answer"))
    if answer is None:
        return _looking(request, crossing_id) or _do(request, crossing_id, _no_answer)
    return _do(request, crossing_id, answer)


def _looking(request: HttpRequest, crossing_id: uuid.UUID) -> HttpResponse | None:
    """Another place is looked for: the page again, with those found, and nothing taken."""
    return render_crossing(request, crossing_id) if text(request, "look") else None


def _no_answer() -> None:
    raise no_answer()


def _chosen(request: HttpRequest) -> uuid.UUID | None:
    """The file chosen on the form; None for a new one. Raises RecordError where nothing was chosen."""
    typed = text(request, "file")
    if typed == "new":
        return None
    try:
        return uuid.UUID(typed)
    except ValueError as error:
        raise no_file() from error


def tell(request: HttpRequest, crossing_id: uuid.UUID) -> HttpResponse:
    """The applicant was told."""
    return _do(
        request, crossing_id, lambda: tell_reply(request.actor, crossing_id=crossing_id, version=version(request))
    )


def withdraw(request: HttpRequest, crossing_id: uuid.UUID) -> HttpResponse:
    """The applicant takes it back."""
    reason = text(request, "withdraw_reason")
    return _do(
        request,
        crossing_id,
        lambda: withdraw_crossing(request.actor, crossing_id=crossing_id, version=version(request), reason=reason),
    )


def add(request: HttpRequest, crossing_id: uuid.UUID) -> HttpResponse:
    """A scanned paper is put to it."""
    title, content = text(request, "title"), sent_file(request, "file")
    return _do(
        request,
        crossing_id,
        lambda: add_paper(
            request.actor, key=key(request, "key"), crossing_id=crossing_id, title=title, content=content
        ),
    )


def show_paper(request: HttpRequest, crossing_paper_id: uuid.UUID) -> HttpResponse:
    """One paper as a download; its name says nothing about anybody."""
    try:
        opened = read_crossing_paper(request.actor, paper_id=crossing_paper_id)
    except CrossingNotFound as missing:
        raise Http404 from missing
    people = [str(opened.person_id)] if opened.person_id else []
    disclose(request, subject=str(opened.crossing_id), person_ids=people, fields=("paper",), highest_class=4)
    response = HttpResponse(opened.content, content_type=opened.card.media_type)
    name = f"paper-{crossing_paper_id.hex[:8]}.{ENDINGS[opened.card.media_type]}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
