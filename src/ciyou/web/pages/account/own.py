"""The page of one's own account, the password, the posts, and the question that proves it is still the same person."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from ciyou.apps.accounts.devices import list_devices
from ciyou.apps.accounts.factors import list_factors, recovery_codes_left
from ciyou.apps.accounts.header import post_choices
from ciyou.apps.accounts.own import change_password, prove_again, works_with_pin
from ciyou.apps.accounts.passwords import password_faults
from ciyou.apps.accounts.sign_ins import end_own_sign_ins, list_sign_ins, switch_post
from ciyou.apps.accounts.signing import posts_of
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import RecordError
from ciyou.web.account_wording import factor_word, method_word
from ciyou.web.context import short_language
from ciyou.web.pages.sign_in.flow import device_token, refusal, spoken
from ciyou.web.proving import ask_to_prove, recently_proved
from ciyou.web.wording import sentences


def show_account(request: HttpRequest) -> HttpResponse:
    """Everything about one's own account on one page."""
    user = request.sign_in.user
    content = {
        "user": user,
        "posts": post_choices(posts_of(user), short_language()),
        "with_pin": works_with_pin(request.sign_in),
        "factors": [(factor, factor_word(factor.kind)) for factor in list_factors(user.id)],
        "codes_left": recovery_codes_left(user.id),
        "devices": list_devices(user.id),
        "sign_ins": [(one, method_word(one.method)) for one in list_sign_ins(user.id)],
        "here": request.sign_in.id,
        "trains": may_do(request.actor.role, Action.SEE_OWN_TRAINING),
    }
    return render(request, "web/pages/account.html", content)


def prove(request: HttpRequest) -> HttpResponse:
    """The password (or PIN) once more, then back to where it was asked for."""
    wanted = request.GET.get("next", "")
    back = wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}) else "/"
    content = {"with_pin": request.sign_in.method == "pin"}
    if request.method != "POST":
        return render(request, "web/pages/prove.html", content)
    typed = request.POST.get("password", "")
    if prove_again(request, request.sign_in, password=typed, device_token=device_token(request)):
        return redirect(back)
    wrong, status = refusal(request, _("不对。请再试一次。"))
    return render(request, "web/pages/prove.html", {**content, "wrong": wrong}, status=status)


def change_own_password(request: HttpRequest) -> HttpResponse:
    """Another password; the other sessions end."""
    if not recently_proved(request):
        return ask_to_prove(request, back=request.path)
    if request.method != "POST":
        return render(request, "web/pages/change_password.html", {})
    password = request.POST.get("new_password", "")
    faults = password_faults(password, again=request.POST.get("again", ""), username=request.sign_in.user.username)
    if faults:
        return render(request, "web/pages/change_password.html", {"faults": spoken(faults)}, status=400)
    change_password(request.sign_in, request.actor, new_password=password)
    return redirect("account")


def switch(request: HttpRequest) -> HttpResponse:
    """Go on in another of one's posts."""
    try:
        switch_post(request.session, request.sign_in, post_id=request.POST.get("post", ""))
    except RecordError as refused:
        content = {"problems": sentences(refused.problems), "on": reverse("account")}
        return render(request, "web/pages/account_refused.html", content, status=400)
    return redirect("home")


def end_sign_ins(request: HttpRequest) -> HttpResponse:
    """End one sign-in of the list, or all but this one."""
    try:
        only = uuid.UUID(request.POST.get("only", ""))
    except ValueError:
        only = None
    end_own_sign_ins(request.actor, only=only, but=request.sign_in.id)
    return redirect("account")
