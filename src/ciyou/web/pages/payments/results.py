"""What came back from finance: a file imported, failures dealt with, lines that could not be taken, and whether it adds up."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ciyou.apps.accounts.selectors import division_names
from ciyou.apps.disbursement.month_views import problem_month, read_results
from ciyou.apps.disbursement.refusals import NotFoundHere, file_too_large, no_file, none_chosen
from ciyou.apps.disbursement.reissuing import give_back_payments, reissue_payments
from ciyou.apps.disbursement.result_lines import LARGEST_BYTES, PROBLEMS
from ciyou.apps.disbursement.results import receive_result, settle_problem
from ciyou.apps.disbursement.tasks import take_result_file
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import AccessDenied, CiyouError, Problem
from ciyou.web.context import short_language
from ciyou.web.pages.applications.forms import text
from ciyou.web.pages.payments.lists import disclose_people, head, month_of, shown
from ciyou.web.wording import sentences


def show_results(request: HttpRequest, month_id: uuid.UUID) -> HttpResponse:
    """The results of a month."""
    return _results(request, month_id, ())


def _results(
    request: HttpRequest, month_id: uuid.UUID, problems: tuple[Problem, ...], told: tuple[int, int] | None = None
) -> HttpResponse:
    english = short_language() == "en"
    try:
        found = read_results(request.actor, run_id=month_id)
    except NotFoundHere as missing:
        raise Http404 from missing
    totals = found.totals
    disclose_people(request, month_id, found.failed)
    names = division_names({row.division for row in found.failed})
    content = {
        **head(found.card),
        "totals": totals,
        "files": found.files,
        "balance": {
            state: totals.fen(state) for state in ("paid", "reissued", "returned", "failed", "sent", "planned")
        },
        "failed": [shown(row, names) for row in found.failed],
        "failed_total": totals.count("failed"),
        "problem_lines": [(row, PROBLEMS[row.code][1 if english else 0]) for row in found.problems],
        "imports": may_do(request.actor.role, Action.DRAFT_PAYMENTS)
        or may_do(request.actor.role, Action.APPROVE_PAYMENTS),
        "reissues": may_do(request.actor.role, Action.DRAFT_PAYMENTS),
        "reading": any(not one.done for one in found.files),
        "told": told,
        "typed": request.POST,
        "problems": sentences(problems),
    }
    return render(request, "web/pages/month_results.html", content, status=422 if problems else 200)


def receive(request: HttpRequest, month_id: uuid.UUID) -> HttpResponse:
    """Take a result file; the worker reads it."""
    month_of(request, month_id)
    sent = request.FILES.get("file")
    try:
        if sent is None:
            raise no_file()
        if sent.size > LARGEST_BYTES:
            raise file_too_large()
        file_id = receive_result(request.actor, run_id=month_id, name=sent.name, content=sent.read())
    except AccessDenied:
        raise
    except CiyouError as problem:
        return _results(request, month_id, tuple(problem.problems))
    take_result_file.enqueue(str(file_id))
    return redirect("month_results", month_id=month_id)


def deal_with(request: HttpRequest, month_id: uuid.UUID) -> HttpResponse:
    """Send failed payments again, or give them back."""
    month_of(request, month_id)
    try:
        chosen = [uuid.UUID(one) for one in request.POST.getlist("payment")]
    except ValueError as error:
        raise Http404 from error
    try:
        if not chosen:
            raise none_chosen()
        if text(request, "do") == "give_back":
            give_back_payments(request.actor, run_id=month_id, payment_ids=chosen, reason=text(request, "reason"))
            return redirect("month_results", month_id=month_id)
        told = reissue_payments(request.actor, run_id=month_id, payment_ids=chosen)
    except AccessDenied:
        raise
    except CiyouError as problem:
        return _results(request, month_id, tuple(problem.problems))
    return _results(request, month_id, (), told)


def settle(request: HttpRequest, result_problem_id: uuid.UUID) -> HttpResponse:
    """Say how a line was dealt with."""
    try:
        month_id = problem_month(request.actor, problem_id=result_problem_id)
        settle_problem(request.actor, problem_id=result_problem_id, note=text(request, "note"))
    except NotFoundHere as missing:
        raise Http404 from missing
    except AccessDenied:
        raise
    except CiyouError as problem:
        return _results(request, month_id, tuple(problem.problems))
    return redirect("month_results", month_id=month_id)
