"""转介: referring a child and back, the list with its days per hop, and the page that a receiver without an account answers on."""

from __future__ import annotations

from ciyou.core.access.actor import Purpose
from ciyou.core.access.roles import Action
from ciyou.web.guard import Access, Route
from ciyou.web.pages.referrals import answering, listing, one, writing

_GET, _POST = ("GET", "HEAD"), ("POST",)
_P, _S, _SEE, _REFER = Access.PERSONAL, Purpose.SERVE, Action.SEE_REFERRALS, Action.REFER
_ONE = "referrals/<uuid:referral_id>/"

ROUTES = (
    Route("referrals/", listing.show_referrals, "referrals", _P, _GET, _SEE, _S),
    Route("referrals/child/<uuid:child_id>/", writing.refer, "refer", _P, (*_GET, *_POST), _REFER, _S),
    Route(_ONE, one.show_referral, "referral", _P, _GET, _SEE, _S),
    Route(_ONE + "step/", one.take_step, "referral_step", _P, _POST, _SEE, _S),
    Route(_ONE + "link/", one.hand_link, "referral_link", _P, _POST, _REFER, _S),
    Route("answer/<str:answer_token>/", answering.answer, "answer", Access.OPEN, (*_GET, *_POST)),
)
"""The token of a link is all that stands in its address; it is written to no log (`config/log_lines.py`)."""
