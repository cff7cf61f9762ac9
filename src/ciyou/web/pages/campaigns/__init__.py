"""心理筛查: campaigns of a county, how far each village is, the visit of a household, and what was seen at home beside what was answered."""

from __future__ import annotations

from ciyou.core.access.actor import Purpose
from ciyou.core.access.roles import Action
from ciyou.web.guard import Access, Route
from ciyou.web.pages.campaigns import opening, overview, readings, visiting

_GET, _BOTH, _POST = ("GET", "HEAD"), ("GET", "HEAD", "POST"), ("POST",)
_STAFF, _P, _S = Access.STAFF, Access.PERSONAL, Purpose.SERVE
_ONE, _HOME = "campaigns/<uuid:campaign_id>/", "campaigns/visits/<uuid:household_id>/"

ROUTES = (
    Route("campaigns/", overview.show_campaigns, "campaigns", _STAFF, _GET, Action.VISIT),
    Route("campaigns/new/", opening.new_campaign, "campaign_new", _STAFF, _BOTH, Action.OPEN_CAMPAIGN),
    Route(_ONE, overview.show_campaign, "campaign", _STAFF, _GET, Action.VISIT),
    Route(_ONE + "close/", overview.close, "campaign_close", _STAFF, _POST, Action.OPEN_CAMPAIGN),
    Route(_ONE + "readings/", readings.show_readings, "campaign_readings", _P, _GET, Action.VISIT, _S),
    Route(_HOME, visiting.show_visit, "campaign_visit", _P, _GET, Action.VISIT, _S),
    Route(_HOME + "unasked/", visiting.not_asked, "campaign_unasked", _P, _POST, Action.VISIT, _S),
)
