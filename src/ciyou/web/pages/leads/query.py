"""The filters of the list of leads, as an address carries them; a name is sent in the body and never kept."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.http import HttpRequest
from django.utils.http import urlencode

from ciyou.apps.cases.lead_lists import AGES, NOBODY, OPEN, QUEUES, STATES, LeadQuery
from ciyou.apps.cases.lead_reasons import NO_CHILD, RESULTS
from ciyou.batch.leads import lead_reasons
from ciyou.core.access.actor import DIVISION_DIGITS

NAME_LENGTH = 40
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "why": tuple(lead_reasons()),
    "state": (OPEN, *STATES),
    "age": tuple(AGES),
    "queue": QUEUES,
    "result": (*RESULTS, NO_CHILD),
}
DEFAULT_STATE = OPEN
"""What the list shows when nothing is asked: what is still to be done."""
ALL = "all"


def read_query(asked: Mapping[str, str], *, name: str = "") -> LeadQuery:
    """The query of an address; what is not one of the choices is left out."""
    picked = {key: value for key, values in _CHOICES.items() if (value := asked.get(key, "")) in values}
    if "state" not in picked and asked.get("state", "") != ALL:
        picked["state"] = DEFAULT_STATE
    return LeadQuery(
        **picked,
        place=_place(asked.get("place", "")),
        owner=_owner(asked.get("owner", "")),
        run=_uuid(asked.get("run", "")),
        overdue=asked.get("overdue", "") == "1",
        gone=asked.get("gone", "") == "1",
        name=name.strip()[:NAME_LENGTH],
    )


def address_query(query: LeadQuery, **changes: str) -> str:
    """The query as the end of an address, without the name."""
    parts = {
        "place": query.place,
        "state": query.state or ALL,
        "why": query.why,
        "age": query.age,
        "owner": query.owner,
        "queue": query.queue,
        "result": query.result,
        "run": query.run,
        "overdue": "1" if query.overdue else "",
        "gone": "1" if query.gone else "",
        **changes,
    }
    if parts["state"] == DEFAULT_STATE:
        parts["state"] = ""
    return urlencode({key: value for key, value in parts.items() if value})


def is_narrowed(query: LeadQuery) -> bool:
    """Whether anything was asked for."""
    return query != LeadQuery(state=DEFAULT_STATE)


def page_number(request: HttpRequest) -> int:
    """The page of an address; 1 where it says nothing sensible."""
    text = request.GET.get("page", "1")
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def is_uuid(text: str) -> bool:
    """Whether a text is an id."""
    return bool(_uuid(text))


def _place(text: str) -> str:
    return (
        text.ljust(DIVISION_DIGITS, "0") if text.isascii() and text.isdigit() and len(text) <= DIVISION_DIGITS else ""
    )


def _owner(text: str) -> str:
    return text if text == NOBODY else _uuid(text)


def _uuid(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return ""
