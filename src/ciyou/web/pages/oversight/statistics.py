"""The official statistics of a county, filled in as far as they are known here, on a page and as a workbook."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from ciyou.apps.oversight.figure_exports import FigureExport, export_figures
from ciyou.apps.oversight.statistics import FilledForm, FilledItem, fill_form, forms_of, last_complete, period_for
from ciyou.core.access.roles import Action
from ciyou.core.awards.month import Month
from ciyou.core.errors import ClockError
from ciyou.packs.report_forms import ReportForm
from ciyou.web import figure_wording as words
from ciyou.web.context import short_language
from ciyou.web.figure_tables import COUNT, MONEY, Shown, Table
from ciyou.web.figure_tables import words as cell_of
from ciyou.web.pages.oversight.payment_figures import workbook


def show_statistics(request: HttpRequest) -> HttpResponse:
    """A form of the county for a period: what is filled, and what has to be asked elsewhere."""
    forms = forms_of(request.actor)
    filled = _filled(request, forms)
    lang = short_language()
    content = {
        "forms": [(form.code, form.name(lang)) for form in forms],
        "filled": filled,
        "name": filled.form.name(lang) if filled else "",
        "note": filled.form.note(lang) if filled else "",
        "source": filled.form.source if filled else None,
        "period_words": words.period_words(filled.period) if filled else "",
        "months": words.period_choices(Month.of(timezone.localdate()))[0][1],
        "month": str(filled.period.last) if filled else "",
        "table": _table(filled, lang) if filled else None,
    }
    return render(request, "web/pages/statistics.html", content)


def take_statistics(request: HttpRequest) -> HttpResponse:
    """The same as a workbook; whoever takes it leaves a record."""
    filled, lang = _filled(request, forms_of(request.actor)), short_language()
    if filled is None:
        return HttpResponse(status=404)
    table = _table(filled, lang)
    wish = FigureExport(
        action="export_statistics",
        needs=Action.SEE_PAYMENTS,
        title=filled.form.name(lang),
        period=f"{filled.form.code} {filled.period}",
        period_words=words.period_words(filled.period),
        sheets=[(table.title, table.for_sheet)],
        notes=[filled.form.note(lang), table.note],
    )
    content = export_figures(request.actor, wish=wish, lang=lang, origin=request.META.get("REMOTE_ADDR", ""))
    return workbook(content, f"{filled.form.code}-{filled.period}.xlsx")


def _filled(request: HttpRequest, forms: tuple[ReportForm, ...]) -> FilledForm | None:
    """The form of the address for its month; the first one, and its last period that is over, where the address says nothing."""
    if not forms:
        return None
    chosen = next((form for form in forms if form.code == request.GET.get("form")), forms[0])
    try:
        period = period_for(chosen, Month.parse(request.GET.get("month", "")))
    except ClockError:
        period = last_complete(chosen, Month.of(timezone.localdate()))
    return fill_form(request.actor, form=chosen, period=period)


def _table(filled: FilledForm, lang: str) -> Table:
    labels = (_("数值"), _("单位"), _("备注"))
    rows = tuple((one.item.name(lang), _cells(one, lang)) for one in filled.items)
    note = _("受保护的档案和第五类待遇不计入，由专人在上报前加计。")
    return Table(filled.form.name(lang), _("指标"), labels, rows, note=note)


def _cells(one: FilledItem, lang: str) -> tuple[Shown, ...]:
    if one.value is None:
        value, said = cell_of(_("填不了")), one.item.missing(lang) or str(words.UNFILLED[one.item.figure])
    else:
        value, said = Shown(MONEY if one.money else COUNT, one.value), one.item.note(lang)
    return value, cell_of(one.item.unit(lang)), cell_of(said)
