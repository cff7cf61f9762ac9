"""Words for pairs of records: why they are doubtful, what both say side by side, and what was decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ciyou.apps.accounts.selectors import division_names
from ciyou.apps.rosters.pair_lists import Look, PairLine, Side
from ciyou.batch.linkage.linker import REVIEW_REASONS
from ciyou.core.linkage.marked_differences import Pieces, marked, marked_numbers
from ciyou.core.linkage.verdicts import Stand, Verdict
from ciyou.web.context import short_language
from ciyou.web.explaining import source_name
from ciyou.web.wording import SEXES

ANSWERS = (
    ("1", Verdict.SAME.value, gettext_lazy("同一人")),
    ("2", Verdict.DIFFERENT.value, gettext_lazy("不是同一人")),
    ("3", Verdict.CANNOT_TELL.value, gettext_lazy("无法判断")),
)
"""Key, code and words of the three answers."""
STANDS = {
    Stand.OPEN.value: gettext_lazy("待核对"),
    Stand.SECOND.value: gettext_lazy("待另一人再看"),
    Stand.DISPUTED.value: gettext_lazy("两人看法不同，待第三人"),
    Stand.SETTLED.value: gettext_lazy("已有结论"),
}
WEIGHED = {
    "prior": gettext_lazy("起点：任意两条记录"),
    "name": gettext_lazy("姓名（越少见分量越重）"),
    "born": gettext_lazy("出生日期"),
    "sex": gettext_lazy("性别"),
    "number": gettext_lazy("证件号码"),
    "family": gettext_lazy("监护人、电话和住址"),
    "same roster": gettext_lazy("同一名册里有两条"),
}
FOLLOWED = {
    "joined": gettext_lazy("按结论连在一起的记录"),
    "parted": gettext_lazy("按结论分开的记录"),
    "contradicted": gettext_lazy("与证据矛盾、没有照办并退回核对的结论"),
    "ambiguous": gettext_lazy("同一名册里有几条一模一样的记录，分不清说的是哪一条"),
}
_TENTHS = 10


@dataclass(frozen=True)
class PairRow:
    """A pair in a list, ready to read."""

    line: PairLine
    first: str
    second: str
    why: str
    against: str
    stand: str
    verdict: str


@dataclass(frozen=True)
class Head:
    """What a record is: its list, and where in it. `restricted`: of which list is not told."""

    roster: str
    where: str
    restricted: bool
    guardian: bool


@dataclass(frozen=True)
class ComparedRow:
    """One thing that both records may say. `state` same | differs | one_sided; `first`, `second` in pieces."""

    label: str
    first: Pieces
    second: Pieces
    state: str


@dataclass(frozen=True)
class Bar:
    """One part of what was weighed: from where it takes the sum to where, in the drawing's units (0 to 1000)."""

    label: str
    amount: str
    speaks_for: bool
    start: int
    width: int


def row_of(line: PairLine) -> PairRow:
    """A pair for a list."""
    return PairRow(
        line=line,
        first=line.first.name or _("姓名不详"),
        second=line.second.name or _("姓名不详"),
        why=reason_words(line.reason) if line.reason else "",
        against=reason_words(line.against) if line.against else "",
        stand=str(STANDS[line.stand]),
        verdict=verdict_words(line.verdict),
    )


def reason_words(code: str) -> str:
    """Why somebody must look; a reason that is new to these pages is told in general."""
    found = REVIEW_REASONS.get(code)
    if found is None:
        return _("两条记录相近，要由人核对")
    return found[1 if short_language() == "en" else 0]


def verdict_words(code: str) -> str:
    """A verdict in words."""
    return next((str(words) for _key, one, words in ANSWERS if one == code), "")


def heads_of(line: PairLine, lang: str) -> list[Head]:
    """What both records are."""
    return [_head(side, lang) for side in (line.first, line.second)]


def _head(side: Side, lang: str) -> Head:
    file, row = side.told.get("source_file", ""), side.told.get("source_row", "")
    where = _("%(file)s 第 %(row)s 行") % {"file": file, "row": row} if file and row else ""
    name = source_name(side.roster, lang) if side.roster else _("一份受限名册的一条记录")
    return Head(name, where, not side.roster, bool(side.guardian))


