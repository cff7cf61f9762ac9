"""The steps of an application as forms: each does one thing and comes back to the application's page."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from ciyou.apps.awards.appeals import answer_appeal, receive_appeal
from ciyou.apps.awards.application_lists import application_of_appeal
from ciyou.apps.awards.checking import Opinion, check_application
from ciyou.apps.awards.deciding import decide_application, tell_applicant
from ciyou.apps.awards.drafting import Draft, draft_decision
from ciyou.apps.awards.notices import post_notice, remove_notice
from ciyou.apps.awards.receiving import complete_application, withdraw_application
from ciyou.web.pages.applications.forms import act, count, day, fen, found, key, month, text, version
from ciyou.web.pages.applications.one import render_application


def complete(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """Papers were brought."""
    return _do(
        request,
        application_id,
        lambda: complete_application(
            request.actor,
            application_id=application_id,
            version=version(request),
            brought=request.POST.getlist("brought"),
        ),
    )


def withdraw(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """The applicant takes it back."""
    return _do(
        request,
        application_id,
        lambda: withdraw_application(
            request.actor,
            application_id=application_id,
            version=version(request),
            reason=text(request, "withdraw_reason"),
        ),
    )


def check(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """The township's opinion."""
    opinion = Opinion(
        outcome=text(request, "opinion"),
        words=text(request, "words"),
        compared=frozenset(request.POST.getlist("compared")),
        report=text(request, "report"),
    )
    return _do(
        request,
        application_id,
        lambda: check_application(
            request.actor, application_id=application_id, version=version(request), opinion=opinion
        ),
    )


def post(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """Post the public notice."""
    return _do(request, application_id, lambda: post_notice(request.actor, application_id=application_id))


def remove(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """Take the public notice down."""
    return _do(
        request,
        application_id,
        lambda: remove_notice(
            request.actor,
            application_id=application_id,
            objections=count(request, "objections"),
            words=text(request, "objection_words"),
        ),
    )


def draft(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """Draft the decision."""

    def do() -> None:
        wanted = Draft(
            outcome=text(request, "outcome"),
            words=text(request, "words"),
            amount_fen=fen(request, "amount"),
            fact_on=day(request, "fact_on"),
            month=month(request, "month"),
        )
        draft_decision(request.actor, application_id=application_id, version=version(request), draft=wanted)

    return _do(request, application_id, do)


def decide(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """Decide as drafted, or send the draft back."""
    return _do(
        request,
        application_id,
        lambda: decide_application(
            request.actor,
            application_id=application_id,
            version=version(request),
            decision=text(request, "decision"),
            words=text(request, "words"),
            origin=request.META["REMOTE_ADDR"],
        ),
    )


def tell(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """The applicant was told."""
    return _do(request, application_id, lambda: tell_applicant(request.actor, application_id=application_id))


def appeal(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """Take an appeal down."""
    return _do(
        request,
        application_id,
        lambda: receive_appeal(
            request.actor,
            appeal_id=key(request, "key"),
            application_id=application_id,
            words=text(request, "appeal_words"),
        ),
    )


def answer(request: HttpRequest, appeal_id: uuid.UUID) -> HttpResponse:
    """Answer an appeal."""
    application_id = found(lambda: application_of_appeal(request.actor, appeal_id=appeal_id))
    assert isinstance(application_id, uuid.UUID)
    return _do(
        request,
        application_id,
        lambda: answer_appeal(
            request.actor, appeal_id=appeal_id, result=text(request, "result"), words=text(request, "answer")
        ),
    )


def _do(request: HttpRequest, application_id: uuid.UUID, do: Callable[[], object]) -> HttpResponse:
    return act(
        do,
        lambda problems: render_application(request, application_id, problems),
        "application",
        application_id=application_id,
    )
