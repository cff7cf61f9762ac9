"""Opening a protected file in need, and looking afterwards at what others opened."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ciyou.apps.oversight.break_glass import LEAST_FINDING, break_glass, list_openings, open_until, review_opening
from ciyou.apps.oversight.refusals import NotFoundHere
from ciyou.apps.registry.named_access import openable_person
from ciyou.apps.registry.selectors import PersonNotFound
from ciyou.core.access.roles import ROLES, Action, may_do
from ciyou.core.errors import RecordError
from ciyou.packs import load_limits
from ciyou.web.context import short_language
from ciyou.web.guard import disclose
from ciyou.web.wording import Sentence, sentences

PROTECTION = "protection"
"""The page on which workers are named, and where an opening in need leads that was asked for in order to name one."""


def break_glass_page(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """The reason first; nothing of the child is shown before it is given. `then=protection`: to name a worker, who is named on that page."""
    then = PROTECTION if request.GET.get("then") == PROTECTION and may_do(request.actor.role, Action.CONFIRM) else ""
    problems: list[Sentence] = []
    try:
        if request.method == "POST":
            break_glass(
                request.actor,
                glass_id=_key(request.POST.get("key", "")),
                person_id=child_id,
                reason=request.POST.get("reason", ""),
                origin=request.META["REMOTE_ADDR"],
            )
            return redirect(then or "child", child_id=child_id)
        found = openable_person(request.actor, person_id=child_id)
        if then and not found.restricted:
            return redirect(then, child_id=child_id)
    except PersonNotFound as error:
        raise Http404 from error
    except RecordError as refused:
        problems = sentences(refused.problems)
    limits = load_limits()
    content = {
        "child_id": child_id,
        "key": request.POST.get("key") or uuid.uuid4(),
        "reason": request.POST.get("reason", ""),
        "problems": problems,
        "least": limits["break_glass_reason"].value,
        "hours": limits["break_glass_hours"].value,
        "naming": bool(then),
        "open_until": open_until(request.actor, person_id=child_id),
    }
    return render(request, "web/pages/break_glass.html", content)


def _key(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.uuid4()


def show_openings(request: HttpRequest) -> HttpResponse:
    """The county's openings: those that wait for a review first."""
    return _openings(request)


def _openings(request: HttpRequest, problems: tuple[Sentence, ...] = ()) -> HttpResponse:
    openings = list_openings(request.actor)
    disclose(
        request,
        subject="openings",
        person_ids=[str(one.person_id) for one in openings],
        fields=("break_glass",),
        highest_class=5,
    )
    english = short_language() == "en"
    content = {
        "openings": [(one, ROLES[one.role].en if english else ROLES[one.role].zh) for one in openings],
        "problems": problems,
        "failed": request.POST.get("glass", ""),
        "finding": request.POST.get("finding", ""),
        "least": LEAST_FINDING,
    }
    return render(request, "web/pages/openings.html", content)


def review(request: HttpRequest, glass_id: uuid.UUID) -> HttpResponse:
    """Say whether an opening was justified, and what was found."""
    try:
        review_opening(
            request.actor,
            glass_id=glass_id,
            justified=request.POST.get("justified") == "1",
            finding=request.POST.get("finding", ""),
            origin=request.META["REMOTE_ADDR"],
        )
    except NotFoundHere as error:
        raise Http404 from error
    except RecordError as refused:
        return _openings(request, tuple(sentences(refused.problems)))
    return redirect("openings")
