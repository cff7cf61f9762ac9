"""发放: the months of a county, from the draft to the closed book, and what each child was due and paid."""

from __future__ import annotations

from ciyou.core.access.actor import Purpose
from ciyou.core.access.roles import Action
from ciyou.web.guard import Access, Route
from ciyou.web.pages.payments import account, collective, lists, months, results

_GET, _POST = ("GET", "HEAD"), ("POST",)
_P, _S, _A, _PAY = Access.PERSONAL, Access.STAFF, Action, Purpose.PAY
_ONE = "payments/<uuid:month_id>/"
_ALL = "payments/collective/"
_ACCOUNT = "payments/collective/<uuid:collective_id>/"

ROUTES = (
    Route("payments/", months.show_months, "payments", _S, _GET, _A.SEE_PAYMENTS),
    Route("payments/begin/", months.begin, "begin_month", _S, _POST, _A.DRAFT_PAYMENTS),
    Route(_ALL, collective.show_accounts, "collective_accounts", _S, _GET, _A.SEE_PAYMENTS),
    Route(_ALL + "record/", collective.record, "record_collective", _S, _POST, _A.DRAFT_PAYMENTS),
    Route(_ACCOUNT, collective.show_account, "collective_account", _P, _GET, _A.SEE_PAYMENTS, _PAY),
    Route(_ACCOUNT + "add/", collective.add, "put_on_collective", _P, _POST, _A.DRAFT_PAYMENTS, _PAY),
    Route(_ACCOUNT + "remove/", collective.remove, "take_off_collective", _P, _POST, _A.DRAFT_PAYMENTS, _PAY),
    Route(_ACCOUNT + "replace/", collective.replace, "replace_collective", _P, _POST, _A.DRAFT_PAYMENTS, _PAY),
    Route(_ACCOUNT + "end/", collective.end, "end_collective", _P, _POST, _A.DRAFT_PAYMENTS, _PAY),
    Route("children/<uuid:child_id>/collective/", collective.move_child, "move_to_collective", _P, _POST, _A.DRAFT_PAYMENTS, _PAY),
    Route(_ONE, months.show_month, "month", _S, _GET, _A.SEE_PAYMENTS),
    Route(_ONE + "progress/", months.progress, "month_progress", _S, _GET, _A.SEE_PAYMENTS),
    Route(_ONE + "step/", months.step, "month_step", _S, _POST, _A.SEE_PAYMENTS),
    Route(_ONE + "file/", months.take, "month_file", _P, _GET, _A.SEE_PAYMENTS, _PAY),
    Route(_ONE + "list/", lists.show_payments, "month_payments", _P, _GET, _A.SEE_PAYMENTS, _PAY),
    Route(_ONE + "holds/", lists.show_holds, "month_holds", _P, _GET, _A.SEE_PAYMENTS, _PAY),
    Route(_ONE + "changes/", lists.show_changes, "month_changes", _P, _GET, _A.SEE_PAYMENTS, _PAY),
    Route(_ONE + "results/", results.show_results, "month_results", _P, _GET, _A.SEE_PAYMENTS, _PAY),
    Route(_ONE + "results/import/", results.receive, "receive_result", _P, _POST, _A.SEE_PAYMENTS, _PAY),
    Route(_ONE + "results/failed/", results.deal_with, "deal_with_failed", _P, _POST, _A.SEE_PAYMENTS, _PAY),
    Route("result-problems/<uuid:result_problem_id>/", results.settle, "settle_problem", _P, _POST, _A.SEE_PAYMENTS, _PAY),
    Route("awards/<uuid:award_id>/account/", account.show_account, "award_account", _P, _GET, _A.SEE_PAYMENTS, _PAY),
    Route("awards/<uuid:award_id>/recovery/", account.propose, "propose_recovery", _P, _POST, _A.SEE_PAYMENTS, _PAY),
    Route("recoveries/<uuid:recovery_id>/decide/", account.decide, "decide_recovery", _P, _POST, _A.SEE_PAYMENTS, _PAY),
)  # fmt: skip
