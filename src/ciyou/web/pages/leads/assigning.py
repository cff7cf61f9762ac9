"""Handing leads out: those ticked, or all of a filter; undone with one tap as long as nobody has begun."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from ciyou.apps.accounts.selectors import post_card
from ciyou.apps.cases.lead_lists import LeadQuery, chosen_ids
from ciyou.apps.cases.leads import assign_leads, undo_assignment
from ciyou.core.errors import Place, Problem, RecordError
from ciyou.web.pages.leads.listing import NOTICE, render_list
from ciyou.web.pages.leads.query import address_query, is_uuid, read_query


def assign(request: HttpRequest) -> HttpResponse:
    """Give the chosen leads to a post; sent twice, the second time changes nothing."""
    query = read_query(QueryDict(request.POST.get("query", "")), name=request.POST.get("name", ""))
    chosen = [one for one in request.POST.getlist("lead") if is_uuid(one)]
    if request.POST.get("all") == "1":
        chosen = [str(one) for one in chosen_ids(request.actor, query=query, today=timezone.localdate())]
    try:
        post_id = _post(request)
        _check_chosen(chosen)
        begun = timezone.now()
        count = assign_leads(request.actor, lead_ids=chosen, post_id=post_id, at=begun)
    except RecordError as refused:
        return render_list(request, query, refused=refused, status=409)
    card = post_card(post_id)
    if count:
        notice = {"count": count, "to": card.user_name if card else "", "post": post_id, "at": begun.isoformat()}
        request.session[NOTICE] = notice
    return redirect(_back(query))


def undo(request: HttpRequest) -> HttpResponse:
    """Take back what was just handed out, as far as nobody has begun."""
    query = read_query(QueryDict(request.POST.get("query", "")))
    try:
        at = dt.datetime.fromisoformat(request.POST.get("at", ""))
        count = undo_assignment(request.actor, post_id=_post(request), assigned_at=at)
    except (ValueError, RecordError):
        return redirect(_back(query))
    request.session[NOTICE] = {"undone": count}
    return redirect(_back(query))


def _post(request: HttpRequest) -> str:
    text = request.POST.get("post", "")
    if not is_uuid(text):
        raise RecordError(
            Problem(Place(), "lead.no_post", "请选择交给谁。", "Choose to whom the leads are to be given.")
        )
    return text


def _check_chosen(chosen: list[str]) -> None:
    if not chosen:
        raise RecordError(
            Problem(
                Place(),
                "lead.none_chosen",
                "请至少勾选一条待分派或待走访的线索。",
                "Tick at least one lead that is still to be assigned or visited.",
            )
        )


def _back(query: LeadQuery) -> str:
    address = address_query(query)
    return reverse("leads") + (f"?{address}" if address else "")
