"""Names of administrative divisions, what they became, and which lie inside which."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable, Mapping
from functools import lru_cache

from django.db.models import Q, QuerySet
from django.utils import timezone

from ciyou.apps.accounts.models import Division, DivisionChange
from ciyou.core.access.actor import DIVISION_DIGITS, Actor, significant_digits

LEVEL_DIGITS: Mapping[int, str] = {0: "nation", 2: "province", 4: "city", 6: "county", 9: "township", 12: "village"}
_COUNTY_DIGITS = 6
# Another process may have loaded other names: none is kept longer than this.
_KEPT_SECONDS = 60
FOUND_AT_MOST, SHORTEST_PART = 20, 2


def level_of(code: str) -> str:
    """The level that a code names: nation, province, city, county, township or village."""
    return LEVEL_DIGITS[len(significant_digits(code))]


def division_name(code: str, on: dt.date | None = None) -> str:
    """The name of a division from its county down (above the county: with its province), as it was on a day (default: today).

    The code itself where no list of divisions knows it. Kept in memory for a minute.
    """
    return division_names((code,), on)[code]


def division_names(codes: Iterable[str], on: dt.date | None = None) -> dict[str, str]:
    """The names of many divisions by their codes, with one query for those not in memory."""
    day = on or timezone.localdate()
    known = _kept(int(time.monotonic() // _KEPT_SECONDS))
    wanted = set(codes)
    asked = {code for code in wanted if (code, day) not in known}
    if asked:
        own = _own_names({above for code in asked for above in path_of(code)}, day)
        for code in asked:
            known[code, day] = "".join(own.get(above, "") for above in _shown(path_of(code)))
    return {code: known[code, day] or code for code in wanted}


def forget_names() -> None:
    """Forget every name in memory: the list of divisions has changed."""
    _kept.cache_clear()


def division_choices(actor: Actor, *, level: str) -> tuple[tuple[str, str], ...]:
    """The divisions of one level inside the actor's scope today, code and name, by code."""
    rows = _valid(Division.objects.filter(level=level), timezone.localdate())
    rows = rows.filter(code__gte=actor.scope.first, code__lt=actor.scope.end).order_by("code")
    codes = list(dict.fromkeys(rows.values_list("code", flat=True)))
    names = division_names(codes)
    return tuple((code, names[code]) for code in codes)


def find_divisions(text: str, *, limit: int = FOUND_AT_MOST) -> tuple[tuple[str, str], ...]:
    """Counties, townships and villages on the list today by a part of their name or the beginning of their code: code and name."""
    wanted = text.strip()
    if len(wanted) < SHORTEST_PART:
        return ()
    rows = _valid(Division.objects.filter(level__in=("county", "township", "village")), timezone.localdate())
    rows = rows.filter(code__startswith=wanted) if wanted.isdigit() else rows.filter(name__contains=wanted)
    codes = list(dict.fromkeys(rows.order_by("code").values_list("code", flat=True)[: limit + 1]))[:limit]
    names = division_names(codes)
    return tuple((code, names[code]) for code in codes)


def successor_of(code: str, on: dt.date) -> str:
    """What a division is called on a day after every recode and merge until then; the code itself where nothing happened.

    A split has no one successor: its people go to the county's queue, and the old code stays.
    """
    changes = DivisionChange.objects.filter(on__lte=on, kind__in=("merge", "recode")).order_by("on", "id")
    current, since = code, dt.date.min
    while change := changes.filter(old_code=current, on__gte=since).exclude(new_code=current).first():
        if change.on == since and change.new_code == code:
            break  # two divisions that exchanged their codes on one day
        current, since = change.new_code, change.on
    return current


@lru_cache(maxsize=1)
def _kept(minute: int) -> dict[tuple[str, dt.date], str]:
    return {}


def path_of(code: str) -> tuple[str, ...]:
    """The codes of a division and of those it lies in, the largest first."""
    digits = significant_digits(code)
    return tuple(digits[:length].ljust(DIVISION_DIGITS, "0") for length in LEVEL_DIGITS if 0 < length <= len(digits))


def _shown(path: tuple[str, ...]) -> tuple[str, ...]:
    """Of a county and below the path begins with the county: province and city are known to whoever reads it."""
    if path and len(significant_digits(path[-1])) >= _COUNTY_DIGITS:
        return tuple(code for code in path if len(significant_digits(code)) >= _COUNTY_DIGITS)
    return path


def _own_names(codes: set[str], day: dt.date) -> dict[str, str]:
    rows = _valid(Division.objects.filter(code__in=codes), day).order_by("valid_from")
    return dict(rows.values_list("code", "name"))


def _valid(rows: QuerySet[Division], day: dt.date) -> QuerySet[Division]:
    return rows.filter(Q(valid_from=None) | Q(valid_from__lte=day)).filter(Q(valid_to=None) | Q(valid_to__gt=day))
