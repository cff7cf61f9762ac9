"""Only this machine is served, under its own names; others only over TLS, through the one trusted proxy, and never a demo."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize("address", ["192.168.1.7", "10.0.0.3", "203.0.113.9", "::ffff:203.0.113.9", "", "unix:"])
def test_a_request_from_another_machine_is_refused(client, db, address):
    response = client.get("/", REMOTE_ADDR=address)
    assert response.status_code == 403
    assert "127.0.0.1" in response.content.decode()


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "localhost.evil", ""])
def test_a_request_under_another_hosts_name_is_refused(client, db, host):
    assert client.get("/", headers={"host": host}).status_code == 403


@pytest.mark.parametrize("header", ["x-forwarded-for", "x-forwarded-proto", "forwarded", "via", "x-real-ip"])
def test_a_request_that_a_proxy_passed_on_is_refused(client, db, header):
    assert client.get("/", headers={header: "127.0.0.1"}).status_code == 403


@pytest.mark.parametrize(("address", "host"), [("127.0.0.1", "localhost:8000"), ("::1", "[::1]:8000")])
def test_this_machine_is_served_under_its_own_names(client, db, address, host):
    assert client.get("/", REMOTE_ADDR=address, headers={"host": host}).status_code == 200


PROXY = "10.1.1.1"
THROUGH_PROXY = {"host": "ciyou.example.cn", "x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.9"}


@pytest.fixture
def served(settings):
    """An installation that serves one name through one proxy."""
    settings.SERVED_OVER_TLS = True
    settings.SERVED_HOSTS = ["ciyou.example.cn"]
    settings.TRUSTED_PROXY = PROXY
    settings.ALLOWED_HOSTS = [*settings.OWN_HOSTS, "ciyou.example.cn"]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


def test_the_trusted_proxy_is_served_over_tls_and_the_address_it_saw_is_recorded(stranger, db, served):
    response = stranger.get("/sign-in/", REMOTE_ADDR=PROXY, headers=THROUGH_PROXY)
    assert response.status_code == 200
    assert response.wsgi_request.META["REMOTE_ADDR"] == "203.0.113.9"
    assert response.wsgi_request.is_secure()


def test_of_several_claimed_addresses_only_the_proxys_own_word_counts(stranger, db, served):
    headers = {**THROUGH_PROXY, "x-forwarded-for": "127.0.0.1, 198.51.100.4"}
    response = stranger.get("/sign-in/", REMOTE_ADDR=PROXY, headers=headers)
    assert response.wsgi_request.META["REMOTE_ADDR"] == "198.51.100.4"


@pytest.mark.parametrize(
    ("address", "changed"),
    [
        ("10.1.1.2", {}),
        ("127.0.0.1", {}),
        (PROXY, {"x-forwarded-proto": "http"}),
        (PROXY, {"x-forwarded-proto": ""}),
        (PROXY, {"host": "evil.example"}),
        (PROXY, {"host": "127.0.0.1"}),
    ],
)
def test_anything_else_is_refused_even_where_others_are_served(stranger, db, served, address, changed):
    response = stranger.get("/sign-in/", REMOTE_ADDR=address, headers={**THROUGH_PROXY, **changed})
    assert response.status_code == 403


@pytest.mark.parametrize(
    ("demo", "proxy", "served_over_tls"), [(False, PROXY, "True"), (False, "", "False"), (True, PROXY, "False")]
)
def test_a_demo_serves_nobody_else_whatever_the_environment_says(tmp_path, demo, proxy, served_over_tls):
    if demo:
        (tmp_path / "demo").touch()
    surroundings = {
        **os.environ,
        "CIYOU_HOME": str(tmp_path),
        "CIYOU_HOSTS": "ciyou.example.cn",
        "CIYOU_TRUSTED_PROXY": proxy,
        "DATABASE_URL": "",
    }
    asked = "from ciyou.config import settings as s; print(s.SERVED_OVER_TLS, s.SESSION_COOKIE_NAME, s.SESSION_COOKIE_SECURE)"
    done = subprocess.run([sys.executable, "-c", asked], env=surroundings, capture_output=True, text=True, check=True)
    told, cookie, secure = done.stdout.split()
    assert told == secure == served_over_tls
    assert cookie == ("__Host-sessionid" if served_over_tls == "True" else "sessionid")


def test_only_our_own_scripts_and_styles_may_run(client, db):
    response = client.get("/")
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    page = response.content.decode()
    assert "<style" not in page
    assert " style=" not in page
    assert " onclick=" not in page
    assert page.count("<script") == page.count("<script src=")


def test_a_form_from_elsewhere_is_refused_with_advice(db):
    from django.test import Client

    strict = Client(headers={"host": "127.0.0.1"}, enforce_csrf_checks=True)
    response = strict.post("/screenings/demo/")
    assert response.status_code == 403
    assert "刷新" in response.content.decode()


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "没有这一页"), ("en", "There is no such page")])
def test_the_page_for_an_unknown_address_says_what_to_do_in_both_languages(client, db, language, words):
    client.cookies["ciyou_language"] = language
    response = client.get("/nothing/")
    assert response.status_code == 404
    assert words in response.content.decode()
