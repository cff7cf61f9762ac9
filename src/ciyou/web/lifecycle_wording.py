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
    "unrestricted": ("reason", OPENING_REASONS),
}
"""Event of a timeline → which of its details says why, and its words."""


def event_reason(kind: str, details: dict[str, object]) -> str:
    """Why an event happened, where it says so."""
    name, words = EVENT_REASONS.get(kind, ("", {}))
    return str(words.get(str(details.get(name, "")), ""))
