"""What the forms about a file have in common: fields as typed, a day, an id, and each refusal beside its field."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from ciyou.apps.registry.selectors import Family, PersonCard, PersonNotFound, family_of
from ciyou.core.access.actor import Purpose
from ciyou.core.errors import RecordError
from ciyou.web.context import short_language
from ciyou.web.wording import RELATIONS

LONGEST = 400
PARENT_KINDS = ("father", "mother", "guardian", "carer")

Faults = dict[str, list[str]]


def typed_in(request: HttpRequest, names: Iterable[str]) -> dict[str, str]:
    """The fields of a form as they were sent, without spaces around them."""
    return {name: request.POST.get(name, "").strip()[:LONGEST] for name in names}


def day_in(text: str) -> dt.date | None:
    """A day as a date field sends it; None where there is none."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def id_in(text: str) -> uuid.UUID | None:
    """An id; None where there is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def placed(refused: RecordError, fields: Mapping[str, str], otherwise: str) -> Faults:
    """Each sentence of a refusal under the field it belongs to (by the last part of its code)."""
    faults: Faults = {}
    for problem in refused.problems:
        field = fields.get(problem.code.rpartition(".")[2], otherwise)
        faults.setdefault(field, []).append(problem.en if short_language() == "en" else problem.zh)
    return faults


def family_in(request: HttpRequest, child_id: uuid.UUID) -> Family:
    """The child with its family, for the page's purpose; 404 for a child that the actor may not know of."""
    try:
        family = family_of(request.actor, child_id=child_id, purpose=Purpose.SERVE)
    except PersonNotFound as error:
        raise Http404 from error
    if family.child.kind != "child":
        raise Http404
    return family


def members_of(family: Family) -> list[tuple[str, PersonCard]]:
    """The child, its parents and whoever cares for it, each with what they are."""
    kin = [one for one in (family.father, family.mother, *family.others) if one and one.kind in PARENT_KINDS]
    return [(_("孩子"), family.child), *((str(RELATIONS.get(one.kind, one.kind)), one.person) for one in kin)]


def member_options(members: Iterable[tuple[str, PersonCard]]) -> list[tuple[str, str]]:
    """Members of a family to choose from: id and words."""
    return [(str(card.id), f"{words} · {card.name or _('姓名不详')}") for words, card in members]
