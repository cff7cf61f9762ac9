"""The pages of the month's money: who sees and does what, nothing typed is lost, a form sent twice does one thing."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from ciyou.apps.accounts.models import Post
from ciyou.apps.audit.models import LogEntry
from ciyou.apps.awards.models import Award
from ciyou.apps.cases.models import Task
from ciyou.apps.disbursement.models import CollectiveAccount, CollectivePayee, MonthRun, Payment, Recovery
from ciyou.apps.disbursement.month_tasks import open_missing_steps
from ciyou.apps.disbursement.tasks import resume_months
from ciyou.apps.registry.identifiers import put_identifier
from ciyou.apps.registry.models import Person
from tests.month_builders import SICHUAN, Desk, orphan, result_file
from tests.office import make_post, sign_in
from tests.web.scene import id_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(client_class=None):
    """A browser for each of the three people."""
    from django.test import Client

    return {
        role: sign_in(Client(headers={"host": "127.0.0.1"}), make_post(f"county_{role}", division=SICHUAN))
        for role in ("drafter", "reviewer", "approver")
    }


def step(browser, run, name, **fields):
    run.refresh_from_db()
    return browser.post(reverse("month_step", args=[run.id]), {"step": name, "version": run.version, **fields})


def test_a_month_is_walked_through_on_the_pages(people):
    child = orphan(first="2026-11")
    form = {"run": str(uuid.uuid4()), "series": "children_living", "month": "2026-11", "cutoff_on": "2026-11-20"}
    for _twice in range(2):
        assert people["drafter"].post(reverse("begin_month"), form).status_code == 302
    run = MonthRun.objects.get()
    assert "正在逐个计算" in people["drafter"].get(reverse("month", args=[run.id])).content.decode()
    resume_months()
    page = people["reviewer"].get(reverse("month", args=[run.id])).content.decode()
    assert "复核无误" in page
    assert "请向当地财政核实" in page
    assert step(people["reviewer"], run, "review").status_code == 302
    assert step(people["approver"], run, "approve").status_code == 302
    assert step(people["drafter"], run, "hand_over", layout="one_card_xlsx").status_code == 302
    assert "正在生成名册并送交" in people["drafter"].get(reverse("month", args=[run.id])).content.decode()
    assert (
        reverse("month_progress", args=[run.id])
        in people["approver"].get(reverse("month", args=[run.id])).content.decode()
    )
    resume_months()
    assert people["drafter"].get(reverse("month_progress", args=[run.id])).headers["HX-Refresh"] == "true"
    roster = reverse("month_file", args=[run.id]), {"number": "1", "which": "roster"}
    MonthRun.objects.filter(id=run.id).update(series="children_living_restricted")
    refused = people["drafter"].get(*roster)
    assert (refused.status_code, "只给指名的办案人员" in refused.content.decode()) == (422, True)
    MonthRun.objects.filter(id=run.id).update(series=run.series)
    file = people["drafter"].get(*roster)
    assert file.content.startswith(b"PK")
    assert LogEntry.objects.filter(action="month_file", kind="disclosure", person_count=1).exists()
    number = Payment.objects.get().number
    sent = SimpleUploadedFile("结果.csv", result_file(run, {number: "账号错误"}))
    assert people["drafter"].post(reverse("receive_result", args=[run.id]), {"file": sent}).status_code == 302
    resume_months()
    page = people["drafter"].get(reverse("month_results", args=[run.id])).content.decode()
    assert number in page
    assert "账号错误" in page
    page = people["drafter"].post(
        reverse("deal_with_failed", args=[run.id]), {"payment": str(Payment.objects.get().id), "do": "reissue"}
    )
    assert "1 笔还要先在孩子档案中改正账户" in page.content.decode()
    award = Award.objects.get(person_id=child)
    account = people["drafter"].get(reverse("award_account", args=[award.id])).content.decode()
    assert "2026年11月" in account
    assert "发放失败" in account


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_list_of_a_month_opens_in_both_languages(people, language):
    orphan(), orphan(account=False)
    run = Desk().draft()
    people["reviewer"].cookies["ciyou_language"] = language
    for name in ("month", "month_payments", "month_holds", "month_changes", "month_results"):
        assert people["reviewer"].get(reverse(name, args=[run.id])).status_code == 200
    assert people["reviewer"].get(reverse("payments")).status_code == 200


def test_a_reason_that_is_too_short_is_told_and_what_was_typed_stays(people):
    orphan()
    run = Desk().draft()
    page = step(people["reviewer"], run, "return", reason="错")
    assert page.status_code == 422
    assert "至少 4 个字" in page.content.decode()
    assert ">错</textarea>" in page.content.decode()


def test_whoever_took_a_step_is_told_that_another_person_takes_the_next(people):
    orphan()
    run = Desk().draft()
    step(people["reviewer"], run, "review")
    page = step(people["reviewer"], run, "approve")
    assert page.status_code == 403


def test_a_hand_over_that_cannot_be_done_says_why_and_can_be_asked_for_again(people):
    child = orphan()
    run = Desk().approve(Desk().draft())
    Person.objects.filter(id=child).update(status="dead")
    for _twice in range(2):
        assert step(people["drafter"], run, "hand_over", layout="one_card_csv").status_code == 302
    assert resume_months() == 1
    assert resume_months() == 0
    page = people["drafter"].get(reverse("month", args=[run.id])).content.decode()
    assert "没有可以送交的款项" in page
    assert "生成名册并送交财政" in page
    Person.objects.filter(id=child).update(status="active")
    assert step(people["approver"], run, "hand_over", layout="").status_code == 422


def test_what_was_asked_by_somebody_who_left_the_post_is_not_handed_over(people):
    orphan()
    run = Desk().approve(Desk().draft())
    step(people["drafter"], run, "hand_over", layout="one_card_csv")
    run.refresh_from_db()
    Post.objects.filter(id=run.hand_over_asked["post"]).update(valid_to=timezone.localdate() - dt.timedelta(1))
    assert resume_months() == 1
    run.refresh_from_db()
    assert run.state == "approved"
    assert "已不在这个岗位" in people["approver"].get(reverse("month", args=[run.id])).content.decode()


def test_a_month_that_is_returned_while_it_waits_is_not_handed_over(people):
    orphan()
    run = Desk().approve(Desk().draft())
    step(people["drafter"], run, "hand_over", layout="one_card_csv")
    assert step(people["approver"], run, "return", reason="先核对账户").status_code == 302
    assert resume_months() == 0
    run.refresh_from_db()
    assert (run.state, run.hand_over_asked) == ("returned", {})
    work = Task.objects.get(subject_id=str(run.id), state="open")
    assert (work.kind, work.queue_role) == ("mend_month", "county_drafter"), "somebody has to draft it again, by a day"
    work.delete()  # as one returned before there was this work
    assert (open_missing_steps(), open_missing_steps()) == (1, 0)
    assert Task.objects.get(subject_id=str(run.id), state="open").kind == "mend_month"


def test_a_protected_child_is_paid_and_not_named(people):
    child = orphan()
    run = Desk().draft()
    Person.objects.filter(id=child).update(restricted=True)
    page = people["reviewer"].get(reverse("month_payments", args=[run.id])).content.decode()
    assert "受保护的档案" in page
    assert Person.objects.get(id=child).name not in page


def test_a_plan_to_take_back_is_proposed_and_decided_by_two_people(people):
    award = Award.objects.get(person_id=orphan())
    form = {"key": str(uuid.uuid4()), "recovery": "plan", "first_month": "2026-12", "most": "100", "reason": "多发一次"}
    people["drafter"].post(reverse("propose_recovery", args=[award.id]), form)
    people["drafter"].post(reverse("propose_recovery", args=[award.id]), form)
    row = Recovery.objects.get()
    assert people["drafter"].post(reverse("decide_recovery", args=[row.id]), {"approve": "1"}).status_code == 403
    assert people["approver"].post(reverse("decide_recovery", args=[row.id]), {"approve": "1"}).status_code == 302
    row.refresh_from_db()
    assert (row.result, row.most_fen) == ("approved", 10_000)


@pytest.mark.parametrize(("language", "word"), [("zh-hans", "新加入 1 名孩子"), ("en", "1 child added")])
def test_children_are_put_on_an_institution_s_account_by_a_list_of_numbers(people, language, word):
    child = orphan(account=False, first="2026-11")
    number = id_number("511304", dt.date(2016, 5, 1), "101")
    put_identifier(Person.objects.get(id=child), "id_card", number, "test")
    drafter = people["drafter"]
    drafter.cookies["ciyou_language"] = language
    form = {"key": str(uuid.uuid4()), "holder": "县儿童福利院", "bank": "农业银行", "number": "11220001040012345"}
    for _twice in range(2):
        assert drafter.post(reverse("record_collective"), form).status_code == 302
    account = CollectiveAccount.objects.get()
    address = reverse("put_on_collective", args=[account.id])
    page = drafter.post(address, {"numbers": f"{number}\n12345"}).content.decode()
    assert word in page
    assert ">2</strong>" in page
    assert Person.objects.get(id=child).name in page
    assert people["reviewer"].post(address, {"numbers": number}).status_code == 403
    shown = drafter.get(reverse("payee", args=[child])).content.decode()
    assert "县儿童福利院" in shown
    assert drafter.post(reverse("move_to_collective", args=[child]), {"collective": ""}).status_code == 302
    assert not CollectivePayee.objects.exists()
    assert drafter.post(reverse("move_to_collective", args=[child]), {"collective": account.id}).status_code == 302
    award = Award.objects.get(person_id=child)
    account = people["reviewer"].get(reverse("award_account", args=[award.id])).content.decode()
    assert reverse("payee", args=[child]) in account
    assert "县儿童福利院" in people["reviewer"].get(reverse("payee", args=[child])).content.decode()


def test_a_wrong_number_of_an_institution_is_told_beside_its_field_and_what_was_typed_stays(people):
    form = {"key": str(uuid.uuid4()), "holder": "县儿童福利院", "bank": "", "number": "12ab"}
    page = people["drafter"].post(reverse("record_collective"), form)
    assert page.status_code == 422
    assert 'value="12ab"' in page.content.decode()
    assert "8 至 32 位数字" in page.content.decode()
    assert people["reviewer"].post(reverse("record_collective"), form).status_code == 403
    assert "登记一个机构的账户" not in people["reviewer"].get(reverse("collective_accounts")).content.decode()


def test_an_institution_s_account_is_replaced_and_ended_on_its_page(people):
    child = orphan(account=False)
    form = {"key": str(uuid.uuid4()), "holder": "县儿童福利院", "bank": "农业银行", "number": "11220001040012345"}
    people["drafter"].post(reverse("record_collective"), form)
    first = CollectiveAccount.objects.get()
    people["drafter"].post(reverse("move_to_collective", args=[child]), {"collective": first.id})
    nobody = people["drafter"].post(reverse("take_off_collective", args=[first.id]), {})
    assert nobody.status_code == 422
    assert "请先勾选孩子" in nobody.content.decode()
    other = {**form, "key": str(uuid.uuid4()), "number": "2233000104009"}
    answer = people["drafter"].post(reverse("replace_collective", args=[first.id]), other)
    assert answer.status_code == 302
    assert people["drafter"].get(reverse("collective_account", args=[first.id])).status_code == 404
    page = people["drafter"].get(answer.url).content.decode()
    assert Person.objects.get(id=child).name in page
    assert people["drafter"].post(f"{answer.url}end/", {"reason": "短"}).status_code == 422
    assert people["drafter"].post(f"{answer.url}end/", {"reason": "机构撤并"}).status_code == 302
    assert "还没有登记机构的账户" in people["drafter"].get(reverse("collective_accounts")).content.decode()
