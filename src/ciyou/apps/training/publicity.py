"""The log of publicity: what was done where, about what, and how many it reached. It names nobody."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from ciyou.apps.audit.services import record_action
from ciyou.apps.training.access import find_publicity
from ciyou.apps.training.models import PublicityActivity
from ciyou.apps.training.refusals import check_day, check_inside, check_may, check_number, check_text, moved_on, refused
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action
from ciyou.packs import load_training

ACTIVITY_LENGTH, MATERIALS_LENGTH, MOST_REACHED = 120, 200, 10_000_000


@dataclass(frozen=True)
class WrittenPublicity:
    """An activity of publicity as it was written: six answers."""

    held_on: dt.date | None
    division: str
    theme: str
    activity: str
    reach: int
    materials: str = ""


def record_publicity(actor: Actor, *, publicity_id: uuid.UUID, written: WrittenPublicity) -> uuid.UUID:
    """Enter an activity of the actor's area; sent twice it is one. Raises RecordError for what is incomplete."""
    check_may(actor, Action.KEEP_TRAINING)
    values = _checked(actor, written)
    with transaction.atomic():
        _row, made = PublicityActivity.objects.get_or_create(
            id=publicity_id, defaults={**values, "recorded_by": actor.id, "recorded_at": timezone.now()}
        )
        find_publicity(actor, publicity_id)
        if made:
            record_action(actor, action="record_publicity", subject=str(publicity_id), details={"theme": written.theme})
    return publicity_id


def correct_publicity(actor: Actor, *, publicity_id: uuid.UUID, version: int, written: WrittenPublicity) -> None:
    """Correct an entry; raises RecordError where somebody was first."""
    check_may(actor, Action.KEEP_TRAINING)
    _change(actor, publicity_id, version, "correct_publicity", _checked(actor, written))


def remove_publicity(actor: Actor, *, publicity_id: uuid.UUID, version: int) -> None:
    """Take an entry made by mistake out of the log; it stays on record and counts no more."""
    check_may(actor, Action.KEEP_TRAINING)
    _change(actor, publicity_id, version, "remove_publicity", {"removed_at": timezone.now()})


def _change(actor: Actor, publicity_id: uuid.UUID, version: int, action: str, changes: dict[str, object]) -> None:
    with transaction.atomic():
        row = find_publicity(actor, publicity_id, lock=True)
        mine = PublicityActivity.objects.filter(id=row.id, version=version, removed_at=None)
        if not mine.update(**changes, version=F("version") + 1):
            raise moved_on()
        record_action(actor, action=action, subject=str(row.id))


def _checked(actor: Actor, written: WrittenPublicity) -> dict[str, object]:
    division = check_inside(actor, written.division)
    if written.theme not in load_training(division=division).themes:
        raise refused("theme", "请选择宣传主题。", "Choose what the activity was about.")
    materials = check_text(
        written.materials, code="materials", least=0, most=MATERIALS_LENGTH, zh="宣传材料", en="the materials"
    )
    return {
        "held_on": check_day(written.held_on, code="held_on", latest=timezone.localdate()),
        "division": division,
        "theme": written.theme,
        "activity": check_text(written.activity, code="activity", least=2, most=ACTIVITY_LENGTH, zh="做了什么", en="what was done"),
        "reach": check_number(written.reach, code="reach", least=0, most=MOST_REACHED, zh="覆盖人次", en="how many it reached"),
        "materials": materials,
    }  # fmt: skip
