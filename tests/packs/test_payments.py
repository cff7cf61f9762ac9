"""How entitlements are paid: what is shipped, what a place restates, and what the loader refuses."""

from __future__ import annotations

import datetime as dt
import shutil

import pytest
from click.testing import CliRunner

from ciyou.cli.main import main
from ciyou.core.awards.law import JudgedOn
from ciyou.core.awards.month import Month
from ciyou.core.awards.turning import CountedFrom, StartMonth, StartRule, StopMonth, last_payable_month
from ciyou.core.errors import PackError
from ciyou.core.facts.definition import Entity
from ciyou.packs import load_packs, load_payments
from ciyou.packs.pack_files import SHIPPED
from ciyou.packs.payment_values import Notice, Stated

ORPHAN, DE_FACTO = "orphan_living_allowance", "de_facto_living_allowance"
FILE = f"cn/entitlements/{DE_FACTO}/payment.yaml"
PLACE = 'code: cn_52\nextends: cn\ndivision: "52"\nname: {zh: 某省, en: A province}\n'


@pytest.fixture
def copy(tmp_path):
    """The national pack alone, to be changed."""
    shutil.copytree(SHIPPED / "cn", tmp_path / "cn", ignore=shutil.ignore_patterns("rosters"))
    return tmp_path


def refusals(root, division="52"):
    with pytest.raises(PackError) as refused:
        load_payments(division=division, root=root)
    return [(problem.code, problem.place.file, problem.place.line) for problem in refused.value.problems]


def changed(root, old, new, file=FILE):
    path = root / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    before = text[: text.index(old)]
    return before.count("\n") + 1


def overlay(root, text, code=DE_FACTO):
    folder = root / "cn_52" / "entitlements" / code
    folder.mkdir(parents=True)
    (root / "cn_52/place.yaml").write_text(PLACE, encoding="utf-8")
    (folder / "payment.yaml").write_text(f"code: {code}\n{text}", encoding="utf-8")


# -- what is shipped -----------------------------------------------------------------------------------------------------
def test_every_shipped_entitlement_says_how_it_is_paid():
    entitlements = {path.parent.name for path in SHIPPED.glob("cn/entitlements/*/rule.yaml")}
    payments = load_payments(division="990101")
    assert set(payments) == entitlements
    assert {code for code, one in payments.items() if one.is_monthly} >= {ORPHAN, DE_FACTO, "single_person_dibao"}
    assert payments["premium_subsidy_full"].department == "insurance"


def test_what_is_paid_once_is_applied_for_and_a_referral_names_the_department_that_decides():
    payments = load_payments(division="990101")
    ways = {code: one.paid for code, one in payments.items() if one.paid in ("once", "referral")}
    assert ways == {
        "fast_emergency_aid": "once",
        "temporary_aid_for_costs": "once",
        "temporary_aid_recognized_family": "once",
        "rental_housing_referral": "referral",
    }
    assert payments["rental_housing_referral"].department == "housing"
    fast = payments["fast_emergency_aid"]
    assert (fast.where.value, fast.notice.value, fast.clocks["decide"]) == (
        "place_of_event",
        Notice("not_required"),
        "fast_emergency_aid",
    )


def test_what_is_paid_once_must_say_how_it_is_applied_for(copy):
    file = "cn/entitlements/fast_emergency_aid/payment.yaml"
    changed(copy, "  where: {value: place_of_event", "  # where: {value: place_of_event", file)
    assert [code for code, _, _ in refusals(copy)] == ["pack.missing_key"]


def test_what_a_department_settles_from_a_list_names_the_department_and_where_to_ask():
    payments = load_payments(division="990101")
    listed = {code: one for code, one in payments.items() if one.paid == "list_to_department"}
    assert {one.department for one in listed.values()} == {"insurance", "education", "federation", "civil_affairs"}
    assert [code for code, one in listed.items() if one.where is None or one.notice is None] == []
    assert listed["rehabilitation_aid"].where.value == "hukou_or_residence_permit"
    assert listed["compulsory_living_aid"].receivers.value == ("school",)
    assert listed["compulsory_living_aid"].start.value is None


