"""Monthly lists of identities: who is on them, that they are sent once, who reads them, what departments answer, what the county then does."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from ciyou.apps.audit.models import LogEntry
from ciyou.apps.cases.models import Task
from ciyou.apps.exchange.identity_answers import GivenAnswer, answer_identity_list, settle_listed_child
from ciyou.apps.exchange.identity_lists import make_identity_list, send_identity_list
from ciyou.apps.exchange.identity_reading import list_identity_lists, read_identity_list
from ciyou.apps.exchange.identity_refusals import IdentityListNotFound
from ciyou.apps.exchange.listed_contents import hash_of_list, open_listed
from ciyou.apps.exchange.models import IdentityList, ListedChild
from ciyou.apps.registry.models import Person
from ciyou.apps.registry.services import record_identifier
from ciyou.core.access.actor import Purpose
from ciyou.core.errors import AccessDenied, RecordError
from ciyou.packs import load_identity_lists, load_payments
from tests.award_builders import entitled_child
from tests.office import COUNTY, OTHER_COUNTY, make_actor

pytestmark = pytest.mark.django_db
MONTH, NEXT = dt.date(2026, 11, 20), dt.date(2026, 12, 3)
ID_CARD = "99010120160501001X"


@pytest.fixture
def drafter():
    return make_actor("county_drafter")


@pytest.fixture
def insurance():
    return make_actor("partner", department="insurance")


def orphan(key="", *, confirmed=True):
    """An orphan by a confirmed determination: the national text pays its premium in full."""
    return entitled_child(key, confirmed=confirmed, mother={"dead": True})


def made(drafter, on=MONTH, kind="insurance"):
    return IdentityList.objects.get(id=make_identity_list(drafter, kind=kind, on=on).id)


def sent(drafter, on=MONTH, kind="insurance"):
    row = made(drafter, on, kind)
    send_identity_list(drafter, list_id=row.id, shown=row.hash)
    row.refresh_from_db()
    return row


def rows_of(row):
    return {one.person_id: one for one in row.children.all()}


def all_said(row, answer, note=""):
    return {one.id: GivenAnswer(answer, note) for one in row.children.all()}


def open_tasks_of(row):
    return set(Task.objects.filter(subject_id=str(row.id), state="open").values_list("kind", "queue_role"))


def test_what_a_department_is_told_is_what_that_department_gives():
    payments = load_payments(division=COUNTY)
    for kind in load_identity_lists(division=COUNTY).values():
        assert {payments[code].department for code in kind.entitlements} == {kind.department}


def test_only_children_of_confirmed_determinations_are_on_the_list_with_only_what_the_receiver_needs(drafter):
    child = orphan("a")
    record_identifier(drafter, person_id=child, kind="id_card", value=ID_CARD)
    orphan("b", confirmed=False)
    entitled_child("c")  # de-facto unattended: whether its premium is paid is asked of the place
    row = made(drafter)
    assert set(rows_of(row)) == {child}
    content = open_listed(row.children.get().id, row.children.get().content)
    assert (content.id_number, content.identities) == (ID_CARD, ("orphan",))
    assert (content.birth_date, content.sex, content.entitlements) == ("", "", ())


def test_a_protected_child_is_on_no_list(drafter):
    Person.objects.filter(id=orphan("a")).update(restricted=True)
    assert rows_of(made(drafter)) == {}


def test_a_child_protected_after_the_draft_stops_the_sending(drafter):
    child, _other = orphan("a"), orphan("b")
    row = made(drafter)
    Person.objects.filter(id=child).update(restricted=True)
    with pytest.raises(RecordError, match="make_again"):
        send_identity_list(drafter, list_id=row.id, shown=row.hash)
    assert IdentityList.objects.get().sent_at is None


def test_a_list_is_sent_once_and_never_made_again(drafter):
    orphan("a")
    row = sent(drafter)
    with pytest.raises(RecordError):
        send_identity_list(drafter, list_id=row.id, shown=row.hash)
    with pytest.raises(RecordError, match="sent_already"):
        make_identity_list(drafter, kind="insurance", on=MONTH)
    assert LogEntry.objects.filter(action="send_identity_list", kind="disclosure").count() == 1
    assert open_tasks_of(row) == {("answer_identity_list", "partner")}


def test_what_was_made_anew_after_it_was_shown_is_not_sent(drafter):
    orphan("a")
    shown = made(drafter).hash
    row = made(drafter)
    with pytest.raises(RecordError):
        send_identity_list(drafter, list_id=row.id, shown=shown)
    assert row.hash == hash_of_list(row.children.values_list("hash", flat=True)) != shown


def test_an_empty_list_is_not_sent(drafter):
    row = made(drafter)
    with pytest.raises(RecordError, match="empty"):
        send_identity_list(drafter, list_id=row.id, shown=row.hash)


def test_the_next_month_tells_the_difference(drafter):
    stays, goes, renamed = orphan("a"), orphan("b"), orphan("c")
    sent(drafter)
    Person.objects.filter(id=goes).update(restricted=True)
    Person.objects.filter(id=renamed).update(name="改名")
    comes = orphan("d")
    row = made(drafter, NEXT)
    changes = {person: one.change for person, one in rows_of(row).items()}
    assert changes == {stays: "same", goes: "gone", renamed: "changed", comes: "new"}
    assert row.number == 2
    send_identity_list(drafter, list_id=row.id, shown=row.hash)
    assert goes not in rows_of(made(drafter, dt.date(2027, 1, 4)))


@pytest.mark.parametrize("role", ["county_reviewer", "supervisor", "child_director", "city_viewer"])
def test_nobody_but_the_drafter_makes_and_sends(role, drafter):
    orphan("a")
    row, other = made(drafter), make_actor(role)
    with pytest.raises(AccessDenied):
        make_identity_list(other, kind="insurance", on=MONTH)
    with pytest.raises(AccessDenied):
        send_identity_list(other, list_id=row.id, shown=row.hash)


def test_a_department_reads_its_own_lists_once_sent_and_nobody_elses(drafter, insurance):
    child = orphan("a")
    row = made(drafter)
    assert list_identity_lists(insurance) == ()
    with pytest.raises(IdentityListNotFound):
        read_identity_list(insurance, list_id=row.id)
    send_identity_list(drafter, list_id=row.id, shown=row.hash)
    page = read_identity_list(insurance, list_id=row.id)
    assert page.persons == (child,) and page.rows[0].person_id is None
    others = (
        make_actor("partner", department="education"),
        make_actor("partner", department="insurance", division=OTHER_COUNTY),
        make_actor("county_drafter", division=OTHER_COUNTY),
        make_actor("partner"),
    )
    for other in others:
        assert list_identity_lists(other) == ()
        with pytest.raises(IdentityListNotFound):
            read_identity_list(other, list_id=row.id)
        if other.role == "partner":
            with pytest.raises(IdentityListNotFound):
                answer_identity_list(other, list_id=row.id, answers=all_said(row, "taken"))
        else:
            with pytest.raises(IdentityListNotFound):
                send_identity_list(other, list_id=row.id, shown=row.hash)


def test_when_every_child_is_answered_the_departments_task_ends_and_nothing_is_changed_any_more(drafter, insurance):
    orphan("a"), orphan("b")
    row = sent(drafter)
    first, second = row.children.all()
    answer_identity_list(insurance, list_id=row.id, answers={first.id: GivenAnswer("not_found")})
    answer_identity_list(insurance, list_id=row.id, answers={first.id: GivenAnswer("already")})
    assert open_tasks_of(row) == {("answer_identity_list", "partner")}
    answer_identity_list(insurance, list_id=row.id, answers={second.id: GivenAnswer("taken")})
    assert open_tasks_of(row) == set()
    with pytest.raises(RecordError):
        answer_identity_list(insurance, list_id=row.id, answers={second.id: GivenAnswer("refused", "改主意了")})
    assert {one.answer for one in row.children.all()} == {"already", "taken"}


def test_what_is_not_found_or_refused_becomes_the_countys_work_until_it_is_seen_to(drafter, insurance):
    orphan("a"), orphan("b")
    row = sent(drafter)
    first, second = row.children.all()
    said = {first.id: GivenAnswer("not_found"), second.id: GivenAnswer("refused", "已在外省参保")}
    answer_identity_list(insurance, list_id=row.id, answers=said)
    assert open_tasks_of(row) == {("settle_identity", "county_drafter")}
    page = read_identity_list(drafter, list_id=row.id, show="refused")
    assert [one.note for one in page.rows] == ["已在外省参保"]
    settle_listed_child(drafter, list_id=row.id, listed_id=first.id)
    assert read_identity_list(drafter, list_id=row.id).card.unsettled == 1
    with pytest.raises(RecordError):
        settle_listed_child(drafter, list_id=row.id, listed_id=first.id)
    settle_listed_child(drafter, list_id=row.id, listed_id=second.id)
    assert open_tasks_of(row) == set()


def test_another_answer_after_the_county_saw_to_it_is_to_be_seen_to_anew(drafter, insurance):
    orphan("a"), orphan("b")
    row = sent(drafter)
    first, _second = row.children.all()
    answer_identity_list(insurance, list_id=row.id, answers={first.id: GivenAnswer("not_found")})
    settle_listed_child(drafter, list_id=row.id, listed_id=first.id)
    answer_identity_list(insurance, list_id=row.id, answers={first.id: GivenAnswer("not_found", "又查了一遍")})
    assert open_tasks_of(row) == {("answer_identity_list", "partner")}
    answer_identity_list(insurance, list_id=row.id, answers={first.id: GivenAnswer("refused", "不在本地")})
    assert open_tasks_of(row) == {("answer_identity_list", "partner"), ("settle_identity", "county_drafter")}


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (GivenAnswer("refused", " "), RecordError),
        (GivenAnswer("perhaps"), RecordError),
        (GivenAnswer("taken", "长" * 201), RecordError),
    ],
)
def test_an_answer_that_is_none_changes_nothing(drafter, insurance, given, error):
    orphan("a"), orphan("b")
    row = sent(drafter)
    first, second = row.children.all()
    with pytest.raises(error):
        answer_identity_list(insurance, list_id=row.id, answers={first.id: GivenAnswer("taken"), second.id: given})
    with pytest.raises(RecordError):
        answer_identity_list(insurance, list_id=row.id, answers={})
    assert set(row.children.values_list("answer", flat=True)) == {""}


def test_a_row_of_another_list_is_not_answered(drafter, insurance):
    orphan("a")
    row = sent(drafter)
    said = {row.children.get().id: GivenAnswer("taken"), uuid.uuid4(): GivenAnswer("taken")}
    with pytest.raises(IdentityListNotFound):
        answer_identity_list(insurance, list_id=row.id, answers=said)
    assert row.children.get().answer == ""


def test_the_county_reads_masked_numbers_and_no_child_that_was_protected_since(drafter, insurance):
    child, other = orphan("a"), orphan("b")
    record_identifier(drafter, person_id=other, kind="id_card", value=ID_CARD)
    row = sent(drafter)
    Person.objects.filter(id=child).update(restricted=True)
    page = read_identity_list(drafter, list_id=row.id)
    assert page.persons == (other,)
    assert page.rows[0].content.id_number not in ("", ID_CARD)
    assert ID_CARD in {one.content.id_number for one in read_identity_list(insurance, list_id=row.id).rows}
    assert Purpose.SERVE in insurance.purposes


def test_the_file_of_a_child_is_not_in_the_clear_and_the_clock_is_the_packs(drafter):
    child = orphan("a")
    row = sent(drafter)
    name = Person.objects.get(id=child).name
    assert name.encode() not in bytes(ListedChild.objects.get().content)
    assert row.due_on is not None and row.due_on > timezone.localdate()
