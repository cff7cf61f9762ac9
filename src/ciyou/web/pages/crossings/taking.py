"""Taking an application for a child of another place: the look, the form, and the receipt with its code."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ciyou.apps.accounts.selectors import division_name
from ciyou.apps.awards.contents import MISSING, Applicant
from ciyou.apps.awards.elsewhere import claimable_elsewhere
from ciyou.apps.awards.numbering import CODE_DIGITS
from ciyou.apps.awards.papers import receipt_pdf
from ciyou.apps.awards.receiving import Receipt
from ciyou.apps.awards.residence import is_served
from ciyou.apps.crossing.lists import read_crossing
from ciyou.apps.crossing.receiving import (
    NewCrossing,
    asked_at_counter,
    is_crossing_code,
    receive_crossing,
    received_on,
    renew_crossing_code,
)
from ciyou.apps.crossing.refusals import CrossingNotFound, no_place
from ciyou.apps.registry.exact import ExactFind, find_exact
from ciyou.core.errors import AccessDenied, CiyouError, Problem
from ciyou.web import application_wording
from ciyou.web.context import short_language
from ciyou.web.guard import disclose
from ciyou.web.pages.applications.forms import key, text, version
from ciyou.web.pages.applications.slips import follow_address, receipt_content, slip_response, told_code
from ciyou.web.pages.crossings.one import documents_of, find_places, render_crossing
from ciyou.web.wording import sentences

PERSONAL = 3


def take_crossing(request: HttpRequest) -> HttpResponse:
    """First who the child is and where it is registered; then the application; at last the receipt with its code, once."""
    if request.method != "POST":
        return _ask(request, ())
    try:
        found = find_exact(request.actor, name=text(request, "name"), id_card=text(request, "id_card"))
    except CiyouError as problem:
        return _ask(request, problem.problems)
    if found.here is not None:
        return _ask(request, (), found)
    places = find_places(text(request, "place"))
    chosen = text(request, "bound_for")
    if chosen not in dict(places):
        return _ask(request, () if text(request, "place") else no_place().problems, found, places)
    if text(request, "step") != "take":
        return _form(request, (), found, chosen)
    wanted = NewCrossing(
        id=key(request, "form"),
        name=text(request, "name"),
        id_card=found.number,
        bound_for=chosen,
        entitlement=text(request, "entitlement"),
        applicant=Applicant(text(request, "applicant"), text(request, "relation"), text(request, "contact")),
        brought=frozenset(request.POST.getlist("brought")),
    )
    try:
        receipt = receive_crossing(request.actor, wanted=wanted)
    except CiyouError as problem:
        return _form(request, problem.problems, found, chosen)
    return _receipt(request, receipt)


def _ask(
    request: HttpRequest,
    problems: tuple[Problem, ...],
    found: ExactFind | None = None,
    places: tuple[tuple[str, str], ...] = (),
) -> HttpResponse:
    people = list(found.persons) if found else []
    disclose(request, subject="", person_ids=people, fields=("name_masked", "county"), highest_class=PERSONAL)
    asked = request.method == "POST" and not problems
    content = {
        "typed": request.POST,
        "found": found,
        "county": division_name(found.county) if found and found.county else "",
        "places": places,
        "no_places": asked and found is not None and found.here is None and not places,
        "problems": sentences(problems),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/crossing_new.html", content, status=422 if problems else 200)


def _form(request: HttpRequest, problems: tuple[Problem, ...], found: ExactFind, place: str) -> HttpResponse:
    lang, today = short_language(), timezone.localdate()
    disclose(
        request, subject="", person_ids=list(found.persons), fields=("name_masked", "county"), highest_class=PERSONAL
    )
    served = is_served(place)
    codes = claimable_elsewhere(place, today) if served else ()
    asked = {one.document.code: one for code in codes for one in asked_at_counter(code, place)}
    content = {
        "typed": request.POST,
        "found": found,
        "county": division_name(found.county) if found.county else "",
        "other_county": bool(found.county) and found.county[:6] != place[:6],
        "place": division_name(place),
        "bound_for": place,
        "served": served,
        "offers": [(code, application_wording.entitlement_name(code, place, lang)) for code in codes],
        "chosen": text(request, "entitlement") or (codes[0] if codes else ""),
        "documents": [(code, one.document.name(lang), one.state == MISSING) for code, one in asked.items()],
        "brought": request.POST.getlist("brought"),
        "relations": list(application_wording.RELATIONS.items()),
        "form": request.POST.get("form") or uuid.uuid4(),
        "problems": sentences(problems),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/crossing_form.html", content, status=422 if problems else 200)


def _receipt(request: HttpRequest, receipt: Receipt) -> HttpResponse:
    if not receipt.code:
        return redirect("crossing", crossing_id=receipt.id)
    disclose(request, subject=str(receipt.id), person_ids=[], fields=("application",), highest_class=PERSONAL)
    view = read_crossing(request.actor, crossing_id=receipt.id)
    content = {
        "missing": _("、").join(label for code, label, _state in documents_of(view) if code in view.content.missing),
    }
    return render(request, "web/pages/crossing_receipt.html", content | receipt_content(request, receipt))


def new_code(request: HttpRequest, crossing_id: uuid.UUID) -> HttpResponse:
    """A new code where the slip was lost."""
    try:
        receipt = renew_crossing_code(request.actor, crossing_id=crossing_id, version=version(request))
    except CrossingNotFound as missing:
        raise Http404 from missing
    except AccessDenied:
        raise
    except CiyouError as problem:
        return render_crossing(request, crossing_id, problem.problems)
    return _receipt(request, receipt)


def slip(request: HttpRequest, crossing_id: uuid.UUID) -> HttpResponse:
    """The receipt on paper, for whoever has just been shown the code."""
    code = told_code(request)
    try:
        right = len(code) == CODE_DIGITS and is_crossing_code(request.actor, crossing_id=crossing_id, code=code)
        day, number, counter = received_on(request.actor, crossing_id=crossing_id)
    except CrossingNotFound as missing:
        raise Http404 from missing
    if not right:
        return redirect("crossing", crossing_id=crossing_id)
    document = receipt_pdf(number=number, code=code, received_on=day, division=counter, address=follow_address(request))
    disclose(request, subject=str(crossing_id), person_ids=[], fields=("application",), highest_class=PERSONAL)
    return slip_response(document, crossing_id)
