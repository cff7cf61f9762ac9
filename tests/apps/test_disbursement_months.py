"""A month from its draft to its closed book: lines, holds, three people, files, results, reissue, recovery."""

from __future__ import annotations

import csv
import datetime as dt
import importlib
import uuid
from dataclasses import replace
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from ciyou.apps.accounts.selectors import user_names
from ciyou.apps.awards.models import Award
from ciyou.apps.cases.models import Task
from ciyou.apps.disbursement import ahead, computing
from ciyou.apps.disbursement.books import differences_in_books
from ciyou.apps.disbursement.child_account import account_of_award
from ciyou.apps.disbursement.computing import compute_run
from ciyou.apps.disbursement.handing import take_file
from ciyou.apps.disbursement.models import (
    Hold,
    MonthChange,
    MonthRun,
    PaidMonth,
    Payment,
    PaymentLine,
    ResultProblem,
)
from ciyou.apps.disbursement.part_reading import claims_stamp
from ciyou.apps.disbursement.payment_application import signed_by
from ciyou.apps.disbursement.recovering import RecoveryWish, decide_recovery, propose_recovery
from ciyou.apps.disbursement.refusals import NotFoundHere
from ciyou.apps.disbursement.reissuing import give_back_payments, reissue_payments
from ciyou.apps.disbursement.results import receive_result, settle_problem, take_results
from ciyou.apps.disbursement.runs import (
    MonthWish,
    approve_run,
    begin_month,
    cancel_run,
    draft_again,
    return_run,
    review_run,
)
from ciyou.apps.entitlements.services import determine_children
from ciyou.apps.registry.models import Person
from ciyou.apps.registry.services import NewStatement, grant_named_access, record_facts
from ciyou.core.access.actor import LOCAL_OPERATOR, Purpose
from ciyou.core.access.verdict import RESTRICTED
from ciyou.core.awards.month import Month
from ciyou.core.errors import AccessDenied, CiyouError, RecordError
from tests.month_builders import FUJIAN, SICHUAN, Desk, award_to, lines_of, orphan, with_account

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


def test_a_standard_raised_backwards_is_owed_for_every_month_since(desk):
    """Sichuan, notice of 2024-11-13 in force from 2024-01: 1200 was paid from January to October, so 10 × 150 yuan are owed."""
    child = orphan(award=False)
    award = award_to(child, first="2024-01", amount_fen=120_000)
    PaidMonth.objects.bulk_create(
        PaidMonth(
            award=award,
            identity=award.identity,
            entitlement=award.entitlement,
            month=f"2024-{month:02}-01",
            paid_fen=120_000,
        )
        for month in range(1, 11)
    )
    run = desk.draft("2024-11")
    arrears = [fen for _month, kind, fen in lines_of(run) if kind == "arrears"]
    assert (len(arrears), sum(arrears)) == (10, 150_000)
    assert lines_of(run)[-1] == ("2024-11", "current", 135_000)


def test_fujian_months_have_the_amount_of_their_own_dates():
    desk = Desk(FUJIAN)
    orphan(county=FUJIAN, first="2024-05", amount_fen=170_000)
    run = desk.draft("2025-08")
    amounts = dict((month, fen) for month, _kind, fen in lines_of(run))
    assert (amounts["2024-06"], amounts["2024-07"], amounts["2025-06"], amounts["2025-07"]) == (
        170_000,
        179_200,
        179_200,
        189_100,
    )


def test_a_child_that_has_dibao_gets_the_difference():
    """S = 1350 here; with a dibao share of 700 and a living subsidy of 195 the top-up is 455; nursing is not taken off."""
    desk = Desk()
    child = orphan(
        award=False,
        facts={
            "mother": {"imprisoned": True, "imprisoned.term_months": 36},
            "child": {
                "recognized_tekun": False,
                "in_institution": False,
                "dibao_share_fen": 70_000,
                "disability_living_subsidy_fen": 19_500,
                "disability_grade": 1,
                "disability_type": "limb",
            },
            "household": {"dibao": True},
        },
    )
    award_to(child, entitlement="de_facto_living_allowance", first="2026-03", amount_fen=45_500)
    assert [fen for _month, _kind, fen in lines_of(desk.draft("2026-03"))] == [45_500]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"status": "dead"}, "died"),
        ({"status": "moved"}, "moved"),
        ({"division": "511303001001"}, "moved"),
        ({"status": "merged"}, "merged"),
    ],
)
def test_a_child_whose_file_says_no_is_held_with_the_reason(desk, change, reason):
    child = orphan()
    orphan()
    Person.objects.filter(id=child).update(**change)
    run = desk.draft()
    assert list(Hold.objects.filter(run=run).values_list("person_id", "reason")) == [(child, reason)]
    assert run.payments_count == 1


