"""Opening a child's file by hand: fill in, look whether there is one already, then open it."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ciyou.apps.accounts.selectors import division_choices
from ciyou.apps.registry.selectors import Resemblance, Sought, people_resembling
from ciyou.apps.registry.services import APART_REASONS, NewChild, register_child
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action
from ciyou.core.errors import RecordError
from ciyou.web.context import short_language
from ciyou.web.guard import Access, Route, disclose
from ciyou.web.resembling_wording import APART, resembling_row
from ciyou.web.wording import SEXES

FIELDS = ("name", "sex", "birth_date", "id_card", "division", "residence_division")
GUARDIAN = "guardian_name"
"""Asked for the look only, and not kept: a family is recorded with its evidence."""
SHOWN_FIELDS = ("name", "sex", "birth_date", "division", "id_card", "guardians")
# Which field a refusal of the service belongs to.
FIELD_OF = {
    "name": "name",
    "sex": "sex",
    "birth_date": "birth_date",
    "division": "division",
    "division_outside": "division",
    "search_often": "name",
}


def show_register(request: HttpRequest) -> HttpResponse:
    """The form; POST looks for files that may be this child's, and opens one when there are none or none of them is."""
    if request.method != "POST":
        return _show(request, {}, key=uuid.uuid4())
    typed = {name: request.POST.get(name, "").strip()[:120] for name in (*FIELDS, GUARDIAN)}
    key = form_key(request)
    faults = missing_fields(typed)
    if faults:
        return _show(request, typed, key=key, faults=faults)
    try:
        return _open(request, typed, key)
    except RecordError as refused:
        return _show(request, typed, key=key, faults=faults_of(refused))


def _open(request: HttpRequest, typed: dict[str, str], key: uuid.UUID) -> HttpResponse:
    """The file, unless somebody is alike who was not shown yet or of whom it is not said why this is another child."""
    actor: Actor = request.actor
    child = typed_child(typed, key)
    alike = people_resembling(actor, sought=sought_child(typed))
    if alike and all(one.person_id != key for one in alike):
        because = request.POST.get("because", "")
        if not _looked_at(request, alike):
            return _show(request, typed, key=key, alike=alike)
        if because not in APART_REASONS:
            return _show(request, typed, key=key, alike=alike, faults={"apart": _("请选择为什么都不是这个孩子。")})
        child = replace(child, apart_from=tuple(one.person_id for one in alike), apart_because=because)
    return redirect("child", child_id=register_child(actor, child=child))


def _looked_at(request: HttpRequest, alike: tuple[Resemblance, ...]) -> bool:
    seen = request.POST.get("seen", "").split(",")
    return request.POST.get("looked") == "yes" and all(str(one.person_id) in seen for one in alike)


def sought_child(typed: dict[str, str]) -> Sought:
    """The same child as it is looked for."""
    guardian = typed.get(GUARDIAN, "")
    return Sought(
        name=typed["name"],
        sex=typed["sex"],
        birth_date=dt.date.fromisoformat(typed["birth_date"]),
        division=typed["division"],
        residence_division=typed["residence_division"],
        id_card=typed["id_card"],
        guardians=((guardian, ""),) if guardian else (),
    )


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
    alike: tuple[Resemblance, ...] = (),
) -> HttpResponse:
    people = [str(one.person_id) for one in alike]
    disclose(request, subject="", person_ids=people, fields=SHOWN_FIELDS, highest_class=3)
    today = timezone.localdate()
    content: dict[str, Any] = {
        "typed": typed,
        "key": key,
        "faults": faults or {},
        "alike": [resembling_row(one, typed) for one in alike],
        "seen": ",".join(people),
        "reasons": APART.items(),
        "because": request.POST.get("because", ""),
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
