"""The list of people, by place, role and name."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ciyou.apps.accounts.people import PersonLine, list_people, person_line
from ciyou.apps.accounts.selectors import division_choices, division_names
from ciyou.core.access.roles import ROLES, Action, may_do
from ciyou.web.account_wording import role_word

PAGE_SIZE = 50


@dataclass(frozen=True)
class PersonRow:
    """A line of the list with its posts in words: role, place, on cover or not."""

    person: PersonLine
    posts: tuple[tuple[str, str, bool], ...]


def show_people(request: HttpRequest) -> HttpResponse:
    """The people of one's own area."""
    text, role, division = (request.GET.get(name, "").strip()[:64] for name in ("text", "role", "division"))
    role = role if role in ROLES else ""
    division = division if len(division) == 12 and division.isascii() and division.isdigit() else ""
    found = list_people(request.actor, text=text, role=role, division=division)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    lines = [person_line(user) for user in page]
    content = {
        "rows": rows_of(lines),
        "total": page.paginator.count,
        "wanted": {"text": text, "role": role, "division": division},
        "roles": role_choices(),
        "townships": division_choices(request.actor, level="township"),
        "may_manage": may_do(request.actor.role, Action.MANAGE_USERS),
        "sees_requests": sees_requests(request),
        "page": page.number,
        "pages": page.paginator.num_pages,
        "previous": page.number - 1,
        "next": page.number + 1,
    }
    return render(request, "web/pages/people.html", content)


def rows_of(lines: list[PersonLine]) -> list[PersonRow]:
    """Lines with the names of roles and places."""
    names = division_names({post.division for line in lines for post in line.posts})
    return [
        PersonRow(line, tuple((role_word(post.role), names[post.division], post.on_cover) for post in line.posts))
        for line in lines
    ]


def role_choices() -> list[tuple[str, str]]:
    """Every role that somebody can hold, in words."""
    return [(code, role_word(code)) for code in ROLES if code != "local_operator"]


def sees_requests(request: HttpRequest) -> bool:
    """Whether the reader asks or decides requests."""
    role = request.actor.role
    return may_do(role, Action.MANAGE_USERS) or may_do(role, Action.APPROVE_SECURITY)
