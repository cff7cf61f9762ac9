"""Who sees what of a determination, and the person behind it."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from ciyou.apps.audit.models import LogEntry, OutboxEvent
from ciyou.apps.entitlements.models import Determination
from ciyou.apps.entitlements.selectors import (
    awaiting_confirmation,
    children_with_outcome,
    current_determination,
    deciding_facts,
    determinations_of,
    outcomes_of,
)
from ciyou.apps.entitlements.services import (
    confirm_determination,
    confirm_unchanged,
    determine_children,
    return_determination,
)
from ciyou.apps.registry.models import Fact, NamedAccess, Person, Relationship
from ciyou.apps.registry.services import NewStatement, record_facts
from ciyou.core.access.actor import LOCAL_OPERATOR, Purpose
from ciyou.core.access.redaction import BY_DEPARTMENT
from ciyou.core.errors import AccessDenied, RecordError
from ciyou.core.facts.definition import Entity
from tests.office import OTHER_COUNTY, OTHER_VILLAGE, VILLAGE, file_child, make_actor

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 2)
IN_PRISON = {
    "imprisoned": (True, "rostered", "justice_custody"),
    "imprisoned.term_months": (36, "rostered", "justice_custody"),
}


@pytest.fixture
def child():
    """A child whose father is dead and whose mother is in prison, determined."""
    found = file_child(father={"dead": True}, mother=IN_PRISON)
    determine(found)
    return found


def determine(*children):
    determine_children(LOCAL_OPERATOR, child_ids=children, as_of=DAY, cause="load")


def view(actor, child, purpose=Purpose.SERVE):
    return current_determination(actor, child_id=child, purpose=purpose)


def words(view):
    """Everything that the explanations and facts of a view say, in one text."""
    said = [str(one) for one in view.explanations] + [one.definition.zh for one in view.known]
    return "\n".join(said).replace("RuleBook", "")


def told(view, rule):
    """The words of one rule's reasons, however deep."""
    found = next(one for one in view.explanations if one.rule.code == rule)

    def below(reason):
        yield reason.zh
        for part in reason.children:
            yield from below(part)

    return list(below(found.reason))


def test_the_county_reads_why_a_child_is_de_facto_unattended(child):
    said = told(view(make_actor("county_drafter"), child), "de_facto_unattended")
    assert any("服刑在押" in words for words in said)
    assert any("死亡" in words for words in said)


@pytest.mark.parametrize("role", ["child_director", "supervisor"])
def test_village_and_township_read_that_a_department_verified_and_never_what(role, child):
    seen = view(make_actor(role), child)
    found = next(one for one in seen.explanations if one.rule.code == "de_facto_unattended")
    assert found.decision.outcome.value == "yes"
    said = told(seen, "de_facto_unattended")
    assert BY_DEPARTMENT[0] in said
    assert not any(word in text for text in said for word in ("服刑", "死亡", "戒毒", "收养"))
    assert {(one.entity, one.definition.name) for one in seen.known if one.entity is Entity.MOTHER} == set()
    assert seen.by_department == {Entity.FATHER, Entity.MOTHER}
    assert seen.highest_class == 3


def test_nobody_without_a_grant_reads_a_restricted_rule_and_a_named_worker_does():
    child = file_child(child={"hiv_infected": True})
    determine(child)
    reviewer = make_actor("county_reviewer")
    assert "hiv_infected" not in {one.rule.code for one in view(reviewer, child).explanations}
    assert "hiv_infected" not in {one.definition.name for one in view(reviewer, child).known}
    NamedAccess.objects.create(
        person_id=child,
        user_id=reviewer.id,
        purpose="serve",
        why="approval",
        reason="x",
        granted_by="y",
        granted_at=timezone.now(),
    )
    assert "hiv_infected" in {one.rule.code for one in view(reviewer, child).explanations}


def test_a_village_reads_what_its_own_visit_found_out():
    child = file_child(mother=IN_PRISON)
    director = make_actor("child_director")
    father = Relationship.objects.get(person_id=child, kind="father").other_id
    record_facts(director, person_id=father, statements=[NewStatement("dead", True, "verified")], source="visit")
    determine(child)
    seen = view(director, child)
    assert [one.said.value for one in seen.known if one.entity is Entity.FATHER and one.definition.name == "dead"] == [
        True
    ]
    assert not [one for one in seen.known if one.entity is Entity.MOTHER and one.definition.sensitivity > 3]


