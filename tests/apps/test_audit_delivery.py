"""News of the outbox: delivered once to every service, again after a failure, and never lost."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from ciyou.apps.audit.delivery import PAUSES, deliver_events, forget_delivered_events
from ciyou.apps.audit.models import LogEntry, OutboxEvent
from ciyou.apps.audit.periodic import Job, run_job
from ciyou.apps.audit.services import publish_event, record_action
from ciyou.core.access.actor import LOCAL_OPERATOR

pytestmark = pytest.mark.django_db
told: list[object] = []


def listen(*, child_ids: list[str]) -> None:
    told.append(child_ids)


def write_then_fail(*, child_ids: list[str]) -> None:
    record_action(LOCAL_OPERATOR, action="half_done")
    raise ValueError("张三 110101200001010000")


HANDLERS = {"registry.facts_changed": (listen,)}
FAILING = {"registry.facts_changed": (write_then_fail, listen)}


@pytest.fixture(autouse=True)
def wired(settings):
    settings.EVENT_HANDLERS = f"{__name__}.HANDLERS"
    told.clear()


@pytest.fixture
def failing(settings):
    settings.EVENT_HANDLERS = f"{__name__}.FAILING"


def make_due() -> None:
    OutboxEvent.objects.update(next_try_at=timezone.now() - dt.timedelta(seconds=1))


def test_news_reaches_the_service_that_is_named_for_it_once():
    publish_event("registry.facts_changed", child_ids=["c1"])
    assert deliver_events() == 1
    assert deliver_events() == 0
    assert told == [["c1"]]


def test_news_that_nobody_wants_counts_as_delivered():
    publish_event("registry.somebody_moved", child_ids=["c1"])
    assert deliver_events() == 1
    assert told == []


def test_a_service_that_fails_leaves_nothing_half_done_and_the_others_get_the_news(failing):
    publish_event("registry.facts_changed", child_ids=["c1"])
    assert deliver_events() == 0
    assert told == [["c1"]]
    assert not LogEntry.objects.filter(action="half_done").exists()


def test_only_the_service_that_failed_is_tried_again_and_not_before_its_pause(failing):
    publish_event("registry.facts_changed", child_ids=["c1"])
    deliver_events()
    deliver_events()
    assert OutboxEvent.objects.get().tries == 1
    make_due()
    deliver_events()
    assert OutboxEvent.objects.get().tries == 2
    assert told == [["c1"]]


def test_an_event_is_given_up_after_its_last_try_and_kept(failing):
    publish_event("registry.facts_changed", child_ids=["c1"])
    for _ in range(len(PAUSES) + 3):
        deliver_events()
        make_due()
    event = OutboxEvent.objects.get()
    assert event.tries == len(PAUSES) + 1
    assert event.given_up_at is not None
    assert event.delivered_at is None


def test_what_a_failure_says_reaches_neither_the_database_nor_the_log(failing, caplog):
    publish_event("registry.facts_changed", child_ids=["c1"])
    deliver_events()
    assert "ValueError" in OutboxEvent.objects.get().problem
    assert "张三" not in OutboxEvent.objects.get().problem + caplog.text


def test_a_mended_service_gets_what_waited(failing, settings):
    publish_event("registry.facts_changed", child_ids=["c1"])
    deliver_events()
    settings.EVENT_HANDLERS = f"{__name__}.HANDLERS"
    make_due()
    assert deliver_events() == 1


def test_delivered_events_are_forgotten_after_a_month_and_given_up_ones_are_kept():
    old = timezone.now() - dt.timedelta(days=31)
    for fields in ({"delivered_at": old}, {"given_up_at": old}, {"delivered_at": timezone.now()}):
        OutboxEvent.objects.create(name="x", payload={}, created_at=old, **fields)
    assert forget_delivered_events() == 1
    assert OutboxEvent.objects.count() == 2


def test_a_job_that_fails_is_logged_without_its_text_and_does_not_end_the_worker(caplog):
    def fail():
        raise ValueError("张三")

    assert run_job(Job("demo", 1, fail)) is False
    assert "demo" in caplog.text
    assert "张三" not in caplog.text
