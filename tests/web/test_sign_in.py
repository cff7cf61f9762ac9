"""Signing in: each way, each wrong try, and what an ended session may no longer do."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.test import Client
from django.utils import timezone

from ciyou.apps.accounts import codes, devices, factors
from ciyou.apps.accounts.models import Device, OneTimeCode, Post, SecondFactor, SignIn
from tests.office import make_post

PASSWORD = "correct-horse-battery"
SECRET = b"12345678901234567890"
NOW = 1_800_000_000
COMPONENTS = Path(__file__).resolve().parents[2] / "src/ciyou/web/templates/web/components"


@pytest.fixture
def clock(monkeypatch):
    """The clock of the authenticator app, and the one it is checked against."""
    now = [NOW]
    monkeypatch.setattr("ciyou.apps.accounts.factors.time.time", lambda: now[0])
    return now


def code_at(moment):
    return TOTP(SECRET, 6, SHA1(), 30).generate(moment).decode()


def with_app(post):
    """Give the holder of a post an authenticator app, set up in the past."""
    assert factors.add_totp(post.user, secret=SECRET, code=code_at(NOW))
    SecondFactor.objects.update(last_counter=0)
    return post


def enter(client, post, password=PASSWORD, **extra):
    return client.post("/sign-in/", {"username": post.user.username, "password": password}, **extra)


def is_in(client):
    return client.get("/me/").status_code == 200


@pytest.fixture
def drafter(db, clock):
    return with_app(make_post("county_drafter"))


def test_an_officer_needs_the_password_and_then_a_code_of_the_app(stranger, drafter):
    assert enter(stranger, drafter).url == "/sign-in/factor/"
    assert not is_in(stranger)
    response = stranger.post("/sign-in/factor/", {"code": code_at(NOW)})
    assert response.url == "/"
    assert is_in(stranger)
    (row,) = SignIn.objects.all()
    assert (row.method, row.user_id, row.post_id) == ("totp", drafter.user_id, drafter.id)


def test_the_page_that_was_wanted_first_comes_after_the_sign_in(stranger, drafter):
    stranger.post("/sign-in/?next=/me/", {"username": drafter.user.username, "password": PASSWORD})
    assert stranger.post("/sign-in/factor/", {"code": code_at(NOW)}).url == "/me/"


def test_no_other_site_comes_after_the_sign_in(stranger, drafter):
    stranger.post("/sign-in/?next=https://evil.example/", {"username": drafter.user.username, "password": PASSWORD})
    assert stranger.post("/sign-in/factor/", {"code": code_at(NOW)}).url == "/"


def test_a_code_of_the_app_opens_only_once(stranger, drafter):
    enter(stranger, drafter)
    stranger.post("/sign-in/factor/", {"code": code_at(NOW)})
    other = Client(headers={"host": "127.0.0.1"})
    enter(other, drafter)
    assert other.post("/sign-in/factor/", {"code": code_at(NOW)}).status_code == 400
    assert not is_in(other)


@pytest.mark.parametrize(("seconds", "status"), [(-60, 400), (-30, 302), (30, 302), (60, 400)])
def test_a_clock_may_be_half_a_minute_wrong_and_no_more(stranger, drafter, seconds, status):
    enter(stranger, drafter)
    assert stranger.post("/sign-in/factor/", {"code": code_at(NOW + seconds)}).status_code == status


def test_a_recovery_code_takes_the_place_of_the_app_once(stranger, drafter):
    code, *_rest = factors.new_recovery_codes(drafter.user)
    enter(stranger, drafter)
    assert stranger.post("/sign-in/factor/", {"code": code.lower().replace("-", " ")}).url == "/"
    stranger.post("/sign-out/")
    enter(stranger, drafter)
    assert stranger.post("/sign-in/factor/", {"code": code}).status_code == 400


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(stranger, drafter):
    wrong = enter(stranger, drafter, "wrong-horse").content.decode()
    unknown = stranger.post("/sign-in/", {"username": "nobody", "password": "wrong-horse"}).content.decode()
    strip = re.compile(r'value="[^"]*"')
    assert strip.sub("", wrong) == strip.sub("", unknown)


def test_after_five_wrong_tries_a_name_is_locked_at_that_address_only(stranger, drafter):
    for _ in range(5):
        enter(stranger, drafter, "wrong-horse")
    assert enter(stranger, drafter).status_code == 429
    assert enter(stranger, drafter, REMOTE_ADDR="127.0.0.2").status_code == 302


def test_a_name_that_nobody_has_is_locked_in_the_same_way(stranger, db):
    answers = [stranger.post("/sign-in/", {"username": "nobody", "password": "x"}).status_code for _ in range(6)]
    assert answers[-1] == 429


def test_wrong_codes_of_the_app_are_counted_like_wrong_passwords(stranger, drafter):
    enter(stranger, drafter)
    for _ in range(5):
        stranger.post("/sign-in/factor/", {"code": "000000"})
    assert stranger.post("/sign-in/factor/", {"code": code_at(NOW)}).status_code == 429


def test_a_lock_opens_after_a_quarter_of_an_hour(stranger, drafter, monkeypatch):
    for _ in range(5):
        enter(stranger, drafter, "wrong-horse")
    later = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=16)
    monkeypatch.setattr("axes.handlers.proxy.now", lambda: later)
    assert enter(stranger, drafter).status_code == 302


def test_nothing_that_was_typed_is_kept_with_a_wrong_try(stranger, drafter):
    from axes.models import AccessAttempt

    enter(stranger, drafter, "my-other-password")
    enter(stranger, drafter)
    stranger.post("/sign-in/factor/", {"code": "271828"})
    kept = "".join(f"{row.get_data}{row.post_data}" for row in AccessAttempt.objects.all())
    assert "my-other-password" not in kept
    assert "271828" not in kept


def test_a_good_sign_in_forgets_the_wrong_tries_before_it(stranger, drafter, clock):
    for _ in range(4):
        enter(stranger, drafter, "wrong-horse")
    enter(stranger, drafter)
    stranger.post("/sign-in/factor/", {"code": code_at(NOW)})
    stranger.post("/sign-out/")
    for _ in range(4):
        enter(stranger, drafter, "wrong-horse")
    assert enter(stranger, drafter).status_code == 302


def test_the_session_key_is_a_new_one_at_each_step(stranger, drafter):
    stranger.get("/sign-in/")
    keys = [stranger.cookies.get("sessionid")]
    enter(stranger, drafter)
    keys.append(stranger.cookies["sessionid"].value)
    stranger.post("/sign-in/factor/", {"code": code_at(NOW)})
    keys.append(stranger.cookies["sessionid"].value)
    assert len(set(keys)) == 3


def test_the_way_in_is_forgotten_after_ten_minutes(stranger, drafter, monkeypatch):
    enter(stranger, drafter)
    monkeypatch.setattr("ciyou.apps.accounts.signing.time.time", lambda: NOW + 10**9)
    assert stranger.post("/sign-in/factor/", {"code": code_at(NOW)}).url == "/sign-in/"


def test_a_user_without_a_post_is_told_so_and_stays_outside(stranger, drafter):
    Post.objects.update(valid_to=dt.date(2021, 1, 1))
    response = enter(stranger, drafter)
    assert response.status_code == 403
    assert "没有在任的岗位" in response.content.decode()


def test_a_deactivated_user_gets_the_answer_of_a_wrong_password(stranger, drafter):
    drafter.user.is_active = False
    drafter.user.save()
    assert enter(stranger, drafter).status_code == 400


def test_of_several_posts_one_is_chosen(stranger, drafter):
    second = Post.objects.create(
        user=drafter.user, role="county_reviewer", division="990101000000", valid_from=dt.date(2022, 1, 1)
    )
    enter(stranger, drafter)
    assert stranger.post("/sign-in/factor/", {"code": code_at(NOW)}).url == "/sign-in/post/"
    page = stranger.get("/sign-in/post/").content.decode()
    assert "县级经办" in page
    assert "县级复核" in page
    assert stranger.post("/sign-in/post/", {"post": str(second.id)}).url == "/"
    assert SignIn.objects.get().post_id == second.id


def test_somebody_elses_post_cannot_be_chosen(stranger, drafter):
    other = make_post("county_approver")
    Post.objects.create(
        user=drafter.user, role="county_reviewer", division="990101000000", valid_from=dt.date(2022, 1, 1)
    )
    enter(stranger, drafter)
    stranger.post("/sign-in/factor/", {"code": code_at(NOW)})
    stranger.post("/sign-in/post/", {"post": str(other.id)})
    assert not is_in(stranger)


# --- the first time -------------------------------------------------------------------------------------------------


def first_time(client, post, clock):
    """The first sign-in of an officer up to the page that shows the app's picture."""
    code = codes.make_code(post.user, kind="activation", made_by="test")
    form = {
        "username": post.user.username,
        "code": code,
        "new_password": "three-quiet-herons",
        "again": "three-quiet-herons",
    }
    return client.post("/sign-in/code/", form)


