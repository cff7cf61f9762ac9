"""Clocks: what is shipped, how they reckon, and what the loader refuses."""

from __future__ import annotations

import datetime as dt
import shutil

import pytest
from click.testing import CliRunner

from ciyou.cli.main import main
from ciyou.core.errors import PackError
from ciyou.packs import load_clocks
from ciyou.packs.calendar import load_working_calendar
from ciyou.packs.pack_files import SHIPPED

MONDAY = dt.date(2026, 11, 2)
GOOD = """code: verify_lead
name: {zh: 核实, en: Verify}
counted_from: {zh: 分派, en: assigned}
promised: {amount: 10, unit: working_days}
policy_default: true
"""


def pack(tmp_path, text, *, overlay="", code="verify_lead"):
    """A copy of the national pack with one clock rewritten (or one of an overlay for 51)."""
    shutil.copytree(SHIPPED / "cn", tmp_path / "cn")
    folder = tmp_path / "cn"
    if overlay:
        folder = tmp_path / "cn_51"
        folder.mkdir()
        (folder / "place.yaml").write_text(
            'code: cn_51\nextends: cn\ndivision: "51"\nname: {zh: 某省, en: A province}\n', encoding="utf-8"
        )
        text = overlay
    (folder / "clocks").mkdir(exist_ok=True)
    (folder / "clocks" / f"{code}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def refusals(tmp_path, text, **options):
    with pytest.raises(PackError) as refused:
        load_clocks(division="51", root=pack(tmp_path, text, **options))
    return [(problem.code, str(problem.place)) for problem in refused.value.problems]


def test_every_shipped_clock_is_law_with_a_source_or_says_that_it_is_a_default():
    clocks = load_clocks(division="990101001001")
    assert {"assign_lead", "verify_lead", "review_lead", "answer_inquiry", "confirm_determination"} <= set(clocks)
    for clock in clocks.values():
        assert clock.policy_default or clock.sources
        assert clock.statutory is None or clock.statutory.source


def test_the_earlier_of_law_and_promise_is_the_due_day():
    plan = load_clocks(division="51")["confirm_determination"].plan(MONDAY, load_working_calendar())
    assert plan.statutory_on == dt.date(2026, 11, 23)
    assert plan.due_on == plan.promised_on == dt.date(2026, 11, 16)
    assert (plan.half_on, plan.escalate_on) == (dt.date(2026, 11, 9), dt.date(2026, 11, 23))


@pytest.mark.parametrize(
    ("division", "code", "statutory", "promised", "confidence"),
    [
        ("430102", "whole_de_facto", 30, None, "M"),
        ("370102", "whole_de_facto", 30, None, "M"),
        ("410302", "whole_orphan", None, 20, "H"),
        ("370826", "whole_orphan", None, 1, "H"),
        ("431081", "whole_orphan", None, 1, "H"),
        ("410102", "whole_dibao", None, 25, "M"),
        ("370202", "whole_dibao", None, 20, "M"),
        ("653101", "whole_temporary_aid", None, 15, "M"),
    ],
)
def test_a_place_states_the_time_of_the_whole_procedure_with_its_source(
    division, code, statutory, promised, confidence
):
    clock = load_clocks(division=division)[code]
    limits = [None if limit is None else limit.amount for limit in (clock.statutory, clock.promised)]
    assert limits == [statutory, promised]
    assert [source.confidence for source in clock.sources] == [confidence]
    assert (clock.policy_default, clock.verified) == (False, False)


@pytest.mark.parametrize(("division", "promised"), [("410302", 15), ("370321", 10)])
def test_a_place_promises_its_own_days_within_those_of_the_law(division, promised):
    clock = load_clocks(division=division)["decide_application"]
    assert (clock.statutory.amount, clock.promised.amount, clock.policy_default) == (15, promised, False)
    assert [source.confidence for source in clock.sources] == ["M", "H"]


def test_the_nation_states_no_time_of_a_whole_procedure():
    clocks = [one for code, one in load_clocks(division="51").items() if code.startswith("whole_")]
    assert len(clocks) == 4
    assert [one.code for one in clocks if one.statutory or not one.policy_default or one.sources] == []


def test_a_place_restates_a_clock_for_itself_only(tmp_path):
    root = pack(tmp_path, "", overlay=GOOD.replace("10", "5"))
    assert load_clocks(division="5101", root=root)["verify_lead"].promised.amount == 5
    assert load_clocks(division="44", root=root)["verify_lead"].promised.amount == 10


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        (GOOD.replace("amount: 10", "amount: 0"), "pack.clock_amount", "cn/clocks/verify_lead.yaml:4:20"),
        (GOOD.replace("working_days", "moons"), "pack.unknown_choice", "cn/clocks/verify_lead.yaml:4:30"),
        (GOOD.replace("policy_default: true\n", ""), "pack.no_source", "cn/clocks/verify_lead.yaml:4:11"),
        (GOOD.replace("promised", "statutory"), "pack.no_source", "cn/clocks/verify_lead.yaml:4:12"),
        (GOOD.replace("code: verify_lead", "code: visit"), "pack.code_name", "cn/clocks/verify_lead.yaml:1:7"),
        (GOOD + "color: red\n", "pack.unknown_key", "cn/clocks/verify_lead.yaml:6:1"),
        ("\n".join(GOOD.splitlines()[:3]), "pack.clock_without_limit", "cn/clocks/verify_lead.yaml:1:1"),
    ],
)
def test_a_mistake_in_a_clock_is_refused_with_its_place(tmp_path, text, code, place):
    assert (code, place) in refusals(tmp_path, text)


