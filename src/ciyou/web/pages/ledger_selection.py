"""What is done with children chosen in the ledger, one by one or all over its pages: leads are handed out, lists exported or printed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ciyou.apps.accounts.selectors import PostCard, division_name, posts_in
from ciyou.apps.cases.leads import MOST_AT_ONCE, assign_leads
from ciyou.apps.cases.list_conditions import assignable_leads
from ciyou.apps.oversight.ledger import matching
from ciyou.apps.oversight.ledger_query import LedgerQuery
from ciyou.core.access.actor import Purpose
from ciyou.core.access.roles import ROLES, Action, may_do
from ciyou.core.errors import AccessDenied, Place, Problem, RecordError
from ciyou.web.context import short_language
from ciyou.web.guard import Access, Route
from ciyou.web.pages.exports import export_form
from ciyou.web.pages.ledger import query_of_text
from ciyou.web.pages.printing import print_list
from ciyou.web.wording import Sentence, sentences

LONGEST_SELECTION = 1_000
ASSIGNEES = ("child_director", "supervisor")


def chosen_ids(asked: QueryDict) -> tuple[uuid.UUID, ...]:
    """The persons ticked on a page; what is no id is left out."""
    found = []
    for text in asked.getlist("person")[:LONGEST_SELECTION]:
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return tuple(dict.fromkeys(found))


def use_selection(request: HttpRequest) -> HttpResponse:
    """The next page for what was chosen: whom to give the leads, what to export, or the list on paper."""
    query = query_of_text(request.POST.get("query", ""))
    everything = request.POST.get("all") == "1"
    only = () if everything else chosen_ids(request.POST)
    wanted = request.POST.get("do", "")
    if wanted == "export" and may_do(request.actor.role, Action.EXPORT):
        return export_form(request, query=query, only=only)
    if wanted == "print" and (everything or only):
        return _on_paper(request, query, only)
    if not everything and not only:
        return _back(query)
    return _choose_post(request, query, only)


def _on_paper(request: HttpRequest, query: LedgerQuery, only: Sequence[uuid.UUID]) -> HttpResponse:
    try:
        return print_list(request, query=query, only=only)
    except RecordError as refused:
        return render(request, "web/pages/not_done.html", {"problems": sentences(refused.problems)}, status=400)


def _chosen(request: HttpRequest, query: LedgerQuery, only: Sequence[uuid.UUID]) -> QuerySet:
    people = matching(request.actor, query=query, today=timezone.localdate())
    return people.filter(pk__in=only) if only else people


def _choose_post(
    request: HttpRequest, query: LedgerQuery, only: Sequence[uuid.UUID], problems: Sequence[Sentence] = ()
) -> HttpResponse:
    if not may_do(request.actor.role, Action.ASSIGN):
        raise AccessDenied(
            Problem(Place(), "access.role", "您的岗位不分派线索。", "Your post does not hand out leads.")
        )
    leads = assignable_leads(_chosen(request, query, only), limit=MOST_AT_ONCE)
    content = {
        "query": query.address(page=1),
        "only": only,
        "leads": len(leads),
        "posts": [(post.id, _post_words(post)) for post in _posts(request, query)],
        "problems": problems,
    }
    return render(request, "web/pages/assign.html", content)


def _posts(request: HttpRequest, query: LedgerQuery) -> list[PostCard]:
    place = query.place or request.actor.scope.first
    return [post for role in ASSIGNEES for post in posts_in(request.actor, division=place, role=role)]


def _post_words(post: PostCard) -> str:
    role = ROLES[post.role]
    name = role.en if short_language() == "en" else role.zh
    cover = _("（代班）") if post.on_cover else ""
    return f"{division_name(post.division)} · {post.user_name}{cover} · {name}"


def assign(request: HttpRequest) -> HttpResponse:
    """Give the leads of what was chosen to a post; those that somebody visits already stay where they are."""
    query = query_of_text(request.POST.get("query", ""))
    only = chosen_ids(request.POST)
    try:
        leads = assignable_leads(_chosen(request, query, only), limit=MOST_AT_ONCE)
        given = assign_leads(request.actor, lead_ids=leads, post_id=_id(request.POST.get("post", "")))
    except RecordError as refused:
        return _choose_post(request, query, only, sentences(refused.problems))
    told = _("已分派线索：%(count)s 条") % {"count": given}
    return render(request, "web/pages/told.html", {"told": told, "query": query.address(page=1)})


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise RecordError(
            Problem(Place(), "ledger.post", "请选择把线索交给谁。", "Choose whom to give the leads to.")
        ) from error


def _back(query: LedgerQuery) -> HttpResponse:
    address = query.address(page=1)
    return redirect(reverse("ledger") + (f"?{address}" if address else ""))


ROUTES = (
    Route("ledger/selection/", use_selection, "ledger_selection", Access.STAFF, ("POST",), None, Purpose.SERVE),
    Route("ledger/assign/", assign, "ledger_assign", Access.STAFF, ("POST",), Action.ASSIGN, Purpose.SERVE),
)
