"""Words of the ledger: its columns, choices and states."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = Mapping[str, str | Promise]

COLUMNS: Words = {
    "age": _("年龄"),
    "sex": _("性别"),
    "birth_date": _("出生日期"),
    "place": _("地方"),
    "status": _("档案状态"),
    "categories": _("类别"),
    "entitlements": _("待遇"),
    "amount": _("每月金额"),
    "determination": _("认定"),
    "lead": _("线索"),
    "owner": _("经手人"),
    "visited": _("最近走访"),
    "due": _("最早到期"),
}
STATUSES: Words = {
    "active": _("在册"),
    "of_age": _("已成年"),
    "moved": _("已迁出"),
    "dead": _("已死亡"),
    "any": _("不限"),
}
SEXES: Words = {"male": _("男"), "female": _("女")}
OUTCOMES: Words = {"yes": _("是"), "undetermined": _("待定"), "presumed": _("推定否"), "no": _("否")}
BASES: Words = {"verified": _("已核实"), "rostered": _("名册登记"), "presumed": _("推定")}
TASKS: Words = {"open": _("有待办"), "overdue": _("有超期")}
LEADS: Words = {
    "open": _("未办结"),
    "new": _("待分派"),
    "assigned": _("已分派"),
    "visiting": _("走访中"),
    "reported": _("待审核"),
    "closed": _("已办结"),
    "none": _("没有线索"),
}
DETERMINATIONS: Words = {
    "proposed": _("待确认"),
    "confirmed": _("已确认"),
    "returned": _("已退回"),
    "superseded": _("已更新"),
    "none": _("尚未认定"),
}
SORTS: Words = {
    "place": _("按地方"),
    "name": _("按姓名拼音"),
    "oldest": _("年龄大的在前"),
    "youngest": _("年龄小的在前"),
    "newest": _("新建档的在前"),
}
PURPOSES: Words = {
    "serve": _("服务与关爱"),
    "verify": _("核实情况"),
    "decide": _("认定与审批"),
    "protect": _("保护"),
    "subject_request": _("答复本人或监护人的申请"),
}
EXPORT_COLUMNS: Words = {
    "name": _("姓名"),
    "id_number": _("身份证号码"),
    "division": _("区划代码"),
    "father": _("父亲"),
    "mother": _("母亲"),
    "health_categories": _("涉及健康与监护的类别（第 4 级）"),
    "basis": _("依据强度"),
    **COLUMNS,
}
