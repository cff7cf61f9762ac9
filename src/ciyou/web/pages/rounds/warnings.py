"""到期提醒: what of a child ends soon, and whose work it is to see to it."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy

from ciyou.apps.accounts.selectors import division_names
from ciyou.apps.cases.expiries import WarningNotFound, coming_ends, see_to
from ciyou.core.errors import CiyouError, Problem
from ciyou.packs import load_warnings
from ciyou.web.context import short_language
from ciyou.web.guard import disclose
from ciyou.web.wording import sentences

DONE_WORDS = {
    "renewed": gettext_lazy("已续办"),
    "goes_on": gettext_lazy("按规定继续，不用续办"),
    "ends": gettext_lazy("已转入复核或终止办理"),
    "no_longer": gettext_lazy("已不适用"),
}


def show_warnings(request: HttpRequest) -> HttpResponse:
    """The actor's open warnings."""
    return _show(request, ())


def seen_to(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    """Somebody has seen to one."""
    try:
        see_to(request.actor, task_id=task_id, done=request.POST.get("done", ""))
    except WarningNotFound as missing:
        raise Http404 from missing
    except CiyouError as problem:
        return _show(request, tuple(problem.problems))
    return redirect("warnings")


def _show(request: HttpRequest, problems: tuple[Problem, ...]) -> HttpResponse:
    lang, lines = short_language(), coming_ends(request.actor)
    disclose(
        request,
        subject="warnings",
        person_ids=[str(line.child.id) for line in lines],
        fields=("name", "warnings"),
        highest_class=3,
    )
    known = load_warnings(division=request.actor.scope.first)
    places = division_names({line.child.division for line in lines})
    content = {
        "lines": [
            {
                "line": line,
                "name": known[line.code].name(lang) if line.code in known else line.code,
                "place": places.get(line.child.division, line.child.division),
            }
            for line in lines
        ],
        "done": list(DONE_WORDS.items()),
        "problems": sentences(problems),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/warnings.html", content, status=422 if problems else 200)
