"""A merge that was wrong: where merges are listed, what an undoing gives to whom, and the second person's answer."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ciyou.apps.awards.award_lists import awards_of_child
from ciyou.apps.registry.selectors import (
    MergeLine,
    PersonCard,
    PersonNotFound,
    Undoing,
    get_person,
    merges_of,
    read_undoing,
)
from ciyou.apps.registry.services import UNMERGE_REASONS, confirm_unmerge, decline_unmerge, unmerge_people
from ciyou.core.access.actor import Purpose
from ciyou.core.errors import Problem, RecordError
from ciyou.web.application_wording import award_row
from ciyou.web.context import short_language
from ciyou.web.guard import disclose
from ciyou.web.lifecycle_wording import UNMERGE_REASONS as REASON_WORDS
from ciyou.web.pages.changing.comparison import parts_of_files
from ciyou.web.pages.changing.forms import Faults
from ciyou.web.pages.changing.undoing_rows import BELONGS, merge_rows, since_field, since_rows
from ciyou.web.wording import sentences

_FIELD = "of:"
FIELDS = ("name", "sex", "birth_date", "division", "family", "identifiers_masked", "facts", "work", "awards")


def show_merges(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """Who merged which files into this one, when and why; what was undone of it."""
    child, lines = _merges(request, child_id)
    shown = [str(child.id), *(str(line.other.id) for line in lines if line.other)]
    disclose(request, subject=str(child.id), person_ids=shown, fields=("name", "merges"), highest_class=3)
    content = {"child": child, "rows": merge_rows(lines), "seen_at": timezone.now()}
    return render(request, "web/pages/merges.html", content)


def show_unmerge(request: HttpRequest, child_id: uuid.UUID, merge_id: uuid.UUID) -> HttpResponse:
    """What undoing this merge does; POST undoes it, or proposes it where money would move."""
    child, line = _merge(request, child_id, merge_id)
    if request.method != "POST":
        return _show(request, child, line, {}, {}, ())
    typed = {name: text for name, text in request.POST.items() if isinstance(text, str)}
    belongs = {name.removeprefix(_FIELD): text for name, text in typed.items() if name.startswith(_FIELD)}
    faults = _missing(request, line, typed, belongs)
    if faults:
        return _show(request, child, line, typed, faults, ())
    try:
        unmerge_people(request.actor, decision_id=line.id, reason=typed["unmerge_reason"], belongs=belongs)
    except RecordError as refused:
        return _show(request, child, line, typed, {}, tuple(refused.problems))
    return redirect("unmerge", child_id=child.id, merge_id=line.id)


def confirm(request: HttpRequest, child_id: uuid.UUID, merge_id: uuid.UUID) -> HttpResponse:
    """The second person carries out what the first proposed."""
    child, line = _merge(request, child_id, merge_id)
    if request.POST.get("looked") != "1":
        return _show(request, child, line, {}, {"looked": [_("请核对后勾选。")]}, ())
    try:
        confirm_unmerge(request.actor, decision_id=line.id)
    except RecordError as refused:
        return _show(request, child, line, {}, {}, tuple(refused.problems))
    return redirect("unmerge", child_id=child.id, merge_id=line.id)


def decline(request: HttpRequest, child_id: uuid.UUID, merge_id: uuid.UUID) -> HttpResponse:
    """The files stay one: the second person does not agree, or the first takes it back."""
    child, line = _merge(request, child_id, merge_id)
    decline_unmerge(request.actor, decision_id=line.id)
    return redirect("unmerge", child_id=child.id, merge_id=line.id)


def _merges(request: HttpRequest, child_id: uuid.UUID) -> tuple[PersonCard, tuple[MergeLine, ...]]:
    try:
        child = get_person(request.actor, person_id=child_id, purpose=Purpose.SERVE)
        if child.kind != "child":
            raise Http404
        return child, merges_of(request.actor, child_id=child_id)
    except PersonNotFound as error:
        raise Http404 from error


def _merge(request: HttpRequest, child_id: uuid.UUID, merge_id: uuid.UUID) -> tuple[PersonCard, MergeLine]:
    child, lines = _merges(request, child_id)
    line = next((one for one in lines if one.id == merge_id), None)
    if line is None:
        raise Http404
    return child, line


def _missing(request: HttpRequest, line: MergeLine, typed: Mapping[str, str], belongs: Mapping[str, str]) -> Faults:
    faults: Faults = {}
    if line.latest:
        open_ones = [one.key for one in read_undoing(request.actor, merge_id=line.id).since]
        unsaid = [number for number, key in enumerate(open_ones, 1) if belongs.get(key) not in BELONGS]
        faults |= {
            since_field(number): [_("第 %(number)s 项：请选择属于哪个孩子。") % {"number": number}] for number in unsaid
        }
    if typed.get("unmerge_reason") not in UNMERGE_REASONS:
        faults["unmerge_reason"] = [_("请选择为什么是两个孩子。")]
    if typed.get("looked") != "1":
        faults["looked"] = [_("请核对后勾选。")]
    return faults


def _show(
    request: HttpRequest,
    child: PersonCard,
    line: MergeLine,
    typed: Mapping[str, str],
    faults: Faults,
    problems: tuple[Problem, ...],
) -> HttpResponse:
    undoing = read_undoing(request.actor, merge_id=line.id) if line.latest else None
    _disclose(request, child, line, undoing)
    content: dict[str, Any] = {
        "child": child,
        "line": line,
        "row": merge_rows((line,))[0],
        "typed": typed,
        "faults": faults,
        "problems": sentences(problems),
        "reasons": REASON_WORDS.items(),
        "seen_at": timezone.now(),
        **(_preview(request, child, undoing, typed, faults) if undoing else {}),
    }
    return render(request, "web/pages/unmerge.html", content)


def _preview(
    request: HttpRequest, child: PersonCard, undoing: Undoing, typed: Mapping[str, str], faults: Faults
) -> dict[str, Any]:
    lang, proposal = short_language(), undoing.proposal
    kept, restored = undoing.kept, undoing.restored
    said = {key.removeprefix(_FIELD): text for key, text in typed.items() if key.startswith(_FIELD)}
    awards = [
        (award_row(one, lang), str(one.id) in undoing.returning)
        for one in awards_of_child(request.actor, child_id=child.id)
    ]
    return {
        "undoing": undoing,
        "files": (kept, restored),
        "parts": parts_of_files(kept, restored, lang) if kept and restored else [],
        "awards": awards,
        "since": since_rows(undoing.since, proposal.belongs if proposal and proposal.current else said, faults, lang),
        "refused": sentences(undoing.refused),
        "waits": proposal is not None and proposal.current,
        "outdated": proposal is not None and not proposal.current,
    }


def _disclose(request: HttpRequest, child: PersonCard, line: MergeLine, undoing: Undoing | None) -> None:
    files = [file for file in (undoing.kept, undoing.restored) if file] if undoing else []
    people = {str(person) for file in files for person in file.family.person_ids} | {str(child.id)}
    facts = [one for file in files for one in file.facts]
    facts += [one.fact for one in undoing.since if one.fact] if undoing else []
    classes = [one.definition.sensitivity for one in facts if one.definition is not None]
    disclose(
        request,
        subject=str(child.id),
        person_ids=people | ({str(line.other.id)} if line.other else set()),
        fields=FIELDS if undoing else ("name", "merges"),
        highest_class=max(classes, default=3),
    )
