"""Row-level security: the database shows a request only what lies in its actor's scope, whatever the query says."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from ciyou.apps.accounts.one_time_links import LinkUnusable
from ciyou.apps.assessments.selectors import standing_tier
from ciyou.apps.audit.row_security import precondition_statements
from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.care.assessing import record_assessment
from ciyou.apps.care.selectors import filled_of_child, read_alerted, read_filled
from ciyou.apps.cases.risk_work import settle_tier
from ciyou.apps.cases.visit_plans import next_visit
from ciyou.apps.crossing.acknowledging import accept_crossing, send_on
from ciyou.apps.crossing.emergency_steps import note_emergency
from ciyou.apps.crossing.lists import read_crossing
from ciyou.apps.crossing.receiving import withdraw_crossing
from ciyou.apps.partners.answering import Answer, answer_referral
from ciyou.apps.partners.links import answer_by_link, make_link, open_link
from ciyou.apps.partners.lists import read_referral
from ciyou.apps.partners.returning import close_referral, plan_return, record_follow_up
from ciyou.apps.plans.casework import agree_to_plan, hand_in_plan, open_case, review_plan_unchanged
from ciyou.apps.plans.goals import NewGoal, set_goal
from ciyou.apps.plans.lists import read_case
from ciyou.apps.registry.models import Fact, Identifier, NamedAccess, Person, PersonPlace
from ciyou.apps.registry.named_access import grant_named_access
from ciyou.apps.schooling.home import (
    HeldSession,
    NewPlacement,
    TermPlan,
    plan_term,
    record_placement,
    record_session,
    strike_session,
)
from ciyou.apps.schooling.links import make_school_link
from ciyou.apps.schooling.places import NewRequest, answer_request, ask_for_place, settle_request
from ciyou.apps.schooling.working import (
    SchoolVisit,
    end_by_document,
    name_school,
    record_school_visit,
    say_whether_back,
    settle_contradiction,
)
from ciyou.apps.training.certificates import issue_certificates
from ciyou.apps.training.courses import HeldDay, correct_course_day
from ciyou.apps.training.models import Attendance
from ciyou.apps.training.reading import read_own_training
from ciyou.core.access.actor import LOCAL_OPERATOR, DivisionScope, Purpose
from ciyou.core.errors import RecordError
from tests.apps.test_care_asking import SAID, born, flagged
from tests.award_builders import awarded, entitled_child
from tests.crossing_builders import THERE_VILLAGE, accepted, both_ends, child_there, sent, taken
from tests.emergency_builders import decided, registered
from tests.office import COUNTY, OTHER_COUNTY, OTHER_VILLAGE, TOWNSHIP, VILLAGE, make_actor, make_person
from tests.referral_builders import ASKED, row_of, sending
from tests.referral_builders import sent as referred
from tests.risk_builders import assess, give_tier
from tests.schooling_builders import SCHOOL, found, pupil, school_office
from tests.second_wall import WALLED
from tests.training_builders import held_today, new_course, training_office

pytestmark = pytest.mark.django_db

FAR_VILLAGE = "990102001001"
SETTINGS = ("first", "end", "user", "post", "department", "persons")


def rows(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def count(table):
    return rows(f"SELECT count(*) FROM {table}")[0][0]


def make_fact(person, name="dead"):
    now = timezone.now()
    return Fact.objects.create(
        person=person, name=name, value=b"x", sensitivity=4, basis="verified", source="visit", recorded_at=now,
        recorded_by="local",
    )  # fmt: skip


@pytest.fixture
def child(db):
    """A child of our county with a fact and an identifier."""
    return with_facts(make_person(division=VILLAGE))


@pytest.fixture
def far_child(db):
    """The same in another county."""
    return with_facts(make_person(division=FAR_VILLAGE))


def with_facts(person):
    make_fact(person)
    Identifier.objects.create(person=person, kind="id_card", cipher=b"x", source="visit", recorded_at=timezone.now())
    return person


def test_a_child_of_another_county_is_not_there_whatever_the_query(child, far_child):
    with walled(make_actor("county_drafter", division=COUNTY)):
        assert rows("SELECT id FROM registry_person") == [(child.id,)]
        assert rows("SELECT person_id FROM registry_fact") == [(child.id,)]
        assert rows("SELECT person_id FROM registry_identifier") == [(child.id,)]
        assert rows("SELECT person_id FROM registry_personplace") == [(child.id,)]
        assert count("registry_person WHERE id = {}".format(f"'{far_child.id}'")) == 0


def test_a_village_sees_its_own_children_and_not_the_next_villages(child):
    make_person(division=OTHER_VILLAGE)
    with walled(make_actor("child_director", division=VILLAGE)):
        assert rows("SELECT id FROM registry_person") == [(child.id,)]
    with walled(make_actor("supervisor", division=TOWNSHIP)):
        assert count("registry_person") == 2


def test_a_father_who_lives_elsewhere_is_there_for_the_officers_of_his_child(child):
    father = make_person(kind="adult", division=FAR_VILLAGE, places=(VILLAGE,))
    with walled(make_actor("county_drafter", division=COUNTY)):
        assert set(rows("SELECT id FROM registry_person")) == {(child.id,), (father.id,)}
    with walled(make_actor("county_drafter", division=OTHER_COUNTY)):
        assert rows("SELECT id FROM registry_person") == [(father.id,)]


def test_whoever_does_not_say_who_asks_finds_nothing(child):
    with transaction.atomic():
        for name in SETTINGS:
            rows("SELECT set_config(%s, '', true)", f"ciyou.{name}")
        tables = ("registry_person", "registry_personplace", "registry_fact", "registry_identifier", "cases_lead")
        assert [count(table) for table in tables] == [0] * len(tables)
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    "role", ["auditor", "sysadmin", "secadmin", "auditadmin", "city_viewer", "partner", "institution"]
)
def test_a_role_that_sees_no_persons_finds_none(child, role):
    with walled(make_actor(role, division=COUNTY)):
        assert (count("registry_person"), count("registry_fact"), count("registry_personplace")) == (0, 0, 0)


def test_a_restricted_file_is_there_for_its_named_workers_only(child):
    Person.objects.filter(id=child.id).update(restricted=True)
    named, other, ended = (make_actor("county_reviewer", division=COUNTY) for _ in range(3))
    now = timezone.now()
    grant = {"person": child, "purpose": "serve", "why": "case_worker", "granted_by": "local", "granted_at": now}
    NamedAccess.objects.create(user_id=named.id, **grant)
    NamedAccess.objects.create(user_id=ended.id, ends_at=now - dt.timedelta(minutes=1), **grant)
    for actor, seen in ((named, 1), (other, 0), (ended, 0)):
        with walled(actor):
            assert (count("registry_person"), count("registry_fact")) == (seen, seen)


def test_nothing_of_another_county_can_be_changed_or_removed(far_child):
    with walled(make_actor("county_approver", division=COUNTY)):
        assert Person.objects.filter(id=far_child.id).update(name="x") == 0
        assert Fact.objects.filter(person_id=far_child.id).delete()[0] == 0
    assert Fact.objects.filter(person_id=far_child.id).count() == 1


@pytest.mark.parametrize("table", ["fact", "place", "person"])
def test_nothing_can_be_added_to_another_county(far_child, table):
    add = {
        "fact": lambda: make_fact(far_child, "lost_contact"),
        "place": lambda: PersonPlace.objects.create(person=far_child, division=VILLAGE, why="family"),
        "person": lambda: make_person(division=FAR_VILLAGE),
    }[table]
    actor = make_actor("county_drafter", division=COUNTY)
    with pytest.raises(DatabaseError, match="row-level security"), walled(actor):
        add()


def test_a_person_is_registered_with_places_and_facts_inside_the_wall():
    with walled(make_actor("county_drafter", division=COUNTY)):
        person = with_facts(make_person(division=VILLAGE, places=(OTHER_VILLAGE,)))
        assert rows("SELECT id FROM registry_person") == [(person.id,)]


def test_the_machine_sees_everything_inside_a_wall_and_the_wall_stands_again_behind_it(child, far_child):
    with walled(make_actor("county_drafter", division=COUNTY)):
        with walled(LOCAL_OPERATOR):
            assert count("registry_person") == 2
        assert count("registry_person") == 1
    assert count("registry_person") == 2
    assert rows("SELECT current_user") == [("ciyou",)]


def test_a_failure_inside_the_wall_leaves_no_wall_behind(child, far_child):
    with pytest.raises(ZeroDivisionError), walled(make_actor("county_drafter", division=COUNTY)):
        _ = 1 / 0
    assert count("registry_person") == 2


@pytest.mark.parametrize("table", ["audit_logentry", "audit_personseen", "audit_chainlink"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_a_request_can_add_to_the_log_and_read_it_but_never_change_it(child, table, verb):
    actor = make_actor("auditadmin", division=COUNTY)
    with walled(actor):
        record_action(actor, action="look", persons=[str(child.id)])
        assert count("audit_logentry") == 1
    statement = verb.format(table).replace("id = id", "position = 1" if table == "audit_chainlink" else "id = id")
    with pytest.raises(DatabaseError, match="permission denied"), walled(actor):
        rows(statement)


def test_a_request_cannot_make_itself_the_owner_of_a_table(child):
    with pytest.raises(DatabaseError, match="must be owner"), walled(make_actor("sysadmin", division=COUNTY)):
        rows("ALTER TABLE registry_person DISABLE ROW LEVEL SECURITY")


def test_the_wall_stands_in_the_database_as_planned():
    behind = rows("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity AND relkind = 'r'")
    assert {row[0] for row in behind} == set(WALLED)


def test_a_login_that_no_wall_would_hold_is_refused():
    """The preparation stops for a superuser, before anything of the wall is made."""
    settings = connection.get_connection_params()
    administrator = {**settings, "user": "postgres", "options": ""}
    administrator.pop("password", None)
    try:
        other = connection.Database.connect(
            **{k: v for k, v in administrator.items() if k in ("host", "port", "user", "dbname")}
        )
    except connection.Database.OperationalError:
        pytest.skip("This server has no superuser without a password.")
    with other, pytest.raises(connection.Database.Error, match="superuser"):
        for statement in precondition_statements():
            other.execute(statement)


def test_our_own_login_and_database_pass():
    with connection.cursor() as cursor:
        for statement in precondition_statements():
            cursor.execute(statement)


def test_applications_and_awards_of_another_county_are_not_there():
    award = awarded(entitled_child())
    with walled(make_actor("county_drafter", division=COUNTY)):
        assert rows("SELECT id FROM awards_award") == [(award.id,)]
        assert count("awards_application") == count("awards_paper") == 1
        assert count("awards_applicationstep") == 4
    with walled(make_actor("county_drafter", division=OTHER_COUNTY)):
        tables = ("award", "application", "applicationstep", "paper")
        assert [count(f"awards_{table}") for table in tables] == [0, 0, 0, 0]
    with walled(make_actor("partner", department="police")):
        assert count("awards_application") == 0


CROSSING = ("crossing", "crossingstep")


def test_an_application_on_its_way_is_there_for_its_two_ends_only():
    ends = both_ends()
    receipt = taken(ends, name="路上的")
    third, village = (
        make_actor("supervisor", division="990103001000"),
        make_actor("child_director", division=THERE_VILLAGE),
    )

    def seen(actor):
        with walled(actor):
            return count("crossing_crossing")

    assert [seen(one) for one in (ends.counter, ends.township, ends.reviewer, third, village)] == [1, 0, 0, 0, 0]
    receipt = sent(ends, name="转出的", entitlement="orphan_living_allowance")
    assert [seen(one) for one in (ends.counter, ends.township, ends.reviewer, third, village)] == [2, 1, 1, 0, 0]
    send_on(ends.township, crossing_id=receipt.id, version=2, to="990103001000", words="户籍在第三县，已核对。")
    assert [seen(one) for one in (ends.counter, ends.township, ends.reviewer, third, village)] == [2, 0, 0, 1, 0]
    with walled(make_actor("partner", department="police")):
        assert [count(f"crossing_{table}") for table in (*CROSSING, "crossingpaper")] == [0, 0, 0]


def test_aid_in_an_emergency_is_there_for_its_place_and_for_home_once_it_was_told():
    ends = both_ends()
    third = make_actor("supervisor", division="990103001000")
    with walled(ends.counter):
        aid = registered(ends.counter)

    def seen(actor):
        with walled(actor):
            return count("crossing_emergencyaid"), count("crossing_emergencystep")

    assert [seen(one) for one in (ends.counter, ends.drafter, third)] == [(1, 1), (0, 0), (0, 0)]
    with walled(ends.counter):
        decided(ends.counter, aid)
    assert [seen(one) for one in (ends.counter, ends.drafter, third)] == [(1, 2), (1, 2), (0, 0)]
    with walled(ends.drafter):
        note_emergency(ends.drafter, aid_id=aid, version=2)
    with walled(third), pytest.raises(RecordError):
        registered(third)  # the one key holds across walls
    with walled(make_actor("partner", department="police")):
        assert count("crossing_emergencyaid") == 0


def test_a_filled_questionnaire_is_there_for_whoever_asked_and_named_workers_and_the_told_person_may_close_it():
    child = make_person(division=VILLAGE, birth_date=born(15))
    director, supervisor, named = make_actor("child_director"), make_actor("supervisor"), make_actor("county_reviewer")
    colleague, far = make_actor("child_director"), make_actor("county_drafter", division=OTHER_COUNTY)
    with walled(director):
        filled = flagged(director, child)
    grant_named_access(
        LOCAL_OPERATOR, person_id=child.id, user_id=named.id, purpose=Purpose.SERVE, why="case_worker", reason="w", ends_at=None
    )  # fmt: skip

    def seen(actor):
        with walled(actor):
            return count("care_filledquestionnaire")

    assert [seen(one) for one in (director, named, supervisor, colleague, far)] == [1, 1, 0, 0, 0]
    with walled(supervisor):
        assert read_alerted(supervisor, filled_id=filled).reads is False
        record_assessment(supervisor, filled_id=filled, version=1, said=SAID)
    with walled(director):
        assert read_filled(director, filled_id=filled).assessment == SAID
    with walled(named):
        assert len(filled_of_child(named, child_id=child.id)) == 1


def test_an_assessment_of_risk_is_there_for_whoever_may_see_the_child():
    child = make_person(division=VILLAGE)
    director, supervisor, elsewhere = (
        make_actor("child_director"),
        make_actor("supervisor"),
        make_actor("county_reviewer", division=OTHER_COUNTY),
    )
    with walled(director):
        row = assess(director, child.id, carer="nobody")

    def seen(actor):
        with walled(actor):
            return count("assessments_riskassessment")

    assert [seen(one) for one in (director, supervisor, elsewhere, make_actor("partner"))] == [1, 1, 0, 0]
    with walled(supervisor):
        settle_tier(supervisor, assessment_id=row.id, version=1, tier="high", reason="")
    with walled(director):
        assert standing_tier(child.id) == "high"
        assert next_visit(child.id).row == "high_risk"


def test_a_case_with_its_goals_is_there_for_whoever_may_see_the_child():
    child = make_person(division=VILLAGE)
    director, supervisor = make_actor("child_director"), make_actor("supervisor")
    elsewhere = make_actor("county_reviewer", division=OTHER_COUNTY)
    give_tier(supervisor, child.id, "low")
    with walled(director):
        case = open_case(director, child_id=child.id)
        wanted = NewGoal(uuid.uuid4(), "rights", "办好户口", uuid.UUID(director.post_id), timezone.localdate())
        set_goal(director, case_id=case, version=3, wanted=wanted)
        hand_in_plan(director, case_id=case, version=3)

    def seen(actor):
        with walled(actor):
            return count("plans_childcase"), count("plans_plangoal")

    readers = (director, supervisor, elsewhere, make_actor("partner"))
    assert [seen(one) for one in readers] == [(1, 1), (1, 1), (0, 0), (0, 0)]
    with walled(supervisor):
        agree_to_plan(supervisor, case_id=case, version=4)
    with walled(director):
        assert read_case(director, child_id=child.id).stage == "action"
        review_plan_unchanged(director, case_id=case, version=5)


def test_the_counter_finds_nothing_of_the_child_whatever_the_query():
    ends = both_ends()
    child = child_there("w")
    receipt, application = accepted(ends, child)
    tables = ("registry_person", "registry_fact", "registry_identifier", "registry_evidence", "entitlements_determination", "awards_application", "awards_applicationstep", "awards_award")  # fmt: skip
    with walled(ends.counter):
        assert [count(table) for table in tables] == [0] * len(tables)
        assert rows("SELECT id, application_id FROM crossing_crossing") == [(receipt.id, application)]
        assert rows("SELECT id FROM awards_application WHERE id = %s", application) == []
        assert read_crossing(ends.counter, crossing_id=receipt.id).progress.state == "received"
        assert [count(table) for table in tables] == [0] * len(tables)


def test_every_step_of_an_application_between_two_counties_is_taken_inside_the_walls():
    ends = both_ends()
    child = child_there("v")
    with walled(ends.counter):
        receipt = sent(ends, name="孩v")
    with walled(ends.township):
        accept_crossing(ends.township, crossing_id=receipt.id, version=2, child_id=child)
    with walled(ends.counter):
        withdraw_crossing(ends.counter, crossing_id=receipt.id, version=3, reason="家里改由祖父申请。")
    assert rows("SELECT state FROM crossing_crossing") == [("withdrawn",)]
    assert rows("SELECT state FROM awards_application") == [("withdrawn",)]


def test_a_referral_is_there_for_its_place_and_its_receiver_and_every_step_is_taken_inside_the_walls():
    receiver, other = make_actor("partner", department="health"), make_actor("partner", department="health")
    who = sending(post_id=uuid.UUID(receiver.post_id))
    neighbour = make_actor("child_director", division=OTHER_VILLAGE)
    with walled(who.director):
        row = referred(who)

    def seen(actor):
        with walled(actor):
            return count("partners_referral"), count("partners_referralstep")

    readers = (who.director, who.supervisor, who.drafter, receiver, other, neighbour)
    assert [seen(one)[0] for one in readers] == [1, 1, 1, 1, 0, 0]
    assert (seen(receiver), seen(other)) == ((1, 2), (0, 0))
    with walled(who.director):
        link = make_link(who.director, referral_id=row.id, version=row.version)
    with walled(receiver):
        assert count("registry_person") == count("partners_answerlink") == 0
        assert read_referral(receiver, referral_id=row.id).content.fields["asked"] == ASKED["asked"]
        answer_referral(receiver, referral_id=row.id, version=row.version, answer=Answer("accept"))
    with walled(neighbour), pytest.raises(LinkUnusable):  # it was answered in the system meanwhile
        open_link(token=link.token, origin="10.0.0.7")
    with walled(who.director):
        link = make_link(who.director, referral_id=row.id, version=row_of(row.id).version)
    with walled(neighbour):  # whoever holds a link is nobody: the machine opens it
        answer_by_link(token=link.token, answer=Answer("reply", advice="aid", findings="近视。"), origin="10.0.0.7")
    with walled(who.director):
        seen_now = read_referral(who.director, referral_id=row.id)
        assert (seen_now.withheld, seen_now.line.state) == (True, "replied")
        plan_return(
            who.director, referral_id=row.id, version=seen_now.version, what="配镜。", next_on=timezone.localdate()
        )
        record_follow_up(who.director, referral_id=row.id, version=row_of(row.id).version, words="已戴镜。")
    with walled(who.drafter):
        assert read_referral(who.drafter, referral_id=row.id).reply.findings == "近视。"
        close_referral(who.drafter, referral_id=row.id, version=row_of(row.id).version, reason="helped")
    assert rows("SELECT state FROM partners_referral") == [("closed",)]


def test_every_step_of_schooling_is_taken_inside_the_walls_also_of_a_child_registered_elsewhere():
    who = school_office()
    migrant = pupil(division=FAR_VILLAGE, residence_division=VILLAGE, places=(VILLAGE,))
    with walled(LOCAL_OPERATOR):
        case = found()
    with walled(who.director):
        place = ask_for_place(who.director, wanted=NewRequest(uuid.uuid4(), migrant.id, "primary", "离家近"))
        record_school_visit(who.director, case_id=case.id, version=1, found=SchoolVisit("weary", "", "下周去报到。"))
    with walled(who.education):
        answer_request(who.education, request_id=place, version=1, offered=SCHOOL)
        name_school(who.education, case_id=case.id, version=2, school=SCHOOL)
    with walled(who.director):
        settle_request(who.director, request_id=place, version=2, taken=True)
        make_school_link(who.director, case_id=case.id, version=3)
        say_whether_back(who.director, case_id=case.id, version=3, said="back")
    with walled(who.education):
        say_whether_back(who.education, case_id=case.id, version=4, said="not_back")
    with walled(who.reviewer):
        settle_contradiction(who.reviewer, case_id=case.id, version=5, step="ask_again", words="再问一次。")
        end_by_document(who.reviewer, case_id=case.id, version=6, ending="exempted", document="乙教〔2026〕7号")
    day = timezone.localdate()
    wanted = NewPlacement(uuid.uuid4(), migrant.id, "home_delivered", "committee", day, SCHOOL)
    with walled(who.drafter):
        placement = record_placement(who.drafter, wanted=wanted)
    with walled(who.education):
        term = TermPlan(day, day + dt.timedelta(days=60), 5, 10)
        plan = plan_term(who.education, placement_id=placement, term=term)
        held = HeldSession(uuid.uuid4(), day, 60, 1, "识字", "陈老师")
        record_session(who.education, plan_id=plan, held=held)
        strike_session(who.education, session_id=held.id, reason="记错了孩子")
    assert rows("SELECT state FROM schooling_placerequest") == [("taken",)]
    assert rows("SELECT state FROM schooling_schoolcase") == [("closed",)]
    assert rows("SELECT division FROM schooling_specialplacement") == [(VILLAGE,)]
    assert rows("SELECT struck_by FROM schooling_homesession") == [(who.education.id,)]


def test_training_is_written_inside_the_area_and_a_certificate_is_there_for_its_holder_wherever_it_works_now():
    who = training_office()
    with walled(who.drafter):
        course = new_course(who.drafter)
        session = held_today(who.drafter, course)
        held = HeldDay(timezone.localdate(), 6, frozenset({uuid.UUID(who.second.id)}))
        correct_course_day(who.drafter, session_id=session, version=1, held=held)
        assert issue_certificates(who.drafter, course_id=course) == 1
    far = make_actor("child_director", division=FAR_VILLAGE)
    moved = replace(who.first, scope=DivisionScope.of(FAR_VILLAGE))
    with walled(moved):
        assert read_own_training(moved).hours_this_year == 6
        assert count("training_certificate") == 1
    with walled(far):
        assert (count("training_attendance"), count("training_certificate")) == (0, 0)
    with walled(make_actor("county_drafter", division=OTHER_COUNTY)), pytest.raises(DatabaseError):
        Attendance.objects.create(
            session_id=session, user_id=who.second.id, post_id=who.second.post_id, division=VILLAGE
        )
