"""One application: where it stands, what it rests on, what was done, and the next step as one button."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from ciyou.apps.accounts.selectors import division_name, user_names
from ciyou.apps.awards.access import county_of
from ciyou.apps.awards.application_lists import ApplicationView, read_application
from ciyou.apps.awards.papers import WITH_ID_NUMBER, PaperFile, print_paper, read_paper
from ciyou.apps.entitlements.selectors import current_determination
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.access.verdict import ceiling_of
from ciyou.core.errors import Problem
from ciyou.core.rules.explain import Explanation
from ciyou.core.rules.interpreter import Outcome
from ciyou.packs import department_name, load_departments
from ciyou.web import application_wording as words
from ciyou.web.context import short_language
from ciyou.web.explaining import explain_for_page
from ciyou.web.guard import disclose
from ciyou.web.home_wording import home_words
from ciyou.web.pages.applications.forms import act, found, text
from ciyou.web.wording import sentences
from ciyou.web.work_wording import time_left

FIELDS = ("name", "birth_date", "application", "decisions", "applicant")
PDF = "application/pdf"
VILLAGE = "village"


def show_application(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """The page of one application."""
    return render_application(request, application_id)


def render_application(
    request: HttpRequest, application_id: uuid.UUID, problems: tuple[Problem, ...] = ()
) -> HttpResponse:
    """The page, or the page again with what was wrong and what was typed."""
    actor, lang = request.actor, short_language()
    view = found(lambda: read_application(actor, application_id=application_id))
    assert isinstance(view, ApplicationView)
    determined = _determined(actor, view, lang)
    highest = max(view.sensitivity, determined["highest_class"], 3)
    disclose(
        request, subject=str(application_id), person_ids=[str(view.child.id)], fields=FIELDS, highest_class=highest
    )
    line, today = view.line, timezone.localdate()
    content = {
        "view": view,
        "line": line,
        "name": view.rules.rule.name(lang),
        "place": division_name(line.division),
        "state": words.STATES[line.state],
        "chip": "bad" if line.overdue else words.CHIPS.get(line.state, "undetermined"),
        "left": time_left(line.due_on, today) if line.due_on else "",
        "channel": words.CHANNELS.get(line.channel, ""),
        "relation": words.RELATIONS.get(view.content.applicant.relation, ""),
        "outcome": words.OUTCOMES.get(line.outcome, ""),
        "opinion": words.OUTCOMES.get(view.content.check_outcome, ""),
        "first_month": words.month_words(view.first_month),
        "home": home_words(view.content.home),
        "home_place": division_name(county_of(view.child.division)),
        "home_answers": [(code, words.OUTCOMES[code]) for code in words.HOME_ANSWERS],
        "documents": _documents(view, lang),
        "missing": [(code, label) for code, label, state, _words in _documents(view, lang) if state == "missing"],
        "compared": [department_name(code, lang) for code in view.content.compared],
        "departments": [(code, one.name(lang)) for code, one in load_departments().items() if code != VILLAGE],
        "steps": words.step_rows(view.steps, user_names({one.by for one in view.steps})),
        "papers": [(one, words.PAPERS.get(one.kind, one.kind)) for one in view.papers],
        "printable": [(kind, words.PRINTING[kind]) for kind in view.printable],
        "appeals": [(one, words.APPEAL_RESULTS.get(one.result, "")) for one in view.appeals],
        **determined,
        "key": request.POST.get("key") or uuid.uuid4(),
        "typed": request.POST,
        "ticked": request.POST.getlist("compared"),
        "today": today.isoformat(),
        "problems": sentences(problems),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/application.html", content, status=422 if problems else 200)


def _determined(actor: Actor, view: ApplicationView, lang: str) -> dict[str, Any]:
    """The explanation of the rule that is applied for, as far as the reader may read it."""
    determination = current_determination(actor, child_id=view.child.id, purpose=Purpose.SERVE)
    if determination is None:
        return {"rule": None, "confirmed": False, "known_amount": None, "highest_class": 3, "county": False}
    explained = next((one for one in determination.explanations if one.rule.code == view.line.entitlement), None)
    return {
        "rule": None
        if explained is None
        else explain_for_page(explained, lang, place=determination.division, on=determination.line.as_of),
        "confirmed": determination.line.state == "confirmed",
        "known_amount": _amount(explained),
        "highest_class": determination.highest_class,
        "county": ceiling_of(actor) >= 4,
    }


def _amount(explained: Explanation | None) -> int | None:
    """The amount that the determination gives; None where it leaves it open or says no."""
    if explained is None or explained.decision.outcome is not Outcome.YES:
        return None
    return explained.decision.amount_fen


def _documents(view: ApplicationView, lang: str) -> list[tuple[str, str, str, Any]]:
    named = {one.code: one.name(lang) for one in view.rules.documents}
    return [
        (code, named.get(code, code), state, words.document_words(code, state))
        for code, state in view.content.documents.items()
        if code in named
    ]


def make_paper(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """Make a paper for the family's signature and open it; made already, it is the same one."""
    made: list[uuid.UUID] = []

    def do() -> None:
        origin = request.META["REMOTE_ADDR"]
        kind = text(request, "kind")
        made.append(print_paper(request.actor, application_id=application_id, kind=kind, origin=origin))

    response = act(
        do,
        lambda problems: render_application(request, application_id, problems),
        "application",
        application_id=application_id,
    )
    return redirect("paper", paper_id=made[0]) if made else response


def show_paper(request: HttpRequest, paper_id: uuid.UUID) -> HttpResponse:
    """A paper as it was issued."""
    paper = found(lambda: read_paper(request.actor, paper_id=paper_id))
    assert isinstance(paper, PaperFile)
    fields = ("name", "identifier.id_card", "paper") if paper.kind in WITH_ID_NUMBER else ("name", "paper")
    person = [str(paper.person_id)]
    disclose(request, subject=str(paper_id), person_ids=person, fields=fields, highest_class=paper.sensitivity)
    headers = {"Content-Disposition": f'attachment; filename="paper-{paper.id.hex[:8]}.pdf"'}
    return HttpResponse(paper.document, content_type=PDF, headers=headers)
