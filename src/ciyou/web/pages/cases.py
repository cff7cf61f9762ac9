"""一事一议: what people decide of a child where the rules leave it open; one drafts, another decides."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy

from ciyou.apps.accounts.selectors import user_names
from ciyou.apps.entitlements.case_deciding import (
    LEAST_REASON,
    LONGEST,
    REASON_LENGTH,
    CaseNotFound,
    CaseWish,
    decide_case,
    draft_case,
    end_case,
)
from ciyou.apps.entitlements.case_reading import CaseFile, CaseView, cases_of_child, one_case
from ciyou.apps.registry.selectors import EvidenceCard, PersonCard, PersonNotFound, list_evidence
from ciyou.core.access.actor import Purpose
from ciyou.core.access.roles import Action, may_do
from ciyou.core.clock.months import add_months
from ciyou.core.errors import AccessDenied, CiyouError, Problem
from ciyou.packs import load_limits, load_rule_titles
from ciyou.web.context import short_language
from ciyou.web.guard import Access, Route, disclose
from ciyou.web.wording import sentences

STANDS = {
    "drafted": gettext_lazy("等待另一人决定"),
    "counts": gettext_lazy("有效"),
    "due": gettext_lazy("已到期，等待复议"),
    "refused": gettext_lazy("未予同意"),
    "ended": gettext_lazy("已结束"),
}
FIELDS = ("name", "cases", "evidence")


def show_cases(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """What was decided of a child case by case; POST drafts a decision."""
    found = _file(request, child_id)
    if request.method != "POST":
        return _show(request, found, {}, ())
    typed = {name: text for name, text in request.POST.items() if isinstance(text, str)}
    try:
        case_id = draft_case(request.actor, child_id=found.child.id, wish=_wish(request, typed))
    except AccessDenied:
        raise
    except CiyouError as problem:
        return _show(request, found, typed, tuple(problem.problems))
    return redirect("case", case_id=case_id)


def show_case(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """One decision; POST decides it."""
    child, case = _case(request, case_id)
    if request.method != "POST":
        return _show_one(request, child, case, "", ())
    words = request.POST.get("words", "")
    try:
        decide_case(
            request.actor,
            case_id=case.id,
            version=_version(request),
            accepted=request.POST.get("accept") == "1",
            words=words,
        )
    except CiyouError as problem:
        return _show_one(request, child, case, words, tuple(problem.problems))
    return redirect("case", case_id=case.id)


def end(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """End a standing decision with a reason."""
    (child, case), words = _case(request, case_id), request.POST.get("words", "")
    try:
        end_case(request.actor, case_id=case.id, version=_version(request), words=words)
    except CiyouError as problem:
        return _show_one(request, child, case, words, tuple(problem.problems))
    return redirect("case", case_id=case.id)


def _file(request: HttpRequest, child_id: uuid.UUID) -> CaseFile:
    try:
        return cases_of_child(request.actor, child_id=child_id)
    except PersonNotFound as missing:
        raise Http404 from missing


def _case(request: HttpRequest, case_id: uuid.UUID) -> tuple[PersonCard, CaseView]:
    try:
        return one_case(request.actor, case_id=case_id)
    except CaseNotFound as missing:
        raise Http404 from missing


def _wish(request: HttpRequest, typed: dict[str, str]) -> CaseWish:
    today = timezone.localdate()
    chosen = (_uuid(text) for text in request.POST.getlist("evidence"))
    return CaseWish(
        id=_uuid(typed.get("case_id", "")) or uuid.uuid4(),
        rule=typed.get("rule", ""),
        holds={"yes": True, "no": False}.get(typed.get("holds", "")),
        first=_day(typed.get("first", "")) or today,
        until=_day(typed.get("until", "")) or today,
        reasons=typed.get("reasons", ""),
        evidence=tuple(one for one in chosen if one is not None),
    )


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0


def _show(request: HttpRequest, found: CaseFile, typed: dict[str, str], problems: tuple[Problem, ...]) -> HttpResponse:
    child, lang, today = found.child, short_language(), timezone.localdate()
    months = load_limits()[LONGEST].value
    _disclose(request, child.id)
    asked = typed.get("rule") or request.GET.get("rule", "")
    content = {
        "child": child,
        "cases": [_shown(case, lang) for case in found.cases],
        "rules": [(rule.code, rule.name(lang)) for rule in found.open_rules],
        "asked": asked,
        "drafts": may_do(request.actor.role, Action.DRAFT_DECISION),
        "evidence": _evidence(request, child.id),
        "chosen": request.POST.getlist("evidence"),
        "typed": typed,
        "case_id": typed.get("case_id") or uuid.uuid4(),
        "first": typed.get("first") or today.isoformat(),
        "until": typed.get("until") or add_months(today, months).isoformat(),
        "today": today.isoformat(),
        "latest": add_months(today, months).isoformat(),
        "months": months,
        "least": LEAST_REASON,
        "longest": REASON_LENGTH,
        "problems": sentences(problems),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/cases.html", content, status=422 if problems else 200)


def _show_one(
    request: HttpRequest, child: PersonCard, case: CaseView, words: str, problems: tuple[Problem, ...]
) -> HttpResponse:
    lang = short_language()
    _disclose(request, child.id)
    decides = may_do(request.actor.role, Action.CONFIRM)
    content = {
        "child": child,
        "one": _shown(case, lang),
        "case": case,
        "evidence": [one for one in _evidence(request, child.id) if str(one.id) in case.evidence]
        if case.evidence
        else [],
        "decides": decides and case.stands == "drafted" and not case.own,
        "ends": decides and case.stands in ("counts", "due"),
        "renews": may_do(request.actor.role, Action.DRAFT_DECISION) and case.stands in ("counts", "due"),
        "words": words,
        "least": LEAST_REASON,
        "longest": REASON_LENGTH,
        "problems": sentences(problems),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/case.html", content, status=422 if problems else 200)


def _evidence(request: HttpRequest, child_id: uuid.UUID) -> tuple[EvidenceCard, ...]:
    return list_evidence(request.actor, person_id=child_id, purpose=Purpose.DECIDE)


def _disclose(request: HttpRequest, child_id: uuid.UUID) -> None:
    disclose(request, subject=str(child_id), person_ids=[str(child_id)], fields=FIELDS, highest_class=4)


def _shown(case: CaseView, lang: str) -> dict[str, Any]:
    names = user_names([one for one in (case.drafted_by, case.decided_by) if one])
    titles = load_rule_titles().get(case.rule)
    return {
        "case": case,
        "rule": (titles.en if lang == "en" else titles.zh) if titles else case.rule,
        "stands": STANDS[case.stands],
        "drafted_by": names.get(case.drafted_by, ""),
        "decided_by": names.get(case.decided_by, ""),
    }


_OF_CHILD = {"purpose": Purpose.DECIDE}
ROUTES = (
    Route("children/<uuid:child_id>/cases/", show_cases, "child_cases", Access.PERSONAL, ("GET", "HEAD", "POST"), **_OF_CHILD),
    Route("cases/<uuid:case_id>/", show_case, "case", Access.PERSONAL, ("GET", "HEAD", "POST"), **_OF_CHILD),
    Route("cases/<uuid:case_id>/end/", end, "end_case", Access.PERSONAL, ("POST",), Action.CONFIRM, **_OF_CHILD),
)  # fmt: skip
