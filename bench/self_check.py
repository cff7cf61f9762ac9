"""The self-check of guardians: how long the next question takes, and how many a family has to answer, against other orders.

    .venv/bin/python -m bench.self_check --children 600 --place 5101

The families are those of `ciyou synth` with their truth. Each guardian answers from the truth; where the question's own assumption
says that a share of people does not know, that share does not. What the truth does not hold (housing, registration, a diagnosis …)
is drawn once for each family from the assumed shares. Side by side: the question that decides most, the questions in the order of
the files, and a random order; all three ask only what can still change something, so that they differ in the order alone. The other orders are there to compare with:
every fifth family answers them.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median, quantiles

from ciyou.batch.synth import DEFAULT_AS_OF, synthesize
from ciyou.core.asking.answering import added, answer_from
from ciyou.core.asking.interview import Answers, Interview, Next
from ciyou.core.asking.question import UNKNOWN, Shape
from ciyou.core.facts.definition import PARENTS, Entity, Value
from ciyou.core.facts.state import StatedFact
from ciyou.core.rules.atoms import Key
from ciyou.packs import load_rule_book
from ciyou.packs.self_check import load_self_check

NEXT_MS, QUESTIONS = 100.0, 12
COMPARED = 5
"""Of so many families one also answers in the other orders."""
C, H = Entity.CHILD, Entity.HOUSEHOLD
STATES: Mapping[str, tuple[str, str, str]] = {  # state of the truth → fact, its beginning, its length
    "dead": ("dead", "", ""),
    "declared_dead": ("declared_dead", "", ""),
    "declared_missing": ("declared_missing", "", ""),
    "severe_illness": ("severely_ill", "", ""),
    "prison": ("imprisoned", "imprisoned.since", "imprisoned.term_months"),
    "detox": ("in_detox", "in_detox.since", "in_detox.term_months"),
    "confined": ("confined", "confined.since", "confined.term_months"),
    "lost_contact": ("lost_contact", "lost_contact.since", ""),
    "revoked": ("guardianship_revoked", "", ""),
    "deported": ("deported", "", ""),
}
POVERTY = {"低保": (H, "dibao"), "低保边缘": (H, "near_dibao"), "刚性支出困难": (H, "rigid_expenditure"), "特困": (C, "recognized_tekun")}  # fmt: skip
STAGES = {"学前": "preschool", "小学": "primary", "初中": "junior", "高中": "senior_high", "中职": "vocational"}
KINDS = {"视力": "visual", "听力": "hearing", "言语": "speech", "肢体": "limb", "智力": "intellectual", "精神": "mental", "多重": "multiple"}  # fmt: skip
GRADES = {"一级": 1, "二级": 2, "三级": 3, "四级": 4}
Spent = list[tuple[float, float]]
"""Milliseconds of each choice: on the clock, and of CPU (steadier where others share the machine)."""
Choose = Callable[[Interview, Answers], Next | None]


def interview_of(place: str, today: dt.date) -> Interview:
    """What the page asks in a place on a day."""
    asked, book = load_self_check(division=place), load_rule_book(division=place, as_of=today)
    base = (StatedFact(C, "hukou_division", book.division), StatedFact(C, "dead", False))
    return Interview(book, asked.questions, asked.weights, base)


def families(count: int, seed: int) -> list[Mapping[str, str]]:
    """The living children of a synthetic county with their truth."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "county"
        synthesize(out=out, children=count, seed=seed)
        with (out / "truth_children.csv").open(encoding="utf-8-sig", newline="") as file:
            return [row for row in csv.DictReader(file) if row["category"] != "deceased"]


def truth_of(row: Mapping[str, str], found: Interview, chance: random.Random) -> dict[Key, Value]:
    """A family's facts: drawn from the assumed shares where the truth is silent, then the truth."""
    truth: dict[Key, Value] = {}
    for question in found.questions:
        if question.asks is not None:
            values = [question.value_of(number, found.book.as_of) for number, _ in question.likely]
            truth[question.asks] = chance.choices(values, [share for _, share in question.likely])[0]
        elif question.shape is Shape.CHOICE:
            truth |= chance.choices(question.options, [one.share for one in question.options])[0].says
        else:
            for option in question.options:
                truth |= option.says if chance.random() < option.share else option.denies
    return truth | dict(_told(row, found))


