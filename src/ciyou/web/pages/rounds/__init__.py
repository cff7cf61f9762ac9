"""复核: rounds of a county, who is due in them, and what ends soon."""

from __future__ import annotations

from ciyou.core.access.actor import Purpose
from ciyou.core.access.roles import Action
from ciyou.web.guard import Access, Route
from ciyou.web.pages.rounds import households, overview, warnings

_GOES = {"action": Action.VISIT, "purpose": Purpose.VERIFY}
ROUTES = (
    Route("rounds/", overview.show_rounds, "rounds", Access.STAFF, action=Action.VISIT),
    Route("rounds/open/", overview.start, "open_round", Access.STAFF, ("POST",), Action.OPEN_ROUND),
    Route("rounds/due/", households.show_due, "round_due", Access.PERSONAL, **_GOES),
    Route("rounds/<uuid:round_id>/", overview.show_round, "round", Access.STAFF, action=Action.VISIT),
    Route("rounds/child/<uuid:child_id>/no-change/", households.no_change, "round_no_change", Access.PERSONAL, ("POST",), **_GOES),
    Route("warnings/", warnings.show_warnings, "warnings", Access.PERSONAL, **_GOES),
    Route("warnings/<uuid:task_id>/", warnings.seen_to, "see_to_warning", Access.PERSONAL, ("POST",), **_GOES),
)  # fmt: skip
