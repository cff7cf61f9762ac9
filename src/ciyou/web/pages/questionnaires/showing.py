"""The result of one questionnaire: a hint in words with its points, what to do next, and how it moved. It is never a diagnosis."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from ciyou.apps.care.alerting import follow_ups_of
from ciyou.apps.care.refusals import FilledNotFound
from ciyou.apps.care.selectors import read_filled
from ciyou.apps.registry.selectors import PersonNotFound
from ciyou.core.access.roles import Action, may_do
from ciyou.core.access.verdict import RESTRICTED
from ciyou.packs import load_questionnaires
from ciyou.web import questionnaire_wording as wording
from ciyou.web.context import short_language
from ciyou.web.guard import disclose
from ciyou.web.questionnaire_trend import change_words, trend_chart

FIELDS = ("name", "questionnaire_answers", "questionnaire_result")


def show_result(request: HttpRequest, filled_id: uuid.UUID) -> HttpResponse:
    """The page, for whoever asked and for named workers."""
    try:
        view = read_filled(request.actor, filled_id=filled_id)
    except (FilledNotFound, PersonNotFound) as missing:
        raise Http404 from missing
    lang, line = short_language(), view.line
    disclose(
        request,
        subject=str(filled_id),
        person_ids=[str(view.child.id)],
        fields=FIELDS,
        highest_class=RESTRICTED,
    )
    file = load_questionnaires(division=view.division).get(line.instrument)
    shown = (*view.earlier, line)
    content = {
        "view": view,
        "line": line,
        "file": wording.head_words(file, lang) if file else {"name": line.instrument},
        "respondent": wording.RESPONDENTS[line.respondent],
        "verdict": wording.verdict_of(line.result),
        "scales": wording.scale_rows(line.result, file, lang),
        "blanks": wording.blank_numbers(line.result, file),
        "follow_ups": [wording.follow_up_words(one, lang) for one in follow_ups_of(view.division, line.result.raised)],
        "unanswered": [
            wording.follow_up_words(one, lang) for one in follow_ups_of(view.division, line.result.unanswered)
        ],
        "waiting": line.waits,
        "assessment": wording.assessment_words(view.assessment) if view.assessment else None,
        "answers": wording.answer_rows(view.answers, file, lang),
        "ground": wording.GROUNDS.get(view.answers.consent, ""),
        "asks_again": may_do(request.actor.role, Action.VISIT) and view.child.status == "active",
        "change": change_words(view.earlier, line, file),
        "earlier": [wording.list_row(one, file, lang) for one in reversed(shown)] if view.earlier else [],
        "chart": trend_chart(shown),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/questionnaire_result.html", content)
