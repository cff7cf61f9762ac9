"""The pages of schooling: the record says whom they showed, and of a protected child they offer no link."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from ciyou.apps.accounts.models import Post
from ciyou.apps.audit.selectors import list_disclosures
from ciyou.apps.registry.models import Person
from ciyou.apps.schooling.home import HeldSession, NewPlacement, TermPlan, plan_term, record_placement, record_session
from ciyou.apps.schooling.places import NewRequest, ask_for_place
from tests.office import sign_in
from tests.schooling_builders import SCHOOL, case_of, name_worker, placed, pupil, school_office, visited

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("name", "fields"), [("schooling", "school_case"), ("school_places", "place")])
def test_the_record_names_the_children_whom_the_education_department_was_shown(client, name, fields):
    who = school_office()
    row = visited(who)
    ask_for_place(who.director, wanted=NewRequest(uuid.uuid4(), row.child_id, "primary", "离家近"))
    page = sign_in(client, Post.objects.get(id=who.education.post_id)).get(reverse(name))
    assert page.status_code == 200 and row.child.name in page.content.decode()
    seen = [one for one in list_disclosures() if fields in one.fields]
    assert [one.person_ids for one in seen] == [(str(row.child_id),)]


def test_a_child_without_a_case_is_not_called_one_at_school(client):
    who, child = school_office(), pupil()
    page = sign_in(client, Post.objects.get(id=who.director.post_id)).get(reverse("child_schooling", args=[child.id]))
    assert "没有失学个案。这不等于已经在校" in page.content.decode()


def test_the_page_of_a_protected_childs_case_asks_the_county_for_the_schools_word_and_offers_no_link(client):
    who = school_office()
    row = placed(who)
    signed = sign_in(client, Post.objects.get(id=who.drafter.post_id))
    address = reverse("school_case", args=[row.id])
    before = signed.get(address).content.decode()
    assert "生成给学校的链接" in before and "say_for_school" not in before
    Person.objects.filter(id=row.child_id).update(restricted=True)
    name_worker(row.child, who.drafter)
    after = signed.get(address).content.decode()
    assert "生成给学校的链接" not in after and "say_for_school" in after
    about = {"version": row.version, "step": "say_for_school", "said": "back", "school_words": "问了班主任，在校。"}
    assert signed.post(reverse("school_step", args=[row.id]), about).status_code == 302
    assert (case_of(row.child).school_said, case_of(row.child).village_said) == ("back", "")


def test_a_lesson_that_was_logged_wrongly_is_struck_out_on_the_page_and_stays_there(client):
    who, day = school_office(), timezone.localdate()
    wanted = NewPlacement(uuid.uuid4(), pupil().id, "home_delivered", "committee", day, SCHOOL)
    placement = record_placement(who.drafter, wanted=wanted)
    term = TermPlan(day, day + dt.timedelta(days=60), 5, 10)
    plan = plan_term(who.education, placement_id=placement, term=term)
    held = HeldSession(uuid.uuid4(), day, 60, 2, "识字", "陈老师")
    record_session(who.drafter, plan_id=plan, held=held)
    signed = sign_in(client, Post.objects.get(id=who.education.post_id))
    address, about = reverse("placement", args=[placement]), {"step": "strike", "session": held.id}
    assert "1 次，2 课时" in signed.get(address).content.decode()
    short = signed.post(address, about | {"why": "错"})
    assert short.status_code == 422 and 'name="why" value="错"' in short.content.decode()
    assert signed.post(address, about | {"why": "那天没有去"}).status_code == 302
    page = signed.get(address).content.decode()
    assert 'class="struck-out"' in page and "不计入：那天没有去" in page and "0 次，0 课时" in page
    assert "记错了，划掉" not in page
    assert signed.post(address, about | {"session": uuid.uuid4(), "why": "那天没有去"}).status_code == 404
