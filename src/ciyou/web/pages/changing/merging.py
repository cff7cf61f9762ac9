"""Two files that are one child: find the other, look at both, choose which stays."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ciyou.apps.registry.selectors import (
    Comparison,
    PersonCard,
    PersonNotFound,
    Sought,
    compare_children,
    find_candidates,
    get_person,
    search_register,
)
from ciyou.apps.registry.services import MERGE_REASONS, merge_people
from ciyou.core.access.actor import Purpose
from ciyou.core.errors import RecordError
from ciyou.web.context import short_language
from ciyou.web.guard import disclose
from ciyou.web.lifecycle_wording import MERGE_REASONS as REASON_WORDS
from ciyou.web.pages.changing.comparison import parts_of
from ciyou.web.pages.changing.forms import Faults, family_in, placed, typed_in
from ciyou.web.registry_wording import found_row
from ciyou.web.wording import sentences

NAMES = ("keep", "merge_reason", "looked")
ONE_ALREADY = ("registry.merged_already", "registry.moved_on")
SHOWN = ("name", "sex", "birth_date", "division")


def find_other(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """Files that may be the same child's, and a search for another one."""
    child = family_in(request, child_id).child
    text, fault, more = request.POST.get("text", "").strip()[:60], "", False
    alike = _alike(request, child)
    found: tuple[PersonCard, ...] = ()
    if request.method == "POST":
        try:
            outcome = search_register(request.actor, text=text)
            found, more = tuple(card for card in outcome.people if card.kind == "child"), outcome.more
        except RecordError as refused:
            fault = sentences(refused.problems)[0].sentence
    others = [card for card in found if card.id != child.id]
    shown = {str(card.id) for card in (child, *alike, *others)}
    disclose(request, subject=str(child.id), person_ids=shown, fields=SHOWN, highest_class=3)
    today = timezone.localdate()
    content: dict[str, Any] = {
        "child": child,
        "alike": [found_row(card, today) for card in alike],
        "rows": [found_row(card, today) for card in others],
        "more": more,
        "searched": request.method == "POST" and not fault,
        "text": text,
        "fault": fault,
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/merge.html", content)


def _alike(request: HttpRequest, child: PersonCard) -> list[PersonCard]:
    sought = Sought(child.name, child.sex, child.birth_date, child.division, child.residence_division)
    found = find_candidates(request.actor, sought=sought)
    return [card for card in found if card.id != child.id]


def compare(request: HttpRequest, child_id: uuid.UUID, other_id: uuid.UUID) -> HttpResponse:
    """Both files side by side; POST makes them one."""
    try:
        comparison = compare_children(request.actor, first_id=child_id, second_id=other_id)
        typed = typed_in(request, NAMES) if request.method == "POST" else _proposed(comparison)
        if request.method != "POST":
            return _show(request, comparison, typed, {})
        faults = _missing(comparison, typed)
        if faults:
            return _show(request, comparison, typed, faults)
        return _merge(request, comparison, typed)
    except PersonNotFound as error:
        raise Http404 from error
    except RecordError as refused:
        if refused.problems[0].code in ONE_ALREADY:
            return _one_already(request, child_id, refused)
        raise Http404 from refused  # an adult's file has no page here


def _merge(request: HttpRequest, comparison: Comparison, typed: dict[str, str]) -> HttpResponse:
    first, second = comparison.first.card.id, comparison.second.card.id
    keep, drop = (first, second) if typed["keep"] == str(first) else (second, first)
    try:
        merge_people(request.actor, keep=keep, drop=drop, reason=typed["merge_reason"])
    except RecordError as refused:
        if refused.problems[0].code in ONE_ALREADY:
            return _one_already(request, keep, refused)
        return _show(request, comparison, typed, placed(refused, {}, "keep"))
    return redirect("child", child_id=keep)


def _proposed(comparison: Comparison) -> dict[str, str]:
    """The older file stays, unless somebody chooses otherwise: papers already carry its number."""
    older = min((comparison.first, comparison.second), key=lambda file: file.opened)
    return {"keep": str(older.card.id)}


def _missing(comparison: Comparison, typed: dict[str, str]) -> Faults:
    faults: Faults = {}
    if typed["keep"] not in {str(file.card.id) for file in (comparison.first, comparison.second)}:
        faults["keep"] = [_("请选择保留哪一份。")]
    if typed["merge_reason"] not in MERGE_REASONS:
        faults["merge_reason"] = [_("请选择为什么是同一个孩子。")]
    if typed["looked"] != "1":
        faults["looked"] = [_("请核对后勾选。")]
    return faults


def _one_already(request: HttpRequest, child_id: uuid.UUID, refused: RecordError) -> HttpResponse:
    """Somebody was first, or the form was sent twice: the file that stayed."""
    stays = get_person(request.actor, person_id=child_id, purpose=Purpose.SERVE)
    disclose(request, subject=str(stays.id), person_ids=[str(stays.id)], fields=("name",), highest_class=3)
    content = {"child": stays, "problems": sentences(refused.problems), "seen_at": timezone.now()}
    return render(request, "web/pages/merged_already.html", content)


def _show(request: HttpRequest, comparison: Comparison, typed: dict[str, str], faults: Faults) -> HttpResponse:
    files = (comparison.first, comparison.second)
    people = {str(person) for file in files for person in file.family.person_ids}
    classes = [line.definition.sensitivity for file in files for line in file.facts if line.definition is not None]
    disclose(
        request,
        subject=str(comparison.first.card.id),
        person_ids=people,
        fields=("name", "sex", "birth_date", "division", "family", "identifiers_masked", "facts", "work"),
        highest_class=max(classes, default=3),
    )
    content: dict[str, Any] = {
        "child": comparison.first.card,
        "files": files,
        "parts": parts_of(comparison, short_language()),
        "reasons": REASON_WORDS.items(),
        "typed": typed,
        "faults": faults,
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/compare_children.html", content)
