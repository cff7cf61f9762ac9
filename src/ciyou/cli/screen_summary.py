"""The summary of a screening in the terminal: rows, people, children by rule and outcome, leads, and where the time went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from ciyou.batch.leads import lead_reasons
from ciyou.batch.linkage.linker import LINK_RULES, REVIEW_REASONS
from ciyou.batch.linkage.roster_changes import CHANGES, CORRECTION_FIELDS
from ciyou.batch.run_record import STAGES
from ciyou.core.rules.book import RuleKind
from ciyou.packs import difference_names, load_rule_titles
from ciyou.packs.rosters_loader import load_roster_packs

_WORDS = {
    "rosters": ("名册", "Rosters"),
    "read": ("读取", "read"),
    "used": ("采用", "used"),
    "rejected": ("搁置", "set aside"),
    "people": ("人", "People"),
    "child": ("儿童", "children"),
    "adult": ("成年人", "adults"),
    "unknown": ("身份不明", "unknown"),
    "rule": ("类别与待遇", "Categories and entitlements"),
    "yes": ("是", "yes"),
    "presumed": ("推定否", "presumed no"),
    "undetermined": ("待定", "undetermined"),
    "no": ("否", "no"),
    "leads": ("线索", "Leads"),
    "differences": ("名册之间的差异", "Differences between rosters"),
    "review": ("待人工核对的记录", "Records for a person to review"),
    "links": ("记录如何归到人", "How records came to their person"),
    "changes": ("与上次相比", "Since the earlier linking"),
    "stands": (
        "接着上次的结果：{standing:,} 条记录照旧，{come:,} 条新来或有改动，{gone:,} 条离开",
        "Going on from the earlier linking: {standing:,} records as they were, {come:,} new or changed, {gone:,} gone",
    ),
    "in_full": (
        "上次之后变了：{differs}。上次的比对结果一概未用，本次是完整识别；编号沿用。",
        "Changed since: {differs}. Nothing that was compared then was used; this is a full linking, with the ids kept.",
    ),
    "corrections": ("请有关部门核改的内容", "Values for departments to correct"),
    "guards": ("防护", "Guards"),
    "time": ("用时", "Where the time went"),
    "rows": ("行", "rows"),
    "seconds": ("秒", "s"),
    "memory": ("内存峰值（MB）", "peak MB"),
    "done": (
        "完成，用时 {seconds:.1f} 秒，内存峰值 {memory} MB。结果在 {out}（仅本人可读）。",
        "Done in {seconds:.1f} s, peak memory {memory} MB. Results are in {out} (readable by you alone).",
    ),
}


def print_summary(run: Mapping[str, Any], console: Console, *, lang: str, seconds: float, out: Path) -> None:
    """Print what a run's file says; rules of class 5 stand in no count."""
    _print_rosters(run, console, lang)
    _print_outcomes(run, console, lang)
    _print_counts(run, console, lang)
    _print_stages(run, console, lang)
    console.print(_say("done", lang).format(seconds=seconds, memory=run["peak_memory_mb"], out=out))


def print_link_summary(run: Mapping[str, Any], console: Console, *, lang: str, seconds: float, out: Path) -> None:
    """Print what the file of a linking says."""
    _print_rosters(run, console, lang)
    _print_people(run, console, lang)
    listed = (
        ("links", _RULE_WORDS),
        ("review", REVIEW_REASONS),
        ("changes", CHANGES),
        ("corrections", CORRECTION_FIELDS),
    )
    _print_counted(run, console, lang, listed)
    if "since" in run:
        _print_since(run["since"], console, lang)
    console.print(f"{_say('guards', lang)}:")
    for code, words in _GUARD_WORDS.items():
        console.print(f"  {run['guards'][code]:>9,}  {words[_column(lang)]}", highlight=False)
    _print_stages(run, console, lang)
    console.print(_say("done", lang).format(seconds=seconds, memory=run["peak_memory_mb"], out=out))


