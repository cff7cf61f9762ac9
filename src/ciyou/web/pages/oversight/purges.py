"""Retention: what is kept how long, what would go now, and destruction that two people answer for."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ciyou.apps.oversight.refusals import NotFoundHere
from ciyou.apps.oversight.retention import (
    LEAST_REASON,
    ask_purge,
    confirm_purge,
    list_purges,
    plan_purge,
    refuse_purge,
)
from ciyou.core.errors import RecordError
from ciyou.packs import load_retention_rules
from ciyou.web.context import short_language
from ciyou.web.wording import Sentence, sentences

COUNTED = {
    "children": _("儿童"),
    "adults": _("只因这些儿童而建档的成人"),
    "emergencies": _("急难救助（抹去个人信息）"),
    "complaints": _("反映的负担和问题（抹去内容和是谁反映的）"),
    "screenings": _("筛查"),
    "folders": _("文件夹"),
    "Person": _("人员档案"),
    "Fact": _("事实"),
    "Identifier": _("证件与联系方式"),
    "Relationship": _("亲属关系"),
    "PersonPlace": _("辖区记录"),
    "PersonEvent": _("大事记"),
    "Evidence": _("证明材料"),
    "Lead": _("线索"),
    "Task": _("待办"),
    "Visit": _("走访"),
    "VisitedChild": _("走访中的儿童"),
    "Determination": _("认定"),
    "Outcome": _("认定结果"),
    "ChildCheck": _("复核中的儿童"),
}
KEPT_BACK = {
    "request_or_opening": _("有申请或紧急查看的记录"),
    "protected_or_named": _("受保护，或有指名办案人员"),
    "case_decided": _("有一事一议"),
    "questioned": _("用量表问过"),
    "assessed": _("评估过风险"),
    "cased": _("办过个案"),
    "determined": _("已有认定"),
    "applied_for": _("有申请或保障"),
    "referred": _("有转介"),
    "schooled": _("有就学事项"),
    "guided": _("有家庭教育指导"),
    "shared_visit": _("走访记录同时涉及其他孩子"),
}
STATES = {"asked": _("待另一人确认"), "done": _("已销毁"), "refused": _("已退回")}


def show_retention(request: HttpRequest) -> HttpResponse:
    """Every rule with what it would destroy today, and the purges so far."""
    return _page(request)


def _page(request: HttpRequest, problems: Sequence[Sentence] = ()) -> HttpResponse:
    lang, today = short_language(), timezone.localdate()
    rules = load_retention_rules()
    plans = [(rule, plan_purge(request.actor, rule=code, today=today)) for code, rule in rules.items()]
    content = {
        "rules": [
            {
                "code": rule.code,
                "name": rule.name(lang),
                "note": rule.note(lang),
                "destroys": rule.destroy_after is not None and rule.what != "export_files",
                "plan": plan,
                "counts": _words(plan.counts, COUNTED),
                "kept_back": _words(plan.kept_back, KEPT_BACK),
            }
            for rule, plan in plans
        ],
        "purges": [
            {
                "card": card,
                "name": rules[card.rule].name(lang) if card.rule in rules else card.rule,
                "state": STATES[card.state],
                "planned": _words(card.planned, COUNTED),
                "counts": _words(card.counts, COUNTED),
            }
            for card in list_purges(request.actor)
        ],
        "failed": request.POST.get("rule", ""),
        "reason": request.POST.get("reason", ""),
        "least": LEAST_REASON,
        "problems": problems,
    }
    return render(request, "web/pages/retention.html", content)


def _words(counts: Mapping[str, int], words: Mapping[str, object]) -> list[tuple[str, int]]:
    return [(str(words.get(name, name)), count) for name, count in counts.items() if count]


def ask(request: HttpRequest) -> HttpResponse:
    """Ask that what a rule says goes."""
    try:
        ask_purge(
            request.actor,
            rule=request.POST.get("rule", ""),
            reason=request.POST.get("reason", ""),
            today=timezone.localdate(),
        )
    except NotFoundHere as error:
        raise Http404 from error
    except RecordError as refused:
        return _page(request, sentences(refused.problems))
    return redirect("retention")


def decide(request: HttpRequest, purge_id: uuid.UUID) -> HttpResponse:
    """Confirm what somebody else asked for, or refuse it."""
    try:
        if request.POST.get("confirm") == "1":
            confirm_purge(request.actor, purge_id=purge_id, origin=request.META["REMOTE_ADDR"])
        else:
            refuse_purge(request.actor, purge_id=purge_id)
    except NotFoundHere as error:
        raise Http404 from error
    except RecordError as refused:
        return _page(request, sentences(refused.problems))
    return redirect("retention")
