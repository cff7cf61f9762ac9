"""`ciyou explain`: one child's facts in, every category and entitlement with its reasons out."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from ciyou.cli.output import choose_language, fail, language_option
from ciyou.core.errors import CiyouError, FactError, Place, Problem
from ciyou.core.facts.state import FactState
from ciyou.core.rules.explain import Explanation, explain_all
from ciyou.core.rules.telling import as_json, render_text
from ciyou.packs import department_name, load_rule_book, presumed_by_a_facts_file, read_facts, read_suppositions
from ciyou.packs.loading import rule_places

HEADINGS = {"category": ("类别", "Categories"), "entitlement": ("待遇", "Entitlements")}


@click.command(
    epilog="Example: ciyou explain child.json --as-of 2025-09-01 --division 513322 --lang en",
)
@click.argument("facts", type=click.Path(path_type=Path))
@click.option("--as-of", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The day on which to decide.")
@click.option("--division", required=True, help="Division code of the child's hukou (2 to 12 digits).")
@click.option("--rule", "codes", multiple=True, help="Only this rule (may be given several times).")
@click.option(
    "--strict", is_flag=True, help="Presume nothing: not even that the child is alive and its parents can be found."
)
@click.option(
    "--suppose",
    multiple=True,
    metavar="KEY=VALUE",
    help="Had the place answered so: a parameter and its value (repeatable).",
)
@click.option("--json", "wants_json", is_flag=True, help="Print JSON instead of text.")
@language_option
def explain(
    facts: Path,
    as_of: dt.datetime,
    division: str,
    codes: tuple[str, ...],
    strict: bool,
    suppose: tuple[str, ...],
    wants_json: bool,
    lang: str | None,
) -> None:
    """Decide and explain every rule for the child described in FACTS (JSON: child, father, mother, household).

    An absent key is unknown; only that a child described is alive, and that parents described can be found, is presumed and
    marked so. Exit 0: decided; 2: the facts, the division or the packs cannot be used.
    """
    spoken = choose_language(lang)
    try:
        document = _read(facts)
        book = load_rule_book(division=division, as_of=as_of.date())
        book = book.supposing(read_suppositions(suppose))
        statements = read_facts(document, book.vocabulary)
        if not strict:
            statements += presumed_by_a_facts_file(statements)
        found = explain_all(book, FactState.on(as_of.date(), statements))
        chosen = _chosen(found, codes, division, as_of.date())
    except CiyouError as error:
        fail(error, spoken)
    if wants_json:
        answer = {
            "as_of": as_of.date().isoformat(),
            "division": book.division,
            "pack_version": book.pack_version,
            "decisions": [as_json(one, spoken) for one in chosen],
        }
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
        return
    _print(chosen, spoken)


def _chosen(found: dict[str, Explanation], codes: tuple[str, ...], division: str, as_of: dt.date) -> list[Explanation]:
    missing = [code for code in codes if code not in found]
    if missing:
        since = rule_places(missing[0])
        if since:
            raise FactError(_elsewhere(missing[0], division, as_of, since))
        known = ", ".join(found)
        raise FactError(
            Problem(
                Place(),
                "rule.unknown_name",
                f"没有规则“{missing[0]}”；可用：{known}。",
                f"There is no rule “{missing[0]}”; use one of {known}.",
            )
        )
    return [one for code, one in found.items() if not codes or code in codes]


def _elsewhere(code: str, division: str, as_of: dt.date, since: Mapping[str, dt.date]) -> Problem:
    """A rule that there is, but not in this place on this day."""
    places = [f"{place} {day}" for place, day in since.items()]
    return Problem(
        Place(),
        "rule.not_in_force",
        f"{as_of} 这天 {division} 没有规则“{code}”；有这条规则的地方包及起始日：{'、'.join(places)}。请换 --division 或 --as-of。",
        f"In {division} there is no rule “{code}” on {as_of}; the packs that have it, and since when: {', '.join(places)}. "
        "Choose another --division or --as-of.",
    )


def _read(path: Path) -> dict[str, Any]:
    place = Place(path.name)
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise FactError(
            Problem(
                place,
                "facts.missing",
                "找不到这个事实文件；请检查路径。",
                "There is no such facts file; check the path.",
            )
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise FactError(
            Problem(place, "facts.unreadable", "文件无法按 UTF-8 读取。", "The file cannot be read as UTF-8.")
        ) from error
    except json.JSONDecodeError as error:
        raise FactError(
            Problem(
                Place(path.name, error.lineno, error.colno),
                "facts.json",
                "不是有效的 JSON；请检查此处的引号、逗号和括号。",
                "This is not valid JSON; check quotes, commas and brackets here.",
            )
        ) from error
    if not isinstance(document, dict):
        raise FactError(
            Problem(
                place,
                "facts.shape",
                "最外层应为对象，含 child、father、mother、household。",
                "The outermost value must be an object with child, father, mother, household.",
            )
        )
    return document


def _source_name(code: str, lang: str) -> str:
    if code == "facts_file":
        return "the facts file" if lang == "en" else "事实文件"
    return department_name(code, lang)


def _print(chosen: list[Explanation], lang: str) -> None:
    for kind, words in HEADINGS.items():
        of_kind = [one for one in chosen if one.rule.kind.value == kind]
        if of_kind:
            click.secho(f"== {words[1 if lang == 'en' else 0]} ==", bold=True)
        for one in of_kind:
            click.echo(render_text(one, lang, _source_name))
            click.echo()
