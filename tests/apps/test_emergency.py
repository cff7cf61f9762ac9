"""Aid where an emergency is: decided and paid at once there, the papers afterwards, noted at home, and for one event only once."""

from __future__ import annotations

import datetime as dt
import uuid
from contextlib import contextmanager
from unittest.mock import patch

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from ciyou.apps.audit.keys import keyring
from ciyou.apps.awards.contents import Applicant
from ciyou.apps.cases.escalation import escalate_tasks
from ciyou.apps.cases.models import Task
from ciyou.apps.crossing.emergency_lists import list_emergencies, read_emergency
from ciyou.apps.crossing.emergency_receipts import print_emergency_slip, renew_emergency_code
from ciyou.apps.crossing.emergency_steps import (
    Verdict,
    complete_emergency,
    decide_emergency,
    note_emergency,
    review_emergency,
    tell_refusal,
)
from ciyou.apps.crossing.emergency_terms import EmergencyTerms, emergency_terms, event_aid
from ciyou.apps.crossing.models import EmergencyAid
from ciyou.apps.crossing.progress import follow_emergency
from ciyou.apps.crossing.refusals import CrossingNotFound
from ciyou.config.sealed import SEALED
from ciyou.core.errors import AccessDenied, RecordError
from ciyou.vault.fields import blind_index, decrypt_text
from tests.crossing_builders import both_ends
from tests.emergency_builders import AID, decided, paid, receipted, registered, version_of
from tests.office import BORN, COUNTY, OTHER_COUNTY, TOWNSHIP, make_actor
from tests.web.scene import id_number

pytestmark = pytest.mark.django_db
STEPS = "ciyou.apps.crossing.emergency_steps.emergency_terms"


@contextmanager
def at(day: str):
    """Ten in the morning of a day in China."""
    moment = dt.datetime.fromisoformat(f"{day}T10:00:00+08:00")
    with patch.object(timezone, "now", lambda: moment):
        yield


@contextmanager
def place_says(**fields):
    """A place whose standard and limit are known: a thousand yuan at most, five hundred of them by the township."""
    said = {"due": True, "most_fen": 100000, "settled": True, "township_fen": 50000, "open_questions": (), **fields}
    with patch(STEPS, lambda *_args, **_more: EmergencyTerms(**said)):
        yield


def code_of(error) -> list[str]:
    return [problem.code for problem in error.value.problems]


def tasks(aid_id) -> set[tuple[str, str, str]]:
    rows = Task.objects.filter(subject_id=str(aid_id), state="open")
    return set(rows.values_list("kind", "division", "queue_role"))


@pytest.fixture
def ends(db):
    return both_ends()


@pytest.fixture
def reviewer(db):
    return make_actor("county_reviewer", division=COUNTY)


def test_the_packs_say_what_is_claimed_where_the_event_is():
    assert [one.code for one in event_aid(TOWNSHIP, dt.date(2026, 6, 1))] == [AID]
    assert event_aid(TOWNSHIP, dt.date(2026, 1, 28)) == ()  # the day before the national text


def test_the_law_bounds_the_amount_by_need_and_standard_and_asks_what_no_source_says():
    day, born = dt.date(2026, 6, 1), dt.date(2015, 3, 2)
    hangzhou = emergency_terms(AID, "330106000000", day, birth_date=born, need_fen=100000)
    assert (hangzhou.due, hangzhou.settled, hangzhou.most_fen) == (True, True, 100000)
    capped = emergency_terms(AID, "330106000000", day, birth_date=born, need_fen=900000)
    assert capped.settled
    assert capped.most_fen < 900000
    unknown = emergency_terms(AID, TOWNSHIP, day, birth_date=born, need_fen=30000)
    assert (unknown.settled, unknown.township_fen) == (False, None)
    assert {one.key for one in unknown.open_questions} == {"dibao_standard", "emergency_township_limit"}
    adult = emergency_terms(AID, TOWNSHIP, day, birth_date=dt.date(2000, 1, 1), need_fen=30000)
    assert not adult.due


