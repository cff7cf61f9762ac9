"""What a visit form says besides facts: when, who was met, and what came of each child."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from ciyou.apps.cases.lead_reasons import CANNOT_BE_FOUND, CONFIRMED, NOT_IN_DIFFICULTY, is_result
from ciyou.apps.cases.lead_reasons import RESULTS as LEAD_RESULTS
from ciyou.apps.cases.visit_forms import ChildOnForm, VisitForm
from ciyou.core.errors import Place, Problem

NOBODY = "nobody"
MET = ("guardian", "other_adult", NOBODY)
SEEN = ("yes", "no")
NOT_YET = "not_yet"
RESULTS = (*LEAD_RESULTS, NOT_YET)
"""What may come of a lead; `not_yet`: nothing can be said, the lead stays open for another visit."""
NOTE_LENGTH = 500
DAYS_BACK = 30


@dataclass(frozen=True)
class VisitReport:
    """When the visit was, who was met, which children were seen, and per child (result, reason)."""

    visited_on: dt.date
    met: str
    seen: Mapping[uuid.UUID, bool]
    results: Mapping[uuid.UUID, tuple[str, str]]
    note: str

    @property
    def met_somebody(self) -> bool:
        """Whether anybody of the household was met: only then it was visited."""
        return self.met != NOBODY


def read_report(
    form: VisitForm, fields: Mapping[str, str], *, today: dt.date
) -> tuple[VisitReport | None, dict[str, Problem]]:
    """The report of a form, or by field what is wrong with it."""
    problems: dict[str, Problem] = {}
    day = _day(fields.get("visited_on", ""), today, problems)
    met = fields.get("met", "")
    if met not in MET:
        problems["met"] = _problem("visit.met", "请选择见到了谁。", "Choose who was met.")
    note = fields.get("note", "").strip()
    if len(note) > NOTE_LENGTH:
        problems["note"] = _problem(
            "visit.note",
            f"备注最多 {NOTE_LENGTH} 字，现有 {len(note)} 字。请缩短。",
            f"A note has at most {NOTE_LENGTH} characters; this one has {len(note)}. Shorten it.",
        )
    seen = {child.id: fields.get(f"seen:{child.id}") == "yes" for child in form.children}
    results = {}
    for child in form.children:
        if child.lead_id is not None:
            results[child.id] = _result(child, fields, met, problems)
    if problems or day is None:
        return None, problems
    told = {child: result for child, result in results.items() if result[0] != NOT_YET}
    return VisitReport(day, met, seen, told, note), {}


def _day(text: str, today: dt.date, problems: dict[str, Problem]) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text.strip())
    except ValueError:
        problems["visited_on"] = _problem("visit.day", "请填写走访日期。", "Give the day of the visit.")
        return None
    if day > today:
        problems["visited_on"] = _problem(
            "visit.day_future",
            "走访日期在今天之后。请填写实际走访的日期。",
            "The visit lies after today. Give the day on which it was.",
        )
    elif (today - day).days > DAYS_BACK:
        problems["visited_on"] = _problem(
            "visit.day_old",
            f"走访已超过 {DAYS_BACK} 天。请重新走访后记录，或联系督导员补录。",
            f"The visit is more than {DAYS_BACK} days old. Visit again and record that, or ask the supervisor to enter it.",
        )
    return day


def _result(child: ChildOnForm, fields: Mapping[str, str], met: str, problems: dict[str, Problem]) -> tuple[str, str]:
    result, reason = fields.get(f"result:{child.id}", ""), ""
    if result not in RESULTS:
        problems[f"result:{child.id}"] = _problem(
            "visit.result",
            "请选择这个孩子的核实结果；还说不准就选“还不能确定”。",
            "Choose what came of this child; where nothing can be said yet, choose “not yet clear”.",
        )
    elif met == "nobody" and result in (CONFIRMED, NOT_IN_DIFFICULTY):
        problems[f"result:{child.id}"] = _problem(
            "visit.result_nobody",
            "没有见到人，不能得出这个结论。请改选“还不能确定”或“查找不到”。",
            "Nobody was met: this cannot be concluded. Choose “not yet clear” or “cannot be found”.",
        )
    elif result in (CANNOT_BE_FOUND, NOT_IN_DIFFICULTY):
        field = f"reason:{child.id}" if result == CANNOT_BE_FOUND else f"no_need:{child.id}"
        reason = fields.get(field, "")
        if not is_result(result, reason):
            problems[field] = _problem("visit.reason", "请从列表中选择原因。", "Choose the reason from the list.")
    return result, reason


def _problem(code: str, zh: str, en: str) -> Problem:
    return Problem(Place(), code, zh, en)
