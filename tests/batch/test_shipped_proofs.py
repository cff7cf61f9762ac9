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


@pytest.mark.slow
def test_the_interpreter_confirms_every_imprecision_that_is_found_in_the_shipped_packs() -> None:
    # Which of them stand is the packs' business; the questions are costly, so each has a few seconds and may stay undecided.
    report = prove_packs(as_of=DAY, division="00", only=("imprecise",), limit_ms=5_000)
    assert report.contradictions == []
    accepted = {finding.check.code for finding in report.accepted}
    assert {"imprecise.de_facto_unattended", "imprecise.hiv_living_allowance.amount"} <= accepted
