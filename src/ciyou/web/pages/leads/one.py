"""One lead: how it stands, whose it is, and the step that the officer can take now."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from ciyou.apps.accounts.selectors import user_names
from ciyou.apps.cases.lead_access import LeadNotFound, lead_purpose
from ciyou.apps.cases.lead_lists import LeadLine, read_lead, rights_on
from ciyou.apps.cases.leads import return_to_queue, review_lead, settle_inquiry, settle_record
from ciyou.core.errors import RecordError
from ciyou.web.addresses import address_of
from ciyou.web.context import short_language
from ciyou.web.explaining import source_name
from ciyou.web.guard import disclose
from ciyou.web.pages.leads.listing import SHOWN_FIELDS, post_options, rows_of
from ciyou.web.wording import sentences
from ciyou.web.work_wording import task_name

_STEPS = {"new": "assign_lead", "assigned": "verify_lead", "visiting": "verify_lead", "reported": "review_lead"}


def show_lead(request: HttpRequest, lead_id: uuid.UUID) -> HttpResponse:
    """The lead's page."""
    return _render(request, lead_id)


def take_back(request: HttpRequest, lead_id: uuid.UUID) -> HttpResponse:
    """Put an assigned lead back into the queue."""
    lead = _find(request, lead_id)
    return_to_queue(request.actor, lead_ids=[lead.id])
    return redirect("lead", lead_id=lead_id)


def review(request: HttpRequest, lead_id: uuid.UUID) -> HttpResponse:
    """Accept the reported result, or send it back with a reason."""
    _find(request, lead_id)
    reason = request.POST.get("reason", "")
    try:
        review_lead(request.actor, lead_id=lead_id, accept=request.POST.get("decision") == "accept", reason=reason)
    except RecordError as refused:
        return _render(request, lead_id, refused=refused, reason=reason)
    return redirect("lead", lead_id=lead_id)


def skip_inquiry(request: HttpRequest, lead_id: uuid.UUID) -> HttpResponse:
    """Go on without asking departments: the reviewer decides."""
    lead = _find(request, lead_id)
    if lead.person_id is not None:
        settle_inquiry(request.actor, child_id=lead.person_id)
    return redirect("lead", lead_id=lead_id)


def settle(request: HttpRequest, lead_id: uuid.UUID) -> HttpResponse:
    """End a record that leads to no child."""
    _find(request, lead_id)
    reason = request.POST.get("reason", "")
    try:
        settle_record(request.actor, lead_id=lead_id, reason=reason)
    except RecordError as refused:
        return _render(request, lead_id, refused=refused, reason=reason)
    return redirect("lead", lead_id=lead_id)


def _find(request: HttpRequest, lead_id: uuid.UUID) -> LeadLine:
    try:
        return read_lead(request.actor, lead_id=lead_id)
    except LeadNotFound as error:
        raise Http404 from error


def _render(
    request: HttpRequest, lead_id: uuid.UUID, *, refused: RecordError | None = None, reason: str = ""
) -> HttpResponse:
    lead, actor = _find(request, lead_id), request.actor
    disclose(
        request,
        subject=str(lead.id),
        person_ids=[str(lead.person_id)] if lead.person_id else [],
        fields=SHOWN_FIELDS,
        highest_class=lead.highest_class,
        purpose=lead_purpose(actor),
    )
    (row,) = rows_of(actor, [lead], timezone.localdate())
    record, lang = dict(lead.record), short_language()
    rights = rights_on(actor, lead)
    content = {
        "row": row,
        "lead": lead,
        "rights": rights,
        "record": record,
        "roster": source_name(record["roster"], lang) if record.get("roster") else "",
        "step": task_name(_STEPS[lead.state], lead.division) if lead.state in _STEPS else "",
        "reporter": user_names([lead.reported_by]).get(lead.reported_by, "") if lead.reported_by else "",
        "posts": post_options(actor, lead.division) if rights.assign else (),
        "attached": lead.person_id is not None,
        "letters": address_of("letter_choices", child_id=lead.person_id) if rights.inquire else "",
        "problems": sentences(refused.problems) if refused else [],
        "reason": reason,
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/lead.html", content, status=409 if refused else 200)
