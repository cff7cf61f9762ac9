"""Protecting a file 特别保护, opening it again, and who is named to see it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ciyou.apps.accounts.selectors import PostCard, division_names, user_names
from ciyou.apps.registry.selectors import (
    NamedWorker,
    PersonCard,
    PersonNotFound,
    get_person,
    read_protection,
)
from ciyou.apps.registry.services import OPENING_REASONS, end_worker, name_worker, restrict_file, unrestrict_file
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.errors import RecordError
from ciyou.web.account_wording import role_word
from ciyou.web.guard import disclose
from ciyou.web.lifecycle_wording import ACCESS_REASONS
from ciyou.web.lifecycle_wording import OPENING_REASONS as OPENING_WORDS
from ciyou.web.pages.changing.forms import Faults, day_in, placed, typed_in

NAMES = ("protected", "reason", "opening_reason", "user", "worker_reason", "until")
FIELD_OF = {"opening_reason": "opening_reason", "worker": "user", "worker_until": "until"}


def show(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """Whether the file is protected and who sees it; POST protects it or opens it again, each with its reason."""
    if request.method != "POST":
        return _show(request, child_id, {}, {})
    typed = typed_in(request, NAMES)
    if typed["protected"] == "1":
        return _act(
            request,
            child_id,
            typed,
            "reason",
            lambda: restrict_file(request.actor, person_id=child_id, reason=typed["reason"]),
        )
    if typed["opening_reason"] not in OPENING_REASONS:
        return _show(request, child_id, typed, {"opening_reason": [_("请选择为什么解除特别保护。")]})
    return _act(
        request,
        child_id,
        typed,
        "opening_reason",
        lambda: unrestrict_file(request.actor, person_id=child_id, reason=typed["opening_reason"]),
    )


def name(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """Name a colleague a worker of this file."""
    typed = typed_in(request, NAMES)
    until = day_in(typed["until"])
    if typed["until"] and until is None:
        return _show(request, child_id, typed, {"until": [_("请填写截止日期，例如 2026-12-31；不限期的留空。")]})
    return _act(
        request,
        child_id,
        typed,
        "worker_reason",
        lambda: name_worker(
            request.actor, person_id=child_id, user_id=typed["user"], reason=typed["worker_reason"], until=until
        ),
    )


def end(request: HttpRequest, child_id: uuid.UUID, access_id: int) -> HttpResponse:
    """End a worker's access now."""
    return _act(
        request,
        child_id,
        {},
        "workers",
        lambda: end_worker(request.actor, person_id=child_id, access_id=access_id),
    )


def _act(
    request: HttpRequest, child_id: uuid.UUID, typed: dict[str, str], field: str, act: Callable[[], object]
) -> HttpResponse:
    try:
        act()
    except PersonNotFound as error:
        raise Http404 from error
    except RecordError as refused:
        return _show(request, child_id, typed, placed(refused, FIELD_OF, field))
    try:
        get_person(request.actor, person_id=child_id, purpose=Purpose.PROTECT)
    except PersonNotFound:
        return redirect("ledger")  # one's own access was ended: there is nothing more to see here
    return redirect("protection", child_id=child_id)


def _show(request: HttpRequest, child_id: uuid.UUID, typed: dict[str, str], faults: Faults) -> HttpResponse:
    actor: Actor = request.actor
    try:
        found = read_protection(actor, person_id=child_id)
    except PersonNotFound as error:
        raise Http404 from error
    child = found.card
    if child.kind != "child":
        raise Http404
    disclose(
        request,
        subject=str(child_id),
        person_ids=[str(child_id)],
        fields=("name", "protection", "named_workers"),
        highest_class=5 if child.restricted else 3,
    )
    content: dict[str, Any] = {
        "child": child,
        "grounds": found.grounds,
        "by_officer": any(not one.request_id for one in found.grounds),
        "workers": _workers(actor, child, found.workers),
        "colleagues": _colleagues(found.colleagues),
        "opening_reasons": OPENING_WORDS.items(),
        "typed": typed,
        "faults": faults,
        "today": timezone.localdate(),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/protection.html", content)


def _workers(actor: Actor, child: PersonCard, workers: tuple[NamedWorker, ...]) -> list[dict[str, object]]:
    names = user_names([one for worker in workers for one in (worker.user_id, worker.granted_by)])
    lasting = [worker for worker in workers if worker.why != "break_glass"]
    return [
        {
            "worker": worker,
            "name": names.get(worker.user_id, worker.user_id),
            "why": str(ACCESS_REASONS.get(worker.why, worker.why)),
            "by": names.get(worker.granted_by, _("本系统")),
            "own": worker.user_id == actor.id,
            "last_day": timezone.localdate(worker.ends_at - _INSTANT) if worker.ends_at else None,
            "may_end": not (child.restricted and lasting == [worker]),
        }
        for worker in workers
    ]


_INSTANT = dt.timedelta(microseconds=1)


def _colleagues(posts: tuple[PostCard, ...]) -> list[tuple[str, str]]:
    """Whom one may name: name, role and place, each person once."""
    places = division_names({post.division for post in posts})
    found: dict[str, str] = {}
    for post in posts:
        found.setdefault(str(post.user_id), f"{post.user_name} · {role_word(post.role)} · {places[post.division]}")
    return list(found.items())
