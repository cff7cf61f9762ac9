"""Evidence files of a child: the list, the upload, and one file as a download with a record."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ciyou.apps.accounts.selectors import user_names
from ciyou.apps.registry.selectors import PersonNotFound, get_person, list_evidence, open_evidence
from ciyou.apps.registry.services import store_evidence
from ciyou.core.access.actor import Purpose
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import CiyouError
from ciyou.web.context import short_language
from ciyou.web.guard import Access, Route, disclose
from ciyou.web.receiving import sent_file

ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


def show_evidence(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """The files on a child's record; POST keeps another one."""
    if request.method != "POST":
        return _show(request, child_id)
    if not may_do(request.actor.role, Action.RECORD_FACTS):
        raise Http404
    try:
        store_evidence(
            request.actor,
            key=_key(request),
            person_id=child_id,
            title=request.POST.get("title", ""),
            content=sent_file(request, "file"),
            sensitivity=3 if request.POST.get("sensitivity") == "3" else 4,
        )
    except PersonNotFound as error:
        raise Http404 from error
    except CiyouError as refused:
        fault = refused.problems[0].en if short_language() == "en" else refused.problems[0].zh
        return _show(request, child_id, fault=fault, title=request.POST.get("title", ""))
    return redirect("evidence", child_id=child_id)


def _key(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid.uuid4()


def _show(request: HttpRequest, child_id: uuid.UUID, *, fault: str = "", title: str = "") -> HttpResponse:
    try:
        child = get_person(request.actor, person_id=child_id, purpose=Purpose.SERVE)
        cards = list_evidence(request.actor, person_id=child_id, purpose=Purpose.SERVE)
    except PersonNotFound as error:
        raise Http404 from error
    highest = max((card.sensitivity for card in cards), default=3)
    disclose(request, subject=str(child_id), person_ids=[str(child_id)], fields=("evidence",), highest_class=highest)
    names = user_names(card.recorded_by for card in cards)
    content: dict[str, Any] = {
        "child": child,
        "rows": [
            (card, ENDINGS[card.media_type].upper(), -(-card.bytes // 1024), names.get(card.recorded_by, _("本系统")))
            for card in cards
        ],
        "can_upload": may_do(request.actor.role, Action.RECORD_FACTS),
        "key": uuid.uuid4(),
        "fault": fault,
        "typed_title": title,
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/evidence.html", content)


def show_evidence_file(request: HttpRequest, evidence_id: uuid.UUID) -> HttpResponse:
    """One file as a download; its name says nothing about anybody."""
    try:
        opened = open_evidence(request.actor, evidence_id=evidence_id, purpose=Purpose.SERVE)
    except PersonNotFound as error:
        raise Http404 from error
    disclose(
        request,
        subject=str(evidence_id),
        person_ids=[str(opened.card.person_id)],
        fields=("evidence_file",),
        highest_class=opened.card.sensitivity,
    )
    response = HttpResponse(opened.content, content_type=opened.card.media_type)
    name = f"evidence-{str(evidence_id)[:8]}.{ENDINGS[opened.card.media_type]}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


ROUTES = (
    Route("children/<uuid:child_id>/evidence/", show_evidence, "evidence", Access.PERSONAL, ("GET", "HEAD", "POST")),
    Route("evidence/<uuid:evidence_id>/", show_evidence_file, "evidence_file", Access.PERSONAL),
)