def test_the_loop_closes_with_aid_first_and_papers_afterwards(ends, reviewer):
    aid = registered(ends.counter)
    assert tasks(aid) == {(AID, TOWNSHIP, "supervisor")}
    decided(ends.counter, aid)
    assert tasks(aid) == {("pay_emergency_aid", TOWNSHIP, "supervisor"), ("note_emergency_aid", OTHER_COUNTY, "county_drafter")}  # fmt: skip
    paid(ends.counter, aid)
    complete_emergency(ends.counter, aid_id=aid, version=version_of(aid), words="登记表和收条在镇里第三柜。")
    note_emergency(ends.drafter, aid_id=aid, version=version_of(aid))
    assert tasks(aid) == {("review_emergency_aid", COUNTY, "county_reviewer")}
    review_emergency(reviewer, aid_id=aid, version=version_of(aid), agreed=False, words="收条没有签名，请补。")
    assert tasks(aid) == {("complete_emergency_aid", TOWNSHIP, "supervisor")}
    complete_emergency(ends.counter, aid_id=aid, version=version_of(aid), words="收条已补签名。")
    review_emergency(reviewer, aid_id=aid, version=version_of(aid), agreed=True)
    row = EmergencyAid.objects.get(id=aid)
    assert (row.state, row.amount_fen, row.outcome, tasks(aid)) == ("closed", 40000, "approve", set())
    steps = [one.step for one in read_emergency(ends.counter, aid_id=aid).steps]
    assert steps == ["register", "decide", "pay", "complete", "note", "return", "complete", "review"]


def test_three_days_run_from_the_registration_also_over_a_weekend_and_are_escalated(ends):
    with at("2026-06-05"):  # a Friday
        aid = registered(ends.counter)
    assert Task.objects.get(kind=AID).due_on == dt.date(2026, 6, 8)
    with at("2026-06-07"):
        decided(ends.counter, aid)
    assert Task.objects.get(kind="pay_emergency_aid").due_on == dt.date(2026, 6, 8)
    with at("2026-06-12"):
        assert escalate_tasks(dt.date(2026, 6, 12)) > 0
        paid(ends.counter, aid)
    papers = Task.objects.get(kind="complete_emergency_aid")
    assert papers.started_on == dt.date(2026, 6, 12)
    assert papers.due_on > dt.date(2026, 6, 22)  # ten working days: the counting is the calendar's


def test_what_the_place_leaves_open_needs_a_reason(ends):
    aid = registered(ends.counter)
    with pytest.raises(RecordError) as error:
        decided(ends.counter, aid, words="")
    assert code_of(error) == ["crossing.reason"]
    with pytest.raises(RecordError) as error:
        decided(ends.counter, aid, amount_fen=80001)  # more than is needed
    assert code_of(error) == ["crossing.emergency.amount"]


def test_a_township_decides_as_far_as_its_place_lets_it_and_the_county_beyond(ends):
    approver = make_actor("county_approver", division=COUNTY)
    aid = registered(ends.counter)
    with place_says():
        with pytest.raises(RecordError) as error:
            decided(ends.counter, aid, amount_fen=50001)
        assert code_of(error) == ["crossing.emergency.above_township"]
        decided(ends.counter, aid, outcome="refer", words="超过乡镇上限，请县里定。")
        assert tasks(aid) == {(AID, COUNTY, "county_approver")}
        with pytest.raises(RecordError) as error:
            decided(approver, aid, amount_fen=100001)
        assert code_of(error) == ["crossing.emergency.amount"]
        decided(approver, aid, amount_fen=100000, words="")
    assert EmergencyAid.objects.get().amount_fen == 100000
    with place_says():
        small = registered(ends.counter, id_card=id_number("990102", BORN, "044"))
        decided(ends.counter, small, amount_fen=50000, words="")  # within the law's own figures: no reason needed


def test_one_event_is_not_paid_twice_wherever_it_is_asked(ends):
    first = registered(ends.counter)
    for counter in (ends.counter, ends.township):
        with pytest.raises(RecordError) as error:
            registered(counter)
        assert code_of(error) == ["crossing.emergency.given"]
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    with pytest.raises(RecordError) as error:
        registered(ends.township, event_on=yesterday)
    assert code_of(error) == ["crossing.emergency.near"]
    registered(ends.township, event_on=yesterday, other_event="前一天是车祸，今天是失火。")
    decided(ends.counter, first, outcome="refuse", words="房子没有失火，已到现场看过。")
    third = registered(ends.township, other_event="前一天是车祸，今天是失火。")
    assert third != first  # what was refused was not given


def test_the_database_holds_the_key_where_two_counters_are_equally_fast(ends):
    row = EmergencyAid.objects.get(id=registered(ends.counter))
    row.pk, row._state.adding = uuid.uuid4(), True
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_the_same_form_sent_twice_is_one(ends):
    key = uuid.uuid4()
    assert registered(ends.counter, id=key) == registered(ends.counter, id=key) == key
    with pytest.raises(RecordError) as error:
        registered(ends.township, id=key)
    assert code_of(error) == ["crossing.moved_on"]