def _print_since(since: Mapping[str, Any], console: Console, lang: str) -> None:
    """What was had from the earlier linking, and what could not be used because something is another since."""
    console.print(
        _say("stands", lang).format(
            standing=since["records_standing"], come=since["records_come"], gone=since["records_gone"]
        ),
        highlight=False,
    )
    if since["differs"]:
        named = ("、", ", ")[_column(lang)].join(_BASIS_WORDS[one][_column(lang)] for one in since["differs"])
        console.print(_say("in_full", lang).format(differs=named), highlight=False)


_BASIS_WORDS = {
    "cleaning": ("读取名册的规则", "how rosters are read"),
    "linking": ("识别程序", "the linking program"),
    "weights": ("比对权重", "the weights"),
    "library": ("数据库软件库", "the database library"),
}
_RULE_WORDS = {rule.code: (rule.zh, rule.en) for rule in LINK_RULES}
_GUARD_WORDS = {
    "id_numbers_of_many": (
        "被太多不同姓名使用的身份证号（不作为任何人的号码）",
        "ID numbers beside too many names (nobody's number)",
    ),
    "records_under_them": (
        "填写这些号码的记录（按其他信息识别）",
        "records that bear them (linked by everything else)",
    ),
    "largest_cluster": ("记录最多的一个人的记录数", "records of the person who has most"),
}


def _column(lang: str) -> int:
    return 1 if lang == "en" else 0


def _say(key: str, lang: str) -> str:
    return _WORDS[key][_column(lang)]


def _print_rosters(run: Mapping[str, Any], console: Console, lang: str) -> None:
    names = {pack.code: pack.name(lang) for pack in load_roster_packs(division="00")}
    table = Table(_say("rosters", lang), box=None)
    for key in ("read", "used", "rejected"):
        table.add_column(_say(key, lang), justify="right")
    for one in run["rosters"]:
        table.add_row(
            names.get(one["roster"], one["roster"]), *(f"{one[key]:,}" for key in ("read", "used", "rejected"))
        )
    console.print(table)


def _print_outcomes(run: Mapping[str, Any], console: Console, lang: str) -> None:
    titles = load_rule_titles()
    counts: dict[str, dict[str, int]] = {}
    for one in run["outcomes"]:
        key = "presumed" if (one["outcome"], one["basis"]) == ("no", "presumed") else one["outcome"]
        row = counts.setdefault(one["rule"], {})
        row[key] = row.get(key, 0) + one["children"]
    table = Table(_say("rule", lang), box=None)
    keys = ("yes", "undetermined", "presumed", "no")
    for key in keys:
        table.add_column(_say(key, lang), justify="right")
    for code in sorted(counts, key=lambda code: (titles[code].kind is RuleKind.ENTITLEMENT, code)):
        table.add_row(titles[code].name(lang), *(f"{counts[code].get(key, 0):,}" for key in keys))
    console.print(table)


def _print_counts(run: Mapping[str, Any], console: Console, lang: str) -> None:
    _print_people(run, console, lang)
    _print_counted(
        run, console, lang, (("leads", lead_reasons()), ("differences", difference_names()), ("review", REVIEW_REASONS))
    )


def _print_people(run: Mapping[str, Any], console: Console, lang: str) -> None:
    people = ", ".join(f"{_say(kind, lang)} {count:,}" for kind, count in run["people"].items())
    console.print(f"{_say('people', lang)}: {people}")


def _print_counted(
    run: Mapping[str, Any],
    console: Console,
    lang: str,
    parts: Sequence[tuple[str, Mapping[str, tuple[str, str]]]],
) -> None:
    for key, words in parts:
        found = run[key]
        console.print(f"{_say(key, lang)}: {sum(found.values()):,}")
        for code, count in sorted(found.items(), key=lambda item: (-item[1], item[0])):
            console.print(f"  {count:>9,}  {words[code][_column(lang)]}", highlight=False)


def _print_stages(run: Mapping[str, Any], console: Console, lang: str) -> None:
    table = Table(_say("time", lang), box=None)
    for key in ("seconds", "rows", "memory"):
        table.add_column(_say(key, lang), justify="right")
    for stage in run["stages"]:
        name = STAGES[stage["name"]][1 if lang == "en" else 0]
        table.add_row(name, f"{stage['seconds']:.1f}", f"{stage['rows']:,}", f"{stage['peak_memory_mb']:,}")
    console.print(table)