def test_without_an_account_or_with_one_that_fails_its_check_digit_nothing_is_paid(desk):
    missing, wrong = orphan(account=False), orphan(account=False)
    with_account(wrong, "6228480000000000011")
    run = desk.draft()
    held = dict(Hold.objects.filter(run=run).values_list("person_id", "reason"))
    assert held == {missing: "account_missing", wrong: "account_wrong"}
    assert run.payments_count == 0


def test_who_came_of_age_is_held_and_whose_corrected_birth_date_says_so_is_taken_out(desk):
    grown = dt.date(2007, 2, 1)
    before, after = orphan(filed={"born": grown}), orphan()
    orphan()
    run = desk.draft()
    assert list(Hold.objects.filter(run=run).values_list("person_id", "reason")) == [(before, "of_age")]
    corrected = [NewStatement("birth_date", grown, "verified")]
    record_facts(LOCAL_OPERATOR, person_id=after, statements=corrected, source="police_hukou")
    determine_children(LOCAL_OPERATOR, child_ids=[after], as_of=timezone.localdate(), cause="facts")
    review_run(desk.reviewer, run_id=run.id, version=run.version)
    run.refresh_from_db()
    assert approve_run(desk.approver, run_id=run.id, version=run.version) == 1
    assert Hold.objects.get(run=run, person_id=after).reason == "facts_changed"
    assert Payment.objects.get(run=run, person_id=after).state == "withheld"
    assert differences_in_books() == ()


def test_what_was_held_comes_with_the_next_month(desk):
    orphan()
    child = orphan(account=False, first="2026-03")
    desk.pay("2026-03")
    with_account(child)
    run = desk.draft("2026-04")
    own = PaymentLine.objects.filter(payment__run=run, claim__award__person_id=child).order_by("claim__month")
    assert list(own.values_list("kind", "amount_fen")) == [("arrears", 135_000), ("current", 135_000)]


@pytest.mark.parametrize("reason", ["died", "account_changed", "award_ended"])
def test_what_happens_between_draft_and_approval_takes_the_payment_out(desk, reason):
    child = orphan()
    orphan()
    run = desk.draft()
    review_run(desk.reviewer, run_id=run.id, version=run.version)
    if reason == "died":
        Person.objects.filter(id=child).update(status="dead")
    elif reason == "account_changed":
        with_account(child)
    else:
        Award.objects.filter(person_id=child).update(state="ended", last_month="2026-02-01")
    run.refresh_from_db()
    assert approve_run(desk.approver, run_id=run.id, version=run.version) == 1
    assert Payment.objects.get(run=run, person_id=child).state == "withheld"
    assert Hold.objects.get(run=run).reason == reason
    run.refresh_from_db()
    assert run.payments_count == 1
    assert PaidMonth.objects.filter(award__person_id=child, paid_fen__gt=0).count() == 0
    assert differences_in_books() == ()


def test_no_two_steps_are_taken_by_one_person(desk):
    orphan()
    run = desk.draft()
    MonthRun.objects.filter(id=run.id).update(drafted_by=desk.reviewer.id)
    with pytest.raises(RecordError) as error:
        review_run(desk.reviewer, run_id=run.id, version=run.version)
    assert error.value.problems[0].code == "disbursement.own_step"
    MonthRun.objects.filter(id=run.id).update(drafted_by=desk.drafter.id)
    with pytest.raises(AccessDenied):
        approve_run(desk.drafter, run_id=run.id, version=run.version)
    with transaction.atomic(), pytest.raises(IntegrityError):
        MonthRun.objects.filter(id=run.id).update(reviewed_by=desk.drafter.id)


def test_a_line_that_was_changed_stops_the_month(desk):
    orphan()
    run = desk.draft()
    PaymentLine.objects.filter(payment__run=run).update(amount_fen=1)
    with pytest.raises(RecordError) as error:
        review_run(desk.reviewer, run_id=run.id, version=run.version)
    assert error.value.problems[0].code == "disbursement.lines_changed"


