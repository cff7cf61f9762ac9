"""Referring a child: first the service, then on one page to whom, what is told, and on what ground."""

from __future__ import annotations

import datetime as dt
import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from ciyou.apps.partners.access import PURPOSE
from ciyou.apps.partners.lists import referrals_of_child
from ciyou.apps.partners.providers import free_slots, list_providers
from ciyou.apps.partners.referring import GROUNDS, URGENCIES, NewReferral, draft_referral, offered_fields, refer_now
from ciyou.apps.registry.selectors import PersonCard, PersonNotFound, get_person
from ciyou.core.errors import AccessDenied, CiyouError, Problem
from ciyou.packs import load_referrals
from ciyou.packs.referrals import TYPED
from ciyou.web import referral_wording as words
from ciyou.web.context import short_language
from ciyou.web.guard import disclose
from ciyou.web.pages.applications.forms import key, text
from ciyou.web.wording import sentences

FIELD = "field-"


def refer(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """The child's referrals and a new one; POST drafts it, and sends it where so wanted."""
    try:
        child = get_person(request.actor, person_id=child_id, purpose=PURPOSE)
    except PersonNotFound as missing:
        raise Http404 from missing
    if child.kind != "child":
        raise Http404
    if request.method != "POST":
        return _show(request, child, ())
    try:
        refer_it = refer_now if text(request, "do") == "send" else draft_referral
        referral_id = refer_it(request.actor, wanted=_wanted(request, child_id))
    except AccessDenied:
        raise
    except CiyouError as problem:
        return _show(request, child, problem.problems)
    return redirect("referral", referral_id=referral_id)


def _wanted(request: HttpRequest, child_id: uuid.UUID) -> NewReferral:
    chosen = request.POST.getlist("chosen")
    # What was typed goes along without a tick of its own: an empty box is what leaves it out.
    provider, _slash, month = text(request, "slot").partition("/")
    filled = [name.removeprefix(FIELD) for name in request.POST if name.startswith(FIELD) and text(request, name)]
    return NewReferral(
        id=key(request, "form"),
        child_id=child_id,
        provider_id=key(request, "provider"),
        service=text(request, "service"),
        ground=text(request, "ground"),
        purpose=text(request, "purpose"),
        urgency=text(request, "urgency"),
        fields={code: text(request, FIELD + code) for code in dict.fromkeys((*chosen, *filled))},
        consent_by=text(request, "consent_by"),
        consent_on=read_day(text(request, "consent_on")),
        emergency=text(request, "emergency"),
        month=read_day(month),
        month_at=_key_of(provider) if month else None,
    )


def _key_of(typed: str) -> uuid.UUID:
    """An id as a form sends it; one that nothing has for none."""
    try:
        return uuid.UUID(typed)
    except ValueError:
        return uuid.uuid4()


def read_day(typed: str) -> dt.date | None:
    """A day as a form sends it; None for none."""
    try:
        return dt.date.fromisoformat(typed)
    except ValueError:
        return None


def _show(request: HttpRequest, child: PersonCard, problems: tuple[Problem, ...]) -> HttpResponse:
    lang, actor = short_language(), request.actor
    services = load_referrals(division=child.division)
    code = request.POST.get("service", request.GET.get("service", ""))
    service = services.get(code)
    there = referrals_of_child(actor, child_id=child.id)
    offered = offered_fields(actor, child=child, service=service) if service else ()
    providers = list_providers(actor, service=service.code) if service else ()
    slots = free_slots([one.id for one in providers], service=code) if service else {}
    disclose(
        request,
        subject=str(child.id),
        person_ids=[str(child.id)],
        fields=("name", "referral", *(one.field.code for one in offered if one.value)),
        highest_class=max(
            [3, *(one.field.sensitivity for one in offered if one.value), *(one.sensitivity for one in there)]
        ),
    )
    chosen = request.POST.getlist("chosen")
    content = {
        "child": child,
        "rows": words.referral_rows(there, timezone.localdate()),
        "services": [(one.code, one.name(lang)) for one in services.values()],
        "service": service,
        "service_name": service.name(lang) if service else "",
        "form": request.POST.get("form") or uuid.uuid4(),
        "fields": [
            {
                "code": one.field.code,
                "name": one.field.name(lang),
                "typed": one.field.source == TYPED,
                "value": text(request, FIELD + one.field.code) if one.field.source == TYPED else one.value,
                "needed": one.field.needed,
                "chosen": one.field.needed or one.field.code in chosen,
                "input": FIELD + one.field.code,
            }
            for one in offered
            if one.field.source == TYPED or one.value or one.field.needed
        ],
        "providers": [(str(one.id), one.name, one.designated, one.contact) for one in providers],
        "slots": [
            (f"{provider.id}/{slot.month.isoformat()}", provider.name, slot.month, slot.free)
            for provider in providers
            for slot in slots.get(provider.id, ())
        ],
        "grounds": [(one, words.ground_name(one)) for one in GROUNDS],
        "urgencies": [(one, words.URGENCIES[one]) for one in URGENCIES],
        "typed": request.POST,
        "today": timezone.localdate().isoformat(),
        "problems": sentences(problems),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/refer.html", content, status=422 if problems else 200)