@pytest.mark.parametrize(
    "role",
    ["city_viewer", "province_viewer", "auditor", "sysadmin", "secadmin", "auditadmin", "partner", "institution"],
)
def test_roles_that_see_no_persons_see_no_determination(role, child):
    actor = make_actor(role)
    assert view(actor, child) is None
    assert determinations_of(actor, child_id=child, purpose=Purpose.SERVE) == ()
    assert deciding_facts(actor, child_id=child) == ()


def test_a_child_of_another_county_or_village_and_an_unknown_one_look_the_same(child):
    for actor in (
        make_actor("county_reviewer", division=OTHER_COUNTY),
        make_actor("child_director", division=OTHER_VILLAGE),
    ):
        assert view(actor, child) is None
        assert view(actor, uuid.uuid4()) is None


def test_a_protected_file_is_not_there_for_those_who_are_not_named(child):
    Person.objects.filter(id=child).update(restricted=True)
    assert view(make_actor("county_approver"), child) is None
    assert deciding_facts(make_actor("county_drafter"), child_id=child) == ()


def test_what_would_decide_names_departments_and_a_village_is_not_told_of_custody():
    child = file_child(father={"dead": True})
    determine(child)
    county = {(one.entity, one.name): one for one in deciding_facts(make_actor("county_drafter"), child_id=child)}
    assert ("mother", "imprisoned") in county
    assert "justice" in county["mother", "imprisoned"].suppliers
    assert "de_facto_unattended" in county["mother", "imprisoned"].rules
    village = {one.name for one in deciding_facts(make_actor("child_director"), child_id=child)}
    assert "lost_contact" in village
    assert not {name for name in village if name.startswith(("imprisoned", "in_detox", "confined", "hiv"))}


def test_lists_read_outcomes_in_bulk_and_narrow_by_one(child):
    other = file_child()
    determine(other)
    cards = outcomes_of([child, other])
    assert "de_facto_unattended" in {card.rule for card in cards[child] if card.outcome == "yes"}
    people = Person.objects.filter(id__in=children_with_outcome(rule="de_facto_unattended", outcome="yes"))
    assert [person.id for person in people] == [child]


def test_a_presumed_answer_grows_old_and_is_due_to_be_verified_again(child):
    drafter = make_actor("county_drafter")
    assert {one.stale_since for one in view(drafter, child).known} == {None}
    long_ago = timezone.now() - dt.timedelta(days=400)
    Fact.objects.filter(basis="presumed").update(recorded_at=long_ago)
    stale = {(one.entity, one.definition.name) for one in view(drafter, child).known if one.stale_since}
    assert (Entity.MOTHER, "dead") in stale
    due = next(one.stale_since for one in view(drafter, child).known if one.definition.name == "declared_dead")
    assert due == timezone.localdate(long_ago) + dt.timedelta(days=365)


# -- the person behind it -----------------------------------------------------------------------------
def proposal(child):
    return Determination.objects.get(person_id=child, current=True)


def test_a_reviewer_confirms_and_what_was_confirmed_before_is_superseded(child):
    reviewer = make_actor("county_reviewer")
    first = proposal(child)
    confirm_determination(reviewer, determination_id=first.id)
    assert proposal(child).state == "confirmed"
    assert proposal(child).decided_by == reviewer.id
    mother = Relationship.objects.get(person_id=child, kind="mother").other_id
    record_facts(
        make_actor("county_drafter"),
        person_id=mother,
        statements=[NewStatement("imprisoned", False, "verified")],
        source="inquiry",
    )
    determine(child)
    first.refresh_from_db()
    assert first.state == "confirmed"
    confirm_determination(reviewer, determination_id=proposal(child).id)
    first.refresh_from_db()
    assert first.state == "superseded"
    assert LogEntry.objects.filter(action="confirm_determination").count() == 2


def test_a_no_after_a_confirmed_yes_waits_for_a_person_and_stays_compared_with_what_was_confirmed(child):
    confirmed = proposal(child)
    confirm_determination(make_actor("county_reviewer"), determination_id=confirmed.id)
    drafter = make_actor("county_drafter")
    mother = Relationship.objects.get(person_id=child, kind="mother").other_id
    for value in (NewStatement("imprisoned", False, "verified"), NewStatement("lost_contact", False, "verified")):
        record_facts(drafter, person_id=mother, statements=[value], source="inquiry")
        determine(child)
    made = proposal(child)
    assert made.previous_id == confirmed.id
    seen = view(make_actor("county_reviewer"), child)
    change = next(one for one in seen.line.changes if one.rule == "de_facto_unattended")
    assert change.takes_away
    assert seen.line.state == "proposed"
    assert seen.confirmed_before is not None


