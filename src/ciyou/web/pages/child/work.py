"""What is happening and what next: the lead, visits, letters, tasks with owner and time left, and how the reader goes on."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ciyou.apps.accounts.selectors import division_name
from ciyou.apps.cases.child_work import LeadOfChild, Owner, TaskOfChild
from ciyou.apps.cases.letter_lists import LetterLine
from ciyou.apps.cases.shown_work import OF_CARE
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import ROLES, Action, may_do
from ciyou.packs import department_name, load_alerts
from ciyou.packs.alerts import KINDS as ALERTS
from ciyou.packs.alerts import NAMED_WORKER
from ciyou.packs.clocks import Clock
from ciyou.web.addresses import address_of
from ciyou.web.explaining import Ways
from ciyou.web.wording import why_words
from ciyou.web.work_wording import (
    OF_APPLICATIONS,
    OF_AWARDS,
    OF_CAMPAIGNS,
    OF_CASES,
    OF_GUIDANCE,
    OF_HOME_SCHOOLING,
    OF_PLANS,
    OF_REFERRALS,
    OF_SCHOOL_CASES,
    OF_SCHOOL_PLACES,
    clock_left,
)

LEAD_STATES = {
    "new": gettext_lazy("尚未分派"),
    "assigned": gettext_lazy("已分派，待走访"),
    "visiting": gettext_lazy("走访中"),
    "reported": gettext_lazy("已上报，待审核"),
    "closed": gettext_lazy("已办结"),
}
RESULTS = {
    "confirmed": gettext_lazy("确有困难"),
    "not_in_difficulty": gettext_lazy("不属于困难情形"),
    "cannot_be_found": gettext_lazy("查找不到"),
}
LETTER_STATES = {
    "draft": gettext_lazy("草稿"),
    "sent": gettext_lazy("已发出，待回函"),
    "answered": gettext_lazy("已回函"),
    "refused": gettext_lazy("对方未能办理"),
    "withdrawn": gettext_lazy("已撤回"),
}
_VISITED = frozenset({"village", "guardian"})


@dataclass(frozen=True)
class LeadBox:
    """The lead in words; `owner` "" while nobody has it."""

    state: str
    why: str
    result: str
    returned_for: str
    owner: str


@dataclass(frozen=True)
class TaskBox:
    """A task in words: what, whose, and how much time is left; `mine`: the reader's own; `address` is where it is done."""

    name: str
    owner: str
    left: str
    late: bool
    mine: bool
    address: str


@dataclass(frozen=True)
class LetterBox:
    """A letter of inquiry in words."""

    number: str
    department: str
    state: str
    address: str
    late: bool


@dataclass(frozen=True)
class NextStep:
    """The one thing that the reader does next, as a button."""

    label: str
    address: str


def ways_of(actor: Actor, child_id: uuid.UUID) -> Ways:
    """How this reader finds out what is missing: by a visit where a village may be asked, else by a letter to a department."""
    visit = address_of("visit", child_id=child_id) if may_do(actor.role, Action.VISIT) else ""
    letter = address_of("letter_choices", child_id=child_id) if may_do(actor.role, Action.INQUIRE) else ""

    def way(entity: str, name: str, askable: tuple[str, ...]) -> tuple[str, str]:
        if not entity:
            return "", ""
        if visit and _VISITED & set(askable):
            return "visit", visit
        return ("letter", letter) if letter and "department" in askable else ("", "")

    return way


def lead_box(lead: LeadOfChild | None) -> LeadBox | None:
    """The lead in words."""
    if lead is None:
        return None
    return LeadBox(
        state=str(LEAD_STATES.get(lead.state, lead.state)),
        why=why_words(lead.why),
        result=str(RESULTS.get(lead.result, "")),
        returned_for=lead.returned_for,
        owner=_owner(lead.owner),
    )


def task_boxes(
    actor: Actor,
    tasks: Iterable[TaskOfChild],
    clocks: Mapping[str, Clock],
    child_id: uuid.UUID,
    *,
    today: dt.date,
    lang: str,
) -> list[TaskBox]:
    """The tasks in words."""
    return [
        TaskBox(
            name=_task_name(actor, task, clocks, lang),
            owner=_task_owner(task, lang),
            left=clock_left(task.kind, task.due_on, today),
            late=task.due_on < today,
            mine=_is_mine(actor, task),
            address=_place_of(task, child_id) if _is_mine(actor, task) else "",
        )
        for task in tasks
    ]


