"""A screening from its delivery to its end, and everything that can interrupt it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from django.utils import timezone

from ciyou.apps.rosters import tasks
from ciyou.apps.rosters.following import (
    SILENCE,
    begin_screening,
    finish_screening,
    mark_interrupted,
    note_screened,
    record_progress,
)
from ciyou.apps.rosters.models import ScreeningRun
from ciyou.apps.rosters.selectors import ScreeningNotFound, get_screening, list_screenings
from ciyou.apps.rosters.services import cancel_screening, restart_screening, start_demo_screening, start_screening
from ciyou.apps.rosters.upload import IncomingFile
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.errors import AccessDenied, RunError

pytestmark = pytest.mark.django_db
DAY = dt.date(2025, 9, 1)


@pytest.fixture
def delivered(tmp_path, settings):
    """The id of a screening whose one file was just delivered."""
    settings.DELIVERIES, settings.RESULTS = tmp_path / "deliveries", tmp_path / "results"
    file = tmp_path / "upload.tmp"
    file.write_bytes(b"rec_id\n")
    return start_screening(LOCAL_OPERATOR, files=[IncomingFile("hukou.csv", file)], as_of=DAY)


def status(run_id):
    return get_screening(LOCAL_OPERATOR, run_id=run_id).status


def test_a_delivery_is_kept_where_only_its_owner_can_read_it_and_waits_its_turn(delivered, settings):
    folder = Path(settings.DELIVERIES) / str(delivered)
    assert status(delivered) == "queued"
    assert [path.name for path in folder.iterdir()] == ["hukou.csv"]
    assert (folder.stat().st_mode & 0o777, (folder / "hukou.csv").stat().st_mode & 0o777) == (0o700, 0o600)


def test_an_actor_without_the_right_to_identify_starts_nothing(settings):
    stranger = replace(LOCAL_OPERATOR, role="passer_by")
    with pytest.raises(AccessDenied):
        start_demo_screening(stranger, as_of=DAY)
    assert ScreeningRun.objects.count() == 0


def test_two_workers_never_run_the_same_screening(delivered):
    assert begin_screening(run_id=delivered) is not None
    assert begin_screening(run_id=delivered) is None


def test_a_queued_screening_is_cancelled_at_once_and_its_task_then_does_nothing(delivered):
    cancel_screening(LOCAL_OPERATOR, run_id=delivered)
    assert status(delivered) == "cancelled"
    assert tasks.screen_now(delivered) == "skipped"


def test_a_running_screening_hears_that_it_was_cancelled_with_its_next_progress(delivered):
    begin_screening(run_id=delivered)
    assert record_progress(run_id=delivered, stage="read", percent=12)
    cancel_screening(LOCAL_OPERATOR, run_id=delivered)
    assert not record_progress(run_id=delivered, stage="read", percent=13)


def test_a_screening_whose_worker_has_been_silent_is_interrupted_and_can_be_run_again(delivered):
    begin_screening(run_id=delivered)
    ScreeningRun.objects.update(alive_at=timezone.now() - SILENCE - dt.timedelta(seconds=1))
    run = get_screening(LOCAL_OPERATOR, run_id=delivered)
    assert (run.status, run.can_run_again) == ("interrupted", True)
    restart_screening(LOCAL_OPERATOR, run_id=delivered)
    assert status(delivered) == "queued"


def test_a_screening_that_gives_signs_of_life_is_left_alone(delivered):
    begin_screening(run_id=delivered)
    assert mark_interrupted() == 0
    assert status(delivered) == "running"


def test_a_worker_that_starts_takes_over_from_one_that_died(delivered):
    begin_screening(run_id=delivered)
    assert mark_interrupted(everything=True) == 1


def test_running_again_twice_queues_it_once(delivered):
    cancel_screening(LOCAL_OPERATOR, run_id=delivered)
    restart_screening(LOCAL_OPERATOR, run_id=delivered)
    with pytest.raises(RunError):
        restart_screening(LOCAL_OPERATOR, run_id=delivered)


def test_a_finished_screening_is_done_and_can_not_be_run_again(delivered):
    begin_screening(run_id=delivered)
    note_screened(run_id=delivered, people=7, file_names=["hukou.csv"])
    finish_screening(run_id=delivered)
    run = get_screening(LOCAL_OPERATOR, run_id=delivered)
    assert (run.status, run.percent, run.can_run_again) == ("done", 100, False)


def test_rosters_that_cannot_be_read_end_in_failure_with_their_located_problems(delivered):
    assert tasks.screen_now(delivered) == "failed"
    run = get_screening(LOCAL_OPERATOR, run_id=delivered)
    assert run.status == "failed"
    assert any(problem.place.file == "hukou.csv" for problem in run.problems)


def test_a_process_that_dies_without_a_word_leaves_a_failure_that_says_what_to_do(delivered, monkeypatch):
    monkeypatch.setattr(tasks.sys, "executable", "/bin/true")
    assert tasks.screen_now(delivered) == "failed"
    (problem,) = get_screening(LOCAL_OPERATOR, run_id=delivered).problems
    assert problem.code == "screening.died"


def test_the_latest_screening_stands_first(delivered):
    second = start_demo_screening(LOCAL_OPERATOR, as_of=DAY)
    assert [run.id for run in list_screenings(LOCAL_OPERATOR)] == [second, delivered]


def test_an_unknown_screening_is_not_found():
    with pytest.raises(ScreeningNotFound):
        get_screening(LOCAL_OPERATOR, run_id="00000000-0000-0000-0000-000000000000")
