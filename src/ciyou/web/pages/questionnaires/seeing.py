"""A child who must be seen today: for whoever asked with everything, for whoever was told without a word of what was answered."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from ciyou.apps.accounts.selectors import division_name
from ciyou.apps.care.alerting import follow_ups_of
from ciyou.apps.care.assessing import record_assessment
from ciyou.apps.care.contents import Assessment
from ciyou.apps.care.refusals import FilledNotFound
from ciyou.apps.care.selectors import Alerted, read_alerted
from ciyou.apps.registry.selectors import PersonNotFound
from ciyou.core.access.verdict import RESTRICTED
from ciyou.core.errors import AccessDenied, CiyouError, Problem
from ciyou.packs import load_follow_ups
from ciyou.web import questionnaire_wording as wording
from ciyou.web.context import short_language
from ciyou.web.guard import disclose
from ciyou.web.pages.applications.forms import text, version
from ciyou.web.wording import sentences

PERSONAL = 3


def see_today(request: HttpRequest, filled_id: uuid.UUID) -> HttpResponse:
    """What to do now and whom to call; POST writes down who saw the child."""
    try:
        alerted = read_alerted(request.actor, filled_id=filled_id)
    except (FilledNotFound, PersonNotFound) as missing:
        raise Http404 from missing
    if request.method != "POST":
        return _page(request, alerted)
    said = Assessment(text(request, "outcome"), text(request, "guardian"), text(request, "words"))
    try:
        record_assessment(request.actor, filled_id=filled_id, version=version(request), said=said)
    except AccessDenied:
        raise
    except CiyouError as wrong:
        return _page(request, alerted, wrong.problems)
    if alerted.reads:
        return redirect("filled_questionnaire", filled_id=filled_id)
    return redirect("home")


def _page(request: HttpRequest, alerted: Alerted, problems: tuple[Problem, ...] = ()) -> HttpResponse:
    lang = short_language()
    disclose(
        request,
        subject=str(alerted.id),
        person_ids=[str(alerted.child.id)],
        fields=("name", "birth_date", "questionnaire_result") if alerted.reads else ("name", "birth_date"),
        highest_class=RESTRICTED if alerted.reads else PERSONAL,
    )
    known = load_follow_ups(division=alerted.division).values()
    content = {
        "alerted": alerted,
        "child": alerted.child,
        "place": division_name(alerted.child.division),
        "follow_ups": [wording.follow_up_words(one, lang) for one in follow_ups_of(alerted.division, alerted.raised)],
        "helplines": wording.helpline_rows(known, lang),
        "waiting": alerted.waits,
        "outcomes": list(wording.OUTCOMES.items()),
        "guardians": list(wording.GUARDIAN.items()),
        "typed": request.POST,
        "problems": sentences(problems),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/see_child_today.html", content, status=422 if problems else 200)
