"""The time that a place states for the whole procedure of an application, beside the time of each step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils import timezone

from ciyou.apps.awards.models import Application, ApplicationState
from ciyou.apps.cases.planning import clock_of, plan_task
from ciyou.packs import load_payments
from ciyou.packs.clocks import DuePlan

WHOLE, COMPLETED, REOPENED = "whole", "complete", "reopen"
_RUNNING = (ApplicationState.RECEIVED, ApplicationState.CHECKED, ApplicationState.DRAFTED)


def plan_of_whole(row: Application, steps: Iterable[tuple[str, dt.datetime]]) -> DuePlan | None:
    """The days of an application's whole procedure; `steps`: what was done and when, the oldest first.

    None where the place states no such time, while papers are missing, once it is decided, and after an appeal, of which no text says
    that the first time runs again. It runs from the day on which the papers were complete.
    """
    taken = list(steps)
    if row.state not in _RUNNING or any(step == REOPENED for step, _at in taken):
        return None
    completed = [timezone.localdate(at) for step, at in taken if step == COMPLETED]
    return plan_whole(row.entitlement, row.division, completed[-1] if completed else row.received_on)


def plan_whole(entitlement: str, division: str, accepted_on: dt.date) -> DuePlan | None:
    """The days of the whole procedure in a place. Our own default is no time that anybody stated: None."""
    payment = load_payments(division=division).get(entitlement)
    kind = payment.clocks.get(WHOLE) if payment is not None else None
    if kind is None or clock_of(kind, division).policy_default:
        return None
    return plan_task(kind, division, accepted_on)
