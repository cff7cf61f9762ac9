"""Words for the codes of packs as the rule book prints them, each in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

from ciyou.core.rules.words import Phrase

Words = Mapping[str, Phrase]

CHANGES: Words = {
    "new": Phrase("新设", "new"),
    "replace": Phrase("替换上级规定", "replaces the wider rule"),
    "widen": Phrase("扩大范围（符合以下的也算）", "widens it: whoever meets this belongs too"),
    "tier": Phrase("只改金额（分档）", "only the amount differs"),
    "off": Phrase("本地不适用", "not in force here"),
}
STANDINGS: Words = {
    "decides": Phrase("可据以决定", "decides"),
    "flagged": Phrase("可据以决定，但须核对原文", "decides, to be checked against the original"),
    "suggests": Phrase("仅作提示，不能单独决定", "only suggests"),
}
CONFIDENCES: Words = {
    "A": Phrase("已读原文", "the text was read"),
    "H": Phrase("见到官方文本或多处一致", "official text seen, or several copies agree"),
    "B": Phrase("见到转载全文", "a reprint was read"),
    "M": Phrase("单一网页或转载", "one page or copy"),
    "C": Phrase("据摘录", "from excerpts"),
    "L": Phrase("依据薄弱", "weak or inferred"),
    "K": Phrase("行业通行说法，未见原文", "common knowledge, text not seen"),
}
SOURCE_KINDS: Words = {
    "law": Phrase("法律", "Law"),
    "regulation": Phrase("行政法规、国务院文件", "Regulation"),
    "notice": Phrase("部门文件", "Notice"),
    "standard": Phrase("标准", "Standard"),
    "press": Phrase("新闻报道", "Press"),
    "statistic": Phrase("统计", "Statistic"),
    "local_definition": Phrase("地方口径", "Local definition"),
}
KINDS: Words = {
    "category": Phrase("类别", "Category"),
    "entitlement": Phrase("待遇", "Entitlement"),
}
PERIODS: Words = {
    "month": Phrase("每月", "per month"),
    "year": Phrase("每年", "per year"),
    "once": Phrase("一次", "once"),
}
ENTITIES: Words = {
    "child": Phrase("儿童", "Child"),
    "father": Phrase("父亲", "Father"),
    "mother": Phrase("母亲", "Mother"),
    "household": Phrase("家庭", "Household"),
}
ASKABLE: Words = {
    "guardian": Phrase("监护人", "the guardian"),
    "village": Phrase("村（居）委会", "the village committee"),
    "school": Phrase("学校", "the school"),
    "department": Phrase("部门", "the department"),
}
OUTCOMES: Words = {
    "yes": Phrase("是", "yes"),
    "no": Phrase("否", "no"),
    "undetermined": Phrase("待定", "undetermined"),
    "not_in_force": Phrase("此地此日没有这条规则", "not in force in this place on this day"),
}
BASES: Words = {
    "verified": Phrase("已核实", "verified"),
    "rostered": Phrase("部门名册", "from rosters"),
    "presumed": Phrase("推定", "presumed"),
}
UNITS: Words = {
    "day": Phrase("天", "days"),
    "field": Phrase("个领域", "fields"),
    "item": Phrase("项", "items"),
    "m2": Phrase("平方米", "m²"),
    "month": Phrase("个月", "months"),
    "percent": Phrase("%", "%"),
    "times": Phrase("倍", "times"),
    "year": Phrase("年（岁）", "years"),
    "元 yuan": Phrase("元", "yuan"),
    "元/人·年 yuan/year": Phrase("元/人·年", "yuan a year"),
    "元/人·月 yuan/month": Phrase("元/人·月", "yuan a month"),
    "元/月 yuan/month": Phrase("元/月", "yuan a month"),
    "元/次 yuan each": Phrase("元/次", "yuan each"),
    "次/周 a week": Phrase("次/周", "a week"),
    "次/年 a year": Phrase("次/年", "a year"),
    "小时/年 hours a year": Phrase("小时/年", "hours a year"),
    "课时 period": Phrase("课时", "periods"),
}
OFFICE_UNITS: Words = {
    "characters": Phrase("个字", "characters"),
    "children": Phrase("名儿童", "children"),
    "days": Phrase("天", "days"),
    "hours": Phrase("小时", "hours"),
    "months": Phrase("个月", "months"),
    "rows": Phrase("行", "rows"),
    "years": Phrase("周岁", "years of age"),
}
LIMIT_UNITS: Words = {
    "working_days": Phrase("个工作日", "working days"),
    "calendar_days": Phrase("日", "days"),
    "days_with_first": Phrase("日（含当日）", "days, the first included"),
    "months": Phrase("个月", "months"),
    "years": Phrase("年", "years"),
}
PAID: Words = {
    "monthly_run": Phrase("按月发放", "paid by the month"),
    "once": Phrase("申请后一次发放", "paid once, on application"),
    "yearly": Phrase("按年申请、发放", "applied for and paid by the year"),
    "list_to_department": Phrase("不经手钱：把名单送有关部门", "no money here: a list is sent to the department"),
    "referral": Phrase("转介：指引家庭到有关部门", "referral: the family is shown the way"),
}
CHOICES: Words = {
    "hukou_township": Phrase("户籍地乡镇（街道）", "the township of registration"),
    "any_township": Phrase("任一乡镇（街道）", "any township"),
    "residence_township": Phrase("居住地乡镇（街道）", "the township of residence"),
    "institution": Phrase("儿童福利机构", "the institution"),
    "named_officer": Phrase("指定专人", "a named officer"),
    "school": Phrase("学校", "the school"),
    "county_department": Phrase("县级主管部门窗口", "the counter of the county's department"),
    "township": Phrase("乡镇（街道）", "the township"),
    "county": Phrase("县级主管部门", "the county"),
    "hukou": Phrase("户籍地", "place of registration"),
    "residence": Phrase("居住地", "place of residence"),
    "hukou_or_residence_permit": Phrase("户籍地或居住证所在地", "place of registration or residence permit"),
    "place_of_event": Phrase("急难发生地", "place of the event"),
    "place_of_recognition": Phrase("身份认定地", "place of recognition"),
    "required": Phrase("须公示", "required"),
    "forbidden": Phrase("不得公示", "forbidden"),
    "not_required": Phrase("不要求公示", "not required"),
    "central": Phrase("中央", "central"),
    "province": Phrase("省级", "province"),
    "city": Phrase("市级", "city"),
    "lottery": Phrase("福彩公益金", "lottery fund"),
    "guardian_card": Phrase("监护人一卡通账户", "the guardian's card account"),
    "institution_account": Phrase("机构集体账户", "the institution's account"),
    "application": Phrase("申请之日", "the day of application"),
    "decision": Phrase("确认之日", "the day of decision"),
    "fact": Phrase("符合条件之日", "the day on which the conditions were met"),
    "first_day": Phrase("当月第一天", "the first day of the month"),
    "last_day": Phrase("当月最后一天", "the last day of the month"),
}
STARTS: Words = {
    "same_month": Phrase("当月起", "from that month"),
    "next_month": Phrase("次月起", "from the month after"),
}
STOPS: Words = {
    "same_month": Phrase("当月停发", "not paid any more in that month"),
    "next_month": Phrase("次月停发", "paid for the last time in that month"),
    "ask_place": Phrase("须问当地", "ask the place"),
}
STEPS: Words = {
    "whole": Phrase("全程", "The whole procedure"),
    "push": Phrase("推送户籍地", "Pass on to the place of registration"),
    "check": Phrase("查验", "Check"),
    "notice": Phrase("公示", "Public notice"),
    "decide": Phrase("确认", "Decide"),
    "refuse": Phrase("书面告知不予确认", "Refuse in writing"),
    "tell": Phrase("告知结果", "Tell the result"),
    "appeal": Phrase("答复申诉", "Answer an appeal"),
    "review": Phrase("复核", "Review"),
}
YES, NO = Phrase("是", "yes"), Phrase("否", "no")
ASK_PLACE = Phrase("须问当地", "ask the place")
POLICY_DEFAULT = Phrase("默认做法，不是法律规定", "our default, not law")


def joined(phrases: list[Phrase]) -> Phrase:
    """Several words as an enumeration."""
    return Phrase("、".join(one.zh for one in phrases), ", ".join(one.en for one in phrases))
