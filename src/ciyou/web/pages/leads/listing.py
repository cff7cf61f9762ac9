"""The list of leads by role: a village's own, a township's and its villages', all of a county; with filters and bulk assignment."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from ciyou.apps.accounts.selectors import PostCard, division_choices, division_names, post_cards, posts_in
from ciyou.apps.cases.lead_access import lead_purpose
from ciyou.apps.cases.lead_lists import AGES, STATES, LeadLine, LeadQuery, list_leads
from ciyou.apps.cases.lead_reasons import NO_CHILD, RESULTS
from ciyou.batch.leads import lead_reasons
from ciyou.core.access.actor import Actor, DivisionScope, significant_digits
from ciyou.core.access.roles import ROLES, Action, may_do
from ciyou.core.clock.ages import full_years
from ciyou.core.errors import CiyouError
from ciyou.web.context import short_language
from ciyou.web.guard import disclose
from ciyou.web.pages.leads.query import address_query, is_narrowed, page_number, read_query
from ciyou.web.wording import SEXES, sentences
from ciyou.web.work_wording import LEAD_STATES, QUEUES, lead_why, result_words, time_left
from ciyou.web.work_wording import RESULTS as RESULT_WORDS

PAGE_SIZE = 25
SHOWN_FIELDS = ("name", "sex", "birth_date", "division", "leads")
NOTICE = "lead_notice"
_TOWNSHIP_DIGITS = 9
_KEPT_SECONDS = 60


@dataclass(frozen=True)
class LeadRow:
    """One lead, ready to read."""

    lead: LeadLine
    name: str
    about: str
    place: str
    why: str
    state: str
    owner: str
    left: str
    late: bool
    result: str
    assignable: bool


@dataclass(frozen=True)
class PostOption:
    """A post to which leads can be given."""

    id: str
    words: str


def show_leads(request: HttpRequest) -> HttpResponse:
    """One page of leads; a name to look for comes in the body of a POST."""
    query = read_query(request.GET, name=request.POST.get("name", ""))
    return render_list(request, query)


def render_list(
    request: HttpRequest, query: LeadQuery, *, refused: CiyouError | None = None, status: int = 200
) -> HttpResponse:
    """The list for a query, with what was refused before it, if anything was."""
    actor, today, page = request.actor, timezone.localdate(), page_number(request)
    found = list_leads(actor, query=query, today=today, offset=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE)
    disclose(
        request,
        subject="leads",
        person_ids=[str(lead.person_id) for lead in found.leads if lead.person_id],
        fields=SHOWN_FIELDS,
        highest_class=max((lead.highest_class for lead in found.leads), default=3),
        purpose=lead_purpose(actor),
    )
    pages = max(1, -(-found.total // PAGE_SIZE))
    content = {
        "query": query,
        "address": address_query(query),
        "pager_query": f"&{address_query(query)}" if address_query(query) else "",
        "narrowed": is_narrowed(query),
        "total": found.total,
        "rows": rows_of(actor, found.leads, today),
        "notice": request.session.pop(NOTICE, None),
        "problems": sentences(refused.problems) if refused else [],
        "page": page,
        "pages": pages,
        "previous": page - 1,
        "next": page + 1,
        "seen_at": timezone.now(),
        **_choices(actor, query),
    }
    return render(request, "web/pages/leads.html", content, status=status)


def rows_of(actor: Actor, leads: Iterable[LeadLine], today: dt.date) -> list[LeadRow]:
    """Leads in words, places and owners looked up once."""
    listed = list(leads)
    places = division_names({lead.division for lead in listed})
    owners = post_cards([lead.post_id for lead in listed if lead.post_id])
    return [_row(actor, lead, places, owners, today) for lead in listed]


def _row(
    actor: Actor, lead: LeadLine, places: Mapping[str, str], owners: Mapping[uuid.UUID, PostCard], today: dt.date
) -> LeadRow:
    age = "" if lead.birth_date is None else str(full_years(lead.birth_date, today))
    owner = owners.get(lead.post_id) if lead.post_id else None
    waits = lead.state in ("new", "reported")
    return LeadRow(
        lead=lead,
        name=lead.name,
        about=about_words(lead.sex, age),
        place=places.get(lead.division, lead.division),
        why=lead_why(actor, lead.why),
        state=str(LEAD_STATES[lead.state]),
        owner=str(QUEUES[lead.queue]) if lead.state == "new" else (owner.user_name if owner else ""),
        left=time_left(lead.due_on, today) if lead.due_on else "",
        late=lead.due_on is not None and lead.due_on < today,
        result=result_words(lead.result, lead.result_reason) if waits or lead.state == "closed" else "",
        assignable=lead.state in ("new", "assigned"),
    )


def about_words(sex: str, age: str) -> str:
    """Sex and age beside a name."""
    words = [str(SEXES[sex])] if sex in SEXES else []
    if age:
        words.append(_("%(age)s 岁") % {"age": age})
    return " · ".join(words)


def _choices(actor: Actor, query: LeadQuery) -> dict[str, Any]:
    wide = len(significant_digits(actor.scope.first)) < 12
    assigns = may_do(actor.role, Action.ASSIGN)
    return {
        "places": _places(actor, query) if wide else (),
        "place_chosen": bool(query.place) or not _is_county(actor),
        "whys": [(code, lead_why(actor, code)) for code in lead_reasons()],
        "states": [(code, LEAD_STATES[code]) for code in STATES],
        "results": [(code, RESULT_WORDS[code]) for code in (*RESULTS, NO_CHILD)],
        "ages": [(code, code.replace("-", "–")) for code in AGES],
        "queues": list(QUEUES.items()),
        "wide": wide,
        "assigns": assigns,
        "posts": post_options(actor, query.place) if assigns else (),
    }


def _is_county(actor: Actor) -> bool:
    return len(significant_digits(actor.scope.first)) < _TOWNSHIP_DIGITS


def _places(actor: Actor, query: LeadQuery) -> tuple[tuple[str, str], ...]:
    """Townships to choose from; within a township, or once one was chosen, its villages."""
    place = query.place or actor.scope.first
    minute = _minute()
    if len(significant_digits(place)) < _TOWNSHIP_DIGITS:
        return _kept_choices(minute, actor, "township")
    township = place[:_TOWNSHIP_DIGITS].ljust(12, "0")
    inside = DivisionScope.of(township)
    villages = [one for one in _kept_choices(minute, actor, "village") if inside.holds(one[0])]
    return ((township, division_names([township])[township]), *villages)


def _minute() -> int:
    return int(time.monotonic() // _KEPT_SECONDS)


@lru_cache(maxsize=64)
def _kept_choices(minute: int, actor: Actor, level: str) -> tuple[tuple[str, str], ...]:
    """Divisions change once a year: asked for once a minute."""
    return division_choices(actor, level=level)


def post_options(actor: Actor, place: str) -> tuple[PostOption, ...]:
    """Who may be given leads: of a township or village its child directors and its supervisor; of a county the supervisors."""
    return _kept_options(_minute(), actor, place, short_language())


@lru_cache(maxsize=256)
def _kept_options(minute: int, actor: Actor, place: str, lang: str) -> tuple[PostOption, ...]:
    division = place or actor.scope.first
    if len(significant_digits(division)) < _TOWNSHIP_DIGITS:
        cards = posts_in(actor, division=division, role="supervisor")
    else:
        township = division[:_TOWNSHIP_DIGITS].ljust(12, "0")
        cards = (
            *posts_in(actor, division=division, role="child_director"),
            *posts_in(actor, division=township, role="supervisor"),
        )
    names = division_names({card.division for card in cards})
    english = lang == "en"
    return tuple(
        PostOption(
            str(card.id),
            f"{names[card.division]} · {card.user_name}（{ROLES[card.role].en if english else ROLES[card.role].zh}）",
        )
        for card in cards
    )
