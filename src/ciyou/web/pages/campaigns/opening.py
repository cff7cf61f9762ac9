"""A new campaign: which questionnaire, in which place or at which school, and from when until when."""

from __future__ import annotations

import datetime as dt
import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from ciyou.apps.accounts.selectors import division_choices, division_name, division_names
from ciyou.apps.care.campaign_due import is_for_children
from ciyou.apps.care.campaign_schools import list_schools
from ciyou.apps.care.campaigning import NewCampaign, open_campaign
from ciyou.core.errors import AccessDenied, CiyouError, Problem
from ciyou.packs import load_limits, load_questionnaires
from ciyou.web import campaign_wording as words
from ciyou.web import questionnaire_wording as wording
from ciyou.web.context import short_language
from ciyou.web.pages.applications.forms import day, key, text
from ciyou.web.wording import plain_sentences

USUAL_DAYS = 30
SCHOOL = "school"
"""The form in which a school is chosen in place of a place (`?of=school`)."""


def new_campaign(request: HttpRequest) -> HttpResponse:
    """The form; POST opens it and shows it."""
    if request.method != "POST":
        return _form(request)
    of_school = _of_school(request)
    try:
        opened = open_campaign(
            request.actor,
            wanted=NewCampaign(
                id=key(request, "form"),
                instrument=text(request, "instrument"),
                division=request.actor.scope.first if of_school else text(request, "division"),
                school_code=text(request, "school_code") if of_school else None,
                school_name=text(request, "school_name"),
                from_on=day(request, "from_on"),
                until_on=day(request, "until_on"),
            ),
        )
    except AccessDenied:
        raise
    except CiyouError as wrong:
        return _form(request, wrong.problems)
    return redirect("campaign", campaign_id=opened)


def _of_school(request: HttpRequest) -> bool:
    return SCHOOL in (request.GET.get("of"), request.POST.get("of"))


def _form(request: HttpRequest, problems: tuple[Problem, ...] = ()) -> HttpResponse:
    lang, today, actor = short_language(), timezone.localdate(), request.actor
    files = load_questionnaires(division=actor.scope.first).values()
    shipped = sorted(
        (one for one in files if one.scoring is not None and one.texts and is_for_children(one)),
        key=lambda one: (not one.words.default, one.code),
    )
    of_school = _of_school(request)
    schools = list_schools(actor) if of_school else ()
    places = [(actor.scope.first, division_name(actor.scope.first))]
    places += [*division_choices(actor, level="township"), *division_choices(actor, level="village")]
    content = {
        "instruments": [
            (one.code, wording.unfit_words(one, lang), wording.RESPONDENTS[one.respondent]) for one in shipped
        ],
        "slots": [one.name(lang) for one in files if one.scoring is None or not one.texts],
        "of_school": of_school,
        "schools": words.school_choices(schools, division_names({one.township for one in schools}) if schools else {}),
        "places": list(dict.fromkeys(places)),
        "typed": request.POST,
        "form": request.POST.get("form") or uuid.uuid4(),
        "today": today.isoformat(),
        "until": (today + dt.timedelta(days=USUAL_DAYS)).isoformat(),
        "again": load_limits()["ask_again_days"].value,
        "problems": plain_sentences(problems),
    }
    return render(request, "web/pages/campaign_new.html", content, status=422 if problems else 200)
