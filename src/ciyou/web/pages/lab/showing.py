"""One's own trials: the list, how far each is, what it found, and the workbook."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRefresh

from ciyou.apps.accounts.selectors import division_name, division_names
from ciyou.apps.oversight.figure_exports import FigureExport, export_figures
from ciyou.apps.planning.selectors import Trial, TrialNotFound, get_trial, list_trials
from ciyou.apps.planning.services import cancel_trial
from ciyou.batch.lab.findings import Told
from ciyou.batch.lab.tables import LabTable, cost_of, tables_of
from ciyou.batch.trials.naming import names_of
from ciyou.core.access.roles import Action
from ciyou.web import lab_wording as words
from ciyou.web.context import short_language
from ciyou.web.figure_tables import COUNT, MONEY, Shown, told
from ciyou.web.lab_chart import trial_chart
from ciyou.web.pages.oversight.payment_figures import workbook
from ciyou.web.wording import sentences


def show_lab(request: HttpRequest) -> HttpResponse:
    """What can be changed, and what one has tried."""
    lang = short_language()
    trials = [
        (trial, words.what_was_tried(trial.wish, lang), words.STATUS[trial.status])
        for trial in list_trials(request.actor)
    ]
    kinds = [(kind, name, words.HINTS[kind]) for kind, name in words.KINDS.items()]
    return render(request, "web/pages/lab.html", {"trials": trials, "kinds": kinds})


def show_trial(request: HttpRequest, trial_id: uuid.UUID) -> HttpResponse:
    """Progress, or what was found once it is there."""
    trial = _find(request, trial_id)
    content = _head(request, trial)
    if trial.told is not None:
        content |= {
            "sums": _sums(trial.told),
            "chart": trial_chart(trial.told),
            "tables": words.shown_tables(_tables(trial.told)),
            "threshold": trial.told.threshold,
            "seconds": trial.told.findings.seconds,
            "nothing": not trial.told.findings.rules,
        }
    return render(request, "web/pages/lab_trial.html", content)


def show_trial_progress(request: HttpRequest, trial_id: uuid.UUID) -> HttpResponse:
    """The piece of the page that is asked for every second; when the trial has ended, the page is loaded anew."""
    trial = _find(request, trial_id)
    if not trial.is_open:
        return HttpResponseClientRefresh()
    return render(request, "web/components/lab_progress.html", _head(request, trial))


def cancel(request: HttpRequest, trial_id: uuid.UUID) -> HttpResponse:
    """Stop a trial."""
    cancel_trial(request.actor, trial_id=_find(request, trial_id).id)
    return redirect("lab_trial", trial_id=trial_id)


def take_workbook(request: HttpRequest, trial_id: uuid.UUID) -> HttpResponse:
    """The tables as a workbook; whoever takes it leaves a record."""
    trial = _find(request, trial_id)
    if trial.told is None:
        raise Http404
    lang = short_language()
    tables = words.shown_tables(_tables(trial.told))
    wish = FigureExport(
        action="export_trial",
        needs=Action.TRY_POLICY,
        title=words.what_was_tried(trial.wish, lang),
        period=f"{trial.id}",
        period_words=f"{trial.wish.first_month:%Y-%m}",
        sheets=[(table.title, table.for_sheet) for table in tables],
        notes=[_whom(request, trial), *(table.note for table in tables if table.note)],
    )
    content = export_figures(request.actor, wish=wish, lang=lang, origin=request.META.get("REMOTE_ADDR", ""))
    return workbook(content, f"lab-{trial.wish.code}-{trial.wish.first_month:%Y-%m}.xlsx")


def _find(request: HttpRequest, trial_id: uuid.UUID) -> Trial:
    try:
        return get_trial(request.actor, trial_id=trial_id)
    except TrialNotFound as error:
        raise Http404 from error


def _head(request: HttpRequest, trial: Trial) -> dict[str, Any]:
    return {
        "trial": trial,
        "what": words.what_was_tried(trial.wish, short_language()),
        "status": words.STATUS[trial.status],
        "whom": _whom(request, trial),
        "problems": sentences(trial.problems),
    }


def _whom(request: HttpRequest, trial: Trial) -> str:
    place = division_name(request.actor.scope.first)
    if trial.drawn:
        return _("%(place)s，%(children)s 名模拟儿童（由程序生成，没有真实的人）") % {
            "place": place,
            "children": f"{trial.drawn:,}",
        }
    return _("%(place)s的在册儿童（受保护的档案不计入）") % {"place": place}


def _tables(found: Told) -> tuple[LabTable, ...]:
    codes = [
        place.ljust(12, "0") for place in (*found.findings.places(), *(one.place for one in found.findings.standards))
    ]
    return tables_of(found, names_of(short_language(), division_names(set(codes), timezone.localdate())))


def _sums(found: Told) -> list[tuple[str, Shown]]:
    cost = cost_of(found, 0) if found.findings.monthly else 0
    return [
        (_("得益儿童"), told(found.places["gain"].total) if found.findings.places() else Shown(COUNT, 0)),
        (
            _("可能得益（金额不明）"),
            told(found.places["may_gain"].total) if found.findings.places() else Shown(COUNT, 0),
        ),
        (_("受损儿童"), told(found.places["lose"].total) if found.findings.places() else Shown(COUNT, 0)),
        (_("不能判定"), told(found.places["open"].total) if found.findings.places() else Shown(COUNT, 0)),
        (_("首月费用增减"), Shown(MONEY, cost, cost is None)),
    ]
