"""All shipped rules, ten thousand random children, every overlay, three engines: not one answer differs from the interpreter's.

Places whose rules differ only in values share one compiled program and get their values as columns, as in a screening; the
interpreter gets each place's own book. The expensive part is the interpreter's: it is asked once for all engines.
"""

from __future__ import annotations

import datetime as dt
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from tests.batch.parity import answers_frame, assert_engines_agree, assert_same, interpreted, with_some_value
from tests.batch.random_children import Row, random_rows, wide_frame
from tests.batch.random_rules import random_books
from tests.batch.small_book import VOCABULARY, book, fact, rule
from tests.batch.small_deliveries import CUSTODY, DEATHS, FAMILY, FATHER_ID, HUKOU, MOTHER_ID, screen_rosters

from ciyou.batch.decisions.books import PlaceGroup, group_places
from ciyou.batch.engines.parameter_columns import add_parameters, parameter_table
from ciyou.batch.engines.polars_rules import RuleProgram, compile_rules
from ciyou.batch.engines.rule_runners import DuckdbRunner, PolarsRunner, RuleRunner, engine_problems, open_runner
from ciyou.core.facts.definition import Entity
from ciyou.core.rules.book import RuleBook
from ciyou.core.rules.tree import Compare, Kind, Literal
from ciyou.packs import load_rule_book

pytestmark = pytest.mark.slow

CHILDREN = 10_000
# Counties of the nation's rules alone, of provinces with an overlay, and of cities and a county below such a province.
COUNTIES = (
    ("120101", "420102"),
    ("350583", "350213"),
    ("510104", "513401"),
    ("310101",),
    ("370202",),
    ("370321",),
    ("440103",),
    ("640104",),
)
# Leap days, their neighbours, ends of months, before and after changes of the law.
DAYS = tuple(
    map(
        dt.date.fromisoformat,
        (
            "2026-03-01",
            "2028-02-29",
            "2027-02-28",
            "2026-08-31",
            "2025-04-30",
            "2020-06-01",
            "2018-01-01",
            "2026-12-31",
        ),
    )
)


@dataclass(frozen=True)
class Asked:
    """Children of counties that share one program, and what the interpreter says of each by its own county's book."""

    program: RuleProgram
    frame: pl.DataFrame
    expected: pl.DataFrame
    rows: Sequence[Row]


@cache
def asked() -> tuple[Asked, ...]:
    """Every group of counties with its share of the children; every third as if its places had settled what they left open."""
    groups = [
        (group, day)
        for counties, day in zip(COUNTIES, DAYS, strict=True)
        for group in group_places(counties, as_of=day)
    ]
    share = -(-CHILDREN // len(groups))
    return tuple(ask(group, day, share, number) for number, (group, day) in enumerate(groups))


def ask(group: PlaceGroup, day: dt.date, count: int, number: int) -> Asked:
    """Random children, county after county."""
    source, vocabulary = random.Random(number), group.book.vocabulary
    rows = random_rows(vocabulary, count, day=day, seed=number)
    counties = [list(group.parameters)[place % len(group.parameters)] for place in range(count)]
    books = {county: load_rule_book(division=county.ljust(12, "0"), as_of=day) for county in group.parameters}
    if number % 3 == 0:
        books = {county: settled(own, source) for county, own in books.items()}
    keys = frozenset(group.book.parameters)
    program = compile_rules(group.book, parameter_columns=keys, with_intervals=True)
    plain = wide_frame(vocabulary, rows).with_columns(pl.Series("division", counties))
    values = parameter_table({county: own.parameters for county, own in books.items()}, keys=keys)
    frame = add_parameters(plain.lazy(), values).collect()
    answers = [next(interpreted(books[county], [row])) for county, row in zip(counties, rows, strict=True)]
    return Asked(program, frame, answers_frame(answers, program.apply(frame.lazy()).select(program.outputs)), rows)


def settled(own: RuleBook, source: random.Random) -> RuleBook:
    """The book as if its place had settled nearly every open parameter."""
    return replace(own, parameters={key: with_some_value(one, source) for key, one in own.parameters.items()})


@pytest.fixture(scope="module")
def spark() -> Iterator[RuleRunner]:
    """One Spark for all tests of this module; without PySpark or Java they are left out, and say what to install."""
    lacking = engine_problems("spark")
    if lacking:
        pytest.skip(" ".join(problem.text("en") for problem in lacking))
    with tempfile.TemporaryDirectory(prefix="ciyou-spark-") as work, open_runner("spark", work=Path(work)) as runner:
        yield runner


def assert_every_answer_is_the_interpreters(name: str, runner: RuleRunner) -> None:
    for one in asked():
        assert_same(name, runner.run(one.program, [one.frame])[0], one.expected, one.rows)


def test_ten_thousand_children_are_asked_under_eight_overlays_and_every_rule_is_denied_and_left_open_and_nearly_every_granted():
    answers = [one.expected.select(pl.selectors.starts_with("rule__")) for one in asked()]
    assert sum(map(len, answers)) >= CHILDREN
    assert len(answers) == len(COUNTIES)
    said = pl.concat([one.unpivot() for one in answers]).group_by("variable").agg(pl.col("value").unique())
    assert [name for name, seen in said.iter_rows() if not {False, None} <= set(seen)] == []
    assert len([name for name, seen in said.iter_rows() if True not in seen]) <= 2


@pytest.mark.parametrize(("name", "runner"), [("Polars", PolarsRunner()), ("DuckDB", DuckdbRunner())])
def test_ten_thousand_children_get_the_interpreters_answers(name: str, runner: RuleRunner):
    assert_every_answer_is_the_interpreters(name, runner)


def test_ten_thousand_children_get_the_interpreters_answers_from_spark(spark: RuleRunner):
    assert_every_answer_is_the_interpreters("Spark", spark)


@seed(20260301)
@settings(
    max_examples=10,
    deadline=None,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
@given(rules=random_books(), number=st.integers(0, 2**31))
def test_random_rules_give_the_interpreters_answers_in_spark(spark: RuleRunner, rules, number: int):
    assert_engines_agree(rules, random_rows(VOCABULARY, 200, day=rules.as_of, seed=number), engines={"Spark": spark})


def test_a_text_with_quotes_and_backslashes_is_a_text_in_spark(spark: RuleRunner):
    odd = "\\'; \"`\\n"
    grade = fact(Entity.CHILD, "disability_type")
    rules = book(rule("odd", Compare("==", grade, Literal(odd, Kind.ENUM))))
    program = replace(compile_rules(rules), schema={"child__disability_type": pl.String()})
    frame = pl.DataFrame({"child__disability_type": [odd, "none", None]})
    assert spark.run(program, [frame])[0]["rule__odd"].to_list() == [True, False, None]


def test_a_screening_by_spark_gives_the_files_of_one_by_polars(spark: RuleRunner, tmp_path: Path):
    dead = {"name": "李秀梅", "id_no": MOTHER_ID, "death_date": dt.date(2023, 1, 1)}
    jailed = {"name": "王建国", "id_no": FATHER_ID, "custody_kind": "imprisoned", "term_months": 60}
    rosters = {HUKOU: FAMILY, DEATHS: [dead], CUSTODY: [jailed]}
    first = screen_rosters(tmp_path, rosters, out="polars")
    other = screen_rosters(tmp_path, rosters, out="spark", engine="spark")
    for name in ("decisions", "leads", "facts"):
        assert (first.out / f"{name}.parquet").read_bytes() == (other.out / f"{name}.parquet").read_bytes()
    assert other.run["settings"]["rules_engine"] == "spark"
