"""The law's answers month by month where people decided case by case what the rules leave open (一事一议)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ciyou.core.awards.law import BookAt, JudgedOn, LawAnswer, LawReader
from ciyou.core.awards.month import Month
from ciyou.core.facts.state import StatedFact
from ciyou.core.rules.interpreter import Outcome
from ciyou.core.rules.settling import CaseAnswer, book_with_cases

ReaderOf = Callable[[str, BookAt], LawReader]
Taken = tuple[CaseAnswer, ...]


def with_cases(
    plain: Sequence[LawAnswer],
    code: str,
    statements: Iterable[StatedFact],
    cases: Iterable[CaseAnswer],
    *,
    book_at: BookAt,
    judged_on: JudgedOn,
    reader_of: ReaderOf,
) -> tuple[LawAnswer, ...]:
    """The answers of a rule, with people's answers in those months in which the rules leave it open.

    `plain` is what the rules alone say, month by month. People's answer about a rule counts in a month in which it is in force and
    in which that rule itself is undetermined: a certain answer is never overruled. `reader_of` makes a reader of a rule under books.
    """
    told, open_months = tuple(statements), [one.month for one in plain if one.outcome is Outcome.UNDETERMINED]
    by_month: dict[Month, list[CaseAnswer]] = {month: [] for month in open_months}
    for case in sorted(cases):
        for month in _counting(case, told, open_months, book_at, judged_on, reader_of):
            by_month[month].append(case)
    groups: dict[Taken, list[Month]] = {}
    for month, taken in by_month.items():
        if taken:
            groups.setdefault(tuple(taken), []).append(month)
    said = {
        answer.month: answer
        for taken, months in groups.items()
        for answer in reader_of(code, _settled(book_at, taken)).answers(told, months)
    }
    return tuple(said.get(one.month, one) for one in plain)


def _settled(book_at: BookAt, taken: Taken) -> BookAt:
    return lambda day: book_with_cases(book_at(day), taken)


def _counting(
    case: CaseAnswer,
    told: tuple[StatedFact, ...],
    months: Sequence[Month],
    book_at: BookAt,
    judged_on: JudgedOn,
    reader_of: ReaderOf,
) -> list[Month]:
    """The months in which an answer is in force and its rule, which there is, says nothing certain."""
    asked = []
    for month in months:
        day = judged_on.day(month)
        if case.in_force(day) and case.rule in book_at(day).by_code:
            asked.append(month)
    answers = reader_of(case.rule, book_at).answers(told, asked)
    return [one.month for one in answers if one.outcome is Outcome.UNDETERMINED]
