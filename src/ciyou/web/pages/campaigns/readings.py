"""Beside each result that the reader may see, what was seen at home. A score alone says little, and clears nobody."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from ciyou.apps.accounts.selectors import division_name
from ciyou.apps.care.campaign_readings import readings_of
from ciyou.apps.care.refusals import CampaignNotFound
from ciyou.core.access.verdict import RESTRICTED
from ciyou.packs import load_risk
from ciyou.web import campaign_wording as words
from ciyou.web.context import short_language
from ciyou.web.guard import disclose

PAGE = 20
LONGEST_PAGE = 6


def show_readings(request: HttpRequest, campaign_id: uuid.UUID) -> HttpResponse:
    """The page, for whoever asked and for named workers."""
    asked = request.GET.get("page", "1")
    page = max(int(asked), 1) if asked.isascii() and asked.isdigit() and len(asked) <= LONGEST_PAGE else 1
    try:
        found = readings_of(request.actor, campaign_id=campaign_id, page=page, size=PAGE)
    except CampaignNotFound as missing:
        raise Http404 from missing
    disclose(
        request,
        subject=str(campaign_id),
        person_ids=[str(one.card.id) for one in found.rows],
        fields=("name", "questionnaire_result", "risk_answers"),
        highest_class=RESTRICTED,
    )
    lang, indicators = short_language(), load_risk(division=found.division).asked
    content = {
        "campaign_id": campaign_id,
        "place": found.school_name or division_name(found.division),
        "name": words.instrument_name(found.instrument, found.division, lang),
        "rows": [words.reading_words(one, indicators, lang) for one in found.rows],
        "page": page,
        "pages": max(1, -(-found.total // PAGE)),
        "previous": page - 1,
        "next": page + 1,
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/campaign_readings.html", content)
