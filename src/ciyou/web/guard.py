"""Every address with its class of access; whoever shows a person's data leaves a record of it, or shows nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_http_methods

from ciyou.apps.audit.services import record_disclosure
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, Purpose
from ciyou.core.errors import AccessDenied
from ciyou.web.errors import forbidden

View = Callable[..., HttpResponse]


class Access(StrEnum):
    """What an address shows: nothing about anybody, the office's work (no person's data), or persons."""

    OPEN = "open"
    STAFF = "staff"
    PERSONAL = "personal"


@dataclass(frozen=True)
class Route:
    """One address: its path, the page, its name, who may see it, and the methods it answers."""

    path: str
    view: View
    name: str
    access: Access
    methods: tuple[str, ...] = ("GET", "HEAD")


class UndisclosedPersonalData(RuntimeError):
    """A page with personal data was about to be sent without a record of who saw it."""


def guarded(route: Route) -> View:
    """The page behind its guard: method, actor, no copies kept, and for persons' data a disclosure record."""

    @wraps(route.view)
    def view(request: HttpRequest, **arguments: object) -> HttpResponse:
        request.actor = LOCAL_OPERATOR
        request.route = route
        request.disclosed = False
        try:
            response = route.view(request, **arguments)
        except AccessDenied as refused:
            return forbidden(request, refused)
        if route.access is Access.PERSONAL and response.status_code == 200 and not request.disclosed:
            raise UndisclosedPersonalData(route.name)
        if route.access is not Access.OPEN:
            add_never_cache_headers(response)
        return response

    return require_http_methods(list(route.methods))(view)


def disclose(
    request: HttpRequest,
    *,
    subject: str,
    person_ids: Iterable[str],
    fields: Iterable[str],
    highest_class: int,
    purpose: Purpose = Purpose.VERIFY,
) -> None:
    """Record what this request is about to show."""
    actor: Actor = request.actor
    record_disclosure(
        actor,
        purpose=purpose,
        action=request.route.name,
        persons=person_ids,
        fields=fields,
        highest_class=highest_class,
        origin=request.META["REMOTE_ADDR"],
        subject=subject,
    )
    request.disclosed = True
