"""One child, every rule decided and explained in words: how long a person waits, over many children.

    .venv/bin/python -m bench.one_child --children 2000 --rules 72
    .venv/bin/python -m bench.one_child --children 2000 --run FOLDER

Each child is answered (`settle_all`: outcome, amount, basis), decided (`decide_all`: with the facts that would decide what is
open) and explained (`explain_all`, which decides too, then every explanation told in Chinese). A tenth of all facts is unknown,
of every second child a half; nothing hangs together. `--run`: the children are those of a screening (`ciyou screen … --out FOLDER`), with
what its rosters say of them, each under the law of its county. `--rules`: the book of the packs is filled up with copies of its rules
that refer to each other and have other limits, to see how the time grows with the number of rules.
"""

from __future__ import annotations

import argparse
import datetime as dt
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from itertools import count, islice
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from bench.synthetic_children import children_frame

from ciyou.batch.engines.load_queries import children_of_run
from ciyou.batch.garbage import heap_set_aside
from ciyou.batch.population_changes import families_of_run
from ciyou.core.facts.definition import Vocabulary, column_name
from ciyou.core.facts.state import Basis, FactState, StatedFact
from ciyou.core.rules.book import Rule, RuleBook
from ciyou.core.rules.explain import explain_all
from ciyou.core.rules.interpreter import decide_all, settle_all
from ciyou.core.rules.telling import TextTeller
from ciyou.core.rules.tree import AmountRef, Kind, Literal, Named, RuleRef
from ciyou.packs import load_rule_book

AS_OF = dt.date(2026, 3, 1)
DIVISION = "510104000000"
ANSWER_MS, EXPLAIN_MS = 1.0, 10.0

Cases = Sequence[tuple[RuleBook, FactState]]
"""Children, each with the law of its place."""


def grown(book: RuleBook, rules: int) -> RuleBook:
    """The book with copies of its rules up to a number of rules; a copy refers to copies, and its own limits differ by a little."""
    copies = (_copied(rule, number) for number in count(1) for rule in book.rules)
    return replace(book, rules=(*book.rules, *islice(copies, max(0, rules - len(book.rules)))))


def _copied(rule: Rule, number: int) -> Rule:
    done: dict[int, Any] = {}
    condition, amount = (_shifted(node, number, done) for node in (rule.condition, rule.amount))
    return replace(rule, code=f"{rule.code}_{number}", condition=condition, amount=amount)


def _shifted(part: Any, number: int, done: dict[int, Any]) -> Any:
    """A part of a tree with other limits; predicates stay, as rules share them, and what was one node stays one."""
    if isinstance(part, tuple):
        return tuple(_shifted(one, number, done) for one in part)
    if isinstance(part, RuleRef | AmountRef):
        return replace(part, code=f"{part.code}_{number}")
    if isinstance(part, Literal):
        return replace(part, value=part.value + number) if part.kind is Kind.INT and part.value else part
    if isinstance(part, Named) or not is_dataclass(part):
        return part
    if id(part) not in done:
        done[id(part)] = replace(
            part, **{one.name: _shifted(getattr(part, one.name), number, done) for one in fields(part)}
        )
    return done[id(part)]


def random_states(vocabulary: Vocabulary, count: int) -> list[FactState]:
    """Children of the synthetic population as the interpreter takes them; of every second child half the facts are hidden."""
    frame = children_frame(count, first=0, vocabulary=vocabulary, as_of=AS_OF, places=[DIVISION, "513401000000"])
    source = np.random.default_rng(1)
    pairs = [(entity, one.name) for one in vocabulary for entity in one.entities()]
    states = []
    for number, row in enumerate(frame.iter_rows(named=True)):
        hidden = source.random(len(pairs)) < (0.5 if number % 2 else 0.0)
        bases = source.integers(0, len(Basis), len(pairs))
        states.append(
            FactState(
                {
                    (entity, name): StatedFact(
                        entity, name, row[column_name(entity, name)], Basis(int(basis)), "roster"
                    )
                    for (entity, name), hide, basis in zip(pairs, hidden, bases, strict=True)
                    if not hide and row[column_name(entity, name)] is not None
                }
            )
        )
    return states


