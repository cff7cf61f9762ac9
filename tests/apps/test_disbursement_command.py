"""`ciyou disburse`: it computes what a person has begun, and begins nothing."""

from __future__ import annotations

import uuid

import pytest
from django.core.management import call_command

from ciyou.apps.disbursement.models import MonthRun
from ciyou.apps.disbursement.runs import MonthWish, begin_month, review_run
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.awards.month import Month
from ciyou.core.errors import AccessDenied, RecordError
from tests.month_builders import SERIES, Desk, orphan

pytestmark = pytest.mark.django_db
APRIL = Month(2026, 4)


@pytest.fixture
def desk():
    orphan(first="2026-03")
    return Desk()


@pytest.mark.parametrize(("lang", "word"), [("zh", "由县级经办"), ("en", "drafter begins it")])
def test_a_month_that_nobody_has_begun_is_refused_with_what_to_do(desk, capsys, lang, word):
    with pytest.raises(SystemExit) as ended:
        call_command("disburse", "511304", "2026-03", lang=lang)
    assert ended.value.code == 2
    assert word in capsys.readouterr().err
    assert not MonthRun.objects.exists()


def test_the_drafter_of_a_month_that_the_command_computed_is_who_began_it(desk):
    run = desk.begin()
    call_command("disburse", "511304", "2026-03")
    run.refresh_from_db()
    assert (run.state, run.drafted_by) == ("drafted", desk.drafter.id)
    with pytest.raises(AccessDenied):
        review_run(desk.drafter, run_id=run.id, version=run.version)


def test_the_machine_itself_may_begin_no_month(desk):
    wish = MonthWish(uuid.uuid4(), SERIES, APRIL, APRIL.first_day)
    with pytest.raises((AccessDenied, RecordError)):
        begin_month(LOCAL_OPERATOR, wish=wish, today=APRIL.first_day)
    assert not MonthRun.objects.exists()
