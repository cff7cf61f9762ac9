"""The slip with which a family follows its emergency aid: shown once, printed, and given anew where it was lost."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from ciyou.apps.crossing.emergency import EmergencyReceipt
from ciyou.apps.crossing.emergency_receipts import print_emergency_slip, renew_emergency_code
from ciyou.apps.crossing.refusals import CrossingNotFound
from ciyou.core.errors import AccessDenied, CiyouError
from ciyou.web.guard import disclose
from ciyou.web.pages.applications.forms import text, version
from ciyou.web.pages.emergencies.showing import render_emergency

PERSONAL = 3
PDF = "application/pdf"


def show_receipt(request: HttpRequest, receipt: EmergencyReceipt) -> HttpResponse:
    """Number and code, this once; a form that came twice has no code any more and leads on."""
    if not receipt.code:
        return redirect("emergency", aid_id=receipt.id)
    disclose(request, subject=str(receipt.id), person_ids=[], fields=("emergency",), highest_class=PERSONAL)
    content = {
        "receipt": receipt,
        "spaced": f"{receipt.code[:4]} {receipt.code[4:]}",
        "follow": _follow_address(request),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/emergency_receipt.html", content)


def new_code(request: HttpRequest, aid_id: uuid.UUID) -> HttpResponse:
    """A new code where the slip was lost."""
    try:
        receipt = renew_emergency_code(request.actor, aid_id=aid_id, version=version(request))
    except CrossingNotFound as missing:
        raise Http404 from missing
    except AccessDenied:
        raise
    except CiyouError as problem:
        return render_emergency(request, aid_id, problem.problems)
    return show_receipt(request, receipt)


def slip(request: HttpRequest, aid_id: uuid.UUID) -> HttpResponse:
    """The slip on paper, for whoever has just been shown the code."""
    code = "".join(one for one in text(request, "code") if one.isdigit())
    try:
        document = print_emergency_slip(request.actor, aid_id=aid_id, code=code, address=_follow_address(request))
    except CrossingNotFound as missing:
        raise Http404 from missing
    if document is None:
        return redirect("emergency", aid_id=aid_id)
    disclose(request, subject=str(aid_id), person_ids=[], fields=("emergency",), highest_class=PERSONAL)
    headers = {"Content-Disposition": f'attachment; filename="receipt-{aid_id.hex[:8]}.pdf"'}
    return HttpResponse(document, content_type=PDF, headers=headers)


def _follow_address(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("follow"))
