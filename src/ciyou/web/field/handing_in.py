"""What a phone hands in: one piece at a time, each answered with what became of it."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from ciyou.apps.fieldwork.contents import unreadable
from ciyou.apps.fieldwork.receiving import Received, find_received, receive_event
from ciyou.apps.fieldwork.refusals import FieldWorkNotFound
from ciyou.apps.fieldwork.uploads import forget_parts, read_parts, take_part
from ciyou.core.errors import CiyouError, RecordError
from ciyou.web.guard import Access, Route

CREATED, REPEATED, ACCEPTED, BAD, NOT_YOURS = 201, 200, 202, 400, 403
MOST_BYTES, MOST_PART = 300_000, 65_536


def hand_in(request: HttpRequest) -> HttpResponse:
    """Take one piece: 201 where it is new, 200 where it was there already; refused ones stay on the phone.

    No post is asked for beyond being signed in: rights that have ended since are judged by the service, which keeps the piece.
    """
    return _take(request, lambda: _read(request))


def _take(request: HttpRequest, read: Callable[[], tuple[dict[str, Any], dt.datetime | None]]) -> HttpResponse:
    try:
        sent, sent_at = read()
        answer = receive_event(request.actor, sent=sent, sent_at=sent_at)
    except FieldWorkNotFound as other:
        return _refused(other, NOT_YOURS)
    except CiyouError as wrong:
        return _refused(wrong, BAD)
    return JsonResponse(_told(answer), status=REPEATED if answer.repeated else CREATED)


def take_upload(request: HttpRequest, piece_id: uuid.UUID) -> HttpResponse:
    """Take a part of a large piece: 202 with how much is there, so that the phone goes on from it; with the last part, as above.

    An empty part asks how far the piece has come. `sent_at` is the phone's clock.
    """
    try:
        if (earlier := find_received(request.actor, piece_id)) is not None:
            return JsonResponse(_told(earlier), status=REPEATED)
        offset, total = int(request.GET.get("offset", "")), int(request.GET.get("total", ""))
        have = take_part(request.actor, piece_id=piece_id, offset=offset, part=request.body[:MOST_PART])
    except ValueError:
        return _refused(unreadable(), BAD)
    except CiyouError as wrong:
        return _refused(wrong, BAD)
    if have < total:
        return JsonResponse({"id": str(piece_id), "have": have}, status=ACCEPTED)
    whole = read_parts(request.actor, piece_id=piece_id)
    answer = _take(request, lambda: _opened(whole, request.GET.get("sent_at", "")))
    forget_parts(request.actor, piece_id=piece_id)
    return answer


def _read(request: HttpRequest) -> tuple[dict[str, Any], dt.datetime | None]:
    try:
        found = json.loads(request.body[:MOST_BYTES])
        return dict(found["piece"]), _clock(str(found["sent_at"]))
    except (KeyError, TypeError, ValueError) as error:
        raise unreadable() from error


def _opened(whole: bytes, sent_at: str) -> tuple[dict[str, Any], dt.datetime | None]:
    try:
        return dict(json.loads(whole)), _clock(sent_at)
    except (TypeError, ValueError) as error:
        raise unreadable() from error


def _clock(text: str) -> dt.datetime | None:
    found = dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return found if found.tzinfo is not None else None


def _told(answer: Received) -> dict[str, str]:
    return {"id": str(answer.id), "state": str(answer.state), "reason": answer.reason}


def _refused(error: CiyouError, status: int) -> HttpResponse:
    code = error.problems[0].code if isinstance(error, RecordError) else ""
    return JsonResponse({"state": "refused", "reason": code}, status=status)


ROUTES = (
    Route("field/events/", hand_in, "field_hand_in", Access.STAFF, ("POST",)),
    Route("field/events/<uuid:piece_id>/part/", take_upload, "field_part", Access.STAFF, ("POST",)),
)
