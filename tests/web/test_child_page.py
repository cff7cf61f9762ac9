"""One child, one page: who, what is due, what is happening, what next; for each role what it may see."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ciyou.apps.accounts.models import Division
from ciyou.apps.audit.models import LogEntry
from ciyou.apps.entitlements.models import Determination
from ciyou.apps.entitlements.services import confirm_determination, determine_children
from ciyou.apps.registry.models import Person, Relationship
from ciyou.apps.registry.services import NewStatement, record_facts
from ciyou.core.access.actor import LOCAL_OPERATOR
from tests.office import (
    COUNTY,
    OTHER_COUNTY,
    OTHER_VILLAGE,
    TOWNSHIP,
    VILLAGE,
    file_child,
    make_actor,
    make_post,
    sign_in,
)

pytestmark = pytest.mark.django_db
IN_PRISON = {
    "imprisoned": (True, "rostered", "justice_custody"),
    "imprisoned.term_months": (36, "rostered", "justice_custody"),
}
QUERIES_AT_MOST = 12
WHY = re.compile(r'hx-get="(/determinations/[^"]+/why/[0-9]+/)"')
# Transactions, and what the second wall sets on PostgreSQL.
UNCOUNTED = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "SELECT current_setting")


def browser(role, **fields):
    """A browser in which somebody of this role is signed in."""
    return sign_in(Client(headers={"host": "127.0.0.1"}), make_post(role, **fields))


@pytest.fixture
def child():
    """A child whose father is dead and whose mother is in prison, determined today."""
    found = file_child(father={"dead": True}, mother=IN_PRISON)
    determine(found)
    return found


def determine(child):
    determine_children(LOCAL_OPERATOR, child_ids=[child], as_of=timezone.localdate(), cause="load")


def page(client, child):
    """The text of the page without its markup, and of the reasons that it fetches when somebody asks why."""
    answer = client.get(f"/children/{child}/")
    assert answer.status_code == 200
    bodies = [answer.content.decode()]
    for address in WHY.findall(bodies[0]):
        fetched = client.get(address, headers={"hx-request": "true"})
        assert fetched.status_code == 200
        bodies.append(fetched.content.decode())
    return re.sub(r"<[^>]+>", " ", "".join(bodies))


def test_the_county_reads_who_what_is_due_and_why(child):
    text = page(browser("county_drafter"), child)
    assert Person.objects.get(id=child).name in text
    assert "事实无人抚养儿童" in text
    assert "服刑在押" in text
    assert "民发〔2019〕62号" in text


def test_why_is_a_page_of_its_own_where_no_script_runs_and_names_no_rule_in_its_address(child):
    client = browser("county_drafter")
    address = WHY.search(client.get(f"/children/{child}/").content.decode()).group(1)
    answer = client.get(address)
    assert "为什么" in answer.content.decode()
    assert LogEntry.objects.filter(action="why", subject=str(child)).count() == 1
    law = re.search(
        r'href="(/rules/[a-z_0-9]+/\?place=[0-9]{6}&amp;on=[0-9-]{10})#here"', answer.content.decode()
    ).group(1)
    assert 'id="here"' in client.get(law.replace("&amp;", "&")).content.decode()
    assert client.get(re.sub(r"[0-9]+/$", "999/", address)).status_code == 404
    assert browser("county_drafter", division=OTHER_COUNTY).get(address).status_code == 404


@pytest.mark.parametrize("role", ["child_director", "supervisor"])
def test_village_and_township_see_the_outcome_but_not_what_the_department_said(role, child):
    text = page(browser(role), child)
    assert "事实无人抚养儿童" in text
    assert "部门已核实" in text
    for word in ("服刑", "戒毒", "刑期", "母亲·死亡"):
        assert word not in text


@pytest.mark.parametrize(
    "role",
    [
        "city_viewer",
        "province_viewer",
        "nation_viewer",
        "standard_setter",
        "auditor",
        "sysadmin",
        "secadmin",
        "auditadmin",
    ],
)
def test_viewers_auditors_and_administrators_do_not_come_in(role, child):
    assert browser(role).get(f"/children/{child}/").status_code == 403


@pytest.mark.parametrize("role", ["partner", "institution"])
def test_partners_and_institutions_find_no_child(role, child):
    assert (
        browser(role, **({"department": "police"} if role == "partner" else {})).get(f"/children/{child}/").status_code
        == 404
    )


def test_out_of_scope_protected_unknown_and_a_parents_id_are_the_same_404(child):
    parent = Relationship.objects.filter(person_id=child).first().other_id
    protected = file_child()
    Person.objects.filter(id=protected).update(restricted=True)
    answers = {
        browser("county_drafter", division=OTHER_COUNTY).get(f"/children/{child}/").status_code,
        browser("child_director", division=OTHER_VILLAGE).get(f"/children/{child}/").status_code,
        *(browser("county_drafter").get(f"/children/{one}/").status_code for one in (protected, uuid.uuid4(), parent)),
    }
    assert answers == {404}


def test_nothing_personal_stands_in_the_title(child):
    answer = browser("county_drafter").get(f"/children/{child}/").content.decode()
    title = re.search(r"<title>(.*?)</title>", answer, re.DOTALL).group(1)
    assert Person.objects.get(id=child).name not in title


def test_who_saw_whom_and_the_most_sensitive_class_are_on_record(child):
    browser("county_drafter").get(f"/children/{child}/")
    entry = LogEntry.objects.filter(action="child", kind="disclosure").get()
    seen = set(entry.persons.values_list("person_id", flat=True))
    assert seen == {str(child), *(str(one.other_id) for one in Relationship.objects.filter(person_id=child))}
    assert (entry.highest_class, entry.purpose) == (4, "serve")
    browser("child_director").get(f"/children/{child}/")
    assert LogEntry.objects.filter(action="child").last().highest_class == 3


def test_each_open_question_leads_to_a_visit_or_to_a_letter():
    child = file_child(father={"dead": True})
    determine(child)
    village = browser("child_director").get(f"/children/{child}/").content.decode()
    assert f'href="/visits/child/{child}/"' in village
    assert "letters/child" not in village
    county = browser("county_drafter").get(f"/children/{child}/").content.decode()
    assert f'href="/letters/child/{child}/"' in county


def test_a_child_that_was_not_yet_determined_has_a_page_that_says_so():
    assert "还没有作出判断" in page(browser("county_drafter"), file_child())


@pytest.mark.parametrize("role", ["county_reviewer", "child_director"])
def test_the_page_needs_few_queries(role, child):
    for code in ("990000000000", "990100000000", COUNTY, TOWNSHIP, VILLAGE):
        Division.objects.create(code=code, name=f"地{code}", level="x")
    client = browser(role)
    client.get(f"/children/{child}/")
    with CaptureQueriesContext(connection) as seen:
        client.get(f"/children/{child}/")
    asked = [one["sql"] for one in seen if not one["sql"].startswith(UNCOUNTED)]
    assert len(asked) <= QUERIES_AT_MOST, "\n".join(asked)


# -- the person behind it -----------------------------------------------------------------------------
def proposal(child):
    return Determination.objects.get(person_id=child, current=True)


def test_a_reviewer_confirms_on_the_page_and_a_drafter_has_no_button(child):
    assert "/confirm/" not in browser("county_drafter").get(f"/children/{child}/").content.decode()
    reviewer = browser("county_reviewer")
    assert f"/determinations/{proposal(child).id}/confirm/" in reviewer.get(f"/children/{child}/").content.decode()
    answer = reviewer.post(f"/determinations/{proposal(child).id}/confirm/")
    assert (answer.status_code, answer["Location"]) == (302, f"/children/{child}/")
    assert proposal(child).state == "confirmed"
    assert "已确认" in page(reviewer, child)


def test_confirming_twice_confirms_once_and_the_second_officer_is_told(child):
    address = f"/determinations/{proposal(child).id}/confirm/"
    first, second = browser("county_reviewer"), browser("county_approver")
    assert first.post(address).status_code == 302
    answer = second.post(address)
    assert answer.status_code == 409
    assert "已由他人处理" in answer.content.decode()
    assert LogEntry.objects.filter(action="confirm_determination", kind="action").count() == 1


def test_a_return_without_a_reason_keeps_what_was_typed_and_says_what_to_do(child):
    reviewer = browser("county_reviewer")
    address = f"/determinations/{proposal(child).id}/return/"
    answer = reviewer.post(address, {"reason": "长" * 500})
    assert answer.status_code == 400
    assert "长" * 500 in answer.content.decode()
    assert "请写明退回的原因" in answer.content.decode()
    assert reviewer.post(address, {"reason": "请再核实母亲刑期"}).status_code == 302
    assert "请再核实母亲刑期" in page(reviewer, child)


@pytest.mark.parametrize("verb", ["confirm", "return"])
def test_determinations_of_other_counties_are_not_there(verb, child):
    stranger = browser("county_reviewer", division=OTHER_COUNTY)
    assert stranger.post(f"/determinations/{proposal(child).id}/{verb}/", {"reason": "x"}).status_code == 404
    assert stranger.post(f"/determinations/{uuid.uuid4()}/{verb}/", {"reason": "x"}).status_code == 404
    assert stranger.get(f"/determinations/{proposal(child).id}/").status_code == 404
    assert stranger.get(f"/children/{child}/determinations/").status_code == 404
    assert browser("county_drafter").post(f"/determinations/{proposal(child).id}/{verb}/").status_code == 403


def test_a_no_after_a_confirmed_yes_is_shown_as_a_change_that_waits(child):
    confirm_determination(make_actor("county_reviewer"), determination_id=proposal(child).id)
    mother = Relationship.objects.get(person_id=child, kind="mother").other_id
    record_facts(
        make_actor("county_drafter"),
        person_id=mother,
        statements=[NewStatement("imprisoned", False, "verified"), NewStatement("lost_contact", False, "verified")],
        source="inquiry",
    )
    determine(child)
    text = " ".join(page(browser("county_reviewer"), child).split())
    assert "与上次相比有变化" in text
    assert "待确认" in text


def test_unchanged_proposals_are_confirmed_together_from_the_list(child):
    other = file_child(father={"dead": True}, mother=IN_PRISON)
    determine(other)
    confirm_determination(make_actor("county_reviewer"), determination_id=proposal(child).id)
    record_facts(
        make_actor("county_drafter"),
        person_id=child,
        statements=[NewStatement("sex", "female", "verified")],
        source="correction",
    )
    determine(child)
    reviewer = browser("county_reviewer")
    listed = reviewer.get("/determinations/").content.decode()
    assert f'value="{proposal(child).id}"' in listed
    assert f'value="{proposal(other).id}"' not in listed
    answer = reviewer.post(
        "/determinations/confirm/", {"determination": [str(proposal(child).id), str(proposal(other).id), "x"]}
    )
    assert answer["Location"] == "/determinations/?confirmed=1"
    assert (proposal(child).state, proposal(other).state) == ("confirmed", "proposed")


def test_earlier_determinations_stay_readable_with_their_cause(child):
    first = proposal(child)
    mother = Relationship.objects.get(person_id=child, kind="mother").other_id
    record_facts(
        make_actor("county_drafter"),
        person_id=mother,
        statements=[NewStatement("imprisoned", False, "verified")],
        source="inquiry",
    )
    determine_children(LOCAL_OPERATOR, child_ids=[child], as_of=timezone.localdate(), cause="inquiry")
    drafter = browser("county_drafter")
    history = drafter.get(f"/children/{child}/determinations/").content.decode()
    assert "部门协查回函" in history
    assert f"/determinations/{first.id}/" in history
    assert "这是以前的一份认定" in drafter.get(f"/determinations/{first.id}/").content.decode()


def test_an_answer_that_grew_old_is_marked_with_the_day(child):
    long_ago = timezone.now() - dt.timedelta(days=400)
    Relationship.objects.filter(person_id=child).first().other.facts.filter(basis="presumed").update(
        recorded_at=long_ago
    )
    assert "推定已久，需复核" in page(browser("county_drafter"), child)
