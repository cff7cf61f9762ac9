"""The pages of the month's money: who sees and does what, nothing typed is lost, a form sent twice does one thing."""

from __future__ import annotations

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from ciyou.apps.audit.models import LogEntry
from ciyou.apps.awards.models import Award
from ciyou.apps.disbursement.models import MonthRun, Payment, Recovery
from ciyou.apps.disbursement.tasks import resume_months
from tests.month_builders import SICHUAN, Desk, orphan, result_file
from tests.office import make_post, sign_in

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
    file = people["drafter"].get(reverse("month_file", args=[run.id]), {"number": "1", "which": "roster"})
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


def test_a_protected_child_is_paid_and_not_named(people):
    from ciyou.apps.registry.models import Person

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
