"""Handing over is asked for on the page and done by the worker: files of a hundred thousand payments take longer than a page may."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import transaction

from ciyou.apps.accounts.selectors import actor_by_post
from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.disbursement.handing import check_hand_over, hand_over
from ciyou.apps.disbursement.models import MonthRun
from ciyou.apps.disbursement.refusals import post_not_held, problem, somebody_was_first
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.errors import CiyouError, Problem


@dataclass(frozen=True)
class Asked:
    """A hand-over that was asked for. `waiting`: the worker has not come to its end; `problems`: why it could not do it."""

    waiting: bool
    problems: tuple[Problem, ...]


def ask_hand_over(actor: Actor, *, run_id: object, version: int, layout: str, origin: str = "") -> None:
    """Ask the worker to hand a month over, or what of it is sent again; a form sent twice asks once.

    Raises what `hand_over` raises where it can be seen beforehand; the rest stands on the month's page when the worker was there.
    """
    run, chosen = check_hand_over(actor, run_id=run_id, version=version, layout=layout)
    if asked_of(run).waiting:
        return
    wanted = {"version": version, "post": actor.post_id, "layout": chosen.code, "origin": origin[:64]}
    with transaction.atomic():
        rows = MonthRun.objects.filter(id=run.id, version=version, state=run.state)
        if not rows.update(hand_over_asked=wanted):
            raise somebody_was_first()
        record_action(actor, action="ask_hand_over", subject=str(run.id), details={"layout": layout}, origin=origin)


def asked_of(run: MonthRun) -> Asked:
    """What was asked for and is not done; a month that was taken further meanwhile is not handed over as it was asked."""
    asked = run.hand_over_asked
    if not asked:
        return Asked(False, ())
    if "problems" in asked:
        return Asked(False, tuple(problem(*told) for told in asked["problems"]))
    if asked["version"] != run.version:
        return Asked(False, tuple(somebody_was_first().problems))
    return Asked(True, ())


def hand_over_now(run_id: uuid.UUID) -> bool:
    """Hand over what was asked for, as the person who asked; False where nothing left. Doing it twice is doing it once."""
    with walled(LOCAL_OPERATOR):
        run = MonthRun.objects.get(id=run_id)
        asked = run.hand_over_asked
        actor = actor_by_post(asked["post"]) if asked_of(run).waiting else None
    if not asked_of(run).waiting:
        return False
    try:
        if actor is None:
            raise post_not_held()
        with walled(actor):
            hand_over(actor, run_id=run.id, version=asked["version"], layout=asked["layout"], origin=asked["origin"])
    except CiyouError as wrong:
        _tell(run, wrong)
        return False
    return True


def _tell(run: MonthRun, wrong: CiyouError) -> None:
    """Keep why, for the page; of a month that another process handed over meanwhile there is nothing to tell."""
    told = [[one.code.removeprefix("disbursement."), one.zh, one.en] for one in wrong.problems]
    with transaction.atomic(), walled(LOCAL_OPERATOR):
        rows = MonthRun.objects.filter(id=run.id, version=run.version)
        rows.update(hand_over_asked={**run.hand_over_asked, "problems": told})


def waiting_hand_overs() -> list[uuid.UUID]:
    """The months that the worker is asked to hand over."""
    with walled(LOCAL_OPERATOR):
        rows = list(MonthRun.objects.exclude(hand_over_asked={}))
    return [run.id for run in rows if asked_of(run).waiting]
