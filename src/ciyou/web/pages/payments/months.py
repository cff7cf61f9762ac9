"""The months of a county, one month with its steps, and the files that leave."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from ciyou.apps.accounts.selectors import user_names
from ciyou.apps.disbursement import runs
from ciyou.apps.disbursement.asked_hand_overs import ask_hand_over
from ciyou.apps.disbursement.handing import persons_in, take_file
from ciyou.apps.disbursement.month_views import RunView, months_of, read_month, series_here
from ciyou.apps.disbursement.refusals import NotFoundHere, no_step, no_wish
from ciyou.apps.disbursement.reissuing import mark_all_paid
from ciyou.apps.disbursement.runs import MonthWish, begin_month
from ciyou.apps.disbursement.tasks import compute_month, hand_over_month
from ciyou.core.access.roles import Action, may_do
from ciyou.core.awards.month import Month
from ciyou.core.errors import AccessDenied, CiyouError, Problem, RecordError
from ciyou.packs import load_finance_layouts
from ciyou.web import payment_wording as words
from ciyou.web.application_wording import month_words
from ciyou.web.context import short_language
from ciyou.web.guard import disclose
from ciyou.web.pages.applications.forms import day, key, month, text, version
from ciyou.web.wording import sentences

FIELDS = ("name", "identifier.id_card", "payee_account", "payments")


def show_months(request: HttpRequest) -> HttpResponse:
    """The months so far, and the form that begins one."""
    return _months(request, ())


def _months(request: HttpRequest, problems: tuple[Problem, ...]) -> HttpResponse:
    today = timezone.localdate()
    chosen = text(request, "month") or str(Month.of(today))
    content = {
        "months": [
            (card, words.SERIES.get(card.series, card.series), month_words(card.month), words.STATES[card.state])
            for card in months_of(request.actor)
        ],
        "series": [(code, words.SERIES.get(code, code)) for code in series_here(request.actor)],
        "drafts": may_do(request.actor.role, Action.DRAFT_PAYMENTS),
        "month_id": text(request, "run") or uuid.uuid4(),
        "month": chosen,
        "chosen_series": text(request, "series"),
        "cutoff": text(request, "cutoff_on") or today.isoformat(),
        "problems": sentences(problems),
    }
    return render(request, "web/pages/payments.html", content, status=422 if problems else 200)


def begin(request: HttpRequest) -> HttpResponse:
    """Open a month's draft; the worker computes it."""
    try:
        wanted, cutoff = month(request, "month"), day(request, "cutoff_on")
        if wanted is None or cutoff is None or text(request, "series") not in series_here(request.actor):
            raise no_wish()
        wish = MonthWish(key(request, "run"), text(request, "series"), wanted, cutoff)
        run_id = begin_month(request.actor, wish=wish, today=timezone.localdate())
    except AccessDenied:
        raise
    except CiyouError as problem:
        return _months(request, tuple(problem.problems))
    compute_month.enqueue(str(run_id))
    return redirect("month", month_id=run_id)


def show_month(request: HttpRequest, month_id: uuid.UUID) -> HttpResponse:
    """One month: where it stands, who did what, what may be done next."""
    return _month(request, month_id, ())


def _read(request: HttpRequest, month_id: uuid.UUID) -> RunView:
    try:
        return read_month(request.actor, run_id=month_id)
    except NotFoundHere as missing:
        raise Http404 from missing


def _month(request: HttpRequest, month_id: uuid.UUID, problems: tuple[Problem, ...]) -> HttpResponse:
    view, lang = _read(request, month_id), short_language()
    names = user_names({step.by for step in view.steps if step.by} | {one.by for one in view.hand_overs})
    content = {
        **_head(view),
        "steps": [(step, words.STEPS[step.code], names.get(step.by, "")) for step in view.steps],
        "states": [(words.PAYMENT_STATES[state], *sums, state) for state, sums in sorted(view.totals.by_state.items())],
        "kinds": [(words.KINDS[kind], fen) for kind, fen in view.totals.by_kind.items()],
        "holds": [(words.hold_words(reason), count, fen, reason) for reason, count, fen in view.holds],
        "changes": [(words.CHANGES[kind], *rest, kind) for kind, *rest in view.changes],
        "funding": [(words.FUNDERS[one.source], one.amount_fen) for one in view.funding],
        "hand_overs": [(one, names.get(one.by, ""), _files_of(one)) for one in view.hand_overs],
        "layouts": [(one.code, one.name(lang)) for one in load_finance_layouts(division=view.county).values()],
        "layout_note": next((one.note(lang) for one in load_finance_layouts(division=view.county).values()), ""),
        "may": (may := _may(request, view)),
        "waits_for": ""
        if view.asked.waiting or any(may[step] for step in _MAIN)
        else words.WAITS_FOR.get(view.card.state, ""),
        "typed": request.POST,
        "problems": sentences(problems or view.asked.problems),
    }
    return render(request, "web/pages/month.html", content, status=422 if problems else 200)


