"""An application between two counties: taken at a counter, sent, acknowledged, decided where the child is registered, told at the counter."""

from __future__ import annotations

import datetime as dt
import uuid
from contextlib import contextmanager
from unittest.mock import patch

import pytest
from django.utils import timezone

from ciyou.apps.audit.delivery import deliver_events
from ciyou.apps.audit.models import LogEntry, OutboxEvent, PersonSeen
from ciyou.apps.awards.checking import Opinion, check_application
from ciyou.apps.awards.drafting import Draft
from ciyou.apps.awards.models import Application, Award
from ciyou.apps.awards.progress import follow_application
from ciyou.apps.awards.receiving import renew_code, withdraw_application
from ciyou.apps.cases.escalation import escalate_tasks
from ciyou.apps.cases.models import Task
from ciyou.apps.crossing.acknowledging import accept_crossing, close_as_double, return_crossing, send_on
from ciyou.apps.crossing.clocks import clock_now
from ciyou.apps.crossing.lists import list_crossings, read_crossing
from ciyou.apps.crossing.models import Crossing
from ciyou.apps.crossing.papers import add_paper, read_crossing_paper
from ciyou.apps.crossing.progress import follow_crossing
from ciyou.apps.crossing.receiving import note_brought, renew_crossing_code, withdraw_crossing
from ciyou.apps.crossing.refusals import CrossingNotFound
from ciyou.apps.crossing.sending import Correction, send_again, send_crossing, tell_reply
from ciyou.apps.crossing.watching import urge_late
from ciyou.apps.registry.exact import find_exact
from ciyou.apps.registry.models import Evidence, Identifier, Person
from ciyou.apps.registry.selectors import PersonNotFound, get_person
from ciyou.apps.registry.services import move_person, record_identifier
from ciyou.core.access.actor import Purpose
from ciyou.core.errors import AccessDenied, RecordError
from tests.award_builders import DE_FACTO, entitled_child, received
from tests.crossing_builders import (
    AUNT,
    NUMBER,
    THERE,
    THERE_VILLAGE,
    accepted,
    app_version,
    both_ends,
    child_there,
    decided_there,
    name_of,
    row_of,
    sent,
    taken,
    version_of,
)
from tests.office import BORN, COUNTY, OTHER_COUNTY, TOWNSHIP, make_actor
from tests.web.scene import id_number

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj\n%%EOF\n"


@contextmanager
def at(day: str):
    """Ten in the morning of a day in China."""
    moment = dt.datetime.fromisoformat(f"{day}T10:00:00+08:00")
    with patch.object(timezone, "now", lambda: moment):
        yield


def code_of(error: pytest.ExceptionInfo) -> list[str]:
    return [problem.code for problem in error.value.problems]


def deliver() -> None:
    deliver_events()
    assert not OutboxEvent.objects.exclude(problem="").exists()


def tasks(crossing_id) -> set[tuple[str, str, str]]:
    rows = Task.objects.filter(subject_id=str(crossing_id), state="open")
    return set(rows.values_list("kind", "division", "queue_role"))


@pytest.fixture
def ends(db):
    return both_ends()


def test_the_loop_closes_from_the_counter_to_the_award_and_back(ends):
    child = child_there("a")
    receipt, application = accepted(ends, child)
    assert receipt.number == f"990101-{timezone.localdate().year}-K00001"
    found = Application.objects.get(id=application)
    assert (found.channel, found.county, found.received_in) == ("elsewhere", OTHER_COUNTY, THERE)
    decided_there(ends, application)
    assert not Task.objects.filter(subject_id=str(application), state="open").exists()
    deliver()
    row = row_of(receipt.id)
    assert (row.state, row.outcome) == ("decided", "approve")
    assert tasks(receipt.id) == {("tell_applicant", TOWNSHIP, "supervisor")}
    assert not Task.objects.filter(subject_id=str(receipt.id), person__isnull=False).exists()
    tell_reply(ends.counter, crossing_id=receipt.id, version=row.version)
    assert row_of(receipt.id).state == "told"
    assert Application.objects.get(id=application).steps.filter(step="tell").exists()
    assert Award.objects.get().division == THERE_VILLAGE
    assert tasks(receipt.id) == set()
    deliver()
    assert row_of(receipt.id).state == "told"
    steps = [one.step for one in read_crossing(ends.counter, crossing_id=receipt.id).steps]
    assert steps == ["receive", "send", "accept", "check", "draft", "decide", "tell"]


