"""Requests of a child or guardian about the data held: taken down, listed, decided, taken back."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Sequence

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ciyou.apps.oversight.refusals import NotFoundHere
from ciyou.apps.oversight.restrictions import RESTRICT, lift_restriction
from ciyou.apps.oversight.subject_requests import (
    LEAST_REASON,
    RequestCard,
    Requester,
    decide_request,
    get_request,
    list_requests,
    receive_request,
    withdraw_request,
)
from ciyou.apps.registry.selectors import PersonCard, PersonNotFound, cards_of, get_person
from ciyou.core.access.actor import Purpose
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import RecordError
from ciyou.packs import load_limits
from ciyou.web.context import short_language
from ciyou.web.guard import disclose
from ciyou.web.wording import Sentence, sentences

KINDS = {
    "copy": _("查阅、复制资料"),
    "correct": _("更正资料"),
    "restrict": _("限制使用资料"),
}
RELATIONS = {
    "self": _("本人"),
    "father": _("父亲"),
    "mother": _("母亲"),
    "guardian": _("其他监护人"),
}
CHECKED = {
    "id_card": _("看了身份证"),
    "hukou_book": _("看了户口簿"),
    "guardianship_paper": _("看了监护文书"),
    "known_in_person": _("本人熟识"),
}
STATES = {
    "open": _("办理中"),
    "granted": _("已同意"),
    "refused": _("已拒绝"),
    "withdrawn": _("已撤回"),
    "lifted": _("已解除限制"),
}
FIELDS = ("name", "subject_request")
PERSONAL = 3


def show_requests(request: HttpRequest) -> HttpResponse:
    """The county's requests, open ones first."""
    cards = list_requests(request.actor)
    people = _people(request, cards)
    content = {
        "requests": [(card, KINDS[card.kind], STATES[card.state], _name(people, card)) for card in cards],
        "today": timezone.localdate(),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/requests.html", content)


def _people(request: HttpRequest, cards: Sequence[RequestCard]) -> dict[uuid.UUID, PersonCard]:
    ids = [card.person_id for card in cards]
    disclose(request, subject="requests", person_ids=map(str, ids), fields=FIELDS, highest_class=PERSONAL)
    return cards_of(request.actor, person_ids=ids, purpose=Purpose.SUBJECT_REQUEST)


def _name(people: dict[uuid.UUID, PersonCard], card: RequestCard) -> str:
    """The child's name; "" where the file is protected by now."""
    person = people.get(card.person_id)
    return person.name if person else ""


def receive(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """Take down a request; nothing typed is lost when something is missing."""
    problems: list[Sentence] = []
    try:
        person = get_person(request.actor, person_id=child_id, purpose=Purpose.SUBJECT_REQUEST)
        if request.method == "POST":
            request_id = receive_request(
                request.actor,
                request_id=_key(request.POST.get("key", "")),
                person_id=child_id,
                kind=request.POST.get("kind", ""),
                requester=_requester(request.POST),
                received_on=_day(request.POST.get("received_on", "")),
                today=timezone.localdate(),
            )
            return redirect("subject_request", request_id=request_id)
    except PersonNotFound as error:
        raise Http404 from error
    except RecordError as refused:
        problems = sentences(refused.problems)
    disclose(request, subject=str(child_id), person_ids=[str(child_id)], fields=("name",), highest_class=PERSONAL)
    limit = load_limits()["own_request_age"]
    content = {
        "person": person,
        "problems": problems,
        "typed": request.POST,
        "key": request.POST.get("key") or uuid.uuid4(),
        "kinds": KINDS.items(),
        "relations": RELATIONS.items(),
        "checks": CHECKED.items(),
        "today": timezone.localdate().isoformat(),
        "age_note": limit.note(short_language()),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/receive_request.html", content)


def _requester(typed: QueryDict) -> Requester:
    return Requester(
        name=typed.get("name", "").strip()[:64],
        relation=typed.get("relation", ""),
        checked_by=typed.get("checked_by", ""),
        contact=typed.get("contact", "").strip()[:64],
        words=typed.get("words", "").strip()[:2000],
        cannot_express=typed.get("cannot_express") == "1",
    )


def _key(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.uuid4()


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return dt.date.max


def show(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    """One request: who asked what, until when, what was decided."""
    return _page(request, request_id)


def _page(request: HttpRequest, request_id: uuid.UUID, problems: Sequence[Sentence] = ()) -> HttpResponse:
    try:
        card = get_request(request.actor, request_id=request_id)
    except NotFoundHere as error:
        raise Http404 from error
    people = _people(request, [card])
    role = request.actor.role
    content = {
        "card": card,
        "name": _name(people, card),
        "is_visible": card.person_id in people,
        "kind": KINDS[card.kind],
        "state": STATES[card.state],
        "relation": RELATIONS.get(card.requester.relation, ""),
        "checked_by": CHECKED.get(card.requester.checked_by, ""),
        "may_decide": card.is_open and may_do(role, Action.DECIDE_SUBJECT_REQUEST),
        "may_withdraw": card.is_open and may_do(role, Action.SUBJECT_REQUEST),
        "may_lift": card.kind == RESTRICT and card.state == "granted" and may_do(role, Action.DECIDE_SUBJECT_REQUEST),
        "reason": request.POST.get("reason", ""),
        "least": LEAST_REASON,
        "problems": problems,
        "today": timezone.localdate(),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/request.html", content)


def decide(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    """Grant or refuse a request; a refusal says why in writing."""
    return _act(
        request,
        request_id,
        lambda: decide_request(
            request.actor,
            request_id=request_id,
            version=_version(request.POST),
            granted=request.POST.get("granted") == "1",
            reason=request.POST.get("reason", ""),
            origin=request.META["REMOTE_ADDR"],
        ),
    )


def lift(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    """End a granted restriction; why is written down."""
    return _act(
        request,
        request_id,
        lambda: lift_restriction(
            request.actor,
            request_id=request_id,
            version=_version(request.POST),
            reason=request.POST.get("reason", ""),
            origin=request.META["REMOTE_ADDR"],
        ),
    )


def withdraw(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    """Whoever asked takes the request back."""
    return _act(
        request,
        request_id,
        lambda: withdraw_request(
            request.actor,
            request_id=request_id,
            version=_version(request.POST),
            reason=request.POST.get("reason", ""),
        ),
    )


def _act(request: HttpRequest, request_id: uuid.UUID, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except (NotFoundHere, PersonNotFound) as error:
        raise Http404 from error
    except RecordError as refused:
        return _page(request, request_id, sentences(refused.problems))
    return redirect("subject_request", request_id=request_id)


def _version(typed: QueryDict) -> int:
    text = typed.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
