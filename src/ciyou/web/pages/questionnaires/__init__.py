"""Asking with a questionnaire: choosing one, filling it in, its result, and the page of a child who must be seen today."""

from __future__ import annotations

from ciyou.core.access.actor import Purpose
from ciyou.core.access.roles import Action
from ciyou.web.guard import Access, Route
from ciyou.web.pages.questionnaires import choosing, filling, seeing, showing

_GET, _BOTH = ("GET", "HEAD"), ("GET", "HEAD", "POST")
_P, _S = Access.PERSONAL, Purpose.SERVE
_CHILD, _ONE = "children/<uuid:child_id>/questionnaires/", "questionnaires/<uuid:filled_id>/"

ROUTES = (
    Route(_CHILD, choosing.show_questionnaires, "questionnaires", _P, _GET, purpose=_S),
    Route(_CHILD + "<slug:instrument>/", filling.fill, "fill_questionnaire", _P, _BOTH, Action.VISIT, _S),
    Route(_ONE, showing.show_result, "filled_questionnaire", _P, _GET, purpose=_S),
    Route(_ONE + "today/", seeing.see_today, "see_child_today", _P, _BOTH, purpose=_S),
)
