"""Leads: the list with its filters, one lead with its steps, handing them out, and how the villages stand."""

from __future__ import annotations

from ciyou.core.access.actor import Purpose
from ciyou.core.access.roles import Action
from ciyou.web.guard import Access, Route
from ciyou.web.pages.leads import assigning, caseloads, listing, one, records, sharing

_READ, _BOTH, _WRITE = ("GET", "HEAD"), ("GET", "HEAD", "POST"), ("POST",)
_WHY = Purpose.SERVE

ROUTES = (
    Route("leads/", listing.show_leads, "leads", Access.PERSONAL, _BOTH, None, _WHY),
    Route("leads/assign/", assigning.assign, "assign_leads", Access.PERSONAL, _WRITE, Action.ASSIGN, _WHY),
    Route("leads/undo/", assigning.undo, "undo_assignment", Access.PERSONAL, _WRITE, Action.ASSIGN, _WHY),
    Route("leads/distribution/", sharing.show_distribution, "distribution", Access.STAFF, _READ, Action.ASSIGN),
    Route("leads/distribution/all/", sharing.share_all, "distribute_leads", Access.STAFF, _WRITE, Action.ASSIGN),
    Route("leads/caseloads/", caseloads.show_caseloads, "caseloads", Access.STAFF, _READ, Action.ASSIGN),
    Route("leads/caseloads/<uuid:post_id>/", caseloads.change_hands, "hand_over", Access.PERSONAL, _BOTH, Action.ASSIGN, _WHY),
    Route("leads/handed-over/<uuid:notice_id>/", caseloads.show_notice, "handed_over", Access.STAFF, _BOTH),
    Route("leads/records/<uuid:record_id>/", records.show_record, "record", Access.PERSONAL, _BOTH, Action.VISIT, _WHY),
    Route("leads/records/<uuid:record_id>/child/", records.attach, "attach_record", Access.PERSONAL, _WRITE, Action.VISIT, _WHY),
    Route("leads/records/<uuid:record_id>/new-child/", records.register, "register_for_record", Access.PERSONAL, _WRITE, Action.VISIT, _WHY),
    Route("leads/records/<uuid:record_id>/no-child/", records.report_nobody, "report_record", Access.PERSONAL, _WRITE, Action.VISIT, _WHY),
    Route("leads/<uuid:lead_id>/", one.show_lead, "lead", Access.PERSONAL, _READ, None, _WHY),
    Route("leads/<uuid:lead_id>/take-back/", one.take_back, "take_lead_back", Access.PERSONAL, _WRITE, Action.ASSIGN, _WHY),
    Route("leads/<uuid:lead_id>/review/", one.review, "review_lead", Access.PERSONAL, _WRITE, Action.REVIEW, _WHY),
    Route("leads/<uuid:lead_id>/no-inquiry/", one.skip_inquiry, "skip_inquiry", Access.PERSONAL, _WRITE, Action.INQUIRE, _WHY),
    Route("leads/<uuid:lead_id>/settle/", one.settle, "settle_record", Access.PERSONAL, _WRITE, Action.ASSIGN, _WHY),
)  # fmt: skip
