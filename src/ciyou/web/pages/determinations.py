"""Determinations that wait for a person: confirm or return one, confirm the unchanged ones together, look at earlier ones."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from ciyou.apps.accounts.selectors import division_names, user_names
from ciyou.apps.entitlements.selectors import (
    COUNTED_AT_MOST,
    awaiting_page,
    child_of_determination,
    determination,
    determinations_of,
)
from ciyou.apps.entitlements.services import confirm_determination, confirm_unchanged, return_determination
from ciyou.apps.entitlements.stored_causes import highest_class_of
from ciyou.apps.entitlements.views import AwaitingLine, DeterminationLine
from ciyou.apps.registry.selectors import PersonCard, PersonNotFound, cards_of, get_person
from ciyou.core.access.actor import Purpose
from ciyou.core.access.roles import Action
from ciyou.core.access.verdict import ceiling_of
from ciyou.core.errors import AccessDenied, CiyouError, RecordError
from ciyou.core.rules.book import Rule, RuleBook
from ciyou.packs import load_rule_book
from ciyou.web.cause_wording import cause_lines
from ciyou.web.context import short_language
from ciyou.web.guard import Access, Route, disclose
from ciyou.web.pages.child.deciding import ChangeLine, box_of, cause_words, change_line, due_of
from ciyou.web.pages.child.page import render_child
from ciyou.web.wording import sentences

PAGE_SIZE = 25
SHOWN_REASONS = 3
LONGEST_ADDRESS_NUMBER = 6
FIELDS = ("name", "division", "decisions")
_PERSONAL = 3


@dataclass(frozen=True)
class Waiting:
    """One proposal in the list, ready to read."""

    id: uuid.UUID
    child_id: uuid.UUID
    name: str
    place: str
    cause: str
    line: AwaitingLine
    changes: tuple[ChangeLine, ...]
    reasons: tuple[str, ...]
    more_reasons: int


@dataclass(frozen=True)
class Words:
    """What a list is told with: the rules of the area, those of them that the reader may see, and names of places by code."""

    book: RuleBook
    rules: Mapping[str, Rule]
    places: Mapping[str, str]


def show_waiting(request: HttpRequest) -> HttpResponse:
    """One page of the proposals in the actor's scope."""
    page = _page_number(request)
    changed = request.GET.get("only") == "changed"
    first = (page - 1) * PAGE_SIZE
    total, lines = awaiting_page(request.actor, offset=first, limit=PAGE_SIZE, only_changed=changed)
    cards = cards_of(request.actor, person_ids=[one.child_id for one in lines], purpose=Purpose.DECIDE)
    _disclose_lines(request, "determinations", cards, [one.line for one in lines])
    places = division_names({one.division for one in lines})
    book = load_rule_book(division=request.actor.scope.first, as_of=timezone.localdate())
    words = Words(book, _visible_rules(request, book), places)
    rows = [_waiting(one, cards[one.child_id], words) for one in lines if one.child_id in cards]
    content = {
        "rows": rows,
        "total": min(total, COUNTED_AT_MOST),
        "more": total > COUNTED_AT_MOST,
        "only_changed": changed,
        "any_unchanged": any(row.line.unchanged for row in rows),
        "confirmed": request.GET.get("confirmed", "") if request.GET.get("confirmed", "").isdigit() else "",
        "page": page,
        "pages": max(1, -(-total // PAGE_SIZE)),
        "previous": page - 1,
        "next": page + 1,
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/determinations.html", content)


def _disclose_lines(
    request: HttpRequest, subject: str, people: Iterable[uuid.UUID], lines: Iterable[DeterminationLine]
) -> None:
    """Record that determinations were shown, and with what made them change circumstances of the family."""
    causes = [cause for line in lines for cause in line.causes]
    disclose(
        request,
        subject=subject,
        person_ids=[str(person) for person in people],
        fields=(*FIELDS, "circumstances") if causes else FIELDS,
        highest_class=max(_PERSONAL, highest_class_of(causes)),
    )


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) <= LONGEST_ADDRESS_NUMBER else 1


def _visible_rules(request: HttpRequest, book: RuleBook) -> Mapping[str, Rule]:
    return {rule.code: rule for rule in book.rules if rule.sensitivity <= ceiling_of(request.actor)}


def _waiting(one: AwaitingLine, card: PersonCard, words: Words) -> Waiting:
    lang, rules = short_language(), words.rules
    reasons = cause_lines(one.line.causes, words.book, lang)
    return Waiting(
        id=one.line.id,
        child_id=card.id,
        name=card.name,
        place=words.places.get(one.division, one.division),
        cause=cause_words(one.line.cause),
        line=one,
        changes=tuple(change_line(each, rules[each.rule], lang) for each in one.line.changes if each.rule in rules),
        reasons=reasons[:SHOWN_REASONS],
        more_reasons=max(0, len(reasons) - SHOWN_REASONS),
    )


def confirm(request: HttpRequest, determination_id: uuid.UUID) -> HttpResponse:
    """Stand behind a proposal."""
    child_id = _child_of(request, determination_id)
    try:
        confirm_determination(request.actor, determination_id=determination_id)
    except (RecordError, AccessDenied) as refused:
        return _again(request, child_id, refused)
    return redirect("child", child_id=child_id)


def send_back(request: HttpRequest, determination_id: uuid.UUID) -> HttpResponse:
    """Return a proposal with a reason."""
    child_id, reason = _child_of(request, determination_id), request.POST.get("reason", "")
    try:
        return_determination(request.actor, determination_id=determination_id, reason=reason)
    except (RecordError, AccessDenied) as refused:
        return _again(request, child_id, refused, reason)
    return redirect("child", child_id=child_id)


def confirm_together(request: HttpRequest) -> HttpResponse:
    """Confirm the chosen proposals that say what was confirmed before; the others stay."""
    chosen = [one for one in (_uuid(text) for text in request.POST.getlist("determination")[:PAGE_SIZE]) if one]
    count = confirm_unchanged(request.actor, determination_ids=chosen)
    response = redirect("determinations")
    response["Location"] += f"?confirmed={count}"
    return response


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _child_of(request: HttpRequest, determination_id: uuid.UUID) -> uuid.UUID:
    """The child of a determination, if the actor may see it; 404 for every other id."""
    child_id = child_of_determination(determination_id)
    try:
        return get_person(request.actor, person_id=child_id, purpose=Purpose.DECIDE).id if child_id else _nowhere()
    except PersonNotFound as error:
        raise Http404 from error


def _nowhere() -> uuid.UUID:
    raise Http404


def _again(request: HttpRequest, child_id: uuid.UUID, refused: CiyouError, reason: str = "") -> HttpResponse:
    """The child's page with what was wrong and what was typed."""
    conflict = any(problem.code == "determination.moved_on" for problem in refused.problems)
    problems = tuple(sentences(refused.problems))
    return render_child(request, child_id, problems=problems, reason=reason, status=409 if conflict else 400)


def show_history(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """All determinations of a child with what came out otherwise each time."""
    actor, lang = request.actor, short_language()
    try:
        child = get_person(actor, person_id=child_id, purpose=Purpose.SERVE)
    except PersonNotFound as error:
        raise Http404 from error
    lines = determinations_of(actor, child_id=child_id, purpose=Purpose.SERVE)
    _disclose_lines(request, str(child_id), [child_id], lines)
    names = user_names(line.decided_by for line in lines if line.decided_by)
    book = load_rule_book(division=child.division, as_of=timezone.localdate())
    rules = _visible_rules(request, book)
    boxes = [box_of(line, rules, book, names, lang) for line in lines]
    content = {"child": child, "boxes": boxes, "seen_at": timezone.now()}
    return render(request, "web/pages/determination_history.html", content)


def show_determination(request: HttpRequest, determination_id: uuid.UUID) -> HttpResponse:
    """One determination, also an earlier one, told with the rules of its time."""
    lang = short_language()
    view = determination(request.actor, determination_id=determination_id, purpose=Purpose.SERVE)
    if view is None:
        raise Http404
    disclose(
        request,
        subject=str(view.child_id),
        person_ids=[str(view.child_id)],
        fields=("decisions", "circumstances"),
        highest_class=view.highest_class,
    )
    rules = {one.rule.code: one.rule for one in view.explanations}
    content = {
        "view": view,
        "determination": box_of(view.line, rules, view.book, user_names([view.line.decided_by]), lang),
        "due": due_of(view, lang),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/determination.html", content)


_CONFIRMS = {"action": Action.CONFIRM, "purpose": Purpose.DECIDE}
ROUTES = (
    Route("determinations/", show_waiting, "determinations", Access.PERSONAL, **_CONFIRMS),
    Route("determinations/confirm/", confirm_together, "confirm_determinations", Access.PERSONAL, ("POST",), **_CONFIRMS),
    Route("determinations/<uuid:determination_id>/", show_determination, "determination", Access.PERSONAL),
    Route("determinations/<uuid:determination_id>/confirm/", confirm, "confirm_determination", Access.PERSONAL, ("POST",), **_CONFIRMS),
    Route("determinations/<uuid:determination_id>/return/", send_back, "return_determination", Access.PERSONAL, ("POST",), **_CONFIRMS),
    Route("children/<uuid:child_id>/determinations/", show_history, "determination_history", Access.PERSONAL),
)  # fmt: skip
