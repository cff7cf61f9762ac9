"""After a screening: its last stage, the load, and what a load did, for the page of the screening."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Collection

from ciyou.apps.cases.loading import LoadReport, LoadStopped, load_run
from ciyou.apps.cases.models import Lead, LeadLoad
from ciyou.apps.rosters.following import ScreeningJob
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor


def load_screening(job: ScreeningJob, watch: Callable[[int, int], bool]) -> str | None:
    """Load what a screening found; gives the county whose rosters they are, None when `watch` said to stop."""
    try:
        report = load_run(
            LOCAL_OPERATOR, folder=job.output_folder, run_id=str(job.id), division=job.division, watch=watch
        )
    except LoadStopped:
        return None
    return report.division


def load_report(actor: Actor, *, run_id: uuid.UUID | str) -> LoadReport | None:
    """What the load of a screening did, in numbers; None while it has not ended, or where it is not the actor's county's."""
    row = LeadLoad.objects.filter(run_id=str(run_id), finished_at__isnull=False).first()
    if row is None or not (actor.scope.everywhere or actor.scope.holds(row.division)):
        return None
    return LoadReport(row.run_id, row.division, row.as_of, row.counts)


def children_named_by(run_id: str, *, differences: Collection[str]) -> tuple[dt.date | None, tuple[uuid.UUID, ...]]:
    """The children of a loaded screening whom one of these differences names, and the day of its rosters: for the machine.

    Also where the lead itself was closed before: what it asked of the village is another question.
    """
    load = LeadLoad.objects.filter(run_id=run_id).first()
    wanted = set(differences)
    leads = Lead.objects.filter(run_id=run_id, person__isnull=False).order_by("id").values_list("person_id", "rules")
    found = tuple(person for person, rules in leads.iterator() if wanted & set(rules))
    return (load.as_of if load else None), found
