"""The registry of all addresses. A page that does not stand here does not exist."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import URLPattern, path
from django.views.i18n import set_language

from ciyou.web.guard import Access, Route, guarded
from ciyou.web.pages import child, health, home, leads, screenings, styleguide

POST = ("POST",)

ROUTES: tuple[Route, ...] = (
    Route("", home.show_home, "home", Access.STAFF),
    Route("screenings/upload/", home.upload_rosters, "upload_rosters", Access.STAFF, POST),
    Route("screenings/demo/", home.screen_demo, "screen_demo", Access.STAFF, POST),
    Route("screenings/<uuid:run_id>/", screenings.show_screening, "screening", Access.STAFF),
    Route("screenings/<uuid:run_id>/progress/", screenings.show_progress, "screening_progress", Access.STAFF),
    Route("screenings/<uuid:run_id>/cancel/", screenings.cancel, "cancel_screening", Access.STAFF, POST),
    Route("screenings/<uuid:run_id>/again/", screenings.run_again, "screen_again", Access.STAFF, POST),
    Route("screenings/<uuid:run_id>/rejected/", screenings.show_rejected, "rejected", Access.STAFF),
    Route("screenings/<uuid:run_id>/leads/", leads.show_leads, "leads", Access.PERSONAL, ("GET", "HEAD", "POST")),
    Route("screenings/<uuid:run_id>/children/<slug:person_id>/", child.show_child, "child", Access.PERSONAL),
    Route("styleguide/", styleguide.show_styleguide, "styleguide", Access.OPEN),
    Route("language/", set_language, "set_language", Access.OPEN, POST),
    Route("livez", health.live, "livez", Access.OPEN),
    Route("readyz", health.ready, "readyz", Access.OPEN),
)


def urlpatterns_of(routes: Iterable[Route]) -> list[URLPattern]:
    """The routes as Django wants them, each behind its guard."""
    return [path(route.path, guarded(route), name=route.name) for route in routes]
