"""The auditor's pages: who looked at this child, what was done and exported, and whether the log is what it was."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ciyou.apps.accounts.selectors import post_cards, post_ids_within, user_names
from ciyou.apps.audit.chain_state import check_latest_links, export_head
from ciyou.apps.audit.reading import EntryFilter, EntryPage, Look, list_entries, who_looked
from ciyou.apps.audit.selectors import chain_state
from ciyou.apps.registry.scoping import lies_within
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, Purpose
from ciyou.core.access.roles import ROLES, Action
from ciyou.web.context import short_language
from ciyou.web.guard import Access, Route, disclose

EXPORTS = ("export_ledger", "take_export", "back_up", "export_log_head")
LINKS_CHECKED = 20_000
PURPOSES: Mapping[str, Any] = {
    "identify": gettext_lazy("识别身份"),
    "verify": gettext_lazy("核实情况"),
    "decide": gettext_lazy("认定与审批"),
    "pay": gettext_lazy("发放"),
    "serve": gettext_lazy("服务与关爱"),
    "protect": gettext_lazy("保护"),
    "supervise": gettext_lazy("督导检查"),
    "audit": gettext_lazy("审计"),
    "correct": gettext_lazy("更正"),
    "subject_request": gettext_lazy("答复本人或监护人的申请"),
}
KINDS = {"disclosure": gettext_lazy("查看"), "action": gettext_lazy("操作")}
_NUMBER = re.compile(r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True)
class Line:
    """One entry, ready to read."""

    look: Look
    kind: str
    user: str
    role: str
    organization: str
    purpose: str
    fields: str
    details: str


def show_audit(request: HttpRequest, *, typed: str = "", problem: str = "", status: int = 200) -> HttpResponse:
    """How the log stands, and where an auditor goes from here."""
    content = {
        "state": chain_state(request.actor),
        "links_checked": LINKS_CHECKED,
        "typed": typed,
        "problem": problem,
    }
    return render(request, "web/pages/audit.html", content, status=status)


def find_who_looked(request: HttpRequest) -> HttpResponse:
    """From a number as it was pasted (alone, or within an address) to who looked at that person."""
    typed = request.GET.get("person", "").strip()[:200]
    found = _NUMBER.search(typed)
    if found is None:
        problem = _("没有看懂编号。请粘贴档案的内部编号：32 位数字和字母，中间可有短横线。")
        return show_audit(request, typed=typed, problem=problem, status=400)
    return redirect("who_looked", child_id=uuid.UUID(found.group()))


def show_who_looked(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """Everybody who saw something of this person, newest first; names of officers, never of the child."""
    actor: Actor = request.actor
    looks = who_looked(actor, person_id=child_id, visible=lambda person_id: lies_within(actor, person_id))
    _note(request, persons=[str(child_id)], subject=str(child_id))
    content = {"lines": _lines(looks), "child_id": child_id, "most": len(looks)}
    return render(request, "web/pages/who_looked.html", content)


def show_entries(request: HttpRequest) -> HttpResponse:
    """The log by user, action and day."""
    wanted = _wanted(request.GET)
    page = _page(request, wanted)
    _note(request, persons=(), subject=wanted.user_id)
    names = user_names([wanted.user_id])
    content = {
        **_listed(page),
        "wanted": wanted,
        "user_shown": names.get(wanted.user_id, ""),
        "action_wanted": wanted.actions[0] if wanted.actions else "",
        "is_filtered": wanted != EntryFilter(),
    }
    return render(request, "web/pages/log_entries.html", content)


def show_exports(request: HttpRequest) -> HttpResponse:
    """What left the system: exports, backups, heads of the log."""
    page = _page(request, EntryFilter(actions=EXPORTS))
    _note(request, persons=(), subject="")
    return render(request, "web/pages/log_exports.html", _listed(page))


def check_log(request: HttpRequest) -> HttpResponse:
    """Check the latest links; what came of it stands on the page, and in the log."""
    check_latest_links(request.actor, count=LINKS_CHECKED, origin=request.META["REMOTE_ADDR"])
    return redirect("audit")


def take_head(request: HttpRequest) -> HttpResponse:
    """The head of the log as a file, to be kept in another office."""
    head = export_head(request.actor, origin=request.META["REMOTE_ADDR"])
    name = f"ciyou-log-head-{head.position}.json"
    return HttpResponse(
        head.as_text(),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _note(request: HttpRequest, *, persons: list[str] | tuple[()], subject: str) -> None:
    """Reading the log is in the log."""
    disclose(request, subject=subject, person_ids=persons, fields=("log",), highest_class=2)


def _page(request: HttpRequest, wanted: EntryFilter) -> EntryPage:
    before = request.GET.get("before", "")
    return list_entries(
        request.actor,
        wanted=wanted,
        posts=() if request.actor.scope.everywhere else post_ids_within(request.actor.scope),
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None,
    )


def _listed(page: EntryPage) -> dict[str, Any]:
    return {"lines": _lines(page.entries), "before": page.before}


def _wanted(asked: QueryDict) -> EntryFilter:
    action = asked.get("action", "").strip()[:64]
    return EntryFilter(
        user_id=asked.get("user", "").strip()[:64],
        actions=(action,) if action else (),
        first_day=_day(asked.get("from", "")),
        last_day=_day(asked.get("to", "")),
    )


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _lines(looks: tuple[Look, ...]) -> list[Line]:
    names = user_names({look.actor_id for look in looks})
    posts = post_cards({uuid.UUID(look.post_id) for look in looks if _NUMBER.fullmatch(look.post_id)})
    places = {str(post_id): card.organization_name for post_id, card in posts.items()}
    return [_line(look, names, places) for look in looks]


def _line(look: Look, names: Mapping[str, str], places: Mapping[str, str]) -> Line:
    role = ROLES.get(look.role)
    machine = str(_("本机作业")) if look.actor_id == LOCAL_OPERATOR.id else look.actor_id
    return Line(
        look=look,
        kind=str(KINDS[look.kind]),
        user=names.get(look.actor_id) or machine,
        role="" if role is None or not names.get(look.actor_id) else (role.en if short_language() == "en" else role.zh),
        organization=places.get(look.post_id, ""),
        purpose=str(PURPOSES.get(look.purpose, "")),
        fields=_("、").join(look.fields),
        details=_("，").join(f"{key}={value}" for key, value in sorted(look.details.items())),
    )


ROUTES = (
    Route("audit/", show_audit, "audit", Access.STAFF, action=Action.READ_AUDIT),
    Route("audit/who/", find_who_looked, "find_who_looked", Access.STAFF, action=Action.READ_AUDIT),
    Route(
        "audit/who/<uuid:child_id>/",
        show_who_looked,
        "who_looked",
        Access.PERSONAL,
        action=Action.READ_AUDIT,
        purpose=Purpose.AUDIT,
    ),
    Route(
        "audit/entries/",
        show_entries,
        "log_entries",
        Access.PERSONAL,
        action=Action.READ_AUDIT,
        purpose=Purpose.AUDIT,
    ),
    Route(
        "audit/exports/",
        show_exports,
        "log_exports",
        Access.PERSONAL,
        action=Action.READ_AUDIT,
        purpose=Purpose.AUDIT,
    ),
    Route("audit/check/", check_log, "check_log", Access.STAFF, ("POST",), Action.READ_AUDIT),
    Route("audit/head/", take_head, "take_log_head", Access.STAFF, ("POST",), Action.READ_AUDIT),
)
