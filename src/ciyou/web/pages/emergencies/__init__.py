"""Aid where an emergency is: the list, registering, one of them, and its steps."""

from __future__ import annotations

from ciyou.core.access.actor import Purpose
from ciyou.core.access.roles import Action
from ciyou.web.guard import Access, Route
from ciyou.web.pages.emergencies import receipts, registering, showing, steps

_GET, _POST = ("GET", "HEAD"), ("POST",)
_P, _S, _SEE, _CROSS = Access.PERSONAL, Purpose.SERVE, Action.SEE_CROSSINGS, Action.CROSS
_ONE = "emergencies/<uuid:aid_id>/"

ROUTES = (
    Route("emergencies/", showing.show_emergencies, "emergencies", _P, _GET, _SEE, _S),
    Route("emergencies/new/", registering.register, "register_emergency", _P, (*_GET, *_POST), _CROSS, _S),
    Route(_ONE, showing.show_emergency, "emergency", _P, _GET, _SEE, _S),
    Route(_ONE + "decide/", steps.decide, "decide_emergency", _P, _POST, Action.DECIDE_APPLICATION, _S),
    Route(_ONE + "pay/", steps.pay, "pay_emergency", _P, _POST, _CROSS, _S),
    Route(_ONE + "complete/", steps.complete, "complete_emergency", _P, _POST, _CROSS, _S),
    Route(_ONE + "review/", steps.review, "review_emergency", _P, _POST, Action.CONFIRM, _S),
    Route(_ONE + "tell/", steps.tell, "tell_emergency", _P, _POST, _CROSS, _S),
    Route(_ONE + "code/", receipts.new_code, "renew_emergency_code", _P, _POST, _CROSS, _S),
    Route(_ONE + "slip/", receipts.slip, "emergency_slip", _P, _POST, _CROSS, _S),
    Route(_ONE + "note/", steps.note, "note_emergency", _P, _POST, _CROSS, _S),
)