def test_every_step_has_one_owner(ends):
    child = child_there("b")
    receipt = taken(ends, name=name_of(child), brought=frozenset())
    assert tasks(receipt.id) == {("complete_application", TOWNSHIP, "supervisor")}
    note_brought(ends.counter, crossing_id=receipt.id, version=1, brought=["bank_card"])
    assert tasks(receipt.id) == {("push_application", TOWNSHIP, "supervisor")}
    send_crossing(ends.counter, crossing_id=receipt.id, version=2)
    assert tasks(receipt.id) == {("acknowledge_application", THERE, "supervisor")}
    return_crossing(ends.township, crossing_id=receipt.id, version=3, words="姓名与户口簿不一致，请核对。")
    assert tasks(receipt.id) == {("complete_application", TOWNSHIP, "supervisor")}
    again = Correction("已对照户口簿更正姓名。", name=name_of(child))
    send_again(ends.counter, crossing_id=receipt.id, version=4, correction=again)
    accept_crossing(ends.township, crossing_id=receipt.id, version=5, child_id=child)
    assert tasks(receipt.id) == set()
    application = row_of(receipt.id).application_id
    assert tasks(application) == {("check_application", THERE, "supervisor")}


def test_what_the_township_there_asks_for_is_asked_at_the_counter_and_its_time_begins_again(ends):
    child = child_there("c")
    receipt, application = accepted(ends, child)
    wanted = Opinion("return", "请补外祖父的户口页。")
    check_application(ends.township, application_id=application, version=1, opinion=wanted)
    assert tasks(application) == set()
    deliver()
    view = read_crossing(ends.counter, crossing_id=receipt.id)
    assert (view.line.state, view.content.asked_words) == ("returned", "请补外祖父的户口页。")
    add_paper(ends.counter, key=uuid.uuid4(), crossing_id=receipt.id, title="户口页", content=PDF)
    send_again(ends.counter, crossing_id=receipt.id, version=view.version, correction=Correction("已附上户口页。"))
    assert row_of(receipt.id).state == "accepted"
    assert Application.objects.get(id=application).state == "received"
    assert tasks(application) == {("check_application", THERE, "supervisor")}
    deliver()
    assert row_of(receipt.id).state == "accepted"


def test_papers_travel_encrypted_and_become_evidence_there(ends):
    child = child_there("d")
    receipt = taken(ends, name=name_of(child))
    key = uuid.uuid4()
    add_paper(ends.counter, key=key, crossing_id=receipt.id, title="判决书", content=PDF)
    add_paper(ends.counter, key=key, crossing_id=receipt.id, title="判决书", content=PDF)
    stored = row_of(receipt.id).papers.get()
    assert PDF not in bytes(stored.document)
    with pytest.raises(CrossingNotFound):
        read_crossing_paper(ends.township, paper_id=key)
    send_crossing(ends.counter, crossing_id=receipt.id, version=1)
    assert read_crossing_paper(ends.township, paper_id=key).content == PDF
    with pytest.raises(RecordError) as late:
        add_paper(ends.counter, key=uuid.uuid4(), crossing_id=receipt.id, title="又一份", content=PDF)
    assert code_of(late) == ["crossing.paper_state"]
    accept_crossing(ends.township, crossing_id=receipt.id, version=2, child_id=child)
    assert Evidence.objects.get(id=key).person_id == child
    for bad, code in ((b"MZ", "registry.evidence_type"), (b"", "registry.evidence_type")):
        with pytest.raises(RecordError) as refused:
            add_paper(ends.counter, key=uuid.uuid4(), crossing_id=receipt.id, title="x", content=bad)
        assert code_of(refused) == [code]


