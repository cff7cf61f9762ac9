"""The slip with which a family follows its emergency aid: shown once, printed, and given anew where it was lost."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ciyou.apps.awards.receiving import Receipt
from ciyou.apps.crossing.emergency_receipts import print_emergency_slip, renew_emergency_code
from ciyou.apps.crossing.refusals import CrossingNotFound
from ciyou.core.errors import AccessDenied, CiyouError
from ciyou.web.guard import disclose
from ciyou.web.pages.applications.forms import version
from ciyou.web.pages.applications.slips import follow_address, receipt_content, slip_response, told_code
from ciyou.web.pages.emergencies.showing import render_emergency

PERSONAL = 3


def show_receipt(request: HttpRequest, receipt: Receipt) -> HttpResponse:
    """Number and code, this once; a form that came twice has no code any more and leads on."""
    if not receipt.code:
        return redirect("emergency", aid_id=receipt.id)
    disclose(request, subject=str(receipt.id), person_ids=[], fields=("emergency",), highest_class=PERSONAL)
    return render(request, "web/pages/emergency_receipt.html", receipt_content(request, receipt))


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
    code = told_code(request)
    try:
        document = print_emergency_slip(request.actor, aid_id=aid_id, code=code, address=follow_address(request))
    except CrossingNotFound as missing:
        raise Http404 from missing
    if document is None:
        return redirect("emergency", aid_id=aid_id)
    disclose(request, subject=str(aid_id), person_ids=[], fields=("emergency",), highest_class=PERSONAL)
    return slip_response(document, aid_id)
