"""Every address with its class of access; whoever shows a person's data leaves a record of it, or shows nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from ciyou.apps.accounts.sessions import current_actor, current_sign_in
from ciyou.apps.audit.services import record_disclosure
from ciyou.apps.audit.wall import walled
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import AccessDenied, Place, Problem
from ciyou.web.errors import forbidden

View = Callable[..., HttpResponse]
# Sent along with what a page asks by itself while nobody touches it: it keeps no sign-in alive.
ALONE = "Ciyou-Alone"


class Access(StrEnum):
    """What an address shows: nothing about anybody (no sign-in), the office's work (no person's data), or persons."""

    OPEN = "open"
    STAFF = "staff"
    PERSONAL = "personal"


@dataclass(frozen=True)
class Route:
    """One address: its path, the page, its name, who may see it, and the methods it answers.

    `action`: only roles that may do this come in. `purpose` is why a personal page shows persons: a role without it stays outside.
    """

    path: str
    view: View
    name: str
    access: Access
    methods: tuple[str, ...] = ("GET", "HEAD")
    action: Action | None = None
    purpose: Purpose = Purpose.SERVE


class UndisclosedPersonalData(RuntimeError):
    """A page with personal data was about to be sent without a record of who saw it."""


def guarded(route: Route) -> View:
    """The page behind its guard: method, sign-in, role, purpose, no copies kept, and for persons' data a disclosure record."""

    @wraps(route.view)
    def view(request: HttpRequest, **arguments: object) -> HttpResponse:
        request.sign_in = current_sign_in(request.session, alone=ALONE in request.headers)
        request.actor = None if request.sign_in is None else current_actor(request.sign_in)
        request.route = route
        request.disclosed = False
        if route.access is Access.OPEN:
            return route.view(request, **arguments)
        if request.actor is None:
            return _to_sign_in(request)
        response = _enter(request, route, arguments)
        add_never_cache_headers(response)
        return response

    return require_http_methods(list(route.methods))(view)


def _enter(request: HttpRequest, route: Route, arguments: dict[str, object]) -> HttpResponse:
    actor: Actor = request.actor
    try:
        _check_role(actor, route)
        with walled(actor):
            response = route.view(request, **arguments)
            if route.access is Access.PERSONAL and response.status_code == 200 and not request.disclosed:
                raise UndisclosedPersonalData(route.name)
            return response
    except AccessDenied as refused:
        return forbidden(request, refused)


def _check_role(actor: Actor, route: Route) -> None:
    if route.action is not None and not may_do(actor.role, route.action):
        raise AccessDenied(
            Problem(
                Place(),
                "access.role",
                "您的岗位不办理这项工作。如工作需要，请联系县级系统管理员。",
                "Your post does not do this. If your work needs it, ask the county's system administrator.",
            )
        )
    if route.access is Access.PERSONAL and route.purpose not in actor.purposes:
        raise AccessDenied(
            Problem(
                Place(),
                "access.purpose",
                "您的岗位不能为这个目的查看个人资料。",
                "Your post may not see personal data for this purpose.",
            )
        )


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and back here afterwards; a part of a page (htmx) cannot be replaced by it, so the whole page goes."""
    here = request.htmx.current_url_abs_path or "" if request.htmx else request.get_full_path()
    back = here if request.method == "GET" else ""
    address = reverse("sign_in") + (f"?{urlencode({'next': back})}" if back else "")
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


def disclose(
    request: HttpRequest,
    *,
    subject: str,
    person_ids: Iterable[str],
    fields: Iterable[str],
    highest_class: int,
    purpose: Purpose | None = None,
) -> None:
    """Record what this request is about to show; for the route's own purpose unless another was asked for."""
    actor: Actor = request.actor
    record_disclosure(
        actor,
        purpose=purpose or request.route.purpose,
        action=request.route.name,
        persons=person_ids,
        fields=fields,
        highest_class=highest_class,
        origin=request.META["REMOTE_ADDR"],
        subject=subject,
    )
    request.disclosed = True
