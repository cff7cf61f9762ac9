"""Numbers, telephones and addresses of a child and its family: masked, and revealed one at a time for a purpose."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from ciyou.apps.registry.selectors import Family, PersonNotFound, family_of, masked_identifiers, payee_of
from ciyou.apps.registry.services import record_identifier, reveal_account, reveal_identifier
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import AccessDenied, CiyouError
from ciyou.web.context import short_language
from ciyou.web.errors import forbidden
from ciyou.web.guard import Access, Route, disclose
from ciyou.web.registry_wording import IDENTIFIERS, PURPOSES
from ciyou.web.wording import RELATIONS


def show_identifiers(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """The masked identifiers of the child and its family; POST puts another one on a file."""
    if request.method != "POST":
        return _show(request, child_id)
    typed = {name: request.POST.get(name, "").strip()[:200] for name in ("person", "kind", "value")}
    family = _family(request, child_id)
    person = next((one for one in family.person_ids if str(one) == typed["person"]), None)
    if person is None or not may_do(request.actor.role, Action.RECORD_FACTS):
        raise Http404
    try:
        record_identifier(request.actor, person_id=person, kind=typed["kind"], value=typed["value"], source="officer")
    except CiyouError as refused:
        fault = refused.problems[0].en if short_language() == "en" else refused.problems[0].zh
        return _show(request, child_id, fault=fault, typed=typed)
    return redirect("identifiers", child_id=child_id)


def reveal(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """One value in the clear, once: it is in this answer and nowhere else, and the log says for what."""
    if request.method != "POST":
        return redirect("identifiers", child_id=child_id)
    wanted, number = request.POST.get("what", ""), request.POST.get("number", "")
    purpose = _purpose(request)
    if purpose is None or wanted not in ("identifier", "account") or not number.isdigit():
        raise Http404
    origin = request.META["REMOTE_ADDR"]
    try:
        if wanted == "account":
            value = reveal_account(request.actor, account_id=int(number), purpose=purpose, origin=origin)
        else:
            value = reveal_identifier(request.actor, identifier_id=int(number), purpose=purpose, origin=origin)
    except PersonNotFound as error:
        raise Http404 from error
    except AccessDenied as refused:
        return forbidden(request, refused)
    return _show(
        request, child_id, revealed={"what": wanted, "number": int(number), "value": value, "purpose": purpose}
    )


def _purpose(request: HttpRequest) -> Purpose | None:
    try:
        return Purpose(request.POST.get("purpose", ""))
    except ValueError:
        return None


def _family(request: HttpRequest, child_id: uuid.UUID) -> Family:
    try:
        return family_of(request.actor, child_id=child_id, purpose=Purpose.SERVE)
    except PersonNotFound as error:
        raise Http404 from error


def _show(
    request: HttpRequest,
    child_id: uuid.UUID,
    *,
    fault: str = "",
    typed: dict[str, str] | None = None,
    revealed: dict[str, Any] | None = None,
) -> HttpResponse:
    actor: Actor = request.actor
    family = _family(request, child_id)
    people = [str(person) for person in family.person_ids]
    disclose(request, subject=str(child_id), person_ids=people, fields=("identifiers_masked",), highest_class=3)
    content = {
        "child": family.child,
        "members": _members(actor, family),
        "payee": payee_of(actor, person_id=child_id, purpose=Purpose.SERVE),
        "revealed": revealed,
        "purposes": [(one.value, words) for one, words in PURPOSES.items() if one in actor.purposes],
        "kinds": IDENTIFIERS.items(),
        "can_add": may_do(actor.role, Action.RECORD_FACTS),
        "fault": fault,
        "typed": typed or {},
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/identifiers.html", content)


def _members(actor: Actor, family: Family) -> list[dict[str, object]]:
    kin = [one for one in (family.father, family.mother, *family.others) if one is not None]
    listed = [("", family.child), *((str(RELATIONS.get(one.kind, one.kind)), one.person) for one in kin)]
    return [
        {
            "relation": relation,
            "person": person,
            "identifiers": [
                (one, IDENTIFIERS.get(one.kind, one.kind))
                for one in masked_identifiers(actor, person_id=person.id, purpose=Purpose.SERVE)
            ],
        }
        for relation, person in listed
    ]


ROUTES = (
    Route(
        "children/<uuid:child_id>/identifiers/",
        show_identifiers,
        "identifiers",
        Access.PERSONAL,
        ("GET", "HEAD", "POST"),
        Action.REVEAL,
    ),
    Route(
        "children/<uuid:child_id>/identifiers/reveal/",
        reveal,
        "reveal_identifier",
        Access.PERSONAL,
        ("GET", "HEAD", "POST"),
        Action.REVEAL,
    ),
)
