"""From one page of the sign-in to the next, and what these pages share."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from ciyou.apps.accounts.devices import COOKIE_DAYS
from ciyou.apps.accounts.signing import Entering, Step, finish, is_locked_out, next_step
from ciyou.core.errors import Problem
from ciyou.web.context import short_language
from ciyou.web.middleware import is_local

NEXT_KEY = "sign_in_next"
_PAGES = {
    Step.FACTOR: "sign_in_factor",
    Step.ENROLL: "sign_in_enroll",
    Step.DEVICE: "sign_in_device",
    Step.POST: "sign_in_post",
    Step.ASK_OFFICE: "sign_in_lost",
}
_DAY_SECONDS = 24 * 3600


def go_on(request: HttpRequest, state: Entering) -> HttpResponse:
    """To the next question, or in."""
    step = next_step(state, local=is_local(request))
    if step is Step.DONE:
        return enter(request, state)
    if step is Step.NO_POST:
        return ask(
            request,
            "web/pages/sign_in.html",
            {"wrong": _("您目前没有在任的岗位，不能登录。请联系系统管理员。")},
            status=403,
        )
    return redirect(_PAGES[step])


def enter(request: HttpRequest, state: Entering, *, post_id: str = "") -> HttpResponse:
    """Begin the session and go to the page that was wanted first."""
    wanted = request.session.get(NEXT_KEY, "/")
    if finish(request, state, post_id=post_id) is None:
        return redirect("sign_in_post")
    rotate_token(request)
    return redirect(wanted)


def remember_next(session: SessionBase, request: HttpRequest) -> None:
    """Keep where to go afterwards; only addresses of this site."""
    wanted = request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        session[NEXT_KEY] = wanted


def ask(request: HttpRequest, template: str, content: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A page of the sign-in; none of them is kept by anybody."""
    response = render(request, template, content, status=status)
    add_never_cache_headers(response)
    return response


def refusal(request: HttpRequest, sentence: str) -> tuple[str, int]:
    """What to say to a wrong try, and with which status: a locked name is told to wait, whether it exists or not."""
    if is_locked_out(request):
        return _("这个用户名在这里试错的次数太多，已暂停登录。请 15 分钟后再试，或联系系统管理员。"), 429
    return sentence, 400


def spoken(faults: Iterable[str | Problem]) -> list[str]:
    """Faults as sentences in the reader's language."""
    english = short_language() == "en"
    return [fault if isinstance(fault, str) else fault.en if english else fault.zh for fault in faults]


def device_token(request: HttpRequest) -> str:
    """The token of this device's cookie; "" on a device that is not known."""
    return request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")


def keep_device(response: HttpResponse, token: str) -> None:
    """Give the device its cookie."""
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        token,
        max_age=COOKIE_DAYS * _DAY_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def passkey_answer(request: HttpRequest) -> dict[str, Any]:
    """What the browser's passkey answered; nothing where it is not JSON."""
    try:
        answer = json.loads(request.POST.get("passkey", ""))
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