def _told(row: Mapping[str, str], found: Interview) -> Iterator[tuple[Key, Value]]:
    aged = dt.date.fromisoformat(row["dob"]) + (found.book.as_of - DEFAULT_AS_OF)
    yield (C, "birth_date"), aged
    for parent in PARENTS:
        yield from _state(parent, row[f"{parent}_state"], row[f"{parent}_since"], row[f"{parent}_term_months"], found)
    disability = row["disability_type"]
    yield (C, "disability_type"), KINDS.get(disability, "none")
    yield (C, "disability_grade"), GRADES.get(row["disability_grade"], 0)
    for kind, key in POVERTY.items():
        yield key, row["poor_kind"] == kind
    stage = STAGES.get(row["school_stage"], "none")
    yield (C, "school_stage"), stage
    yield (C, "school_status"), "none" if stage == "none" else "dropped_out" if row["dropped_out"] else "enrolled"
    yield (C, "last_preschool_year"), stage == "preschool" and found.book.as_of.year - aged.year > 5
    yield (C, "insured"), row["insured"] == "1"
    yield (C, "severely_ill"), row["severe_illness"] == "1"
    yield (C, "parents_untraceable"), not row["father_id"] and not row["mother_id"]
    yield (C, "in_institution"), not row["father_id"] and not row["mother_id"]
    if not row["residence_division"]:
        yield (C, "residence_division"), found.book.division


def _state(parent: Entity, code: str, since: str, term: str, found: Interview) -> Iterator[tuple[Key, Value]]:
    disabled = code == "severe_disability"
    yield (parent, "disability_grade"), 1 if disabled else 0
    yield (parent, "disability_type"), "limb" if disabled else "none"
    for state, (fact, _beginning, _length) in STATES.items():
        yield (parent, fact), state == code
    if code in STATES:
        _fact, beginning, length = STATES[code]
        if beginning and since:
            yield (parent, beginning), dt.date.fromisoformat(since) + (found.book.as_of - DEFAULT_AS_OF)
        if length and term:
            yield (parent, length), int(term)


def most(found: Interview, answers: Answers) -> Next | None:
    """The order of the product."""
    return found.next(answers)


def in_file_order(found: Interview, answers: Answers) -> Next | None:
    """The first that can still change something, as the files stand."""
    return next(iter(found.candidates(answers)), None)


def at_random(chance: random.Random) -> Choose:
    """Any that can still change something."""

    def choose(found: Interview, answers: Answers) -> Next | None:
        left = found.candidates(answers)
        return chance.choice(left) if left else None

    return choose


def asked(found: Interview, truth: Mapping[Key, Value], choose: Choose, seed: int, spent: Spent) -> int:
    """How many questions one family answers; every choice is timed. Who does not know something does not in any order."""
    answers: Answers = {}
    count = 0
    while True:
        began, began_cpu = time.perf_counter(), time.thread_time()
        one = choose(found, answers)
        spent.append(((time.perf_counter() - began) * 1000, (time.thread_time() - began_cpu) * 1000))
        if one is None:
            return count
        knows = random.Random(f"{seed} {one.question.code}").random() < one.question.known
        answers = added(answers, one, answer_from(one, truth, today=found.book.as_of) if knows else UNKNOWN)
        count += 1


def _late(milliseconds: Sequence[float]) -> tuple[float, float]:
    """The 95th and the 99th percentile."""
    found = quantiles(milliseconds, n=100)
    return found[94], found[98]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--children", type=int, default=600)
    parser.add_argument("--place", default="5101")
    parser.add_argument("--as-of", type=dt.date.fromisoformat, default=dt.date(2026, 11, 26))
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    found = interview_of(options.place, options.as_of)
    rows, chance = families(options.children, options.seed), random.Random(options.seed)
    truths = [truth_of(row, found, chance) for row in rows]
    began = time.perf_counter()
    found.next({})
    print(
        f"{len(truths):,} families, {len(found.codes)} entitlements, {len(found.questions)} questions, {options.place}"
    )
    print(f"first question, nothing prepared: {(time.perf_counter() - began) * 1000:.0f} ms\n")
    print(
        "| order | questions: median | p90 | most | mean | with a category: median | next question: p50 ms | p95 ms | p99 ms | of CPU: p95 ms | p99 ms |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    late = []
    orders = {"decides most": most, "as the files stand": in_file_order, "random": at_random(chance)}
    for label, choose in orders.items():
        spent: Spent = []
        step = 1 if choose is most else COMPARED
        counts = [asked(found, truths[number], choose, number, spent) for number in range(0, len(truths), step)]
        cases = [count for count, row in zip(counts, rows[::step], strict=True) if row["category"]]
        (p95, p99), (p95_cpu, p99_cpu) = (_late(one) for one in zip(*spent, strict=True))
        print(
            f"| {label} | {median(counts):.0f} | {quantiles(counts, n=10)[-1]:.0f} | {max(counts)} |"
            f" {sum(counts) / len(counts):.1f} | {median(cases):.0f} | {median(one for one, _ in spent):.1f} | {p95:.1f} | {p99:.1f} |"
            f" {p95_cpu:.1f} | {p99_cpu:.1f} |"
        )
        if choose is most and (p99 > NEXT_MS or median(counts) > QUESTIONS):
            late.append(f"p99 {p99:.0f} ms (limit {NEXT_MS:.0f}), median {median(counts):.0f} (limit {QUESTIONS})")
    if late:
        raise SystemExit("\n".join(("", *late)))


if __name__ == "__main__":
    main()
