"""What is proved of the shipped packs, in the nation and every place with a pack of its own."""

from __future__ import annotations

import datetime as dt

import pytest

from ciyou.batch.proofs.proving import prove as prove_packs

DAY = dt.date(2026, 11, 26)
QUICK = ("gap", "overlap", "step", "unreachable", "always", "negative", "imprecise.orphan")


def test_the_shipped_packs_have_no_finding_that_is_not_accepted() -> None:
    report = prove_packs(as_of=DAY, only=QUICK, limit_ms=120_000)
    assert [finding.check.code for finding in report.findings] == []
    assert report.undecided == []
    assert [finding.check.code for finding in report.contradictions] == []
    accepted = {finding.check.code for finding in report.accepted}
    assert {"gap.no_parent_able", "step.parent_lost"} <= accepted


def test_a_question_that_was_not_decided_in_a_minute_is_proved_within_seconds() -> None:
    # Classes that meet in the child's age, and an open threshold of an amount: see docs/decisions/0021.
    report = prove_packs(as_of=DAY, division="00", only=("imprecise.medical_second_assistance",), limit_ms=10_000)
    assert (report.undecided, report.findings, report.proved) == ([], [], 2)


@pytest.mark.slow
@pytest.mark.parametrize("division", ["00", "50"])
def test_everything_asked_of_a_place_is_proved_or_accepted_and_confirmed(division) -> None:
    # `ciyou prove` without a filter asks every place, which takes minutes; these are the nation and one with wide acceptances.
    report = prove_packs(as_of=DAY, division=division, limit_ms=60_000)
    assert report.undecided == []
    assert [(finding.check.code, finding.setting.book.division) for finding in report.findings] == []
    assert report.contradictions == []
    accepted = {finding.check.code for finding in report.accepted}
    assert {"imprecise.de_facto_unattended", "imprecise.hiv_living_allowance.amount"} <= accepted
