"""`ciyou prove`: what is wrong with the law itself, each finding shown on a child, each confirmed by the interpreter."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from ciyou.batch.proofs.proving import Finding, Report
from ciyou.batch.proofs.proving import prove as prove_packs
from ciyou.batch.proofs.showing import (
    changed_words,
    facts_document,
    remarkable_facts,
    supposed_parameters,
    supposed_words,
    unknown_facts,
)
from ciyou.cli.output import COULD_NOT_RUN, FINDINGS, choose_language, fail, language_option
from ciyou.core.errors import CiyouError, Place, Problem, RunError
from ciyou.core.rules.words import Phrase
from ciyou.packs.pack_files import SHIPPED

KIND_WORDS = {
    "gap": ("缺口", "gap"),
    "overlap": ("冲突", "overlap"),
    "step": ("反向台阶", "perverse step"),
    "unreachable": ("不可达", "unreachable"),
    "always": ("恒成立", "always true"),
    "imprecise": ("不精确", "imprecise"),
    "negative": ("负金额", "negative amount"),
}
WORDS = {
    "witness": ("例：一名儿童（其余事实均为通常情形）", "Witness: a child, otherwise like most"),
    "supposed": ("设当地规定为", "Where the place's rule is"),
    "unknown": ("未知", "Unknown"),
    "then": ("此后", "Then"),
    "also": ("同样见于", "The same in"),
    "nobody": ("任何事实组合都不符合。", "No combination of facts is."),
    "accepted": ("已接受", "Accepted"),
    "contradiction": (
        "解释器不能证实这一发现：证明器或规则的转换有错，不能采信；请报告此事。",
        "The interpreter does not confirm this: the prover or its translation is wrong and cannot be trusted; report it.",
    ),
    "facts": ("事实文件", "Facts file"),
    "explain": ("核对", "Check it"),
    "ordinary": ("与多数儿童没有不同", "nothing differs from most children"),
}
SUMMARY = {
    "zh": "{places} 个地方，{asked} 个问题：{proved} 个已证明，{findings} 个发现，{accepted} 个已接受的发现，{undecided} 个未能在时限内判定，{stale} 个已接受而不再出现。",
    "en": "{places} places, {asked} questions: {proved} proved, {findings} findings, {accepted} accepted findings, {undecided} not decided in time, {stale} accepted that no longer occur.",
}
UNDECIDED = {
    "zh": "时限内未能判定：{code}（{place}）。请加大 --limit。",
    "en": "Not decided in time: {code} ({place}). Give more with --limit.",
}
STALE = {
    "zh": "{place}：已接受的“{code}”不再出现；请从 accepted.yaml 中删去。",
    "en": "{place}: the accepted “{code}” no longer occurs; delete it from accepted.yaml.",
}


@click.command(epilog="Example: ciyou prove --division 513322 --as-of 2026-06-01 --lang en")
@click.argument("folder", required=False, type=click.Path(path_type=Path), metavar="[DIR]")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day whose law is looked at (default: today).")
@click.option(
    "--division", help="Only this division (2 to 12 digits); default: the nation and every place with its own pack."
)
@click.option(
    "--only", multiple=True, help="Only questions whose code begins so: gap, imprecise.orphan, … (repeatable)."
)
@click.option(
    "--limit", default=60, show_default=True, type=click.IntRange(1), help="Seconds of an idle core for one question."
)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Write each witness's facts file here.")
@click.option("--json", "wants_json", is_flag=True, help="Print JSON instead of text.")
@language_option
def prove(
    folder: Path | None,
    as_of: dt.datetime | None,
    division: str | None,
    only: tuple[str, ...],
    limit: int,
    out: Path | None,
    wants_json: bool,
    lang: str | None,
) -> None:
    """Look for gaps, overlaps, perverse steps, unreachable rules and imprecision in the shipped packs, or in those in DIR.

    Every finding is shown on a child, and confirmed by the interpreter. Findings that a pack accepts are told with their reason.
    Exit 0: proved or accepted; 1: findings, or questions not decided in time; 2: could not run, or the interpreter contradicts.
    """
    spoken = choose_language(lang)
    day = as_of.date() if as_of else dt.datetime.now().astimezone().date()
    try:
        if folder is not None and not folder.is_dir():
            raise RunError(_no_folder(folder))
        report = prove_packs(
            as_of=day,
            division=division,
            only=only,
            limit_ms=limit * 1000,
            root=folder or SHIPPED,
            progress=_show_progress if sys.stderr.isatty() else _show_nothing,
        )
    except CiyouError as error:
        fail(error, spoken)
    if out is not None:
        _write_facts(report, out)
    if wants_json:
        click.echo(json.dumps(_as_json(report, spoken), ensure_ascii=False, indent=2))
    else:
        _print(report, spoken)
    if report.contradictions:
        sys.exit(COULD_NOT_RUN)
    if not report.is_clean:
        sys.exit(FINDINGS)


def _show_progress(code: str, place: str) -> None:
    click.echo(f"\r\033[K{place} {code}", nl=False, err=True)


def _show_nothing(_code: str, _place: str) -> None:
    """Nobody watches."""


def _no_folder(folder: Path) -> Problem:
    return Problem(
        Place(str(folder)),
        "pack.no_folder",
        "没有这个文件夹；请给出一个含 place.yaml 的规则包，或含若干规则包的文件夹。",
        "There is no such folder; give a pack (with a place.yaml) or a folder that holds packs.",
    )


def _say(key: str, lang: str) -> str:
    return WORDS[key][lang == "en"]


def _print(report: Report, lang: str) -> None:
    if sys.stderr.isatty():
        click.echo("\r\033[K", nl=False, err=True)
    for alike in _grouped((*report.accepted, *report.findings)):
        click.echo("\n".join(_lines(alike, lang)))
        click.echo()
    for code, place in report.undecided:
        click.echo(UNDECIDED[lang].format(code=code, place=place))
    for stale in report.stale:
        click.echo(STALE[lang].format(place=stale.place, code=stale.finding))
    counts = {name: len(getattr(report, name)) for name in ("places", "findings", "accepted", "undecided", "stale")}
    click.echo(SUMMARY[lang].format(asked=report.asked, proved=report.proved, **counts))


def _grouped(findings: Iterable[Finding]) -> list[list[Finding]]:
    """The findings that are the same but for the place."""
    found: dict[tuple[object, ...], list[Finding]] = {}
    for one in findings:
        key = (one.check.code, one.setting.book.as_of, one.acceptance, one.confirmed)
        found.setdefault(key, []).append(one)
    return list(found.values())


def _lines(alike: list[Finding], lang: str) -> Iterable[str]:
    finding = alike[0]
    check, setting = finding.check, finding.setting
    kind = KIND_WORDS[check.kind.value][lang == "en"]
    name = check.en if lang == "en" else check.zh
    yield f"[{kind}] {check.code} — {name} ({setting.book.division}, {setting.book.as_of})"
    if len(alike) > 1:
        yield f"  {_say('also', lang)}: {', '.join(one.setting.book.division for one in alike[1:])}"
    if not finding.confirmed:
        yield f"  ! {_say('contradiction', lang)}"
    yield from _witness_lines(finding, lang)
    if finding.acceptance is not None:
        accepted = finding.acceptance
        yield f"  {_say('accepted', lang)} ({accepted.by}, {accepted.on}): {accepted.reason(lang)}"
    sources = "; ".join(dict.fromkeys(source.cite(lang) for source in check.sources))
    if sources:
        yield f"  [{sources}]"


def _witness_lines(finding: Finding, lang: str) -> Iterable[str]:
    setting, witness = finding.setting, finding.witness
    if witness is None:
        yield f"  {_say('nobody', lang)}"
        return
    told = _joined(remarkable_facts(setting, witness.child.facts), lang) or _say("ordinary", lang)
    yield f"  {_say('witness', lang)}: {told}"
    parts = (
        ("supposed", supposed_words(setting, witness)),
        ("unknown", unknown_facts(setting, witness)),
        ("then", changed_words(setting, witness)),
    )
    for key, phrases in parts:
        if phrases:
            yield f"  {_say(key, lang)}: {_joined(phrases, lang)}"
    yield f"  {_say('facts', lang)}: {json.dumps(facts_document(witness.child.facts), ensure_ascii=False)}"
    yield f"  {_say('explain', lang)}: {_explain_command(finding)}"


def _joined(phrases: Iterable[Phrase], lang: str) -> str:
    return ("; " if lang == "en" else "；").join(phrase.text(lang) for phrase in phrases)


def _explain_command(finding: Finding) -> str:
    book = finding.setting.book
    supposed = supposed_parameters(finding.witness) if finding.witness else {}
    options = "".join(f" --suppose {key}={_written(value)}" for key, value in supposed.items())
    return f"ciyou explain FACTS.json --strict --as-of {book.as_of} --division {book.division}{options}"


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _write_facts(report: Report, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for finding in (*report.accepted, *report.findings):
        if finding.witness is not None:
            name = f"{finding.check.code}-{finding.setting.book.division}.json"
            text = json.dumps(facts_document(finding.witness.child.facts), ensure_ascii=False, indent=2)
            (folder / name).write_text(text + "\n", encoding="utf-8")


def _as_json(report: Report, lang: str) -> dict[str, Any]:
    return {
        "places": report.places,
        "asked": report.asked,
        "proved": report.proved,
        "findings": [_finding_json(finding, lang) for finding in report.findings],
        "accepted": [_finding_json(finding, lang) for finding in report.accepted],
        "undecided": [{"code": code, "division": place} for code, place in report.undecided],
        "stale": [{"finding": one.finding, "place": str(one.place)} for one in report.stale],
    }


def _finding_json(finding: Finding, lang: str) -> dict[str, Any]:
    check, setting, witness = finding.check, finding.setting, finding.witness
    found: dict[str, Any] = {
        "code": check.code,
        "kind": check.kind.value,
        "name": check.en if lang == "en" else check.zh,
        "division": setting.book.division,
        "as_of": setting.book.as_of.isoformat(),
        "confirmed": finding.confirmed,
        "sources": [source.cite(lang) for source in check.sources],
    }
    if witness is not None:
        found["facts"] = facts_document(witness.child.facts)
        found["words"] = [phrase.text(lang) for phrase in remarkable_facts(setting, witness.child.facts)]
        found["supposed"] = {key: _written(value) for key, value in supposed_parameters(witness).items()}
        found["unknown"] = [phrase.text(lang) for phrase in unknown_facts(setting, witness)]
        found["changes"] = facts_document(dict(witness.changes))
        found["check"] = _explain_command(finding)
    if finding.acceptance is not None:
        accepted = finding.acceptance
        found["accepted"] = {
            "reason": accepted.reason(lang),
            "by": accepted.by,
            "on": accepted.on.isoformat(),
            "place": str(accepted.place),
        }
    return found
