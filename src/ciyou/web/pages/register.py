"""Opening a child's file by hand: fill in, look whether there is one already, then open it."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ciyou.apps.accounts.selectors import division_choices
from ciyou.apps.registry.selectors import PersonCard, find_candidates
from ciyou.apps.registry.services import NewChild, register_child
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action
from ciyou.core.errors import RecordError
from ciyou.web.context import short_language
from ciyou.web.guard import Access, Route, disclose
from ciyou.web.registry_wording import found_row
from ciyou.web.wording import SEXES

FIELDS = ("name", "sex", "birth_date", "id_card", "division", "residence_division")
SHOWN_FIELDS = ("name", "sex", "birth_date", "division")
# Which field a refusal of the service belongs to.
FIELD_OF = {
    "name": "name",
    "sex": "sex",
    "birth_date": "birth_date",
    "division": "division",
    "division_outside": "division",
}


def show_register(request: HttpRequest) -> HttpResponse:
    """The form; POST looks for files that may be this child's, and opens one when there are none or none of them is."""
    if request.method != "POST":
        return _show(request, {}, key=uuid.uuid4())
    typed = {name: request.POST.get(name, "").strip()[:120] for name in FIELDS}
    key = form_key(request)
    faults = missing_fields(typed)
    if faults:
        return _show(request, typed, key=key, faults=faults)
    try:
        return _open(request, typed, key)
    except RecordError as refused:
        return _show(request, typed, key=key, faults=faults_of(refused))


def _open(request: HttpRequest, typed: dict[str, str], key: uuid.UUID) -> HttpResponse:
    actor: Actor = request.actor
    child = typed_child(typed, key)
    if request.POST.get("looked") != "yes":
        alike = find_candidates(actor, name=child.name, birth_date=child.birth_date, id_card=child.id_card)
        if alike and any(card.id != key for card in alike):
            return _show(request, typed, key=key, alike=alike)
    return redirect("child", child_id=register_child(actor, child=child))


def typed_child(typed: dict[str, str], key: uuid.UUID) -> NewChild:
    """The child that a form without faults describes."""
    return NewChild(
        key=key,
        name=typed["name"],
        sex=typed["sex"],
        birth_date=dt.date.fromisoformat(typed["birth_date"]),
        division=typed["division"],
        residence_division=typed["residence_division"],
        id_card=typed["id_card"],
    )


def form_key(request: HttpRequest) -> uuid.UUID:
    """The id that the form brought; a form without a readable one is a new one."""
    try:
        return uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid.uuid4()


def missing_fields(typed: dict[str, str]) -> dict[str, str]:
    """What a form about a child still lacks, by field."""
    faults = {}
    if not typed["name"]:
        faults["name"] = _("请填写孩子的姓名。")
    try:
        dt.date.fromisoformat(typed["birth_date"])
    except ValueError:
        faults["birth_date"] = _("请填写出生日期。")
    if not typed["division"]:
        faults["division"] = _("请选择户籍所在的村（居）。")
    if typed["sex"] not in SEXES:
        faults["sex"] = _("请选择性别。")
    return faults


def faults_of(refused: RecordError) -> dict[str, str]:
    """What the registry refused, beside the field that it is about."""
    problem = refused.problems[0]
    code = problem.code.removeprefix("registry.")
    return {FIELD_OF.get(code, "id_card"): problem.en if short_language() == "en" else problem.zh}


def _show(
    request: HttpRequest,
    typed: dict[str, str],
    *,
    key: uuid.UUID,
    faults: dict[str, str] | None = None,
    alike: tuple[PersonCard, ...] = (),
) -> HttpResponse:
    people = [str(card.id) for card in alike]
    disclose(request, subject="", person_ids=people, fields=SHOWN_FIELDS, highest_class=3)
    today = timezone.localdate()
    content: dict[str, Any] = {
        "typed": typed,
        "key": key,
        "faults": faults or {},
        "alike": [found_row(card, today) for card in alike],
        "sexes": SEXES.items(),
        "divisions": village_choices(request.actor),
        "today": today,
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/register.html", content)


def village_choices(actor: Actor) -> list[tuple[str, str]]:
    """Villages, and townships for whom the village is not known yet; the actor's own division where no list is loaded."""
    listed = [*division_choices(actor, level="village"), *division_choices(actor, level="township")]
    return sorted(listed) or [(actor.scope.first, actor.scope.first)]


ROUTES = (
    Route("children/new/", show_register, "register_child", Access.PERSONAL, ("GET", "HEAD", "POST"), Action.REGISTER),
)
