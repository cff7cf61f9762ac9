"""Facts are never overwritten: what was known on any past day can be asked for, and each reader sees what is theirs."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ciyou.apps.audit.models import OutboxEvent
from ciyou.apps.registry.models import Fact
from ciyou.apps.registry.selectors import PersonNotFound, facts_history, stale_facts, statements_of_child
from ciyou.apps.registry.services import NewStatement, correct_fact, ensure_parent, record_facts
from ciyou.apps.registry.statements import remainders
from ciyou.core.access.actor import LOCAL_OPERATOR, Purpose
from ciyou.core.errors import AccessDenied, FactError, RecordError
from ciyou.core.facts.definition import Entity
from tests.office import OTHER_VILLAGE, make_actor, make_person

pytestmark = pytest.mark.django_db
DAY = dt.date(2025, 1, 1)


def day(number):
    return DAY + dt.timedelta(days=number)


def record(actor, person, name, value, *, source="visit", basis="verified", start=None, end=None, **options):
    statement = NewStatement(name, value, basis, start, end)
    return record_facts(
        actor, person_id=getattr(person, "id", person), statements=[statement], source=source, **options
    )


def known(child, **options):
    options = {"actor": LOCAL_OPERATOR, **options}
    actor = options.pop("actor")
    return statements_of_child(actor, child_id=child.id, purpose=Purpose.VERIFY, **options)


def test_a_later_answer_of_the_same_source_takes_the_place_of_the_earlier_one():
    child, officer = make_person(), make_actor()
    record(officer, child, "boarding", True)
    before = timezone.now()
    record(officer, child, "boarding", False)
    assert [one.value for one in known(child)] == [False]
    assert [one.value for one in known(child, known_at=before)] == [True]
    assert Fact.objects.count() == 2


def test_what_another_source_said_stays():
    child, officer = make_person(), make_actor()
    record(officer, child, "boarding", True, source="education", basis="rostered")
    record(officer, child, "boarding", False)
    assert {(one.source, one.value) for one in known(child)} == {("education", True), ("visit", False)}


def test_an_answer_from_a_day_on_leaves_the_time_before_as_it_was():
    child, officer = make_person(), make_actor()
    record(officer, child, "boarding", True, start=day(0))
    record(officer, child, "boarding", False, start=day(10))
    found = sorted(known(child), key=lambda one: one.valid_from)
    assert [(one.value, one.valid_from, one.valid_to) for one in found] == [
        (True, day(0), day(10)),
        (False, day(10), None),
    ]


def test_the_same_form_sent_twice_records_once():
    child, officer = make_person(), make_actor()
    assert record(officer, child, "boarding", True, reference="v1") == 1
    assert record(officer, child, "boarding", True, reference="v1") == 0
    assert Fact.objects.count() == 1
    assert OutboxEvent.objects.filter(name="registry.facts_changed").count() == 1


def test_a_fact_of_a_parent_tells_of_every_child_of_that_parent():
    child, officer = make_person(), make_actor()
    father = ensure_parent(officer, child_id=child.id, kind="father")
    OutboxEvent.objects.all().delete()
    record(officer, father, "working_away", True)
    assert OutboxEvent.objects.get().payload == {"child_ids": [str(child.id)]}


def test_what_the_vocabulary_does_not_know_is_refused():
    with pytest.raises(FactError):
        record(make_actor(), make_person(), "favourite_color", "red")


def test_a_period_that_ends_before_it_begins_is_refused():
    with pytest.raises(RecordError) as refusal:
        record(make_actor(), make_person(), "boarding", True, start=day(5), end=day(5))
    assert "结束日期" in refusal.value.text("zh")


def test_a_village_records_no_prison():
    child = make_person()
    father = ensure_parent(make_actor(), child_id=child.id, kind="father")
    with pytest.raises(AccessDenied):
        record(make_actor("child_director"), father, "imprisoned", True)


def test_a_village_worker_of_another_village_finds_no_such_child():
    with pytest.raises(PersonNotFound):
        record(make_actor("child_director", division=OTHER_VILLAGE), make_person(), "boarding", True)


def family_with_a_dead_father_and_an_imprisoned_mother():
    child, officer = make_person(), make_actor()
    father = ensure_parent(officer, child_id=child.id, kind="father")
    mother = ensure_parent(officer, child_id=child.id, kind="mother")
    village = make_actor("child_director")
    record(village, father, "dead", True)
    record(officer, mother, "imprisoned", True, source="justice")
    record(officer, mother, "imprisoned.term_months", 36, source="justice")
    record(officer, child, "hiv_infected", False, source="disease_control")
    return child, village


def test_a_village_reads_what_it_found_out_and_of_the_rest_only_that_a_department_verified_it():
    child, village = family_with_a_dead_father_and_an_imprisoned_mother()
    lines = facts_history(village, child_id=child.id, purpose=Purpose.VERIFY)
    assert [(line.entity, line.definition.name, line.value) for line in lines if not line.withheld] == [
        (Entity.FATHER, "dead", True)
    ]
    withheld = [line for line in lines if line.withheld]
    assert [line.entity for line in withheld] == [Entity.MOTHER]
    assert (withheld[0].definition, withheld[0].value, withheld[0].department, withheld[0].source) == (
        None,
        None,
        "",
        "",
    )


def test_another_worker_of_the_same_village_and_the_township_read_it_too():
    child, _ = family_with_a_dead_father_and_an_imprisoned_mother()
    for role in ("child_director", "supervisor"):
        names = [one.name for one in known(child, actor=make_actor(role))]
        assert names == ["dead"]


def test_the_county_reads_custody_and_never_the_restricted_class():
    child, _ = family_with_a_dead_father_and_an_imprisoned_mother()
    names = {one.name for one in known(child, actor=make_actor())}
    assert names == {"dead", "imprisoned", "imprisoned.term_months"}
    assert "hiv_infected" in {one.name for one in known(child, engine=True)}


def test_a_correction_ends_the_wrong_statement_and_keeps_it_readable():
    child, officer = make_person(), make_actor()
    record(officer, child, "boarding", True, source="education", basis="rostered")
    wrong = Fact.objects.get()
    right = NewStatement("boarding", False, "verified")
    assert correct_fact(officer, fact_id=wrong.id, statement=right, reason="mistyped") == 1
    assert [(one.source, one.value) for one in known(child)] == [("correction", False)]
    history = facts_history(officer, child_id=child.id, purpose=Purpose.VERIFY)
    assert [(line.value, line.superseded_at is None) for line in history] == [(False, True), (True, False)]


def test_of_two_officers_who_correct_the_same_statement_the_second_is_told():
    child, officer = make_person(), make_actor()
    record(officer, child, "boarding", True)
    wrong = Fact.objects.get()
    correct_fact(officer, fact_id=wrong.id, statement=None, reason="other_person")
    assert known(child) == ()
    with pytest.raises(RecordError) as refusal:
        correct_fact(make_actor(), fact_id=wrong.id, statement=None, reason="other_person")
    assert "刚刚被别人" in refusal.value.text("zh")


def test_a_township_cannot_correct_a_statement_that_it_may_not_read():
    child, _ = family_with_a_dead_father_and_an_imprisoned_mother()
    hidden = Fact.objects.get(name="imprisoned")
    with pytest.raises(PersonNotFound):
        correct_fact(make_actor("supervisor"), fact_id=hidden.id, statement=None, reason="outdated")
    assert known(child)


def test_a_verified_answer_is_asked_again_when_its_days_are_over():
    child, officer = make_person(), make_actor()
    record(officer, child, "boarding", True)
    today = timezone.localdate()
    on_time = stale_facts(officer, child_id=child.id, purpose=Purpose.VERIFY, on=today + dt.timedelta(days=180))
    late = stale_facts(officer, child_id=child.id, purpose=Purpose.VERIFY, on=today + dt.timedelta(days=181))
    assert (on_time, [line.definition.name for line in late]) == ((), ["boarding"])


def test_what_is_left_of_a_period():
    assert remainders((None, None), [(day(1), day(2))]) == ((None, day(1)), (day(2), None))
    assert remainders((day(1), day(3)), [(day(0), day(5))]) == ()
    assert remainders((day(1), day(3)), [(day(3), None)]) == ((day(1), day(3)),)
    assert remainders((day(1), day(9)), [(day(2), day(3)), (day(5), None)]) == ((day(1), day(2)), (day(3), day(5)))


DAYS = range(8)
edges = st.one_of(st.none(), st.integers(0, 7))
steps = st.lists(
    st.one_of(
        st.tuples(st.just("record"), st.sampled_from(["visit", "registration"]), st.booleans(), edges, edges),
        st.tuples(
            st.just("correct"), st.sampled_from(["visit", "registration"]), st.booleans(), st.integers(0, 7), edges
        ),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=steps)
def test_what_was_known_at_any_moment_is_a_replay_of_the_log_up_to_it(steps):
    child, officer = make_person(), make_actor()
    expected: dict[tuple[str, int], bool] = {}
    moments = []
    for step in steps:
        _replay(step, expected) if step[0] == "record" else _correct(officer, child, step, expected)
        if step[0] == "record" and _holds_a_day(step):
            _, source, value, start, end = step
            period = {"start": None if start is None else day(start), "end": None if end is None else day(end)}
            record(officer, child, "boarding", value, source=source, **period)
        moments.append((timezone.now(), dict(expected)))
    for moment, state in moments:
        said = known(child, known_at=moment)
        found = [((one.source, number), one.value) for one in said for number in DAYS if one.holds_on(day(number))]
        assert len(found) == len(dict(found))
        assert dict(found) == state


def _holds_a_day(step):
    return step[3] is None or step[4] is None or step[3] < step[4]


def _replay(step, expected):
    _, source, value, start, end = step
    for number in DAYS:
        if (start is None or start <= number) and (end is None or number < end):
            expected[source, number] = value


def _correct(officer, child, step, expected):
    """Withdraw, or replace from that day on, the statement of a source that holds on a day."""
    _, source, value, number, replaced_from = step
    rows = [row for row in Fact.objects.filter(person=child, source=source, superseded_at=None) if _covers(row, number)]
    if not rows:
        return
    for other in DAYS:
        if _covers(rows[0], other):
            del expected[source, other]
    statement = None
    if replaced_from is not None:
        statement = NewStatement("boarding", value, "verified", day(replaced_from), None)
        expected.update({("correction", other): value for other in DAYS if other >= replaced_from})
    correct_fact(officer, fact_id=rows[0].id, statement=statement, reason="wrong_period")


def _covers(row, number):
    return (row.valid_from is None or row.valid_from <= day(number)) and (
        row.valid_to is None or day(number) < row.valid_to
    )
