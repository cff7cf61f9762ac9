"""Wrong tries of people without an account, counted for a quarter of an hour: by where they come from, and by what was asked for."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from ciyou.apps.accounts.models import WrongTry
from ciyou.apps.audit.wall import walled
from ciyou.core.access.actor import LOCAL_OPERATOR

WINDOW = dt.timedelta(minutes=15)


@dataclass(frozen=True)
class TryLimit:
    """What wrong tries are counted by (`name`, which begins with the page's own word), and how many there may be in a window."""

    name: str
    most: int


def tried_too_often(limits: Iterable[TryLimit]) -> bool:
    """Whether one of the limits is reached in its current window."""
    since = timezone.now() - WINDOW
    return any(
        WrongTry.objects.filter(key=_key(one.name), window_began_at__gt=since, count__gte=one.most).exists()
        for one in limits
    )


def count_wrong_try(limits: Iterable[TryLimit]) -> None:
    """Count one wrong try by each of them; a window that is over begins anew."""
    now = timezone.now()
    for one in limits:
        mine = WrongTry.objects.filter(key=_key(one.name))
        if not mine.filter(window_began_at__gt=now - WINDOW).update(count=F("count") + 1):
            WrongTry.objects.update_or_create(key=_key(one.name), defaults={"window_began_at": now, "count": 1})


def forget_tries() -> int:
    """Forget wrong tries whose time is over (a periodic job); how many."""
    with walled(LOCAL_OPERATOR):
        return WrongTry.objects.filter(window_began_at__lte=timezone.now() - WINDOW).delete()[0]


def _key(name: str) -> str:
    """A keyed hash: addresses and numbers themselves are kept nowhere."""
    return hmac.new(settings.SECRET_KEY.encode(), f"tries:{name}".encode(), hashlib.sha256).hexdigest()
