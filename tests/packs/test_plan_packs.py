"""Domains, reviews and closures of case plans: what the loader refuses, and that our own are marked as defaults."""

from __future__ import annotations

import pytest

from ciyou.core.errors import PackError
from ciyou.packs import load_plan_closures, load_plan_domains, load_plan_reviews
from ciyou.packs.plans import LEAST_CLASS

HEALTH = "cn/plan_domains/health.yaml"


def test_every_domain_is_a_default_and_no_law_and_comes_in_the_order_of_the_plan():
    domains = load_plan_domains(division="990101001001")
    assert list(domains) == ["health", "schooling", "living", "guardianship", "psyche", "safety", "rights"]
    assert all(one.policy_default and not one.verified and one.note_zh and one.note_en for one in domains.values())
    needs = {need.code: need for domain in domains.values() for need in domain.needs}
    assert (needs["social_work"].referral, needs["hukou"].referral) == ("social_work", "")
    assert (needs["counseling"].sensitivity, needs["company"].sensitivity) == (4, LEAST_CLASS)
    reviews = load_plan_reviews(division="990101001001")
    assert (reviews["high_risk"].days, reviews["low_risk"].days) == (30, 180)
    assert load_plan_closures(division="44")["stable"].name("en").startswith("Stable")


@pytest.mark.parametrize(
    ("file", "before", "after", "code"),
    [
        (HEALTH, "indicators: [health]", "indicators: [no_such]", "pack.plan_indicator"),
        (HEALTH, "rules: [medical_assistance", "rules: [no_such", "pack.unknown_rule"),
        (HEALTH, "from: referral.medical_check", "from: nowhere", "pack.plan_source"),
        (HEALTH, "from: referral.medical_check", "from: referral.psychological_assessment", "pack.plan_referral"),
        (HEALTH, "class: 4", "class: 5", "pack.unknown_choice"),
        ("cn/plan_reviews/high_risk.yaml", "tiers: [high]", "tiers: [low]", "pack.visit_interval_missing"),
    ],
)
def test_what_would_hide_a_weakness_or_list_something_restricted_is_refused(packs, file, before, after, code):
    packs.change(file, before, after)
    with pytest.raises(PackError) as told:
        load_plan_domains(division="99", root=packs.root)
        load_plan_reviews(division="99", root=packs.root)
    assert code in {one.code for one in told.value.problems}