def test_the_hash_of_an_earlier_release_is_renewed_only_where_nothing_was_changed(desk):
    orphan(first="2026-01"), orphan(first="2026-01")
    run = desk.draft()
    renew = importlib.import_module("ciyou.apps.disbursement.migrations.0010_hash_as_a_chain")
    with connection.cursor() as cursor:
        lines = renew.lines_of(cursor, run.id if connection.vendor == "postgresql" else run.id.hex)
    assert len(lines) == 6
    for before, after in ((renew.as_before(lines), run.lines_hash), ("0" * 64, "0" * 64)):
        MonthRun.objects.filter(id=run.id).update(lines_hash=before)
        renew.renew_hashes(SimpleNamespace(connection=connection))
        assert MonthRun.objects.get(id=run.id).lines_hash == after


def test_one_child_is_never_paid_twice_for_a_month_also_across_counties(desk):
    orphan(key="a1", identity="same", first="2026-03")
    other = Desk("511303000000")
    orphan(key="b1", county=other.county, identity="same", first="2026-03")
    desk.draft("2026-03")
    run = other.draft("2026-03")
    assert lines_of(run) == []
    assert list(Hold.objects.filter(run=run).values_list("reason", "amount_fen")) == [("other_county", 135_000)]
    told = Task.objects.filter(kind="paid_twice").values_list("division", flat=True)
    assert sorted(told) == ["511303000000", SICHUAN]


def test_a_returned_month_is_drafted_again_with_the_same_lines(desk):
    orphan(), orphan()
    run = desk.draft()
    before = run.lines_hash
    return_run(desk.reviewer, run_id=run.id, version=run.version, reason="请核对两户账号")
    run.refresh_from_db()
    draft_again(desk.drafter, run_id=run.id, version=run.version)
    compute_run(run.id)
    run.refresh_from_db()
    assert (run.state, run.lines_hash, run.payments_count) == ("drafted", before, 2)
    assert differences_in_books() == ()


def test_a_part_whose_months_were_paid_since_it_was_prepared_is_weighed_again(desk, monkeypatch):
    child = orphan(first="2026-01")
    desk.pay("2026-01")
    run = desk.begin("2026-03")

    def given_back_meanwhile(parts, **how):
        for prepared in ahead.prepared_ahead(parts, **how):
            PaidMonth.objects.filter(award__person_id=child).update(paid_fen=100_000)
            yield prepared

    monkeypatch.setattr(computing, "prepared_ahead", given_back_meanwhile)
    compute_run(run.id)
    assert lines_of(run) == [
        ("2026-01", "arrears", 35_000),
        ("2026-02", "arrears", 135_000),
        ("2026-03", "current", 135_000),
    ]


def test_what_one_child_got_does_not_hide_what_was_taken_from_another(desk):
    orphan(first="2026-01")
    orphan(first="2026-01")
    run = desk.pay("2026-01")
    last = max(Payment.objects.filter(run=run).values_list("person_id", flat=True))
    before = claims_stamp(run.series, after=None, last=last)
    for claim, fen in zip(PaidMonth.objects.order_by("id"), (100_000, 170_000), strict=True):
        PaidMonth.objects.filter(id=claim.id).update(paid_fen=fen)
    after = claims_stamp(run.series, after=None, last=last)
    assert before[:3] == after[:3]
    assert before != after


def test_what_a_worker_does_not_give_is_prepared_here(desk, monkeypatch):
    for _ in range(3):
        orphan(first="2026-03")
    run = desk.begin("2026-03")

    class Killed:
        """Workers of which one gives a part and then is gone."""

        def __init__(self, count, do, *, begin):
            self.do = do

        def __enter__(self):
            return self

        def __exit__(self, *error):
            return None

        def map(self, parts):
            yield self.do(parts[0])
            raise EOFError

    monkeypatch.setattr(ahead, "Workers", Killed)
    compute_run(run.id, part=1)
    run.refresh_from_db()
    assert (run.state, run.payments_count, run.children_done, run.amount_fen) == ("drafted", 3, 3, 405_000)


def test_a_cancelled_month_leaves_everything_owed(desk):
    orphan(first="2026-03")
    run = desk.draft()
    cancel_run(desk.drafter, run_id=run.id, version=run.version, reason="截止日填错，重新起草")
    run.refresh_from_db()
    assert (run.state, PaidMonth.objects.filter(paid_fen__gt=0).count()) == ("cancelled", 0)
    assert lines_of(desk.draft("2026-03")) == [("2026-03", "current", 135_000)]


