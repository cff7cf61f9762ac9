"""Applying for a child: one short form; then the receipt with its code, shown once and printed."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ciyou.apps.awards.application_lists import ApplicationView, read_application
from ciyou.apps.awards.contents import MISSING, Applicant
from ciyou.apps.awards.numbering import CODE_DIGITS
from ciyou.apps.awards.papers import receipt_pdf
from ciyou.apps.awards.proposals import Offer, offers_for_child
from ciyou.apps.awards.receiving import (
    NewApplication,
    OnFile,
    Receipt,
    asked_documents,
    is_current_code,
    on_file,
    receive_application,
    renew_code,
)
from ciyou.apps.entitlements.selectors import current_determination
from ciyou.apps.registry.selectors import Family, PersonCard, family_of, get_person
from ciyou.core.access.actor import Purpose
from ciyou.core.errors import CiyouError, Problem
from ciyou.core.rules.interpreter import Outcome
from ciyou.web import application_wording as words
from ciyou.web.context import short_language
from ciyou.web.guard import disclose
from ciyou.web.pages.applications.forms import found, key, text, version
from ciyou.web.pages.applications.slips import follow_address, receipt_content, slip_response, told_code
from ciyou.web.wording import sentences

FIELDS = ("name", "birth_date", "family", "decisions")
PERSONAL = 3


@dataclass(frozen=True)
class ShownOffer:
    """One entitlement of the form: the papers that have to be brought for it, and whether a determination gives it."""

    code: str
    name: str
    found: bool
    documents: tuple[tuple[str, str], ...]


def apply(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """The form for one child; POST takes the application and shows the receipt."""
    child = found(lambda: get_person(request.actor, person_id=child_id, purpose=Purpose.SERVE))
    assert isinstance(child, PersonCard)
    if child.kind != "child":
        raise Http404
    if request.method != "POST":
        return _show(request, child, ())
    wanted = NewApplication(
        id=key(request, "form"),
        child_id=child.id,
        entitlement=text(request, "entitlement"),
        applicant=Applicant(text(request, "applicant"), text(request, "relation"), text(request, "contact")),
        brought=frozenset(request.POST.getlist("brought")),
        proposed=text(request, "proposed") == "1",
    )
    try:
        receipt = receive_application(request.actor, wanted=wanted)
    except CiyouError as problem:
        return _show(request, child, problem.problems)
    return _show_receipt(request, receipt, child.id)


def _show(request: HttpRequest, child: PersonCard, problems: tuple[Problem, ...]) -> HttpResponse:
    actor, lang = request.actor, short_language()
    view = current_determination(actor, child_id=child.id, purpose=Purpose.SERVE)
    given = [one.rule.code for one in view.explanations if one.decision.outcome is Outcome.YES] if view else []
    confirmed = view is not None and view.line.state == "confirmed"
    offers = offers_for_child(
        actor,
        child_id=child.id,
        division=child.division,
        residence=child.residence_division,
        found=given if confirmed else (),
    )
    family = family_of(actor, child_id=child.id, purpose=Purpose.SERVE)
    highest = max((offer.rules.sensitivity for offer in offers), default=PERSONAL)
    people = [str(person) for person in family.person_ids]
    disclose(request, subject=str(child.id), person_ids=people, fields=FIELDS, highest_class=max(highest, PERSONAL))
    wanted = request.POST.get("entitlement") or request.GET.get("entitlement", "")
    there = on_file(child.id, found=given if confirmed else ())
    shown = [_offer(offer, there, lang) for offer in offers]
    content = {
        "child": child,
        "offers": shown,
        "documents": _wanted_documents(shown),
        "may_propose": any(one.found for one in shown),
        "chosen": _chosen(shown, wanted),
        "relations": list(words.RELATIONS.items()),
        "applicant": request.POST.get("applicant", _guardian(family)),
        "form": request.POST.get("form") or uuid.uuid4(),
        "typed": request.POST,
        "brought": request.POST.getlist("brought"),
        "problems": sentences(problems),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/apply.html", content, status=422 if problems else 200)


def _chosen(shown: list[ShownOffer], wanted: str) -> str:
    """What is chosen at first: what was asked for, what the determination gives, or the only one; nothing is guessed."""
    offered = [one.code for one in shown]
    given = [one.code for one in shown if one.found]
    return next((code for code in (wanted, *given) if code in offered), offered[0] if len(offered) == 1 else "")


def _guardian(family: Family) -> str:
    """The guardian on file, as whoever probably applies."""
    names = [one.person.name for one in family.others if one.kind == "guardian"]
    return names[0] if names else ""


def _offer(offer: Offer, there: OnFile, lang: str) -> ShownOffer:
    asked = asked_documents(offer.rules, there)
    missing = tuple((one.document.code, one.document.name(lang)) for one in asked if one.state == MISSING)
    rule = offer.rules.rule
    return ShownOffer(rule.code, rule.name(lang), offer.found, missing)


def _wanted_documents(offers: list[ShownOffer]) -> list[tuple[str, str, str]]:
    """Every paper once, with the entitlements that ask for it where not all of them do."""
    labels = {code: label for offer in offers for code, label in offer.documents}
    found = []
    for code, label in labels.items():
        asking = [offer.name for offer in offers if code in dict(offer.documents)]
        found.append((code, label, "" if len(asking) == len(offers) else _("、").join(asking)))
    return found


def _show_receipt(request: HttpRequest, receipt: Receipt, child_id: uuid.UUID) -> HttpResponse:
    if not receipt.code:
        return redirect("application", application_id=receipt.id)
    disclose(
        request, subject=str(receipt.id), person_ids=[str(child_id)], fields=("application",), highest_class=PERSONAL
    )
    view = found(lambda: read_application(request.actor, application_id=receipt.id))
    assert isinstance(view, ApplicationView)
    content = {
        "missing": _("、").join(_missing(view)),
        "printable": [(kind, words.PRINTING[kind]) for kind in view.printable],
    }
    return render(request, "web/pages/receipt.html", content | receipt_content(request, receipt))


def _missing(view: ApplicationView) -> list[str]:
    """The papers that are still to be brought, in words."""
    lang = short_language()
    return [one.name(lang) for one in view.rules.documents if one.code in view.content.missing]


def new_code(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """A new code where the slip was lost."""
    view = found(lambda: read_application(request.actor, application_id=application_id))
    assert isinstance(view, ApplicationView)
    try:
        receipt = renew_code(request.actor, application_id=application_id, version=version(request))
    except CiyouError:
        return redirect("application", application_id=application_id)
    return _show_receipt(request, receipt, view.child.id)


def slip(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """The receipt on paper, for whoever has just been shown the code."""
    view = found(lambda: read_application(request.actor, application_id=application_id))
    assert isinstance(view, ApplicationView)
    code = told_code(request)
    if len(code) != CODE_DIGITS or not is_current_code(request.actor, application_id=application_id, code=code):
        return redirect("application", application_id=application_id)
    document = receipt_pdf(
        number=view.line.number,
        code=code,
        received_on=view.line.received_on,
        division=view.received_in,
        address=follow_address(request),
    )
    disclose(
        request,
        subject=str(application_id),
        person_ids=[str(view.child.id)],
        fields=("application",),
        highest_class=PERSONAL,
    )
    return slip_response(document, application_id)
