"""A merge that was wrong: where merges are listed, what an undoing gives to whom, and the second person's answer."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ciyou.apps.awards.award_lists import AwardLine, recorded_awards
from ciyou.apps.disbursement.strayed import strayed_months
from ciyou.apps.registry.selectors import PersonNotFound, ReadMerge, Undoing, merges_of, read_merge
from ciyou.apps.registry.services import UNMERGE_REASONS, confirm_unmerge, decline_unmerge, unmerge_people
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import Problem, RecordError
from ciyou.web.application_wording import AwardRow, award_row
from ciyou.web.context import short_language
from ciyou.web.guard import disclose
from ciyou.web.lifecycle_wording import UNMERGE_REASONS as REASON_WORDS
from ciyou.web.pages.changing.comparison import parts_of_files
from ciyou.web.pages.changing.forms import Faults
from ciyou.web.pages.changing.undoing_rows import (
    BELONGS,
    merge_row,
    merge_rows,
    names_in,
    since_field,
    since_rows,
)
from ciyou.web.stray_wording import StrayRow, stray_rows
from ciyou.web.wording import sentences

_FIELD = "of:"
FIELDS = (
    "name",
    "sex",
    "birth_date",
    "division",
    "family",
    "identifiers_masked",
    "facts",
    "work",
    "awards",
    "payee_account",
)


def show_merges(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """Who merged which files into this one, when and why; what was undone of it."""
    try:
        child, lines = merges_of(request.actor, child_id=child_id)
    except PersonNotFound as error:
        raise Http404 from error
    shown = [str(child.id), *(str(line.other.id) for line in lines if line.other)]
    disclose(request, subject=str(child.id), person_ids=shown, fields=("name", "merges"), highest_class=3)
    content = {"child": child, "rows": merge_rows(lines), "seen_at": timezone.now()}
    return render(request, "web/pages/merges.html", content)


def show_unmerge(request: HttpRequest, child_id: uuid.UUID, merge_id: uuid.UUID) -> HttpResponse:
    """What undoing this merge does; POST undoes it, or proposes it where money would move."""
    merge = _merge(request, child_id, merge_id)
    if request.method != "POST":
        return _show(request, merge, {}, {}, ())
    typed = {name: text for name, text in request.POST.items() if isinstance(text, str)}
    belongs = {name.removeprefix(_FIELD): text for name, text in typed.items() if name.startswith(_FIELD)}
    faults = _missing(merge, typed, belongs)
    if faults:
        return _show(request, merge, typed, faults, ())
    try:
        unmerge_people(request.actor, decision_id=merge_id, reason=typed["unmerge_reason"], belongs=belongs)
    except RecordError as refused:
        return _show(request, merge, typed, {}, tuple(refused.problems))
    return redirect("unmerge", child_id=merge.child.id, merge_id=merge_id)


def confirm(request: HttpRequest, child_id: uuid.UUID, merge_id: uuid.UUID) -> HttpResponse:
    """The second person carries out what the first proposed."""
    merge = _merge(request, child_id, merge_id)
    if request.POST.get("looked") != "1":
        return _show(request, merge, {}, {"looked": [_("请核对后勾选。")]}, ())
    try:
        confirm_unmerge(request.actor, decision_id=merge_id)
    except RecordError as refused:
        return _show(request, merge, {}, {}, tuple(refused.problems))
    return redirect("unmerge", child_id=merge.child.id, merge_id=merge_id)


def decline(request: HttpRequest, child_id: uuid.UUID, merge_id: uuid.UUID) -> HttpResponse:
    """The files stay one: the second person does not agree, or the first takes it back."""
    merge = _merge(request, child_id, merge_id)
    decline_unmerge(request.actor, decision_id=merge_id)
    return redirect("unmerge", child_id=merge.child.id, merge_id=merge_id)


def _merge(request: HttpRequest, child_id: uuid.UUID, merge_id: uuid.UUID) -> ReadMerge:
    try:
        return read_merge(request.actor, child_id=child_id, merge_id=merge_id)
    except PersonNotFound as error:
        raise Http404 from error


def _missing(merge: ReadMerge, typed: Mapping[str, str], belongs: Mapping[str, str]) -> Faults:
    faults: Faults = {}
    for number, line in enumerate(merge.undoing.since if merge.undoing else (), 1):
        if belongs.get(line.key) not in BELONGS:
            faults[since_field(number)] = [_("第 %(number)s 项：请选择属于哪个孩子。") % {"number": number}]
    if typed.get("unmerge_reason") not in UNMERGE_REASONS:
        faults["unmerge_reason"] = [_("请选择为什么是两个孩子。")]
    if typed.get("looked") != "1":
        faults["looked"] = [_("请核对后勾选。")]
    return faults


def _show(
    request: HttpRequest, merge: ReadMerge, typed: Mapping[str, str], faults: Faults, problems: tuple[Problem, ...]
) -> HttpResponse:
    _disclose(request, merge)
    content: dict[str, Any] = {
        "child": merge.child,
        "line": merge.line,
        "typed": typed,
        "faults": faults,
        "problems": sentences(problems),
        "reasons": REASON_WORDS.items(),
        "seen_at": timezone.now(),
        **_preview(request, merge, typed, faults),
    }
    return render(request, "web/pages/unmerge.html", content)


def _preview(request: HttpRequest, merge: ReadMerge, typed: Mapping[str, str], faults: Faults) -> dict[str, Any]:
    lang, undoing = short_language(), merge.undoing
    names = names_in((merge.line,), undoing.since if undoing else ())
    row = merge_row(merge.line, names)
    if undoing is None:
        return {"row": row}
    proposal, kept, restored = undoing.proposal, undoing.kept, undoing.restored
    said = {key.removeprefix(_FIELD): text for key, text in typed.items() if key.startswith(_FIELD)}
    chosen = proposal.belongs if proposal and proposal.current else said
    return {
        "row": row,
        "undoing": undoing,
        "files": (kept, restored),
        "parts": parts_of_files(kept, restored, lang) if restored else [],
        **_money(request, undoing, lang),
        "since": since_rows(undoing.since, chosen, faults, names, lang),
        "may_confirm": may_do(request.actor.role, Action.CONFIRM),
        "waits": proposal is not None and proposal.current,
        "outdated": proposal is not None and not proposal.current,
    }


def _money(request: HttpRequest, undoing: Undoing, lang: str) -> dict[str, Any]:
    """Which child's award each is, as they stood before the merge, whether it goes back, and what of it went to the other's account."""
    awards: list[tuple[AwardRow, bool]] = []
    strayed: list[StrayRow] = []
    files = [file for file in (undoing.kept, undoing.restored) if file]
    for file in files:
        lines = _awards(request, undoing, file.card.id)
        awards += [(award_row(one, lang), file is undoing.restored) for one in lines]
        for other in (one.card.id for one in files if one is not file):
            found = strayed_months(
                request.actor,
                child=file.card.id,
                other=other,
                awards=[one.id for one in lines],
                copies=undoing.copies,
            )
            strayed += stray_rows(found, file.card, {one.id: award_row(one, lang) for one in lines})
    return {"awards": awards, "strayed": strayed}


def _awards(request: HttpRequest, undoing: Undoing, child_id: uuid.UUID) -> tuple[AwardLine, ...]:
    rows = undoing.rows.get("awards.Award", ())
    return recorded_awards(request.actor, rows, person_id=child_id, named=undoing.named)


def _disclose(request: HttpRequest, merge: ReadMerge) -> None:
    undoing = merge.undoing
    files = [file for file in (undoing.kept, undoing.restored) if file] if undoing else []
    people = {str(person) for file in files for person in file.family.person_ids} | {str(merge.child.id)}
    facts = [one for file in files for one in file.facts]
    facts += [one.fact for one in undoing.since if one.fact] if undoing else []
    classes = [one.definition.sensitivity for one in facts if one.definition is not None]
    disclose(
        request,
        subject=str(merge.child.id),
        person_ids=people | ({str(merge.line.other.id)} if merge.line.other else set()),
        fields=FIELDS if undoing else ("name", "merges"),
        highest_class=max(classes, default=3),
    )
