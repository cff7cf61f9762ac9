"""What ends or moves a file: a death, an eighteenth birthday, a move. The history stays."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from ciyou.apps.audit.services import publish_event, record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.registry.checks import check_may, find_for_work
from ciyou.apps.registry.events import event_row, note_event
from ciyou.apps.registry.facts import record_facts
from ciyou.apps.registry.incoming import NewStatement, PersonId
from ciyou.apps.registry.match_keys import refresh_match_keys
from ciyou.apps.registry.models import Person, PersonEvent, PersonStatus
from ciyou.apps.registry.places import refresh_places
from ciyou.apps.registry.refusals import refused, somebody_was_first
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, significant_digits
from ciyou.core.access.roles import Action
from ciyou.core.clock.ages import birth_cutoff, date_of_age

OF_AGE = 18
BATCH = 500
KNOWN_FROM = ("certificate", "police", "court", "family", "hospital")
"""How a death became known; a code, because free words about a person do not belong into a log."""


def record_death(
    actor: Actor, *, person_id: PersonId, on: dt.date, known_from: str = "", evidence_id: UUID | None = None
) -> None:
    """Record that a child or a parent has died: a verified fact from that day on, and the file's state.

    `known_from` is one of KNOWN_FROM, "" where nobody said. For a child `registry.child_died` is published: what is due for it ends.
    """
    check_may(actor, Action.REGISTER, Action.RECORD_FACTS)
    if on > timezone.localdate():
        raise refused(
            "death_day", "死亡日期不能在将来；请改正。", "A day of death does not lie in the future; correct it."
        )
    if known_from and known_from not in KNOWN_FROM:
        raise refused("death_known", "请选择怎样得知的。", "Choose how this became known.")
    with transaction.atomic():
        person = find_for_work(actor, person_id)
        if person.birth_date is not None and on < person.birth_date:
            raise refused(
                "death_day", "死亡日期早于出生日期；请改正。", "The day of death lies before that of birth; correct it."
            )
        with walled(LOCAL_OPERATOR):
            _change_status(person, PersonStatus.DEAD, on)
            note_event(actor, person.id, "died", on=on, details={"known_from": known_from} if known_from else None)
        dead = NewStatement("dead", True, "verified", valid_from=on)
        record_facts(actor, person_id=person.id, statements=[dead], source="registration", evidence_id=evidence_id)
        record_action(
            actor,
            action="record_death",
            subject=str(person.id),
            persons=[str(person.id)],
            details={"kind": person.kind},
            highest_class=4,
        )
        if person.kind == "child":
            publish_event("registry.child_died", child_ids=[str(person.id)])


def _change_status(person: Person, status: PersonStatus, on: dt.date) -> None:
    """Raises RecordError when the file changed since it was read."""
    changed = Person.objects.filter(id=person.id, version=person.version, status=person.status).exclude(status=status)
    if not changed.update(status=status, status_on=on, version=F("version") + 1, updated_at=timezone.now()):
        raise somebody_was_first(
            "这份档案刚刚被别人更改，或已是这个状态。请刷新后查看。",
            "Somebody has just changed this file, or it stands so already. Reload to see.",
        )


def pass_eighteenth_birthdays(today: dt.date | None = None) -> int:
    """The daily job: every child on file who is eighteen by now is of age; gives how many, and says so to the rooms above."""
    day = today or timezone.localdate()
    grown = Person.objects.filter(kind="child", status=PersonStatus.ACTIVE, birth_date__lte=birth_cutoff(day, OF_AGE))
    passed = 0
    while people := list(grown.order_by("id")[:BATCH]):
        with transaction.atomic(), walled(LOCAL_OPERATOR):
            passed += _pass(people)
    return passed


def _pass(people: list[Person]) -> int:
    events = []
    for person in people:
        birthday = date_of_age(person.birth_date, OF_AGE) if person.birth_date else None
        changed = Person.objects.filter(id=person.id, status=PersonStatus.ACTIVE).update(
            status=PersonStatus.OF_AGE, status_on=birthday, version=F("version") + 1, updated_at=timezone.now()
        )
        if changed:
            events.append(PersonEvent(**event_row(LOCAL_OPERATOR, person.id, "of_age", on=birthday)))
    PersonEvent.objects.bulk_create(events)
    ids = [str(event.person_id) for event in events]
    record_action(LOCAL_OPERATOR, action="pass_eighteenth_birthdays", persons=ids, highest_class=3)
    publish_event("registry.child_of_age", child_ids=ids)
    return len(ids)


def move_person(
    actor: Actor,
    *,
    person_id: PersonId,
    division: str,
    residence_division: str | None = None,
    on: dt.date,
    leaves: bool = False,
) -> None:
    """Move a person's registration, and the residence unless it is None. The new place's officers see the file from now on.

    `leaves`: the new place keeps its own records elsewhere; the file ends as moved.
    """
    check_may(actor, Action.REGISTER)
    if not division.isdigit() or len(division) != 12 or len(significant_digits(division)) < 6:
        raise refused(
            "division", "请选择迁入的村（居）、乡镇或县。", "Choose the village, township or county moved to."
        )
    if on > timezone.localdate():
        raise refused(
            "move_day", "迁移日期不能在将来；请改正。", "A day of moving does not lie in the future; correct it."
        )
    with transaction.atomic():
        person = find_for_work(actor, person_id)
        residence = person.residence_division if residence_division is None else residence_division
        if (division, residence) == (person.division, person.residence_division) and not leaves:
            return
        with walled(LOCAL_OPERATOR):
            _rehome(person, division, residence)
            if leaves:
                Person.objects.filter(id=person.id).update(status=PersonStatus.MOVED, status_on=on)
            details = {"from": person.division, "to": division, "by": "officer", "leaves": leaves}
            note_event(actor, person.id, "moved", on=on, details=details)
        record_action(
            actor,
            action="move_person",
            subject=str(person.id),
            persons=[str(person.id)],
            details={"leaves": leaves},
            highest_class=3,
        )
        publish_event(
            "registry.person_moved", person_id=str(person.id), old_division=person.division, new_division=division
        )
        if person.kind == "child":
            publish_event("registry.facts_changed", child_ids=[str(person.id)])


def _rehome(person: Person, division: str, residence: str) -> None:
    changed = Person.objects.filter(id=person.id, version=person.version).update(
        division=division,
        residence_division=residence,
        division_resolved=True,
        version=F("version") + 1,
        updated_at=timezone.now(),
    )
    if not changed:
        raise somebody_was_first(
            "这份档案刚刚被别人更改。请刷新后再办理迁移。",
            "Somebody has just changed this file. Reload before you move it.",
        )
    refresh_places([person.id])
    refresh_match_keys([person.id])


def on_division_changed(*, old_code: str, new_code: str, on: str | dt.date) -> None:
    """Handler of `accounts.division_changed`: whoever stands in the old division stands in the new one, and the file says so.

    Every person with exactly this code, by registration or residence; coming twice changes nothing the second time.
    """
    day = dt.date.fromisoformat(on) if isinstance(on, str) else on
    if old_code == new_code:
        return
    with walled(LOCAL_OPERATOR):
        _rehome_all("division", old_code, new_code, day)
        _rehome_all("residence_division", old_code, new_code, day)


def _rehome_all(field: str, old: str, new: str, on: dt.date) -> None:
    while ids := list(Person.objects.filter(**{field: old}).order_by("id").values_list("id", flat=True)[:BATCH]):
        with transaction.atomic():
            Person.objects.filter(id__in=ids).update(
                **{field: new}, version=F("version") + 1, updated_at=timezone.now()
            )
            details = {"from": old, "to": new, "what": field}
            PersonEvent.objects.bulk_create(
                [
                    PersonEvent(**event_row(LOCAL_OPERATOR, person, "division_changed", on=on, details=details))
                    for person in ids
                ]
            )
            refresh_places(ids)
            refresh_match_keys(ids)
            if field == "division":
                _tell_of_moves(ids, old, new)
            record_action(LOCAL_OPERATOR, action="rehome_persons", details={"persons": len(ids), "field": field})


def _tell_of_moves(person_ids: list[UUID], old: str, new: str) -> None:
    """The work about a child goes to whoever is there for its place now."""
    children = Person.objects.filter(id__in=person_ids, kind="child").values_list("id", flat=True)
    for child in children:
        publish_event("registry.person_moved", person_id=str(child), old_division=old, new_division=new)
