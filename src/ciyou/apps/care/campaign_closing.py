"""That a campaign comes to an end is somebody's work with a day: the county's, from the campaign's last day on."""

from __future__ import annotations

from django.db import transaction

from ciyou.apps.audit.wall import walled
from ciyou.apps.care.models import Campaign
from ciyou.apps.cases.rounds import county_of
from ciyou.apps.cases.tasks import NewTask, open_tasks
from ciyou.core.access.actor import LOCAL_OPERATOR

CLOSE = "close_campaign"
"""The kind of the task of closing a campaign, and its clock; the days are the place's to say."""
DRAFTER = "county_drafter"


def closing_task(row: Campaign) -> NewTask:
    """The task of closing a campaign: it belongs to whoever opens campaigns in the county."""
    return NewTask(CLOSE, str(row.id), county_of(row.division), queue_role=DRAFTER, started_on=row.until_on)


def open_missing_closings() -> int:
    """The periodic job: every open campaign has its closing task; how many campaigns are open."""
    with walled(LOCAL_OPERATOR), transaction.atomic():
        return open_tasks(LOCAL_OPERATOR, tasks=[closing_task(row) for row in Campaign.objects.filter(closed_at=None)])
