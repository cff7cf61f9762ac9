"""发放: the months of a county, from the draft to the closed book, and what each child was due and paid."""

from __future__ import annotations

from ciyou.core.access.actor import Purpose
from ciyou.core.access.roles import Action
from ciyou.web.guard import Access, Route
from ciyou.web.pages.payments import account, lists, months, results

_GET, _POST = ("GET", "HEAD"), ("POST",)
_P, _S, _A, _PAY = Access.PERSONAL, Access.STAFF, Action, Purpose.PAY
_ONE = "payments/<uuid:month_id>/"

ROUTES = (
    Route("payments/", months.show_months, "payments", _S, _GET, _A.SEE_PAYMENTS),
    Route("payments/begin/", months.begin, "begin_month", _S, _POST, _A.DRAFT_PAYMENTS),
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
