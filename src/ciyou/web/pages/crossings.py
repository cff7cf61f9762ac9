"""Applications between two places: the list, taking one in, one as each end may see it, and the steps as forms."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ciyou.apps.accounts.selectors import division_name, find_divisions, level_of
from ciyou.apps.awards.contents import GIVEN, MISSING, Applicant
from ciyou.apps.awards.elsewhere import claimable_elsewhere
from ciyou.apps.awards.numbering import CODE_DIGITS
from ciyou.apps.awards.papers import receipt_pdf
from ciyou.apps.awards.paying import paying_rules
from ciyou.apps.crossing.acknowledging import accept_crossing, close_as_double, return_crossing, send_on
from ciyou.apps.crossing.lists import PAGE, CrossingView, list_crossings, read_crossing
from ciyou.apps.crossing.papers import add_paper, read_crossing_paper
from ciyou.apps.crossing.receiving import (
    CrossingReceipt,
    NewCrossing,
    asked_at_counter,
    is_crossing_code,
    is_served,
    note_brought,
    receive_crossing,
    received_on,
    renew_crossing_code,
    withdraw_crossing,
)
from ciyou.apps.crossing.refusals import CrossingNotFound, refused
from ciyou.apps.crossing.sending import Correction, send_again, send_crossing, tell_reply
from ciyou.apps.registry.exact import ExactFind, find_exact
from ciyou.apps.registry.selectors import PersonNotFound
from ciyou.core.access.actor import Purpose
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import AccessDenied, CiyouError, Problem
from ciyou.web import application_wording, crossing_wording
from ciyou.web.context import short_language
from ciyou.web.guard import Access, Route, disclose
from ciyou.web.pages.applications.forms import key, text, version
from ciyou.web.pages.applications.listing import page_number
from ciyou.web.pages.register import village_choices
from ciyou.web.receiving import sent_file
from ciyou.web.registry_wording import found_row
from ciyou.web.wording import SEXES, sentences

PERSONAL = 3
PDF = "application/pdf"
LIST_FIELDS = ("name", "application")
FIELDS = ("name", "sex", "birth_date", "id_card_masked", "applicant", "application")
ENDINGS = {PDF: "pdf", "image/jpeg": "jpg", "image/png": "png"}
WAYS = ("from", "to")
_NOT_THERE = (CrossingNotFound, PersonNotFound)


def show_crossings(request: HttpRequest) -> HttpResponse:
    """The list of both ends."""
    actor, today = request.actor, timezone.localdate()
    way = request.GET.get("way", "") if request.GET.get("way", "") in WAYS else ""
    everything, number = request.GET.get("state") == "all", page_number(request)
    page = list_crossings(actor, way=way, everything=everything, page=number)
    people = [str(line.person_id) for line in page.lines if line.person_id]
    disclose(request, subject="crossings", person_ids=people, fields=LIST_FIELDS, highest_class=PERSONAL)
    content = {
        "rows": crossing_wording.crossing_rows(page.lines, today),
        "way": way,
        "everything": everything,
        "total": page.total,
        "crosses": may_do(actor.role, Action.CROSS),
        "page": number,
        "pages": max(1, -(-page.total // PAGE)),
        "previous": number - 1,
        "next": number + 1,
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/crossings.html", content)


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
    places = _places(text(request, "place"))
    chosen = text(request, "bound_for")
    if chosen not in dict(places):
        return _ask(request, () if text(request, "place") else _no_place(), found, places)
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


def _places(typed: str) -> tuple[tuple[str, str], ...]:
    """Townships and counties by a part of their name: which places there are is public."""
    found = find_divisions(typed[:40])
    return tuple((code, name) for code, name in found if level_of(code) in ("township", "county"))


def _no_place() -> tuple[Problem, ...]:
    return refused(
        "place_words",
        "请填写户籍所在乡镇（街道）或县的名称。",
        "Give the name of the township or county of registration.",
    ).problems


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


def _receipt(request: HttpRequest, receipt: CrossingReceipt) -> HttpResponse:
    if not receipt.code:
        return redirect("crossing", crossing_id=receipt.id)
    disclose(request, subject=str(receipt.id), person_ids=[], fields=("application",), highest_class=PERSONAL)
    view = read_crossing(request.actor, crossing_id=receipt.id)
    content = {
        "receipt": receipt,
        "missing": _("、").join(label for code, label, _state in _documents(view) if code in view.content.missing),
        "spaced": f"{receipt.code[:4]} {receipt.code[4:]}",
        "follow": request.build_absolute_uri(reverse("follow")),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/crossing_receipt.html", content)


def show_crossing(request: HttpRequest, crossing_id: uuid.UUID) -> HttpResponse:
    """One crossing."""
    return _show(request, crossing_id)


def _show(request: HttpRequest, crossing_id: uuid.UUID, problems: tuple[Problem, ...] = ()) -> HttpResponse:
    try:
        view = read_crossing(request.actor, crossing_id=crossing_id)
    except CrossingNotFound as missing:
        raise Http404 from missing
    line, today, lang = view.line, timezone.localdate(), short_language()
    people = [str(card.id) for card in view.candidates] + ([str(line.person_id)] if line.person_id else [])
    disclose(request, subject=str(crossing_id), person_ids=people, fields=FIELDS, highest_class=PERSONAL)
    documents, shown = _documents(view), view.content.child
    content: dict[str, Any] = {
        "view": view,
        "line": line,
        "child": shown,
        "sex": SEXES.get(shown.sex, ""),
        "name": application_wording.entitlement_name(line.entitlement, line.bound_for, lang),
        "counter": division_name(line.received_in),
        "place": division_name(line.bound_for),
        "state": crossing_wording.STATES[line.state],
        "chip": crossing_wording.chip_of(line, today),
        "clock": crossing_wording.clock_words(line.clock, today),
        "outcome": crossing_wording.OUTCOMES.get(line.outcome, ""),
        "first_month": view.content.first_month[:7],
        "relation": application_wording.RELATIONS.get(view.content.applicant.relation, ""),
        "documents": documents,
        "missing": [(code, label) for code, label, _state in documents if code in view.content.missing],
        "bringable": [(code, label) for code, label, _state in documents if view.content.documents[code] != GIVEN],
        "progress": application_wording.STATES.get(view.progress.state, "") if view.progress else "",
        "steps": crossing_wording.step_rows(view),
        "papers": [(card, ENDINGS[card.media_type].upper(), -(-card.bytes // 1024)) for card in view.papers],
        "candidates": [found_row(card, today) for card in view.candidates],
        "divisions": village_choices(request.actor) if view.rights.acknowledge else [],
        "key": uuid.uuid4(),
        "typed": request.POST,
        "found_places": _places(text(request, "place")) if view.rights.acknowledge or view.rights.send_again else (),
        "problems": sentences(problems),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/crossing.html", content, status=422 if problems else 200)


def _documents(view: CrossingView) -> list[tuple[str, str, object]]:
    rules = paying_rules(view.line.entitlement, view.line.bound_for, timezone.localdate())
    named = {one.code: one.name(short_language()) for one in rules.documents}
    return [
        (code, named.get(code, code), application_wording.document_words(code, state))
        for code, state in view.content.documents.items()
    ]


def _do(request: HttpRequest, crossing_id: uuid.UUID, do: Callable[[], object]) -> HttpResponse:
    """Take a step and come back to the page; what was wrong is told there. Whoever gave it away goes to the list."""
    try:
        do()
    except _NOT_THERE as missing:
        raise Http404 from missing
    except AccessDenied:
        raise
    except CiyouError as problem:
        return _show(request, crossing_id, problem.problems)
    try:
        read_crossing(request.actor, crossing_id=crossing_id)
    except CrossingNotFound:
        return redirect("crossings")
    return redirect("crossing", crossing_id=crossing_id)


def complete(request: HttpRequest, crossing_id: uuid.UUID) -> HttpResponse:
    """Papers were brought."""
    brought = request.POST.getlist("brought")
    return _do(
        request,
        crossing_id,
        lambda: note_brought(request.actor, crossing_id=crossing_id, version=version(request), brought=brought),
    )


def send(request: HttpRequest, crossing_id: uuid.UUID) -> HttpResponse:
    """Send it to the place of registration."""
    return _do(
        request,
        crossing_id,
        lambda: send_crossing(request.actor, crossing_id=crossing_id, version=version(request)),
    )


def correct(request: HttpRequest, crossing_id: uuid.UUID) -> HttpResponse:
    """Send again what came back."""
    correction = Correction(
        words=text(request, "words"),
        name=text(request, "name"),
        bound_for=text(request, "to"),
        brought=frozenset(request.POST.getlist("brought")),
    )
    return _looking(request, crossing_id) or _do(
        request,
        crossing_id,
        lambda: send_again(request.actor, crossing_id=crossing_id, version=version(request), correction=correction),
    )


def acknowledge(request: HttpRequest, crossing_id: uuid.UUID) -> HttpResponse:
    """Accept, return, send on, or answer that it is there already."""
    actor, seen, words = request.actor, version(request), text(request, "words")
    answers: dict[str, Callable[[], object]] = {
        "accept": lambda: accept_crossing(
            actor, crossing_id=crossing_id, version=seen, child_id=_chosen(request), division=text(request, "division")
        ),
        "return": lambda: return_crossing(actor, crossing_id=crossing_id, version=seen, words=words),
        "send_on": lambda: send_on(actor, crossing_id=crossing_id, version=seen, to=text(request, "to"), words=words),
        "already": lambda: close_as_double(actor, crossing_id=crossing_id, version=seen, words=words),
    }
    answer = answers.get(text(request, "answer"))
    if answer is None:
        return _looking(request, crossing_id) or _do(request, crossing_id, _no_answer)
    return _do(request, crossing_id, answer)


def _looking(request: HttpRequest, crossing_id: uuid.UUID) -> HttpResponse | None:
    """Another place is looked for: the page again, with those found, and nothing taken."""
    return _show(request, crossing_id) if text(request, "look") else None


def _no_answer() -> None:
    raise refused("answer", "请选择怎样答复。", "Choose how to answer.")


def _chosen(request: HttpRequest) -> uuid.UUID | None:
    """The file chosen on the form; None for a new one. Raises RecordError where nothing was chosen."""
    typed = text(request, "file")
    if typed == "new":
        return None
    try:
        return uuid.UUID(typed)
    except ValueError as error:
        raise refused(
            "file", "请选择用哪一份档案，或者新建一份。", "Choose the file that this belongs to, or a new one."
        ) from error


def tell(request: HttpRequest, crossing_id: uuid.UUID) -> HttpResponse:
    """The applicant was told."""
    return _do(
        request, crossing_id, lambda: tell_reply(request.actor, crossing_id=crossing_id, version=version(request))
    )


def withdraw(request: HttpRequest, crossing_id: uuid.UUID) -> HttpResponse:
    """The applicant takes it back."""
    reason = text(request, "withdraw_reason")
    return _do(
        request,
        crossing_id,
        lambda: withdraw_crossing(request.actor, crossing_id=crossing_id, version=version(request), reason=reason),
    )


def add(request: HttpRequest, crossing_id: uuid.UUID) -> HttpResponse:
    """A scanned paper is put to it."""
    title, content = text(request, "title"), sent_file(request, "file")
    return _do(
        request,
        crossing_id,
        lambda: add_paper(
            request.actor, key=key(request, "key"), crossing_id=crossing_id, title=title, content=content
        ),
    )


def show_paper(request: HttpRequest, crossing_paper_id: uuid.UUID) -> HttpResponse:
    """One paper as a download; its name says nothing about anybody."""
    try:
        opened = read_crossing_paper(request.actor, paper_id=crossing_paper_id)
    except CrossingNotFound as missing:
        raise Http404 from missing
    people = [str(opened.person_id)] if opened.person_id else []
    disclose(request, subject=str(opened.crossing_id), person_ids=people, fields=("paper",), highest_class=4)
    response = HttpResponse(opened.content, content_type=opened.card.media_type)
    name = f"paper-{crossing_paper_id.hex[:8]}.{ENDINGS[opened.card.media_type]}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def new_code(request: HttpRequest, crossing_id: uuid.UUID) -> HttpResponse:
    """A new code where the slip was lost."""
    try:
        receipt = renew_crossing_code(request.actor, crossing_id=crossing_id, version=version(request))
    except CrossingNotFound as missing:
        raise Http404 from missing
    except AccessDenied:
        raise
    except CiyouError as problem:
        return _show(request, crossing_id, problem.problems)
    return _receipt(request, receipt)


def slip(request: HttpRequest, crossing_id: uuid.UUID) -> HttpResponse:
    """The receipt on paper, for whoever has just been shown the code."""
    code = "".join(one for one in text(request, "code") if one.isdigit())
    try:
        right = len(code) == CODE_DIGITS and is_crossing_code(request.actor, crossing_id=crossing_id, code=code)
        day, number, counter = received_on(request.actor, crossing_id=crossing_id)
    except CrossingNotFound as missing:
        raise Http404 from missing
    if not right:
        return redirect("crossing", crossing_id=crossing_id)
    address = request.build_absolute_uri(reverse("follow"))
    document = receipt_pdf(number=number, code=code, received_on=day, division=counter, address=address)
    disclose(request, subject=str(crossing_id), person_ids=[], fields=("application",), highest_class=PERSONAL)
    headers = {"Content-Disposition": f'attachment; filename="receipt-{crossing_id.hex[:8]}.pdf"'}
    return HttpResponse(document, content_type=PDF, headers=headers)


_GET, _POST = ("GET", "HEAD"), ("POST",)
_P, _S, _SEE, _CROSS = Access.PERSONAL, Purpose.SERVE, Action.SEE_CROSSINGS, Action.CROSS
_ONE = "crossings/<uuid:crossing_id>/"

ROUTES = (
    Route("crossings/", show_crossings, "crossings", _P, _GET, _SEE, _S),
    Route("crossings/new/", take_crossing, "take_crossing", _P, (*_GET, *_POST), _CROSS, _S),
    Route(_ONE, show_crossing, "crossing", _P, _GET, _SEE, _S),
    Route(_ONE + "complete/", complete, "complete_crossing", _P, _POST, _CROSS, _S),
    Route(_ONE + "send/", send, "send_crossing", _P, _POST, _CROSS, _S),
    Route(_ONE + "correct/", correct, "correct_crossing", _P, _POST, _CROSS, _S),
    Route(_ONE + "acknowledge/", acknowledge, "acknowledge_crossing", _P, _POST, _CROSS, _S),
    Route(_ONE + "tell/", tell, "tell_crossing", _P, _POST, _CROSS, _S),
    Route(_ONE + "withdraw/", withdraw, "withdraw_crossing", _P, _POST, _CROSS, _S),
    Route(_ONE + "papers/", add, "add_crossing_paper", _P, _POST, _CROSS, _S),
    Route(_ONE + "code/", new_code, "renew_crossing_code", _P, _POST, _CROSS, _S),
    Route(_ONE + "slip/", slip, "crossing_slip", _P, _POST, _CROSS, _S),
    Route("crossing-papers/<uuid:crossing_paper_id>/", show_paper, "crossing_paper", _P, _GET, _SEE, _S),
)
