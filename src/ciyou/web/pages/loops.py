"""The report of loops, and the open work behind one of its numbers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from ciyou.apps.accounts.selectors import division_names
from ciyou.apps.cases.open_work import SHOWN, OpenWork, OpenWorkPage, list_open_work
from ciyou.apps.cases.shown_work import UNLISTED
from ciyou.apps.oversight.loops import LoopFigure, LoopReport, read_loops
from ciyou.core.access.actor import Purpose
from ciyou.core.access.roles import ROLES, Action
from ciyou.core.indicators.suppression import Cell
from ciyou.packs import department_name, load_clocks
from ciyou.web import loop_wording as wording
from ciyou.web import work_wording
from ciyou.web.context import short_language
from ciyou.web.guard import Access, Route, disclose

FIELDS, PERSONAL = ("name", "division"), 3


@dataclass(frozen=True)
class Number:
    """A number, and the list behind it ("" for none)."""

    cell: Cell
    address: str = ""


@dataclass(frozen=True)
class Row:
    """One kind in words: what is open, what is amiss with it, since when, and every state."""

    name: str
    open: Number
    ownerless: Number
    clockless: Number
    overdue: Number
    oldest: dt.date | None
    states: list[tuple[str, Number]]


def show_loops(request: HttpRequest) -> HttpResponse:
    """Everything that has to come to an end, by kind and state."""
    report = read_loops(request.actor, today=timezone.localdate())
    content = {
        "loops": [_loop(one, request.actor.role, report.exact) for one in report.loops],
        "tasks": [_task(one, request.actor.scope.first) for one in report.tasks],
        "report": report,
        "faults": _faults(report),
        "today": timezone.localdate(),
    }
    return render(request, "web/pages/loops.html", content)


def show_work(request: HttpRequest) -> HttpResponse:
    """The open work of the kinds that the address names."""
    today, lang = timezone.localdate(), short_language()
    asked, late = request.GET.getlist("kind")[:20], request.GET.get("late") == "1"
    found = list_open_work(request.actor, kinds=asked, late=late, today=today)
    disclose(request, subject="loop_work", person_ids=found.person_ids, fields=FIELDS, highest_class=PERSONAL)
    places = division_names({line.division for line in found.lines}) if found.lines else {}
    content = {
        "title": "、".join(_names(asked, found, request.actor.scope.first)),
        "rows": [
            {
                "line": line,
                "what": work_wording.task_name(line.kind, line.division),
                "place": places.get(line.division, line.division),
                "owner": _owner(line, lang),
                "left": work_wording.clock_left(line.kind, line.due_on, today),
                "late": line.due_on < today,
            }
            for line in found.lines
        ],
        "late": late,
        "total": found.total,
        "shown": SHOWN,
        "seen_at": timezone.now() if found.person_ids else None,
    }
    return render(request, "web/pages/loop_work.html", content)


def _names(asked: list[str], found: OpenWorkPage, home: str) -> list[str]:
    """What the kinds are called in the actor's area, or, where only a place in it has the clock, there; others have no name."""
    places = {line.kind: line.division for line in found.lines}
    known = load_clocks(division=home or "00")
    listed = [kind for kind in asked if kind not in UNLISTED and (kind in known or kind in places)]
    return [_name(kind, home, places.get(kind, home)) for kind in listed]


def _name(kind: str, home: str, place: str) -> str:
    """What work is called in the actor's area, or, where only a place in it has the clock, there."""
    return work_wording.task_name(kind, home if kind in load_clocks(division=home or "00") else place)


def _loop(one: LoopFigure, role: str, linked: bool) -> Row:
    def at(cell: Cell, state: str = "", *, late: bool = False) -> Number:
        shown = linked and cell.count
        return Number(cell, wording.list_address(role, one.kind, state=state, late=late) if shown else "")

    states = [(wording.state_words(one.kind, state), at(cell, state)) for state, cell in one.states.items()]
    return Row(
        name=str(wording.KINDS[one.kind]),
        open=at(one.open),
        ownerless=at(one.ownerless),
        clockless=at(one.clockless),
        overdue=at(one.overdue, late=True),
        oldest=one.oldest,
        states=states,
    )


def _task(one: LoopFigure, division: str) -> Row:
    def at(cell: Cell, *, late: bool = False) -> Number:
        return Number(cell, wording.work_address((one.kind,), late=late) if cell.count else "")

    states = [(wording.state_words("", state), Number(cell)) for state, cell in one.states.items() if state != "open"]
    return Row(
        name=_name(one.kind, division, one.place),
        open=at(one.open),
        ownerless=at(one.ownerless),
        clockless=at(one.clockless),
        overdue=at(one.overdue, late=True),
        oldest=one.oldest,
        states=states,
    )


def _faults(report: LoopReport) -> int:
    """What is open without an owner or a day, the children without a next action aside."""
    return report.amiss - (report.without_next.count or 0)


def _owner(line: OpenWork, lang: str) -> str:
    if line.post is not None:
        return line.post.user_name
    if line.department:
        return department_name(line.department, lang)
    role = ROLES.get(line.role)
    return "" if role is None else role.en if lang == "en" else role.zh


ROUTES = (
    Route("figures/loops/", show_loops, "loops", Access.STAFF, action=Action.SEE_FIGURES),
    Route("figures/loops/work/", show_work, "loop_work", Access.PERSONAL, action=Action.ASSIGN, purpose=Purpose.SERVE),
)
