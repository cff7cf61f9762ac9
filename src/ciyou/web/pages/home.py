"""今日: what this officer must do today, the most serious first, each with its child, its time left and one button."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ciyou.apps.accounts.selectors import PostCard, division_names, post_cards
from ciyou.apps.cases import worklist
from ciyou.apps.cases.shown_work import NAME_WORKER, OF_CARE
from ciyou.apps.cases.worklist import Today, WorkGroup, WorkItem
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.access.roles import Action, may_do
from ciyou.core.clock.ages import full_years
from ciyou.packs.alerts import KINDS as ALERTS
from ciyou.web.addresses import address_of
from ciyou.web.guard import Access, Route, disclose
from ciyou.web.pages.oversight.openings import PROTECTION
from ciyou.web.wording import SEXES
from ciyou.web.work_wording import (
    AT_A_COUNTER,
    OF_APPLICATIONS,
    OF_AWARDS,
    OF_CAMPAIGNS,
    OF_CASES,
    OF_CROSSINGS,
    OF_EMERGENCIES,
    OF_FIELD_WORK,
    OF_GUIDANCE,
    OF_HOME,
    OF_HOME_SCHOOLING,
    OF_MONTHS,
    OF_PLANS,
    OF_REFERRALS,
    OF_SCHOOL_CASES,
    OF_SCHOOL_PLACES,
    REFUSED_IN_WRITING,
    button_words,
    clock_left,
    conference_words,
    lead_why,
    task_name,
)

SHOWN_FIELDS = ("name", "sex", "birth_date", "division", "tasks")
LISTS = {
    "assign_lead": ("leads", "state=new"),
    "confirm_determination": ("determinations", ""),
    "check_in_round": ("round_due", ""),
    "see_to_expiry": ("warnings", ""),
    **{kind: ("alerts", f"kind={kind}") for kind in ALERTS},
}
"""Kinds of work that are done in a list, with the filter that shows them there."""
_ON_CHILD = {"confirm_risk_tier": "child_risk", **OF_PLANS}
"""Kinds of work that are done on a page of the child's other than its first."""
PAGES = {
    "review_break_glass": "openings",
    "reconcile_exchange": "exchange_items",
    "compare_records": "pairs",
    "train_workers": "untrained",
    "answer_complaint": "complaints",
}
"""Kinds of work that have one page for all of it."""
OTHERS = {"verify_lead": ("leads", "overdue=1"), "assign_lead": ("leads", "state=new&overdue=1")}


@dataclass(frozen=True)
class Line:
    """One task, ready to read. `urgency` late | today | half | calm."""

    name: str
    about: str
    place: str
    why: str
    returned_for: str
    left: str
    urgency: str
    owner: str
    provisional: bool
    address: str
    button: str


@dataclass(frozen=True)
class Section:
    """Tasks of one kind with their number; `address` shows all of them."""

    kind: str
    name: str
    total: int
    overdue: int
    more: int
    left: str
    address: str
    button: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Ahead:
    """What an officer may turn to when nothing is due."""

    words: str
    address: str


def show_home(request: HttpRequest) -> HttpResponse:
    """The officer's day."""
    actor: Actor = request.actor
    on = timezone.localdate()
    day = worklist.today(actor, on=on)
    if day.person_ids:
        disclose(
            request,
            subject="today",
            person_ids=day.person_ids,
            fields=SHOWN_FIELDS,
            highest_class=3,
            purpose=_purpose(actor),
        )
    words = _Words(actor, day, on)
    alerts = [group for group in day.groups if group.kind in ALERTS]
    only = bool(alerts) and request.GET.get("only") == "alerts"
    content = {
        "today": on,
        "total": day.total,
        "sections": [words.section(group) for group in (alerts if only else day.groups)],
        "others": [] if only else [words.section(group, others=True) for group in day.others],
        "alerts": sum(group.total for group in alerts),
        "only_alerts": only,
        "ahead": _ahead(actor),
        "triage_address": address_of("triage") if _sees_triage(actor) else "",
        "seen_at": timezone.now() if day.person_ids else None,
    }
    return render(request, "web/pages/home.html", content)


def _sees_triage(actor: Actor) -> bool:
    return may_do(actor.role, Action.VISIT) and Purpose.VERIFY in actor.purposes


def _purpose(actor: Actor) -> Purpose:
    wanted = (Purpose.VERIFY, Purpose.SERVE, Purpose.SUPERVISE)
    return next((purpose for purpose in wanted if purpose in actor.purposes), Purpose.SERVE)


class _Words:
    """Turns work into words: places and owners are looked up once for the page."""

    def __init__(self, actor: Actor, day: Today, on: dt.date) -> None:
        self.actor, self.on = actor, on
        self.places: Mapping[str, str] = division_names(day.divisions) if day.divisions else {}
        self.owners: Mapping[uuid.UUID, PostCard] = post_cards(day.post_ids) if day.post_ids else {}

    def section(self, group: WorkGroup, *, others: bool = False) -> Section:
        lists = OTHERS if others else LISTS
        name, query = lists.get(group.kind, ("", ""))
        address = address_of(name) if name else ""
        return Section(
            kind=group.kind,
            name=task_name(group.kind),
            total=group.total,
            overdue=group.overdue,
            more=group.total - len(group.items) if group.items else 0,
            left=clock_left(group.kind, group.first_due, self.on),
            address=f"{address}?{query}" if address and query else address,
            button=button_words(group.kind),
            lines=tuple(self.line(item, others=others) for item in group.items),
        )

    def line(self, item: WorkItem, *, others: bool) -> Line:
        owner = self.owners.get(item.post_id) if others and item.post_id else None
        address = _address(item, others=others)
        return Line(
            name=item.name or _unnamed(item),
            about=self._about(item),
            place=self.places.get(item.division, item.division) if item.person_id or item.lead_state else "",
            why=lead_why(self.actor, item.why) if item.why else conference_words(item.kind, item.due_on),
            returned_for=item.returned_for,
            left=clock_left(item.kind, item.due_on, self.on),
            urgency=_urgency(item, self.on),
            owner=owner.user_name if owner else "",
            provisional=item.provisional,
            address=address,
            button=_("查看") if others else button_words(item.kind),
        )

    def _about(self, item: WorkItem) -> str:
        if not item.birth_date:
            return str(SEXES.get(item.sex, ""))
        age = _("%(age)s 岁") % {"age": full_years(item.birth_date, self.on)}
        return f"{SEXES[item.sex]} · {age}" if item.sex in SEXES else age