def test_a_child_on_nobodys_file_is_put_on_file_where_it_is_registered(ends):
    receipt = sent(ends, name="新来的")
    accept_crossing(ends.township, crossing_id=receipt.id, version=2, child_id=None, division=THERE_VILLAGE)
    person = Person.objects.get(id=row_of(receipt.id).person_id)
    assert (person.name, person.division, person.birth_date) == ("新来的", THERE_VILLAGE, BORN)
    assert Identifier.objects.filter(person=person, kind="id_card").count() == 1
    with pytest.raises(PersonNotFound):
        get_person(ends.counter, person_id=person.id, purpose=Purpose.SERVE)


def test_a_file_with_another_number_is_not_taken_for_the_child(ends):
    child_there("e")
    other = child_there("e2", number=id_number("990102", BORN, "034"))
    receipt = sent(ends, name="同名的")
    with pytest.raises(RecordError) as refused:
        accept_crossing(ends.township, crossing_id=receipt.id, version=2, child_id=other)
    assert code_of(refused) == ["crossing.another_number"]
    assert row_of(receipt.id).state == "sent"


def test_not_ours_goes_on_with_a_reason_and_its_time_with_it(ends):
    third = "990103001000"
    over_there = make_actor("supervisor", division=third)
    with at("2026-09-21"):
        receipt = sent(ends, name="迁走的")
    with at("2026-09-22"):
        send_on(ends.township, crossing_id=receipt.id, version=2, to=third, words="户籍已迁到第三县，见户口簿。")
        with pytest.raises(CrossingNotFound):
            read_crossing(ends.township, crossing_id=receipt.id)
        assert tasks(receipt.id) == {("acknowledge_application", third, "supervisor")}
        assert row_of(receipt.id).sent_on == dt.date(2026, 9, 21)
        view = read_crossing(over_there, crossing_id=receipt.id)
        assert view.steps[-1].words == "户籍已迁到第三县，见户口簿。"
        with pytest.raises(RecordError) as nobody:
            send_on(over_there, crossing_id=receipt.id, version=3, to="990104001000", words="不属于本地，请转。")
        assert code_of(nobody) == ["crossing.place_not_served"]
        return_crossing(over_there, crossing_id=receipt.id, version=3, words="本地没有这户人，请核对户籍。")
        again = Correction("已重新核对户口簿。", bound_for=THERE)
        send_again(ends.counter, crossing_id=receipt.id, version=4, correction=again)
        assert row_of(receipt.id).handled_in == THERE


def test_the_clocks_of_both_ends_by_hand_over_the_national_day_holiday(ends):
    """2026: days off 25–27 September and 1–7 October; Sunday 20 September and Saturday 10 October are worked."""
    child = child_there("f")
    with at("2026-09-24"):  # a Thursday: the Friday after it is off
        receipt = taken(ends, name=name_of(child))
        push = clock_now(row_of(receipt.id))
        # 28, 29, 30 September
        assert (push.end, push.statutory_on) == ("counter", dt.date(2026, 9, 30))
    with at("2026-09-30"):
        send_crossing(ends.counter, crossing_id=receipt.id, version=1)
        waiting = clock_now(row_of(receipt.id))
        # the promise: 8, 9, 10 October; the law, fifteen: 8, 9, 10, 12–16, 19–23, 26, 27 October
        assert (waiting.end, waiting.due_on, waiting.statutory_on) == (
            "place",
            dt.date(2026, 10, 10),
            dt.date(2026, 10, 27),
        )
    with at("2026-10-12"):
        accept_crossing(ends.township, crossing_id=receipt.id, version=2, child_id=child)
        application = row_of(receipt.id).application_id
        check = Task.objects.get(subject_id=str(application), state="open")
        assert (check.kind, check.started_on, check.statutory_on) == (
            "check_application",
            dt.date(2026, 9, 30),
            dt.date(2026, 10, 27),
        )
    with at("2026-10-27"):
        decided_there(ends, application)
        deliver()
        tell = clock_now(row_of(receipt.id))
        assert (tell.end, tell.kind, tell.statutory_on) == ("counter", "tell_applicant", dt.date(2026, 10, 30))


