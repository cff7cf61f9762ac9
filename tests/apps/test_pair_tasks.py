"""While records wait to be compared the county has a task for it, with a clock; it ends with the last of them."""

from __future__ import annotations

import pytest

from ciyou.apps.audit.delivery import deliver_events
from ciyou.apps.cases.models import Task
from ciyou.apps.cases.pair_tasks import on_pairs_moved
from ciyou.apps.cases.worklist import today
from ciyou.apps.rosters.pairs import judge_pair, take_back_look
from tests.office import COUNTY, OTHER_COUNTY, make_actor
from tests.pair_builders import make_pair, make_run

pytestmark = pytest.mark.django_db


def kinds_of(actor, on):
    return {group.kind: group.total for group in today(actor, on=on).groups}


def test_a_doubt_is_work_of_its_county_until_somebody_has_settled_it():
    drafter, elsewhere = make_actor("county_drafter"), make_actor("county_drafter", division=OTHER_COUNTY)
    run = make_run()
    pair = make_pair(run)
    for _ in range(2):
        on_pairs_moved(division=COUNTY)
    task = Task.objects.get()
    assert (task.kind, task.division, task.state, task.queue_role) == (
        "compare_records",
        COUNTY,
        "open",
        "county_drafter",
    )
    assert kinds_of(drafter, task.started_on) == {"compare_records": 1}
    assert kinds_of(elsewhere, task.started_on) == {}

    judge_pair(drafter, pair_id=pair.id, verdict="different")
    deliver_events()
    task.refresh_from_db()
    assert task.state == "done"

    take_back_look(drafter, pair_id=pair.id)
    deliver_events()
    assert Task.objects.filter(kind="compare_records", state="open").count() == 1


def test_a_sample_of_sound_links_is_no_task():
    make_pair(make_run(), kind="link", turn=1)
    on_pairs_moved(division=COUNTY)
    assert not Task.objects.exists()
