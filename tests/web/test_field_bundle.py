"""What a phone takes along, over the wire: whom it names is on record, and many children ask no more of the database than few."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ciyou.apps.accounts.models import SignIn
from ciyou.apps.accounts.sealing import seal_phone
from ciyou.apps.accounts.selectors import actor_of
from ciyou.apps.audit.selectors import list_disclosures
from ciyou.apps.cases.visit_forms import visit_form, visit_forms
from ciyou.apps.registry.models import Person
from ciyou.apps.registry.services import grant_named_access
from ciyou.core.access.actor import LOCAL_OPERATOR, Purpose
from tests.case_builders import file_sibling, open_lead
from tests.field_builders import file_households
from tests.office import TOWNSHIP, file_child, make_actor, make_post, sign_in
from tests.web.test_routes import NOT_A_QUESTION

pytestmark = pytest.mark.django_db
FEW, MANY = 5, 200
MOST_BYTES, SHELL_BYTES = 1_500_000, 300_000


@pytest.fixture
def post():
    return make_post("child_director")


def take_along(post):
    """The bundle as the phone gets it: (what it says, bytes over the wire, questions asked of the database)."""
    client = sign_in(Client(headers={"host": "127.0.0.1", "accept-encoding": "gzip"}), post)
    client.get(reverse("field_bundle"))  # names of places are in memory from here on
    SignIn.objects.update(
        last_seen_at=timezone.now()
    )  # once a minute a session notes that it is in use, with one question more
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(reverse("field_bundle"))
    told = json.loads(gzip.decompress(answer.content))
    return told, len(answer.content), [one["sql"] for one in asked if not NOT_A_QUESTION.match(one["sql"])]


def test_two_hundred_children_ask_no_more_than_five_and_fit_a_slow_line(post):
    file_households(FEW)
    few, _bytes, asked_for_few = take_along(post)
    file_households(MANY - FEW, first=FEW)
    many, size, asked_for_many = take_along(post)
    assert (len(few["children"]), len(few["forms"])) == (FEW, FEW)
    assert (len(many["children"]), len(many["forms"])) == (MANY, MANY)
    assert len(asked_for_many) == len(asked_for_few)
    assert size <= MOST_BYTES
    named = set(list_disclosures()[-1].person_ids)
    assert {child["id"] for child in many["children"]} <= named


def test_the_first_load_of_the_app_is_small(client):
    worker = client.get(reverse("field_worker")).content
    kept = json.loads(re.search(r"\[PAGE, \.\.\.(\[.*?\])\]", worker.decode())[1])
    assert len(kept) > 10, "the worker names what it keeps"
    plain = [re.sub(r"\.[0-9a-f]{12}(?=\.)", "", name.removeprefix("/static/")) for name in kept]
    files = [Path(finders.find(name)).read_bytes() for name in plain]
    sent = [client.get(reverse("field")).content, worker, *files]
    assert sum(len(gzip.compress(one)) for one in sent) <= SHELL_BYTES


def test_many_forms_at_once_are_the_forms_one_by_one():
    director = make_actor("child_director")
    first = file_child("a", household={"dibao": True})
    brother, alone = file_sibling(first, key="b"), file_child("c", father={"imprisoned": True})
    for child in (first, brother, alone):
        open_lead(child, deciding=["child.boarding", "father.working_away"])
    at_once = visit_forms(director, child_ids=[first, brother, alone], named=frozenset())
    assert [form.child_id for form in at_once] == [first, alone], "a brother stands on the first one's form"
    assert at_once == (visit_form(director, child_id=first), visit_form(director, child_id=alone))


def test_a_protected_brother_is_on_no_phone_even_of_his_named_worker():
    post = make_post("child_director")
    director = actor_of(post)
    child = file_child("a")
    brother = file_sibling(child, key="b")
    open_lead(child)
    open_lead(brother)
    grant_named_access(
        LOCAL_OPERATOR,
        person_id=brother,
        user_id=director.id,
        purpose=Purpose.PROTECT,
        why="case_worker",
        reason="",
        ends_at=None,
    )
    Person.objects.filter(id=brother).update(restricted=True)
    assert [one.id for one in visit_form(director, child_id=child).children] == [child, brother]
    told, _bytes, _asked = take_along(post)
    assert str(brother) not in json.dumps(told)
    assert str(brother) not in list_disclosures()[-1].person_ids


def test_a_supervisor_without_a_number_is_no_button_that_calls_nobody(post):
    supervisor = make_post("supervisor", division=TOWNSHIP)
    child = file_child("a")
    Person.objects.filter(id=child).update(birth_date=timezone.localdate() - dt.timedelta(days=15 * 366))
    open_lead(child)
    name = supervisor.user.full_name
    for number, said in (("", f"打给{name}：号码没有登记。"), ("13800138000", f"打给{name}（13800138000）</a>")):
        supervisor.user.phone = seal_phone(supervisor.user.id, number) if number else None
        supervisor.user.save()
        page = take_along(post)[0]["questionnaires"]["phq_a"]["page"]
        assert said in page
        assert page.count('href="tel:') == len(re.findall("<a ", page)) == (5 if number else 4)
