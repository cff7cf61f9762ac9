"""A record that leads to nobody: is there a child whom it concerns? Found on file, put on file, or none; each in a few taps."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from ciyou.apps.cases.lead_access import LeadNotFound, lead_purpose
from ciyou.apps.cases.lead_reasons import OF_RECORDS, REASONS
from ciyou.apps.cases.leads import report_lead
from ciyou.apps.cases.records import (
    RecordToWorkOn,
    alike_children,
    attach_record,
    find_children,
    record_to_work_on,
    register_for_record,
)
from ciyou.apps.registry.selectors import PersonCard, PersonNotFound
from ciyou.core.errors import CiyouError, RecordError
from ciyou.web.context import short_language
from ciyou.web.explaining import source_name
from ciyou.web.guard import disclose
from ciyou.web.pages.leads.listing import SHOWN_FIELDS, rows_of
from ciyou.web.pages.register import FIELDS, faults_of, form_key, missing_fields, typed_child, village_choices
from ciyou.web.registry_wording import FoundRow, found_row
from ciyou.web.wording import SEXES, sentences

TEXT_LENGTH = 60


@dataclass(frozen=True)
class Asked:
    """What has been asked and found so far. `looked`: the area was searched, so that a new child may be put on file."""

    text: str = ""
    found: tuple[PersonCard, ...] = ()
    more: bool = False
    looked: bool = False
    alike: tuple[PersonCard, ...] = ()
    key: uuid.UUID = field(default_factory=uuid.uuid4)
    typed: dict[str, str] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    why: str = ""
    refused: CiyouError | None = None


def show_record(request: HttpRequest, record_id: uuid.UUID) -> HttpResponse:
    """Whom the record names, and the children who may be meant; POST searches the officer's own area."""
    record = _find(request, record_id)
    if not record.open:
        return _elsewhere(record)
    if request.method != "POST":
        return _show(request, record, Asked())
    text = request.POST.get("text", "").strip()[:TEXT_LENGTH]
    try:
        found, more = find_children(request.actor, text=text)
    except RecordError as refused:
        return _show(request, record, Asked(text=text, refused=refused))
    typed = {"name": text if not any(letter.isascii() for letter in text) else ""}
    return _show(request, record, Asked(text=text, found=found, more=more, looked=True, typed=typed))


def attach(request: HttpRequest, record_id: uuid.UUID) -> HttpResponse:
    """It is this child: on to the visit."""
    record = _find(request, record_id)
    try:
        child_id = attach_record(request.actor, lead_id=record_id, child_id=uuid.UUID(request.POST.get("child", "")))
    except (PersonNotFound, ValueError) as missing:
        raise Http404 from missing
    except RecordError as refused:
        return _show(request, record, Asked(refused=refused)) if record.open else _elsewhere(record)
    return redirect("visit", child_id=child_id)


def register(request: HttpRequest, record_id: uuid.UUID) -> HttpResponse:
    """The child has no file: open one, after a look whether it has one under these words; then on to the visit."""
    record = _find(request, record_id)
    typed, key = _typed(request), form_key(request)
    asked = Asked(looked=True, typed=typed, key=key)
    if record.open and (faults := missing_fields(typed)):
        return _show(request, record, _with(asked, faults=faults))
    try:
        child = typed_child(typed, key)
        if (
            record.open
            and request.POST.get("looked") != "yes"
            and (alike := alike_children(request.actor, child=child))
        ):
            return _show(request, record, _with(asked, alike=alike))
        child_id = register_for_record(request.actor, lead_id=record_id, child=child)
    except RecordError as refused:
        return _show(request, record, _with(asked, faults=faults_of(refused))) if record.open else _elsewhere(record)
    except ValueError:
        return _elsewhere(record)
    return redirect("visit", child_id=child_id)


def report_nobody(request: HttpRequest, record_id: uuid.UUID) -> HttpResponse:
    """No child is concerned, or the person cannot be found: somebody else reviews it."""
    record = _find(request, record_id)
    why = request.POST.get("why", "")
    result, _colon, reason = why.partition(":")
    try:
        report_lead(request.actor, lead_id=record_id, result=result, reason=reason)
    except RecordError as refused:
        return _show(request, record, Asked(why=why, refused=refused)) if record.open else _elsewhere(record)
    return redirect("lead", lead_id=record_id)


def _find(request: HttpRequest, record_id: uuid.UUID) -> RecordToWorkOn:
    try:
        return record_to_work_on(request.actor, lead_id=record_id)
    except LeadNotFound as missing:
        raise Http404 from missing


def _elsewhere(record: RecordToWorkOn) -> HttpResponse:
    """The child is found, or the record is no longer open."""
    return redirect("lead", lead_id=record.lead.id)


def _typed(request: HttpRequest) -> dict[str, str]:
    """What was typed about a child; who works in one village only is not asked which."""
    typed = {name: request.POST.get(name, "").strip()[:120] for name in FIELDS}
    villages = village_choices(request.actor)
    if not typed["division"] and len(villages) == 1:
        typed["division"] = villages[0][0]
    return typed


def _with(asked: Asked, **more: Any) -> Asked:
    return Asked(**{**vars(asked), **more})


def _show(request: HttpRequest, record: RecordToWorkOn, asked: Asked) -> HttpResponse:
    lead, lang, today = record.lead, short_language(), timezone.localdate()
    shown = {card.id: card for card in (*record.suggested, *asked.found, *asked.alike)}
    disclose(
        request,
        subject=str(lead.id),
        person_ids=[str(child) for child in shown],
        fields=SHOWN_FIELDS,
        highest_class=lead.highest_class,
        purpose=lead_purpose(request.actor),
    )
    (row,) = rows_of(request.actor, [lead], today)
    says = dict(lead.record)
    content = {
        "row": row,
        "lead": lead,
        "record": says,
        "roster": source_name(says["roster"], lang) if says.get("roster") else "",
        "suggested": _rows(record.suggested, today),
        "found": _rows(asked.found, today),
        "alike": _rows(asked.alike, today),
        "asked": asked,
        "sexes": SEXES.items(),
        "villages": village_choices(request.actor),
        "reasons": _reasons(lang),
        "today": today,
        "problems": sentences(asked.refused.problems) if asked.refused else [],
        "seen_at": timezone.now(),
    }
    wrong = bool(asked.refused or asked.faults)
    return render(request, "web/pages/record.html", content, status=422 if wrong else 200)


def _rows(cards: Iterable[PersonCard], today: Any) -> list[FoundRow]:
    return [found_row(card, today) for card in cards]


def _reasons(lang: str) -> list[tuple[str, str]]:
    """Why nobody is found, in one list: what the choice means for the lead is not the visitor's to know."""
    place = 1 if lang == "en" else 0
    words = {(result, code): REASONS[result][code][place] for result, code in OF_RECORDS}
    return [(f"{result}:{code}", words[result, code]) for result, code in OF_RECORDS]