def _task_name(actor: Actor, task: TaskOfChild, clocks: Mapping[str, Clock], lang: str) -> str:
    """What a task is called; of an alert also what changed or was noticed, unless only a named worker may know."""
    name = clocks[task.kind].name(lang) if task.kind in clocks else task.kind
    code = task.subject_id.partition(":")[0] if task.kind in ALERTS else ""
    rule = load_alerts(division=actor.scope.first).get(code) if code else None
    return (
        name
        if rule is None or rule.seen_by == NAMED_WORKER
        else _("%(task)s：%(what)s") % {"task": name, "what": rule.name(lang)}
    )


def letter_boxes(letters: Iterable[LetterLine], lang: str) -> list[LetterBox]:
    """The letters in words."""
    return [
        LetterBox(
            number=letter.number,
            department=department_name(letter.department, lang),
            state=str(LETTER_STATES.get(letter.state, letter.state)),
            address=address_of("letter", letter_id=letter.id),
            late=letter.overdue,
        )
        for letter in letters
    ]


def next_step(actor: Actor, tasks: Iterable[TaskBox], *, may_confirm: bool, child_id: uuid.UUID) -> NextStep | None:
    """The reader's next step: their most urgent task, else to confirm, else to visit."""
    mine = next((task for task in tasks if task.mine and task.address), None)
    if may_confirm:
        return NextStep(_("确认或退回认定"), "#determination")
    if mine is not None:
        return NextStep(mine.name, mine.address)
    visit = address_of("visit", child_id=child_id) if may_do(actor.role, Action.VISIT) else ""
    return NextStep(_("走访核实"), visit) if visit else None


def _is_mine(actor: Actor, task: TaskOfChild) -> bool:
    if task.owner is not None:
        return str(task.owner.post_id) == actor.post_id
    return bool(task.queue_role) and task.queue_role == actor.role


def _place_of(task: TaskOfChild, child_id: uuid.UUID) -> str:
    """Where a task is done; a task without a page of its own is done on this one."""
    if task.kind == "confirm_unmerge":
        return address_of("unmerge", child_id=child_id, merge_id=task.subject_id)
    if task.kind in _OF_CHILD:
        return address_of(_OF_CHILD[task.kind], child_id=child_id)
    for kinds, page, key in _OF_SUBJECT:
        if task.kind in kinds:
            return address_of(page, **{key: task.subject_id})
    if task.kind == "see_to_expiry":
        return address_of("warnings")
    if task.kind in ALERTS:
        return f"{address_of('alerts')}?kind={task.kind}"
    return "#determination" if task.kind == "confirm_determination" else ""


_OF_CHILD = {
    "verify_lead": "visit",
    "check_in_round": "visit",
    "visit_child": "visit",
    "confirm_risk_tier": "child_risk",
    **OF_PLANS,
}
_OF_SUBJECT = (
    (OF_CASES, "case", "case_id"),
    (OF_CARE, "see_child_today", "filled_id"),
    (OF_CAMPAIGNS, "campaign_visit", "household_id"),
    (("send_inquiry", "follow_inquiry"), "letter", "letter_id"),
    (OF_REFERRALS, "referral", "referral_id"),
    (OF_SCHOOL_CASES, "school_case", "school_case_id"),
    (OF_SCHOOL_PLACES, "school_place", "place_id"),
    (OF_HOME_SCHOOLING, "placement", "placement_id"),
    (OF_GUIDANCE, "guidance", "guidance_id"),
    (OF_APPLICATIONS, "application", "application_id"),
    (OF_AWARDS, "award", "award_id"),
)
"""Kinds of tasks that are done on the page of what they are about: the page, and what its address calls that."""


def _task_owner(task: TaskOfChild, lang: str) -> str:
    if task.department:
        return department_name(task.department, lang)
    if task.owner is not None:
        return _owner(task.owner)
    role = ROLES.get(task.queue_role)
    return "" if role is None else (role.en if lang == "en" else role.zh)


def _owner(owner: Owner | None) -> str:
    return "" if owner is None else f"{owner.name} · {division_name(owner.division)}"