def _unnamed(item: WorkItem) -> str:
    """What stands for a name: of a protected file none is shown, and a record that leads to nobody names no child."""
    if item.restricted:
        return _("受保护的档案")
    return _("一条没有连到孩子的记录") if item.lead_state and not item.person_id else ""


def _urgency(item: WorkItem, on: dt.date) -> str:
    if item.due_on < on:
        return "late"
    if item.due_on == on:
        return "today"
    return "half" if item.half_on <= on else "calm"


def _page_of(item: WorkItem) -> tuple[str, str] | None:
    """The page of a crossing, an application, a month, an award or a case on which a task is done, and what its address names."""
    if item.kind in OF_CROSSINGS or (item.kind in AT_A_COUNTER and item.person_id is None):
        return "crossing", "crossing_id"
    if item.kind in OF_EMERGENCIES or (item.kind == REFUSED_IN_WRITING and item.person_id is None):
        return "emergency", "aid_id"
    return next(((page, named) for kinds, page, named in _PAGES if item.kind in kinds), None)


_PAGES = (
    ((OF_HOME,), "home_question", "asked_id"),
    (OF_CARE, "see_child_today", "filled_id"),
    (OF_CAMPAIGNS, "campaign_visit", "household_id"),
    (("close_campaign",), "campaign", "campaign_id"),
    ((NAME_WORKER,), "break_glass", "child_id"),
    (OF_FIELD_WORK, "field_event", "event_id"),
    (OF_REFERRALS, "referral", "referral_id"),
    (OF_SCHOOL_CASES, "school_case", "school_case_id"),
    (OF_SCHOOL_PLACES, "school_place", "place_id"),
    (OF_HOME_SCHOOLING, "placement", "placement_id"),
    (OF_GUIDANCE, "guidance", "guidance_id"),
    (OF_APPLICATIONS, "application", "application_id"),
    (OF_MONTHS, "month", "month_id"),
    (OF_AWARDS, "award", "award_id"),
    (OF_CASES, "case", "case_id"),
)

_QUERIES = {NAME_WORKER: f"?then={PROTECTION}"}
"""What an address says besides: what somebody is led there for."""


def _address(item: WorkItem, *, others: bool) -> str:
    """Where a task is done; what others let run late is looked at, not done."""
    if item.lead_state:
        visits = item.kind == "verify_lead" and not others
        return reverse("visit_lead" if visits else "lead", kwargs={"lead_id": item.subject_id})
    if (page := _page_of(item)) is not None:
        address = address_of(page[0], **{page[1]: item.subject_id})
        return address and address + _QUERIES.get(item.kind, "")
    # The address of a protected file names it: only its named workers are led there.
    child = item.person_id if item.within_reach else None
    match item.kind:
        case "verify_lead" | "visit_child" if child:
            return address_of("child" if others else "visit", child_id=child)
        case "send_inquiry" | "answer_inquiry" | "follow_inquiry":
            return address_of("letter", letter_id=item.subject_id)
        case "confirm_unmerge" if child:
            return address_of("unmerge", child_id=child, merge_id=item.subject_id)
        case "answer_identity_list" | "settle_identity":
            show = "unsettled" if item.kind == "settle_identity" else "waiting"
            return f"{address_of('identity_list', list_id=item.subject_id)}?show={show}"
        case "take_over_work":
            return address_of("handed_over", notice_id=item.id)
        case "review_break_glass" | "reconcile_exchange" | "compare_records" | "train_workers" | "answer_complaint":
            return address_of(PAGES[item.kind])
        case "subject_request":
            return address_of("subject_request", request_id=item.subject_id)
    return address_of(_ON_CHILD.get(item.kind, "child"), child_id=child) if child else ""


_NEXT = (
    (Action.SCREEN, "rosters", gettext_lazy("上传新的名册，找到还没有被发现的孩子")),
    (Action.ASSIGN, "distribution", gettext_lazy("看看各村的线索办得怎样")),
    (Action.VISIT, "ledger", gettext_lazy("看看您负责的孩子，走访好久没去的")),
    (Action.ANSWER_INQUIRY, "letters", gettext_lazy("查看以前的协查函")),
    (Action.SEE_FIGURES, "figures", gettext_lazy("查看统计")),
    (Action.MANAGE_USERS, "people", gettext_lazy("维护人员和岗位")),
    (Action.APPROVE_SECURITY, "two_person_requests", gettext_lazy("审批账号申请")),
    (Action.READ_AUDIT, "audit", gettext_lazy("查看日志与校验结果")),
)


def _ahead(actor: Actor) -> list[Ahead]:
    offered = [(name, words) for action, name, words in _NEXT if may_do(actor.role, action)]
    found = [Ahead(str(words), address) for name, words in offered if (address := address_of(name))]
    return found[:3]


ROUTES = (Route("", show_home, "home", Access.STAFF),)
