"""Figures of months and applications: numbers worked out by hand, what is withheld, and who is in no number."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ciyou.apps.audit.models import LogEntry
from ciyou.apps.disbursement.figures import _in_memory, figures_of, keep_sums, runs_between
from ciyou.apps.disbursement.models import MonthRun, Payment
from ciyou.apps.oversight.payment_figures import read_payment_figures
from ciyou.apps.oversight.statistics import fill_form, forms_of, last_complete, period_for
from ciyou.apps.registry.scoping import never_counted
from ciyou.core.access.actor import DivisionScope
from ciyou.core.access.roles import Action
from ciyou.core.awards.month import Month
from ciyou.core.awards.period import Period
from ciyou.core.errors import AccessDenied, RecordError
from tests.figure_builders import (
    DE_FACTO,
    HIV,
    ORPHAN,
    a_run,
    an_award,
    applied,
    hold,
    new_in,
    paid,
    pay_children,
)
from tests.office import OTHER_COUNTY, make_actor, make_person

pytestmark = pytest.mark.django_db
ONE, TWO, THREE = "990101001001", "990101002001", "990101003001"
TOWN_ONE, TOWN_TWO, TOWN_THREE = "990101001000", "990101002000", "990101003000"
MARCH = Period.parse("2026-03")


def read(role="county_approver", period=MARCH, **fields):
    division = fields.pop("division", None)
    return read_payment_figures(make_actor(role, division=division), period=period, **fields)


def cells(figures, measure, of="by_place"):
    return {key: cell.count for key, cell in getattr(figures, of)[measure].cells.items()}


def test_children_and_money_of_a_month_by_place_are_what_a_hand_adds_up():
    run = a_run()
    pay_children(run, 6, division=ONE)
    pay_children(run, 5, division=TWO, current=135_000, arrears=40_000)
    pay_children(run, 5, division=TWO, current=135_000, recovery=-10_000)
    figures = read()
    assert cells(figures, "paid") == {TOWN_ONE: 6, TOWN_TWO: 10}
    assert cells(figures, "paid_fen") == {TOWN_ONE: 6 * 135_000, TOWN_TWO: 10 * 135_000 + 5 * 40_000 - 5 * 10_000}
    assert figures.by_place["paid_fen"].total.count == 16 * 135_000 + 200_000 - 50_000
    assert figures.by_place["arrears_fen"].total.count == 200_000
    assert figures.by_place["recovery_fen"].total.count == -50_000
    assert cells(figures, "current_fen") == {TOWN_ONE: 6 * 135_000, TOWN_TWO: 10 * 135_000}


def test_what_failed_is_on_its_way_was_given_back_or_held_is_told_apart():
    run = a_run(state="handed")
    pay_children(run, 5, division=ONE)
    pay_children(run, 6, division=ONE, state="sent")
    pay_children(run, 7, division=ONE, state="failed")
    pay_children(run, 8, division=ONE, state="returned")
    pay_children(run, 9, division=ONE, state="withheld")
    for _ in range(5):
        hold(run, an_award(make_person(division=ONE)))
    figures = read()
    told = {name: figures.by_place[name].total.count for name in ("paid", "on_its_way", "failed", "given_back", "held")}
    assert told == {"paid": 5, "on_its_way": 6, "failed": 7, "given_back": 8, "held": 5}
    assert figures.by_place["failed_fen"].total.count == 7 * 135_000
    assert cells(figures, "held", "by_reason") == {"account_missing": 5}
    assert figures.by_reason["held_fen"].cells["account_missing"].count == 5 * 135_000


def test_a_payment_that_was_sent_again_counts_once_as_what_became_of_it():
    run = a_run(state="handed")
    for award in [an_award(make_person(division=ONE)) for _ in range(5)]:
        first = paid(run, award, state="reissued", current=100, arrears=20)
        second = paid(run, award, state="reissued", reissue_of=first)
        paid(run, award, state="paid", reissue_of=second)
    figures = read()
    assert figures.by_place["paid"].total.count == 5
    assert figures.by_place["paid_fen"].total.count == 600
    assert figures.by_place["arrears_fen"].total.count == 100
    assert figures.by_place["failed"].total.count == 0


def test_a_draft_that_nobody_approved_is_in_no_figure():
    pay_children(a_run(state="drafted"), 6, division=ONE, state="planned")
    assert read().places == ()


def test_few_children_are_withheld_with_their_money_and_another_place_with_them():
    run = a_run()
    pay_children(run, 3, division=ONE)
    pay_children(run, 7, division=TWO)
    pay_children(run, 20, division=THREE)
    figures = read()
    assert cells(figures, "paid") == {TOWN_ONE: None, TOWN_TWO: None, TOWN_THREE: 20}
    for name in ("paid_fen", "current_fen"):
        assert cells(figures, name) == {TOWN_ONE: None, TOWN_TWO: None, TOWN_THREE: 20 * 135_000}
    assert figures.by_place["paid"].total.count == 30


def test_arrears_of_few_children_withhold_every_part_of_the_sum_there():
    run = a_run()
    pay_children(run, 10, division=ONE)
    pay_children(run, 2, division=ONE, current=135_000, arrears=999)
    pay_children(run, 10, division=TWO)
    pay_children(run, 6, division=TWO, current=135_000, arrears=1_000)
    figures = read()
    assert cells(figures, "paid") == {TOWN_ONE: 12, TOWN_TWO: 16}
    for name in ("current_fen", "arrears_fen", "recovery_fen"):
        assert cells(figures, name) == {TOWN_ONE: None, TOWN_TWO: None}
    assert figures.by_place["arrears_fen"].total.count == 2 * 999 + 6_000


def test_a_quarter_withholds_what_one_of_its_months_does():
    first, second = a_run("2026-01"), a_run("2026-02")
    few = pay_children(first, 3, division=ONE)
    pay_children(first, 9, division=TWO)
    for award in few:
        paid(second, award)
    pay_children(second, 6, division=ONE)
    pay_children(second, 9, division=TWO)
    february = read(period=Period.parse("2026-02"))
    assert cells(february, "paid") == {TOWN_ONE: 9, TOWN_TWO: 9}
    quarter = read(period=Period.parse("2026-Q1"))
    assert quarter.times
    assert cells(quarter, "paid") == cells(quarter, "paid_fen") == {TOWN_ONE: None, TOWN_TWO: None}
    assert quarter.by_place["paid"].total.count == 12 + 18


def test_protected_files_those_merged_into_them_and_class_five_are_in_no_count_and_no_sum():
    run = a_run()
    pay_children(run, 6, division=ONE)
    hidden = pay_children(run, 5, division=ONE, restricted=True)
    pay_children(run, 5, division=ONE, entitlement=HIV)
    (merged,) = pay_children(run, 1, division=ONE)
    merged.person.status, merged.person.merged_into = "merged", hidden[0].person
    merged.person.save()
    hold(run, hidden[1])
    figures = read()
    assert cells(figures, "paid") == {TOWN_ONE: 6}
    assert figures.by_place["paid_fen"].total.count == 6 * 135_000
    assert figures.by_place["held"].total.count == 0
    assert figures.entitlements == (ORPHAN,)
    assert figures.reasons == ()


def test_a_file_that_is_put_under_protection_leaves_the_figures_at_once():
    awards = pay_children(a_run(), 12, division=ONE)
    assert read().by_place["paid"].total.count == 12
    person = awards[0].person
    person.restricted = True
    person.save()
    assert read().by_place["paid"].total.count == 11


def test_a_result_that_comes_in_changes_the_figures_of_an_open_month():
    run = a_run(state="handed")
    pay_children(run, 12, division=ONE, state="sent")
    assert read().by_place["paid"].total.count == 0
    some = Payment.objects.filter(run=run).values("id")[:6]
    Payment.objects.filter(id__in=list(some.values_list("id", flat=True))).update(state="paid", settled_on="2026-03-20")
    figures = read()
    assert (figures.by_place["paid"].total.count, figures.by_place["on_its_way"].total.count) == (6, 6)


def test_an_officer_of_another_county_sees_nothing_and_a_city_sees_counties():
    pay_children(a_run(), 6, division=ONE)
    pay_children(a_run(county=OTHER_COUNTY), 7, division="990102001001")
    assert cells(read(division=OTHER_COUNTY), "paid") == {"990102001000": 7}
    assert cells(read("city_viewer"), "paid") == {"990101000000": 6, "990102000000": 7}


def test_a_township_sees_its_own_villages_of_the_countys_run():
    run = a_run()
    pay_children(run, 6, division=ONE)
    pay_children(run, 7, division=TWO)
    assert cells(read("supervisor"), "paid") == {ONE: 6}


def test_a_role_without_figures_is_refused():
    with pytest.raises(AccessDenied):
        read("partner")


def test_a_child_with_two_entitlements_counts_once_by_place_and_once_for_each_by_entitlement():
    run = a_run()
    for award in pay_children(run, 5, division=ONE):
        other = an_award(award.person, entitlement=DE_FACTO)
        payment = Payment.objects.get(run=run, person=award.person)
        claim = other.paid_months.create(identity=other.identity, entitlement=DE_FACTO, month=run.month)
        payment.lines.create(claim=claim, kind="current", amount_fen=1_000)
    figures = read()
    assert cells(figures, "paid") == {TOWN_ONE: 5}
    assert cells(figures, "paid", "by_entitlement") == {ORPHAN: 5, DE_FACTO: 5}
    assert cells(figures, "paid_fen", "by_entitlement") == {ORPHAN: 675_000, DE_FACTO: 5_000}


def test_a_series_can_be_asked_for_by_itself():
    pay_children(a_run(), 6, division=ONE)
    pay_children(a_run(series="disability_subsidies"), 7, division=ONE)
    assert read().by_place["paid"].total.count == 13
    assert read(series="children_living").by_place["paid"].total.count == 6
    assert read().choices == ("children_living", "disability_subsidies")


def test_months_are_told_beside_each_other_and_the_latest_is_the_one_shown_first():
    pay_children(a_run("2026-01"), 6, division=ONE)
    pay_children(a_run("2026-03"), 7, division=ONE)
    figures = read()
    assert [(str(row.month), row.cells["paid"].count) for row in figures.months] == [("2026-01", 6), ("2026-03", 7)]
    assert str(read(period=None).period) == "2026-03"


def test_money_is_divided_by_source_only_where_a_pack_says_how(monkeypatch):
    pay_children(a_run(), 6, division=ONE)
    assert read().funding.undivided_fen == 6 * 135_000
    shares = {"central": 60, "county": 40}
    monkeypatch.setattr("ciyou.apps.oversight.payment_figures.funding_of", lambda entitlement, county: shares)
    funding = read().funding
    assert (funding.shares, funding.undivided_fen) == ({"central": 486_000, "county": 324_000}, 0)


def test_applications_of_a_month_by_how_they_ended():
    for _ in range(6):
        applied(division=ONE, received="2026-03-02", check="2026-03-06", decide="2026-03-10")
    for _ in range(5):
        applied(
            division=ONE,
            received="2026-03-02",
            check="2026-03-06",
            decide="2026-03-10",
            outcome="refuse",
            opinion="disagree",
        )
    for _ in range(5):
        applied(division=ONE, received="2026-02-20", withdraw="2026-03-04")
    for _ in range(7):
        applied(division=ONE, received="2026-03-30")
    figures = read()
    told = {name: column.total.count for name, column in figures.applications.by_place.items() if "fen" not in name}
    assert told == {"received": 18, "approved": 6, "refused": 5, "withdrawn": 5, "in_course": 7}
    refusals = {name: cell.count for name, cell in figures.applications.refusals.cells.items()}
    assert refusals == {"township_against": 5, "county_against": 0}
    assert figures.applications.entitlements == (DE_FACTO,)


def test_days_of_the_steps_are_working_days_held_against_the_clocks():
    """From Monday 2 March 2026: Friday the 6th is the 4th working day, Friday the 27th the 19th; the law gives 15, the promise is 10."""
    for _ in range(8):
        applied(division=ONE, received="2026-03-02", check="2026-03-06", decide="2026-03-10", tell="2026-03-11")
    for _ in range(5):
        applied(division=ONE, received="2026-03-02", check="2026-03-27", decide="2026-03-30")
    steps = {one.step: one for one in read().steps}
    check = steps["check"]
    assert (check.done.count, check.median, check.ninetieth) == (13, 4, 19)
    assert (check.late_by_law.count, check.late_by_promise.count) == (5, 5)
    assert (steps["decide"].median, steps["decide"].ninetieth, steps["decide"].late_by_law.count) == (2, 2, 0)
    assert (steps["whole"].median, steps["whole"].ninetieth) == (6, 20)
    assert (steps["tell"].done.count, steps["tell"].median) == (8, 1)


def test_few_steps_tell_no_days_and_few_late_ones_no_number():
    for _ in range(8):
        applied(division=ONE, received="2026-03-02", check="2026-03-06")
    for _ in range(2):
        applied(division=ONE, received="2026-03-02", check="2026-03-27")
    for _ in range(3):
        applied(division=ONE, received="2026-03-02", check="2026-03-06", decide="2026-03-10")
    steps = {one.step: one for one in read().steps}
    assert steps["check"].done.count == 13
    assert steps["check"].late_by_law.withheld
    assert steps["decide"].done.withheld
    assert steps["decide"].median is None


def test_decisions_are_not_counted_as_steps_where_refusals_are_withheld():
    for _ in range(8):
        applied(division=ONE, received="2026-03-02", check="2026-03-06", decide="2026-03-10")
    for _ in range(2):
        applied(division=ONE, received="2026-03-02", check="2026-03-06", decide="2026-03-10", outcome="refuse")
    figures = read()
    assert figures.applications.by_place["refused"].total.withheld
    steps = {one.step: one for one in figures.steps}
    assert steps["decide"].done.withheld and steps["whole"].done.withheld
    assert steps["decide"].median == 2


def test_the_first_payment_is_counted_from_the_decision_to_the_day_the_money_arrived():
    run = a_run()
    for _ in range(5):
        award = an_award(make_person(division=ONE), decided="2026-03-02")
        paid(run, award, on="2026-03-20")
        new_in(run, award)
    first = {one.step: one for one in read().steps}["first_payment"]
    assert (first.done.count, first.median, first.late_by_law) == (5, 14, None)


def test_a_page_asks_little_of_the_database_however_many_months_there_are():
    for month in range(1, 10):
        pay_children(a_run(f"2026-{month:02}"), 1, division=ONE)
    actor = make_actor("county_approver")
    with CaptureQueriesContext(connection) as asked:
        read_payment_figures(actor, period=Period.parse("2026"))
    assert len([one for one in asked if one["sql"].lstrip().startswith(("SELECT", "WITH"))]) <= 7


def _sums(run):
    everywhere = DivisionScope.below("")
    cards = runs_between(everywhere, first=run.month, last=run.month)
    return figures_of(cards, everywhere, without=never_counted())


def test_what_the_worker_kept_says_the_same_and_is_made_anew_when_something_moved():
    run = a_run(state="handed")
    awards = pay_children(run, 6, division=ONE, current=135_000, arrears=1_000)
    new_in(run, awards[0])
    pay_children(run, 6, division=TWO, state="sent")
    pay_children(run, 1, division=TWO, restricted=True)
    hold(run, an_award(make_person(division=ONE)))
    before = _sums(run)
    assert keep_sums(today=run.month) == 1
    assert keep_sums(today=run.month) == 0
    _in_memory.cache_clear()
    with CaptureQueriesContext(connection) as asked:
        kept = _sums(run)
    assert not any("paymentline" in one["sql"] for one in asked)
    assert sorted(map(repr, kept[0].sums.sums)) == sorted(map(repr, before[0].sums.sums))
    assert kept[0].sums.first == before[0].sums.first
    Payment.objects.filter(run=run, state="sent").update(state="failed")
    moved = _sums(run)
    assert {one.what for one in moved[0].sums.sums} == {"paid", "failed", "held"}
    assert keep_sums(today=run.month) == 1


def fill(code="civil_affairs_monthly", month="2026-03", actor=None):
    actor = actor or make_actor("county_drafter")
    form = next(form for form in forms_of(actor) if form.code == code)
    filled = fill_form(actor, form=form, period=period_for(form, Month.parse(month)))
    return filled, {one.item.code: one.value for one in filled.items}


def test_the_monthly_statistics_are_filled_with_the_countys_own_totals_small_ones_too():
    run = a_run(state="handed")
    fresh = pay_children(run, 2, division=ONE)
    pay_children(run, 1, division=TWO, collective=True, current=160_000)
    pay_children(run, 3, division=TWO, entitlement=DE_FACTO, current=135_000, arrears=5_000)
    pay_children(run, 4, division=ONE, state="sent")
    pay_children(a_run(county=OTHER_COUNTY), 9, division="990102001001")
    pay_children(run, 5, division=ONE, restricted=True)
    new_in(run, fresh[0])
    applied(division=ONE, received="2026-03-02", check="2026-03-06", decide="2026-03-10", outcome="refuse")
    filled, values = fill()
    assert values["orphans"] == 3
    assert (values["orphans_institution"], values["orphans_elsewhere"]) == (1, 2)
    assert values["orphans_fen"] == 2 * 135_000 + 160_000
    assert (values["de_facto"], values["de_facto_fen"], values["arrears_fen"]) == (3, 3 * 140_000, 15_000)
    assert (values["new"], values["ended"], values["received"], values["approved"], values["refused"]) == (
        1,
        0,
        1,
        0,
        1,
    )
    assert values["rescued"] is None
    assert filled.under_way == 4


def test_the_quarterly_statistics_tell_persons_of_the_last_month_and_money_of_the_quarter():
    for month in ("2026-01", "2026-02"):
        pay_children(a_run(month), 2, division=ONE)
    pay_children(a_run("2026-03"), 3, division=ONE)
    make_actor("child_director")
    make_actor("supervisor")
    _filled, values = fill("civil_affairs_quarterly")
    assert (values["orphans"], values["living_fen"]) == (3, 7 * 135_000)
    assert (values["child_directors"], values["supervisors"]) == (1, 1)
    assert values["orphan_scattered_standard"] is None


def test_before_the_last_month_was_paid_nobody_is_counted_as_paid_in_it():
    pay_children(a_run("2026-01"), 2, division=ONE)
    filled, values = fill("civil_affairs_quarterly")
    assert (values["orphans"], values["living_fen"], filled.complete) == (None, 270_000, False)
    assert str(last_complete(filled.form, Month(2026, 3))) == "2025-Q4"


def test_the_standard_of_a_place_whose_pack_knows_it_is_filled_in():
    _filled, values = fill("civil_affairs_quarterly", "2024-03", make_actor("county_drafter", division="511304000000"))
    assert (values["orphan_institution_standard"], values["orphan_scattered_standard"]) == (175_000, 135_000)


def test_statistics_are_the_countys_own_and_nobody_elses():
    with pytest.raises(AccessDenied):
        forms_of(make_actor("city_viewer"))
    with pytest.raises(AccessDenied):
        forms_of(make_actor("committee_office"))
    with pytest.raises(RecordError):
        forms_of(make_actor("county_drafter", division="990100000000"))


def test_a_workbook_leaves_its_record_and_no_formula():
    from io import BytesIO

    from openpyxl import load_workbook

    from ciyou.apps.oversight.figure_exports import FigureExport, export_figures

    wish = FigureExport(
        "export_payment_figures", Action.SEE_FIGURES, "统计", "2026-03", "2026年3月", [("各地: 已发放", [["=1+1", 3]])]
    )
    content = export_figures(make_actor("city_viewer"), wish=wish)
    book = load_workbook(BytesIO(content))
    assert book.sheetnames == ["说明", "1 各地  已发放"]
    assert [cell.value for cell in book.worksheets[1][1]] == ["'=1+1", 3]
    entry = LogEntry.objects.get(action="export_payment_figures")
    assert (entry.person_count, entry.subject) == (0, "990100000000")
    assert '"period":"2026-03"' in entry.details.replace(" ", "")
    with pytest.raises(AccessDenied):
        export_figures(make_actor("institution"), wish=wish)
    assert MonthRun.objects.count() == 0
