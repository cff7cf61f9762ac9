"""我的提醒: silences, signs and changes that are the officer's to see to, one by one, and what was done about each."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy

from ciyou.apps.accounts.selectors import division_names
from ciyou.apps.cases.alert_lists import AlertNotFound, own_alerts, see_to_alert
from ciyou.core.access.actor import Purpose
from ciyou.core.access.roles import Action
from ciyou.core.errors import CiyouError, Problem
from ciyou.packs import load_alerts
from ciyou.packs.alerts import CHANGE, CLOCKS, KINDS, SILENCE, THRESHOLD
from ciyou.web.addresses import address_of
from ciyou.web.context import short_language
from ciyou.web.guard import Access, Route, disclose
from ciyou.web.wording import sentences
from ciyou.web.work_wording import time_left

FILTERS = {
    CLOCKS[SILENCE]: gettext_lazy("久无联系"),
    CLOCKS[THRESHOLD]: gettext_lazy("有迹象"),
    CLOCKS[CHANGE]: gettext_lazy("有变化"),
}
DONE_WORDS = {
    "called": gettext_lazy("打过电话，联系上了"),
    "visited": gettext_lazy("去过了，见到了人"),
    "arranged": gettext_lazy("已了解情况，作了安排"),
    "no_longer": gettext_lazy("已不适用"),
}


def show_alerts(request: HttpRequest) -> HttpResponse:
    """The actor's open alerts, of one kind where the address says so."""
    return _show(request, ())


def alert_seen_to(request: HttpRequest, alert_id: uuid.UUID) -> HttpResponse:
    """Somebody has seen to one."""
    try:
        see_to_alert(request.actor, task_id=alert_id, done=request.POST.get("done", ""))
    except AlertNotFound as missing:
        raise Http404 from missing
    except CiyouError as problem:
        return _show(request, tuple(problem.problems))
    return redirect(f"{address_of('alerts')}?done=1")


def _show(request: HttpRequest, problems: tuple[Problem, ...]) -> HttpResponse:
    asked = request.GET.get("kind", "")
    only = asked if asked in KINDS else ""
    found = own_alerts(request.actor, only=only)
    disclose(
        request,
        subject="alerts",
        person_ids=[str(line.child.id) for line in found.lines],
        fields=("name", "alerts", "visits"),
        highest_class=3,
        purpose=Purpose.VERIFY,
    )
    lang, today = short_language(), timezone.localdate()
    known = load_alerts(division=request.actor.scope.first)
    places = division_names({line.child.division for line in found.lines})
    content = {
        "lines": [
            {
                "line": line,
                "name": known[line.rule].name(lang) if line.rule in known else FILTERS[line.kind],
                "place": places.get(line.child.division, line.child.division),
                "left": time_left(line.due_on, today),
                "late": line.due_on < today,
                "silence": line.kind == CLOCKS[SILENCE],
                "done": [(one, DONE_WORDS[one]) for one in line.done],
            }
            for line in found.lines
        ],
        "filters": [(kind, label, found.counts.get(kind, 0)) for kind, label in FILTERS.items()],
        "total": sum(found.counts.values()),
        "ends_by_itself": any(line.kind == CLOCKS[SILENCE] and not line.child.restricted for line in found.lines),
        "only": only,
        "seen_to": request.GET.get("done") == "1",
        "problems": sentences(problems),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/alerts.html", content, status=422 if problems else 200)


_GOES = {"action": Action.VISIT, "purpose": Purpose.VERIFY}
ROUTES = (
    Route("alerts/", show_alerts, "alerts", Access.PERSONAL, **_GOES),
    Route("alerts/<uuid:alert_id>/", alert_seen_to, "see_to_alert", Access.PERSONAL, ("POST",), **_GOES),
)