def test_the_list_of_changes_says_who_is_new_and_what_is_owed(desk):
    orphan()
    desk.pay("2026-03")
    new = orphan(first="2026-04")
    gone = Award.objects.exclude(person_id=new).get()
    Award.objects.filter(id=gone.id).update(state="ended", last_month="2026-03-01")
    run = desk.draft("2026-04")
    found = set(MonthChange.objects.filter(run=run).values_list("person_id", "kind", "before_fen", "after_fen"))
    assert found == {(new, "new", 0, 135_000), (gone.person_id, "ended", 135_000, 0)}


def test_the_roster_has_every_payment_its_sum_and_no_formula(desk):
    child = orphan(first="2026-03")
    Person.objects.filter(id=child).update(name="=HYPERLINK(1)")
    run = desk.hand(desk.approve(desk.draft()))
    rows = list(csv.reader(desk.roster(run).splitlines()))
    assert rows[1][0:4] == ["1", "511304-202603-01-000001", "2026-03", "'=HYPERLINK(1)"]
    assert rows[1][8] == rows[2][8] == "1350.00"
    assert take_file(desk.drafter, run_id=run.id, number=1, which="application").content.startswith(b"%PDF")
    three = (("起草", desk.drafter), ("复核", desk.reviewer), ("审批", desk.approver))
    assert signed_by(run) == [[step, user_names([one.id])[one.id]] for step, one in three]


def test_a_failed_payment_is_sent_again_to_a_corrected_account_and_the_month_is_paid_once(desk):
    child = orphan(first="2026-03")
    orphan(first="2026-03")
    run = desk.hand(desk.approve(desk.draft()))
    failed = Payment.objects.get(person_id=child)
    desk.answer(run, {failed.number: "账号错误"})
    assert reissue_payments(desk.drafter, run_id=run.id, payment_ids=[failed.id]) == (0, 1)
    with_account(child)
    assert reissue_payments(desk.drafter, run_id=run.id, payment_ids=[failed.id]) == (1, 0)
    assert reissue_payments(desk.drafter, run_id=run.id, payment_ids=[failed.id]) == (0, 0)
    desk.hand(run)
    desk.answer(run)
    desk.close(run)
    states = sorted(Payment.objects.values_list("state", "amount_fen"))
    assert states == [("paid", 135_000), ("paid", 135_000), ("reissued", 135_000)]
    assert (run.payments_count, run.amount_fen) == (2, 270_000)
    assert set(PaidMonth.objects.values_list("paid_fen", flat=True)) == {135_000}
    assert differences_in_books() == ()


def test_a_month_closes_only_when_it_adds_up(desk):
    child = orphan(first="2026-03")
    run = desk.hand(desk.approve(desk.draft()))
    desk.answer(run, {Payment.objects.get(person_id=child).number: "销户"})
    with pytest.raises(RecordError) as error:
        desk.close(run)
    assert error.value.problems[0].code == "disbursement.not_added_up"
    give_back_payments(
        desk.drafter, run_id=run.id, payment_ids=[Payment.objects.get().id], reason="孩子去向不明，退回财政"
    )
    desk.close(run)
    assert (run.state, PaidMonth.objects.get().paid_fen) == ("closed", 0)
    assert differences_in_books() == ()


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_every_bad_line_of_a_result_file_is_kept_with_its_reason(desk, encoding):
    for _ in range(5):
        orphan(first="2026-03")
    run = desk.hand(desk.approve(desk.draft()))
    one, two, three, four, five = Payment.objects.order_by("sequence").values_list("number", flat=True)
    text = "\n".join(
        [
            "发放编号,发放月份,金额（元）,发放结果,失败原因",
            f"{one},2026-03,1350.00,成功,",
            f"{one},2026-03,1350.00,成功,",
            "511304-202603-01-999999,2026-03,1350.00,成功,",
            f"{two},2026-02,1350.00,成功,",
            f"{three},2026-03,1530.00,成功,",
            f"{four},2026-03,一千元,成功,",
            f"{five},2026-03,1350.00,在途,",
            "合计,,9999.00,,",
        ]
    )
    file = receive_result(desk.drafter, run_id=run.id, name="结果.csv", content=text.encode(encoding))
    for _again in range(2):
        taken = take_results(file)
    assert (taken.paid, taken.failed, taken.problems) == (1, 0, 7)
    assert list(ResultProblem.objects.order_by("line").values_list("line", "code")) == [
        (3, "repeated"),
        (4, "unknown_payment"),
        (5, "other_month"),
        (6, "amount_differs"),
        (7, "amount_wrong"),
        (8, "status_unknown"),
        (9, "total_wrong"),
    ]
    assert receive_result(desk.drafter, run_id=run.id, name="结果.csv", content=text.encode(encoding)) == file
    problem = ResultProblem.objects.first()
    settle_problem(desk.drafter, problem_id=problem.id, note="已与财政核对")
    assert ResultProblem.objects.filter(settled_at=None).count() == 6


