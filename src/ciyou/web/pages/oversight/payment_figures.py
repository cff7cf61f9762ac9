"""Figures of payments and applications by place, entitlement and month, with their workbook."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from ciyou.apps.oversight.emergency_figures import read_emergency_figures
from ciyou.apps.oversight.figure_exports import FigureExport, export_figures
from ciyou.apps.oversight.payment_figures import PaymentFigures, read_payment_figures
from ciyou.apps.oversight.step_figures import GROUNDS, StepFigure
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action, may_do
from ciyou.core.awards.month import Month
from ciyou.core.awards.period import Period
from ciyou.core.errors import ClockError
from ciyou.packs import load_rule_book
from ciyou.web import figure_wording as words
from ciyou.web import payment_wording
from ciyou.web.application_wording import month_words
from ciyou.web.context import short_language
from ciyou.web.figure_tables import COUNT, NOTHING, Shown, Table, table_of, told
from ciyou.web.figure_tables import words as cell_of
from ciyou.web.month_chart import month_chart

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def show_payment_figures(request: HttpRequest) -> HttpResponse:
    """What was paid and what was not, what was applied for, and how long it took; small numbers withheld."""
    figures = _read(request)
    content = {
        "figures": figures,
        "period_words": words.period_words(figures.period),
        "periods": words.period_choices(Month.of(timezone.localdate())),
        "series_words": [(code, payment_wording.SERIES.get(code, code)) for code in figures.choices],
        "sums": _sums(figures),
        "chart": month_chart(figures.months),
        "tables": _tables(request.actor, figures),
        "statistics": may_do(request.actor.role, Action.SEE_PAYMENTS),
    }
    return render(request, "web/pages/payment_figures.html", content)


def take_payment_figures(request: HttpRequest) -> HttpResponse:
    """The same tables as a workbook; whoever takes it leaves a record."""
    figures = _read(request)
    sheets = [(table.title, table.for_sheet) for table in _tables(request.actor, figures)]
    wish = FigureExport(
        action="export_payment_figures",
        needs=Action.SEE_FIGURES,
        title=_("发放和申请统计"),
        period=str(figures.period),
        period_words=words.period_words(figures.period),
        sheets=sheets,
        notes=[note_of(figures.threshold)],
    )
    content = export_figures(
        request.actor, wish=wish, lang=short_language(), origin=request.META.get("REMOTE_ADDR", "")
    )
    return workbook(content, f"payment-figures-{figures.period}.xlsx")


def workbook(content: bytes, name: str) -> HttpResponse:
    """A workbook to be kept by whoever asked for it."""
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def note_of(threshold: int) -> str:
    """What is left out, in words."""
    return _(
        "小于 %(threshold)s 的数目及其金额不公布，必要时另有数目一并不公布，以免推算；受保护的档案和第五类待遇不计入。"
    ) % {"threshold": threshold}


def _read(request: HttpRequest) -> PaymentFigures:
    return read_payment_figures(request.actor, period=period_of(request), series=request.GET.get("series", "")[:32])


def period_of(request: HttpRequest) -> Period | None:
    """The period of the address; None where there is none, or none that can be read."""
    written = request.GET.get("period", "")[:10]
    if written:
        try:
            return Period.parse(written)
        except ClockError:
            pass  # an address typed by hand: the latest month is shown, and the form says which
    return None


def _sums(figures: PaymentFigures) -> list[tuple[str, Shown]]:
    told_of = figures.by_place
    return [
        (str(words.PAID_TIMES[0].label if figures.times else words.PAID[0].label), told(told_of["paid"].total)),
        (_("金额"), told(told_of["paid_fen"].total, "money")),
        (_("在途"), told(told_of["on_its_way"].total)),
        (_("失败未处理"), told(told_of["failed"].total)),
    ]


def _months(figures: PaymentFigures) -> Table:
    wanted = words.PAID
    rows = tuple(
        (month_words(row.month.first_day), tuple(told(row.cells[one.code], one.kind) for one in wanted))
        for row in reversed(figures.months)
    )
    note = _("每月按当月应发批次统计；一个孩子在两类发放中各计一次。")
    return Table(_("各月"), _("月份"), tuple(str(one.label) for one in wanted), rows, note=note)


def _tables(actor: Actor, figures: PaymentFigures) -> list[Table]:
    division, lang = actor.scope.first, short_language()
    book = load_rule_book(division=division, as_of=timezone.localdate()).by_code
    applied = figures.applications
    paid = words.PAID_TIMES if figures.times else words.PAID
    place, entitlement = _("地方"), _("待遇")

    def named(codes: tuple[str, ...]) -> list[tuple[str, str]]:
        return [(code, book[code].name(lang) if code in book else code) for code in codes]

    codes = named(figures.entitlements)
    reasons = [(code, str(payment_wording.hold_words(code)[0])) for code in figures.reasons]
    twice = _("一个孩子领取两项待遇的，各计一次。")
    tables = [
        table_of(_("各地：已发放"), place, figures.by_place, paid, figures.places),
        table_of(_("各地：没有发到"), place, figures.by_place, words.UNPAID, figures.places),
        table_of(_("各项待遇：已发放"), entitlement, figures.by_entitlement, paid, codes, note=twice),
        table_of(_("各项待遇：没有发到"), entitlement, figures.by_entitlement, words.UNPAID[:6], codes, note=twice),
        table_of(_("暂缓的原因"), _("原因"), figures.by_reason, words.HELD, reasons, total=False),
        _funding(figures),
        table_of(_("各地：申请"), place, applied.by_place, words.APPLICATIONS, figures.places),
        table_of(
            _("各项待遇：申请"), entitlement, applied.by_entitlement, words.APPLICATIONS, named(applied.entitlements)
        ),
        _refusals(figures),
        _steps(figures, division),
        _steps_by_place(figures),
        _months(figures),
    ]
    return [table for table in (*tables, *_emergencies(actor, figures)) if table.rows]


def _emergencies(actor: Actor, figures: PaymentFigures) -> list[Table]:
    """Aid in emergencies: no monthly run pays it, so that it stands in tables of its own, whatever series is looked at."""
    found = read_emergency_figures(actor, period=figures.period)
    note = _("急难救助不经过每月发放。天数按自然日，从登记到发到手。")
    if found.median is not None:
        days = {"median": found.median, "ninetieth": found.ninetieth}
        note += _("半数在 %(median)s 天内，九成在 %(ninetieth)s 天内发到手。") % days
    by_place = table_of(_("各地：急难救助"), _("地方"), found.by_place, words.EMERGENCIES, found.places, note=note)
    by_month = words.EMERGENCIES[:-1]
    rows = tuple(
        (month_words(month.first_day), tuple(told(cells[one.code], one.kind) for one in by_month))
        for month, cells in reversed(found.months)
    )
    return [by_place, Table(_("各月：急难救助"), _("月份"), tuple(str(one.label) for one in by_month), rows)]


def _funding(figures: PaymentFigures) -> Table:
    found, rows = figures.funding, []
    if found is not None:
        shares = [(payment_wording.FUNDERS[source], fen) for source, fen in found.shares.items()]
        left = [(_("比例未知或不公布"), found.undivided_fen)] if found.undivided_fen else []
        rows = [(str(word), (Shown("money", fen),)) for word, fen in (*shares, *left)]
    note = _("按本地规则包中的分担比例，从已公布的各项待遇金额算出。")
    return Table(_("资金来源"), _("来源"), (_("金额"),), tuple(rows), note=note)


def _refusals(figures: PaymentFigures) -> Table:
    column = figures.applications.refusals
    rows = [(str(words.GROUNDS[code]), (told(column.cells[code]),)) for code in GROUNDS]
    told_any = any(cell.withheld or cell.count for cell in column.cells.values())
    note = _("不予确认的具体理由写在告知书里，加密保存，不作统计。")
    return Table(_("不予确认的依据"), _("先不同意的"), (_("件数"),), tuple(rows if told_any else ()), note=note)


def _steps(figures: PaymentFigures, division: str) -> Table:
    labels = (_("件数"), _("中位数（工作日）"), _("九成在（工作日）内"), _("超法定"), _("超承诺"), _("时限"))
    rows = [(str(words.STEPS[one.step]), _step_cells(one, division)) for one in figures.steps]
    note = _("时限按规则包今天的规定；没有时限的步骤只报天数。")
    return Table(_("各步用时"), _("步骤"), labels, tuple(rows), note=note)


def _step_cells(one: StepFigure, division: str) -> tuple[Shown, ...]:
    late = [NOTHING if cell is None else told(cell) for cell in (one.late_by_law, one.late_by_promise)]
    limits = cell_of(words.limit_words(one.clock, division) if one.clock else "")
    return (told(one.done), _days(one.median), _days(one.ninetieth), *late, limits)


def _days(days: int | None) -> Shown:
    return Shown(COUNT, days, days is None)


def _steps_by_place(figures: PaymentFigures) -> Table:
    steps = [step for step in words.STEPS if any(one.step == step for one in figures.steps)]
    rows = []
    for place, name in figures.places:
        found = {one.step: one for one in figures.steps_by_place[place]}
        if found:
            rows.append((name, tuple(_days(found[step].median) if step in found else NOTHING for step in steps)))
    labels = tuple(str(words.STEPS[step]) for step in steps)
    return Table(_("各地：各步用时的中位数（工作日）"), _("地方"), labels, tuple(rows))
