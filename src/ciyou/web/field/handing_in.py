"""What a phone hands in: one piece at a time, each answered with what became of it."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from ciyou.apps.fieldwork.contents import unreadable
from ciyou.apps.fieldwork.receiving import Received, receive_event
from ciyou.apps.fieldwork.refusals import FieldWorkNotFound
from ciyou.core.errors import CiyouError, RecordError
from ciyou.web.guard import Access, Route

CREATED, REPEATED, BAD, NOT_YOURS = 201, 200, 400, 403
MOST_BYTES = 300_000


def hand_in(request: HttpRequest) -> HttpResponse:
    """Take one piece: 201 where it is new, 200 where it was there already; refused ones stay on the phone.

    No post is asked for beyond being signed in: rights that have ended since are judged by the service, which keeps the piece.
    """
    try:
        sent, sent_at = _read(request)
        answer = receive_event(request.actor, sent=sent, sent_at=sent_at)
    except FieldWorkNotFound as other:
        return _refused(other, NOT_YOURS)
    except CiyouError as wrong:
        return _refused(wrong, BAD)
    return JsonResponse(_told(answer), status=REPEATED if answer.repeated else CREATED)


def _read(request: HttpRequest) -> tuple[dict[str, Any], dt.datetime | None]:
    try:
        found = json.loads(request.body[:MOST_BYTES])
        piece, sent_at = dict(found["piece"]), dt.datetime.fromisoformat(str(found["sent_at"]).replace("Z", "+00:00"))
    except (KeyError, TypeError, ValueError) as error:
        raise unreadable() from error
    return piece, sent_at if sent_at.tzinfo is not None else None


def _told(answer: Received) -> dict[str, str]:
    return {"id": str(answer.id), "state": str(answer.state), "reason": answer.reason}


def _refused(error: CiyouError, status: int) -> HttpResponse:
    code = error.problems[0].code if isinstance(error, RecordError) else ""
    return JsonResponse({"state": "refused", "reason": code}, status=status)


ROUTES = (Route("field/events/", hand_in, "field_hand_in", Access.STAFF, ("POST",)),)
