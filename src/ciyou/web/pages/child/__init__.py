"""One child, one page."""

from __future__ import annotations

from ciyou.core.access.actor import Purpose
from ciyou.core.access.roles import Action
from ciyou.web.guard import Access, Route
from ciyou.web.pages.child import page

ROUTES = (
    Route("children/<uuid:child_id>/", page.show_child, "child", Access.PERSONAL, purpose=Purpose.SERVE),
    Route("children/<uuid:child_id>/happening/", page.show_happening, "happening", Access.PERSONAL),
    Route(
        "children/<uuid:child_id>/awards/",
        page.show_awarded,
        "child_awards",
        Access.PERSONAL,
        action=Action.SEE_APPLICATIONS,
        purpose=Purpose.SERVE,
    ),
    Route("determinations/<uuid:determination_id>/why/<int:number>/", page.show_why, "why", Access.PERSONAL),
    Route("children/screened/<slug:linkage_id>/", page.show_screened, "screened_child", Access.PERSONAL),
)
