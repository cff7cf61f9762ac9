"""What is kept how long; what would go; and that it goes only when two people say so, with a proof."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.conf import settings
from django.utils import timezone

from ciyou.apps.audit.models import LogEntry, PersonSeen
from ciyou.apps.audit.services import record_disclosure
from ciyou.apps.care.models import FilledQuestionnaire
from ciyou.apps.cases.models import InquiryLetter, Lead, Task, Visit, VisitedChild
from ciyou.apps.entitlements.models import Determination
from ciyou.apps.oversight.models import BreakGlass, Purge, SubjectRequest
from ciyou.apps.oversight.retention import ask_purge, confirm_purge, list_purges, plan_purge, refuse_purge
from ciyou.apps.partners.models import Provider, Referral
from ciyou.apps.registry.models import Evidence, Fact, Person, Relationship
from ciyou.apps.rosters.models import ScreeningRun
from ciyou.core.access.actor import Purpose
from ciyou.core.errors import AccessDenied, PackError, RecordError
from ciyou.packs.retention import SHIPPED, Period, load_retention_rules
from tests.office import COUNTY, OTHER_COUNTY, VILLAGE, file_child, make_actor, make_post

TODAY = dt.date(2026, 11, 24)
CLOSED = dt.datetime(2025, 11, 23, 4, 0, tzinfo=dt.UTC)
RULE = "lead_not_in_difficulty"
REASON = "年度清理：核实后不属于困境"

database = pytest.mark.django_db


def _close_lead(child_id, *, closed_at=CLOSED, result="not_in_difficulty", state="closed"):
    return Lead.objects.create(
        linkage_id=str(uuid.uuid4()),
        person_id=child_id,
        why="possible_category",
        rank=1,
        division=COUNTY,
        queue="county",
        state=state,
        result=result,
        opened_at=CLOSED,
        closed_at=closed_at,
    )


def _refused_child(**fields):
    child = file_child()
    _close_lead(child, **fields)
    return child


def _planned(**fields):
    return plan_purge(make_actor("auditadmin"), rule=RULE, today=TODAY, **fields)


def _going():
    return set(_planned().ids["children"])


# -- rules --------------------------------------------------------------------------------------------------------------


def test_a_period_ends_on_its_own_day_of_the_month():
    assert Period(12, "months").before(TODAY) == dt.date(2025, 11, 24)
    assert Period(3, "years").before(dt.date(2028, 2, 29)) == dt.date(2025, 2, 28)
    assert Period(1, "days").before(TODAY) == dt.date(2026, 11, 23)


def test_only_the_log_and_the_records_of_sharing_have_a_period_from_the_law():
    rules = load_retention_rules()
    assert rules["audit_log"].keep_at_least == Period(6, "months")
    assert rules["impact_records"].keep_at_least == Period(3, "years")
    assert {rule.code for rule in rules.values() if rule.policy_default} == {
        "child_file",
        "complaints",
        "delivered_rosters",
        "emergency_aid",
        "export_files",
        RULE,
    }
    assert all(rule.sources for rule in rules.values())
    assert rules["child_file"].destroy_after is None


def test_a_rule_that_would_destroy_the_log_is_refused(tmp_path):
    pack = tmp_path / "cn"
    (pack / "retention").mkdir(parents=True)
    (pack / "sources.yaml").write_text((SHIPPED / "cn/sources.yaml").read_text("utf-8"), "utf-8")
    text = (SHIPPED / "cn/retention/audit_log.yaml").read_text("utf-8").replace("keep_at_least", "destroy_after")
    (pack / "retention/audit_log.yaml").write_text(text, "utf-8")
    with pytest.raises(PackError) as caught:
        load_retention_rules(root=tmp_path)
    assert caught.value.problems[0].code == "pack.retention_of_records"


# -- what would go ----------------------------------------------------------------------------------------------------------


@database
def test_a_child_found_not_in_difficulty_more_than_twelve_months_ago_would_go_with_its_parents():
    child = _refused_child()
    plan = _planned()
    assert plan.ids["children"] == (str(child),)
    assert len(plan.ids["adults"]) == 2
    assert Person.objects.count() == 3


@database
def test_on_the_day_itself_it_still_stays():
    _refused_child(closed_at=dt.datetime(2025, 11, 24, 4, 0, tzinfo=dt.UTC))
    assert _going() == set()


@database
@pytest.mark.parametrize("state", ["new", "assigned", "reported"])
def test_a_child_with_another_lead_stays(state):
    child = _refused_child()
    _close_lead(child, state=state, result="", closed_at=None)
    assert _going() == set()


def _confirmed(child):
    Determination.objects.create(
        person_id=child,
        as_of=TODAY,
        division=COUNTY,
        pack_version="v",
        facts_hash="f",
        hash="h",
        content=b"",
        cause="load",
        state="confirmed",
        decided_by="x",
        known_at=CLOSED,
        made_at=CLOSED,
    )


def _task(child):
    Task.objects.create(
        kind="verify_lead",
        person_id=child,
        subject_id="s",
        division=COUNTY,
        started_on=TODAY,
        due_on=TODAY,
        half_on=TODAY,
        escalate_on=TODAY,
        created_at=CLOSED,
    )


def _request(child, state="open"):
    SubjectRequest.objects.create(
        person_id=child,
        division=COUNTY,
        kind="copy",
        content=b"",
        received_on=TODAY,
        recorded_by="x",
        recorded_at=CLOSED,
        state=state,
    )


def _restricted(child):
    Person.objects.filter(id=child).update(restricted=True)


def _opened(child):
    BreakGlass.objects.create(
        person_id=child, division=COUNTY, actor_id="x", role="county_drafter", reason="r", at=CLOSED, ends_at=CLOSED
    )


def _letter(child):
    InquiryLetter.objects.create(
        division=COUNTY,
        department="justice",
        child_id=child,
        about_id=child,
        content=b"",
        drafted_by="x",
        drafted_at=CLOSED,
    )


def _questioned(child):
    FilledQuestionnaire.objects.create(
        person_id=child,
        instrument="psc_17",
        division=VILLAGE,
        asked_on=TODAY,
        content=b"",
        result=b"",
        recorded_by="x",
        recorded_at=CLOSED,
    )


def _referred(child):
    provider = Provider.objects.create(name="县医院", kind="hospital", division=COUNTY, recorded_at=CLOSED)
    Referral.objects.create(
        id=uuid.uuid4(),
        child_id=child,
        division=VILLAGE,
        sent_by="x",
        sender_role="child_director",
        provider=provider,
        service="medical_check",
        ground="guardian",
        urgency="routine",
        state="closed",
        sensitivity=3,
        content=b"",
        since_on=TODAY,
        created_at=CLOSED,
    )


@database
@pytest.mark.parametrize("hold", [_confirmed, _task, _request, _restricted, _opened, _letter, _questioned, _referred])
def test_whatever_still_stands_keeps_the_file(hold):
    hold(_refused_child())
    assert _going() == set()


@database
def test_a_visit_that_also_served_a_child_who_stays_keeps_the_file():
    child, sibling = _refused_child(), file_child()
    visit = Visit.objects.create(
        id=uuid.uuid4(),
        post=make_post("child_director"),
        division=COUNTY,
        visited_on=TODAY,
        content=b"",
        recorded_at=CLOSED,
    )
    for one in (child, sibling):
        VisitedChild.objects.create(visit=visit, person_id=one)
    plan = _planned()
    assert plan.ids["children"] == ()
    assert plan.kept_back == {"shared_visit": 1}


@database
def test_a_parent_of_another_child_stays():
    child, sibling = _refused_child(), file_child()
    father = Relationship.objects.get(person_id=child, kind="father").other_id
    Relationship.objects.create(
        person_id=sibling, other_id=father, kind="father", source="x", recorded_at=CLOSED, recorded_by="x"
    )
    assert str(father) not in _planned().ids["adults"]


@database
def test_another_countys_administrator_plans_nothing_of_ours():
    _refused_child()
    plan = plan_purge(make_actor("auditadmin", division=OTHER_COUNTY), rule=RULE, today=TODAY)
    assert plan.is_empty


@database
@pytest.mark.parametrize("rule", ["audit_log", "impact_records", "child_file"])
def test_by_a_rule_without_a_date_of_destruction_nothing_goes(rule):
    _refused_child()
    assert plan_purge(make_actor("auditadmin"), rule=rule, today=TODAY).is_empty


# -- destruction ------------------------------------------------------------------------------------------------------------


@database
def test_two_people_destroy_and_afterwards_nothing_is_left_but_the_log(django_capture_on_commit_callbacks):
    child, stays = _refused_child(), file_child()
    administrator, approver = make_actor("auditadmin"), make_actor("county_approver")
    record_disclosure(
        approver,
        purpose=Purpose.SERVE,
        action="child",
        persons=[str(child)],
        fields=["name"],
        highest_class=3,
        origin="127.0.0.1",
    )
    evidence = Evidence.objects.create(
        person_id=child,
        title=b"",
        media_type="image/png",
        bytes=1,
        sha256="0" * 64,
        sensitivity=4,
        recorded_at=CLOSED,
        recorded_by="x",
    )
    file = settings.EVIDENCE / str(evidence.id)
    file.write_bytes(b"x")
    entries, hash_ = LogEntry.objects.count(), _planned().hash
    purge = ask_purge(administrator, rule=RULE, reason=REASON, today=TODAY)
    with django_capture_on_commit_callbacks(execute=True):
        counts = confirm_purge(approver, purge_id=purge)
    assert counts["Person"] == 3
    assert counts["Fact"] > 0
    assert not Person.objects.filter(id=child).exists()
    assert not Fact.objects.filter(person_id=child).exists()
    assert not Lead.objects.filter(person_id=child).exists()
    assert not file.exists()
    assert Person.objects.filter(id=stays).exists()
    assert _planned().is_empty
    row = Purge.objects.get(id=purge)
    assert (row.state, row.proof, row.planned) == ("done", hash_, {"children": 1, "adults": 2})
    assert PersonSeen.objects.filter(person_id=str(child)).exists()
    assert LogEntry.objects.count() == entries + 2


@database
def test_whoever_asked_cannot_confirm():
    _refused_child()
    approver = make_actor("county_approver")
    purge = ask_purge(approver, rule=RULE, reason=REASON, today=TODAY)
    with pytest.raises(RecordError) as caught:
        confirm_purge(approver, purge_id=purge)
    assert caught.value.problems[0].code == "oversight.own_purge"
    assert Person.objects.count() == 3


@database
def test_what_changed_since_it_was_asked_is_not_destroyed():
    _refused_child()
    purge = ask_purge(make_actor("auditadmin"), rule=RULE, reason=REASON, today=TODAY)
    _refused_child()
    with pytest.raises(RecordError) as caught:
        confirm_purge(make_actor("county_approver"), purge_id=purge)
    assert caught.value.problems[0].code == "oversight.purge_changed"
    assert Person.objects.count() == 6


@database
def test_a_purge_can_be_refused_and_asked_anew():
    _refused_child()
    administrator = make_actor("auditadmin")
    purge = ask_purge(administrator, rule=RULE, reason=REASON, today=TODAY)
    with pytest.raises(RecordError) as caught:
        ask_purge(administrator, rule=RULE, reason=REASON, today=TODAY)
    assert caught.value.problems[0].code == "oversight.purge_asked"
    refuse_purge(make_actor("county_approver"), purge_id=purge)
    ask_purge(administrator, rule=RULE, reason=REASON, today=TODAY)
    assert [card.state for card in list_purges(administrator)] == ["asked", "refused"]


@database
def test_nothing_to_destroy_is_said_and_other_roles_ask_nothing():
    with pytest.raises(RecordError) as caught:
        ask_purge(make_actor("auditadmin"), rule=RULE, reason=REASON, today=TODAY)
    assert caught.value.problems[0].code == "oversight.purge_empty"
    for role in ("county_drafter", "supervisor", "auditor", "sysadmin", "city_viewer"):
        with pytest.raises(AccessDenied):
            plan_purge(make_actor(role), rule=RULE, today=TODAY)


@database
def test_delivered_rosters_go_after_six_months_and_the_screening_says_so(tmp_path, django_capture_on_commit_callbacks):
    def run(name, created_at):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "hukou.csv").write_text("x")
        return ScreeningRun.objects.create(
            status="done",
            as_of=TODAY,
            division=COUNTY,
            input_folder=str(folder),
            output_folder=str(folder / "out"),
            created_by="x",
            created_at=created_at,
        )

    old, young = run("old", CLOSED), run("young", timezone.now())
    purge = ask_purge(make_actor("auditadmin"), rule="delivered_rosters", reason=REASON, today=TODAY)
    with django_capture_on_commit_callbacks(execute=True):
        assert confirm_purge(make_actor("county_approver"), purge_id=purge) == {"folders": 1}
    assert not (tmp_path / "old").exists()
    assert (tmp_path / "young").exists()
    old.refresh_from_db(), young.refresh_from_db()
    assert (old.status, old.problems[0]["code"], young.status) == ("failed", "screening.files_destroyed", "done")