def test_what_is_late_is_seen_at_both_ends_and_once(ends):
    with at("2026-03-02"):  # a Monday
        receipt = sent(ends, name="没人收的")
        assert urge_late() == 0
    with at("2026-03-06"):  # the promise ended on Thursday
        reviewer = make_actor("county_reviewer")
        assert (urge_late(), urge_late()) == (1, 1)
        assert ("urge_crossing", COUNTY, "county_reviewer") in tasks(receipt.id)
        assert escalate_tasks(timezone.localdate()) > 0
        late = Task.objects.get(subject_id=str(receipt.id), kind="acknowledge_application")
        assert late.escalated_to == "county_approver" or late.stage_told >= 100
        for actor in (ends.counter, reviewer, ends.township, ends.reviewer):
            (line,) = list_crossings(actor).lines
            assert line.clock.is_late(timezone.localdate())
        return_crossing(ends.township, crossing_id=receipt.id, version=2, words="户籍不在本乡镇，请核对。")
        assert tasks(receipt.id) == {("complete_application", TOWNSHIP, "supervisor")}
    with at("2026-06-01"):  # and now the counter lets it lie
        assert urge_late() == 1
        assert ("urge_crossing", OTHER_COUNTY, "county_reviewer") in tasks(receipt.id)


def test_a_guardian_follows_from_both_ends_with_one_code(ends):
    child = child_there("g")
    receipt, application = accepted(ends, child)
    there = Application.objects.get(id=application).number
    standing = follow_crossing(number=receipt.number, code=receipt.code, origin="127.0.0.1")
    assert (standing.state, standing.application_state, standing.application_number) == ("accepted", "received", there)
    assert follow_application(number=there, code=receipt.code, origin="127.0.0.1").state == "received"
    for number, code in ((receipt.number, "00000000"), ("990101-2026-K99999", receipt.code)):
        with pytest.raises(RecordError) as wrong:
            follow_crossing(number=number, code=code, origin="127.0.0.1")
        assert code_of(wrong) == ["follow.wrong"]
    new = renew_crossing_code(ends.counter, crossing_id=receipt.id, version=version_of(receipt.id))
    assert follow_application(number=there, code=new.code, origin="127.0.0.1").state == "received"
    with pytest.raises(RecordError):
        follow_crossing(number=receipt.number, code=receipt.code, origin="127.0.0.1")
    with pytest.raises(RecordError) as elsewhere:
        renew_code(ends.township, application_id=application, version=app_version(application))
    assert code_of(elsewhere) == ["application.code_elsewhere"]


def test_after_five_wrong_codes_a_number_waits(ends):
    receipt = taken(ends, name="某某")
    for _ in range(5):
        with pytest.raises(RecordError):
            follow_crossing(number=receipt.number, code="00000000", origin="10.0.0.1")
    with pytest.raises(RecordError) as often:
        follow_crossing(number=receipt.number, code=receipt.code, origin="10.0.0.2")
    assert code_of(often) == ["follow.often"]


def test_the_same_at_two_counters_is_one(ends):
    second = make_actor("supervisor", division="990105001000")
    receipt = taken(ends, name="两头跑")
    with pytest.raises(RecordError) as double:
        taken(ends, name="两头跑", by=second)
    assert code_of(double) == ["crossing.open_already"]
    withdraw_crossing(ends.counter, crossing_id=receipt.id, version=1, reason="改到另一个窗口办理。")
    assert taken(ends, name="两头跑", by=second).number.startswith("990105-")


def test_a_form_sent_twice_is_one_and_shows_no_code_again(ends):
    key = uuid.uuid4()
    first = taken(ends, name="某某", id=key)
    again = taken(ends, name="某某", id=key)
    assert (again.number, again.code) == (first.number, "")
    assert Crossing.objects.count() == 1


