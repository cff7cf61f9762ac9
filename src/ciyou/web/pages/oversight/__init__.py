"""What is answered for: files opened in need, requests of those concerned, retention, figures."""

from __future__ import annotations

from ciyou.core.access.actor import Purpose
from ciyou.core.access.roles import Action
from ciyou.web.guard import Access, Route
from ciyou.web.pages.oversight import (
    complaints,
    copies,
    figures,
    openings,
    payment_figures,
    purges,
    statistics,
    subject_requests,
)

_READ, _WRITE, _BOTH = ("GET", "HEAD"), ("POST",), ("GET", "HEAD", "POST")
_ASKED = Purpose.SUBJECT_REQUEST

ROUTES = (
    Route("complaints/", complaints.show_complaints, "complaints", Access.STAFF, _BOTH),
    Route(
        "complaints/<uuid:complaint_id>/",
        complaints.answer,
        "answer_complaint",
        Access.STAFF,
        _WRITE,
        Action.ANSWER_COMPLAINT,
    ),
    Route(
        "children/<uuid:child_id>/break-glass/",
        openings.break_glass_page,
        "break_glass",
        Access.STAFF,
        _BOTH,
        Action.BREAK_GLASS,
        Purpose.PROTECT,
    ),
    Route(
        "openings/",
        openings.show_openings,
        "openings",
        Access.PERSONAL,
        _READ,
        Action.REVIEW_BREAK_GLASS,
        Purpose.SUPERVISE,
    ),
    Route(
        "openings/<uuid:glass_id>/review/",
        openings.review,
        "review_opening",
        Access.PERSONAL,
        _WRITE,
        Action.REVIEW_BREAK_GLASS,
        Purpose.SUPERVISE,
    ),
    Route("requests/", subject_requests.show_requests, "subject_requests", Access.PERSONAL, _READ, None, _ASKED),
    Route(
        "children/<uuid:child_id>/request/",
        subject_requests.receive,
        "receive_request",
        Access.PERSONAL,
        _BOTH,
        Action.SUBJECT_REQUEST,
        _ASKED,
    ),
    Route(
        "requests/<uuid:request_id>/", subject_requests.show, "subject_request", Access.PERSONAL, _READ, None, _ASKED
    ),
    Route(
        "requests/<uuid:request_id>/decide/",
        subject_requests.decide,
        "decide_request",
        Access.PERSONAL,
        _WRITE,
        Action.DECIDE_SUBJECT_REQUEST,
        _ASKED,
    ),
    Route(
        "requests/<uuid:request_id>/withdraw/",
        subject_requests.withdraw,
        "withdraw_request",
        Access.PERSONAL,
        _WRITE,
        Action.SUBJECT_REQUEST,
        _ASKED,
    ),
    Route(
        "requests/<uuid:request_id>/lift/",
        subject_requests.lift,
        "lift_restriction",
        Access.PERSONAL,
        _WRITE,
        Action.DECIDE_SUBJECT_REQUEST,
        _ASKED,
    ),
    Route("requests/<uuid:request_id>/copy/", copies.show_copy, "request_copy", Access.PERSONAL, _READ, None, _ASKED),
    Route(
        "requests/<uuid:request_id>/copy/file/", copies.make_copy, "make_copy", Access.PERSONAL, _WRITE, None, _ASKED
    ),
    Route("retention/", purges.show_retention, "retention", Access.STAFF, _READ, Action.PURGE),
    Route("retention/ask/", purges.ask, "ask_purge", Access.STAFF, _WRITE, Action.PURGE),
    Route("retention/<uuid:purge_id>/decide/", purges.decide, "decide_purge", Access.STAFF, _WRITE, Action.PURGE),
    Route("figures/", figures.show_figures, "figures", Access.STAFF, _READ, Action.SEE_FIGURES),
    Route(
        "figures/payments/",
        payment_figures.show_payment_figures,
        "payment_figures",
        Access.STAFF,
        _READ,
        Action.SEE_FIGURES,
    ),
    Route(
        "figures/payments/file/",
        payment_figures.take_payment_figures,
        "payment_figures_file",
        Access.STAFF,
        _READ,
        Action.SEE_FIGURES,
    ),
    Route("statistics/", statistics.show_statistics, "statistics", Access.STAFF, _READ, Action.SEE_PAYMENTS),
    Route("statistics/file/", statistics.take_statistics, "statistics_file", Access.STAFF, _READ, Action.SEE_PAYMENTS),
)