def compared_rows(line: PairLine) -> list[ComparedRow]:
    """Both records row by row: who it is, where, and whose child or parent."""
    first, second = _told(line.first), _told(_in_order_of(line.first, line.second))
    labels = list(dict.fromkeys([*first, *second]))
    rows = (_compared(label, first.get(label, ""), second.get(label, "")) for label in labels)
    return [row for row in rows if row.first or row.second]


def _compared(label: str, first: str, second: str) -> ComparedRow:
    numbers = label in (_("证件号码"), _("电话"), _("监护人一证件"), _("监护人二证件"))
    one, other = (marked_numbers if numbers else marked)(first, second)
    state = "one_sided" if not first or not second else "same" if first == second else "differs"
    return ComparedRow(label, one, other, state)


def _in_order_of(first: Side, second: Side) -> Side:
    """The second record with its guardians in the order of the first's: departments write them in any order."""
    told = dict(second.told)
    for ending in ("name", "id"):
        told[f"g1_{ending}"], told[f"g2_{ending}"] = (second.told.get(f"g{slot}_{ending}", "") for slot in (2, 1))
    turned = not second.guardian and _alike(first.told, told) > _alike(first.told, second.told)
    return Side(told, second.roster) if turned else second


def _alike(first: Mapping[str, str], second: Mapping[str, str]) -> int:
    """How many names and numbers of guardians are the same, place by place."""
    fields = ("g1_name", "g1_id", "g2_name", "g2_id")
    return sum(1 for name in fields if first.get(name) and first.get(name) == second.get(name))


def _told(side: Side) -> dict[str, str]:
    """What a record says, by label, in the order of reading. Of a guardian whom it names: name, number, and what follows from the number."""
    told = side.told
    place = division_names({told["division"]}).get(told["division"], told["division"]) if told.get("division") else ""
    if side.guardian:
        number = told.get(f"g{side.guardian}_id", "")
        own = {"name": side.name, "sex": _sex_in(number), "birth_date": _birth_in(number), "number": number}
        guardians: Mapping[str, str] = {}
    else:
        own = {
            "name": told.get("name", ""),
            "sex": told.get("sex", ""),
            # A silent record says it with its number.
            "birth_date": told.get("birth_date", "") or _birth_in(told.get("id_text", "")),
            "number": told.get("id_text", ""),
        }
        guardians = told
    return {
        _("姓名"): own["name"] or _placeholder(told, side.guardian),
        _("性别"): str(SEXES.get(own["sex"], "")),
        _("出生日期"): own["birth_date"],
        _("证件号码"): own["number"],
        _("地方"): place,
        _("乡镇（街道）"): told.get("town", ""),
        _("村（居）"): told.get("village", ""),
        _("电话"): told.get("phone", ""),
        _("监护人一"): guardians.get("g1_name", ""),
        _("监护人一证件"): guardians.get("g1_id", ""),
        _("监护人二"): guardians.get("g2_name", ""),
        _("监护人二证件"): guardians.get("g2_id", ""),
    }


def _placeholder(told: Mapping[str, str], guardian: int) -> str:
    mother = "" if guardian else told.get("placeholder_of", "")
    return _("%(name)s 的新生儿，未取名") % {"name": mother} if mother else ""


def _birth_in(number: str) -> str:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14])).isoformat()
    except ValueError:
        return ""


def _sex_in(number: str) -> str:
    return ("male" if int(number[16]) % 2 else "female") if len(number) == 18 and number[16].isdigit() else ""


def waterfall(weights: Sequence[tuple[str, int]]) -> list[Bar]:
    """What was weighed as bars, each beginning where the one before ends; the starting point, which speaks against, first."""
    parts = sorted(weights, key=lambda part: part[0] != "prior")
    ends, total = [0], 0
    for _name, tenths in parts:
        total += tenths
        ends.append(total)
    low, span = min(ends), (max(ends) - min(ends)) or 1
    return [
        Bar(
            label=str(WEIGHED.get(name, name)),
            amount=f"{tenths / _TENTHS:+.1f}",
            speaks_for=tenths > 0,
            start=(min(before, after) - low) * 1000 // span,
            width=max(abs(after - before) * 1000 // span, 4),
        )
        for (name, tenths), before, after in zip(parts, ends, ends[1:], strict=False)
    ]


def look_rows(looks: Iterable[Look], names: Mapping[str, str]) -> list[tuple[str, str, datetime]]:
    """Who said what, when."""
    return [(names.get(look.by, _("本机作业")), verdict_words(look.verdict), look.at) for look in looks]
