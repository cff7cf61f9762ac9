"""The campaigns there are, one of them by village, and its close."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from ciyou.apps.accounts.selectors import division_name, division_names, posts_in
from ciyou.apps.care.campaign_lists import campaign_progress, list_campaigns
from ciyou.apps.care.campaigning import close_campaign
from ciyou.apps.care.refusals import CampaignNotFound
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import AccessDenied, CiyouError, Problem
from ciyou.packs import load_questionnaires
from ciyou.web import campaign_wording as words
from ciyou.web.context import short_language
from ciyou.web.pages.applications.forms import text
from ciyou.web.wording import plain_sentences


def show_campaigns(request: HttpRequest) -> HttpResponse:
    """The list, those that are open first."""
    lang, found = short_language(), list_campaigns(request.actor)
    places = division_names({one.division for one in found}) if found else {}
    content = {
        "campaigns": [words.card_words(one, places[one.division], lang) for one in found],
        "opens": may_do(request.actor.role, Action.OPEN_CAMPAIGN),
    }
    return render(request, "web/pages/campaigns.html", content)


def show_campaign(request: HttpRequest, campaign_id: uuid.UUID) -> HttpResponse:
    """One campaign by village."""
    return _show(request, campaign_id, ())


def close(request: HttpRequest, campaign_id: uuid.UUID) -> HttpResponse:
    """Close it, with the reason for who is left."""
    try:
        close_campaign(request.actor, campaign_id=campaign_id, reason=text(request, "reason"))
    except CampaignNotFound as missing:
        raise Http404 from missing
    except AccessDenied:
        raise
    except CiyouError as wrong:
        return _show(request, campaign_id, wrong.problems)
    return redirect("campaign", campaign_id=campaign_id)


def _show(request: HttpRequest, campaign_id: uuid.UUID, problems: tuple[Problem, ...]) -> HttpResponse:
    try:
        card, lines = campaign_progress(request.actor, campaign_id=campaign_id)
    except CampaignNotFound as missing:
        raise Http404 from missing
    lang, area = short_language(), division_name(card.division)
    places = division_names({line.division for line in lines}) if lines else {}
    directors: dict[str, str] = {}
    for post in posts_in(request.actor, division=card.division, role="child_director"):
        directors.setdefault(post.division, post.user_name)
    content = {
        "campaign": words.card_words(card, area, lang),
        "campaign_area": area,
        "rows": [
            {"place": places[one.division], "director": directors.get(one.division, ""), "progress": one.progress}
            for one in lines
        ],
        "results": words.result_tables(card, load_questionnaires(division=card.division).get(card.instrument)),
        "closed_for": list(words.CLOSED_FOR.items()),
        "problems": plain_sentences(problems),
        "today": timezone.localdate(),
    }
    return render(request, "web/pages/campaign.html", content, status=422 if problems else 200)
