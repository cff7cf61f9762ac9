"""Messages: who is told what and when, tries and pauses, and that nothing about anybody can get into one."""

from __future__ import annotations

import datetime as dt
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core import mail
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ciyou.apps.audit.models import LogEntry
from ciyou.apps.cases.models import Task
from ciyou.apps.cases.tasks import open_task
from ciyou.apps.messages.choices import choose_channel, gateway_state, leave_channel, own_choices, try_again
from ciyou.apps.messages.gateways import NotSentError, is_safe, send, sms_body
from ciyou.apps.messages.models import MessageChoice, OutgoingMessage
from ciyou.apps.messages.outbox import PAUSES, send_messages
from ciyou.apps.messages.queueing import queue_messages
from ciyou.apps.messages.wording import LANGUAGES, SUBJECTS, message_text
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.errors import AccessDenied, RecordError
from tests.office import COUNTY, TOWNSHIP, make_actor, make_person

TEXT = re.compile(
    r"慈幼：您有 \d+ 件事要办，最早一件(今天| \d{4}-\d\d-\d\d )到期。请打开慈幼办理。( https://ciyou\.example/)?"
    r"|Ciyou: \d+ tasks wait for you, the first is due (today|on \d{4}-\d\d-\d\d)\. Open Ciyou\.( https://ciyou\.example/)?"
)
NAMES = ("王小明", "Zhang San", "{link}", "%s", "\r\nBcc: x@y.cn", "石板村", "家庭暴力", "abuse")


@pytest.fixture
def gateway(settings):
    """A mail server that keeps what it is given, open the whole day."""
    settings.MAIL_CONFIGURED, settings.DEFAULT_FROM_EMAIL = True, "ciyou@example.cn"
    settings.MESSAGE_LINK = "https://ciyou.example/"
    settings.QUIET_HOURS = (dt.time(3), dt.time(3))
    return settings


@pytest.fixture
def supervisor():
    return make_actor("supervisor")


def a_task(kind="answer_silence", *, child=None, on=None):
    child = child or make_person()
    return open_task(
        LOCAL_OPERATOR, kind=kind, subject_id=f"x:{child.id.hex}", division=TOWNSHIP, person_id=child.id,
        queue_role="supervisor", started_on=on or timezone.localdate(),
    )  # fmt: skip


def choose(actor, channel="mail", address="li@example.cn", language="zh"):
    choose_channel(actor, channel=channel, address=address, language=language)


def at(hour, *, days=0):
    return timezone.make_aware(dt.datetime.combine(timezone.localdate() + dt.timedelta(days=days), dt.time(hour)))


@pytest.mark.django_db
def test_a_user_who_chose_it_is_told_once_a_day_how_much_waits(gateway, supervisor):
    choose(supervisor)
    a_task(), a_task()

    assert (queue_messages(), send_messages()) == (1, 1)
    assert (queue_messages(), send_messages()) == (0, 0)

    (sent,) = mail.outbox
    due = Task.objects.first().due_on
    assert (sent.to, sent.subject) == (["li@example.cn"], "慈幼：有事要办")
    assert sent.body == f"慈幼：您有 2 件事要办，最早一件 {due} 到期。请打开慈幼办理。 https://ciyou.example/"
    assert b"li@example.cn" not in bytes(MessageChoice.objects.get().address)
    assert queue_messages(timezone.now() + dt.timedelta(days=1)) in (0, 1)


@pytest.mark.django_db
def test_nobody_is_told_who_did_not_ask_has_nothing_to_do_or_whose_channel_is_closed(gateway, supervisor):
    a_task()
    make_actor("county_drafter")
    assert queue_messages() == 0
    choose(make_actor("county_approver"), address="other@example.cn")
    assert queue_messages() == 0
    choose(supervisor)
    gateway.MAIL_CONFIGURED = False
    assert queue_messages() == 0


