"""The policy lab: a change of the law tried on children on file or drawn ones."""

from __future__ import annotations

from ciyou.core.access.roles import Action
from ciyou.web.guard import Access, Route
from ciyou.web.pages.lab import asking, showing

_READ, _WRITE, _TRY = ("GET", "HEAD"), ("POST",), Action.TRY_POLICY

ROUTES = (
    Route("lab/", showing.show_lab, "lab", Access.STAFF, _READ, _TRY),
    Route("lab/new/", asking.ask, "lab_new", Access.STAFF, _READ, _TRY),
    Route("lab/start/", asking.start, "lab_start", Access.STAFF, _WRITE, _TRY),
    Route("lab/<uuid:trial_id>/", showing.show_trial, "lab_trial", Access.STAFF, _READ, _TRY),
    Route("lab/<uuid:trial_id>/progress/", showing.show_trial_progress, "lab_progress", Access.STAFF, _READ, _TRY),
    Route("lab/<uuid:trial_id>/cancel/", showing.cancel, "lab_cancel", Access.STAFF, _WRITE, _TRY),
    Route("lab/<uuid:trial_id>/file/", showing.take_workbook, "lab_file", Access.STAFF, _READ, _TRY),
)