_MAIN = ("review", "approve", "again", "hand_over", "close")
"""The steps that take a month further: where the reader may take none of them, the page says who does."""


def _head(view: RunView) -> dict[str, object]:
    return {
        "view": view,
        "series_word": words.SERIES.get(view.card.series, view.card.series),
        "month_word": month_words(view.card.month),
        "state_word": words.STATES[view.card.state],
    }


def _files_of(one) -> list[tuple[str, object]]:
    collective = ["collective"] if one.has_collective else []
    return [(code, words.FILES[code]) for code in ("application", "roster", *collective)]


def _may(request: HttpRequest, view: RunView) -> dict[str, bool]:
    """Which steps this person may take now; a person who took one before takes no other."""
    role, me, state = request.actor.role, request.actor.id, view.card.state
    drafts, reviews, approves = (
        may_do(role, action) for action in (Action.DRAFT_PAYMENTS, Action.REVIEW_PAYMENTS, Action.APPROVE_PAYMENTS)
    )
    took = {step.by for step in view.steps[:3] if step.by}
    waiting = view.totals.count("planned") > 0
    return {
        "review": reviews and state == "drafted" and me not in took,
        "approve": approves and state == "reviewed" and me not in took,
        "return": (reviews or approves) and state in ("drafted", "reviewed", "approved"),
        "again": drafts and state == "returned",
        "cancel": (drafts or approves) and state in ("computing", "drafted", "returned", "reviewed", "approved"),
        "hand_over": (drafts or approves)
        and not view.asked.waiting
        and (state == "approved" or (state in ("handed", "settled") and waiting)),
        "take": drafts or approves,
        "all_paid": approves and state == "handed" and view.totals.count("sent") > 0,
        "close": (drafts or approves) and state == "settled",
        "own": me in took and state in ("drafted", "reviewed") and (reviews or approves),
    }


def progress(request: HttpRequest, month_id: uuid.UUID) -> HttpResponse:
    """The part of the page that asks again while the month is computed."""
    view = _read(request, month_id)
    if view.card.state != "computing" and not view.asked.waiting:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "web/components/month_progress.html", _head(view))


_STEPS = {
    "review": lambda request, run, at: runs.review_run(request.actor, run_id=run, version=at),
    "approve": lambda request, run, at: runs.approve_run(request.actor, run_id=run, version=at),
    "return": lambda request, run, at: runs.return_run(
        request.actor, run_id=run, version=at, reason=text(request, "reason")
    ),
    "again": lambda request, run, at: runs.draft_again(request.actor, run_id=run, version=at),
    "cancel": lambda request, run, at: runs.cancel_run(
        request.actor, run_id=run, version=at, reason=text(request, "reason")
    ),
    "hand_over": lambda request, run, at: ask_hand_over(
        request.actor, run_id=run, version=at, layout=text(request, "layout"), origin=request.META["REMOTE_ADDR"]
    ),
    "all_paid": lambda request, run, at: mark_all_paid(request.actor, run_id=run),
    "close": lambda request, run, at: runs.close_run(request.actor, run_id=run, version=at),
}


def step(request: HttpRequest, month_id: uuid.UUID) -> HttpResponse:
    """Take one step of a month."""
    _read(request, month_id)
    do = _STEPS.get(text(request, "step"))
    try:
        if do is None:
            raise no_step()
        do(request, month_id, version(request))
    except AccessDenied:
        raise
    except CiyouError as problem:
        return _month(request, month_id, tuple(problem.problems))
    if text(request, "step") == "again":
        compute_month.enqueue(str(month_id))
    if text(request, "step") == "hand_over":
        hand_over_month.enqueue(str(month_id))
    return redirect("month", month_id=month_id)


def take(request: HttpRequest, month_id: uuid.UUID) -> HttpResponse:
    """One file of a hand-over."""
    number = request.GET.get("number", "")
    if not number:
        _read(request, month_id)
        return redirect("month", month_id=month_id)
    if not (number.isascii() and number.isdigit() and len(number) < 4):
        raise Http404
    try:
        found = take_file(
            request.actor,
            run_id=month_id,
            number=int(number),
            which=request.GET.get("which", ""),
            origin=request.META["REMOTE_ADDR"],
        )
        persons = persons_in(request.actor, run_id=month_id, number=int(number))
    except NotFoundHere as missing:
        raise Http404 from missing
    except RecordError as problem:
        return _month(request, month_id, tuple(problem.problems))
    disclose(request, subject=str(month_id), person_ids=persons, fields=FIELDS, highest_class=found.highest_class)
    headers = {"Content-Disposition": f'attachment; filename="{found.name}"'}
    return HttpResponse(found.content, content_type=found.content_type, headers=headers)
