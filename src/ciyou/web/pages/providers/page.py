"""The directory and one entry of it; the county keeps it, everybody who refers reads it. Nothing about any child."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from ciyou.apps.accounts.selectors import PostCard, posts_in
from ciyou.apps.partners.providers import (
    ProviderLine,
    WrittenProvider,
    list_providers,
    offer_slots,
    read_provider,
    record_provider,
    record_quality_visit,
)
from ciyou.apps.partners.refusals import ProviderNotFound
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import AccessDenied, CiyouError, Problem
from ciyou.packs import load_referrals
from ciyou.packs.referrals import KINDS
from ciyou.web import referral_wording as words
from ciyou.web.context import short_language
from ciyou.web.pages.applications.forms import key, text, version
from ciyou.web.pages.referrals.writing import read_day
from ciyou.web.wording import sentences


def show_providers(request: HttpRequest) -> HttpResponse:
    """The directory."""
    lines = list_providers(request.actor, active=False)
    content = {
        "rows": [(one, words.KINDS[one.kind], _services(one)) for one in lines],
        "keeps": may_do(request.actor.role, Action.KEEP_PROVIDERS),
    }
    return render(request, "web/pages/providers.html", content)


def new_provider(request: HttpRequest) -> HttpResponse:
    """Take a provider into the directory."""
    if request.method != "POST":
        return _show_form(request, ())
    provider_id = key(request, "form")
    try:
        record_provider(request.actor, provider_id=provider_id, written=_written(request))
    except AccessDenied:
        raise
    except CiyouError as problem:
        return _show_form(request, problem.problems)
    return redirect("provider", provider_id=provider_id)


def show_provider(request: HttpRequest, provider_id: uuid.UUID) -> HttpResponse:
    """One provider."""
    return _show(request, provider_id, ())


def correct_provider(request: HttpRequest, provider_id: uuid.UUID) -> HttpResponse:
    """Correct its entry."""
    return _do(
        request,
        provider_id,
        lambda: record_provider(
            request.actor, provider_id=provider_id, written=_written(request), version=version(request) or -1
        ),
    )


def add_visit(request: HttpRequest, provider_id: uuid.UUID) -> HttpResponse:
    """Note a quality visit."""
    on, findings = read_day(text(request, "on")), text(request, "findings")
    return _do(
        request,
        provider_id,
        lambda: record_quality_visit(request.actor, provider_id=provider_id, on=on, findings=findings),
    )


def add_slots(request: HttpRequest, provider_id: uuid.UUID) -> HttpResponse:
    """Say how many places there are in a month."""
    month, offered = read_day(text(request, "month") + "-01"), _number(request, "offered")
    return _do(
        request,
        provider_id,
        lambda: offer_slots(
            request.actor,
            provider_id=provider_id,
            service=text(request, "service"),
            month=month,
            offered=-1 if offered is None else offered,
        ),
    )


def _do(request: HttpRequest, provider_id: uuid.UUID, do: Callable[[], object]) -> HttpResponse:
    try:
        do()
    except ProviderNotFound as missing:
        raise Http404 from missing
    except AccessDenied:
        raise
    except CiyouError as problem:
        return _show(request, provider_id, problem.problems)
    return redirect("provider", provider_id=provider_id)


def _written(request: HttpRequest) -> WrittenProvider:
    post = text(request, "post")
    return WrittenProvider(
        name=text(request, "name"),
        kind=text(request, "kind"),
        services=tuple(request.POST.getlist("services")),
        capacity=_number(request, "capacity"),
        designated_from=read_day(text(request, "designated_from")),
        designated_to=read_day(text(request, "designated_to")),
        contact=text(request, "contact"),
        post_id=key(request, "post") if post else None,
        active=text(request, "active") != "no",
    )


def _number(request: HttpRequest, name: str) -> int | None:
    typed = text(request, name)
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 7 else None


def _services(line: ProviderLine) -> list[str]:
    return [words.service_name(code, line.division) for code in line.services]


def _form(request: HttpRequest, line: ProviderLine | None, posts: Iterable[PostCard]) -> dict[str, object]:
    """What the form of an entry needs: every kind, service and partner post, with what is chosen."""
    lang, posted = short_language(), request.POST
    chosen = posted.getlist("services") if posted else list(line.services) if line else []
    kind = posted.get("kind", line.kind if line else "")
    post = posted.get("post", str(line.post_id or "") if line else "")

    def day(name: str, stored: dt.date | None) -> str:
        return str(posted.get(name, stored.isoformat() if stored else ""))

    return {
        "kinds": [(one, words.KINDS[one], one == kind) for one in KINDS],
        "services": [
            (one.code, one.name(lang), one.code in chosen)
            for one in load_referrals(division=request.actor.scope.first).values()
        ],
        "posts": [(str(one.id), f"{one.user_name} · {one.organization_name}", str(one.id) == post) for one in posts],
        "name": posted.get("name", line.name if line else ""),
        "contact": posted.get("contact", line.contact if line else ""),
        "capacity": posted.get("capacity", "" if line is None or line.capacity is None else line.capacity),
        "designated_from": day("designated_from", line.designated_from if line else None),
        "designated_to": day("designated_to", line.designated_to if line else None),
        "form": posted.get("form") or uuid.uuid4(),
    }


def _show_form(request: HttpRequest, problems: tuple[Problem, ...]) -> HttpResponse:
    posts = posts_in(request.actor, division=request.actor.scope.first, role="partner")
    content = {**_form(request, None, posts), "problems": sentences(problems)}
    return render(request, "web/pages/provider_new.html", content, status=422 if problems else 200)


def _show(request: HttpRequest, provider_id: uuid.UUID, problems: tuple[Problem, ...]) -> HttpResponse:
    try:
        view = read_provider(request.actor, provider_id=provider_id)
    except ProviderNotFound as missing:
        raise Http404 from missing
    line = view.line
    keeps = view.keeps and may_do(request.actor.role, Action.KEEP_PROVIDERS)
    content = {
        "view": view,
        "line": line,
        "kind": words.KINDS[line.kind],
        "offers": _services(line),
        "choices": [(code, words.service_name(code, line.division)) for code in line.services],
        "slots": [(words.service_name(one.service, line.division), one) for one in view.slots],
        "keeps": keeps,
        "today": timezone.localdate().isoformat(),
        "this_month": timezone.localdate().strftime("%Y-%m"),
        "problems": sentences(problems),
        **(_form(request, line, view.posts) if keeps else {}),
    }
    return render(request, "web/pages/provider.html", content, status=422 if problems else 200)
