"""A county's staff as a file: looked at first, saved when somebody says so."""

from __future__ import annotations

import base64
import binascii

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ciyou.apps.accounts.services import save_staff
from ciyou.apps.accounts.staff_list import MOST_BYTES, WORDS, StaffLine, read_staff
from ciyou.core.errors import RecordError
from ciyou.web.account_wording import role_word
from ciyou.web.wording import Sentence, sentences

IMPORT = "web/pages/import_staff.html"
SHOWN_LINES = 200


def import_staff(request: HttpRequest) -> HttpResponse:
    """Choose the file, see every line with what is wrong with it, then ask for the accounts of the good ones.

    Between the two steps the file travels in the form: nothing of it is kept here before it is wanted.
    """
    if request.method != "POST":
        return render(request, IMPORT, {})
    try:
        content = _content(request)
        lines = read_staff(request.actor, content=content)
        bad = [line for line in lines if line.problems]
        if (request.POST.get("save") == "all" and not bad) or request.POST.get("save") == "good":
            save_staff(request.actor, lines=lines, reason=request.POST.get("reason", ""))
            return redirect("two_person_requests")
    except RecordError as refused:
        return render(request, IMPORT, {"problems": sentences(refused.problems)}, status=400)
    return _preview(request, content, lines, status=400 if bad else 200)


def staff_template(request: HttpRequest) -> HttpResponse:
    """The header of the file, ready to be filled in with a spreadsheet."""
    header = ",".join(WORDS)
    response = HttpResponse("\ufeff" + header + "\r\n", content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="staff.csv"'
    return response


def _content(request: HttpRequest) -> bytes:
    """The file just chosen, or the one that was looked at before."""
    sent = request.FILES.get("staff")
    if sent is not None:
        return sent.read(MOST_BYTES + 1)
    try:
        return base64.b64decode(request.POST.get("content", ""), validate=True)
    except binascii.Error:
        return b""


def _preview(request: HttpRequest, content: bytes, lines: tuple[StaffLine, ...], *, status: int) -> HttpResponse:
    shown = sorted(lines, key=lambda line: not line.problems)[:SHOWN_LINES]
    page = {
        "content": base64.b64encode(content).decode(),
        "rows": [(line, role_word(line.person.post.role), _words(line)) for line in shown],
        "good": sum(not line.problems for line in lines),
        "bad": sum(bool(line.problems) for line in lines),
        "reason": request.POST.get("reason", ""),
    }
    return render(request, IMPORT, page, status=status)


def _words(line: StaffLine) -> list[Sentence]:
    return sentences(line.problems)
