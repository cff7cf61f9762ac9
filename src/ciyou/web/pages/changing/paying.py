"""Where a child's money goes: the account masked, shown for a purpose, replaced by another."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from ciyou.apps.disbursement.collective_views import institutions_for
from ciyou.apps.registry.selectors import Family, PersonNotFound, earlier_payees, payee_of
from ciyou.apps.registry.services import record_payee, reveal_account
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import AccessDenied, RecordError
from ciyou.web.errors import forbidden
from ciyou.web.guard import disclose
from ciyou.web.pages.changing.forms import Faults, family_in, placed, typed_in
from ciyou.web.registry_wording import PURPOSES

NAMES = ("holder", "bank", "number")
FIELD_OF = {"card_holder": "holder", "card_bank": "bank", "card_number": "number"}


def show_payee(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """The account that stands, masked; POST puts another in its place."""
    family = family_in(request, child_id)
    if request.method != "POST":
        return _show(request, family)
    if not may_do(request.actor.role, Action.REGISTER):
        raise Http404
    typed = typed_in(request, NAMES)
    try:
        record_payee(request.actor, person_id=family.child.id, **typed)
    except RecordError as refused:
        return _show(request, family, typed=typed, faults=placed(refused, FIELD_OF, "number"))
    return redirect("payee", child_id=child_id)


def reveal(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """The number in the clear, once: it is in this answer and nowhere else, and the log says for what."""
    if request.method != "POST":
        return redirect("payee", child_id=child_id)
    family = family_in(request, child_id)
    account = payee_of(request.actor, person_id=child_id, purpose=Purpose.SERVE)
    purpose = next((one for one in Purpose if one.value == request.POST.get("purpose", "")), None)
    if purpose is None or account is None or str(account.id) != request.POST.get("number", ""):
        raise Http404
    try:
        value = reveal_account(
            request.actor, account_id=account.id, purpose=purpose, origin=request.META["REMOTE_ADDR"]
        )
    except PersonNotFound as error:
        raise Http404 from error
    except AccessDenied as refused:
        return forbidden(request, refused)
    return _show(request, family, revealed={"what": "account", "number": account.id, "value": value})


def _show(
    request: HttpRequest,
    family: Family,
    *,
    typed: dict[str, str] | None = None,
    faults: Faults | None = None,
    revealed: dict[str, Any] | None = None,
) -> HttpResponse:
    actor: Actor = request.actor
    child = family.child
    disclose(request, subject=str(child.id), person_ids=[str(child.id)], fields=("payee_masked",), highest_class=3)
    institutions, collective = institutions_for(actor, child_id=child.id)
    content = {
        "child": child,
        "collective": collective,
        "moves": bool(institutions) and may_do(actor.role, Action.DRAFT_PAYMENTS),
        "institutions": [(str(one.id), f"{one.holder} {one.masked}") for one in institutions],
        "chosen_institution": str(collective.id) if collective else "",
        "payee": payee_of(actor, person_id=child.id, purpose=Purpose.SERVE),
        "earlier": earlier_payees(actor, person_id=child.id, purpose=Purpose.SERVE),
        "revealed": revealed,
        "purposes": [(one.value, words) for one, words in PURPOSES.items() if one in actor.purposes],
        "can_record": may_do(actor.role, Action.REGISTER),
        "typed": typed or {},
        "faults": faults or {},
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/payee.html", content)
