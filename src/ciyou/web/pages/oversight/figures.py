"""Figures by place, small counts withheld: for those who see no persons, and for everybody who plans."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from ciyou.apps.oversight.figures import LEAD_STATES, Figures, read_figures
from ciyou.core.access.roles import Action, may_do
from ciyou.core.indicators.suppression import Cell
from ciyou.web import ledger_wording as words
from ciyou.web.context import short_language


def show_figures(request: HttpRequest) -> HttpResponse:
    """Children, categories, leads and overdue work by the level below the reader's own."""
    figures = read_figures(request.actor, today=timezone.localdate())
    lang = short_language()
    by_category = [("children", _("在册儿童")), *((f"rule:{rule.code}", rule.name(lang)) for rule in figures.rules)]
    by_work = [*((f"lead:{state}", str(words.LEADS[state])) for state in LEAD_STATES), ("overdue", _("有超期待办"))]
    content = {
        "tables": [
            (
                _("儿童与类别"),
                [label for _code, label in by_category],
                _rows(figures, [code for code, _l in by_category]),
            ),
            (_("线索与超期"), [label for _code, label in by_work], _rows(figures, [code for code, _l in by_work])),
        ],
        "threshold": figures.threshold,
        "today": timezone.localdate(),
        "lab": may_do(request.actor.role, Action.TRY_POLICY),
    }
    return render(request, "web/pages/figures.html", content)


def _rows(figures: Figures, codes: list[str]) -> list[tuple[str, list[Cell]]]:
    rows = [(name, [figures.columns[code].cells[place] for code in codes]) for place, name in figures.places]
    return [*rows, (_("合计"), [figures.columns[code].total for code in codes])] if rows else []
