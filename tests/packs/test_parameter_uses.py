"""What a parameter is for: it decides, or it says with which rule it is told."""

from __future__ import annotations

import datetime as dt

from ciyou.core.rules.tree import Kind
from ciyou.packs import load_rule_book
from ciyou.packs.loading import load_packs
from ciyou.packs.parameter_uses import uses_of
from ciyou.packs.rulebook import load_readers, load_rule_page
from ciyou.packs.rulebook.terms import terms_with

DAY = dt.date(2026, 6, 1)


def test_a_parameter_that_a_rule_reads_decides_and_so_does_the_one_it_falls_back_to():
    definitions = load_packs().table.definitions
    uses = uses_of(definitions, load_rule_book(division="36", as_of=DAY).rules)
    assert {"rehab_cochlear_age_max", "rehab_age_max", "temporary_aid_multiple", "resident_premium"} <= set(uses.decide)
    assert "senior_grant_mean" in uses.inform and definitions["senior_grant_mean"].kind is Kind.MONEY


def test_what_informs_is_told_with_its_rule_and_only_where_the_place_has_said_it():
    page = load_rule_page("insurance_enrolment", as_of=DAY)
    assert "newborn_enrolment_days" in {entry.key for entry in page.informing}
    assert "newborn_enrolment_days" not in {entry.key for entry in page.parameters}
    readers = load_readers(as_of=DAY).informed["newborn_enrolment_days"]
    assert [one.code for one in readers] == ["insurance_enrolment"]

    fujian = terms_with("insurance_enrolment", division="350104000000", as_of=DAY)
    assert any(one.zh.startswith("新生儿参保") and "90天" in one.zh for one in fujian)
    hubei = terms_with("insurance_enrolment", division="420102000000", as_of=DAY)
    assert not any(one.zh.startswith("新生儿参保") for one in hubei)
    assert terms_with("orphan", division="350104000000", as_of=DAY) == ()
