"""One-time codes: made for one user and one purpose, handed over in person, gone after their first use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils import timezone

from ciyou.apps.accounts.models import OneTimeCode, User
from ciyou.apps.accounts.sealing import hash_token, new_code, plain_code

LIFETIMES = {
    "activation": dt.timedelta(hours=24),
    "password": dt.timedelta(hours=24),
    "factor": dt.timedelta(hours=24),
    "device": dt.timedelta(hours=24),
}
HANDED_LIMIT = dt.timedelta(hours=24)
_GROUPS = 3


def make_code(user: User, *, kind: str, made_by: str) -> str:
    """A new code for a user (kind activation | password | factor | device); the older ones of this kind end.

    It is returned once and kept only as a hash (about 60 bits, five tries, a day).
    """
    now = timezone.now()
    OneTimeCode.objects.filter(user=user, kind=kind, used_at=None).update(expires_at=now)
    code = new_code(_GROUPS)
    OneTimeCode.objects.create(
        user=user,
        kind=kind,
        code_hash=_hash(user, code),
        made_by=made_by,
        made_at=now,
        expires_at=now + LIFETIMES[kind],
    )
    return code


def code_kind(user: User, *, typed: str, kinds: Iterable[str]) -> str:
    """What a code that was typed is for; "" when it is not this user's, used, or too old."""
    return _open_codes(user, typed, kinds).values_list("kind", flat=True).first() or ""


def take_code(user: User, *, typed: str, kinds: Iterable[str]) -> bool:
    """Use a code up; False when it is not this user's, used, or too old. Of two at once only one succeeds."""
    return _open_codes(user, typed, kinds).update(used_at=timezone.now()) == 1


def handed_recently(user: User, *, kinds: Iterable[str]) -> bool:
    """Whether the user used a code of one of these kinds within the last day: the rest of the first sign-in may follow."""
    since = timezone.now() - HANDED_LIMIT
    return OneTimeCode.objects.filter(user=user, kind__in=tuple(kinds), used_at__gt=since).exists()


def _open_codes(user: User, typed: str, kinds: Iterable[str]) -> QuerySet[OneTimeCode]:
    return OneTimeCode.objects.filter(
        user=user,
        kind__in=tuple(kinds),
        code_hash=_hash(user, plain_code(typed)),
        used_at=None,
        expires_at__gt=timezone.now(),
    )


def _hash(user: User, code: str) -> str:
    return hash_token(f"{user.id}:{code}")