def test_what_is_open_at_home_already_is_answered_so(ends):
    child = child_there("h")
    received(child, by=ends.township)
    receipt = sent(ends, name=name_of(child))
    with pytest.raises(RecordError) as open_already:
        accept_crossing(ends.township, crossing_id=receipt.id, version=2, child_id=child)
    assert code_of(open_already) == ["application.open_already"]
    assert row_of(receipt.id).state == "sent"
    close_as_double(ends.township, crossing_id=receipt.id, version=2, words="祖母已在本乡镇申请，正在办理。")
    row = row_of(receipt.id)
    assert (row.state, row.outcome, tasks(receipt.id)) == (
        "decided",
        "already",
        {("tell_applicant", TOWNSHIP, "supervisor")},
    )
    tell_reply(ends.counter, crossing_id=receipt.id, version=row.version)


@pytest.mark.parametrize("at", ["counter", "place"])
def test_withdrawn_at_one_end_it_ends_at_both(ends, at):
    receipt, application = accepted(ends, child_there("i"))
    if at == "counter":
        version = version_of(receipt.id)
        withdraw_crossing(ends.counter, crossing_id=receipt.id, version=version, reason="家里改由祖父申请。")
    else:
        withdraw_application(ends.township, application_id=application, version=1, reason="家里改由祖父申请。")
    deliver()
    assert row_of(receipt.id).state == "withdrawn"
    assert Application.objects.get(id=application).state == "withdrawn"
    assert not Task.objects.filter(subject_id__in=(str(receipt.id), str(application)), state="open").exists()


def test_a_refusal_reaches_the_counter_in_writing_and_its_reasons_stand_nowhere_else(ends):
    receipt, application = accepted(ends, child_there("j"))
    decided_there(ends, application, draft=Draft("refuse", "父亲已刑满回家共同生活。"))
    deliver()
    view = read_crossing(ends.counter, crossing_id=receipt.id)
    (paper,) = view.papers
    assert (view.line.outcome, paper.kind, view.content.amount_fen) == ("refuse", "reply", None)
    assert read_crossing_paper(ends.counter, paper_id=paper.id).content.startswith(b"%PDF")
    assert "刑满" not in repr(view)
    assert Task.objects.filter(subject_id=str(application), state="open").count() == 0


