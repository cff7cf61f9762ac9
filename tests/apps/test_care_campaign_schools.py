"""A campaign at a school: who attends it by the rolls is asked wherever it lives, and whose school nobody knows is told as a number."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from ciyou.apps.care.campaign_following import hand_on_visits, on_person_moved
from ciyou.apps.care.campaign_pupils import on_facts_changed, on_run_loaded
from ciyou.apps.care.campaign_schools import list_schools
from ciyou.apps.care.campaigning import NewCampaign, close_campaign, open_campaign
from ciyou.apps.care.models import Campaign, CampaignChild
from ciyou.apps.cases.models import Task
from ciyou.apps.registry.facts import record_facts
from ciyou.apps.registry.incoming import NewStatement
from ciyou.apps.registry.models import NamedAccess, Person
from ciyou.apps.registry.named_access import grant_named_access
from ciyou.core.access.actor import LOCAL_OPERATOR, Purpose
from ciyou.core.errors import AccessDenied, RecordError
from tests.office import COUNTY, OTHER_VILLAGE, TOWNSHIP, VILLAGE, make_actor, make_person

pytestmark = pytest.mark.django_db
HERE, THERE = "9990101001", "9990101002"


def attends(child_id: uuid.UUID, code: str, source: str = "education_school_roll") -> None:
    said = NewStatement("school_code", int(code), "rostered")
    record_facts(LOCAL_OPERATOR, person_id=child_id, statements=[said], source=source)


def pupil(code: str = HERE, **fields) -> Person:
    child = make_person(**fields)
    attends(child.id, code)
    return child


def campaign(**fields) -> uuid.UUID:
    first = timezone.localdate()
    said = {"id": uuid.uuid4(), "instrument": "psc_17", "division": COUNTY, "from_on": first}
    said |= {"until_on": first + dt.timedelta(days=20), "school_code": HERE, "school_name": "河口中心小学"}
    return open_campaign(make_actor("county_drafter"), wanted=NewCampaign(**{**said, **fields}))


def standing(campaign_id: uuid.UUID) -> dict[uuid.UUID, tuple[str, str]]:
    return {row.person_id: (row.state, row.reason) for row in CampaignChild.objects.filter(campaign=campaign_id)}


def visited() -> set[uuid.UUID]:
    return {one.person_id for one in Task.objects.filter(kind="ask_in_campaign", state="open")}


def test_the_children_of_a_school_are_asked_in_every_village_and_who_has_no_known_school_is_counted():
    near, far = pupil(), pupil(division=OTHER_VILLAGE)
    pupil(THERE)
    make_person()
    make_person(restricted=True)
    disputed = pupil()
    attends(disputed.id, THERE, source="civil_affairs_assistance")
    found = campaign()
    assert set(standing(found)) == visited() == {near.id, far.id}
    row = Campaign.objects.get(id=found)
    assert (row.school_code, row.school_name, row.unknown_school) == (HERE, "河口中心小学", 2)


def test_who_changes_school_leaves_or_joins_and_comes_back():
    director = make_actor("child_director")
    stays, goes, comes = pupil(), pupil(), pupil(THERE)
    small = pupil(THERE, birth_date=timezone.localdate() - dt.timedelta(days=400))
    found = campaign()
    for child, code in ((goes, THERE), (comes, HERE), (small, HERE)):
        attends(child.id, code)
    on_facts_changed([str(one.id) for one in (stays, goes, comes, small)])
    after = {stays.id: ("due", ""), goes.id: ("left", "other_school"), comes.id: ("due", "")}
    assert (standing(found), visited()) == (after, {stays.id, comes.id})
    assert {str(one.post_id) for one in Task.objects.filter(kind="ask_in_campaign", state="open")} == {director.post_id}
    attends(goes.id, HERE)
    on_run_loaded(run_id="r2")
    on_run_loaded(run_id="r2")
    assert standing(found)[goes.id] == ("due", "") and visited() == {stays.id, goes.id, comes.id}


def test_a_run_brings_new_pupils_and_a_closed_campaign_none():
    pupil()
    found = campaign()
    late = pupil()
    on_run_loaded(run_id="r1")
    assert late.id in standing(found)
    close_campaign(make_actor("county_drafter"), campaign_id=found, reason="stopped")
    last = pupil()
    on_run_loaded(run_id="r2")
    on_facts_changed([str(last.id)])
    assert last.id not in standing(found)


def test_who_comes_back_to_the_county_is_asked_only_where_it_attends_the_school_still():
    child = pupil()
    found = campaign()
    for place in ("990102001001", OTHER_VILLAGE):
        Person.objects.filter(id=child.id).update(division=place)
        attends(child.id, THERE)
        on_person_moved(str(child.id), place)
    assert standing(found) == {child.id: ("left", "moved")}
    attends(child.id, HERE)
    on_facts_changed([str(child.id)])
    assert (standing(found), visited()) == ({child.id: ("due", "")}, {child.id})


def test_the_schools_of_a_county_are_listed_with_the_names_that_campaigns_gave_and_without_protected_children():
    for place in (VILLAGE, OTHER_VILLAGE):
        pupil(division=place)
    pupil(THERE, restricted=True)
    pupil(THERE, division="990102001001")
    drafter = make_actor("county_drafter")
    assert [(one.code, one.name, one.township, one.children) for one in list_schools(drafter)] == [
        (HERE, "", TOWNSHIP, 2)
    ]
    with pytest.raises(RecordError, match=r"care\.campaign_school_name"):
        campaign(school_name=" ")
    campaign()
    assert [one.name for one in list_schools(drafter)] == ["河口中心小学"]
    again = campaign(school_name="")
    assert Campaign.objects.get(id=again).school_name == "河口中心小学"
    with pytest.raises(RecordError, match=r"care\.campaign_school"):
        campaign(school_code="")
    for role in ("supervisor", "child_director"):
        with pytest.raises(AccessDenied):
            list_schools(make_actor(role))


def test_a_visit_to_a_protected_child_goes_on_when_the_named_access_ran_out():
    child = make_person(restricted=True)
    first, second = make_actor("county_drafter"), make_actor("county_reviewer")
    grant_named_access(LOCAL_OPERATOR, person_id=child.id, user_id=first.id, purpose=Purpose.PROTECT, why="case_worker", reason="主办", ends_at=None)  # fmt: skip
    found = campaign(school_code=None)
    NamedAccess.objects.filter(user_id=first.id).update(ends_at=timezone.now() - dt.timedelta(hours=1))
    assert hand_on_visits() == 1
    assert standing(found) == {child.id: ("left", "protected")}
    grant_named_access(LOCAL_OPERATOR, person_id=child.id, user_id=second.id, purpose=Purpose.PROTECT, why="case_worker", reason="接办", ends_at=None)  # fmt: skip
    assert hand_on_visits() == 1
    (task,) = Task.objects.filter(kind="ask_in_campaign", state="open")
    assert (str(task.post_id), task.person_id) == (second.post_id, child.id)
