"""Coverage of training and publicity by place and year, with the workbook."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from ciyou.apps.oversight.figure_exports import FigureExport, export_figures
from ciyou.apps.oversight.training_figures import YEARS, TrainingFigures, read_training_figures
from ciyou.core.access.roles import Action
from ciyou.web import training_wording as words
from ciyou.web.context import short_language
from ciyou.web.figure_tables import Table
from ciyou.web.pages.oversight.payment_figures import workbook


def show_figures(request: HttpRequest) -> HttpResponse:
    """Who was trained of those who hold a post, hours, courses, publicity and reach."""
    found = _read(request)
    content = {
        "tables": _tables(found),
        "year": found.year,
        "back": _back(request),
        "years": [(one, found.year + _back(request) - one, one == _back(request)) for one in range(YEARS)],
        "note": found.pack.note[short_language() == "en"],
    }
    return render(request, "web/pages/training_figures.html", content)


def take_figures(request: HttpRequest) -> HttpResponse:
    """The same tables as a workbook; whoever takes it leaves a record."""
    found = _read(request)
    wish = FigureExport(
        action="export_training_figures",
        needs=Action.SEE_FIGURES,
        title=_("培训和宣传统计"),
        period=str(found.year),
        period_words=words.year_words(found.year),
        sheets=[(table.title, table.for_sheet) for table in _tables(found)],
        notes=[found.pack.note[short_language() == "en"]],
    )
    content = export_figures(
        request.actor, wish=wish, lang=short_language(), origin=request.META.get("REMOTE_ADDR", "")
    )
    return workbook(content, f"training-figures-{found.year}.xlsx")


def _back(request: HttpRequest) -> int:
    typed = (request.POST if request.method == "POST" else request.GET).get("back", "0")
    return int(typed) if typed in {str(one) for one in range(YEARS)} else 0


def _read(request: HttpRequest) -> TrainingFigures:
    return read_training_figures(request.actor, back=_back(request))


def _tables(found: TrainingFigures) -> list[Table]:
    lang = short_language()
    workers = [
        words.worker_table(found.pack.audiences[code].name(lang), found.places, counts)
        for code, counts in found.workers.items()
    ]
    counted = [one for one in found.pack.audiences.values() if not one.role]
    courses = words.course_table(found.places, [(one.code, one.name(lang)) for one in counted], found.courses)
    places, themes = words.publicity_tables(found.places, words.choices(found.pack.themes, lang), found.publicity)
    guidance = words.guidance_table(found.guided, found.guidance)
    return [table for table in (*workers, courses, places, themes, guidance) if table.rows]
