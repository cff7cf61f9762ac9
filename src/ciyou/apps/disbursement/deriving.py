"""The law's answers of awards month by month, kept in schedules: an ordinary month derives only what changed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from ciyou.apps.awards.run_source import RunAward
from ciyou.apps.disbursement.models import DueSchedule
from ciyou.apps.disbursement.months import day_of, month_of
from ciyou.apps.disbursement.policies import judged_on, payment_rule, signs_of, stops_of
from ciyou.apps.disbursement.storing import Row, as_json, hexed, rows_of
from ciyou.apps.entitlements.archive import book_now
from ciyou.apps.entitlements.contents import Grounds
from ciyou.apps.entitlements.stored_statements import CurrentDetermination, grounds_of
from ciyou.apps.registry.hex_ids import HexId
from ciyou.core.awards.dues import CIRCUMSTANCE_ENDED, Due, Ground, dues
from ciyou.core.awards.grounds import ground_on
from ciyou.core.awards.law import LawAnswer, LawReader, Texts
from ciyou.core.awards.law_cases import with_cases
from ciyou.core.awards.month import Month, months_from
from ciyou.core.facts.state import Basis, StatedFact
from ciyou.core.rules.interpreter import Outcome
from ciyou.core.rules.settling import CaseAnswer
from ciyou.packs import dated_changes, law_place, pack_version

LOOK_AHEAD = 6
"""Months beyond the run's that a derivation answers too, so that the next months find them."""

Stretched = list[list[object]]


@dataclass(frozen=True)
class Derived:
    """The law's answers of one award by month, and on which ground it says no yes in a month."""

    answers: tuple[LawAnswer, ...]
    grounds: Mapping[Month, str]

    def ground_in(self, award: RunAward) -> Callable[[LawAnswer], Ground]:
        """For `dues`: on which ground the law no longer says yes in a month."""
        stops = stops_of(award.entitlement, award.division)

        def ground(answer: LawAnswer) -> Ground:
            return stops.get(self.grounds.get(answer.month, ""), CIRCUMSTANCE_ENDED)

        return ground

    @property
    def says_yes(self) -> bool:
        """Whether the law says yes for the last month."""
        return bool(self.answers) and self.answers[-1].outcome is Outcome.YES


@dataclass(frozen=True)
class Owed:
    """What an award is due: by month, and as amounts by the month's first day as tables write it."""

    dues: tuple[Due, ...]
    fen: Mapping[str, int]
    derived: Derived


@dataclass(frozen=True, slots=True)
class Kept:
    """A schedule as it lies in its table: ids and days as text, the stretches unread."""

    determination: str
    pack_version: str
    first_month: str
    through: str
    stretches: str


