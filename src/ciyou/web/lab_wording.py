"""Words of the policy lab: what was tried, and its tables as the pages and the workbook have them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ciyou.apps.planning.wishes import Wish
from ciyou.batch.lab.tables import LabTable
from ciyou.core.rules.tree import Kind
from ciyou.packs import load_packs, load_rule_titles
from ciyou.packs.parameters import ParameterDefinition
from ciyou.web.figure_tables import Shown, Table

STATUS = {
    "queued": gettext_lazy("排队中"),
    "running": gettext_lazy("正在试算"),
    "done": gettext_lazy("已完成"),
    "failed": gettext_lazy("没有完成"),
    "cancelled": gettext_lazy("已停止"),
    "interrupted": gettext_lazy("中断了"),
}
KINDS = {
    "parameter": gettext_lazy("标准或参数"),
    "rule": gettext_lazy("一条规则"),
    "predicate": gettext_lazy("一个定义"),
    "overlay": gettext_lazy("一个地方包"),
}
HINTS = {
    "parameter": gettext_lazy("如：孤儿养育标准、年龄上限、低收入比例、某项口径取哪一种。"),
    "rule": gettext_lazy("如：谁能享受一项待遇、金额怎样算，或停用一项待遇。"),
    "predicate": gettext_lazy("如：怎样算失联、怎样算重残；用到它的规则都随之改变。"),
    "overlay": gettext_lazy("如：如果不再执行本省的地方规定，只执行全国规定。"),
}
YES_NO = (("true", gettext_lazy("是")), ("false", gettext_lazy("否")))


def what_was_tried(wish: Wish, lang: str) -> str:
    """One line: the name of what is changed, and to what."""
    name = name_of(wish.kind, wish.code, lang)
    if wish.kind == "parameter":
        return _("%(name)s改为 %(value)s") % {"name": name, "value": value_words(wish.code, wish.value, lang)}
    if wish.off:
        return _("停用：%(name)s") % {"name": name}
    return _("改写：%(name)s") % {"name": name}


def name_of(kind: str, code: str, lang: str) -> str:
    """The name of a parameter, rule, predicate or overlay; its code where it has none."""
    packs = load_packs()
    if kind == "rule":
        rule = load_rule_titles().get(code)
        return code if rule is None else rule.name(lang)
    places = {pack.code: pack for pack in packs.packs}
    predicates = {key: one for pack in reversed(packs.packs) for key, one in pack.predicates.items()}
    found = {"parameter": packs.table.definitions, "predicate": predicates, "overlay": places}[kind].get(code)
    if found is None:
        return code
    return found.en if lang == "en" else found.zh


def value_words(key: str, written: str, lang: str = "zh") -> str:
    """A value as it was written, with its unit."""
    definition = load_packs().table.definitions.get(key)
    if definition is None or definition.kind is Kind.ENUM:
        return written
    if definition.kind is Kind.BOOL:
        return str(dict(YES_NO).get(written, written))
    return f"{written} {unit_words(definition, lang)}".strip()


def unit_words(definition: ParameterDefinition, lang: str = "zh") -> str:
    """The unit in which a value is written: packs write it as “元/人·月 yuan/month”."""
    chinese, _space, english = definition.unit.partition(" ")
    return english or chinese if lang == "en" else chinese


def stored_words(definition: ParameterDefinition, value: object) -> str:
    """A value in force, in the unit in which one writes it; an empty text where the place has none."""
    if value is None:
        return ""
    if definition.kind is Kind.MONEY and isinstance(value, int):
        return f"{Decimal(value) / 100:f}".rstrip("0").rstrip(".") if value % 100 else f"{value // 100}"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def bounds_words(definition: ParameterDefinition) -> str:
    """Between what a value is plausible, in words; nothing where there are no bounds."""
    if definition.minimum is None or definition.maximum is None:
        return ""
    part = 100 if definition.kind is Kind.MONEY else 1
    return _("合理范围 %(low)s 到 %(high)s") % {
        "low": f"{definition.minimum // part:,}",
        "high": f"{definition.maximum // part:,}",
    }


def shown_tables(tables: Iterable[LabTable]) -> list[Table]:
    """The lab's tables as the pages of figures show theirs."""
    return [
        Table(
            one.title,
            one.first,
            one.labels,
            tuple(
                (name, tuple(Shown(cell.kind, cell.value, cell.withheld) for cell in cells)) for name, cells in one.rows
            ),
            one.total,
            one.note,
        )
        for one in tables
    ]
