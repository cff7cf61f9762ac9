"""服务机构名录: who offers what, and what the county keeps of each."""

from __future__ import annotations

from ciyou.core.access.roles import Action
from ciyou.web.guard import Access, Route
from ciyou.web.pages.providers import page

_GET, _POST = ("GET", "HEAD"), ("POST",)
_ONE = "providers/<uuid:provider_id>/"

ROUTES = (
    Route("providers/", page.show_providers, "providers", Access.STAFF, _GET, Action.SEE_PROVIDERS),
    Route("providers/new/", page.new_provider, "new_provider", Access.STAFF, (*_GET, *_POST), Action.KEEP_PROVIDERS),
    Route(_ONE, page.show_provider, "provider", Access.STAFF, _GET, Action.SEE_PROVIDERS),
    Route(_ONE + "correct/", page.correct_provider, "correct_provider", Access.STAFF, _POST, Action.KEEP_PROVIDERS),
    Route(_ONE + "visits/", page.add_visit, "add_quality_visit", Access.STAFF, _POST, Action.KEEP_PROVIDERS),
    Route(_ONE + "slots/", page.add_slots, "offer_slots", Access.STAFF, _POST, Action.KEEP_PROVIDERS),
)
