"""One screening: its progress while it runs, its summary when it is done, and the rows that were set aside."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django_htmx.http import HttpResponseClientRefresh

from ciyou.apps.cases.screened import load_report
from ciyou.apps.rosters.outcomes import list_rejected, read_summary
from ciyou.apps.rosters.selectors import Screening, ScreeningNotFound, get_screening
from ciyou.apps.rosters.services import cancel_screening, restart_screening
from ciyou.core.access.roles import Action
from ciyou.core.errors import RunError
from ciyou.web.context import short_language
from ciyou.web.explaining import source_name
from ciyou.web.guard import Access, Route
from ciyou.web.wording import sentences, stage_words, why_words


def find_screening(request: HttpRequest, run_id: uuid.UUID, *, done: bool = False) -> Screening:
    """The screening of an address; raises Http404 when there is none, or none that is done where one must be."""
    try:
        run = get_screening(request.actor, run_id=run_id)
    except ScreeningNotFound as error:
        raise Http404 from error
    if done and run.status != "done":
        raise Http404
    return run


def show_screening(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """Progress, or the summary once there is one."""
    run = find_screening(request, run_id)
    if run.status != "done":
        return render(request, "web/pages/progress.html", _progress(run))
    return render(request, "web/pages/summary.html", _summary(request, run))


def _summary(request: HttpRequest, run: Screening) -> dict[str, Any]:
    lang = short_language()
    summary = read_summary(request.actor, folder=run.output_folder, as_of=run.as_of)
    tables = (("categories", summary.categories), ("entitlements", summary.entitlements))
    report = load_report(request.actor, run_id=run.id)
    total_seconds = sum(stage.seconds for stage in summary.stages)
    return {
        "run": run,
        "report": report.counts if report else None,
        "summary": summary,
        "tables": [(kind, [(count, count.rule.name(lang)) for count in counts]) for kind, counts in tables],
        "rosters": [(count, source_name(count.roster, lang)) for count in summary.rosters],
        "roster_totals": [
            sum(getattr(count, part) for count in summary.rosters) for part in ("read", "used", "rejected")
        ],
        "whys": [(code, why_words(code), count) for code, count in summary.leads_by_why],
        "stages": [(stage, stage_words(stage.stage, queued=False)) for stage in summary.stages],
        "total_seconds": total_seconds,
    }


def show_progress(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """The piece of the page that is asked for every second; when the screening has ended, the page is loaded anew."""
    run = find_screening(request, run_id)
    if not run.is_open:
        return HttpResponseClientRefresh()
    return render(request, "web/components/progress.html", _progress(run))


def _progress(run: Screening) -> dict[str, Any]:
    queued = run.status == "queued"
    return {"run": run, "stage_words": stage_words(run.stage, queued=queued), "problems": sentences(run.problems)}


def cancel(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """Stop a screening; its rosters are kept."""
    cancel_screening(request.actor, run_id=find_screening(request, run_id).id)
    return redirect("screening", run_id=run_id)


def run_again(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """Run a screening again that did not come to its end; pressing twice does it once."""
    find_screening(request, run_id)
    try:
        restart_screening(request.actor, run_id=run_id)
    except RunError:
        # Pressed twice, or in two windows: the screening's page shows what is going on.
        return redirect("screening", run_id=run_id)
    return redirect("screening", run_id=run_id)


def show_rejected(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """The rows that were set aside, by roster and reason: where they stand, never what stands in them."""
    run = find_screening(request, run_id, done=True)
    lang = short_language()
    groups = [
        (group, source_name(group.roster, lang), group.en if lang == "en" else group.zh)
        for group in list_rejected(folder=run.output_folder)
    ]
    return render(request, "web/pages/rejected.html", {"run": run, "groups": groups})


ROUTES = (
    Route("screenings/<uuid:run_id>/", show_screening, "screening", Access.STAFF, action=Action.SCREEN),
    Route(
        "screenings/<uuid:run_id>/progress/", show_progress, "screening_progress", Access.STAFF, action=Action.SCREEN
    ),
    Route("screenings/<uuid:run_id>/cancel/", cancel, "cancel_screening", Access.STAFF, ("POST",), Action.SCREEN),
    Route("screenings/<uuid:run_id>/again/", run_again, "screen_again", Access.STAFF, ("POST",), Action.SCREEN),
    Route("screenings/<uuid:run_id>/rejected/", show_rejected, "rejected", Access.STAFF, action=Action.SCREEN),
)
