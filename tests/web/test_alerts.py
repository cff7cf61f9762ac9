"""The pages of alerts and messages: what is whose to see, what a form does, and what the administrator is told."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from ciyou.apps.cases.models import Task
from ciyou.apps.cases.tasks import open_task
from ciyou.apps.messages.models import MessageChoice, OutgoingMessage
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.packs import load_alerts
from tests.office import OTHER_COUNTY, TOWNSHIP, make_person, make_post, sign_in

pytestmark = pytest.mark.django_db


def signed_in(role, **fields):
    post = make_post(role, **fields)
    return sign_in(Client(headers={"host": "127.0.0.1"}), post), post


def an_alert(rule="no_contact", kind="answer_silence", **fields):
    child = make_person(**fields)
    task = open_task(
        LOCAL_OPERATOR,
        kind=kind,
        subject_id=f"{rule}:{child.id.hex}",
        division=TOWNSHIP,
        person_id=child.id,
        queue_role="supervisor",
    )
    return child, task


def test_alerts_stand_on_today_and_in_a_list_and_one_kind_can_be_seen_alone():
    client, _post = signed_in("supervisor")
    silent, _task = an_alert(name="甲某某")
    changed, _task = an_alert("family_changed", "look_into_change", name="乙某某")
    open_task(LOCAL_OPERATOR, kind="review_lead", subject_id="x", division=TOWNSHIP, queue_role="supervisor")

    home = client.get("/?only=alerts").content.decode()
    assert "/alerts/?kind=answer_silence" in home and "work-review_lead" not in home
    assert "work-review_lead" in client.get("/").content.decode()
    every = client.get("/alerts/").content.decode()
    assert silent.name in every and changed.name in every and "家里的情况有变化" in every
    scored, _task = an_alert("hint_reached", "look_into_sign", name="丙某某")
    on_file = [client.get(f"/children/{one.id}/").content.decode() for one in (changed, scored)]
    assert [
        "：家里的情况有变化" in on_file[0],
        load_alerts(division=TOWNSHIP)["hint_reached"].name("zh") in on_file[1],
    ] == [
        True,
        False,  # of a score only named workers know
    ]
    only = client.get("/alerts/?kind=look_into_change").content.decode()
    assert changed.name in only and silent.name not in only


def test_a_silence_ends_by_a_call_and_not_by_what_was_arranged_and_only_by_whoever_has_it():
    client, post = signed_in("supervisor")
    stranger, _other = signed_in("county_drafter", division=OTHER_COUNTY)
    _child, task = an_alert()
    assert stranger.post(f"/alerts/{task}/", {"done": "called"}).status_code == 404
    assert client.post(f"/alerts/{task}/", {"done": "arranged"}).status_code == 422
    assert client.post(f"/alerts/{task}/", {"done": "called"}).status_code == 302
    row = Task.objects.get(id=task)
    assert (row.state, row.reason, row.ended_by) == ("done", "called", str(post.user_id))
    assert client.post(f"/alerts/{task}/", {"done": "called"}).status_code == 404


def test_an_alert_about_a_protected_child_is_not_shown_to_whoever_is_no_named_worker():
    client, _post = signed_in("supervisor")
    child, task = an_alert(name="丙某某", restricted=True)
    page = client.get("/alerts/").content.decode()
    assert child.name not in page and str(child.id) not in page
    assert client.post(f"/alerts/{task}/", {"done": "called"}).status_code == 404


def test_a_user_chooses_a_channel_that_is_open_and_leaves_it(settings):
    client, post = signed_in("supervisor")
    assert client.get("/me/messages/").content.decode().count("没有开通这个渠道") == 2
    assert client.post("/me/messages/", {"channel": "mail", "address": "li@example.cn"}).status_code == 422
    settings.MAIL_CONFIGURED, settings.DEFAULT_FROM_EMAIL = True, "ciyou@example.cn"
    wrong = client.post("/me/messages/", {"channel": "mail", "address": "li@"})
    assert wrong.status_code == 422 and 'value="li@"' in wrong.content.decode()
    assert client.post("/me/messages/", {"channel": "mail", "address": "li@example.cn"}).status_code == 302
    assert 'value="li@example.cn"' in client.get("/me/messages/").content.decode()
    assert MessageChoice.objects.get().user_id == post.user_id
    assert client.post("/me/messages/", {"channel": "mail", "off": "1"}).status_code == 302
    assert not MessageChoice.objects.exists()


def test_the_administrator_sees_what_did_not_get_out_and_whose_it_is_nobody_and_has_it_tried_again():
    client, _post = signed_in("sysadmin")
    other, somebody = signed_in("supervisor")
    row = OutgoingMessage.objects.create(
        user=somebody.user, channel="sms", tasks=1, first_due_on=dt.date(2026, 3, 1), state="given_up", problem="http_500", tries=6,
        made_at=timezone.now(), next_try_at=timezone.now(),
    )  # fmt: skip
    page = client.get("/system/messages/").content.decode()
    assert "http_500" in page and somebody.user.full_name not in page
    assert other.get("/system/messages/").status_code == 403
    assert client.post(f"/system/messages/{row.id}/again/").status_code == 302
    row.refresh_from_db()
    assert (row.state, row.tries) == ("waiting", 0)
