"""Which questionnaire: what fits the child's age, by who answers; and what the reader has asked before, or may read as a named worker."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from ciyou.apps.care.instruments import offers_for
from ciyou.apps.care.selectors import filled_of_child
from ciyou.apps.registry.selectors import PersonNotFound, get_person
from ciyou.core.access.actor import Purpose
from ciyou.core.access.roles import Action, may_do
from ciyou.core.access.verdict import RESTRICTED
from ciyou.packs import load_questionnaires
from ciyou.web import questionnaire_wording as wording
from ciyou.web.context import short_language
from ciyou.web.guard import disclose

PERSONAL = 3


def show_questionnaires(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """The choice, and the list of those that were filled."""
    actor, lang, today = request.actor, short_language(), timezone.localdate()
    try:
        child = get_person(actor, person_id=child_id, purpose=Purpose.SERVE)
        filled = filled_of_child(actor, child_id=child_id)
    except PersonNotFound as missing:
        raise Http404 from missing
    if child.kind != "child":
        raise Http404
    disclose(
        request,
        subject=str(child_id),
        person_ids=[str(child_id)],
        fields=("name", "questionnaires") if filled else ("name",),
        highest_class=RESTRICTED if filled else PERSONAL,
    )
    offers = offers_for(child, today)
    files = load_questionnaires(division=child.division)
    content = {
        "child": child,
        "age": offers.age,
        "asks": may_do(actor.role, Action.VISIT) and child.status == "active",
        "fitting": wording.by_respondent(offers.fitting, lang),
        "unfit": [wording.unfit_words(one, lang) for one in offers.unfit],
        "slots": [one.name(lang) for one in offers.slots],
        "filled": [wording.list_row(line, files.get(line.instrument), lang) for line in filled],
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/questionnaires.html", content)
