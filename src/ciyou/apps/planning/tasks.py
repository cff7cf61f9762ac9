"""The worker's part of a trial: reads the population as the machine, counts, and keeps the counts."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections.abc import Iterable

from django.utils import timezone
from django_tasks import task

from ciyou.apps.audit.services import record_disclosure
from ciyou.apps.audit.wall import walled
from ciyou.apps.planning.models import PolicyTrial, TrialStatus
from ciyou.apps.planning.population import population_of
from ciyou.apps.planning.wishes import proposal_of, wish_of
from ciyou.apps.rosters.problem_rows import as_row
from ciyou.batch.lab.findings import Findings
from ciyou.batch.lab.zones import Zones
from ciyou.batch.trials.drawn import draw_population
from ciyou.batch.trials.populations import Population
from ciyou.batch.trials.trying import Stopped, columns_wanted, prepare, try_proposal
from ciyou.core.access.actor import LOCAL_OPERATOR, DivisionScope, Purpose, significant_digits
from ciyou.core.errors import CiyouError, Problem
from ciyou.packs import load_packs

BEAT_SECONDS = 0.3
SILENCE = dt.timedelta(seconds=60)
"""A running trial gives a sign of life with every piece of its children; after this long its worker is taken for dead."""


@task()
def run_trial(trial_id: str) -> str:
    """Run one queued trial to its end; returns the status it ended in."""
    return try_now(uuid.UUID(trial_id))


def try_now(trial_id: uuid.UUID) -> str:
    """Run one queued trial here and now."""
    trial = _begin(trial_id)
    if trial is None:
        return "skipped"
    try:
        findings = _find(trial)
    except Stopped:
        return _end(trial, TrialStatus.CANCELLED, ())
    except CiyouError as error:
        return _end(trial, TrialStatus.FAILED, error.problems)
    except BaseException:
        _end(trial, TrialStatus.INTERRUPTED, ())
        raise
    _keep(trial, findings)
    return TrialStatus.DONE.value


def _begin(trial_id: uuid.UUID) -> PolicyTrial | None:
    with walled(LOCAL_OPERATOR):
        waiting = PolicyTrial.objects.filter(id=trial_id, status=TrialStatus.QUEUED)
        taken = waiting.update(status=TrialStatus.RUNNING, alive_at=timezone.now())
        return PolicyTrial.objects.get(id=trial_id) if taken else None


def _find(trial: PolicyTrial) -> Findings:
    scope, packs = DivisionScope.of(trial.division), load_packs()
    place = significant_digits(trial.division)
    proposal = proposal_of(wish_of(trial.wish), packs, division=place)
    after = prepare(proposal, packs, place=place)
    zones = Zones(packs, after, proposal)
    columns = columns_wanted(proposal, before=packs, after=after, place=place, zones=zones)
    day = proposal.first_month
    population: Population
    if trial.drawn:
        population = draw_population(trial.drawn, division=place or "00", as_of=day, columns=columns)
    else:
        population = population_of(scope, as_of=day, columns=columns)
        _disclose(trial, population.children, columns)
    return try_proposal(proposal, population, before=packs, after=after, watch=_Following(trial.id), zones=zones)


def _disclose(trial: PolicyTrial, children: int, columns: Iterable[str]) -> None:
    with walled(LOCAL_OPERATOR):
        record_disclosure(
            LOCAL_OPERATOR,
            purpose=Purpose.SUPERVISE,
            action="planning.run_trial",
            persons=children,
            fields=columns,
            highest_class=4,
            origin="worker",
            subject=str(trial.id),
        )


class _Following:
    """Writes down how far a trial is, a few times a second at most, and hears whether it is to stop."""

    def __init__(self, trial_id: uuid.UUID) -> None:
        self._id = trial_id
        self._next = 0.0

    def __call__(self, done: int, total: int) -> bool:
        if done < total and time.monotonic() < self._next:
            return True
        self._next = time.monotonic() + BEAT_SECONDS
        with walled(LOCAL_OPERATOR):
            row = PolicyTrial.objects.filter(id=self._id)
            row.update(done=done, total=total, alive_at=timezone.now())
            return not row.filter(cancel_requested=True).exists()


def _keep(trial: PolicyTrial, findings: Findings) -> None:
    now = timezone.now()
    with walled(LOCAL_OPERATOR):
        PolicyTrial.objects.filter(id=trial.id).update(
            status=TrialStatus.DONE, findings=findings.to_json(), finished_at=now, alive_at=now, done=findings.children
        )


def _end(trial: PolicyTrial, status: TrialStatus, problems: Iterable[Problem]) -> str:
    rows = [as_row(problem) for problem in problems]
    with walled(LOCAL_OPERATOR):
        PolicyTrial.objects.filter(id=trial.id).update(status=status, problems=rows, finished_at=timezone.now())
    return status.value


def mark_silent_trials() -> int:
    """Mark running trials whose worker has been silent for a minute as interrupted; how many."""
    silent = PolicyTrial.objects.filter(status=TrialStatus.RUNNING, alive_at__lt=timezone.now() - SILENCE)
    return silent.update(status=TrialStatus.INTERRUPTED, finished_at=timezone.now())
