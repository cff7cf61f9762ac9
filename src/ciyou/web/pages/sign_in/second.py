"""What follows the password: a second factor, a lost one, the choice of a post."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from ciyou.apps.accounts.factors import list_factors
from ciyou.apps.accounts.header import post_choices
from ciyou.apps.accounts.passkeys import begin_passkey_proof, site_of
from ciyou.apps.accounts.signing import (
    Entering,
    Step,
    entering,
    next_step,
    posts_of,
    try_factor,
    try_factor_reset,
    try_passkey,
)
from ciyou.web.context import short_language
from ciyou.web.middleware import is_local
from ciyou.web.pages.sign_in.flow import ask, enter, go_on, passkey_answer, refusal

FACTOR = "web/pages/sign_in_factor.html"
LOST = "web/pages/sign_in_lost.html"
POST = "web/pages/sign_in_post.html"
_CHALLENGE = "passkey_challenge"


def show_factor(request: HttpRequest) -> HttpResponse:
    """A code of the app, a passkey, or a recovery code."""
    state = entering(request.session)
    if state is None:
        return redirect("sign_in")
    if request.method != "POST":
        return _factor_page(request, state)
    gone_on = try_factor(request, state, code=request.POST.get("code", ""))
    if gone_on is not None:
        return go_on(request, gone_on)
    wrong, status = refusal(
        request, _("验证码不对，或者已经用过。请等应用显示下一个验证码后再试；手机时间不准时，验证码也会不对。")
    )
    return _factor_page(request, state, wrong=wrong, status=status)


def enter_passkey(request: HttpRequest) -> HttpResponse:
    """In with a passkey."""
    state, challenge = entering(request.session), request.session.pop(_CHALLENGE, None)
    if state is None or challenge is None:
        return redirect("sign_in")
    gone_on = try_passkey(request, state, answer=passkey_answer(request), challenge=challenge)
    if gone_on is not None:
        return go_on(request, gone_on)
    wrong, status = refusal(request, _("通行密钥没有通过。请再试一次，或改用验证码。"))
    return _factor_page(request, state, wrong=wrong, status=status)


def _factor_page(request: HttpRequest, state: Entering, *, wrong: str = "", status: int = 200) -> HttpResponse:
    begun = begin_passkey_proof(state.user, site=site_of(request.get_host()))
    options = ""
    if begun is not None:
        options, request.session[_CHALLENGE] = begun
    kinds = {factor.kind for factor in list_factors(state.user.id)}
    content = {"wrong": wrong, "passkey_options": options, "has_app": "totp" in kinds, "kinds": kinds}
    return ask(request, FACTOR, content, status=status)


def show_lost_factor(request: HttpRequest) -> HttpResponse:
    """The factor is lost, or there is none yet: a code from two administrators opens the way to a new one."""
    state = entering(request.session)
    if state is None:
        return redirect("sign_in")
    if request.method != "POST":
        return ask(request, LOST, {})
    if try_factor_reset(request, state, code=request.POST.get("code", "")):
        return go_on(request, state)
    wrong, status = refusal(request, _("一次性代码不对、已用过或已过期（24 小时内有效）。请检查，或请管理员重新发放。"))
    return ask(request, LOST, {"wrong": wrong}, status=status)


def choose_post(request: HttpRequest) -> HttpResponse:
    """Of several posts, the one to work in now; another can be taken at any time in the header."""
    state = entering(request.session)
    if state is None:
        return redirect("sign_in")
    if next_step(state, local=is_local(request)) not in (Step.POST, Step.DONE):
        return go_on(request, state)
    if request.method == "POST":
        return enter(request, state, post_id=request.POST.get("post", "") or "-")
    return ask(request, POST, {"posts": post_choices(posts_of(state.user), short_language())})