def test_a_first_sign_in_sets_a_password_then_an_app_and_shows_recovery_codes(stranger, db, clock, monkeypatch):
    monkeypatch.setattr("ciyou.web.pages.sign_in.offers.new_totp_secret", lambda: SECRET)
    post = make_post("county_drafter")
    assert first_time(stranger, post, clock).url == "/sign-in/enroll/"
    assert "data:image/svg+xml" in stranger.get("/sign-in/enroll/").content.decode()
    assert stranger.post("/sign-in/enroll/", {"code": "000000"}).status_code == 400
    shown = stranger.post("/sign-in/enroll/", {"code": code_at(NOW)}).content.decode()
    assert len(set(re.findall(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}", shown))) == 8
    assert stranger.post("/sign-in/post/", {"post": str(post.id)}).url == "/"
    assert is_in(stranger)


def test_a_code_that_was_handed_over_opens_once_and_for_a_day(stranger, db, clock):
    post = make_post("county_drafter")
    code = codes.make_code(post.user, kind="activation", made_by="test")
    OneTimeCode.objects.update(expires_at=timezone.now())
    form = {
        "username": post.user.username,
        "code": code,
        "new_password": "three-quiet-herons",
        "again": "three-quiet-herons",
    }
    assert stranger.post("/sign-in/code/", form).status_code == 400
    code = codes.make_code(post.user, kind="activation", made_by="test")
    assert stranger.post("/sign-in/code/", {**form, "code": code}).status_code == 302
    assert stranger.post("/sign-in/code/", {**form, "code": code}).status_code == 400


@pytest.mark.parametrize("password", ["short", "1234567890123", "password1234"])
def test_a_weak_password_is_refused_and_the_code_is_not_used_up(stranger, db, password):
    post = make_post("county_drafter")
    code = codes.make_code(post.user, kind="activation", made_by="test")
    form = {"username": post.user.username, "code": code, "new_password": password, "again": password}
    response = stranger.post("/sign-in/code/", form)
    assert response.status_code == 400
    assert f'value="{code}"' in response.content.decode()
    assert OneTimeCode.objects.get().used_at is None


def test_the_password_alone_never_enrolls_a_factor(stranger, db):
    post = make_post("county_drafter")
    assert enter(stranger, post).url == "/sign-in/lost/"
    assert stranger.get("/sign-in/enroll/").url == "/sign-in/lost/"


def test_a_lost_factor_is_replaced_with_a_code_and_the_old_one_ends(stranger, drafter):
    code = codes.make_code(drafter.user, kind="factor", made_by="test")
    enter(stranger, drafter)
    assert stranger.post("/sign-in/lost/", {"code": code}).url == "/sign-in/enroll/"
    assert not factors.has_factor(drafter.user)


def test_in_a_demo_on_this_machine_the_factor_may_be_put_off(stranger, db, settings):
    settings.DEMO = True
    post = make_post("county_drafter")
    assert enter(stranger, post).url == "/"
    assert SignIn.objects.get().method == "demo"


def test_in_a_demo_a_factor_that_was_set_up_is_asked_for(stranger, drafter, settings):
    settings.DEMO = True
    assert enter(stranger, drafter).url == "/sign-in/factor/"


# --- child directors ------------------------------------------------------------------------------------------------


@pytest.fixture
def director(db):
    return make_post("child_director")


def set_up_device(client, post, pin="738416"):
    code = codes.make_code(post.user, kind="device", made_by="test")
    enter(client, post)
    return client.post("/sign-in/device/", {"code": code, "label": "手机", "pin": pin, "again": pin})


def test_a_child_director_sets_up_a_device_once_and_then_needs_only_the_pin(stranger, director):
    assert set_up_device(stranger, director).url == "/"
    cookie = stranger.cookies["ciyou_device"]
    assert cookie["httponly"]
    assert Device.objects.get().token_hash != cookie.value
    stranger.post("/sign-out/")
    assert "PIN" in stranger.get("/sign-in/").content.decode()
    assert stranger.post("/sign-in/pin/", {"pin": "738416"}).url == "/"
    assert SignIn.objects.filter(ended_at=None).get().method == "pin"


def test_the_password_alone_makes_no_device_known(stranger, director):
    assert enter(stranger, director).url == "/sign-in/device/"
    form = {"code": "AAAA-AAAA-AAAA", "label": "手机", "pin": "738416", "again": "738416"}
    assert stranger.post("/sign-in/device/", form).status_code == 400
    assert not Device.objects.exists()


def test_the_first_code_of_a_child_director_also_makes_the_first_device_known(stranger, director, clock):
    assert first_time(stranger, director, clock).url == "/sign-in/device/"
    form = {"label": "手机", "pin": "738416", "again": "738416"}
    assert stranger.post("/sign-in/device/", form).url == "/"


@pytest.mark.parametrize(
    "pin", ["111111", "123456", "654321", "121212", "123123", "900512", "120590", "198805", "012345"]
)
def test_a_pin_that_is_tried_first_is_refused(stranger, director, pin):
    response = set_up_device(stranger, director, pin=pin)
    assert response.status_code == 400
    assert not Device.objects.exists()


@pytest.mark.parametrize("pin", ["738416", "847392", "593874", "404917"])
def test_other_pins_are_good(pin):
    assert not devices.is_weak_pin(pin)


def test_five_wrong_pins_lock_the_device_until_a_sign_in_with_the_password(stranger, director):
    set_up_device(stranger, director)
    stranger.post("/sign-out/")
    for number in range(5):
        page = stranger.post("/sign-in/pin/", {"pin": "000001"}, REMOTE_ADDR=f"127.0.0.{10 + number}")
    assert "已锁定" in page.content.decode()
    assert stranger.post("/sign-in/pin/", {"pin": "738416"}, REMOTE_ADDR="127.0.0.30").status_code == 400
    assert enter(stranger, director, REMOTE_ADDR="127.0.0.31").url == "/"
    stranger.post("/sign-out/")
    assert stranger.post("/sign-in/pin/", {"pin": "738416"}).url == "/"


def test_a_device_that_was_taken_back_opens_nothing_and_its_session_ends(stranger, director):
    set_up_device(stranger, director)
    device = Device.objects.get()
    assert devices.revoke_device(device.id, user_id=director.user_id)
    assert not is_in(stranger)
    assert stranger.post("/sign-in/pin/", {"pin": "738416"}).url == "/sign-in/"


def test_a_pin_is_of_no_use_on_another_device(stranger, director):
    set_up_device(stranger, director)
    other = Client(headers={"host": "127.0.0.1"})
    assert other.post("/sign-in/pin/", {"pin": "738416"}).url == "/sign-in/"


def test_a_pin_opens_no_post_that_needs_a_second_factor(stranger, director):
    set_up_device(stranger, director)
    promoted = Post.objects.create(
        user=director.user, role="supervisor", division="990101001000", valid_from=dt.date(2022, 1, 1)
    )
    refused = stranger.post("/me/post/", {"post": str(promoted.id)})
    assert refused.status_code == 400
    assert "PIN 不够" in refused.content.decode()
    stranger.post("/sign-out/")
    assert stranger.post("/sign-in/pin/", {"pin": "738416"}).url == "/sign-in/lost/"
    assert not is_in(stranger)


# --- sessions -------------------------------------------------------------------------------------------------------


def rest(minutes):
    SignIn.objects.update(last_seen_at=timezone.now() - dt.timedelta(minutes=minutes))


def test_an_officers_session_ends_after_half_an_hour_of_rest(client):
    rest(29)
    assert is_in(client)
    rest(31)
    assert not is_in(client)


def test_what_a_page_asks_by_itself_keeps_nobody_signed_in(client):
    rest(20)
    before = SignIn.objects.get().last_seen_at
    for address in ("/field/session/", "/me/"):
        assert client.get(address, headers={"ciyou-alone": "1"}).status_code == 200
    assert SignIn.objects.get().last_seen_at == before
    assert is_in(client)
    assert SignIn.objects.get().last_seen_at > before, "a person asked"
    asking = [one for one in COMPONENTS.glob("*.html") if 'hx-trigger="every' in one.read_text(encoding="utf-8")]
    assert len(asking) == 5
    for one in asking:
        assert """hx-headers='{"Ciyou-Alone": "1"}'""" in one.read_text(encoding="utf-8"), one.name


def test_a_child_directors_session_rests_eight_hours(stranger, director):
    set_up_device(stranger, director)
    rest(7 * 60 + 59)
    assert is_in(stranger)
    rest(8 * 60 + 1)
    assert not is_in(stranger)


def test_every_session_ends_after_twelve_hours(client):
    SignIn.objects.update(ends_at=timezone.now())
    assert not is_in(client)


def test_signing_out_ends_the_session_on_the_server_too(client):
    key = client.cookies["sessionid"].value
    client.post("/sign-out/")
    client.cookies["sessionid"] = key
    assert not is_in(client)
    assert SignIn.objects.get().ended_because == "sign_out"


def test_the_end_of_a_post_ends_what_is_done_in_it(client, officer):
    officer.valid_to = timezone.localdate()
    officer.save()
    assert not is_in(client)


def test_a_session_that_is_over_leads_a_part_of_a_page_to_the_sign_in(client):
    rest(31)
    part = {"hx-request": "true", "hx-current-url": "http://127.0.0.1/rosters/"}
    response = client.get("/me/", headers=part)
    assert response.headers["HX-Redirect"] == "/sign-in/?next=%2Frosters%2F"
    elsewhere = client.get("/me/", headers={**part, "hx-current-url": "http://elsewhere.test/rosters/"})
    assert elsewhere.headers["HX-Redirect"] == "/sign-in/"