@pytest.mark.django_db
def test_quiet_hours_hold_back_what_can_wait_and_not_what_is_due_the_same_day(gateway, supervisor):
    gateway.QUIET_HOURS = (dt.time(0), dt.time(23, 59, 59))
    choose(supervisor)
    a_task()
    assert queue_messages(at(22)) == 0
    a_task("see_to_assessment")
    assert (queue_messages(at(22)), send_messages(at(22))) == (1, 1)
    assert "今天到期" in mail.outbox[0].body


@pytest.mark.django_db
def test_what_was_queued_before_quiet_hours_waits_until_they_end(gateway, supervisor):
    choose(supervisor)
    a_task()
    queue_messages()
    gateway.QUIET_HOURS = (dt.time(0), dt.time(23, 59, 59))
    assert send_messages(timezone.now() + dt.timedelta(seconds=1)) == 0
    row = OutgoingMessage.objects.get()
    assert (row.state, row.tries) == ("waiting", 0)
    assert timezone.localtime(row.next_try_at).time() == dt.time(23, 59, 59)


@pytest.mark.django_db
def test_a_message_that_is_not_taken_is_tried_again_with_pauses_given_up_and_seen_by_the_administrator(
    gateway, supervisor
):
    gateway.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    gateway.MAIL_CONFIGURED = True
    choose(supervisor)
    a_task()
    queue_messages()
    gateway.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    gateway.EMAIL_HOST, gateway.EMAIL_PORT, gateway.EMAIL_USE_SSL, gateway.EMAIL_TIMEOUT = "127.0.0.1", 1, False, 1
    now = timezone.now()
    for pause in (*PAUSES, dt.timedelta()):
        assert send_messages(now) == 0
        row = OutgoingMessage.objects.get()
        if row.state == "waiting":
            assert row.next_try_at == now + pause
        now += pause
    assert (row.state, row.tries, row.problem) == ("given_up", len(PAUSES) + 1, "ConnectionRefusedError")
    tries = LogEntry.objects.filter(action="send_message")
    assert tries.count() == len(PAUSES) + 1 and "li@example.cn" not in "".join(one.details for one in tries)

    sysadmin = make_actor("sysadmin")
    state = gateway_state(sysadmin)
    assert (state.failures[0].problem, state.counts["mail", "given_up"], state.chosen) == (
        "ConnectionRefusedError",
        1,
        {"mail": 1},
    )
    with pytest.raises(AccessDenied, match=r"message\.role"):
        gateway_state(supervisor)
    gateway.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    try_again(sysadmin, message_id=row.id)
    assert send_messages(timezone.now() + dt.timedelta(seconds=1)) == 1


@pytest.mark.django_db
def test_what_is_done_meanwhile_or_not_wanted_any_more_is_not_sent(gateway, supervisor):
    choose(supervisor)
    a_task()
    queue_messages()
    leave_channel(supervisor, channel="mail")
    assert send_messages() == 0
    assert OutgoingMessage.objects.get().state == "dropped"
    assert [(one.channel, one.is_open, one.address) for one in own_choices(supervisor)] == [
        ("mail", True, ""),
        ("sms", False, ""),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["", "li", "li@example", "a@b.cn, c@d.cn", "a@b.cn\nBcc: c@d.cn", "<a@b.cn>"])
def test_only_one_plain_address_is_taken(gateway, supervisor, address):
    with pytest.raises(RecordError, match=r"message\.address"):
        choose(supervisor, address=address)


@hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    tasks=st.integers(1, 10**6), day=st.dates(), today=st.dates(), language=st.sampled_from(LANGUAGES),
    link=st.sampled_from(["", "https://ciyou.example/"]),
)  # fmt: skip
def test_a_text_is_two_numbers_and_a_day_and_nothing_else(tasks, day, today, language, link):
    text = message_text(tasks=tasks, first_due_on=day, today=today, language=language, link=link)
    assert TEXT.fullmatch(text)


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_children_places_and_reasons_are_called_nothing_of_it_gets_into_a_message(
    gateway, supervisor, language
):
    choose(supervisor, language=language)
    for name in NAMES:
        child = make_person(name=name, name_reading="wangxiaoming")
        Task.objects.filter(id=a_task(child=child)).update(reason=name, plan_row=name[:48], escalated_to="abuse")
    queue_messages(), send_messages()
    (sent,) = mail.outbox
    assert TEXT.fullmatch(sent.body) and sent.subject == SUBJECTS[language]
    columns = {field.name for field in OutgoingMessage._meta.get_fields()}
    assert columns == {
        "id", "user", "channel", "tasks", "first_due_on", "urgent", "state", "tries", "next_try_at", "problem", "made_at", "ended_at",
    }  # fmt: skip


class _Gateway(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.headers["Authorization"], self.headers["Content-Type"], body.decode()))
        self.send_response(self.server.answer)
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()

    def log_message(self, *_args):
        """Keep the output of the tests clean."""


@pytest.fixture
def sms(settings):
    """A gateway for SMS on this machine, over real HTTP."""
    server = HTTPServer(("127.0.0.1", 0), _Gateway)
    server.got, server.answer = [], 200
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    settings.SMS_URL, settings.SMS_TOKEN = f"http://127.0.0.1:{server.server_port}/send", "Bearer secret"
    settings.SMS_TEMPLATE = '{"to": "{phone}", "content": "{text}"}'
    yield server
    server.shutdown()
    server.server_close()


def test_an_sms_is_posted_as_the_template_says_and_a_redirect_or_an_error_is_a_failure(sms):
    send("sms", address="13800000000", subject="", text='他说"好"')
    (token, kind, body), *_rest = sms.got
    assert (token, kind, json.loads(body)) == (
        "Bearer secret",
        "application/json",
        {"to": "13800000000", "content": '他说"好"'},
    )
    for status, problem in ((302, "http_302"), (500, "http_500")):
        sms.answer = status
        with pytest.raises(NotSentError) as refused:
            send("sms", address="13800000000", subject="", text="x")
        assert refused.value.problem == problem


def test_numbers_go_over_tls_or_nowhere():
    assert is_safe("https://sms.example.cn/send") and is_safe("http://127.0.0.1:8000/x")
    assert not any(is_safe(url) for url in ("", "http://sms.example.cn/send", "ftp://x.cn", "file:///etc/passwd"))
    assert sms_body("to={phone}&t={text}", phone="+86138", text="a&b") == b"to=%2B86138&t=a%26b"


@pytest.mark.django_db
def test_quiet_hours_that_begin_while_messages_go_out_hold_back_the_rest(gateway, supervisor):
    gateway.QUIET_HOURS = (dt.time(22), dt.time(6))
    choose(supervisor)
    choose(make_actor("county_drafter"), address="chen@example.cn")
    (
        a_task(),
        open_task(
            LOCAL_OPERATOR, kind="answer_silence", subject_id="x:y", division=COUNTY, queue_role="county_drafter"
        ),
    )
    assert queue_messages(at(21)) == 2
    before, within = at(22) - dt.timedelta(seconds=5), at(22) + dt.timedelta(seconds=5)
    assert send_messages(clock=iter((before, before, within)).__next__) == 1
    assert OutgoingMessage.objects.get(state="waiting").next_try_at == at(6, days=1)


@pytest.mark.django_db
def test_a_run_ends_after_a_minute_and_the_next_goes_on(gateway, supervisor):
    choose(supervisor)
    choose(make_actor("county_drafter"), address="chen@example.cn")
    (
        a_task(),
        open_task(
            LOCAL_OPERATOR, kind="answer_silence", subject_id="x:y", division=COUNTY, queue_role="county_drafter"
        ),
    )
    assert queue_messages() == 2
    begun = timezone.now()
    assert send_messages(clock=iter((begun, begun, begun + dt.timedelta(seconds=61))).__next__) == 1
    assert send_messages() == 1