@pytest.mark.parametrize("division", [pack.division or "00" for pack in load_packs().packs])
def test_every_value_has_a_source_or_is_marked_as_a_default_or_left_to_the_place(division):
    for payment in load_payments(division=division).values():
        values = [value for value in vars(payment).values() if isinstance(value, Stated)]
        for value in [*values, *(stop.month for stop in payment.stops.values())]:
            assert value.source or value.policy_default or value.value is None


def test_every_monthly_entitlement_can_be_computed():
    for payment in load_payments(division="990101").values():
        if payment.is_monthly:
            assert payment.start.value and payment.judged_on.value and payment.series and payment.stops
            assert {"check", "decide", "refuse", "review"} <= set(payment.clocks)


def test_public_notice_is_forbidden_for_de_facto_and_hiv_children_and_takes_seven_days_for_dibao():
    payments = load_payments(division="51")
    assert payments[DE_FACTO].notice.value == Notice("forbidden")
    assert payments["hiv_living_allowance"].notice.value == Notice("forbidden")
    assert payments["single_person_dibao"].notice.value == Notice("required", 7)
    assert payments["single_person_dibao"].verification_authorisation.value is True
    assert payments[ORPHAN].notice.value is None


def test_a_de_facto_child_is_paid_from_the_month_after_the_decision():
    start = load_payments(division="51")[DE_FACTO].start
    assert start.value == StartRule(CountedFrom.DECISION, StartMonth.NEXT_MONTH)
    assert start.source is not None


def test_chongqing_stops_in_the_same_month_for_a_found_parent_and_the_next_one_at_eighteen():
    stops = load_payments(division="500101")[DE_FACTO].stops
    day = dt.date(2026, 11, 12)
    assert last_payable_month(stops["parent_found"].ground.month, day) == Month(2026, 10)
    assert last_payable_month(stops["of_age"].ground.month, day) == Month(2026, 11)
    assert stops["of_age"].hold_until_reviewed and stops["of_age"].age == 18  # inherited
    assert last_payable_month(stops["died"].ground.month, day) is None
    assert load_payments(division="51")[DE_FACTO].stops["parent_found"].ground.month is StopMonth.ASK_PLACE


def test_guangzhou_pays_dibao_from_the_same_month_and_guangdong_orphans_by_the_twentieth():
    assert load_payments(division="440106")["single_person_dibao"].start.value.month is StartMonth.SAME_MONTH
    assert load_payments(division="440305")["single_person_dibao"].start.value.month is StartMonth.NEXT_MONTH
    assert load_payments(division="440305")[ORPHAN].pay_by_day.value == 20
    assert load_payments(division="35")[ORPHAN].pay_by_day is None


def test_a_paper_is_wanted_only_where_a_fact_is_unknown():
    documents = {one.code: one for one in load_payments(division="51")[DE_FACTO].documents}
    assert documents["application_form"].only_if_unknown == ()
    assert documents["lost_contact_receipt"].only_if_unknown == (
        (Entity.FATHER, "lost_contact"),
        (Entity.MOTHER, "lost_contact"),
    )


# -- a place's own word ---------------------------------------------------------------------------------------------------
def test_a_place_restates_one_value_and_inherits_the_rest(copy):
    overlay(copy, "judged_on: {value: last_day, policy_default: true}\nclocks: {check: check_dibao}\n")
    here, national = (load_payments(division=one, root=copy)[DE_FACTO] for one in ("5201", "51"))
    assert (here.judged_on.value, national.judged_on.value) == (JudgedOn.LAST_DAY, JudgedOn.FIRST_DAY)
    assert (here.clocks["check"], here.clocks["decide"]) == ("check_dibao", "decide_application")
    assert (here.start, here.stops, here.documents) == (national.start, national.stops, national.documents)


