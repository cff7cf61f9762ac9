"""How the county stands against the national system: counts, the file that was compared, and what could not be read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ciyou.apps.exchange.importing import compare_again, receive_exchange_file
from ciyou.apps.exchange.lists import counts_of, files_of, mappings_of
from ciyou.apps.exchange.refusals import file_too_large, no_file
from ciyou.apps.exchange.table_files import LARGEST_BYTES, PROBLEMS
from ciyou.apps.exchange.tasks import compare_exchange_file
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import AccessDenied, CiyouError, Problem
from ciyou.web import exchange_wording as words
from ciyou.web.context import short_language
from ciyou.web.wording import sentences

SHOWN_PROBLEMS = 200


def show_exchange(request: HttpRequest) -> HttpResponse:
    """The overview."""
    return _overview(request, ())


def _overview(request: HttpRequest, problems: tuple[Problem, ...]) -> HttpResponse:
    lang = short_language()
    files, counts, mappings = files_of(request.actor), counts_of(request.actor), mappings_of(request.actor)
    latest = files[0] if files else None
    running = latest if latest is not None and not latest.done else None
    compared = next((file for file in files if file.done and file.compared_at), None)
    content = {
        "running": running,
        "compared": compared,
        "files": files,
        "kinds": [
            (kind, word, words.WHAT_TO_DO[kind], counts.get((kind, "open"), 0), counts.get((kind, "settled"), 0))
            for kind, word in words.KINDS.items()
        ],
        "open_total": sum(count for (_kind, state), count in counts.items() if state == "open"),
        "problem_lines": [
            (line, title, PROBLEMS[code][1 if lang == "en" else 0])
            for line, title, code in (compared.problems[:SHOWN_PROBLEMS] if compared else ())
        ],
        "problem_total": compared.counts.get("problems", 0) if compared else 0,
        "mappings": [(one.name(lang), one.note(lang), one.verified, one.confidence) for one in mappings],
        "can_again": any(file.can_be_compared for file in files),
        "exports": may_do(request.actor.role, Action.EXPORT),
        "problems": sentences(problems),
    }
    return render(request, "web/pages/exchange.html", content, status=422 if problems else 200)


def progress(request: HttpRequest) -> HttpResponse:
    """The part of the page that asks again while a file is compared."""
    files = files_of(request.actor)
    if not files or files[0].done:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "web/components/exchange_progress.html", {"running": files[0]})


def receive(request: HttpRequest) -> HttpResponse:
    """Take a file; the worker compares it."""
    sent = request.FILES.get("file")
    try:
        if sent is None:
            raise no_file()
        if sent.size > LARGEST_BYTES:
            raise file_too_large(LARGEST_BYTES >> 20)
        file_id = receive_exchange_file(
            request.actor, name=sent.name, content=sent.read(), origin=request.META["REMOTE_ADDR"]
        )
    except AccessDenied:
        raise
    except CiyouError as problem:
        return _overview(request, tuple(problem.problems))
    compare_exchange_file.enqueue(str(file_id))
    return redirect("exchange")


def again(request: HttpRequest) -> HttpResponse:
    """Compare the latest file once more."""
    try:
        file_id = compare_again(request.actor)
    except AccessDenied:
        raise
    except CiyouError as problem:
        return _overview(request, tuple(problem.problems))
    compare_exchange_file.enqueue(str(file_id))
    return redirect("exchange")