def test_all_mistakes_of_the_form_are_told_at_once(ends):
    with pytest.raises(RecordError) as error:
        registered(
            ends.counter, name="", cause="", need_fen=None, event_on=None, bound_for="", applicant=Applicant("", "x")
        )
    assert set(code_of(error)) == {
        "crossing.child_name", "crossing.name", "crossing.relation", "crossing.emergency.day",
        "crossing.emergency.cause", "crossing.emergency.need", "crossing.place",
    }  # fmt: skip
    with pytest.raises(RecordError) as error:
        registered(ends.counter, id_card=id_number("990102", dt.date(1990, 1, 1), "022"))
    assert code_of(error) == ["crossing.emergency.not_due"]
    with pytest.raises(RecordError) as error:
        registered(ends.counter, entitlement="orphan_living_allowance")
    assert code_of(error) == ["crossing.emergency.entitlement"]


def test_a_child_without_a_number_is_helped_and_who_is_alike_in_the_county_is_asked_about(ends):
    paperless = {"id_card": "", "birth_date": BORN, "name": "张小明"}
    aid = registered(ends.counter, **paperless)
    row = EmergencyAid.objects.get(id=aid)
    assert (row.identity, tasks(aid)) == ("", {(AID, TOWNSHIP, "supervisor")})
    assert read_emergency(ends.counter, aid_id=aid).masked_number == ""
    for again in (
        paperless,
        {**paperless, "name": "章晓明"},
        {"name": "张小明"},
    ):  # reads the same; or with its number this time
        with pytest.raises(RecordError) as error:
            registered(ends.counter, **again)
        assert code_of(error) == ["crossing.emergency.near"]
        assert "张小明" not in str(error.value)
    registered(ends.counter, **{**paperless, "birth_date": BORN + dt.timedelta(days=1)})
    registered(ends.township, **paperless)  # another county is not asked: names repeat
    registered(ends.counter, **paperless, other_event="双胞胎的哥哥，两个人都到了柜台。")
    assert EmergencyAid.objects.count() == 4


def test_two_numbers_are_two_children_however_alike_and_a_birth_date_must_be_told_without_one(ends):
    registered(ends.counter)
    registered(ends.counter, id_card=id_number("990103", BORN, "044"))
    with pytest.raises(RecordError) as error:
        registered(ends.counter, id_card="")
    assert code_of(error) == ["crossing.emergency.birth_date"]
    with pytest.raises(RecordError) as error:
        registered(ends.counter, birth_date=BORN + dt.timedelta(days=1))
    assert code_of(error) == ["crossing.emergency.birth_date_differs"]
    with pytest.raises(RecordError) as error:
        registered(ends.counter, id_card="", birth_date=dt.date(2000, 1, 1))
    assert code_of(error) == ["crossing.emergency.not_due"]


def test_a_new_key_finds_the_alike_again(ends):
    registered(ends.counter, id_card="", birth_date=BORN)
    columns = {one.column: one for one in SEALED.blind if one.sealed.model == "crossing.EmergencyAid"}
    row = EmergencyAid.objects.get()
    text = decrypt_text(keyring(), bytes(row.content), context=f"crossing.aid:{row.id}")
    assert columns["identity"].value_of(text) == ""
    index = blind_index(keyring(), field=columns["likeness"].field, value=columns["likeness"].value_of(text))
    assert index == row.likeness


def test_a_refusal_is_told_in_writing(ends):
    aid = registered(ends.counter)
    with pytest.raises(RecordError) as error:
        decided(ends.counter, aid, outcome="refuse", words="")
    assert code_of(error) == ["crossing.reason"]
    decided(ends.counter, aid, outcome="refuse", words="房子没有失火，已到现场看过。")
    assert tasks(aid) == {("refuse_in_writing", TOWNSHIP, "supervisor")}
    tell_refusal(ends.counter, aid_id=aid, version=version_of(aid))
    assert (EmergencyAid.objects.get().state, tasks(aid)) == ("told", set())


def test_home_sees_it_once_it_was_told_and_takes_no_step_but_noting(ends):
    aid = registered(ends.counter)
    with pytest.raises(CrossingNotFound):
        read_emergency(ends.drafter, aid_id=aid)
    decided(ends.counter, aid)
    view = read_emergency(ends.drafter, aid_id=aid)
    assert (view.line.amount_fen, view.applicant_name, view.rights.note) == (40000, "", True)
    assert all(not one.words for one in view.steps)
    with pytest.raises(CrossingNotFound):
        paid(ends.drafter, aid)
    with pytest.raises(CrossingNotFound):
        note_emergency(ends.counter, aid_id=aid, version=version_of(aid))


