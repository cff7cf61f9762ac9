"""Second factors and known devices of one's own account; each change asks first who sits there."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from ciyou.apps.accounts.own import (
    code_for_another_device,
    keep_app,
    keep_passkey,
    remove_device,
    remove_factor,
    renew_recovery_codes,
)
from ciyou.core.errors import RecordError
from ciyou.web.pages.sign_in.flow import passkey_answer
from ciyou.web.pages.sign_in.offers import factor_offer, offered_challenge, offered_secret
from ciyou.web.proving import ask_to_prove, recently_proved
from ciyou.web.wording import sentences

ADD = "web/pages/add_factor.html"


def add_app(request: HttpRequest) -> HttpResponse:
    """One more authenticator app."""
    if not recently_proved(request):
        return ask_to_prove(request, back=request.path)
    user = request.sign_in.user
    if request.method != "POST":
        return render(request, ADD, factor_offer(request, user))
    secret, code = offered_secret(request, user), request.POST.get("code", "")
    codes = None
    if secret is not None:
        codes = keep_app(request.sign_in, request.actor, secret=secret, code=code, label=request.POST.get("label", ""))
    if codes is None:
        wrong = _("验证码不对。请用应用里刚扫描的“Ciyou”一项显示的六位数字；手机时间要与网络时间一致。")
        return render(request, ADD, factor_offer(request, user, wrong=wrong, keep=True), status=400)
    return _added(request, codes)


def add_key(request: HttpRequest) -> HttpResponse:
    """One more passkey."""
    if not recently_proved(request):
        return ask_to_prove(request, back=reverse("add_factor"))
    challenge = offered_challenge(request)
    codes = None
    if challenge is not None:
        codes = keep_passkey(
            request.sign_in,
            request.actor,
            answer=passkey_answer(request),
            state=challenge,
            label=request.POST.get("label", ""),
        )
    if codes is None:
        wrong = _("没有建立通行密钥。请再试一次，或改用验证器应用。")
        return render(request, ADD, factor_offer(request, request.sign_in.user, wrong=wrong, keep=True), status=400)
    return _added(request, codes)


def _added(request: HttpRequest, codes: tuple[str, ...]) -> HttpResponse:
    if not codes:
        return redirect("account")
    return render(request, "web/pages/recovery_codes.html", {"codes": codes, "on": "account"})


def remove(request: HttpRequest, factor_id: uuid.UUID) -> HttpResponse:
    """Remove a factor; the last one stays where the post needs one."""
    if not recently_proved(request):
        return ask_to_prove(request, back=reverse("account"))
    try:
        remove_factor(request.sign_in, request.actor, factor_id=factor_id)
    except RecordError as refused:
        return _refused(request, refused)
    return redirect("account")


def renew_codes(request: HttpRequest) -> HttpResponse:
    """Eight fresh recovery codes, shown this once."""
    if not recently_proved(request):
        return ask_to_prove(request, back=reverse("account"))
    codes = renew_recovery_codes(request.sign_in, request.actor)
    return render(request, "web/pages/recovery_codes.html", {"codes": codes, "on": "account"})


def forget_device(request: HttpRequest, device_id: uuid.UUID) -> HttpResponse:
    """Know one of one's devices no longer."""
    remove_device(request.sign_in, request.actor, device_id=device_id)
    return redirect("account")


def another_device(request: HttpRequest) -> HttpResponse:
    """A code for one more phone, shown this once."""
    if not recently_proved(request):
        return ask_to_prove(request, back=reverse("account"))
    try:
        code = code_for_another_device(request.sign_in, request.actor)
    except RecordError as refused:
        return _refused(request, refused)
    user = request.sign_in.user
    content = {"code": code, "full_name": user.full_name, "username": user.username, "device": True, "on": "account"}
    return render(request, "web/pages/handed_code.html", content)


def _refused(request: HttpRequest, refused: RecordError) -> HttpResponse:
    content = {"problems": sentences(refused.problems), "on": reverse("account")}
    return render(request, "web/pages/account_refused.html", content, status=400)
