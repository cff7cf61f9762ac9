"""A parent's release: the award is put before a person with a clock, goes on meanwhile, and ends only by two people."""

from __future__ import annotations

import pytest
from django.utils import timezone

from ciyou.apps.awards.changes import END, WishedChange, decide_change, propose_change
from ciyou.apps.awards.following import on_determination_made
from ciyou.apps.awards.models import Award
from ciyou.apps.cases.models import Task
from ciyou.apps.entitlements.services import on_facts_changed
from ciyou.apps.registry.models import Relationship
from ciyou.apps.registry.services import NewStatement, record_facts
from ciyou.core.awards.month import Month
from tests.award_builders import awarded, entitled_child
from tests.office import make_actor

pytestmark = pytest.mark.django_db


def test_a_release_leads_to_a_review_with_an_owner_and_a_day_and_only_two_people_end_the_award():
    child = entitled_child()
    award = awarded(child)
    mother = Relationship.objects.get(person_id=child, kind="mother").other_id
    told = [NewStatement("imprisoned", False, "verified", timezone.localdate())]
    record_facts(make_actor("county_drafter"), person_id=mother, statements=told, source="inquiry")
    on_facts_changed([str(child)])
    on_determination_made([str(child)])

    award.refresh_from_db()
    assert (award.state, award.review_for, award.last_month) == ("active", "circumstance_ended", None)
    task = Task.objects.get(subject_id=str(award.id), state="open")
    assert (task.queue_role, task.due_on > timezone.localdate()) == ("county_drafter", True)

    wished = WishedChange(
        id=award.id, kind=END, ground="circumstance_ended", event_on=timezone.localdate(),
        reason="母亲刑满释放，已由司法部门核实。", from_month=Month.of(award.first_month).plus(2),
    )  # fmt: skip
    propose_change(make_actor("county_drafter"), award_id=award.id, version=award.version, wished=wished)
    assert Award.objects.get(id=award.id).state == "active"
    decide_change(make_actor("county_reviewer"), change_id=wished.id, version=award.version, accepted=True)
    ended = Award.objects.get(id=award.id)
    assert (ended.state, ended.last_month) == ("ended", Month.of(award.first_month).plus(1).first_day)
