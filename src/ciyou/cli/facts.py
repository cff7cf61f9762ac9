"""`ciyou facts`: everything that may be known of a child, its parents and its household."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping

import click
from rich.console import Console
from rich.table import Table

from ciyou.cli.output import choose_language, fail, language_option
from ciyou.core.errors import CiyouError
from ciyou.core.facts.definition import FactDefinition, FactType
from ciyou.packs.loading import load_fact_lists
from ciyou.packs.vocabulary import Department

PIPED_WIDTH = 160
HEADINGS = {
    "zh": ("对象", "事实", "名称", "允许的值", "提供部门", "可询问", "敏感级"),
    "en": ("Entity", "Fact", "Name", "Domain", "Supplied by", "May be asked", "Class"),
}
ASKED = {
    "guardian": ("监护人", "guardian"),
    "village": ("村（居）", "village"),
    "school": ("学校", "school"),
    "department": ("部门", "department"),
}


@click.command(epilog="Example: ciyou facts --json --lang en")
@click.option("--json", "wants_json", is_flag=True, help="Print JSON instead of a table.")
@language_option
def facts(wants_json: bool, lang: str | None) -> None:
    """List every fact of the vocabulary: what it means, its domain, who supplies it, who may be asked, how sensitive it is.

    These are the keys of a FACTS.json for `ciyou explain`.
    """
    spoken = choose_language(lang)
    try:
        vocabulary, departments = load_fact_lists()
    except CiyouError as error:
        fail(error, spoken)
    if wants_json:
        click.echo(json.dumps([as_record(one) for one in vocabulary.definitions], ensure_ascii=False, indent=2))
        return
    console = Console(width=None if sys.stdout.isatty() else PIPED_WIDTH)
    console.print(_table(vocabulary.definitions, departments, spoken))


def as_record(definition: FactDefinition) -> dict[str, object]:
    """One fact as JSON: keys about, entities, name, type, zh, en, suppliers, askable, sensitivity, fresh_days, options…"""
    return {
        "about": list(definition.about),
        "entities": [str(entity) for entity in definition.entities()],
        "name": definition.name,
        "type": str(definition.type),
        "zh": definition.zh,
        "en": definition.en,
        "suppliers": list(definition.suppliers),
        "askable": list(definition.askable),
        "sensitivity": definition.sensitivity,
        "fresh_days": definition.fresh_days,
        "options": {code: {"zh": zh, "en": en} for code, (zh, en) in definition.options.items()},
        "minimum": definition.minimum,
        "maximum": definition.maximum,
        "unit": definition.unit,
        "aliases": list(definition.aliases),
    }


def _table(definitions: tuple[FactDefinition, ...], known: Mapping[str, Department], lang: str) -> Table:
    table = Table(*HEADINGS[lang], show_lines=False)
    for one in definitions:
        asked = (ASKED[who][lang == "en"] for who in one.askable)
        departments = (known[code].name(lang) for code in one.suppliers)
        table.add_row(
            ", ".join(one.entities()),
            one.name,
            one.label(lang),
            _domain(one, lang),
            ", ".join(departments),
            ", ".join(asked),
            str(one.sensitivity),
        )
    return table


def _domain(definition: FactDefinition, lang: str) -> str:
    unit = f" ({definition.unit})" if definition.unit else ""
    if definition.type is FactType.ENUM:
        return ", ".join(f"{code} {words[lang == 'en']}" for code, words in definition.options.items())
    return definition.domain_text(lang) + unit
