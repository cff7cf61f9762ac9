"""One screening: its progress while it runs, its summary when it is done, and the rows that were set aside."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django_htmx.http import HttpResponseClientRefresh

from ciyou.apps.rosters.selectors import Screening, ScreeningNotFound, get_screening
from ciyou.apps.rosters.services import cancel_screening, restart_screening
from ciyou.core.errors import RunError
from ciyou.web.wording import sentences, stage_words


def find_screening(request: HttpRequest, run_id: uuid.UUID) -> Screening:
    """The screening of an address; raises Http404."""
    try:
        return get_screening(request.actor, run_id=run_id)
    except ScreeningNotFound as error:
        raise Http404 from error


def show_screening(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """Progress, or the summary once there is one."""
    run = find_screening(request, run_id)
    return render(request, "web/pages/progress.html", _progress(run))


def show_progress(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """The piece of the page that is asked for every second; when the screening has ended, the page is loaded anew."""
    run = find_screening(request, run_id)
    if not run.is_open:
        return HttpResponseClientRefresh()
    return render(request, "web/components/progress.html", _progress(run))


def cancel(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """Stop a screening; its rosters are kept."""
    cancel_screening(request.actor, run_id=find_screening(request, run_id).id)
    return redirect("screening", run_id=run_id)


def run_again(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """Run a screening again that did not come to its end; pressing twice does it once."""
    try:
        restart_screening(request.actor, run_id=find_screening(request, run_id).id)
    except RunError:
        return redirect("screening", run_id=run_id)
    return redirect("screening", run_id=run_id)


def _progress(run: Screening) -> dict[str, Any]:
    queued = run.status == "queued"
    return {"run": run, "stage_words": stage_words(run.stage, queued=queued), "problems": sentences(run.problems)}


def show_rejected(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """The rows that were set aside, by roster and reason: where they stand, never what stands in them."""
    raise Http404
