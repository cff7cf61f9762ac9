"""移交工作: what each post has open, giving all or some of it to another, and the notice to whoever gets it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from ciyou.apps.accounts.selectors import PostCard, division_choices, division_names, possible_takers
from ciyou.apps.cases.handing_over import (
    Caseload,
    NoticeNotFound,
    acknowledge,
    caseload_of,
    caseloads,
    hand_over,
    leads_of_post,
    read_notice,
)
from ciyou.apps.cases.lead_access import is_village, lead_purpose
from ciyou.core.access.actor import DIVISION_DIGITS, DivisionScope
from ciyou.core.errors import AccessDenied, Place, Problem, RecordError
from ciyou.web.account_wording import role_word
from ciyou.web.errors import forbidden
from ciyou.web.guard import disclose
from ciyou.web.pages.leads.listing import SHOWN_FIELDS, rows_of
from ciyou.web.pages.leads.query import is_uuid
from ciyou.web.wording import sentences

NOTICE = "handover_notice"
MOST_SHOWN = 200
ALL, SOME = "all", "some"


@dataclass(frozen=True)
class CaseloadRow:
    """One post with what it has open."""

    load: Caseload
    role: str
    place: str


def show_caseloads(request: HttpRequest) -> HttpResponse:
    """Every post of the officer's area, or of one township in it, that has something open."""
    asked = request.GET.get("place", "")
    place = asked if len(asked) == DIVISION_DIGITS and asked.isascii() and asked.isdigit() else ""
    inside = DivisionScope.of(place or request.actor.scope.first)
    loads = [load for load in caseloads(request.actor) if inside.holds(load.post.division)]
    names = division_names({load.post.division for load in loads})
    content = {
        "place": place,
        "townships": division_choices(request.actor, level="township"),
        "rows": [CaseloadRow(load, role_word(load.post.role), names[load.post.division]) for load in loads],
        "notice": request.session.pop(NOTICE, None),
    }
    return render(request, "web/pages/caseloads.html", content)


def change_hands(request: HttpRequest, post_id: uuid.UUID) -> HttpResponse:
    """What one post has open, and to whom it can go; POST hands it over."""
    load = caseload_of(request.actor, post_id=post_id)
    if load is None:
        raise Http404
    if request.method != "POST":
        return _show(request, load)
    chosen = [one for one in request.POST.getlist("lead") if is_uuid(one)]
    try:
        to = _to(request)
        some = _is_some(request, chosen)
        moved = hand_over(request.actor, from_post_id=post_id, to_post_id=to, lead_ids=chosen if some else None)
    except AccessDenied as refused:
        return forbidden(request, refused)
    except RecordError as refused:
        return _show(request, load, refused=refused, chosen=chosen)
    taker = caseload_of(request.actor, post_id=uuid.UUID(to))
    if taker is not None and not moved.nothing:
        request.session[NOTICE] = {
            "leads": moved.leads,
            "tasks": moved.tasks,
            "giver": load.post.user_name,
            "taker": taker.post.user_name,
            "back": to,
        }
    return redirect("caseloads")


def show_notice(request: HttpRequest, notice_id: uuid.UUID) -> HttpResponse:
    """That somebody's work has come; POST says that it is known."""
    try:
        if request.method == "POST":
            acknowledge(request.actor, notice_id=notice_id)
            return redirect("home")
        notice = read_notice(request.actor, notice_id=notice_id)
    except NoticeNotFound as missing:
        raise Http404 from missing
    content = {
        "notice": notice,
        "role": role_word(notice.giver.role),
        "place": division_names([notice.giver.division])[notice.giver.division],
        "village": is_village(request.actor),
    }
    return render(request, "web/pages/handed_over.html", content)


def _to(request: HttpRequest) -> str:
    text = request.POST.get("to", "")
    if not is_uuid(text):
        raise RecordError(Problem(Place(), "task.no_taker", "请选择由谁接手。", "Choose who takes the work over."))
    return text


def _is_some(request: HttpRequest, chosen: list[str]) -> bool:
    """Whether only the ticked leads go; then at least one is ticked."""
    some = request.POST.get("what") == SOME
    if some and not chosen:
        raise RecordError(
            Problem(
                Place(),
                "task.none_chosen",
                "请至少勾选一条线索，或选择移交全部。",
                "Tick at least one lead, or choose to hand over everything.",
            )
        )
    return some


def _show(
    request: HttpRequest, load: Caseload, *, refused: RecordError | None = None, chosen: list[str] | None = None
) -> HttpResponse:
    actor, today = request.actor, timezone.localdate()
    page = leads_of_post(actor, post_id=load.post.id, limit=MOST_SHOWN)
    disclose(
        request,
        subject=str(load.post.id),
        person_ids=[str(lead.person_id) for lead in page.leads if lead.person_id],
        fields=SHOWN_FIELDS,
        highest_class=max((lead.highest_class for lead in page.leads), default=3),
        purpose=lead_purpose(actor),
    )
    content = {
        "load": load,
        "role": role_word(load.post.role),
        "place": division_names([load.post.division])[load.post.division],
        "takers": taker_options(possible_takers(actor, post=load.post)),
        "to": request.POST.get("to", ""),
        "rows": rows_of(actor, page.leads, today),
        "more": max(0, page.total - MOST_SHOWN),
        "what": SOME if request.POST.get("what") == SOME else ALL,
        "chosen": set(chosen or ()),
        "problems": sentences(refused.problems) if refused else [],
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/hand_over.html", content, status=409 if refused else 200)


def taker_options(cards: tuple[PostCard, ...]) -> list[tuple[str, str]]:
    """Posts to choose from: name, role and place."""
    names = division_names({card.division for card in cards})
    return [(str(card.id), f"{card.user_name} · {role_word(card.role)} · {names[card.division]}") for card in cards]