@pytest.mark.parametrize("role", ["county_drafter", "supervisor", "child_director", "committee_office", "auditor"])
def test_only_reviewers_and_approvers_confirm(role, child):
    with pytest.raises(AccessDenied):
        confirm_determination(make_actor(role), determination_id=proposal(child).id)


def test_whoever_recorded_what_it_rests_on_does_not_confirm_it(child):
    reviewer = make_actor("county_reviewer")
    father = Relationship.objects.get(person_id=child, kind="father").other_id
    record_facts(reviewer, person_id=father, statements=[NewStatement("dead", True, "verified")], source="visit")
    determine(child)
    assert view(reviewer, child).own_word
    assert not view(reviewer, child).may_confirm
    with pytest.raises(AccessDenied) as refused:
        confirm_determination(reviewer, determination_id=proposal(child).id)
    assert refused.value.problems[0].code == "determination.own_word"
    confirm_determination(make_actor("county_reviewer"), determination_id=proposal(child).id)


def test_the_second_of_two_officers_is_told_that_it_is_done(child):
    found = proposal(child)
    confirm_determination(make_actor("county_reviewer"), determination_id=found.id)
    with pytest.raises(RecordError) as refused:
        return_determination(make_actor("county_approver"), determination_id=found.id, reason="再核实")
    assert refused.value.problems[0].code == "determination.moved_on"


def test_a_determination_of_another_county_and_an_unknown_one_are_refused_alike(child):
    stranger = make_actor("county_reviewer", division=OTHER_COUNTY)
    codes = set()
    for one in (proposal(child).id, uuid.uuid4(), "nonsense"):
        with pytest.raises(RecordError) as refused:
            confirm_determination(stranger, determination_id=one)
        codes.add(refused.value.problems[0].code)
    assert codes == {"determination.unknown"}


def test_a_return_needs_a_reason_and_leaves_news_for_the_worklist(child):
    approver = make_actor("county_approver")
    found = proposal(child)
    with pytest.raises(RecordError):
        return_determination(approver, determination_id=found.id, reason="  ")
    return_determination(approver, determination_id=found.id, reason="母亲刑期\n请再核")
    found.refresh_from_db()
    assert (found.state, found.reason, found.decided_by) == ("returned", "母亲刑期 请再核", approver.id)
    news = OutboxEvent.objects.get(name="entitlements.determination_returned")
    assert news.payload == {"determination_id": str(found.id), "child_ids": [str(child)]}
    assert "母亲" not in LogEntry.objects.get(action="return_determination").details


def test_only_unchanged_ones_are_confirmed_in_bulk(child):
    fresh = file_child(father={"dead": True}, mother=IN_PRISON)
    determine(fresh)
    reviewer = make_actor("county_reviewer")
    confirm_determination(reviewer, determination_id=proposal(child).id)
    record_facts(
        make_actor("county_drafter"),
        person_id=child,
        statements=[NewStatement("sex", "female", "verified")],
        source="correction",
    )
    determine(child)
    assert proposal(child).difference == []
    waiting = [row.id for row in awaiting_confirmation(reviewer)]
    assert set(waiting) == {proposal(child).id, proposal(fresh).id}
    assert confirm_unchanged(reviewer, determination_ids=waiting) == 1
    assert proposal(child).state == "confirmed"
    assert proposal(fresh).state == "proposed"


def test_the_history_tells_each_determination_with_its_cause_and_what_changed(child):
    mother = Relationship.objects.get(person_id=child, kind="mother").other_id
    drafter = make_actor("county_drafter")
    record_facts(
        drafter, person_id=mother, statements=[NewStatement("imprisoned", False, "verified")], source="inquiry"
    )
    determine_children(LOCAL_OPERATOR, child_ids=[child], as_of=DAY, cause="inquiry")
    lines = determinations_of(drafter, child_id=child, purpose=Purpose.SERVE)
    assert [line.cause for line in lines] == ["inquiry", "load"]
    assert "de_facto_unattended" in {change.rule for change in lines[0].changes}
    assert Person.objects.get(id=child).division == VILLAGE
