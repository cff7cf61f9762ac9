"""Signing in with a real browser: a passkey, an authenticator app, a phone with a PIN."""

from __future__ import annotations

import pytest

from ciyou.apps.accounts.beginnings import DEMO_PASSWORD

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
USER = "weibao"
"""Whom no other walk signs in as: from here on this user has a second factor, on the server that all of them share."""


@pytest.fixture
def window(browser, server):
    """A window with a virtual authenticator; passkeys need a name, so the page is opened as localhost."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.address = f"http://localhost:{server.port}"
    yield page
    context.close()


def enter(page, username):
    page.goto(f"{page.address}/sign-in/")
    page.fill("#username", username)
    page.fill("#password", DEMO_PASSWORD)
    page.click("main button[type=submit]")


def test_a_passkey_is_set_up_and_opens_the_next_sign_in(window):
    enter(window, USER)
    window.goto(f"{window.address}/me/factors/add/")
    window.get_by_role("button", name="建立通行密钥").click()
    window.get_by_role("heading", name="请抄下恢复代码").wait_for()
    assert window.locator(".code-list li").count() == 8
    window.get_by_role("link", name="已经抄好，继续").click()
    assert "通行密钥" in window.locator("main").inner_text()
    window.context.clear_cookies()
    enter(window, USER)
    window.wait_for_url("**/sign-in/factor/")
    window.get_by_role("button", name="用通行密钥").click()
    window.wait_for_url(f"{window.address}/")
    window.goto(f"{window.address}/me/")
    assert "密码和通行密钥" in window.locator("main").inner_text()
