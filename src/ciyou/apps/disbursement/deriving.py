"""The law's answers of awards month by month, kept in schedules: an ordinary month derives only what changed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from ciyou.apps.awards.run_source import RunAward
from ciyou.apps.disbursement.models import DueSchedule
from ciyou.apps.disbursement.months import day_of, month_of
from ciyou.apps.disbursement.policies import judged_on, signs_of, stops_of
from ciyou.apps.entitlements.archive import book_now
from ciyou.apps.entitlements.stored_statements import CurrentDetermination, statements_of
from ciyou.core.awards.dues import CIRCUMSTANCE_ENDED, Ground
from ciyou.core.awards.grounds import ground_on
from ciyou.core.awards.law import LawAnswer, LawReader, Texts
from ciyou.core.awards.month import Month, months_from
from ciyou.core.facts.state import Basis, StatedFact
from ciyou.core.rules.interpreter import Outcome
from ciyou.packs import dated_changes, pack_version

LOOK_AHEAD = 6
"""Months beyond the run's that a derivation answers too, so that the next months find them."""

Stretched = list[list[object]]


@dataclass(frozen=True, slots=True)
class Derived:
    """The law's answers of one award by month, what they rest on, and whether they had to be derived now, and why.

    `cause` "" (kept) | new | standard (other packs) | facts (another determination) | months (the schedule ended before the run).
    """

    answers: tuple[LawAnswer, ...]
    cause: str
    grounds: Mapping[Month, str] = field(default_factory=dict)

    def ground_in(self, award: RunAward) -> Callable[[LawAnswer], Ground]:
        """For `dues`: on which ground the law no longer says yes in a month."""
        stops = stops_of(award.entitlement, award.division)

        def ground(answer: LawAnswer) -> Ground:
            return stops.get(self.grounds.get(answer.month, ""), CIRCUMSTANCE_ENDED)

        return ground


@dataclass
class Deriver:
    """Derives schedules for one run; one object for a whole run, so that children in the same situation are answered once."""

    through: Month
    version: str = field(default_factory=pack_version)
    texts: Texts = field(default_factory=Texts)
    readers: dict[tuple[str, str], LawReader] = field(default_factory=dict)

    def derive(
        self,
        awards: Sequence[RunAward],
        determined: Mapping[uuid.UUID, CurrentDetermination],
        kept: Iterable[DueSchedule],
    ) -> tuple[dict[uuid.UUID, Derived], list[DueSchedule]]:
        """The answers of these awards, and the schedules that have to be written. Awards without a determination are not there."""
        schedules = {row.award_id: row for row in kept}
        causes = {
            award.id: self._cause(award, determined[award.person_id], schedules.get(award.id))
            for award in awards
            if award.person_id in determined
        }
        stale = [award for award in awards if causes.get(award.id)]
        statements = statements_of({determined[award.person_id].id for award in stale})
        found: dict[uuid.UUID, Derived] = {}
        written = []
        for award in awards:
            cause = causes.get(award.id)
            if cause is None:
                continue
            if cause == "":
                found[award.id] = _derived(schedules[award.id].stretches, self.through, "")
                continue
            current = determined[award.person_id]
            stretches = self._stretches(award, current, statements[current.id])
            found[award.id] = _derived(stretches, self.through, cause)
            written.append(self._schedule(award, current, stretches))
        return found, written

    def _cause(self, award: RunAward, current: CurrentDetermination, kept: DueSchedule | None) -> str:
        if kept is None:
            return "new"
        if kept.pack_version != self.version:
            return "standard"
        if kept.determination_id != current.id:
            return "facts"
        begins_later = kept.first_month > day_of(award.terms.first_month)
        return "months" if begins_later or kept.through < day_of(self.through) else ""

    def _stretches(
        self, award: RunAward, current: CurrentDetermination, statements: tuple[StatedFact, ...]
    ) -> Stretched:
        months = months_between(award.terms.first_month, self.through.plus(LOOK_AHEAD))
        answers = self._reader(award.entitlement, current.division).answers(statements, months)
        ground_at = None
        rows: Stretched = []
        for one in answers:
            ground = ""
            if one.outcome is not Outcome.YES:
                ground_at = ground_at or ground_on(signs_of(award.entitlement, award.division), statements)
                ground = ground_at(judged_on(award.entitlement, award.division).day(one.month)).code
            said = [one.outcome.value, one.basis.code, one.amount_fen, one.floor_fen, one.ceiling_fen, ground]
            if not rows or rows[-1][1:] != said:
                rows.append([str(one.month), *said])
        return rows

    def _reader(self, code: str, division: str) -> LawReader:
        if (code, division) not in self.readers:
            self.readers[code, division] = LawReader(
                code,
                book_at=lambda day: _book(division, day),
                judged_on=judged_on(code, division),
                law_changes=dated_changes(division=division),
                texts=self.texts,
            )
        return self.readers[code, division]

    def _schedule(self, award: RunAward, current: CurrentDetermination, stretches: Stretched) -> DueSchedule:
        return DueSchedule(
            award_id=award.id,
            determination_id=current.id,
            pack_version=self.version,
            first_month=day_of(award.terms.first_month),
            through=day_of(self.through.plus(LOOK_AHEAD)),
            stretches=stretches,
        )


@lru_cache(maxsize=4096)
def _book(division: str, day: dt.date):
    return book_now(division=division, as_of=day)


_BASES = {basis.code: basis for basis in Basis}


def _derived(rows: Stretched, through: Month, cause: str) -> Derived:
    """The answers of every month from the first row's up to `through`, and the grounds of those that are no yes."""
    found: list[LawAnswer] = []
    grounds: dict[Month, str] = {}
    starts = [month_of(row[0]) for row in rows]
    for number, row in enumerate(rows):
        last = starts[number + 1].plus(-1) if number + 1 < len(rows) else through
        outcome, basis = Outcome(row[1]), _BASES[row[2]]
        months = months_between(starts[number], min(last, through))
        found += [LawAnswer(month, outcome, basis, row[3], row[4], row[5]) for month in months]
        if row[6]:
            grounds |= dict.fromkeys(months, row[6])
    return Derived(tuple(found), cause, grounds)


@lru_cache(maxsize=65536)
def months_between(first: Month, last: Month) -> tuple[Month, ...]:
    """Every month from first to last; the same few are asked for again and again."""
    return months_from(first, last)


def kept_answers(award_id: uuid.UUID, through: Month) -> Derived | None:
    """The kept answers of one award; None where it has no schedule yet."""
    kept = DueSchedule.objects.filter(award_id=award_id).first()
    return None if kept is None else _derived(kept.stretches, through, "")


def award_answers(award_id: uuid.UUID, through: Month) -> tuple[LawAnswer, ...]:
    """The same, without the grounds."""
    kept = kept_answers(award_id, through)
    return () if kept is None else kept.answers
