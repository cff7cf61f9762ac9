"""What rosters say and presume of everybody, recorded after a screening; what a roster says no more ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from ciyou.apps.audit.keys import keyring
from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.registry.checks import check_may
from ciyou.apps.registry.fact_rows import FactRows
from ciyou.apps.registry.incoming import NewStatement
from ciyou.apps.registry.models import Fact, Person
from ciyou.apps.registry.sealing import json_value, open_fact
from ciyou.apps.registry.statements import CheckedStatement, check_statement, definition_of
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action
from ciyou.core.facts.definition import Vocabulary
from ciyou.packs import load_vocabulary
from ciyou.vault.keyring import Keyring

BATCH_FACTS = 10_000
ID_BATCH = 500
FROM_ROSTERS = ("rostered", "presumed")
RosterFact = tuple[str, NewStatement, str]


def record_roster_facts(
    actor: Actor, *, facts: Iterable[RosterFact], run_id: object, sources: Collection[str] | None = None
) -> int:
    """Record (linkage id, statement, source) of a screening; gives how many statements are new.

    A statement that stands already is left alone; one that its source no longer makes, or makes otherwise, ends. Persons who are
    not on file are passed over. `sources`: which rosters the run read; by default those that say something in `facts`.
    Facts of one person should come together (as in the file): it is faster.
    """
    check_may(actor, Action.SCREEN, Action.RECORD_FACTS)
    load = _Load(actor, str(run_id), set(sources or ()))
    rows = iter(facts)
    while batch := list(islice(rows, BATCH_FACTS)):
        with transaction.atomic(), walled(LOCAL_OPERATOR):
            load.add(batch)
    with walled(LOCAL_OPERATOR):
        load.end_what_is_gone()
    record_action(
        actor,
        action="record_roster_facts",
        subject=str(run_id)[:64],
        details={"new": load.made, "ended": load.ended, "persons": len(load.heard)},
        highest_class=4,
    )
    return load.made


class _Load:
    """One run over the facts of a screening, a batch at a time."""

    def __init__(self, actor: Actor, run_id: str, sources: set[str]) -> None:
        self.now = timezone.now()
        self.actor, self.run_id, self.sources = actor, run_id, sources
        self.vocabulary = load_vocabulary()
        self.ring = keyring()
        self.heard: dict[UUID, frozenset[str]] = {}
        self.unheard: list[tuple[int, UUID, str]] = []
        self.made = self.ended = 0

    def add(self, batch: list[RosterFact]) -> None:
        """Compare one batch with what is on file, and write the difference."""
        people = _people({linkage_id for linkage_id, *_ in batch})
        said = self._by_person(batch, people)
        stored = self._stored(said)
        ended: list[int] = []
        rows = FactRows(self.actor, now=self.now, reference=self.run_id[:64])
        for person, statements in said.items():
            gone, new = self._difference(person, statements, stored.get(person, []))
            ended += gone
            for source, one in new:
                rows.add(person, source, one)
        _end(ended, self.now)
        self.made += rows.write()
        self.ended += len(ended)

    def _by_person(
        self, batch: list[RosterFact], people: Mapping[str, tuple[UUID, str]]
    ) -> dict[UUID, dict[str, list[CheckedStatement]]]:
        said: dict[UUID, dict[str, list[CheckedStatement]]] = {}
        for linkage_id, statement, source in batch:
            person = people.get(linkage_id)
            if person is None or not _is_known(self.vocabulary, person[1], statement.name):
                continue
            checked = check_statement(self.vocabulary, person[1], statement)
            said.setdefault(person[0], {}).setdefault(source, []).append(checked)
        return said

    def _stored(self, said: Iterable[UUID]) -> dict[UUID, list[Fact]]:
        found: dict[UUID, list[Fact]] = {}
        for ids in _chunks(said, ID_BATCH):
            for row in Fact.objects.filter(person_id__in=ids, superseded_at=None, basis__in=FROM_ROSTERS):
                found.setdefault(row.person_id, []).append(row)
        return found

    def _difference(
        self, person: UUID, statements: Mapping[str, list[CheckedStatement]], rows: list[Fact]
    ) -> tuple[list[int], list[tuple[str, CheckedStatement]]]:
        """Which open rows end and which statements are new. A person who comes a second time in a run only adds."""
        before = self.heard.get(person, frozenset())
        self.heard[person] = before | frozenset(statements)
        self.sources |= set(statements)
        self.unheard += [(row.id, person, row.source) for row in rows if row.source not in statements]
        standing = {_key_of_row(row, self.ring): row.id for row in rows}
        wanted = {_key(source, one): (source, one) for source, listed in statements.items() for one in listed}
        first_heard = set(statements) - before
        gone = [row_id for key, row_id in standing.items() if key[0] in first_heard and key not in wanted]
        return gone, [stated for key, stated in wanted.items() if key not in standing]

    def end_what_is_gone(self) -> None:
        """End what a roster of this run says no more of a person of whom other rosters of the run still speak."""
        silent = [
            row for row, person, source in self.unheard if source in self.sources and source not in self.heard[person]
        ]
        with transaction.atomic():
            _end(silent, self.now)
        self.ended += len(silent)


def _end(rows: list[int], now: dt.datetime) -> None:
    for ids in _chunks(rows, ID_BATCH):
        Fact.objects.filter(id__in=ids, superseded_at=None).update(superseded_at=now)


def _people(linkage_ids: set[str]) -> dict[str, tuple[UUID, str]]:
    found = {}
    for ids in _chunks(linkage_ids, ID_BATCH):
        rows = Person.objects.filter(linkage_id__in=ids)
        for key, own, merged, kind in rows.values_list("linkage_id", "id", "merged_into_id", "kind"):
            found[key] = (merged or own, kind)
    return found


def _is_known(vocabulary: Vocabulary, kind: str, name: str) -> bool:
    return vocabulary.find(*definition_of(kind, name)) is not None


def _key(source: str, one: CheckedStatement) -> tuple[object, ...]:
    return (source, one.name, json_value(one.value), one.basis, *one.period)


def _key_of_row(row: Fact, ring: Keyring) -> tuple[object, ...]:
    value = open_fact(row.person_id, row.name, row.value, ring=ring)
    return (row.source, row.name, value, row.basis, row.valid_from, row.valid_to)


def _chunks(items: Iterable, size: int) -> Iterator[list]:
    rows = iter(items)
    while chunk := list(islice(rows, size)):
        yield chunk
