"""Words for the comparison with the national system: fields, values, decisions with what each of them does."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ciyou.core.facts.definition import Entity
from ciyou.core.rules.words import yuan
from ciyou.packs import load_rule_book, load_vocabulary
from ciyou.packs.exchange_mappings import CATEGORY, CIRCUMSTANCE, ENTITLEMENT, ID_NUMBER, ExchangeColumn
from ciyou.web.wording import SEXES

KINDS = {
    "only_here": gettext_lazy("只有本地有"),
    "only_there": gettext_lazy("只有全国系统有"),
    "differs": gettext_lazy("两边不一致"),
}
WHAT_TO_DO = {
    "only_here": gettext_lazy(
        "本地已确认或在发待遇，全国系统名单里没有。录入全国系统的会列入“待录入”导出；不该录入的写明原因。"
    ),
    "only_there": gettext_lazy(
        "全国系统有，本地没有在册档案。可能在本县生活的，建线索上门核实；不属本县的，联系当地或在全国系统中迁出、注销。"
    ),
    "differs": gettext_lazy("先看谁说的、哪天登记的。全国系统对的，采用并记入档案；本地对的，列入“待更正”导出。"),
}
STATES = {
    "open": gettext_lazy("待处理"),
    "settled": gettext_lazy("已处理"),
    "gone": gettext_lazy("已消除"),
}
DECISIONS = {
    "enter_there": gettext_lazy("录入全国系统"),
    "not_to_enter": gettext_lazy("不录入"),
    "make_lead": gettext_lazy("建线索核实"),
    "not_ours": gettext_lazy("不属本县"),
    "take_theirs": gettext_lazy("采用全国系统的"),
    "correct_there": gettext_lazy("请全国系统更正"),
    "leave": gettext_lazy("都保留"),
}
WHICH = {
    "everybody": gettext_lazy("全部应在全国系统中的孩子"),
    "to_enter": gettext_lazy("待录入：只有本地有的孩子"),
    "to_correct": gettext_lazy("待更正：已定由全国系统更正的孩子"),
}
FAILURES = {
    "nobody": gettext_lazy("没有这样的孩子，没有生成文件。请先核对，或换一种范围。"),
    "not_held": gettext_lazy("您的岗位已变动，没有生成文件。"),
    "refused": gettext_lazy("本地规则包里没有这种格式，没有生成文件。请联系管理员。"),
}
ENDED = {
    "dead": gettext_lazy("本地档案：孩子已去世"),
    "of_age": gettext_lazy("本地档案：已满 18 周岁"),
    "moved": gettext_lazy("本地档案：已迁出"),
}
FIELDS = {
    "person.name": gettext_lazy("姓名"),
    "person.id_number": gettext_lazy("身份证号码"),
    "person.sex": gettext_lazy("性别"),
    "person.birth_date": gettext_lazy("出生日期"),
    "person.division": gettext_lazy("户籍地"),
    "determination.category": gettext_lazy("儿童类别"),
    "determination.confirmed_on": gettext_lazy("认定日期"),
    "award.entitlement": gettext_lazy("待遇"),
    "award.amount": gettext_lazy("每月金额"),
    "award.first_month": gettext_lazy("开始月份"),
    "award.state": gettext_lazy("发放状态"),
    f"father.{CIRCUMSTANCE}": gettext_lazy("父亲情况"),
    f"mother.{CIRCUMSTANCE}": gettext_lazy("母亲情况"),
}
AWARD_STATES = {"active": gettext_lazy("在发"), "suspended": gettext_lazy("暂停")}
PARENTS = {"father": gettext_lazy("父亲"), "mother": gettext_lazy("母亲")}
_HIDDEN = "*"


def field_words(field: str, lang: str) -> str:
    """What a field is called."""
    if field in FIELDS:
        return str(FIELDS[field])
    owner, _dot, name = field.partition(".")
    definition = load_vocabulary().find(Entity(owner), name) if owner in list(Entity) else None
    if definition is None:
        return field
    label = definition.label(lang)
    return f"{PARENTS[owner]}{_('：')}{label}" if owner in PARENTS else label


def value_words(column: ExchangeColumn | None, plain: str, *, lang: str, division: str, today: dt.date) -> str:
    """One side's value, ready to read; "" stays "". A number of a child is masked."""
    if not plain or column is None:
        return plain
    if column.value == ID_NUMBER:
        return plain[:4] + _HIDDEN * 10 + plain[-4:]
    if column.shape.kind == "money":
        return yuan(int(plain))
    parts = plain.split("+") if column.shape.kind == "codes" else [plain]
    return _("、").join(_code_words(column, part, lang, division, today) for part in parts)


def _code_words(column: ExchangeColumn, code: str, lang: str, division: str, today: dt.date) -> str:
    if column.value == "person.sex":
        return str(SEXES.get(code, code))
    if column.value == "award.state":
        return str(AWARD_STATES.get(code, code))
    if column.value in (CATEGORY, ENTITLEMENT):
        rules = {rule.code: rule for rule in load_rule_book(division=division, as_of=today).rules}
        return rules[code].name(lang) if code in rules else column.written.get(code, code)
    if column.fact is not None and lang == "en":
        entity, name = column.fact
        definition = load_vocabulary().find(entity, code if name == CIRCUMSTANCE else name)
        if definition is not None:
            options = {"true": _("是"), "false": _("否"), **{key: pair[1] for key, pair in definition.options.items()}}
            return definition.label(lang) if name == CIRCUMSTANCE else options.get(code, code)
    return column.written.get(code, code)
