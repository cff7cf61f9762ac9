"""就学: school cases until the child is back, places at school where a child lives, and home-delivered schooling."""

from __future__ import annotations

from ciyou.core.access.actor import Purpose
from ciyou.core.access.roles import Action
from ciyou.web.guard import Access, Route
from ciyou.web.pages.schooling import answering, cases, child, figures, home, places

_GET, _POST = ("GET", "HEAD"), ("POST",)
_P, _S, _SEE = Access.PERSONAL, Purpose.SERVE, Action.SEE_SCHOOLING
_CASE, _PLACE = "schooling/case/<uuid:school_case_id>/", "schooling/places/<uuid:place_id>/"
_HOME = "schooling/home/<uuid:placement_id>/"

ROUTES = (
    Route("schooling/", cases.show_cases, "schooling", _P, _GET, _SEE, _S),
    Route(_CASE, cases.show_case, "school_case", _P, _GET, _SEE, _S),
    Route(_CASE + "step/", cases.take_step, "school_step", _P, _POST, _SEE, _S),
    Route(_CASE + "link/", cases.hand_link, "school_link", _P, _POST, Action.WORK_SCHOOLING, _S),
    Route("schooling/child/<uuid:child_id>/", child.show_child, "child_schooling", _P, _GET, Action.WORK_SCHOOLING, _S),
    Route("schooling/child/<uuid:child_id>/place/", child.ask, "ask_for_place", _P, _POST, Action.WORK_SCHOOLING, _S),
    Route(
        "schooling/child/<uuid:child_id>/placement/", child.place, "record_placement", _P, _POST, Action.DECIDE_SCHOOLING, _S
    ),
    Route("schooling/places/", places.show_places, "school_places", _P, _GET, _SEE, _S),
    Route(_PLACE, places.show_place, "school_place", _P, (*_GET, *_POST), _SEE, _S),
    Route("schooling/home/", home.show_home, "home_schooling", _P, _GET, _SEE, _S),
    Route(_HOME, home.show_placement, "placement", _P, (*_GET, *_POST), _SEE, _S),
    Route(
        "figures/schooling/", figures.show_figures, "schooling_figures", Access.STAFF, _GET, Action.SEE_FIGURES, Purpose.SUPERVISE
    ),
    Route("school-answer/<str:school_token>/", answering.answer, "school_answer", Access.OPEN, (*_GET, *_POST)),
)  # fmt: skip
"""The token of a link is all that stands in its address; it is written to no log (`config/log_lines.py`)."""
