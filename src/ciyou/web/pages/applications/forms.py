"""What the forms of applications and awards send, read into values; what cannot be read becomes a sentence."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from ciyou.apps.awards.refusals import ApplicationNotFound, AwardNotFound, no_amount, no_day
from ciyou.apps.registry.selectors import PersonNotFound
from ciyou.core.awards.month import Month
from ciyou.core.errors import AccessDenied, CiyouError, Problem

Show = Callable[[tuple[Problem, ...]], HttpResponse]
_NOT_THERE = (ApplicationNotFound, AwardNotFound, PersonNotFound)
_YUAN = re.compile(r"\d{1,7}(?:\.\d{1,2})?")


def act(do: Callable[[], object], show: Show, to: str, **parts: object) -> HttpResponse:
    """Do something and go to a page; what was wrong is told on the page it came from."""
    try:
        do()
    except _NOT_THERE as missing:
        raise Http404 from missing
    except AccessDenied:
        raise
    except CiyouError as problem:
        return show(problem.problems)
    return redirect(to, **parts)


def found(read: Callable[[], object]) -> object:
    """Something read; 404 where it is not there for the reader."""
    try:
        return read()
    except _NOT_THERE as missing:
        raise Http404 from missing


def text(request: HttpRequest, name: str) -> str:
    """A field as typed."""
    return request.POST.get(name, "").strip()


def version(request: HttpRequest) -> int:
    """The version that the form was made from; 0 for none."""
    typed = text(request, "version")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else 0


def key(request: HttpRequest, name: str) -> uuid.UUID:
    """The id that the form was made with; a new one for none."""
    try:
        return uuid.UUID(text(request, name))
    except ValueError:
        return uuid.uuid4()


def day(request: HttpRequest, name: str) -> dt.date | None:
    """A date; None for an empty field. Raises RecordError for what is none."""
    typed = text(request, name)
    if not typed:
        return None
    try:
        return dt.date.fromisoformat(typed)
    except ValueError as error:
        raise no_day() from error


def month(request: HttpRequest, name: str) -> Month | None:
    """A month written 2026-11; None for an empty field. Raises ClockError for what is none."""
    typed = text(request, name)
    return Month.parse(typed) if typed else None


def fen(request: HttpRequest, name: str) -> int | None:
    """An amount typed in yuan, as fen; None for an empty field. Raises RecordError for what is none."""
    typed = text(request, name).replace(",", "").replace("\uff0c", "").removeprefix("\u00a5")
    if not typed:
        return None
    if not _YUAN.fullmatch(typed):
        raise no_amount()
    yuan, _dot, cents = typed.partition(".")
    return int(yuan) * 100 + int(cents.ljust(2, "0"))


def count(request: HttpRequest, name: str) -> int:
    """A small number; 0 for an empty field, -1 for what is none."""
    typed = text(request, name) or "0"
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 5 else -1
