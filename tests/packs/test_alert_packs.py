"""What raises an alert is data: what is shipped is no law, names in lists tell nothing, and what the program cannot notice is refused."""

from __future__ import annotations

import pytest

from ciyou.core.errors import PackError
from ciyou.core.risk import NOT_ASSESSED, shortest_interval
from ciyou.packs import load_alerts, load_clocks, load_contact_limits, load_visit_intervals
from ciyou.packs.alerts import KINDS

SILENCE, MISSED, FAMILY = "cn/alerts/no_contact.yaml", "cn/alerts/missed_visits.yaml", "cn/alerts/family_changed.yaml"


def test_what_is_shipped_is_a_default_and_says_so_and_each_kind_has_a_clock():
    alerts = load_alerts(division="990101001001")
    assert {rule.kind for rule in alerts.values()} == {"silence", "threshold", "change"}
    for one in (*alerts.values(), *load_contact_limits(division="990101001001").values()):
        assert one.policy_default
        assert "不是法律规定" in one.note_zh
        assert "not law" in one.note_en
    assert set(KINDS) <= set(load_clocks(division="990101001001"))


@pytest.mark.parametrize("tier", ["high", "medium_high", "medium_low", "low", NOT_ASSESSED])
def test_somebody_is_told_of_a_silence_only_after_the_next_visit_should_have_been(tier):
    limits, visits = load_contact_limits(division="51").values(), load_visit_intervals(division="51").values()
    for rules in (frozenset(), frozenset({"orphan"})):
        silent, due = (shortest_interval(rows, tier=tier, rules=rules) for rows in (limits, visits))
        assert silent is not None and due is not None
        assert silent.days > due.days


def test_no_name_in_a_list_tells_what_a_village_may_not_know():
    told = " ".join(f"{rule.zh} {rule.en.lower()}" for rule in load_alerts(division="51").values())
    for word in (
        "服刑",
        "戒毒",
        "死亡",
        "失踪",
        "量表",
        "问卷",
        "自伤",
        "prison",
        "dead",
        "detox",
        "questionnaire",
        "score",
        "harm",
    ):
        assert word not in told


def test_a_place_restates_one_limit_and_one_alert(packs):
    packs.add("cn_51/contact_limits/low_risk.yaml", (packs.root / "cn/contact_limits/low_risk.yaml").read_text("utf-8"))
    packs.change("cn_51/contact_limits/low_risk.yaml", "days: 120", "days: 100")
    packs.add("cn_51/alerts/missed_visits.yaml", (packs.root / MISSED).read_text("utf-8"))
    packs.change("cn_51/alerts/missed_visits.yaml", "at_least: 2", "at_least: 3")
    assert load_contact_limits(division="510107", root=packs.root)["low_risk"].days == 100
    assert load_contact_limits(division="35", root=packs.root)["low_risk"].days == 120
    assert load_alerts(division="510107", root=packs.root)["missed_visits"].at_least == 3


def test_the_loader_refuses_all_mistakes_at_once(packs):
    packs.change(SILENCE, "contacts: [visit,", "contacts: [visti,")
    packs.change(MISSED, "at_least: 2", "at_least: 0")
    packs.change(FAMILY, "facts: [dead,", "facts: [daed,")
    packs.change("cn/alerts/tier_rose.yaml", "what: tier_rose", "what: tier_fell")
    with pytest.raises(PackError) as refused:
        load_alerts(division="51", root=packs.root)
    assert {(one.code, one.place.file) for one in refused.value.problems} == {
        ("pack.unknown_choice", SILENCE),
        ("pack.alert_count", MISSED),
        ("pack.unknown_choice", FAMILY),
        ("pack.unknown_choice", "cn/alerts/tier_rose.yaml"),
    }