def test_a_child_that_moves_hukou_in_mid_course_takes_it_along(ends):
    third = "990103001001"
    over_there = make_actor("supervisor", division="990103001000")
    child = child_there("k")
    receipt, application = accepted(ends, child)
    move_person(ends.drafter, person_id=child, division=third, on=timezone.localdate())
    deliver()
    row = row_of(receipt.id)
    assert (row.handled_in, row.state) == ("990103001000", "accepted")
    assert Application.objects.get(id=application).division == third
    assert read_crossing(over_there, crossing_id=receipt.id).application_id == application
    with pytest.raises(CrossingNotFound):
        read_crossing(ends.township, crossing_id=receipt.id)
    agreed = Opinion("agree", compared=frozenset({"police"}))
    check_application(over_there, application_id=application, version=app_version(application), opinion=agreed)
    deliver()
    assert read_crossing(ends.counter, crossing_id=receipt.id).steps[-1].step == "check"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": "甲"}, "crossing.child_name"),
        ({"applicant": AUNT.__class__("", "relative")}, "crossing.name"),
        ({"applicant": AUNT.__class__("乙", "neighbour")}, "crossing.relation"),
        ({"id_card": id_number("990102", dt.date(1990, 1, 1), "022")}, "crossing.adult"),
        ({"bound_for": ""}, "crossing.place"),
        ({"bound_for": THERE_VILLAGE}, "crossing.place"),
        ({"bound_for": TOWNSHIP}, "crossing.place_is_ours"),
        ({"bound_for": "990109001000"}, "crossing.place_not_served"),
        ({"entitlement": "single_person_dibao"}, "crossing.entitlement"),
        ({"entitlement": "hiv_living_allowance"}, "crossing.entitlement"),
        ({"id_card": NUMBER[:-1] + "0"}, "registry.id_checksum"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_its_reason(ends, change, code):
    with pytest.raises(RecordError) as refused:
        taken(ends, **{"name": "某某", **change})
    assert code in code_of(refused)
    assert Crossing.objects.count() == 0


def test_a_step_out_of_turn_is_refused(ends):
    receipt = taken(ends, name="某某")
    with pytest.raises(CrossingNotFound):
        accept_crossing(ends.township, crossing_id=receipt.id, version=1, child_id=None)
    send_crossing(ends.counter, crossing_id=receipt.id, version=1)
    for step in (send_crossing, tell_reply):
        with pytest.raises(RecordError) as refused:
            step(ends.counter, crossing_id=receipt.id, version=2)
        assert code_of(refused) == ["crossing.moved_on"]
    with pytest.raises(CrossingNotFound):  # the counter is not the place
        accept_crossing(ends.counter, crossing_id=receipt.id, version=2, child_id=None)
    with pytest.raises(CrossingNotFound):  # and the place not the counter
        withdraw_crossing(ends.township, crossing_id=receipt.id, version=2, reason="不是我的，撤回。")
    with pytest.raises(RecordError):  # two officers at once
        return_crossing(ends.township, crossing_id=receipt.id, version=1, words="早已不是这一版。")
    with pytest.raises(RecordError) as silent:
        return_crossing(ends.township, crossing_id=receipt.id, version=2, words="退")
    assert code_of(silent) == ["crossing.reason"]


@pytest.mark.parametrize("role", ["child_director", "committee_office", "partner", "auditor", "city_viewer"])
def test_other_posts_neither_see_nor_take_any(ends, role):
    actor = make_actor(role)
    with pytest.raises(AccessDenied):
        taken(ends, name="某某", by=actor)
    with pytest.raises(AccessDenied):
        list_crossings(actor)


def test_an_exact_number_and_name_tell_the_county_and_a_masked_name_and_nothing_more(ends):
    child = child_there("走l")
    found = find_exact(ends.counter, name=name_of(child), id_card=NUMBER)
    assert (found.here, found.county) == (None, OTHER_COUNTY)
    assert found.masked_name == "孩*l"
    assert PersonSeen.objects.filter(person_id=child, entry__action="find_exact").count() == 1
    for name in ("别的名字", name_of(child)[:1], ""):
        nothing = find_exact(ends.counter, name=name, id_card=NUMBER)
        assert (nothing.here, nothing.county, nothing.masked_name, nothing.persons) == (None, "", "", ())
    Person.objects.filter(id=child).update(restricted=True)
    assert find_exact(ends.counter, name=name_of(child), id_card=NUMBER).county == ""
    assert LogEntry.objects.filter(action="find_exact").count() == 5
    with pytest.raises(AccessDenied):
        find_exact(make_actor("child_director"), name=name_of(child), id_card=NUMBER)


def test_a_file_of_ones_own_is_found_to_apply_on_it(ends):
    ours = entitled_child("m")
    number = id_number("990101", BORN, "046")
    Identifier.objects.filter(person_id=ours).delete()
    record_identifier(make_actor("county_drafter"), person_id=ours, kind="id_card", value=number, source="registration")
    assert find_exact(ends.counter, name=name_of(ours), id_card=number).here == ours


def test_searching_for_numbers_is_counted(ends):
    for _ in range(60):
        find_exact(ends.counter, name="某某", id_card=NUMBER)
    with pytest.raises(RecordError) as often:
        find_exact(ends.counter, name="某某", id_card=NUMBER)
    assert code_of(often) == ["registry.search_often"]


def test_who_handled_it_is_masked_for_the_other_end(ends):
    receipt, _application = accepted(ends, child_there("n"))
    ours, theirs = (read_crossing(one, crossing_id=receipt.id).steps for one in (ends.counter, ends.township))
    assert [step.by.count("*") > 0 for step in ours] == [False, False, True]
    assert [step.by.count("*") > 0 for step in theirs] == [True, True, False]


def test_only_what_any_township_may_take_is_taken(ends):
    assert taken(ends, name="某某", entitlement=DE_FACTO).number


def test_a_list_asks_as_often_for_many_as_for_one(ends, django_assert_max_num_queries):
    for number in range(22, 40, 2):
        taken(ends, name="某某", id_card=id_number("990102", BORN, f"0{number}"))
    with django_assert_max_num_queries(4):
        page = list_crossings(ends.counter)
    assert (page.total, {line.clock.end for line in page.lines}) == (9, {"counter"})
