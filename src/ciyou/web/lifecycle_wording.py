"""Words for what ends, moves, joins or protects a file."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

KNOWN_FROM = {
    "certificate": gettext_lazy("看了死亡证明"),
    "police": gettext_lazy("公安机关户籍注销"),
    "court": gettext_lazy("人民法院宣告死亡"),
    "family": gettext_lazy("家属告知"),
    "hospital": gettext_lazy("医院告知"),
}
MERGE_REASONS = {
    "same_number": gettext_lazy("证件号码相同"),
    "same_family": gettext_lazy("父母、出生日期都相同"),
    "told_by_family": gettext_lazy("家属确认是同一个孩子"),
    "registered_twice": gettext_lazy("同一个孩子登记了两次"),
}
UNMERGE_REASONS = {
    "two_numbers": gettext_lazy("两个有效的证件号码，是两个人"),
    "two_families": gettext_lazy("父母不同，是两个家庭的孩子"),
    "told_by_family": gettext_lazy("家属或学校确认是两个孩子"),
    "mistaken_choice": gettext_lazy("当时选错了档案"),
}
MERGE_STATES = {
    "standing": gettext_lazy("合并有效"),
    "proposed": gettext_lazy("已提出撤销，等待另一人确认"),
    "undone": gettext_lazy("合并已撤销"),
}
SINCE = {
    "registry.Fact": gettext_lazy("情况"),
    "registry.Identifier": gettext_lazy("证件、电话或住址"),
    "registry.PayeeAccount": gettext_lazy("收款账户"),
    "registry.Relationship": gettext_lazy("亲属关系"),
    "registry.Evidence": gettext_lazy("证明材料"),
    "registry.HouseholdMember": gettext_lazy("家庭成员"),
    "registry.NamedAccess": gettext_lazy("指名的办案人员"),
    "cases.Lead": gettext_lazy("线索"),
    "cases.VisitedChild": gettext_lazy("走访"),
    "cases.ChildCheck": gettext_lazy("动态管理或年度复核中的核对"),
    "cases.InquiryLetter": gettext_lazy("协查函"),
    "care.FilledQuestionnaire": gettext_lazy("问卷"),
    "care.CampaignChild": gettext_lazy("心理筛查中的位置"),
    "assessments.RiskAssessment": gettext_lazy("风险评估"),
    "awards.Application": gettext_lazy("申请"),
    "awards.Award": gettext_lazy("保障待遇"),
    "crossing.Crossing": gettext_lazy("跨区域申请"),
    "disbursement.CollectivePayee": gettext_lazy("集中供养的收款账户"),
    "oversight.BreakGlass": gettext_lazy("紧急查看"),
    "oversight.SubjectRequest": gettext_lazy("本人或监护人的申请"),
}
"""What came onto a file since a merge, by `app.Model`."""
OPENING_REASONS = {
    "danger_over": gettext_lazy("危险已经解除"),
    "case_closed": gettext_lazy("案件已经办结"),
    "mistake": gettext_lazy("当时列错了"),
}
ACCESS_REASONS = {
    "case_worker": gettext_lazy("办案人员"),
    "break_glass": gettext_lazy("紧急查看"),
    "approval": gettext_lazy("审批了限制使用"),
}
"""Why somebody sees the protected part of a file."""
EVENT_REASONS = {
    "died": ("known_from", KNOWN_FROM),
    "merged": ("reason", MERGE_REASONS),
    "absorbed": ("reason", MERGE_REASONS),
    "unmerged": ("reason", UNMERGE_REASONS),
    "unrestricted": ("reason", OPENING_REASONS),
}
"""Event of a timeline → which of its details says why, and its words."""


def event_reason(kind: str, details: dict[str, object]) -> str:
    """Why an event happened, where it says so."""
    name, words = EVENT_REASONS.get(kind, ("", {}))
    return str(words.get(str(details.get(name, "")), ""))
