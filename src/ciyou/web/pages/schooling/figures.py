"""Figures of schooling by place, small numbers withheld."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from ciyou.apps.oversight.schooling_figures import read_schooling_figures
from ciyou.web import schooling_wording as words
from ciyou.web.figure_tables import table_of

YEARS = 3


def show_figures(request: HttpRequest) -> HttpResponse:
    """Children missed on the rolls, places asked for, and home-delivered schooling, by the level below."""
    typed = request.GET.get("back", "0")
    back = int(typed) if typed in {str(one) for one in range(YEARS)} else 0
    found = read_schooling_figures(request.actor, back=back)
    place = _("地方")
    tables = [
        table_of(_("不在学籍的适龄儿童"), place, found.tables["cases"], words.CASE_FIGURES, found.places),
        table_of(_("居住地的学位"), place, found.tables["places"], words.PLACE_FIGURES, found.places),
    ]
    if not back:
        note = _("正在进行的学期。当地没有标准的，不计入最后一栏。")
        tables.append(table_of(_("送教上门"), place, found.tables["home"], words.HOME_FIGURES, found.places, note=note))
    now = found.school_year + back
    content = {
        "tables": [table for table in tables if table.rows],
        "threshold": found.threshold,
        "year": words.school_year(found.school_year),
        "years": [(one, words.school_year(now - one), one == back) for one in range(YEARS)],
    }
    return render(request, "web/pages/schooling_figures.html", content)
