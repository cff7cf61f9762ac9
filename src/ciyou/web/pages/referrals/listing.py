"""The list of referrals, late ones first, with the days of each hop."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from ciyou.apps.partners.lists import EVERYTHING, LATE, PAGE, hop_figures, list_referrals
from ciyou.core.access.roles import Action, may_do
from ciyou.web import referral_wording as words
from ciyou.web.guard import disclose
from ciyou.web.pages.applications.listing import page_number

LIST_FIELDS = ("name", "referral")
PERSONAL = 3


def show_referrals(request: HttpRequest) -> HttpResponse:
    """What the area sent, or what came to the provider that the reader speaks for."""
    actor, number = request.actor, page_number(request)
    show = request.GET.get("show", "") if request.GET.get("show", "") in (LATE, EVERYTHING) else ""
    page = list_referrals(actor, show=show, page=number)
    people = [str(line.child_id) for line in page.lines if line.child_id]
    highest = max([PERSONAL, *(line.sensitivity for line in page.lines if not line.hidden)])
    disclose(request, subject="referrals", person_ids=people, fields=LIST_FIELDS, highest_class=highest)
    content = {
        "rows": words.referral_rows(page.lines, timezone.localdate()),
        "figures": words.figure_rows(hop_figures(actor)),
        "total": page.total,
        "late": page.late,
        "show": show,
        "receives": may_do(actor.role, Action.ANSWER_REFERRAL),
        "sees_providers": may_do(actor.role, Action.SEE_PROVIDERS),
        "page": number,
        "pages": max(1, -(-page.total // PAGE)),
        "previous": number - 1,
        "next": number + 1,
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/referrals.html", content)
