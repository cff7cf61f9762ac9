"""Words for the month's money: series, states, steps, and why something is held, with what to do."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

SERIES = {
    "children_living": _("孤儿和事实无人抚养儿童基本生活费"),
    "children_living_restricted": _("受保护儿童基本生活费"),
    "disability_subsidies": _("残疾人两项补贴（儿童）"),
    "dibao": _("低保（单人户儿童）"),
    "tekun": _("特困供养（儿童）"),
}
STATES = {
    "computing": _("正在计算"),
    "drafted": _("已起草，待复核"),
    "returned": _("已退回，待重新起草"),
    "reviewed": _("已复核，待审批"),
    "approved": _("已审批，待送交财政"),
    "handed": _("已送交财政，待结果"),
    "settled": _("结果已齐，待办结"),
    "closed": _("已办结"),
    "cancelled": _("已撤销"),
}
WAITS_FOR = {
    "drafted": _("等县级复核的人复核，不能是起草的人。"),
    "returned": _("等县级经办按退回的原因重新起草。"),
    "reviewed": _("等县级审批的人审批，不能是起草或复核的人。"),
    "approved": _("等县级经办或审批的人送交财政。"),
    "settled": _("等县级经办或审批的人办结。"),
}
STEPS = {
    "draft": _("起草"),
    "review": _("复核"),
    "approve": _("审批"),
    "hand_over": _("送交财政"),
    "settle": _("结果收齐"),
    "close": _("办结"),
}
PAYMENT_STATES = {
    "planned": _("待送交"),
    "withheld": _("已暂缓"),
    "sent": _("在途"),
    "paid": _("已到账"),
    "failed": _("发放失败"),
    "reissued": _("已重发"),
    "returned": _("已退回财政"),
}
KINDS = {"current": _("当月"), "arrears": _("补发"), "recovery": _("扣回")}
COLLECTIVE = ("collective", _("机构集体账户"))
HOLDS = {
    "died": (_("孩子已去世"), _("请核实日期并在待遇页面办理终止；去世当月是否发放按本地规定。")),
    "of_age": (_("已满 18 周岁"), _("请核实是否在读；继续的在待遇页面写明依据，不继续的办理终止。")),
    "moved": (_("已迁出本县"), _("请在待遇页面办理移交，由迁入地接续。")),
    "merged": (_("档案已合并"), _("请打开保留的档案核对待遇，再决定继续或终止。")),
    "unmerged": (_("档案合并已撤销"), _("合并期间的决定可能依据了另一个孩子的情况，请重新核对后决定继续或终止。")),
    "account_missing": (_("没有收款账户"), _("请在孩子档案中登记账户；欠发的会随下个月补发。")),
    "account_wrong": (_("账号校验位不对"), _("请对照卡面改正账号；欠发的会随下个月补发。")),
    "account_changed": (_("起草后换了账户"), _("本月不发往旧账户；请核对新账户，下个月补发。")),
    "award_ended": (_("起草后已终止"), _("不用再办；核对终止月份即可。")),
    "award_suspended": (_("起草后已暂停"), _("恢复后会补发应补的月份。")),
    "facts_changed": (_("起草后情况有变，金额不同"), _("请看孩子页面的最新认定；下个月按新情况补发或扣回。")),
    "other_county": (_("同一月份已由别的县发放"), _("两地经办人都已收到提醒；请联系对方核对后，由一方终止。")),
    "undetermined": (_("没有认定"), _("请先在孩子页面作出认定。")),
    "duplicate": (_("重复的待遇"), _("请终止重复的一项。")),
    "circumstance_ended": (_("不再符合条件"), _("请核实，在待遇页面决定继续、暂停或终止。")),
}
OTHER_HOLD = (_("须先由人复核"), _("请在待遇页面核实后决定继续、暂停或终止。"))
CHANGES = {
    "new": _("新增"),
    "ended": _("终止"),
    "suspended": _("暂停或暂缓"),
    "resumed": _("恢复"),
    "raised": _("增加"),
    "lowered": _("减少"),
    "arrears": _("补发"),
    "recovery": _("扣回"),
}
CAUSES = {
    "decision": _("审批决定"),
    "standard": _("标准或政策调整"),
    "facts": _("情况变化"),
}
FAILURES = {
    "account_wrong": _("账号错误"),
    "holder_differs": _("户名不符"),
    "account_closed": _("销户或冻结"),
    "bank_refused": _("银行退回"),
}
FUNDERS = {
    "central": _("中央"),
    "province": _("省级"),
    "city": _("市级"),
    "county": _("县级"),
    "lottery": _("彩票公益金"),
    "": _("比例未知，请向当地财政核实"),
}
WHY = {
    "law": _("按规定计算"),
    "amount_open": _("金额待定，按确认时的发"),
    "as_awarded": _("认定待复核，按确认时的发"),
    "held": _("暂缓，待复核"),
    "suspended": _("暂停"),
    "not_due": _("不应发"),
}
FILES = {"application": _("拨付申请（PDF）"), "roster": _("发放花名册"), "collective": _("机构集体账户花名册")}


def hold_words(reason: str) -> tuple[object, object]:
    """Why something is held, and what to do."""
    return HOLDS.get(reason, OTHER_HOLD)


def cause_words(cause: str) -> object:
    """The cause of a change: of a hold, its reason."""
    return CAUSES.get(cause) or hold_words(cause)[0]
