"""The first page: name and password, the PIN of a known device, or a code that was handed over."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from ciyou.apps.accounts.devices import find_device, is_locked
from ciyou.apps.accounts.passwords import password_faults
from ciyou.apps.accounts.sessions import end_sign_in
from ciyou.apps.accounts.signing import forget_entering, try_handed_code, try_password, try_pin
from ciyou.web.pages.sign_in.flow import ask, device_token, go_on, refusal, remember_next, spoken

SIGN_IN = "web/pages/sign_in.html"
CODE = "web/pages/sign_in_code.html"


def show_sign_in(request: HttpRequest) -> HttpResponse:
    """The form, or on: name and password. A known device asks for its PIN first."""
    if request.method == "POST":
        return _enter_password(request)
    if request.actor is not None:
        return redirect("home")
    return ask(request, SIGN_IN, {"device": None if "password" in request.GET else find_device(device_token(request))})


def _enter_password(request: HttpRequest) -> HttpResponse:
    username = request.POST.get("username", "")
    state = try_password(
        request, username=username, password=request.POST.get("password", ""), device_token=device_token(request)
    )
    if state is None:
        wrong, status = refusal(request, _("用户名或密码不对。请检查大小写后再试；忘记密码时，请联系系统管理员重置。"))
        return ask(request, SIGN_IN, {"wrong": wrong, "username": username}, status=status)
    remember_next(request.session, request)
    return go_on(request, state)


def enter_pin(request: HttpRequest) -> HttpResponse:
    """In with the PIN of this device."""
    device = find_device(device_token(request))
    if device is None:
        return redirect("sign_in")
    state = try_pin(request, device_token=device_token(request), pin=request.POST.get("pin", ""))
    if state is None:
        device = find_device(device_token(request)) or device
        sentence = (
            _("PIN 连续输错五次，这台设备已锁定。请改用密码登录，登录后 PIN 可以继续使用。")
            if is_locked(device)
            else _("PIN 不对。请再试一次，或改用密码登录。")
        )
        wrong, status = refusal(request, sentence)
        return ask(request, SIGN_IN, {"device": device, "wrong": wrong}, status=status)
    remember_next(request.session, request)
    return go_on(request, state)


def enter_code(request: HttpRequest) -> HttpResponse:
    """A first sign-in, or a forgotten password: the code that was handed over, and the password from now on."""
    if request.method != "POST":
        return ask(request, CODE, {})
    username, password = request.POST.get("username", ""), request.POST.get("new_password", "")
    content: dict[str, object] = {"username": username, "code": request.POST.get("code", "")}
    faults = password_faults(password, again=request.POST.get("again", ""), username=username)
    if faults:
        return ask(request, CODE, {**content, "password_faults": spoken(faults)}, status=400)
    state = try_handed_code(request, username=username, code=request.POST.get("code", ""), new_password=password)
    if state is None:
        wrong, status = refusal(
            request, _("用户名或一次性代码不对，或者代码已用过、已过期（24 小时内有效）。请检查，或请管理员重新发放。")
        )
        return ask(request, CODE, {**content, "wrong": wrong}, status=status)
    return go_on(request, state)


def sign_out(request: HttpRequest) -> HttpResponse:
    """Out, on this device."""
    if request.sign_in is not None:
        end_sign_in(request.sign_in.id, because="sign_out")
    forget_entering(request.session)
    request.session.flush()
    return redirect("sign_in")
