"""Institutions' accounts: whose money goes there, what a list of numbers may hold, what changes when the account does."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from ciyou.apps.awards.models import Award
from ciyou.apps.disbursement.collective import (
    end_collective_account,
    put_children,
    record_collective_account,
    replace_collective_account,
    take_children_off,
)
from ciyou.apps.disbursement.collective_views import collective_accounts, collective_of, read_collective
from ciyou.apps.disbursement.merging import on_people_merged
from ciyou.apps.disbursement.models import CollectiveAccount, CollectivePayee, Hold, Payment
from ciyou.apps.disbursement.refusals import NotFoundHere
from ciyou.apps.disbursement.reissuing import reissue_payments
from ciyou.apps.registry.identifiers import put_identifier
from ciyou.apps.registry.models import Person
from ciyou.core.errors import AccessDenied, RecordError
from tests.month_builders import SICHUAN, Desk, orphan
from tests.office import file_child, make_person
from tests.web.scene import id_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return Desk()


def institution(desk, *children, number="11220001040012345", **fields) -> uuid.UUID:
    said = {"holder": "县儿童福利院", "bank": "农业银行", "number": number, **fields}
    return record_collective_account(desk.drafter, account_id=uuid.uuid4(), person_ids=children, **said)


def test_an_account_that_is_wrong_or_there_already_is_refused_with_everything_at_once(desk):
    with pytest.raises(RecordError) as wrong:
        institution(desk, holder=" ", bank="", number="12 34")
    codes = [one.code for one in wrong.value.problems]
    assert codes == [f"disbursement.collective_{name}" for name in ("holder", "bank", "number")]
    institution(desk)
    with pytest.raises(RecordError) as wrong:
        institution(desk, number="1122 0001 0400 12345")
    assert wrong.value.problems[0].code == "disbursement.collective_there"
    with pytest.raises(AccessDenied):
        record_collective_account(desk.reviewer, account_id=uuid.uuid4(), holder="院", bank="行", number="12345678")


def test_of_a_list_of_numbers_the_wrong_lines_are_told_and_the_others_count(desk):
    child, stranger = orphan(), file_child("s", division="990102001001")
    numbers = [id_number("511304", dt.date(2016, 5, 1), "101"), id_number("990102", dt.date(2016, 5, 1), "102")]
    for person, number in zip((child, stranger), numbers, strict=True):
        put_identifier(Person.objects.get(id=person), "id_card", number, "test")
    account = institution(desk)
    lines = "\n".join([numbers[0], "", "11010120160501000", numbers[1], numbers[0]])
    added = put_children(desk.drafter, account_id=account, numbers=lines)
    assert added.children == 1
    assert [(one.place.line, one.code) for one in added.refused] == [
        (3, "registry.id_malformed"),
        (4, "disbursement.collective_nobody"),
    ]
    assert put_children(desk.drafter, account_id=account, numbers=numbers[0]).children == 0
    with pytest.raises(RecordError):
        put_children(desk.drafter, account_id=account, numbers="\n ")
    assert read_collective(desk.reviewer, account_id=account).total == 1
    with pytest.raises(NotFoundHere):
        read_collective(Desk("511303000000").drafter, account_id=account)


def test_a_child_that_leaves_an_institution_is_paid_into_its_own_account_again(desk):
    child = orphan(first="2026-03")
    account = institution(desk, child)
    assert collective_of(desk.reviewer, child_id=child).id == account
    assert Payment.objects.get(run=desk.pay("2026-03")).collective
    assert take_children_off(desk.drafter, person_ids=[child]) == 1
    assert collective_of(desk.reviewer, child_id=child) is None
    assert not Payment.objects.get(run=desk.draft("2026-04")).collective
    with pytest.raises(RecordError):
        take_children_off(desk.drafter, person_ids=[child])


def test_an_institution_that_changes_its_account_is_not_paid_into_the_old_one(desk):
    child = orphan(first="2026-03", account=False)
    account = institution(desk, child)
    run = desk.draft()
    said = {"holder": "县儿童福利院", "bank": "工商银行", "number": "2233000104009"}
    new = replace_collective_account(desk.drafter, account_id=account, new_id=uuid.uuid4(), **said)
    desk.approve(run)
    assert list(Hold.objects.filter(run=run).values_list("reason", flat=True)) == ["account_changed"]
    assert collective_of(desk.reviewer, child_id=child).id == new
    end_collective_account(desk.drafter, account_id=new, reason="机构撤并")
    assert collective_of(desk.reviewer, child_id=child) is None
    assert collective_accounts(desk.drafter) == ()


def test_a_child_that_moved_is_not_paid_into_the_account_of_the_institution_it_left(desk):
    child, other = orphan(first="2026-03"), Desk("511303000000")
    institution(desk, child)
    Person.objects.filter(id=child).update(division="511303001001")
    Award.objects.filter(person_id=child).update(division="511303001001")
    assert not Payment.objects.get(run=other.draft()).collective


def test_what_an_institution_s_bank_refused_is_sent_again_only_to_another_account(desk):
    child = orphan(first="2026-03")
    account = institution(desk, child)
    run = desk.hand(desk.approve(desk.draft()))
    failed = Payment.objects.get(run=run)
    desk.answer(run, {failed.number: "账号错误"})
    assert reissue_payments(desk.drafter, run_id=run.id, payment_ids=[failed.id]) == (0, 1)
    said = {"holder": "县儿童福利院", "bank": "工商银行", "number": "2233000104009"}
    replace_collective_account(desk.drafter, account_id=account, new_id=uuid.uuid4(), **said)
    assert reissue_payments(desk.drafter, run_id=run.id, payment_ids=[failed.id]) == (1, 0)


def test_the_money_of_a_child_in_an_institution_goes_to_its_collective_account(desk):
    child = orphan(account=False, first="2026-03")
    record_collective_account(
        desk.drafter,
        account_id=uuid.uuid4(),
        holder="县儿童福利院",
        bank="农业银行",
        number="11220001040012345",
        person_ids=[child],
    )
    orphan(first="2026-03")
    run = desk.hand(desk.approve(desk.draft()))
    assert "县儿童福利院" not in desk.roster(run)
    assert "11220001040012345" in desk.roster(run, which="collective")


def test_an_institution_that_is_paid_for_a_child_goes_on_being_paid_after_a_merge():
    kept, dropped, other = (make_person(division=SICHUAN) for _ in range(3))
    account = CollectiveAccount.objects.create(
        county=f"{SICHUAN[:6]}000000", account=b"x", recorded_by="local", recorded_at=timezone.now()
    )
    for child in (dropped, other):
        CollectivePayee.objects.create(person=child, account=account, recorded_by="local", recorded_at=timezone.now())
    on_people_merged(str(kept.id), str(dropped.id))
    on_people_merged(str(kept.id), str(dropped.id))
    assert set(CollectivePayee.objects.values_list("person_id", flat=True)) == {kept.id, other.id}
    on_people_merged(str(kept.id), str(other.id))
    assert set(CollectivePayee.objects.values_list("person_id", flat=True)) == {kept.id}
