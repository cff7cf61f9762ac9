"""All rules over a whole population: our Polars engine beside OpenFisca-core, and ten of them beside NumPy by hand.

Each job runs in a process of its own, one after the other, in one run.

    .venv/bin/python -m bench.rules_population --rows 10000000 --folder bench/out/rules
    .venv/bin/python -m bench.rules_population --only polars-ten numpy-ten --times 9

Job `agg`: read, look up the parameters of each division, decide every rule, and give the sum and the number of unknowns of
every output; both engines must give the same figures. Job `write`: all outputs with floors and ceilings to Parquet.
CPU seconds are user (and system) time of the whole process, imports included; peak is its largest resident memory.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

THREADS = 2
# Polars reads ahead by many row groups and files by default: fast disks do not need it, and it is most of the memory.
SETTINGS = {
    "POLARS_MAX_THREADS": str(THREADS),
    "POLARS_ROW_GROUP_PREFETCH_SIZE": "1",
    "POLARS_MAX_CONCURRENT_SCANS": "1",
    "POLARS_NUM_READERS_PRE_INIT": "1",
    # Pieces that fit the cache, two to a row group: no slower than larger ones, and a fifth to two fifths less memory.
    "POLARS_IDEAL_MORSEL_SIZE": "31250",
    "OMP_NUM_THREADS": "1",
}
os.environ.update(SETTINGS)

import polars as pl  # noqa: E402  # the number of threads is read when Polars is imported

from ciyou.batch.engines.lowering import parameter_column  # noqa: E402
from ciyou.batch.engines.parameter_columns import add_parameters, parameter_table  # noqa: E402
from ciyou.batch.engines.polars_rules import RuleProgram, compile_rules  # noqa: E402
from ciyou.core.rules.book import ParameterValue, RuleBook  # noqa: E402
from ciyou.core.rules.tree import Kind  # noqa: E402
from ciyou.packs import load_rule_book  # noqa: E402

AS_OF = dt.date(2026, 3, 1)
PLACES = 400
CHUNK = 125_000
ROW_GROUP = 62_500
PARAMETERS = "parameters.parquet"
# Ten rules that are written by hand in numpy_rules.py.
TEN = (
    "dibao_member",
    "disabled",
    "disability_nursing_subsidy",
    "family_poverty",
    "fast_emergency_aid",
    "migrant",
    "near_dibao_member",
    "orphan",
    "rigid_expenditure_member",
    "severely_ill",
)
# The two readings that places publish where both parents are gone and one of them is declared missing.
READINGS = ("orphan", "de_facto_unattended")


def places() -> list[str]:
    """Invented county codes, 20 to a province (none of a province with its own overlay), as 12 digits."""
    provinces = [number for number in range(11, 66) if number not in (35, 51)]
    return [f"{provinces[index // 20]:02d}{1 + index % 20:02d}01000000" for index in range(PLACES)]


def local_parameters(book: RuleBook) -> dict[str, Mapping[str, ParameterValue]]:
    """For each place its own value of every parameter that the nation leaves to it; a twentieth stays unknown."""
    source = random.Random(20_260_301)
    local = [one for one in book.parameters.values() if one.kind == Kind.MONEY or one.value is None]
    return {
        place: {one.key: replace(one, value=_drawn(one.kind, source), division=place) for one in local}
        for place in places()
    }


def _drawn(kind: Kind, source: random.Random) -> bool | int | str | None:
    if source.random() < 0.05:
        return None
    if kind == Kind.BOOL:
        return source.random() < 0.5
    if kind == Kind.ENUM:
        return source.choice(READINGS)
    return source.randint(500, 2_500) * 100 if kind == Kind.MONEY else source.choice((100, 150, 200))


def compiled(folder: Path, *, with_intervals: bool, codes: Sequence[str] = ()) -> tuple[RuleProgram, pl.DataFrame]:
    """The program of the national rules, or of those named, and the table of local parameters that it reads."""
    book = load_rule_book(division=places()[0], as_of=AS_OF)
    local = pl.scan_parquet(folder / PARAMETERS)
    names = local.collect_schema().names()
    if codes:
        book = replace(book, rules=tuple(book.by_code[code] for code in codes))
    keys = frozenset(key for key in book.parameters if parameter_column(key) in names)
    program = compile_rules(book, parameter_columns=keys, with_intervals=with_intervals)
    return program, local.select("division", *(name for name in names if name in program.columns_needed)).collect()


def decided(folder: Path, *, with_intervals: bool, codes: Sequence[str] = ()) -> tuple[RuleProgram, pl.LazyFrame]:
    program, parameters = compiled(folder, with_intervals=with_intervals, codes=codes)
    children = pl.scan_parquet(folder / "part-*.parquet")
    return program, program.apply(add_parameters(children, parameters))


def agg_in_polars(folder: Path, codes: Sequence[str] = ()) -> dict[str, tuple[int, int]]:
    """Sum and number of unknowns of every output, by the Polars streaming engine."""
    program, frame = decided(folder, with_intervals=False, codes=codes)
    sums = [pl.col(name).sum().alias(f"{name}.sum") for name in program.outputs]
    nulls = [pl.col(name).null_count().alias(f"{name}.unknown") for name in program.outputs]
    row = frame.select(*sums, *nulls).collect(engine="streaming").row(0, named=True)
    return {name: (row[f"{name}.sum"], row[f"{name}.unknown"]) for name in program.outputs}


def ten_in_polars(folder: Path) -> dict[str, tuple[int, int]]:
    """The same of ten rules only."""
    return agg_in_polars(folder, TEN)


def ten_in_numpy(folder: Path) -> dict[str, tuple[int, int]]:
    """The figures of the ten rules by NumPy, written by hand, in chunks."""
    from bench.numpy_rules import TenRules  # noqa: PLC0415  # jobs without NumPy must not pay for its import

    program, parameters = compiled(folder, with_intervals=False, codes=TEN)
    rules = TenRules(parameters)
    totals: dict[str, tuple[int, int]] = dict.fromkeys(program.outputs, (0, 0))
    for chunk in rules.chunks(folder, CHUNK):
        for name, (total, unknown) in rules.tally(rules.decide(chunk)).items():
            totals[name] = (totals[name][0] + total, totals[name][1] + unknown)
    return totals


def agg_in_openfisca(folder: Path, *, narrow: bool = False) -> dict[str, tuple[int, int]]:
    """The same figures by OpenFisca-core, in chunks; `narrow` adds our decoder and arrays of bytes."""
    from bench.openfisca_rules import OpenFiscaRules  # noqa: PLC0415  # the other engine must not pay for its import

    program, parameters = compiled(folder, with_intervals=False)
    rules = OpenFiscaRules(program, parameters=parameters, period=f"{AS_OF:%Y-%m}", narrow=narrow)
    totals: dict[str, tuple[int, int]] = dict.fromkeys(program.outputs, (0, 0))
    for chunk in rules.chunks(folder, CHUNK):
        for name, (total, unknown) in rules.tally(rules.decide(chunk)).items():
            totals[name] = (totals[name][0] + total, totals[name][1] + unknown)
    return totals


def write_in_polars(folder: Path) -> dict[str, tuple[int, int]]:
    """All outputs with floors and ceilings to a Parquet file beside the input; gives only the number of rows."""
    program, frame = decided(folder, with_intervals=True)
    target = folder / "outputs.parquet"
    frame.select("child_id", *program.outputs).sink_parquet(
        target, compression="zstd", row_group_size=ROW_GROUP, maintain_order=False
    )
    return {"rows": (pl.scan_parquet(target).select(pl.len()).collect().item(), 0)}


MEASURED = ("user", "system", "wall", "peak_mb")

JOBS: Mapping[str, Callable[[Path], dict[str, tuple[int, int]]]] = {
    "polars-agg": agg_in_polars,
    "openfisca-agg": agg_in_openfisca,
    "openfisca-forced-agg": partial(agg_in_openfisca, narrow=True),
    "polars-write": write_in_polars,
    "polars-ten": ten_in_polars,
    "numpy-ten": ten_in_numpy,
}


def measure(job: str, folder: Path) -> dict[str, Any]:
    """Run one job in a process of its own: its figures, seconds and peak memory."""
    began = time.perf_counter()
    arguments = [sys.executable, "-m", "bench.rules_population", "--job", job, "--folder", str(folder)]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE)
    assert process.stdout is not None
    answer = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"Job {job} failed; its messages stand above.")
    return {
        "job": job,
        "user": usage.ru_utime,
        "system": usage.ru_stime,
        "wall": time.perf_counter() - began,
        "peak_mb": usage.ru_maxrss / 1024,
        "checksum": hashlib.sha256(answer).hexdigest()[:8],
        "figures": json.loads(answer),
    }


def median_of(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """One job's runs as one: the median of every measurement."""
    if len({one["checksum"] for one in runs}) > 1:
        raise SystemExit(f"Job {runs[0]['job']} gave different figures in different runs.")
    return runs[0] | {key: statistics.median(one[key] for one in runs) for key in MEASURED}


