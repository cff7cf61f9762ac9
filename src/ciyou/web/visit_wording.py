"""Words for the codes of visits and letters."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

MET_WORDS = {
    "guardian": _("监护人"),
    "other_adult": _("别的大人（亲戚、邻居）"),
    "nobody": _("没见到人"),
}
RESULT_WORDS = {
    "confirmed": _("确有困难"),
    "not_in_difficulty": _("没有困难"),
    "cannot_be_found": _("查找不到"),
    "not_yet": _("还不能确定，改日再访"),
}
STATE_WORDS = {
    "draft": _("草稿"),
    "sent": _("等待答复"),
    "answered": _("已答复"),
    "refused": _("不能协查"),
    "withdrawn": _("已撤回"),
}
