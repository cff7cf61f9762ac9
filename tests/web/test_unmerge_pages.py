"""A wrong merge is found and undone on pages: what goes back to whom, whose everything since is, and the second person."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from ciyou.apps.audit.delivery import deliver_events
from ciyou.apps.audit.models import LogEntry
from ciyou.apps.awards.models import Award
from ciyou.apps.cases.models import Task
from ciyou.apps.registry.between import written_since
from ciyou.apps.registry.models import Fact, IdentityDecision, Person
from ciyou.apps.registry.places import refresh_places
from ciyou.apps.registry.row_images import image_of
from ciyou.apps.registry.services import (
    NewStatement,
    confirm_unmerge,
    merge_people,
    move_person,
    record_facts,
    unmerge_people,
)
from tests.month_builders import SICHUAN, Desk, award_to, orphan
from tests.office import COUNTY, OTHER_COUNTY, make_actor, make_person, make_post, sign_in

pytestmark = pytest.mark.django_db


def of(post):
    return sign_in(Client(headers={"host": "127.0.0.1"}), post)


def text(response):
    return response.content.decode()


def standing():
    return IdentityDecision.objects.get(decision="merge", superseded_by=None)


@pytest.fixture
def post():
    return make_post("county_drafter")


@pytest.fixture
def pair():
    """Two children, each with a statement of its own."""
    kept, dropped = (make_person(name=name) for name in ("单小雨", "单晓雨"))
    for child, value in ((kept, True), (dropped, False)):
        said = [NewStatement("adopted", value, "verified")]
        record_facts(make_actor(), person_id=child.id, statements=said, source="visit")
    refresh_places([kept.id, dropped.id])
    return kept, dropped


def joined(pair, reason="same_family"):
    kept, dropped = pair
    merge_people(make_actor(), keep=kept.id, drop=dropped.id, reason=reason)
    return f"/children/{kept.id}/merges/", f"/children/{kept.id}/merges/{standing().id}/"


def said(**fields):
    return {"unmerge_reason": "two_families", "looked": "1", **fields}


def test_the_childs_page_leads_to_its_merges_with_who_when_and_why(post, pair):
    kept, dropped = pair
    client, (listed, one) = of(post), joined(pair)
    assert listed in text(client.get(f"/children/{kept.id}/"))
    page = text(client.get(listed))
    assert "单晓雨" in page
    assert "父母、出生日期都相同" in page
    assert one in page
    entry = LogEntry.objects.get(kind="disclosure", action="merges")
    assert {row.person_id for row in entry.persons.all()} == {str(kept.id), str(dropped.id)}
    assert "没有别的档案并进过" in text(client.get(f"/children/{make_person().id}/merges/"))


def test_the_preview_shows_both_files_as_they_would_stand_and_changes_nothing(post, pair):
    kept, dropped = pair
    client, (_listed, one) = of(post), joined(pair)
    before, rows = image_of((kept.id, dropped.id)), IdentityDecision.objects.count()
    page = text(client.get(one))
    assert page.count("不同</span>") >= 1
    assert "合并以后没有登记过新的内容" in page
    assert image_of((kept.id, dropped.id)) == before
    assert IdentityDecision.objects.count() == rows
    entry = LogEntry.objects.get(kind="disclosure", action="unmerge")
    assert {row.person_id for row in entry.persons.all()} == {str(kept.id), str(dropped.id)}


def test_a_merge_without_money_is_undone_by_one_and_the_form_sent_again_shows_it_done(post, pair):
    kept, dropped = pair
    client, (listed, one) = of(post), joined(pair)
    for _ in range(2):
        assert client.post(one, said()).headers["Location"] == one
    assert Person.objects.get(id=dropped.id).merged_into_id is None
    done = text(client.get(one))
    assert "两份档案都恢复了" in done
    assert f"/children/{dropped.id}/" in done
    assert "合并已撤销" in text(client.get(listed))
    assert "父母不同，是两个家庭的孩子" in text(client.get(f"/children/{kept.id}/timeline/"))


def test_of_what_came_since_nothing_is_chosen_beforehand_and_each_needs_an_answer(post, pair):
    kept, dropped = pair
    client, (_listed, one) = of(post), joined(pair)
    told = [NewStatement("parents_untraceable", True, "verified")]
    record_facts(make_actor(), person_id=kept.id, statements=told, source="police")
    row = Fact.objects.get(person=kept, name="parents_untraceable", superseded_at=None)
    field = f"of:registry.Fact:{row.id}"
    page = text(client.get(one))
    assert f'name="{field}"' in page
    assert " checked" not in page
    refused = text(client.post(one, said()))
    assert refused.count("第 1 项：请选择属于哪个孩子") == 2
    assert "父母不同，是两个家庭的孩子" in refused
    assert Person.objects.get(id=dropped.id).merged_into_id == kept.id
    assert client.post(one, said(**{field: "restored"})).status_code == 302
    now = Fact.objects.filter(name="parents_untraceable", superseded_at=None)
    assert [fact.person_id for fact in now] == [dropped.id]


def test_without_a_reason_and_a_look_nothing_is_undone(post, pair):
    client, (_listed, one) = of(post), joined(pair)
    page = text(client.post(one, {}))
    assert "请选择为什么是两个孩子" in page
    assert "请核对后勾选" in page
    assert standing()


def test_a_later_merge_is_undone_first_and_the_page_says_so(post, pair):
    kept, dropped = pair
    third, client = make_person(), of(post)
    merge_people(make_actor(), keep=dropped.id, drop=third.id, reason="same_family")
    early = standing()
    merge_people(make_actor(), keep=kept.id, drop=dropped.id, reason="same_family")
    address = f"/children/{kept.id}/merges/{early.id}/"
    assert "先撤销后来的那次合并" in text(client.get(f"/children/{kept.id}/merges/"))
    assert "请先撤销后来的那次合并" in text(client.get(address))
    assert "请先撤销后来的那次合并" in text(client.post(address, said()))
    assert Person.objects.get(id=third.id).status == "merged"


@pytest.fixture
def proposed(post, pair):
    """An undoing that one has proposed, because the restored child is paid; the address, and what the first answered."""
    _kept, dropped = pair
    award_to(dropped.id, county=COUNTY)
    _listed, one = joined(pair)
    deliver_events()
    page = text(of(post).get(one))
    assert "由县里另一位复核或审批的人确认才撤销" in page
    assert f"回到 {dropped.id.hex[:5].upper()}" in page
    assert of(post).post(one, said()).status_code == 302
    deliver_events()
    return one


def test_where_money_moves_a_task_leads_a_second_person_to_the_page_and_nobody_confirms_their_own(post, pair, proposed):
    _kept, dropped = pair
    reviewer = make_post("county_reviewer")
    task = Task.objects.get(kind="confirm_unmerge")
    assert (task.state, task.queue_role) == ("open", "county_reviewer")
    assert proposed in text(of(reviewer).get("/"))
    own = text(of(post).get(proposed))
    assert "等待县里另一位复核或审批的人确认" in own
    assert "confirm/" not in own
    assert of(post).post(f"{proposed}confirm/", {"looked": "1"}).status_code == 403
    colleague = text(of(make_post("county_drafter")).get(proposed))
    assert "等待县里复核或审批的人确认" in colleague
    assert "confirm/" not in colleague
    assert Person.objects.get(id=dropped.id).merged_into_id is not None
    assert "请核对后勾选" in text(of(reviewer).post(f"{proposed}confirm/", {}))
    assert of(reviewer).post(f"{proposed}confirm/", {"looked": "1"}).headers["Location"] == proposed
    assert Person.objects.get(id=dropped.id).merged_into_id is None
    deliver_events()
    assert Task.objects.get(kind="confirm_unmerge").state == "done"
    assert Award.objects.get().person_id == dropped.id


def test_the_second_person_says_no_and_the_files_stay_one(pair, proposed):
    _kept, dropped = pair
    reviewer = of(make_post("county_reviewer"))
    assert "不同意，仍是一份" in text(reviewer.get(proposed))
    for _ in range(2):
        assert reviewer.post(f"{proposed}decline/").headers["Location"] == proposed
    deliver_events()
    assert Task.objects.get(kind="confirm_unmerge").state == "done"
    assert Person.objects.get(id=dropped.id).merged_into_id is not None
    assert list(IdentityDecision.objects.order_by("at").values_list("decision", flat=True)) == [
        "merge",
        "propose_unmerge",
        "decline_unmerge",
    ]
    assert "合并有效" in text(reviewer.get(proposed))


def test_what_came_after_a_proposal_has_to_be_answered_in_a_new_one(pair, proposed):
    kept, _dropped = pair
    told = [NewStatement("parents_untraceable", True, "verified")]
    record_facts(make_actor(), person_id=kept.id, statements=told, source="police")
    reviewer = of(make_post("county_reviewer"))
    page = text(reviewer.get(proposed))
    assert "那次的选择已经不全" in page
    assert "confirm/" not in page
    assert "刚有新的登记时请重新打开核对" in text(reviewer.post(f"{proposed}confirm/", {"looked": "1"}))
    row = Fact.objects.get(person=kept, name="parents_untraceable", superseded_at=None)
    reviewer.post(proposed, said(**{f"of:registry.Fact:{row.id}": "kept"}))
    deliver_events()
    waiting = Task.objects.get(kind="confirm_unmerge", state="open")
    assert waiting.queue_role == "county_approver"
    assert "须由一人提出、另一人确认" in text(reviewer.post(f"{proposed}confirm/", {"looked": "1"}))
    assert standing()


def test_money_that_went_into_the_other_childs_account_is_told_before_and_after():
    desk, drafter = Desk(), of(make_post("county_drafter", division=SICHUAN))
    kept, restored = orphan(key="k", award=False), orphan(key="r")
    merge_people(desk.drafter, keep=kept, drop=restored, reason="same_family")
    deliver_events()
    desk.pay("2026-01")
    merge = standing()
    said = "打进另一个孩子账户的钱", "代领人 **** "
    page = text(drafter.get(f"/children/{kept}/merges/{merge.id}/"))
    assert all(words in page for words in said)
    belongs = {one.key: "kept" for one in written_since(merge)}
    unmerge_people(desk.drafter, decision_id=merge.id, reason="two_numbers", belongs=belongs)
    confirm_unmerge(make_actor("county_reviewer", division=SICHUAN), decision_id=merge.id)
    deliver_events()
    award = Award.objects.get(person=restored)
    page = text(drafter.get(f"/awards/{award.id}/"))
    assert all(words in page for words in said)
    entry = LogEntry.objects.get(kind="disclosure", action="award")
    assert {row.person_id for row in entry.persons.all()} == {str(kept), str(restored)}


def test_another_county_or_another_role_finds_no_merge(post, pair):
    listed, one = joined(pair)
    stranger = of(make_post("county_drafter", division=OTHER_COUNTY))
    village = of(make_post("child_director"))
    for address in (listed, one):
        assert stranger.get(address).status_code == 404
        assert village.get(address).status_code == 403
    assert stranger.post(one, said()).status_code == 404
    other = make_person()
    assert of(post).get(f"/children/{other.id}/merges/{standing().id}/").status_code == 404


def test_of_a_file_that_stands_again_in_another_county_nothing_is_told_there(post, pair):
    kept, dropped = pair
    listed, one = joined(pair)
    move_person(make_actor(), person_id=kept.id, division=f"{OTHER_COUNTY[:6]}001001", on=timezone.localdate())
    deliver_events()
    here, there = of(post), of(make_post("county_drafter", division=OTHER_COUNTY))
    for answer in (here.get(listed), here.get(one), here.post(one, said()), here.post(f"{one}decline/")):
        assert answer.status_code == 404
    assert "恢复的档案不在您的辖区" in text(there.get(one))
    assert there.post(one, said()).status_code == 302
    for address in (listed, one):
        page = text(there.get(address))
        assert "单晓雨" not in page
        assert str(dropped.id) not in page
    assert there.get(f"/children/{dropped.id}/").status_code == 404
    assert here.get(f"/children/{dropped.id}/").status_code == 200


def test_a_merge_of_another_child_or_county_is_not_reached_over_ones_own_child(pair):
    kept, _dropped = pair
    _listed, one = joined(pair)
    foreign = make_person(division=f"{OTHER_COUNTY[:6]}001001")
    stranger = of(make_post("county_reviewer", division=OTHER_COUNTY))
    crossed = one.replace(str(kept.id), str(foreign.id))
    for address in (one, crossed):
        answers = [stranger.get(address), stranger.post(address, said())]
        answers += [stranger.post(f"{address}{deed}/", {"looked": "1"}) for deed in ("confirm", "decline")]
        assert [answer.status_code for answer in answers] == [404] * 4
    for role in ("child_director", "partner"):
        barred = of(make_post(role))
        assert barred.get(one).status_code == 403
        assert [barred.post(f"{one}{deed}", said()).status_code for deed in ("", "confirm/", "decline/")] == [403] * 3
    assert standing()


def test_in_english_every_sentence_of_the_page_is_english(post, pair):
    client, (listed, one) = of(post), joined(pair)
    client.cookies["ciyou_language"] = "en"
    for address, words in ((listed, "These are two children"), (one, "What goes to whom")):
        page = text(client.get(address))
        assert words in page
        assert "合并" not in page
        assert "撤销" not in page