def test_a_source_that_only_suggests_decides_nothing_and_is_kept(copy):
    changed(
        copy, "document: district_de_facto_guide, confidence: H", "document: district_de_facto_guide, confidence: K"
    )
    start = load_payments(division="51", root=copy)[DE_FACTO].start
    assert (start.value, start.suggested) == (None, StartRule(CountedFrom.DECISION, StartMonth.NEXT_MONTH))


def test_shares_of_funding_are_data(copy):
    overlay(copy, "funding: {shares: {central: 40, province: 30, county: 30}, policy_default: true}\n")
    funding = load_payments(division="52", root=copy)[DE_FACTO].funding
    assert funding.value == {"central": 40, "province": 30, "county": 30}


# -- what is refused --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("paid: monthly_run", "paid: monthly_runs", "pack.unknown_choice"),
        ("series: children_living\n", "", "pack.missing_key"),
        ("hukou_township, any_township", "hukou_township, any_townships", "pack.unknown_choice"),
        (
            "value: forbidden, source: {document: mf_2019_62, confidence: H, note: 不公示}",
            "value: forbidden",
            "pack.no_source",
        ),
        ("value: forbidden", "value: required", "pack.missing_key"),
        ("value: forbidden", "value: forbidden, days: 7", "pack.notice_days"),
        ("document: district_de_facto_guide", "document: district_guide", "pack.unknown_source"),
        ("check: check_application", "check: check_applications", "pack.unknown_clock"),
        ("seen_in: [child.dead]", "seen_in: [child.deed]", "pack.unknown_fact"),
        ("only_if_unknown: [father.dead, ", "only_if_unknown: [uncle.dead, ", "pack.unknown_fact"),
        ("counted_from: decision", "counted_from: decisions", "pack.unknown_choice"),
        (
            "month: ask_place, hold_until_reviewed: true, seen",
            "month: never, hold_until_reviewed: true, seen",
            "pack.unknown_choice",
        ),
        (
            "ask_place: true, note: 中央",
            "shares: {central: 60, county: 30}, policy_default: true, note: 中央",
            "pack.funding_sum",
        ),
        ("papers: [application_form", "papers: [application_forms", "pack.unknown_choice"),
        ("payee: {value: guardian_card", "payee: {value: cash", "pack.unknown_choice"),
        ("code: de_facto_living_allowance", "code: de_facto", "pack.code_name"),
        ("judged_on: {value: first_day, policy_default: true}", "judged_on: {value: first_day}", "pack.no_source"),
        ("clocks: {", "colors: {}\nclocks: {", "pack.unknown_key"),
    ],
)
def test_a_mistake_in_a_payment_file_is_refused_with_its_place(copy, old, new, code):
    line = changed(copy, old, new)
    found = refusals(copy)
    assert code in {one[0] for one in found}
    assert all(file == FILE for _, file, _ in found)
    assert any(abs(at - line) <= 1 or code == "pack.missing_key" for _, _, at in found)


@pytest.mark.parametrize("day", [0, 31])
def test_a_day_of_payment_that_not_every_month_has_is_refused(copy, day):
    overlay(copy, f"pay_by_day: {{value: {day}, policy_default: true}}\n")
    assert [code for code, _, _ in refusals(copy)] == ["pack.pay_by_day"]


def test_all_mistakes_of_all_files_are_told_at_once(copy):
    changed(copy, "seen_in: [child.dead]", "seen_in: [child.deed]")
    changed(copy, "series: dibao\n", "", "cn/entitlements/single_person_dibao/payment.yaml")
    assert len({file for _, file, _ in refusals(copy)}) == 2


def test_a_payment_file_of_no_entitlement_is_refused(copy):
    overlay(copy, "paid: monthly_run\n", code="de_facto_allowance")
    assert refusals(copy) == [("pack.unknown_entitlement", "cn_52/entitlements/de_facto_allowance/payment.yaml", 1)]


