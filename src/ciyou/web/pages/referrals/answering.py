"""The page of a one-time link: what was sent and two or three buttons. No account, no cookie, no script, and nothing else of the child."""

from __future__ import annotations

from collections.abc import Callable

from csp.constants import NONE, SELF
from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt

from ciyou.apps.accounts.one_time_links import LinkUnusable
from ciyou.apps.accounts.selectors import division_name
from ciyou.apps.partners.access import county_of
from ciyou.apps.partners.links import OpenedLink, answer_by_link, open_link
from ciyou.apps.partners.transitions import REFUSALS
from ciyou.core.errors import CiyouError, Problem
from ciyou.packs import load_referrals
from ciyou.web import referral_wording as words
from ciyou.web.context import short_language
from ciyou.web.pages.referrals.one import answer_of
from ciyou.web.wording import sentences

LINK_POLICY = {
    "default-src": [NONE],
    "style-src": [SELF],
    "img-src": [SELF],
    "form-action": [SELF],
    "base-uri": [NONE],
    "frame-ancestors": [NONE],
}
"""What the page of a one-time link may load: our own styles and pictures, and no script."""
Page = Callable[[HttpRequest, str], HttpResponse]


@csrf_exempt  # the link itself is the permission; a token would need a cookie, and a phone's reader of codes keeps none
def answer(request: HttpRequest, answer_token: str) -> HttpResponse:
    """Show what was sent, or take the answer. A link that opens nothing says so and names nobody."""
    return nobodys_page(request, csp_replace(LINK_POLICY)(_answer), answer_token)


def nobodys_page(request: HttpRequest, page: Page, token: str) -> HttpResponse:
    """A page for whoever holds a link, in its own language, kept nowhere and found by no search."""
    wanted = request.GET.get("language", "")
    language = wanted if wanted in dict(settings.LANGUAGES) else translation.get_language() or settings.LANGUAGE_CODE
    with translation.override(language):
        response = page(request, token)
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    response["Content-Language"] = language
    return response


def _answer(request: HttpRequest, token: str) -> HttpResponse:
    origin = request.META["REMOTE_ADDR"]
    try:
        if request.method != "POST":
            return _show(request, token, open_link(token=token, origin=origin), ())
        try:
            done = answer_by_link(token=token, answer=answer_of(request), origin=origin)
        except LinkUnusable:
            raise
        except CiyouError as problem:
            return _show(request, token, open_link(token=token, origin=origin), problem.problems)
    except LinkUnusable as gone:
        # 200: the framework writes the address of an answer that is an error to the log, and with it the token.
        return link_page(request, "answer_gone", {"sentence": sentences(gone.problems)[0].sentence})
    later = done.next_link
    content = {
        "step": done.step,
        "address": request.build_absolute_uri(reverse("answer", kwargs={"answer_token": later.token})) if later else "",
        "expires_at": later.expires_at if later else None,
    }
    return link_page(request, "answered", content)


def _show(request: HttpRequest, token: str, opened: OpenedLink, problems: tuple[Problem, ...]) -> HttpResponse:
    lang = short_language()
    service = load_referrals(division=opened.division).get(opened.service)
    content = {
        "opened": opened,
        "county": division_name(county_of(opened.division)),
        "accepting": opened.step == "accept",
        "service": words.service_name(opened.service, opened.division),
        "fields": words.sent_fields(opened.content, opened.service, opened.division),
        "urgent": opened.urgency == "urgent",
        "advice": [(one.code, one.name(lang)) for one in service.advice] if service else [],
        "refusals": [(one, words.REASONS[one]) for one in REFUSALS],
        "typed": request.POST,
        "problems": sentences(problems),
    }
    return link_page(request, "answer", content)


def link_page(request: HttpRequest, name: str, content: dict[str, object]) -> HttpResponse:
    """One of the pages of one-time links."""
    return render(request, f"web/pages/{name}.html", content)