@dataclass
class Deriver:
    """Derives schedules for one run; one object for a whole run, so that children in the same situation are answered once."""

    through: Month
    version: str = field(default_factory=pack_version)
    texts: Texts = field(default_factory=Texts)
    readers: dict[tuple[str, str], LawReader] = field(default_factory=dict)

    owed_by: dict[tuple[object, ...], Owed] = field(default_factory=dict)
    planned: dict[tuple[int, str], Any] = field(default_factory=dict)
    """What was weighed of an `Owed` (by its id; kept above) and what was settled: for whoever plans with this deriver."""
    drawn: dict[int, Any] = field(default_factory=dict)
    """Lines of plans as they are drawn, by the id of the lines (which stand beside them)."""
    written: dict[int, tuple[tuple[LawAnswer, ...], str]] = field(default_factory=dict)
    """The texts of answers that are all yes, by the id of the answers."""

    def derive(
        self,
        awards: Sequence[RunAward],
        determined: Mapping[HexId, CurrentDetermination],
        kept: Mapping[HexId, Kept],
    ) -> tuple[dict[HexId, tuple[Owed, str]], list[Row]]:
        """What these awards are due with why it had to be derived now, and the schedules to be written.

        Why: "" (kept) | new | standard (other packs) | facts (another determination) | months (the schedule ended before the run).
        Awards of children without a determination are not there.
        """
        causes = {
            award.id: self._cause(award, determined[award.person_id], kept.get(award.id))
            for award in awards
            if award.person_id in determined
        }
        stale = [award for award in awards if causes.get(award.id)]
        grounds = grounds_of({determined[award.person_id].id for award in stale})
        found: dict[HexId, tuple[Owed, str]] = {}
        written: list[Row] = []
        for award in awards:
            cause = causes.get(award.id)
            if cause is None:
                continue
            if cause:
                current = determined[award.person_id]
                text = self._stretches(award, current, grounds[current.id])
                written.append(self._schedule(award, current, text))
            else:
                text = kept[award.id].stretches
            found[award.id] = self.owed(award, text), cause
        return found, written

    def owed(self, award: RunAward, stretches: str) -> Owed:
        """What an award with these answers is due; awards in the same situation share it."""
        place = id(payment_rule(award.entitlement, award.division))
        key = (stretches, award.terms, award.entitlement, place)
        if key not in self.owed_by:
            derived = _derived(stretches, self.through)
            owed = dues(award.terms, derived.answers, self.through, ground_of=derived.ground_in(award))
            self.owed_by[key] = Owed(owed, {day_of(one.month).isoformat(): one.amount_fen for one in owed}, derived)
        return self.owed_by[key]

    def _cause(self, award: RunAward, current: CurrentDetermination, kept: Kept | None) -> str:
        if kept is None:
            return "new"
        if kept.pack_version != self.version:
            return "standard"
        if kept.determination != current.id:
            return "facts"
        begins_later = kept.first_month > day_of(award.terms.first_month).isoformat()
        return "months" if begins_later or kept.through < day_of(self.through).isoformat() else ""

    def _stretches(self, award: RunAward, current: CurrentDetermination, grounds: Grounds) -> str:
        statements, cases = grounds.statements, grounds.cases
        months = months_between(award.terms.first_month, self.through.plus(LOOK_AHEAD))
        answers = self._reader(award.entitlement, current.division).answers(statements, months)
        if cases:
            answers = self._with_cases(award.entitlement, current.division, answers, statements, cases)
        if not all(one.outcome is Outcome.YES for one in answers):
            ground_at = ground_on(signs_of(award.entitlement, award.division), statements)
            judged = judged_on(award.entitlement, award.division)
            return _as_stretches(answers, lambda month: ground_at(judged.day(month)).code)
        # Children in the same situation share one tuple of answers; it is kept with its text, so that no other is ever at its place.
        if id(answers) not in self.written:
            self.written[id(answers)] = answers, _as_stretches(answers, lambda _month: "")
        return self.written[id(answers)][1]

    def _with_cases(
        self,
        code: str,
        division: str,
        answers: tuple[LawAnswer, ...],
        statements: tuple[StatedFact, ...],
        cases: tuple[CaseAnswer, ...],
    ) -> tuple[LawAnswer, ...]:
        """People's answers, case by case, in the months that the rules leave open."""
        place, judged = law_place(division), judged_on(code, division)
        changes = dated_changes(division=place)
        return with_cases(
            answers,
            code,
            statements,
            cases,
            book_at=lambda day: _book(place, day),
            judged_on=judged,
            reader_of=lambda rule, book_at: LawReader(rule, book_at=book_at, judged_on=judged, law_changes=changes),
        )

    def _reader(self, code: str, division: str) -> LawReader:
        place = law_place(division)
        if (code, place) not in self.readers:
            self.readers[code, place] = LawReader(
                code,
                book_at=lambda day: _book(place, day),
                judged_on=judged_on(code, division),
                law_changes=dated_changes(division=place),
                texts=self.texts,
            )
        return self.readers[code, place]

    def _schedule(self, award: RunAward, current: CurrentDetermination, stretches: str) -> Row:
        first, through = day_of(award.terms.first_month), day_of(self.through.plus(LOOK_AHEAD))
        return (award.id, current.id, self.version, first.isoformat(), through.isoformat(), stretches)


@lru_cache(maxsize=4096)
def _book(division: str, day: dt.date):
    return book_now(division=division, as_of=day)


def _as_stretches(answers: Sequence[LawAnswer], ground_in: Callable[[Month], str]) -> str:
    """Answers as a schedule keeps them, as JSON; `ground_in` names the ground of a month in which the law says no yes."""
    rows: Stretched = []
    for one in answers:
        ground = "" if one.outcome is Outcome.YES else ground_in(one.month)
        said = [one.outcome.value, one.basis.code, one.amount_fen, one.floor_fen, one.ceiling_fen, ground]
        if not rows or rows[-1][1:] != said:
            rows.append([str(one.month), *said])
    return json.dumps(rows)


_BASES = {basis.code: basis for basis in Basis}


@lru_cache(maxsize=20_000)
def _derived(stretches: str, through: Month) -> Derived:
    """The answers of every month from the first row's up to `through`, and the grounds of those that are no yes."""
    rows: Stretched = json.loads(stretches)
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
    return Derived(tuple(found), grounds)


@lru_cache(maxsize=65536)
def months_between(first: Month, last: Month) -> tuple[Month, ...]:
    """Every month from first to last; the same few are asked for again and again."""
    return months_from(first, last)


def kept_schedules(*, series: str, after: HexId | None, last: HexId) -> dict[HexId, Kept]:
    """The schedules of the awards of the children behind `after` up to `last`."""
    rows = rows_of(
        "SELECT schedule.award_id, schedule.determination_id, schedule.pack_version, schedule.first_month, schedule.through, "
        "schedule.stretches FROM disbursement_dueschedule schedule JOIN awards_award award ON award.id = schedule.award_id "
        "WHERE award.person_id > %s AND award.person_id <= %s AND award.series = %s",
        [hexed(after), hexed(last), series],
    )
    return {
        hexed(award): Kept(hexed(determination), str(version), str(first), str(through), as_json(stretches))
        for award, determination, version, first, through, stretches in rows
    }


def kept_answers(award_id: object, through: Month) -> Derived | None:
    """The kept answers of one award; None where it has no schedule yet."""
    kept = DueSchedule.objects.filter(award_id=award_id).first()
    return None if kept is None else _derived(json.dumps(kept.stretches), through)


def award_answers(award_id: object, through: Month) -> tuple[LawAnswer, ...]:
    """The same, without the grounds."""
    kept = kept_answers(award_id, through)
    return () if kept is None else kept.answers