def test_a_promise_longer_than_the_law_is_refused(tmp_path):
    text = GOOD.replace("verify_lead", "confirm_determination").replace("amount: 10", "amount: 20")
    found = refusals(tmp_path, "", overlay=text, code="confirm_determination")
    assert found == [("pack.clock_longer_than_law", "cn_51/clocks/confirm_determination.yaml:4:11")]


def test_a_place_cannot_invent_a_clock(tmp_path):
    found = refusals(tmp_path, "", overlay=GOOD.replace("verify_lead", "verify_leads"), code="verify_leads")
    assert found == [("pack.unknown_clock", "cn_51/clocks/verify_leads.yaml:1:1")]


def test_a_place_says_of_a_deadline_of_its_own_that_it_is_one(tmp_path):
    text = GOOD.replace("verify_lead", "decide_heating") + "own: true\n"
    root = pack(tmp_path, "", overlay=text, code="decide_heating")
    assert load_clocks(division="5101", root=root)["decide_heating"].promised.amount == 10
    assert "decide_heating" not in load_clocks(division="44", root=root)


@pytest.mark.parametrize(
    ("code", "refused"),
    [("verify_lead", "pack.own_clock"), ("decide_on_the_heating_of_the_winter", "pack.own_clock_code")],
)
def test_a_clock_that_there_is_already_or_that_no_task_can_bear_is_nobodys_own(tmp_path, code, refused):
    text = GOOD.replace("verify_lead", code) + "own: true\n"
    found = refusals(tmp_path, "", overlay=text, code=code)
    assert [what for what, _place in found] == [refused]


def test_checking_the_packs_tells_mistakes_in_clocks_too(tmp_path):
    for place in SHIPPED.glob("*/place.yaml"):
        shutil.copytree(place.parent, tmp_path / place.parent.name)
    clock = tmp_path / "cn/clocks/verify_lead.yaml"
    clock.write_text(GOOD.replace("amount: 10", "amount: 0"), encoding="utf-8")
    done = CliRunner().invoke(main, ["packs", "check", str(tmp_path), "--lang", "en"])
    assert (done.exit_code, "clocks/verify_lead.yaml:4:20" in done.output) == (1, True)


@pytest.mark.parametrize(
    ("complete", "pushed_by"),
    [
        (dt.date(2026, 11, 6), dt.date(2026, 11, 11)),  # a Friday, then Monday, Tuesday, Wednesday
        (dt.date(2026, 4, 3), dt.date(2026, 4, 9)),  # the Monday after is Qingming
        (dt.date(2026, 5, 8), dt.date(2026, 5, 12)),  # the Saturday after is worked, to make up for the May holiday
    ],
)
def test_vector_7_an_application_from_elsewhere_goes_on_within_three_working_days_of_the_state_councils_calendar(
    complete, pushed_by
):
    plan = load_clocks(division="350102")["push_application"].plan(complete, load_working_calendar())
    assert plan.statutory_on == pushed_by
