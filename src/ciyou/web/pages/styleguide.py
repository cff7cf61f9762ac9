"""Every token and component of the look on one page; the accessibility tests walk it."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ciyou.apps.entitlements.views import DeterminationLine
from ciyou.web.explaining import ExplainedRule, OpenQuestion, Step
from ciyou.web.guard import Access, Route
from ciyou.web.icons import PATHS
from ciyou.web.pages.child.deciding import ChangeLine, DeterminationBox
from ciyou.web.pages.child.facts import FactLine, RelativeBox
from ciyou.web.pages.child.work import TaskBox
from ciyou.web.wording import Sentence

COLOR_WORDS = "ground surface rule ink link accent on- focus yes no presumed open bad chart"
COLORS = tuple(f"--{word}" for word in COLOR_WORDS.split())
TOKENS = Path(__file__).resolve().parents[1] / "static/web/tokens.css"


def show_styleguide(request: HttpRequest) -> HttpResponse:
    """The page for those who build pages."""
    names = list(dict.fromkeys(re.findall(r"(--[a-z0-9-]+):", TOKENS.read_text(encoding="utf-8"))))
    content = {
        "tokens": names,
        "colors": [name for name in names if name.startswith(COLORS)],
        "icons": sorted(PATHS),
        "problems": [
            Sentence(
                "hukou.csv:1",
                "缺少“姓名”一列。请补上后重新上传。/ The column “name” is missing. Add it and upload again.",
            )
        ],
        "rule": EXAMPLE,
        "relatives": RELATIVES,
        "determination": DETERMINATION,
        "view": {"may_confirm": False, "own_word": False, "confirmed_before": None},
        "tasks": TASKS,
        "page": 2,
        "pages": 5,
        "previous": 1,
        "next": 3,
        "chips": [("yes", "verified"), ("no", "verified"), ("no", "presumed"), ("undetermined", "")],
    }
    return render(request, "web/pages/styleguide.html", content)


EXAMPLE = ExplainedRule(
    code="example",
    name="示例 Example",
    outcome="undetermined",
    basis="rostered",
    flagged=True,
    suggests=False,
    amount="¥1,484.00",
    payer="民政部门 Civil affairs",
    apply="",
    steps=(
        Step("父亲·死亡：是 / Father: dead: yes", "yes", ("民发〔2019〕62号",), ("health_deaths · 2024-03-01",), ()),
        Step("母亲·失联：未知 / Mother: lost contact: unknown", "undetermined", (), (), ()),
    ),
    amount_steps=(),
    clauses=("民发〔2019〕62号",),
    questions=(OpenQuestion("母亲·失联 / Mother: lost contact", "公安机关 Police", "监护人 guardian"),),
)


_LINE = FactLine("死亡 / Dead", "", "health_deaths · 2024-03-01", "")
_OLD = FactLine("服刑在押 / Imprisoned", "", "justice_custody", "需复核 / to be verified again")
RELATIVES = (
    RelativeBox("父亲 Father", "甲", "police_hukou", (_LINE,), (), ("失联 / Lost contact",), False),
    RelativeBox("母亲 Mother", "乙", "police_hukou", (), (_OLD,), (), True),
)
_MADE = dt.datetime(2026, 3, 2, 9, 30, tzinfo=dt.UTC)
DETERMINATION = DeterminationBox(
    id=uuid.UUID(int=0),
    state="proposed",
    state_words="待确认 / to be confirmed",
    cause="部门协查回函 / a reply",
    line=DeterminationLine(uuid.UUID(int=0), _MADE.date(), _MADE, "inquiry", "proposed", True, (), "", None, ""),
    changes=(ChangeLine("示例 Example", "是 · ¥1,484.00", "待定", True),),
    decided_by="",
)
TASKS = (
    TaskBox("走访核实 / Visit", "丙", "还剩 3 个工作日（周四前）", False, True, ""),
    TaskBox("协查回函 / Reply", "公安 / Police", "已超期 2 个工作日（应于周一办结）", True, False, ""),
)


ROUTES = (Route("styleguide/", show_styleguide, "styleguide", Access.OPEN),)
