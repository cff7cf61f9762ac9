"""A month from its draft to its closed book: lines, holds, three people, files, results, reissue, recovery."""

from __future__ import annotations

import uuid

import pytest

from ciyou.apps.awards.models import Award
from ciyou.apps.disbursement.books import differences_in_books
from ciyou.apps.disbursement.models import Hold, MonthChange, MonthRun, PaidMonth, Payment, ResultProblem
from ciyou.apps.registry.models import Person
from tests.month_builders import SICHUAN, Desk, award_to, lines_of, orphan, with_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return Desk()


def test_a_first_month_pays_what_is_due_since_the_award_began(desk):
    orphan(first="2026-01")
    run = desk.draft("2026-03")
    assert lines_of(run) == [
        ("2026-01", "arrears", 135_000),
        ("2026-02", "arrears", 135_000),
        ("2026-03", "current", 135_000),
    ]
    assert (run.state, run.payments_count, run.amount_fen) == ("drafted", 1, 405_000)


def test_a_month_walks_from_draft_to_its_closed_book(desk):
    orphan()
    run = desk.pay("2026-03")
    assert run.state == "closed"
    assert set(Payment.objects.values_list("state", flat=True)) == {"paid"}
    assert differences_in_books() == ()
