"""The page of a school's one-time link: who it is about and two buttons. No account, no cookie, no script, and nothing else of the child."""

from __future__ import annotations

import datetime as dt

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from ciyou.apps.accounts.one_time_links import LinkUnusable
from ciyou.apps.accounts.selectors import division_name
from ciyou.apps.schooling.access import county_of
from ciyou.apps.schooling.links import OpenedSchoolLink, answer_school_link, open_school_link
from ciyou.core.errors import CiyouError, Problem
from ciyou.web.pages.applications.forms import text
from ciyou.web.pages.referrals.answering import LINK_POLICY, link_page, nobodys_page
from ciyou.web.wording import SEXES, sentences


@csrf_exempt  # the link itself is the permission; a token would need a cookie, and a phone's reader of codes keeps none
def answer(request: HttpRequest, school_token: str) -> HttpResponse:
    """Show who it is about, or take the word. A link that opens nothing says so and names nobody."""
    return nobodys_page(request, csp_replace(LINK_POLICY)(_answer), school_token)


def _answer(request: HttpRequest, token: str) -> HttpResponse:
    origin = request.META["REMOTE_ADDR"]
    try:
        if request.method != "POST":
            return _show(request, open_school_link(token=token, origin=origin), ())
        try:
            said = text(request, "said")
            answer_school_link(token=token, said=said, words=text(request, "words"), origin=origin)
        except LinkUnusable:
            raise
        except CiyouError as problem:
            return _show(request, open_school_link(token=token, origin=origin), problem.problems)
    except LinkUnusable as gone:
        # 200: the framework writes the address of an answer that is an error to the log, and with it the token.
        return link_page(request, "answer_gone", {"sentence": sentences(gone.problems)[0].sentence})
    return link_page(request, "school_answered", {"said": said})


def _show(request: HttpRequest, opened: OpenedSchoolLink, problems: tuple[Problem, ...]) -> HttpResponse:
    born = opened.told.birth_date
    content = {
        "opened": opened,
        "county": division_name(county_of(opened.division)),
        "sex": SEXES.get(opened.told.sex, ""),
        "born": dt.date.fromisoformat(born) if born else None,
        "typed": request.POST,
        "problems": sentences(problems),
    }
    return link_page(request, "school_answer", content)
