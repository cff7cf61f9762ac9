"""Moving somebody's registration or residence, inside the area or out of it, and what the mover reads afterwards."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ciyou.apps.accounts.selectors import division_choices, division_name, find_divisions
from ciyou.apps.registry.selectors import Family, PersonCard, moved_away, visible_people
from ciyou.apps.registry.services import move_person
from ciyou.core.access.actor import DIVISION_DIGITS, Actor, Purpose
from ciyou.core.errors import RecordError
from ciyou.web.guard import disclose
from ciyou.web.pages.changing.forms import (
    Faults,
    day_in,
    family_in,
    member_options,
    members_of,
    placed,
    typed_in,
)

NAMES = ("person", "division", "elsewhere", "found", "residence", "on", "leaves", "confirmed")
FIELD_OF = {"division": "division", "move_day": "on"}
SAME = "same"


@dataclass(frozen=True)
class Destination:
    """Where to, or why that is not clear: places to choose from, and a sentence beside a field."""

    division: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    field: str = ""
    fault: str = ""


def show_move(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """The form; a move out of the area is shown once more with what follows before it is done."""
    if request.method == "POST" and (gone := moved_away(request.actor, person_id=child_id)) is not None:
        return redirect("moved", child_id=gone.person_id)  # the same form, sent twice
    family = family_in(request, child_id)
    if request.method != "POST":
        return _show(request, family, {"person": str(child_id), "on": timezone.localdate().isoformat()})
    typed = typed_in(request, NAMES)
    person = next((card for _words, card in members_of(family) if str(card.id) == typed["person"]), None)
    goal = _destination(request.actor, typed)
    faults = _missing(person, typed, goal)
    if faults or person is None:
        return _show(request, family, typed, faults, goal)
    if typed["confirmed"] != goal.division and not request.actor.scope.holds(goal.division):
        return _show(request, family, typed, goal=goal, asked_of=person)
    return _move(request, family, person, typed, goal)


def _move(
    request: HttpRequest, family: Family, person: PersonCard, typed: dict[str, str], goal: Destination
) -> HttpResponse:
    try:
        move_person(
            request.actor,
            person_id=person.id,
            division=goal.division,
            residence_division=_residence(typed, goal),
            on=day_in(typed["on"]) or timezone.localdate(),
            leaves=_leaves(request.actor, typed, goal),
        )
    except RecordError as refused:
        return _show(request, family, typed, placed(refused, FIELD_OF, "division"), goal)
    child = family.child.id
    seen = visible_people(request.actor, purpose=Purpose.SERVE).filter(id=child).exists()
    return redirect("child" if seen else "moved", child_id=child)


def _destination(actor: Actor, typed: dict[str, str]) -> Destination:
    if typed["division"] and typed["elsewhere"]:
        return Destination(field="elsewhere", fault=_("迁入地只填一处：本辖区的从上面选，别处的才填在这里。"))
    if typed["division"]:
        return Destination(typed["division"])
    text = typed["elsewhere"]
    if not text:
        return Destination(field="division", fault=_("请选择迁入的村（居）或乡镇；迁到别处的，填在下面。"))
    if len(text) == DIVISION_DIGITS and text.isascii() and text.isdigit():
        return Destination(text)
    choices = find_divisions(text)
    if typed["found"] in dict(choices):
        return Destination(typed["found"], choices)
    if not choices:
        return Destination(
            field="elsewhere",
            fault=_("区划名录里没有找到。请换个写法（至少两个字），或填写迁入地的 12 位区划代码。"),
        )
    return Destination(choices=choices, field="found", fault=_("请在找到的地方里选一个。"))


def _residence(typed: dict[str, str], goal: Destination) -> str | None:
    if typed["residence"] == SAME:
        return goal.division
    return typed["residence"] or None


def _leaves(actor: Actor, typed: dict[str, str], goal: Destination) -> bool:
    """Only a place elsewhere keeps a file of its own."""
    return typed["leaves"] == "1" and not actor.scope.holds(goal.division)


def _missing(person: PersonCard | None, typed: dict[str, str], goal: Destination) -> Faults:
    faults: Faults = {}
    if person is None:
        faults["person"] = [_("请选择是谁迁移。")]
    if goal.fault:
        faults[goal.field] = [goal.fault]
    if day_in(typed["on"]) is None:
        faults["on"] = [_("请填写迁移的日期。")]
    if typed["residence"] not in ("", SAME) and not (
        len(typed["residence"]) == DIVISION_DIGITS and typed["residence"].isdigit()
    ):
        faults["residence"] = [_("请从列表中选择现住地。")]
    return faults


def _show(
    request: HttpRequest,
    family: Family,
    typed: dict[str, str],
    faults: Faults | None = None,
    goal: Destination | None = None,
    asked_of: PersonCard | None = None,
) -> HttpResponse:
    members = members_of(family)
    disclose(
        request,
        subject=str(family.child.id),
        person_ids=[str(card.id) for _words, card in members],
        fields=("name", "division", "residence_division"),
        highest_class=3,
    )
    goal = goal or Destination()
    content: dict[str, Any] = {
        "child": family.child,
        "place": division_name(family.child.division),
        "residence": division_name(family.child.residence_division) if family.child.residence_division else "",
        "people": member_options(members),
        "divisions": _divisions(request.actor),
        "typed": typed,
        "faults": faults or {},
        "choices": goal.choices,
        "today": timezone.localdate(),
        "seen_at": timezone.now(),
    }
    if asked_of is not None:
        content |= _asked(request.actor, family, asked_of, typed, goal)
    return render(request, "web/pages/move_person.html", content)


def _asked(
    actor: Actor, family: Family, person: PersonCard, typed: dict[str, str], goal: Destination
) -> dict[str, Any]:
    """What the officer confirms: who goes where, whether the file is still theirs to see, whether it ends."""
    residence = _residence(typed, goal)
    home = person.residence_division if residence is None else residence
    stays = person.id != family.child.id or (bool(home) and actor.scope.holds(home))
    return {
        "asked": person.name or _("姓名不详"),
        "goal": goal.division,
        "goal_name": division_name(goal.division),
        "is_known": division_name(goal.division) != goal.division,
        "stays": stays,
        "ends": _leaves(actor, typed, goal),
        "is_protected": person.restricted,
    }


def _divisions(actor: Actor) -> list[tuple[str, str]]:
    """The villages and townships of the actor's area, by code: a township stands before its villages."""
    listed = [*division_choices(actor, level="village"), *division_choices(actor, level="township")]
    return sorted(listed) or [(actor.scope.first, actor.scope.first)]


def show_moved(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """What whoever moved a file out of their area reads of it: where it went. Nobody else finds anything here."""
    if visible_people(request.actor, purpose=Purpose.SERVE).filter(id=child_id).exists():
        return redirect("child", child_id=child_id)
    gone = moved_away(request.actor, person_id=child_id)
    if gone is None:
        raise Http404
    disclose(request, subject=str(child_id), person_ids=[str(child_id)], fields=("division",), highest_class=3)
    content = {"gone": gone, "place": division_name(gone.division), "seen_at": timezone.now()}
    return render(request, "web/pages/moved.html", content)
