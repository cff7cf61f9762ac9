"""Applications that one place takes in and another decides on: the list, taking one in, one of them, and its steps."""

from __future__ import annotations

from ciyou.core.access.actor import Purpose
from ciyou.core.access.roles import Action
from ciyou.web.guard import Access, Route
from ciyou.web.pages.crossings import listing, one, steps, taking

_GET, _POST = ("GET", "HEAD"), ("POST",)
_P, _S, _SEE, _CROSS = Access.PERSONAL, Purpose.SERVE, Action.SEE_CROSSINGS, Action.CROSS
_ONE = "crossings/<uuid:crossing_id>/"

ROUTES = (
    Route("crossings/", listing.show_crossings, "crossings", _P, _GET, _SEE, _S),
    Route("crossings/new/", taking.take_crossing, "take_crossing", _P, (*_GET, *_POST), _CROSS, _S),
    Route(_ONE, one.show_crossing, "crossing", _P, _GET, _SEE, _S),
    Route(_ONE + "complete/", steps.complete, "complete_crossing", _P, _POST, _CROSS, _S),
    Route(_ONE + "send/", steps.send, "send_crossing", _P, _POST, _CROSS, _S),
    Route(_ONE + "correct/", steps.correct, "correct_crossing", _P, _POST, _CROSS, _S),
    Route(_ONE + "acknowledge/", steps.acknowledge, "acknowledge_crossing", _P, _POST, _CROSS, _S),
    Route(_ONE + "tell/", steps.tell, "tell_crossing", _P, _POST, _CROSS, _S),
    Route(_ONE + "withdraw/", steps.withdraw, "withdraw_crossing", _P, _POST, _CROSS, _S),
    Route(_ONE + "papers/", steps.add, "add_crossing_paper", _P, _POST, _CROSS, _S),
    Route(_ONE + "code/", taking.new_code, "renew_crossing_code", _P, _POST, _CROSS, _S),
    Route(_ONE + "slip/", taking.slip, "crossing_slip", _P, _POST, _CROSS, _S),
    Route("crossing-papers/<uuid:crossing_paper_id>/", steps.show_paper, "crossing_paper", _P, _GET, _SEE, _S),
)
