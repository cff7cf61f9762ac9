"""A user's page: posts, devices, factors, sign-ins, and what can be done about them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from ciyou.apps.accounts.covers import covers_of, give_cover, possible_covers
from ciyou.apps.accounts.people import UserPage, find_user, user_page
from ciyou.apps.accounts.selectors import PostCard, division_names, possible_takers
from ciyou.apps.accounts.services import (
    ask_reset,
    deactivate_user,
    end_post,
    hand_out_device_code,
    take_device_back,
)
from ciyou.apps.cases.handing_over import HandedOver, open_work_of
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import ROLES, Action, may_do
from ciyou.core.errors import RecordError
from ciyou.web.account_wording import factor_word, method_word, request_word, role_word
from ciyou.web.pages.account.absence import as_day, as_uuid, day_after
from ciyou.web.pages.leads.caseloads import taker_options
from ciyou.web.proving import ask_to_prove, recently_proved
from ciyou.web.wording import Sentence, sentences


@dataclass(frozen=True)
class HeldPost:
    """A post with, for whoever may end it, the work that is open there and who could go on with it."""

    post: PostCard
    role: str
    place: str
    work: HandedOver | None
    successors: list[tuple[str, str]]


def show_user(request: HttpRequest, user_id: uuid.UUID) -> HttpResponse:
    """Everything an administrator (or supervisor) may know of one user."""
    return _page(request, user_id)


def ask_for(request: HttpRequest, user_id: uuid.UUID) -> HttpResponse:
    """Ask for a reset or a reactivation; a security administrator decides."""
    kind, reason = request.POST.get("kind", ""), request.POST.get("reason", "")
    return _do(request, user_id, lambda: ask_reset(request.actor, user_id=user_id, kind=kind, reason=reason))


def deactivate(request: HttpRequest, user_id: uuid.UUID) -> HttpResponse:
    """Let somebody in no longer, at once."""
    return _do(request, user_id, lambda: deactivate_user(request.actor, user_id=user_id))


def finish_post(request: HttpRequest, user_id: uuid.UUID, post_id: uuid.UUID) -> HttpResponse:
    """End a post today; its open work goes to the successor, where one is chosen."""
    successor = request.POST.get("successor", "")
    return _do(
        request,
        user_id,
        lambda: end_post(request.actor, post_id=post_id, successor_id=as_uuid(successor) if successor else ""),
    )


def take_back(request: HttpRequest, user_id: uuid.UUID, device_id: uuid.UUID) -> HttpResponse:
    """Know a device no longer."""
    return _do(request, user_id, lambda: take_device_back(request.actor, user_id=user_id, device_id=device_id))


def device_code(request: HttpRequest, user_id: uuid.UUID) -> HttpResponse:
    """A code for a child director's new phone, shown this once."""
    if not recently_proved(request):
        return ask_to_prove(request, back=reverse("user", kwargs={"user_id": user_id}))
    try:
        code = hand_out_device_code(request.actor, user_id=user_id)
    except RecordError as refused:
        return _page(request, user_id, sentences(refused.problems), status=400)
    user = find_user(request.actor, user_id)
    content = {"code": code, "full_name": user.full_name, "username": user.username, "device": True}
    return render(request, "web/pages/handed_code.html", {**content, "on": "user", "on_user": user.id})


def arrange_cover(request: HttpRequest, user_id: uuid.UUID, post_id: uuid.UUID) -> HttpResponse:
    """Let a colleague stand in for somebody who is away."""
    if request.method == "POST":
        try:
            give_cover(
                request.actor,
                post_id=post_id,
                colleague_post_id=as_uuid(request.POST.get("colleague", "")),
                first=as_day(request.POST.get("first", "")),
                until=day_after(request.POST.get("last", "")),
            )
        except RecordError as refused:
            return _cover_page(request, user_id, post_id, sentences(refused.problems), status=400)
        return redirect("user", user_id=user_id)
    return _cover_page(request, user_id, post_id)


def _cover_page(
    request: HttpRequest,
    user_id: uuid.UUID,
    post_id: uuid.UUID,
    problems: list[Sentence] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    page = _find(request, user_id)
    if post_id not in {post.id for post in page.posts}:
        raise Http404
    cards = possible_covers(request.actor, post_id=post_id)
    names = division_names({card.division for card in cards})
    content = {
        "user": page,
        "problems": problems,
        "covers": covers_of(post_id),
        "colleagues": [(card, names[card.division], role_word(card.role)) for card in cards],
        "values": request.POST,
        "today": timezone.localdate().isoformat(),
    }
    return render(request, "web/pages/cover.html", content, status=status)


def _do(request: HttpRequest, user_id: uuid.UUID, act: Callable[[], object]) -> HttpResponse:
    """Do it and come back to the user's page; what is refused is said there."""
    try:
        act()
    except RecordError as refused:
        return _page(request, user_id, sentences(refused.problems), status=400)
    return redirect("user", user_id=user_id)


def _held_post(actor: Actor, post: PostCard, names: Mapping[str, str]) -> HeldPost:
    manages = may_do(actor.role, Action.MANAGE_USERS) and actor.scope.holds(post.division)
    return HeldPost(
        post=post,
        role=role_word(post.role),
        place=names[post.division],
        work=open_work_of(post.id) if manages else None,
        successors=taker_options(possible_takers(actor, post=post)) if manages else [],
    )


def _find(request: HttpRequest, user_id: uuid.UUID) -> UserPage:
    try:
        return user_page(request.actor, user_id=user_id)
    except RecordError as unknown:
        raise Http404 from unknown


def _page(
    request: HttpRequest, user_id: uuid.UUID, problems: list[Sentence] | None = None, *, status: int = 200
) -> HttpResponse:
    page = _find(request, user_id)
    names = division_names({post.division for post in page.posts})
    role = request.actor.role
    with_pin = bool(page.posts) and not any(ROLES[post.role].second_factor for post in page.posts)
    content = {
        "user": page,
        "problems": problems,
        "posts": [_held_post(request.actor, post, names) for post in page.posts],
        "factors": [(factor, factor_word(factor.kind)) for factor in page.factors],
        "sign_ins": [(one, method_word(one.method)) for one in page.sign_ins],
        "waiting": [request_word(kind) for kind in page.waiting],
        "may_manage": may_do(role, Action.MANAGE_USERS) and str(page.id) != request.actor.id,
        "may_deactivate": page.active
        and str(page.id) != request.actor.id
        and (may_do(role, Action.MANAGE_USERS) or may_do(role, Action.APPROVE_SECURITY)),
        "may_cover": not may_do(role, Action.APPROVE_SECURITY),
        "gives_device_codes": with_pin and not may_do(role, Action.APPROVE_SECURITY),
        "values": request.POST,
    }
    return render(request, "web/pages/user.html", content, status=status)