def screened_children(run: Path, count: int) -> Cases:
    """Children of a screening with what its rosters say of them, and the book of each one's county."""
    places = children_of_run(run, count)
    counties = {place[:6] for place in places.values()}
    books = {county: load_rule_book(division=county or "00", as_of=AS_OF) for county in counties}
    vocabulary = next(iter(books.values())).vocabulary
    return [
        (books[places[child][:6]], FactState.on(AS_OF, facts))
        for child, facts in families_of_run(run, list(places), vocabulary)
    ]


def explained(book: RuleBook, state: FactState) -> Mapping[str, str]:
    """Every rule's explanation in words."""
    teller = TextTeller()
    return {code: teller.text(one) for code, one in explain_all(book, state).items()}


def timed(act: Callable[[RuleBook, FactState], Any], cases: Cases) -> pl.DataFrame:
    """Milliseconds per child: on the clock, of CPU, and of CPU as the machine was at its fastest (where others share it)."""
    for book, state in cases[:50]:
        act(book, state)
    found = []
    with heap_set_aside():  # as the server does with its program
        for book, state in cases:
            pace = paced()
            began, began_cpu = time.perf_counter(), time.thread_time()
            act(book, state)
            clock, cpu = (time.perf_counter() - began) * 1000, (time.thread_time() - began_cpu) * 1000
            found.append((clock, cpu, cpu / ((pace + paced()) / 2)))
    frame = pl.DataFrame(found, schema=dict.fromkeys(("clock", "cpu", "steady"), pl.Float64), orient="row")
    fastest = min(paced() for _ in range(200))
    return frame.select("clock", "cpu", (pl.col("steady") * fastest).alias("cpu, steady"))


def paced() -> float:
    """Seconds of CPU that a fixed piece of Python takes just now."""
    kept: dict[int, object] = {}
    began = time.thread_time()
    for number in range(4000):
        kept[number & 255] = (number, kept.get(number >> 2))
    return time.thread_time() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--children", type=int, default=2000)
    parser.add_argument(
        "--rules", type=int, default=0, help="how many rules the book is to have (0: those of the packs)"
    )
    parser.add_argument("--run", type=Path, help="a folder of `ciyou screen`, whose children are taken")
    options = parser.parse_args()
    cases: Cases
    if options.run is not None:
        cases = screened_children(options.run, options.children)
    else:
        book = grown(load_rule_book(division=DIVISION, as_of=AS_OF), options.rules)
        cases = [(book, state) for state in random_states(book.vocabulary, options.children)]
    rules = max(len(book.rules) for book, _state in cases)
    print(f"{len(cases):,} children, {rules} rules, milliseconds per child\n")
    print("| what | mean | p50 | p99 | most |\n|---|---|---|---|---|")
    late = []
    for label, act, limit in (
        ("outcome, basis, amount", settle_all, ANSWER_MS),
        ("with deciding facts", decide_all, EXPLAIN_MS),
        ("explained and told", explained, EXPLAIN_MS),
    ):
        for measure, spent in timed(act, cases).to_dict().items():
            p50, p99 = (spent.quantile(share, interpolation="linear") or 0.0 for share in (0.5, 0.99))
            print(f"| {label} ({measure}) | {spent.mean():.2f} | {p50:.2f} | {p99:.2f} | {spent.max():.2f} |")
            if measure == "clock" and p99 > limit:
                late.append(f"{label}: p99 {p99:.2f} ms, the limit is {limit:.0f} ms")
    if late:
        raise SystemExit("\n".join(("", *late)))


if __name__ == "__main__":
    main()
