"""One award's account: by month what was due, paid and is owed, and why; plans to take back, and waivers."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ciyou.apps.accounts.selectors import user_names
from ciyou.apps.disbursement.child_account import AwardAccount, account_of_award, award_of_recovery
from ciyou.apps.disbursement.recovering import RecoveryWish, decide_recovery, propose_recovery
from ciyou.apps.disbursement.refusals import NotFoundHere, no_recovery
from ciyou.core.access.roles import Action, may_do
from ciyou.core.awards.month import Month
from ciyou.core.errors import AccessDenied, CiyouError, Problem
from ciyou.web import application_wording, payment_wording
from ciyou.web.context import short_language
from ciyou.web.guard import disclose
from ciyou.web.pages.applications.forms import count, fen, found, key, month, text
from ciyou.web.wording import sentences

FIELDS = ("name", "award", "payments")


def show_account(request: HttpRequest, award_id: uuid.UUID) -> HttpResponse:
    """The account of one award."""
    return _account(request, award_id, ())


def _account(request: HttpRequest, award_id: uuid.UUID, problems: tuple[Problem, ...]) -> HttpResponse:
    account = found(lambda: account_of_award(request.actor, award_id=award_id, through=Month.of(timezone.localdate())))
    assert isinstance(account, AwardAccount)
    disclose(
        request,
        subject=str(award_id),
        person_ids=[str(account.child.id)],
        fields=FIELDS,
        highest_class=max(account.sensitivity, 3),
    )
    names = user_names({one.proposed_by for one in account.recoveries})
    role = request.actor.role
    content = {
        "view": account,
        "row": application_wording.award_row(account.line, short_language()),
        "sums": account,
        "months": [
            (
                application_wording.month_words(one.month.first_day),
                one,
                payment_wording.WHY.get(one.why, one.why),
                [
                    (application_wording.month_words(run), payment_wording.PAYMENT_STATES[state], amount)
                    for run, state, amount in one.paid_in
                ],
            )
            for one in account.months
        ],
        "recoveries": [
            (one, application_wording.month_words(one.first_month), names.get(one.proposed_by, ""), _result(one.result))
            for one in account.recoveries
        ],
        "proposes": may_do(role, Action.DRAFT_PAYMENTS) or may_do(role, Action.REVIEW_PAYMENTS),
        "decides": may_do(role, Action.REVIEW_PAYMENTS) or may_do(role, Action.APPROVE_PAYMENTS),
        "key": text(request, "key") or uuid.uuid4(),
        "this_month": str(Month.of(timezone.localdate())),
        "typed": request.POST,
        "problems": sentences(problems),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/award_account.html", content, status=422 if problems else 200)


def _result(result: str) -> str:
    said = {"": _("待决定"), "approved": _("已同意"), "refused": _("未同意"), "stopped": _("已停止")}
    return said.get(result, result)


def propose(request: HttpRequest, award_id: uuid.UUID) -> HttpResponse:
    """Propose a plan or a waiver."""
    try:
        kind, first = text(request, "recovery"), month(request, "first_month")
        if kind not in ("plan", "waiver") or first is None:
            raise no_recovery()
        percent = count(request, "most_percent") or None
        wish = RecoveryWish(
            key(request, "key"),
            award_id,
            kind,
            first,
            text(request, "reason"),
            most_fen=fen(request, "most") if kind == "plan" and percent is None else None,
            most_percent=percent if kind == "plan" else None,
            amount_fen=fen(request, "amount") if kind == "waiver" else None,
        )
        propose_recovery(request.actor, wish=wish)
    except NotFoundHere as missing:
        raise Http404 from missing
    except AccessDenied:
        raise
    except CiyouError as problem:
        return _account(request, award_id, tuple(problem.problems))
    return redirect("award_account", award_id=award_id)


def decide(request: HttpRequest, recovery_id: uuid.UUID) -> HttpResponse:
    """Approve or refuse a proposal of somebody else."""
    try:
        award_id = award_of_recovery(request.actor, recovery_id=recovery_id)
    except NotFoundHere as missing:
        raise Http404 from missing
    try:
        decide_recovery(request.actor, recovery_id=recovery_id, approve=text(request, "approve") == "1")
    except AccessDenied:
        raise
    except CiyouError as problem:
        return _account(request, award_id, tuple(problem.problems))
    return redirect("award_account", award_id=award_id)