def test_a_third_county_a_village_and_a_department_find_nothing(ends):
    aid = registered(ends.counter)
    decided(ends.counter, aid)
    third = make_actor("supervisor", division="990103001000")
    assert list_emergencies(third).total == 0
    for attack in (
        lambda: read_emergency(third, aid_id=aid),
        lambda: decided(third, aid),
        lambda: paid(third, aid),
        lambda: note_emergency(third, aid_id=aid, version=version_of(aid)),
    ):
        with pytest.raises(CrossingNotFound):
            attack()
    for actor in (make_actor("child_director"), make_actor("partner", department="police"), make_actor("auditor")):
        with pytest.raises(AccessDenied):
            list_emergencies(actor)
        with pytest.raises(AccessDenied):
            registered(actor)


def test_whoever_had_a_hand_in_it_does_not_review_it(ends, reviewer):
    approver = make_actor("county_approver", division=COUNTY)
    aid = registered(ends.counter)
    decided(approver, aid)
    paid(ends.counter, aid)
    complete_emergency(ends.counter, aid_id=aid, version=version_of(aid), words="登记表在镇里。")
    with pytest.raises(RecordError) as error:
        review_emergency(approver, aid_id=aid, version=version_of(aid), agreed=True)
    assert code_of(error) == ["crossing.emergency.own"]
    with pytest.raises(AccessDenied):
        review_emergency(ends.counter, aid_id=aid, version=version_of(aid), agreed=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        EmergencyAid.objects.filter(id=aid).update(reviewed_by=approver.id)


def test_a_page_that_is_out_of_date_takes_no_step(ends):
    aid = registered(ends.counter)
    seen = version_of(aid)
    decided(ends.counter, aid)
    again = Verdict("approve", 10000, "又点了一次同意。")
    with pytest.raises(RecordError) as error:
        decide_emergency(ends.counter, aid_id=aid, version=seen, verdict=again)
    assert code_of(error) == ["crossing.moved_on"]


def test_the_family_follows_with_number_and_code_until_another_code_is_given(ends):
    receipt = receipted(ends.counter)
    assert receipt.number == f"990101-{timezone.localdate().year}-J00001"
    assert receipted(ends.counter, id=receipt.id).code == ""
    asked = {"number": receipt.number.lower().replace("-", ""), "origin": "127.0.0.1"}
    assert follow_emergency(code=receipt.code, **asked).state == "registered"
    decided(ends.counter, receipt.id)
    paid(ends.counter, receipt.id)
    standing = follow_emergency(code=f"{receipt.code[:4]} {receipt.code[4:]}", **asked)
    assert (standing.state, standing.paid_on, standing.received_in) == ("paid", timezone.localdate(), TOWNSHIP)
    for number, code in ((receipt.number, "x"), (receipt.number.replace("J", "K"), receipt.code)):
        with pytest.raises(RecordError) as wrong:
            follow_emergency(number=number, code=code, origin="127.0.0.1")
        assert code_of(wrong) == ["follow.wrong"]
    with pytest.raises(CrossingNotFound):
        renew_emergency_code(ends.township, aid_id=receipt.id, version=version_of(receipt.id))
    new = renew_emergency_code(ends.counter, aid_id=receipt.id, version=version_of(receipt.id))
    assert follow_emergency(code=new.code, **asked).state == "paid"
    with pytest.raises(RecordError):
        follow_emergency(code=receipt.code, **asked)
    second = receipted(ends.counter, id_card=id_number("990103", BORN, "044"))
    assert second.number.endswith("-J00002")


def test_after_five_wrong_codes_a_number_of_an_emergency_waits(ends):
    receipt = receipted(ends.counter)
    for _ in range(5):
        with pytest.raises(RecordError):
            follow_emergency(number=receipt.number, code="00000000", origin="10.0.0.1")
    with pytest.raises(RecordError) as often:
        follow_emergency(number=receipt.number, code=receipt.code, origin="10.0.0.2")
    assert code_of(often) == ["follow.often"]


def test_the_slip_is_printed_with_its_code_only(ends):
    receipt = receipted(ends.counter)
    asked = {"aid_id": receipt.id, "address": "http://127.0.0.1/follow/"}
    slip = print_emergency_slip(ends.counter, code=receipt.code, **asked)
    assert slip is not None and slip.startswith(b"%PDF")
    wrong = f"{(int(receipt.code) + 1) % 10**8:08d}"
    assert print_emergency_slip(ends.counter, code=wrong, **asked) is None
    with pytest.raises(CrossingNotFound):
        print_emergency_slip(ends.township, code=receipt.code, **asked)