def test_a_payment_file_without_its_rule_is_refused_in_the_national_pack(copy):
    folder = copy / "cn/entitlements/winter_money"
    folder.mkdir()
    (folder / "payment.yaml").write_text("code: winter_money\n", encoding="utf-8")
    with pytest.raises(PackError) as refused:
        load_payments(division="51", root=copy)
    assert {problem.code for problem in refused.value.problems} == {"pack.missing_file"}


def test_checking_the_packs_tells_mistakes_in_payments_too(copy):
    for place in SHIPPED.glob("cn_*/place.yaml"):
        shutil.copytree(place.parent, copy / place.parent.name)
    line = changed(copy, "seen_in: [child.dead]", "seen_in: [child.deed]")
    done = CliRunner().invoke(main, ["packs", "check", str(copy), "--lang", "en"])
    assert (done.exit_code, f"{FILE}:{line}:" in done.output) == (1, True)
    assert "Did you mean “child.dead”?" in done.output


# -- an amount in the wrong unit -----------------------------------------------------------------------------------------------
STANDARD = "cn/standards/disability_nursing_subsidy_standard.csv"
HEADER = "division,place,valid_from,valid_to,issued_on,amount_yuan,document,confidence,note\n"


def standards(root, *rows, file=STANDARD):
    (root / file).write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    try:
        load_packs(root)
    except PackError as refused:
        return [(problem.code, str(problem.place), problem.en) for problem in refused.problems]
    return []


def nursing(division, first, amount, last=""):
    return f"{division},某地,{first},{last},,{amount},hubei_two_subsidies,M,"


def test_an_amount_that_follows_its_like_is_accepted(copy):
    rows = (nursing("42", "2016-01-01", 60, "2019-12-31"), nursing("42", "2020-01-01", 300))
    assert standards(copy, *rows) == []


def test_a_years_amount_after_a_months_amount_is_refused_with_the_reason(copy):
    rows = (nursing("42", "2016-01-01", 60, "2019-12-31"), nursing("42", "2020-01-01", 720))
    found = standards(copy, *rows)
    assert [(code, place) for code, place, _ in found] == [("pack.unit_jump", f"{STANDARD}:3:1")]
    assert f"is 720 yuan here but 60 yuan at {STANDARD}:2:1" in found[0][2]
    assert "check the unit (yuan or fen, month or year)" in found[0][2]


@pytest.mark.parametrize("amount", [10_000, 1])
def test_an_amount_a_hundred_times_too_high_or_too_low_is_refused(copy, amount):
    rows = (nursing("42", "2016-01-01", 100, "2019-12-31"), nursing("42", "2020-01-01", amount))
    assert [(code, place) for code, place, _ in standards(copy, *rows)] == [("pack.out_of_bounds", f"{STANDARD}:3:6")]


def test_a_countys_amount_is_held_against_the_provinces(copy):
    found = standards(copy, nursing("42", "2016-01-01", 100), nursing("420106", "2020-01-01", 700))
    assert [(code, place) for code, place, _ in found] == [("pack.unit_jump", f"{STANDARD}:3:1")]


def test_fen_for_yuan_are_refused_whatever_stood_there_before(copy):
    rows = [f"35,福建省,2025-07-01,,,{amount},gd_2023_page,M," for amount in ("189100",)]
    found = standards(copy, *rows, file="cn/standards/orphan_scattered_standard.csv")
    assert ("pack.out_of_bounds", "cn/standards/orphan_scattered_standard.csv:2:6") in [one[:2] for one in found]


def test_a_rate_with_a_stand_in_is_held_against_it(copy):
    file = "cn/standards/de_facto_standard.csv"
    found = standards(copy, "44,广东省,2024-06-01,,,250,gd_2023_page,M,", file=file)
    assert [(code, place) for code, place, _ in found] == [("pack.unit_jump", f"{file}:2:1")]
