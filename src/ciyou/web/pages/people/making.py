"""Asking for a new user, or for one more post."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ciyou.apps.accounts.people import NewPerson, NewPost, find_user, person_faults, post_faults
from ciyou.apps.accounts.refusals import problem
from ciyou.apps.accounts.selectors import division_choices
from ciyou.apps.accounts.services import ask_post, create_person
from ciyou.core.errors import Problem, RecordError
from ciyou.packs import load_departments
from ciyou.web.context import short_language
from ciyou.web.pages.people.several import role_choices
from ciyou.web.pages.sign_in.flow import spoken
from ciyou.web.wording import Sentence, sentences

_LEVELS = ("county", "township", "village", "city", "province")


def new_person(request: HttpRequest) -> HttpResponse:
    """A form for a person and the first post; the account opens when a security administrator has granted it."""
    if request.method != "POST":
        return _form(request, None)
    asked = request.POST
    person = NewPerson(asked.get("username", ""), asked.get("full_name", ""), asked.get("phone", ""), _post(request))
    faults = {**person_faults(request.actor, person), **_reason_fault(request)}
    if faults:
        return _form(request, None, faults=faults, status=400)
    try:
        user_id = create_person(request.actor, person=person, reason=asked.get("reason", ""))
    except RecordError as refused:
        return _form(request, None, problems=sentences(refused.problems), status=400)
    return redirect("user", user_id=user_id)


def new_post(request: HttpRequest, user_id: uuid.UUID) -> HttpResponse:
    """A form for one more post of somebody who has an account."""
    try:
        user = find_user(request.actor, user_id)
    except RecordError as unknown:
        raise Http404 from unknown
    if request.method != "POST":
        return _form(request, user)
    faults = {**post_faults(request.actor, _post(request)), **_reason_fault(request)}
    if faults:
        return _form(request, user, faults=faults, status=400)
    try:
        ask_post(request.actor, user_id=user_id, post=_post(request), reason=request.POST.get("reason", ""))
    except RecordError as refused:
        return _form(request, user, problems=sentences(refused.problems), status=400)
    return redirect("user", user_id=user_id)


def _post(request: HttpRequest) -> NewPost:
    asked = request.POST
    return NewPost(
        role=asked.get("role", ""),
        division=asked.get("division", "").strip(),
        organization=asked.get("organization", ""),
        department=asked.get("department", ""),
        clerk=asked.get("clerk") == "yes",
    )


def _reason_fault(request: HttpRequest) -> dict[str, Problem]:
    return {} if len(request.POST.get("reason", "").strip()) >= 5 else {"reason": problem("reason")}


def _form(
    request: HttpRequest,
    user: Any,
    *,
    faults: dict[str, Problem] | None = None,
    problems: list[Sentence] | None = None,
    status: int = 200,
) -> HttpResponse:
    spoken_faults = {name: spoken([fault]) for name, fault in (faults or {}).items()}
    content = {
        "user": user,
        "values": request.POST,
        "faults": spoken_faults,
        "problems": problems,
        "roles": role_choices(),
        "divisions": [choice for level in _LEVELS for choice in division_choices(request.actor, level=level)],
        "departments": [
            (code, one.en if short_language() == "en" else one.zh) for code, one in load_departments().items()
        ],
    }
    return render(request, "web/pages/new_person.html", content, status=status)
