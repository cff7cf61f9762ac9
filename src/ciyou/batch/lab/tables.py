"""Findings as tables, the same for a page, a workbook and a terminal, in Chinese or English."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ciyou.batch.lab.findings import AFTER, BEFORE, Cliff, Findings, Told
from ciyou.core.clock.months import add_months
from ciyou.core.facts.definition import Vocabulary, column_name

COUNT, MONEY, TEXT = "count", "money", "text"

_WORDS: Mapping[str, tuple[str, str]] = {
    "months": ("各月费用", "Cost by month"),
    "month": ("月份", "Month"),
    "before": ("现行：领取人数", "Now: children paid"),
    "after": ("改后：领取人数", "Then: children paid"),
    "before_fen": ("现行：月费用", "Now: cost"),
    "after_fen": ("改后：月费用", "Then: cost"),
    "cost": ("增减", "Difference"),
    "places": ("各地：谁得谁失（首月）", "By place: who gains, who loses (first month)"),
    "place": ("地方", "Place"),
    "children": ("儿童", "Children"),
    "gain": ("得益儿童", "Gain"),
    "lose": ("受损儿童", "Lose"),
    "open": ("不能判定", "Undetermined"),
    "gain_fen": ("每月多得", "Gained a month"),
    "lose_fen": ("每月少得", "Lost a month"),
    "may_gain": ("可能得益（金额不明）", "May gain (amount not known)"),
    "may_lose": ("可能受损（金额不明）", "May lose (amount not known)"),
    "may_fen": ("金额不明的：最低额增减", "Where not known: change of the least due"),
    "unpriced": ("改后：符合而金额不明", "Then: due, amount not known"),
    "places_months": ("各地各月：费用增减", "By place and month: difference of cost"),
    "rules": ("各项规则（首月）", "By rule (first month)"),
    "rule": ("规则", "Rule"),
    "yes_before": ("现行：符合", "Now: yes"),
    "yes_after": ("改后：符合", "Then: yes"),
    "newly": ("新符合", "Newly"),
    "no_longer": ("不再符合", "No longer"),
    "more": ("金额提高", "Paid more"),
    "less": ("金额降低", "Paid less"),
    "open_before": ("现行：不能判定", "Now: undetermined"),
    "open_after": ("改后：不能判定", "Then: undetermined"),
    "period": ("金额按", "Amount per"),
    "dibao": ("与低保对照：待遇覆盖", "Against dibao: coverage"),
    "dibao_before": ("现行：在低保家庭", "Now: in dibao households"),
    "share_before": ("现行：占比", "Now: share"),
    "dibao_after": ("改后：在低保家庭", "Then: in dibao households"),
    "share_after": ("改后：占比", "Then: share"),
    "dibao_unknown": ("低保情况不明", "Dibao not known"),
    "standards": ("改动的标准与低保标准", "Changed standards against the dibao standard"),
    "standard": ("标准", "Standard"),
    "now": ("现行", "Now"),
    "then": ("改后", "Then"),
    "dibao_standard": ("低保标准", "Dibao standard"),
    "percent_now": ("现行为低保的", "Now, of dibao"),
    "percent_then": ("改后为低保的", "Then, of dibao"),
    "cliffs": ("悬崖：多一元收入、少一笔待遇", "Cliffs: a little more income costs an entitlement"),
    "income": ("收入", "Income"),
    "law": ("规定", "Law"),
    "last": ("临界值", "Highest before it"),
    "near": ("临界值以下附近的儿童", "Children near below"),
    "loss": ("越过后每月最多少得", "Most lost a month beyond it"),
    "projections": ("按调整公式推算", "Projected by formula"),
    "formula": ("公式", "Formula"),
    "rate": ("增长率", "Growth"),
    "not_on_file": ("未入包", "Not on file"),
    "unset": ("当地未定", "Not set here"),
    "everywhere": ("合计", "Total"),
    "monthly": ("月", "month"),
    "year": ("年", "year"),
    "once": ("次", "once"),
}  # fmt: skip
_NOTES: Mapping[str, tuple[str, str]] = {
    "months": (
        "只含本次改动所触及的按月待遇；每月一日判定，儿童按月长大，其余事实按首月。金额不明的不计入。",
        "Only the monthly entitlements that the change touches; judged on the first of each month: children grow older, all other facts stay as in the first month. Amounts that are not known are not in it.",
    ),
    "open": (
        "“不能判定”：有事实未知，改前或改后的金额定不下来；既不算得益，也不算受损。其中已符合、只是金额不明的，按上下限另列“可能得益”“可能受损”。",
        "Undetermined: a fact is unknown, so that the amount now or then cannot be told; neither a gain nor a loss. Those among them who are due, only the amount not being known, are listed by their bounds under “may”.",
    ),
    "cliffs": (
        "收入越过临界值时，按月待遇合计减少超过一元。附近：低保标准的十个百分点或一百元之内。",
        "Where income passes the value, the monthly entitlements together fall by more than a yuan. Near: within ten points of the dibao standard, or a hundred yuan.",
    ),
    "projections": (
        "推算不是标准；公布的标准始终有效。",
        "A projection is no standard; the published one always holds.",
    ),
}


@dataclass(frozen=True)
class Cell:
    """A cell: `kind` count | money (fen) | text; withheld where there is a number that is not told."""

    kind: str
    value: int | str | None
    withheld: bool = False


@dataclass(frozen=True)
class LabTable:
    """A table: its code, title, the labels of its columns (the first is that of the rows), rows, and whether the last is a total."""

    code: str
    title: str
    first: str
    labels: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    total: bool = False
    note: str = ""


@dataclass(frozen=True)
class Names:
    """How things are called: places, rules (with the period of their amount), parameters, formulas, facts; codes where a name is missing."""

    lang: str
    places: Mapping[str, str]
    rules: Mapping[str, tuple[str, str]]
    parameters: Mapping[str, str]
    formulas: Mapping[str, str]
    vocabulary: Vocabulary

    def word(self, code: str) -> str:
        return _WORDS[code][self.lang == "en"]

    def note(self, code: str) -> str:
        return _NOTES[code][self.lang == "en"]

    def place(self, digits: str) -> str:
        return self.places.get(digits.ljust(12, "0"), digits) or self.word("everywhere")

    def fact(self, column: str) -> str:
        for definition in self.vocabulary:
            if any(column_name(entity, definition.name) == column for entity in definition.entities()):
                return definition.label(self.lang)
        return column


def tables_of(told: Told, names: Names) -> tuple[LabTable, ...]:
    """Every table that has something to say."""
    made = (
        _months(told, names),
        _places(told, names),
        _places_months(told, names),
        _rules(told, names),
        _dibao(told, names),
        _standards(told.findings, names),
        _cliffs(told, names),
        _projections(told.findings, names),
    )
    return tuple(table for table in made if table.rows)


def _told(value: int | None, kind: str = COUNT) -> Cell:
    return Cell(kind, value, value is None)


def _words(text: object) -> Cell:
    return Cell(TEXT, str(text))


def _made(
    code: str, first: str, labels: Iterable[str], rows: Iterable[tuple[str, tuple[Cell, ...]]], names: Names,
    *, total: bool = False, note: str = "",
) -> LabTable:  # fmt: skip
    words = tuple(names.word(label) for label in labels)
    return LabTable(
        code, names.word(code), names.word(first), words, tuple(rows), total, names.note(note) if note else ""
    )


def month_words(findings: Findings, number: int) -> str:
    """A month of the trial: 2026-01."""
    return f"{add_months(findings.first_month, number):%Y-%m}"


def cost_of(told: Told, number: int) -> int | None:
    """What a month costs more than now (fen); None where it is not told."""
    before, after = told.months["before_fen"][number], told.months["after_fen"][number]
    return None if before is None or after is None else after - before


def _months(told: Told, names: Names) -> LabTable:
    labels = ("before", "after", "before_fen", "after_fen", "cost", "unpriced")
    rows = [
        (
            month_words(told.findings, number),
            (
                _told(told.months["before"][number]),
                _told(told.months["after"][number]),
                _told(told.months["before_fen"][number], MONEY),
                _told(told.months["after_fen"][number], MONEY),
                _told(cost_of(told, number), MONEY),
                _told(told.months["unpriced"][number]),
            ),
        )
        for number in range(told.findings.months if told.findings.monthly else 0)
    ]
    return _made("months", "month", labels, rows, names, note="months")


def _places(told: Told, names: Names) -> LabTable:
    labels = ("children", "gain", "gain_fen", "lose", "lose_fen", "may_gain", "may_lose", "may_fen", "open")

    def cells(key: str | None) -> tuple[Cell, ...]:
        columns = ((told.places[name], MONEY if name.endswith("_fen") else COUNT) for name in labels)
        return tuple(
            _told((column.total if key is None else column.cells[key]).count, kind) for column, kind in columns
        )

    keys = told.findings.places()
    rows = [(names.place(place), cells(place)) for place in keys]
    rows += [(names.word("everywhere"), cells(None))] if keys else []
    return _made("places", "place", labels, rows, names, total=bool(keys), note="open")


def _places_months(told: Told, names: Names) -> LabTable:
    numbers = range(told.findings.months if told.findings.monthly else 0)
    rows = [
        (names.place(place), tuple(_told(cost, MONEY) for cost in costs))
        for place, costs in told.cost_by_place.items()
        if numbers
    ]
    labels = tuple(month_words(told.findings, number) for number in numbers)
    return LabTable("places_months", names.word("places_months"), names.word("place"), labels, tuple(rows))


def _rules(told: Told, names: Names) -> LabTable:
    labels = (
        "yes_before", "yes_after", "newly", "no_longer", "more", "less", "open_before", "open_after", "before_fen", "after_fen",
        "period",
    )  # fmt: skip
    rows = []
    for code, values in told.rules.items():
        name, period = names.rules.get(code, (code, ""))
        cells = [_told(values[label], MONEY if label.endswith("_fen") else COUNT) for label in labels[:-1]]
        if not period:
            cells[-2:] = [_words(""), _words("")]
        words = names.word("monthly" if period == "month" else period) if period else ""
        rows.append((name, (*cells, _words(words))))
    return _made("rules", "rule", labels, rows, names)


def _dibao(told: Told, names: Names) -> LabTable:
    labels = ("yes_before", "dibao_before", "share_before", "yes_after", "dibao_after", "share_after", "dibao_unknown")
    rows = []
    for code, values in told.rules.items():
        cells: list[Cell] = []
        for side in (BEFORE, AFTER):
            due, poor = values[f"yes_{side}"], values[f"dibao_{side}"]
            cells += [_told(due), _told(poor), _share(poor, due)]
        if values["yes_before"] == 0 == values["yes_after"]:
            continue
        rows.append((names.rules.get(code, (code, ""))[0], (*cells, _told(values["dibao_unknown_after"]))))
    return _made("dibao", "rule", labels, rows, names)


def _share(part: int | None, whole: int | None) -> Cell:
    if part is None or whole is None:
        return Cell(TEXT, None, True)
    return _words(f"{part * 100 / whole:.1f}%" if whole else "")


def _standards(findings: Findings, names: Names) -> LabTable:
    labels = ("standard", "now", "then", "dibao_standard", "percent_now", "percent_then")
    rows = []
    for one in findings.standards:
        amounts = [
            Cell(MONEY, fen) if fen is not None else _words(names.word(missing))
            for fen, missing in (
                (one.before_fen, "unset"),
                (one.after_fen, "unset"),
                (one.dibao_fen, "not_on_file"),
            )
        ]
        shares = [one.percent_of_dibao(fen) for fen in (one.before_fen, one.after_fen)]
        parts = [_words("" if share is None else f"{share}%") for share in shares]
        rows.append((names.place(one.place), (_words(names.parameters.get(one.key, one.key)), *amounts, *parts)))
    return _made("standards", "place", labels, rows, names)


def _cliffs(told: Told, names: Names) -> LabTable:
    rows = [(names.fact(one.column), _cliff(one, names)) for one in told.cliffs]
    return _made("cliffs", "income", ("law", "last", "near", "loss"), rows, names, note="cliffs")


def _cliff(one: Cliff, names: Names) -> tuple[Cell, ...]:
    last = Cell(MONEY, one.last) if one.column.endswith("_fen") else _words(f"{one.last}%")
    law = _words(names.word("now" if one.side == BEFORE else "then"))
    return law, last, _told(one.near), Cell(MONEY, one.loss_fen)


def _projections(findings: Findings, names: Names) -> LabTable:
    longest = max((len(one.amounts_fen) for one in findings.projections), default=0)
    years = tuple(f"{findings.first_month.year + number}" for number in range(longest))
    rows = []
    for one in findings.projections:
        amounts = [Cell(MONEY, fen) for fen in one.amounts_fen]
        empty = [_words("")] * (longest - len(amounts))
        place, standard = names.place(one.place), names.parameters.get(one.key, one.key)
        rate = f"{one.rate_percent}%" if one.rate_percent else ""
        rows.append(
            (names.formulas.get(one.rule, one.rule), (_words(place), _words(standard), _words(rate), *amounts, *empty))
        )
    labels = (*(names.word(code) for code in ("place", "standard", "rate")), *years)
    return LabTable(
        "projections",
        names.word("projections"),
        names.word("formula"),
        labels,
        tuple(rows),
        note=names.note("projections"),
    )
