"""One referral: what was sent, where it is, its story, and the next step of whoever reads it."""

from __future__ import annotations

import base64
import io
import uuid
from collections.abc import Callable

import qrcode
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from qrcode.image.svg import SvgPathImage

from ciyou.apps.partners.answering import Answer, answer_referral
from ciyou.apps.partners.grounds import change_ground
from ciyou.apps.partners.links import make_link
from ciyou.apps.partners.lists import ReferralView, read_referral
from ciyou.apps.partners.referring import CHILD, GUARDIAN, review_ground, send_referral
from ciyou.apps.partners.refusals import ReferralNotFound
from ciyou.apps.partners.returning import (
    close_referral,
    last_follow_up,
    plan_return,
    record_follow_up,
    withdraw_referral,
)
from ciyou.apps.partners.transitions import ENDINGS, REFUSALS
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import AccessDenied, CiyouError, Problem
from ciyou.packs import load_referrals
from ciyou.web import referral_wording as words
from ciyou.web.context import short_language
from ciyou.web.guard import disclose
from ciyou.web.pages.applications.forms import text, version
from ciyou.web.pages.referrals.writing import read_day
from ciyou.web.wording import sentences

REVIEWS = ("review", "ground_refused")
ANSWERS = ("accept", "refuse", "arrive", "miss", "reply")


def show_referral(request: HttpRequest, referral_id: uuid.UUID) -> HttpResponse:
    """One referral."""
    return _show(request, referral_id, ())


def take_step(request: HttpRequest, referral_id: uuid.UUID) -> HttpResponse:
    """Take one step of it and come back; what was wrong is told there."""
    actor, seen, said = request.actor, version(request), text(request, "words")
    about = {"referral_id": referral_id, "version": seen}
    steps: dict[str, Callable[[], object]] = {
        "send": lambda: send_referral(actor, **about),
        "review": lambda: review_ground(actor, **about),
        "ground_refused": lambda: review_ground(actor, **about, accepted=False, reason=said),
        "change_ground": lambda: change_ground(
            actor,
            **about,
            ground=text(request, "ground"),
            consent_by=text(request, "consent_by"),
            consent_on=read_day(text(request, "consent_on")),
        ),
        "plan": lambda: plan_return(actor, **about, what=said, next_on=read_day(text(request, "next_on"))),
        "follow": lambda: record_follow_up(actor, **about, words=said),
        "close": lambda: close_referral(actor, **about, reason=text(request, "reason")),
        "withdraw": lambda: withdraw_referral(actor, **about, reason=text(request, "reason")),
    }
    step = text(request, "step")
    if step not in steps and step not in ANSWERS:
        raise Http404
    try:
        steps.get(step, lambda: answer_referral(actor, **about, answer=answer_of(request)))()
    except ReferralNotFound as missing:
        raise Http404 from missing
    except AccessDenied:
        raise
    except CiyouError as problem:
        return _show(request, referral_id, problem.problems)
    if step in REVIEWS:  # who was shown the ground alone reads nothing of it any more
        return redirect("referrals")
    return redirect("referral", referral_id=referral_id)


def answer_of(request: HttpRequest) -> Answer:
    """An answer as a form sends it."""
    return Answer(
        step=text(request, "step"),
        reason=text(request, "reason"),
        words=text(request, "words"),
        advice=text(request, "advice"),
        findings=text(request, "findings"),
    )


def hand_link(request: HttpRequest, referral_id: uuid.UUID) -> HttpResponse:
    """A one-time link to hand over, as text and as a picture on paper; it is shown this once."""
    try:
        link = make_link(request.actor, referral_id=referral_id, version=version(request))
        view = read_referral(request.actor, referral_id=referral_id)
    except ReferralNotFound as missing:
        raise Http404 from missing
    except AccessDenied:
        raise
    except CiyouError as problem:
        return _show(request, referral_id, problem.problems)
    _disclose(request, view)
    address = request.build_absolute_uri(reverse("answer", kwargs={"answer_token": link.token}))
    content = {
        "address": address,
        "picture": picture_of(address),
        "provider": view.line.provider,
        "service": words.service_name(view.line.service, view.line.division),
        "referral_id": referral_id,
        "accepting": link.step == "accept",
        "expires_at": link.expires_at,
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/referral_link.html", content)


def picture_of(address: str) -> str:
    """An address as a picture that a telephone reads from paper."""
    out = io.BytesIO()
    qrcode.make(address, image_factory=SvgPathImage, box_size=12, border=2).save(out)
    return "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode()


def _disclose(request: HttpRequest, view: ReferralView) -> None:
    disclose(
        request,
        subject=str(view.line.id),
        person_ids=[str(view.person_id)],
        fields=("ground" if view.narrow else "referral", *view.content.fields, *(("findings",) if view.reply else ())),
        highest_class=view.sensitivity,
    )


def _show(request: HttpRequest, referral_id: uuid.UUID, problems: tuple[Problem, ...]) -> HttpResponse:
    try:
        view = read_referral(request.actor, referral_id=referral_id)
    except ReferralNotFound as missing:
        raise Http404 from missing
    _disclose(request, view)
    line, lang = view.line, short_language()
    service = load_referrals(division=line.division).get(line.service)
    plan = view.plan
    content = {
        "view": view,
        "row": words.referral_rows([line], timezone.localdate())[0],
        "fields": words.sent_fields(view.content, line.service, line.division),
        "ground": words.ground_name(view.ground),
        "grounds": [(one, words.ground_name(one)) for one in (GUARDIAN, CHILD)],
        "urgency": words.URGENCIES[line.urgency],
        "steps": words.step_rows(view.steps),
        "advised": words.advice_name(plan.advice, line.service, line.division) if plan and plan.advice else "",
        "next_on": read_day(plan.next_on) if plan else None,
        "advice": [(one.code, one.name(lang)) for one in service.advice] if service else [],
        "refusals": [(one, words.REASONS[one]) for one in REFUSALS],
        "endings": [(one, words.REASONS[one]) for one in ENDINGS],
        "receives": may_do(request.actor.role, Action.ANSWER_REFERRAL),
        "today": timezone.localdate().isoformat(),
        "last_follow_up": last_follow_up(),
        "typed": request.POST,
        "problems": sentences(problems),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/referral.html", content, status=422 if problems else 200)
