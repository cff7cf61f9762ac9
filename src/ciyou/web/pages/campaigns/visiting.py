"""One household's visit in a campaign: whom to ask, who may agree, and a no that is respected."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from ciyou.apps.accounts.selectors import division_name
from ciyou.apps.care.campaign_lists import household_to_ask
from ciyou.apps.care.campaign_visits import record_unasked
from ciyou.apps.care.refusals import CampaignNotFound
from ciyou.core.errors import AccessDenied, CiyouError, Problem
from ciyou.packs import load_questionnaires
from ciyou.web import campaign_wording as words
from ciyou.web.context import short_language
from ciyou.web.guard import disclose
from ciyou.web.pages.applications.forms import key, text
from ciyou.web.wording import plain_sentences
from ciyou.web.work_wording import time_left

PERSONAL = 3


def show_visit(request: HttpRequest, household_id: uuid.UUID) -> HttpResponse:
    """The children of the household and where each stands."""
    return _show(request, household_id, ())


def not_asked(request: HttpRequest, household_id: uuid.UUID) -> HttpResponse:
    """Somebody said no, or the child was not reached."""
    state, _point, reason = text(request, "said").partition(":")
    try:
        record_unasked(
            request.actor, household=household_id, child_id=key(request, "child"), state=state, reason=reason
        )
    except CampaignNotFound as missing:
        raise Http404 from missing
    except AccessDenied:
        raise
    except CiyouError as wrong:
        return _show(request, household_id, wrong.problems)
    return _after(request, household_id)


def _after(request: HttpRequest, household_id: uuid.UUID) -> HttpResponse:
    """On to the brothers and sisters who are still due; else to the day's work."""
    home = household_to_ask(request.actor, household=household_id)
    _disclose(request, household_id, [one.card.id for one in home.children])
    due = any(one.state == "due" for one in home.children)
    return redirect("campaign_visit", household_id=household_id) if due else redirect("home")


def _disclose(request: HttpRequest, household_id: uuid.UUID, people: list[uuid.UUID]) -> None:
    disclose(
        request,
        subject=str(household_id),
        person_ids=[str(one) for one in people],
        fields=("name", "birth_date", "campaign"),
        highest_class=PERSONAL,
    )


def _show(request: HttpRequest, household_id: uuid.UUID, problems: tuple[Problem, ...]) -> HttpResponse:
    try:
        home = household_to_ask(request.actor, household=household_id)
    except CampaignNotFound as missing:
        raise Http404 from missing
    _disclose(request, household_id, [one.card.id for one in home.children])
    lang, file = short_language(), load_questionnaires(division=home.division).get(home.instrument)
    today = timezone.localdate()
    content = {
        "home": home,
        "children": [words.child_words(one) for one in home.children],
        "instrument": file.name(lang) if file else home.instrument,
        "respondent": words.WHO_ANSWERS[file.respondent] if file else "",
        "place": division_name(home.division),
        "left": time_left(home.until_on, today),
        "late": home.until_on < today,
        "said": words.said_choices(),
        "problems": plain_sentences(problems),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/campaign_visit.html", content, status=422 if problems else 200)
