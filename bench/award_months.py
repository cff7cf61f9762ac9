"""The law's answer month by month for many synthetic children, on one core: how long an ordinary run and a back-dated standard take.

    .venv/bin/python -m bench.award_months --children 100000 --months 13 --counties 100

Every child has the statements of a determination: about twenty facts, some with periods, of orphans, de-facto unattended children
and children in neither. One `LawReader` per county; a tenth of the answers of the first children is checked against the
interpreter, rule by rule and day by day. After the law come the dues, the balances and the lines of one run.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import resource
import time
from functools import lru_cache

from ciyou.core.awards.balance import balances, plan_lines
from ciyou.core.awards.dues import AwardTerms, dues
from ciyou.core.awards.law import JudgedOn, LawAnswer, LawReader, Texts
from ciyou.core.awards.month import Month, months_from
from ciyou.core.facts.definition import Entity
from ciyou.core.facts.state import Basis, FactState, StatedFact
from ciyou.core.rules.book import RuleBook
from ciyou.core.rules.interpreter import settle
from ciyou.packs import dated_changes, load_packs, load_rule_book

LAST = Month(2026, 11)
CODES = ("orphan_living_allowance", "de_facto_living_allowance")
PROVINCES = ("51", "35", "44", "50", "33")
CHILD, FATHER, MOTHER, HOUSEHOLD = Entity.CHILD, Entity.FATHER, Entity.MOTHER, Entity.HOUSEHOLD
LIMIT_S = 30.0
CHECKED = 200
DAYS_OF_CHILDHOOD = 18 * 365


def made_up(chance: random.Random) -> tuple[str, list[StatedFact]]:
    """A child with its award's rule: mostly unchanging facts, some that begin or end within the months asked."""
    orphan = chance.random() < 0.4
    born = LAST.first_day - dt.timedelta(days=chance.randint(30, DAYS_OF_CHILDHOOD + 200))
    found = [_said(chance, CHILD, "birth_date", born)]
    for name in ("dead", "adopted", "parents_untraceable", "hiv_infected", "recognized_tekun", "chose_tekun"):
        found.append(_said(chance, CHILD, name, False))
    found.append(_said(chance, CHILD, "in_institution", orphan and chance.random() < 0.2))
    found.append(_said(chance, HOUSEHOLD, "dibao", chance.random() < 0.3))
    found.append(_said(chance, CHILD, "dibao_share_fen", chance.choice([0, 30_000, 52_050, 70_000])))
    found.append(_said(chance, CHILD, "disability_grade", 0))
    for parent in (FATHER, MOTHER):
        found.extend(_parent(chance, parent, dead=orphan))
    return CODES[0 if orphan else 1], found


def _parent(chance: random.Random, parent: Entity, *, dead: bool) -> list[StatedFact]:
    day = LAST.first_day - dt.timedelta(days=chance.randint(0, 1500))
    found = [_said(chance, parent, "birth_date", dt.date(1985, 1, 1) + dt.timedelta(days=chance.randint(0, 5000)))]
    if dead:
        return [*found, _said(chance, parent, "dead", True, day if chance.random() < 0.1 else None)]
    found.append(_said(chance, parent, "dead", parent is FATHER and chance.random() < 0.5))
    found.append(_said(chance, parent, "severely_ill", False))
    if chance.random() < 0.5:
        end = day + dt.timedelta(days=730) if chance.random() < 0.5 else None
        found.append(_said(chance, parent, "imprisoned", True, day, end))
        found.append(_said(chance, parent, "imprisoned.term_months", 24))
    else:
        found.append(_said(chance, parent, "lost_contact", True))
        found.append(_said(chance, parent, "lost_contact.since", day))
    return found


def _said(
    chance: random.Random,
    entity: Entity,
    name: str,
    value: bool | int | dt.date,
    first: dt.date | None = None,
    end: dt.date | None = None,
) -> StatedFact:
    basis = chance.choices(list(Basis), (1, 6, 3))[0]
    return StatedFact(entity, name, value, basis, "roster", first, end)


@lru_cache(maxsize=4096)
def book_of(county: str, day: dt.date) -> RuleBook:
    return load_rule_book(division=county, as_of=day)


def readers_of(county: str, texts: Texts) -> dict[str, LawReader]:
    changes = dated_changes(division=county)
    return {
        code: LawReader(
            code,
            book_at=lambda day: book_of(county, day),
            judged_on=JudgedOn.FIRST_DAY,
            law_changes=changes,
            texts=texts,
        )
        for code in CODES
    }


def check(county: str, code: str, statements: list[StatedFact], found: tuple[LawAnswer, ...]) -> None:
    for answer in found:
        day = JudgedOn.FIRST_DAY.day(answer.month)
        alone = settle(book_of(county, day), FactState.on(day, statements), code)
        if (answer.outcome, answer.amount_fen) != (alone.outcome, alone.amount_fen):
            raise SystemExit(f"Another answer than the interpreter's: {county} {code} {answer.month}.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--children", type=int, default=100_000)
    parser.add_argument("--months", type=int, default=13)
    parser.add_argument("--counties", type=int, default=100)
    options = parser.parse_args()
    chance = random.Random(20_261_126)
    load_packs()
    counties = [f"{chance.choice(PROVINCES)}{number:04}" for number in range(101, 101 + options.counties)]
    months = months_from(LAST.plus(1 - options.months), LAST)
    children = [(chance.choice(counties), *made_up(chance)) for _ in range(options.children)]
    print(
        f"{options.children:,} children, {options.counties} counties, {len(months)} months {months[0]}..{months[-1]}\n"
    )

    began, began_cpu = time.perf_counter(), time.process_time()
    texts = Texts()
    readers = {county: readers_of(county, texts) for county in counties}
    answered = [readers[county][code].answers(statements, months) for county, code, statements in children]
    law = (time.perf_counter() - began, time.process_time() - began_cpu)

    began, began_cpu = time.perf_counter(), time.process_time()
    lines = sum_fen = 0
    for found in answered:
        owed = dues(AwardTerms(months[0], 120_000), found, LAST)
        paid = {due.month: 120_000 for due in owed[:-1]}
        drawn = plan_lines(balances({due.month: due.amount_fen for due in owed}, paid), LAST)
        lines, sum_fen = lines + len(drawn), sum_fen + sum(line.amount_fen for line in drawn)
    money = (time.perf_counter() - began, time.process_time() - began_cpu)

    for (county, code, statements), found in list(zip(children, answered, strict=True))[:CHECKED]:
        check(county, code, statements, found)
    print("| what | clock s | CPU s |\n|---|---|---|")
    print(f"| the law's answers | {law[0]:.1f} | {law[1]:.1f} |")
    print(f"| dues, balances, lines | {money[0]:.1f} | {money[1]:.1f} |")
    print(
        f"\n{texts.decisions():,} decisions for {len(children) * len(months):,} answers; {lines:,} lines, {sum_fen // 100:,} yuan;"
    )
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB; {CHECKED} children checked.")
    if law[1] > LIMIT_S:
        raise SystemExit("The law's answers take longer than the limit.")


if __name__ == "__main__":
    main()
