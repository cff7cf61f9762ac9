"""Reading trials: one's own only, and of what they found only what may be told."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db.models import QuerySet

from ciyou.apps.planning.models import PolicyTrial, TrialStatus
from ciyou.apps.planning.services import check_may_try
from ciyou.apps.planning.tasks import mark_silent_trials
from ciyou.apps.planning.wishes import Wish, wish_of
from ciyou.apps.rosters.problem_rows import from_row
from ciyou.batch.lab.findings import Told, from_json, tell
from ciyou.core.access.actor import Actor
from ciyou.core.errors import Place, Problem, RunError
from ciyou.packs import load_limits

OPEN = (TrialStatus.QUEUED, TrialStatus.RUNNING)


class TrialNotFound(RunError):
    """There is no such trial of this actor's: unknown, or somebody else's. Both read the same."""


@dataclass(frozen=True)
class Trial:
    """One trial as pages need it. `told` None until it is done; `percent` 0–100."""

    id: uuid.UUID
    wish: Wish
    drawn: int
    status: str
    percent: int
    done: int
    total: int
    problems: tuple[Problem, ...]
    told: Told | None
    created_at: dt.datetime
    finished_at: dt.datetime | None

    @property
    def is_open(self) -> bool:
        return self.status in OPEN


def list_trials(actor: Actor) -> tuple[Trial, ...]:
    """The actor's own trials, the latest first, without what they found."""
    check_may_try(actor)
    mark_silent_trials()
    return tuple(_trial(row, with_findings=False) for row in _own(actor).defer("findings"))


def get_trial(actor: Actor, *, trial_id: uuid.UUID) -> Trial:
    """One of the actor's own trials; raises TrialNotFound."""
    check_may_try(actor)
    mark_silent_trials()
    row = _own(actor).filter(id=trial_id).first()
    if row is None:
        raise TrialNotFound(
            Problem(
                Place(),
                "lab.unknown",
                "没有这次试算。请从政策试算的列表进入。",
                "There is no such trial. Start from the list of trials.",
            )
        )
    return _trial(row, with_findings=True)


def _own(actor: Actor) -> QuerySet[PolicyTrial]:
    """Of the post's own place only: a post that was moved takes no figures along."""
    return PolicyTrial.objects.filter(actor_id=actor.id, division=actor.scope.first)


def _trial(row: PolicyTrial, *, with_findings: bool) -> Trial:
    told = None
    if with_findings and row.status == TrialStatus.DONE and row.findings is not None:
        told = tell(from_json(row.findings), threshold=load_limits()["small_cell"].value)
    percent = 100 if row.status == TrialStatus.DONE else row.done * 99 // row.total if row.total else 0
    return Trial(
        row.id,
        wish_of(row.wish),
        row.drawn,
        row.status,
        percent,
        row.done,
        row.total,
        tuple(from_row(one) for one in row.problems),
        told,
        row.created_at,
        row.finished_at,
    )