def report(found: list[dict[str, Any]], rows: int) -> str:
    """The measurements as a table, and the ratio that the issue asks for."""
    lines = [
        f"{rows:,} children, {PLACES} divisions, {THREADS} threads",
        "",
        "| job | CPU-s user | CPU-s system | wall s | M rows/s | peak MB | checksum |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in found:
        lines.append(
            f"| {one['job']} | {one['user']:.1f} | {one['system']:.1f} | {one['wall']:.1f} "
            f"| {rows / one['wall'] / 1e6:.2f} | {one['peak_mb']:.0f} | {one['checksum']} |"
        )
    ours = next((one for one in found if one["job"] == "polars-agg"), None)
    for theirs in (one for one in found if one["job"].startswith("openfisca") and ours):
        lines += ["", _compared(ours, theirs)]
    ten = [one for one in found if one["job"].endswith("-ten")]
    if len(ten) == 2:
        lines += ["", _compared(*ten)]
    return "\n".join(lines)


def _compared(ours: dict[str, Any], theirs: dict[str, Any]) -> str:
    user = ours["user"] / theirs["user"]
    whole = (ours["user"] + ours["system"]) / (theirs["user"] + theirs["system"])
    equal = "equal" if ours["checksum"] == theirs["checksum"] else "DIFFERENT"
    return f"{ours['job']} / {theirs['job']}: CPU {user:.2f} (user), {whole:.2f} (user + system); results {equal}."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent / "out" / "rules")
    parser.add_argument("--job", choices=JOBS, help="run this one job here and print its figures")
    parser.add_argument("--only", choices=JOBS, nargs="*", default=list(JOBS), help="measure only these jobs")
    parser.add_argument("--times", type=int, default=1, help="measure each job so often, in turn; told are the medians")
    parser.add_argument("--make", action="store_true", help="only make the population")
    options = parser.parse_args()
    if options.make:
        prepare(options.folder, options.rows)
        return
    if options.job:
        print(json.dumps(JOBS[options.job](options.folder), sort_keys=True))
        return
    # In a process of its own too: what a process has allocated counts in the peak of those it starts.
    subprocess.run([sys.executable, "-m", "bench.rules_population", "--make", *sys.argv[1:]], check=True)
    rounds = [[measure(job, options.folder) for job in options.only] for _ in range(options.times)]
    found = [median_of(runs) for runs in zip(*rounds, strict=True)]
    print(report(found, options.rows))
    for kind in ("-agg", "-ten"):
        if len({one["checksum"] for one in found if one["job"].endswith(kind)}) > 1:
            raise SystemExit("The engines do not agree.")


def prepare(folder: Path, rows: int) -> None:
    """Make the population once; an existing folder of the same size is used again."""
    from bench.synthetic_children import write_children  # noqa: PLC0415  # jobs read files and need no generator

    book = load_rule_book(division=places()[0], as_of=AS_OF)
    stamp = folder / "made.json"
    wanted = {"rows": rows, "pack": book.pack_version, "row_group": ROW_GROUP}
    if stamp.exists() and (folder / PARAMETERS).exists() and json.loads(stamp.read_text()) == wanted:
        return
    write_children(folder, rows, vocabulary=book.vocabulary, as_of=AS_OF, places=places(), row_group=ROW_GROUP)
    by_place = local_parameters(book)
    parameter_table(by_place, keys=frozenset(by_place[places()[0]])).write_parquet(folder / PARAMETERS)
    stamp.write_text(json.dumps(wanted))


if __name__ == "__main__":
    main()
