"""What was written on a file between a merge and its undoing: nobody but a person knows whose it is, so a person says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

from django.apps import apps
from django.db import models
from django.utils import timezone

from ciyou.apps.registry.carried_facts import carry_facts
from ciyou.apps.registry.identifiers import put_identifier
from ciyou.apps.registry.identity_moves import Record, record_of
from ciyou.apps.registry.models import (
    Fact,
    Identifier,
    IdentityDecision,
    PayeeAccount,
    Person,
    PersonStatus,
    Relationship,
)
from ciyou.apps.registry.payees import open_account, seal_account
from ciyou.apps.registry.plain_rows import stored
from ciyou.apps.registry.refusals import refused
from ciyou.apps.registry.relations import COPY, RELATIONS
from ciyou.apps.registry.row_images import image_of
from ciyou.apps.registry.sealing import open_fact, open_identifier
from ciyou.apps.registry.standing_rows import MONEY, StandingRow, standing_rows

KEPT, RESTORED = "kept", "restored"
_COPIED = frozenset(".".join(name.split(".")[:2]) for name, how in RELATIONS.items() if how == COPY)
_STAYS = frozenset({"disbursement.Payment"})


@dataclass(frozen=True)
class Between:
    """One row that came since: `key` names it in the form; `what` is `app.Model`; `ended`: no new row, a moved statement that ended."""

    key: str
    what: str
    row: StandingRow
    ended: bool = False


def written_since(merge: IdentityDecision) -> tuple[Between, ...]:
    """What was written on the kept file since a merge, and which copies from the dropped file were ended there since."""
    return since_in(standing_rows((merge.kept_id, merge.dropped_id)), record_of(merge))


def since_in(rows: Iterable[StandingRow], record: Record) -> tuple[Between, ...]:
    """The same, of rows that were read and a record that was opened."""
    copied = {(one.model, one.key) for one in record.changes if one.was is None and one.model in _COPIED}
    found = []
    for row in rows:
        place = (row.what, row.key)
        new = not record.left.get(place) and row.what not in _STAYS
        if new or (place in copied and row.ended):
            found.append(Between(f"{row.what}:{row.key}", row.what, row, ended=not new))
    return tuple(sorted(found, key=lambda one: one.key))


def check_said(found: tuple[Between, ...], belongs: Mapping[str, str]) -> None:
    """Raises RecordError unless it was said of everything that came since, and of nothing else, whose it is."""
    if {one.key for one in found} != set(belongs) or set(belongs.values()) - {KEPT, RESTORED}:
        raise refused(
            "between",
            "合并以后登记的内容，请逐项选择属于哪个孩子；刚有新的登记时请重新打开核对。",
            "Say of everything that was recorded since the merge whose it is; where something new came just now, open the page again.",
        )


def moves_money(rows: Iterable[StandingRow]) -> bool:
    """Whether either file has an application, an award, a payment or an institution that is paid for it."""
    return any(row.what in MONEY for row in rows)


def rows_going(found: Iterable[Between], belongs: Mapping[str, str]) -> list[tuple[Between, models.Model]]:
    """What belongs to the restored file, with its rows; read before both files stand again, for a copy is gone then."""
    going = [one for one in found if belongs[one.key] == RESTORED]
    return [(one, apps.get_model(one.what)._default_manager.get(pk=one.row.key)) for one in going]


def carry_over(merge: IdentityDecision, going: Iterable[tuple[Between, models.Model]]) -> None:
    """After both files stand again: what belongs to the restored one goes there; sealed values are sealed anew for it."""
    now = timezone.now()
    facts: list[Fact] = []
    for one, row in going:
        if one.ended:
            _end_original(row, merge, now)
        elif isinstance(row, Fact):
            facts.append(row)
        else:
            _CARRIED.get(one.what, _repoint)(row, merge.kept_id, merge.dropped_id, now)
    carry_facts(facts, kept=merge.kept_id, restored=merge.dropped_id, now=now)
    # A task is about something: it stands with the child of what it is about.
    about = {key for _label, key in image_of((merge.dropped_id,))}
    tasks = apps.get_model("cases.Task")._default_manager
    tasks.filter(person=merge.kept_id, subject_id__in=about).update(person=merge.dropped_id)


def give_death(merge: IdentityDecision, record: Record) -> bool:
    """After that: where a death that was recorded since is the restored child's, it is that file that ends; whether it was so.

    The kept file stands again as it stood at the merge.
    """
    kept, restored = (Person.objects.get(pk=one) for one in (merge.kept_id, merge.dropped_id))
    if kept.status != PersonStatus.DEAD or _is_said_dead(kept.pk) or not _is_said_dead(restored.pk):
        return False
    (stood,) = (values for values in record.before[Person._meta.label] if values["id"] == str(kept.pk))
    columns = {name: stood[name] for name in ("status", "status_on")}
    Person.objects.filter(pk=restored.pk).update(status=PersonStatus.DEAD, status_on=kept.status_on)
    Person.objects.filter(pk=kept.pk).update(**stored(Person._meta.label, columns))
    return True


def _is_said_dead(person_id: UUID) -> bool:
    rows = Fact.objects.filter(person_id=person_id, name="dead", superseded_at=None)
    return any(open_fact(person_id, row.name, row.value) is True for row in rows)


def _identifier(row: models.Model, kept: UUID, restored: UUID, now: dt.datetime) -> None:
    assert isinstance(row, Identifier)
    Identifier.objects.filter(pk=row.pk, ended_at=None).update(ended_at=now)
    if row.ended_at is None:
        value = open_identifier(kept, row.kind, row.cipher)
        put_identifier(Person.objects.get(pk=restored), row.kind, value, row.source)


def _account(row: models.Model, kept: UUID, restored: UUID, now: dt.datetime) -> None:
    assert isinstance(row, PayeeAccount)
    PayeeAccount.objects.filter(pk=row.pk, ended_at=None).update(ended_at=now)
    if row.ended_at is None:
        PayeeAccount.objects.filter(person_id=restored, ended_at=None).update(ended_at=now)
        cipher = seal_account(restored, open_account(row))
        PayeeAccount.objects.create(
            person_id=restored, cipher=cipher, blind=row.blind, recorded_at=now, recorded_by=row.recorded_by
        )


def _repoint(row: models.Model, kept: UUID, restored: UUID, now: dt.datetime) -> None:
    """Every column of this row that names the kept file names the restored one."""
    own = [field for field in row._meta.concrete_fields if field.related_model is Person]
    named = {field.attname: restored for field in own if getattr(row, field.attname) == kept}
    type(row)._default_manager.filter(pk=row.pk).update(**named)


_CARRIED: Mapping[str, Callable[[models.Model, UUID, UUID, dt.datetime], None]] = MappingProxyType(
    {"registry.Identifier": _identifier, "registry.PayeeAccount": _account}
)


def _end_original(row: models.Model, merge: IdentityDecision, now: dt.datetime) -> None:
    """A statement that was moved by the merge and ended since ends on the file that it came from."""
    if isinstance(row, Fact):
        originals = Fact.objects.filter(
            person_id=merge.dropped_id, name=row.name, source=row.source, valid_from=row.valid_from, superseded_at=None
        )
        originals.update(superseded_at=now)
    elif isinstance(row, Relationship):
        side = "person_id" if row.person_id == merge.kept_id else "other_id"
        facing = "other_id" if side == "person_id" else "person_id"
        same = {side: merge.dropped_id, facing: getattr(row, facing), "kind": row.kind, "superseded_at": None}
        Relationship.objects.filter(**same).update(superseded_at=now)
    elif isinstance(row, Identifier):
        Identifier.objects.filter(person_id=merge.dropped_id, kind=row.kind, ended_at=None).update(ended_at=now)
    elif isinstance(row, PayeeAccount):
        PayeeAccount.objects.filter(person_id=merge.dropped_id, ended_at=None).update(ended_at=now)
