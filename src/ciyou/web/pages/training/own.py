"""What one attended oneself and holds for it; a certificate to print; and whether a certificate is genuine."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from ciyou.apps.training.certificates import check_certificate, print_certificate
from ciyou.apps.training.reading import read_own_training
from ciyou.apps.training.refusals import TrainingNotFound
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import Problem, RecordError
from ciyou.web.wording import sentences

_LONGEST = 40


def show_own(request: HttpRequest) -> HttpResponse:
    """My training."""
    content = {
        "own": read_own_training(request.actor),
        "year": timezone.localdate().year,
        "keeps": may_do(request.actor.role, Action.KEEP_TRAINING),
    }
    return render(request, "web/pages/own_training.html", content)


def take_certificate(request: HttpRequest, certificate_id: uuid.UUID) -> HttpResponse:
    """A certificate as a file to print."""
    address = request.build_absolute_uri(reverse("check_certificate"))
    try:
        document = print_certificate(request.actor, certificate_id=certificate_id, address=address)
    except TrainingNotFound as missing:
        raise Http404 from missing
    headers = {"Content-Disposition": f'attachment; filename="certificate-{certificate_id.hex[:8]}.pdf"'}
    return HttpResponse(document, content_type="application/pdf", headers=headers)


def check(request: HttpRequest) -> HttpResponse:
    """Whether a certificate was issued: by its number and code."""
    number, code = request.POST.get("number", "")[:_LONGEST], request.POST.get("code", "")[:_LONGEST]
    asked, found = bool(number and code), None
    problems: tuple[Problem, ...] = ()
    try:
        found = check_certificate(request.actor, number=number, code=code) if asked else None
    except RecordError as problem:
        problems = problem.problems
    content = {
        "number": number,
        "code": code,
        "asked": asked,
        "found": found,
        "trains": may_do(request.actor.role, Action.SEE_OWN_TRAINING),
        "problems": sentences(problems),
    }
    return render(request, "web/pages/check_certificate.html", content, status=422 if problems else 200)
