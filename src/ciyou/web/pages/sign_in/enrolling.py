"""The first time: an authenticator app or a passkey for the office, a known device with a PIN for a child director."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from ciyou.apps.accounts.devices import enroll_device
from ciyou.apps.accounts.factors import add_totp, new_recovery_codes
from ciyou.apps.accounts.passkeys import add_passkey
from ciyou.apps.accounts.passwords import pin_faults
from ciyou.apps.accounts.signing import (
    Entering,
    Step,
    device_enrolled,
    entering,
    factor_enrolled,
    may_enroll_device,
    next_step,
    try_device_code,
)
from ciyou.web.middleware import is_local
from ciyou.web.pages.sign_in.flow import ask, go_on, keep_device, passkey_answer, refusal, spoken
from ciyou.web.pages.sign_in.offers import factor_offer, offered_challenge, offered_secret

ENROLL = "web/pages/sign_in_enroll.html"
RECOVERY = "web/pages/recovery_codes.html"
DEVICE = "web/pages/sign_in_device.html"


def show_enroll(request: HttpRequest) -> HttpResponse:
    """Set up an authenticator app: a picture to scan, and the first code as the proof."""
    state = _expected(request, Step.ENROLL)
    if state is None:
        return _elsewhere(request)
    if request.method != "POST":
        return ask(request, ENROLL, factor_offer(request, state.user))
    secret = offered_secret(request, state.user)
    if secret is None or not add_totp(state.user, secret=secret, code=request.POST.get("code", "")):
        wrong = _("验证码不对。请用应用里刚扫描的“Ciyou”一项显示的六位数字；手机时间要与网络时间一致。")
        return ask(request, ENROLL, factor_offer(request, state.user, wrong=wrong, keep=True), status=400)
    return _enrolled(request, state, "totp")


def enroll_passkey(request: HttpRequest) -> HttpResponse:
    """Set up a passkey instead."""
    state = _expected(request, Step.ENROLL)
    if state is None:
        return _elsewhere(request)
    challenge = offered_challenge(request)
    if challenge is None or not add_passkey(state.user, answer=passkey_answer(request), state=challenge):
        wrong = _("没有建立通行密钥。请再试一次，或改用验证器应用。")
        return ask(request, ENROLL, factor_offer(request, state.user, wrong=wrong, keep=True), status=400)
    return _enrolled(request, state, "passkey")


def _enrolled(request: HttpRequest, state: Entering, method: str) -> HttpResponse:
    """Eight recovery codes, shown this once; the way on leads through the choice of a post."""
    codes = new_recovery_codes(state.user)
    factor_enrolled(request, state, method=method)
    return ask(request, RECOVERY, {"codes": codes, "on": "sign_in_post"})


def show_device(request: HttpRequest) -> HttpResponse:
    """Make this device a known one: the supervisor's code, a name for the device, and a PIN."""
    state = _expected(request, Step.DEVICE)
    if state is None:
        return _elsewhere(request)
    content: dict[str, Any] = {"needs_code": not may_enroll_device(state), "label": request.POST.get("label", "")}
    if request.method != "POST":
        return ask(request, DEVICE, content)
    pin = request.POST.get("pin", "")
    faults = pin_faults(pin, again=request.POST.get("again", ""), user=state.user)
    if faults:
        return ask(
            request, DEVICE, {**content, "code": request.POST.get("code", ""), "pin_faults": spoken(faults)}, status=400
        )
    if content["needs_code"] and not try_device_code(request, state, code=request.POST.get("code", "")):
        wrong, status = refusal(request, _("设备代码不对、已用过或已过期。请向儿童督导员或系统管理员要一个新的。"))
        return ask(request, DEVICE, {**content, "wrong": wrong}, status=status)
    device, token = enroll_device(state.user, label=content["label"] or _("手机"), pin=pin)
    response = go_on(request, device_enrolled(request, state, device))
    keep_device(response, token)
    return response


def _expected(request: HttpRequest, step: Step) -> Entering | None:
    """Who is on the way in, if this is the step they are at."""
    state = entering(request.session)
    return state if state is not None and next_step(state, local=is_local(request)) is step else None


def _elsewhere(request: HttpRequest) -> HttpResponse:
    state = entering(request.session)
    return redirect("sign_in") if state is None else go_on(request, state)
