"""Statements that were recorded between a merge and its undoing and are the restored child's: of one source, one ended another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from itertools import groupby
from uuid import UUID

from ciyou.apps.registry.copying import copy_fact
from ciyou.apps.registry.models import Fact


def carry_facts(rows: Collection[Fact], *, kept: UUID, restored: UUID, now: dt.datetime) -> None:
    """These rows of the kept file come to stand on the restored one, sealed anew, and end where they do not belong.

    Both files then say what they would say, had each statement been recorded on its own child's: a statement ends by what its own
    child's same source said later, or by a person, and not by what was said of the other child.
    """
    by_source = sorted(rows, key=_said_by)
    for (name, source), going in groupby(by_source, key=_said_by):
        there = Fact.objects.filter(name=name, source=source)
        chain = _Chain(there.filter(person_id=kept).order_by("recorded_at", "id"), {row.pk for row in going})
        there.filter(person_id=restored, superseded_at=None).update(superseded_at=now)
        made = [copy_fact(row, kept, now) for row in chain.displaced()]
        Fact.objects.bulk_create([*made, *_restored(chain, restored, now)])
        Fact.objects.filter(pk__in=chain.going, superseded_at=None).update(superseded_at=now)


def _said_by(row: Fact) -> tuple[str, str]:
    return (row.name, row.source)


def _restored(chain: _Chain, restored: UUID, now: dt.datetime) -> list[Fact]:
    """Copies a moment apart, so that their order is told by their times as it is on the file from which they come."""
    copies = []
    for place, row in enumerate(row for row in chain.rows if row.pk in chain.going):
        copy = copy_fact(row, restored, now + dt.timedelta(microseconds=place))
        if not chain.stands_apart(row):
            copy.superseded_at = now + dt.timedelta(microseconds=place + 1)
        copies.append(copy)
    return copies


class _Chain:
    """What one source said of one fact on the kept file, in its order; `going`: the keys of what is the restored child's."""

    def __init__(self, rows: Iterable[Fact], going: Collection[int]) -> None:
        self.rows, self.going = list(rows), going

    def displaced(self) -> list[Fact]:
        """What stands on the kept file again: only what goes had ended it, and nothing that stays came after."""
        return [
            row
            for row in self.rows
            if row.pk not in self.going and (ended := self._by(row)) and all(map(self._leaves_nothing, ended))
        ]

    def stands_apart(self, row: Fact) -> bool:
        """Whether a statement that goes stands on the restored file: neither a later one that goes nor a person has ended it."""
        by = self._by(row)
        return row.superseded_at is None or (bool(by) and not any(map(self._goes_on, by)))

    def _by(self, row: Fact) -> list[Fact]:
        return [one for one in self.rows if one.recorded_at == row.superseded_at and one.recorded_at > row.recorded_at]

    def _leaves_nothing(self, row: Fact) -> bool:
        return row.pk in self.going and all(map(self._leaves_nothing, self._by(row)))

    def _goes_on(self, row: Fact) -> bool:
        return row.pk in self.going or any(map(self._goes_on, self._by(row)))
