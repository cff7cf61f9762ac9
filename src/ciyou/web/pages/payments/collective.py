"""Institutions' accounts 机构集体账户: their list, one with its children, and a child put there or taken off."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from ciyou.apps.accounts.selectors import user_names
from ciyou.apps.disbursement.collective import (
    Added,
    end_collective_account,
    put_child,
    put_children,
    record_collective_account,
    replace_collective_account,
    take_children_off,
)
from ciyou.apps.disbursement.collective_views import CollectiveView, collective_accounts, read_collective
from ciyou.apps.disbursement.refusals import NotFoundHere
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import AccessDenied, CiyouError, RecordError
from ciyou.web.guard import disclose
from ciyou.web.pages.applications.forms import key, text
from ciyou.web.pages.changing.forms import Faults, placed, typed_in
from ciyou.web.pages.payments.lists import page_of, pages
from ciyou.web.wording import sentences

NAMES = ("holder", "bank", "number")
FIELD_OF = {
    "collective_holder": "holder",
    "collective_bank": "bank",
    "collective_number": "number",
    "collective_there": "number",
    "collective_numbers": "numbers",
    "reason_short": "reason",
}
FIELDS = ("name", "payee_masked")


def show_accounts(request: HttpRequest) -> HttpResponse:
    """The accounts of the county's institutions, and the form for a new one."""
    return _accounts(request, {})


def _accounts(request: HttpRequest, faults: Faults) -> HttpResponse:
    content = {
        "accounts": collective_accounts(request.actor),
        "drafts": may_do(request.actor.role, Action.DRAFT_PAYMENTS),
        "key": text(request, "key") or uuid.uuid4(),
        "typed": typed_in(request, NAMES),
        "faults": faults,
    }
    return render(request, "web/pages/collective_accounts.html", content, status=422 if faults else 200)


def record(request: HttpRequest) -> HttpResponse:
    """Keep a new account."""
    try:
        account_id = record_collective_account(
            request.actor, account_id=key(request, "key"), **typed_in(request, NAMES)
        )
    except RecordError as refused:
        return _accounts(request, placed(refused, FIELD_OF, "number"))
    except NotFoundHere as missing:
        raise Http404 from missing
    return redirect("collective_account", collective_id=account_id)


def show_account(request: HttpRequest, collective_id: uuid.UUID) -> HttpResponse:
    """One account with its children."""
    return _account(request, collective_id)


def _account(
    request: HttpRequest, collective_id: uuid.UUID, faults: Faults | None = None, added: Added | None = None
) -> HttpResponse:
    page = page_of(request)
    try:
        view = read_collective(request.actor, account_id=collective_id, page=page)
    except NotFoundHere as missing:
        raise Http404 from missing
    _disclose(request, view)
    names = user_names({view.card.recorded_by} | {one.recorded_by for one in view.children})
    content = {
        "view": view,
        "recorded_by": names.get(view.card.recorded_by, ""),
        "children": [(one, names.get(one.recorded_by, "")) for one in view.children],
        "drafts": may_do(request.actor.role, Action.DRAFT_PAYMENTS),
        "key": text(request, "key") or uuid.uuid4(),
        "typed": typed_in(request, (*NAMES, "reason")),
        "numbers": request.POST.get("numbers", "") if faults or (added and added.refused) else "",
        "faults": faults or {},
        "added": added,
        "problems": sentences(added.refused) if added else (),
        "seen_at": timezone.now(),
        **pages(view.total, page),
    }
    return render(request, "web/pages/collective_account.html", content, status=422 if faults else 200)


def _disclose(request: HttpRequest, view: CollectiveView) -> None:
    people = [str(one.person.id) for one in view.children]
    disclose(request, subject=str(view.card.id), person_ids=people, fields=FIELDS, highest_class=3)


def add(request: HttpRequest, collective_id: uuid.UUID) -> HttpResponse:
    """Put the children of a list of ID numbers there; lines that lead to nobody are told."""
    added: list[Added] = []

    def do() -> None:
        numbers = request.POST.get("numbers", "")
        added.append(put_children(request.actor, account_id=collective_id, numbers=numbers))

    answer = _do(request, collective_id, do, "numbers")
    return _account(request, collective_id, added=added[0]) if added else answer


def remove(request: HttpRequest, collective_id: uuid.UUID) -> HttpResponse:
    """Pay the ticked children into their own accounts again."""

    def do() -> None:
        try:
            chosen = [uuid.UUID(one) for one in request.POST.getlist("person")]
        except ValueError as error:
            raise Http404 from error
        take_children_off(request.actor, person_ids=chosen)

    return _do(request, collective_id, do, "children")


def replace(request: HttpRequest, collective_id: uuid.UUID) -> HttpResponse:
    """Another account of the same institution."""
    new_id, typed = key(request, "key"), typed_in(request, NAMES)
    response = _do(
        request,
        collective_id,
        lambda: replace_collective_account(request.actor, account_id=collective_id, new_id=new_id, **typed),
        "number",
    )
    return redirect("collective_account", collective_id=new_id) if response.status_code == 302 else response


def end(request: HttpRequest, collective_id: uuid.UUID) -> HttpResponse:
    """Use an account no more."""
    response = _do(
        request,
        collective_id,
        lambda: end_collective_account(request.actor, account_id=collective_id, reason=text(request, "reason")),
        "reason",
    )
    return redirect("collective_accounts") if response.status_code == 302 else response


def move_child(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """From the child's own page: to an institution's account, or back to its own."""
    chosen = text(request, "collective")
    try:
        if chosen:
            put_child(request.actor, account_id=uuid.UUID(chosen), child_id=child_id)
        else:
            take_children_off(request.actor, person_ids=[child_id])
    except (NotFoundHere, ValueError) as missing:
        raise Http404 from missing
    except AccessDenied:
        raise
    except CiyouError:
        pass  # it is paid into its own account already: the page shows it
    return redirect("payee", child_id=child_id)


def _do(request: HttpRequest, collective_id: uuid.UUID, do: Callable[[], object], otherwise: str) -> HttpResponse:
    try:
        do()
    except NotFoundHere as missing:
        raise Http404 from missing
    except AccessDenied:
        raise
    except RecordError as refused:
        return _account(request, collective_id, faults=placed(refused, FIELD_OF, otherwise))
    return redirect("collective_account", collective_id=collective_id)