def test_a_file_that_is_no_table_of_results_is_refused_with_what_to_do(desk):
    orphan()
    run = desk.hand(desk.approve(desk.draft()))
    for content in (b"\x00\xff\xfe\x00", "姓名,年龄\n张三,5".encode(), b"PK\x03\x04broken"):
        with pytest.raises(CiyouError):
            receive_result(desk.drafter, run_id=run.id, name="x", content=content)


def test_an_overpayment_is_taken_back_only_by_a_plan_that_two_people_made(desk):
    child = orphan(award=False)
    award = award_to(child, first="2026-03")
    PaidMonth.objects.create(
        award=award, identity=award.identity, entitlement=award.entitlement, month="2026-03-01", paid_fen=200_000
    )
    assert lines_of(desk.pay("2026-04")) == [("2026-04", "current", 135_000)]
    plan = RecoveryWish(uuid.uuid4(), award.id, "plan", Month(2026, 5), "多发一次，监护人同意扣回", most_fen=20_000)
    propose_recovery(desk.drafter, wish=plan)
    decide_recovery(desk.approver, recovery_id=plan.recovery_id, approve=True)
    run = desk.pay("2026-05")
    assert lines_of(run) == [("2026-03", "recovery", -20_000), ("2026-05", "current", 135_000)]
    assert Payment.objects.get(run=run).amount_fen == 115_000
    waiver = RecoveryWish(uuid.uuid4(), award.id, "waiver", Month(2026, 3), "家庭特别困难", amount_fen=45_001)
    propose_recovery(desk.drafter, wish=waiver)
    with pytest.raises(RecordError, match="paid too much"):
        decide_recovery(desk.approver, recovery_id=waiver.recovery_id, approve=True)
    waiver = replace(waiver, recovery_id=uuid.uuid4(), amount_fen=45_000)
    propose_recovery(desk.drafter, wish=waiver)
    decide_recovery(desk.approver, recovery_id=waiver.recovery_id, approve=True)
    assert lines_of(desk.draft("2026-06")) == [("2026-06", "current", 135_000)]
    assert differences_in_books()[0][1:] == (180_000, -20_000)  # the 2000 yuan came from before the books


def test_nobody_of_another_county_finds_a_month(desk):
    orphan()
    run = desk.draft()
    other = Desk("511303000000")
    with pytest.raises(NotFoundHere):
        review_run(other.reviewer, run_id=run.id, version=run.version)


def test_a_restricted_child_is_paid_beside_the_others_and_finance_is_not_told_why(desk):
    orphan(first="2026-03")
    protected = orphan(award=False)
    award_to(protected, entitlement="hiv_living_allowance", series="children_living_restricted", first="2026-03")
    month = Month.parse("2026-03")
    wish = MonthWish(uuid.uuid4(), "children_living_restricted", month, month.first_day)
    desk.draft("2026-03")
    run = MonthRun.objects.get(id=begin_month(desk.drafter, wish=wish, today=month.last_day))
    compute_run(run.id)
    assert sorted(Payment.objects.values_list("number", flat=True)) == [
        "511304-202603-01-000001",
        "511304-202603-02-000001",
    ]
    desk.hand(desk.approve(run))
    with pytest.raises(RecordError, match="not named for 1 of"):
        desk.roster(run)
    assert take_file(desk.drafter, run_id=run.id, number=1, which="application").content.startswith(b"%PDF")
    about = {"purpose": Purpose.SERVE, "why": "case_worker", "reason": "办理发放", "ends_at": None}
    grant_named_access(LOCAL_OPERATOR, person_id=protected, user_id=desk.drafter.id, **about)
    told = desk.roster(run)
    assert "儿童基本生活保障资金" in told
    assert "艾滋" not in told
    assert take_file(desk.drafter, run_id=run.id, number=1, which="roster").highest_class == RESTRICTED


def test_a_month_that_was_paid_early_is_not_taken_for_too_much(desk):
    orphan(first="2026-03")
    desk.pay("2026-03")
    account = account_of_award(desk.drafter, award_id=Award.objects.get().id, through=Month(2026, 2))
    assert (account.owed_fen, account.overpaid_fen) == (0, 0)
    assert [(one.month, one.why) for one in account.months] == [(Month(2026, 3), "law")]
