"""Until there is sign-in, only this machine is served, under its own names, and not through a proxy."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("address", ["192.168.1.7", "10.0.0.3", "203.0.113.9", "::ffff:203.0.113.9", "", "unix:"])
def test_a_request_from_another_machine_is_refused(client, db, address):
    response = client.get("/", REMOTE_ADDR=address)
    assert response.status_code == 403
    assert "127.0.0.1" in response.content.decode()


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "localhost.evil", ""])
def test_a_request_under_another_hosts_name_is_refused(client, db, host):
    assert client.get("/", headers={"host": host}).status_code == 403


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "via", "x-real-ip"])
def test_a_request_that_a_proxy_passed_on_is_refused(client, db, header):
    assert client.get("/", headers={header: "127.0.0.1"}).status_code == 403


@pytest.mark.parametrize(("address", "host"), [("127.0.0.1", "localhost:8000"), ("::1", "[::1]:8000")])
def test_this_machine_is_served_under_its_own_names(client, db, address, host):
    assert client.get("/", REMOTE_ADDR=address, headers={"host": host}).status_code == 200


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
