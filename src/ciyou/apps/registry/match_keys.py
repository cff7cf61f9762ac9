"""The keys by which somebody is found who is written otherwise: made with every change of a file, and looked up before one is opened.

The same keys as the batch's (`batch/linkage/weighed_keys`). They are kept as keyed hashes only: a reading with a birth date could be
guessed, and says who somebody is.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Iterable, Iterator
from itertools import product
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet

from ciyou.apps.audit.keys import keyring
from ciyou.apps.audit.wall import walled
from ciyou.apps.registry.models import MatchKey, Person, PersonStatus, Relationship
from ciyou.apps.registry.places import FAMILY_KINDS
from ciyou.apps.registry.told_files import told_of_files
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.linkage.told import FIRST_17, Told
from ciyou.vault.keyring import Key, KeyUse

BATCH = 400
MOST_SHARING = 60
"""A key that more files share tells nothing of one child (as in the batch)."""
_FIELD, _BYTES = "registry.match", 8
_BEFORE_SERIAL, _PLACE_AND_DATE = 10, 14
"""Of a number's 17 digits: what stands before the day of birth and the serial, and the place with the date."""


def refresh_match_keys(person_ids: Iterable[UUID]) -> None:
    """Make the keys of these files, and of those whose parents or guardians they are, what they tell now.

    Inside the transaction that changed them, as the machine.
    """
    own = set(person_ids)
    families = Relationship.objects.filter(other__in=own, superseded_at=None, kind__in=FAMILY_KINDS)
    everybody = sorted(own | set(families.values_list("person_id", flat=True)))
    for start in range(0, len(everybody), BATCH):
        _write(everybody[start : start + BATCH])


def _write(person_ids: Collection[UUID]) -> None:
    key = keyring().current(KeyUse.INDEX)
    standing = Person.objects.filter(id__in=person_ids).exclude(status=PersonStatus.MERGED)
    told = told_of_files(list(standing))
    wanted = {(person, hashed) for person, one in told.items() for hashed in _hashed(one, key)}
    stored, stale = set(), []
    for pk, *row, key_id in MatchKey.objects.filter(person__in=person_ids).values_list("pk", "person", "key", "key_id"):
        if key_id == key.id and tuple(row) in wanted:
            stored.add(tuple(row))
        else:
            stale.append(pk)
    MatchKey.objects.filter(pk__in=stale).delete()
    MatchKey.objects.bulk_create(
        MatchKey(person_id=person, key=hashed, key_id=key.id) for person, hashed in sorted(wanted - stored)
    )


def make_match_keys(after: UUID | None = None) -> UUID | None:
    """One portion of the files that have no keys of the current index key: after an upgrade, or a new key.

    Gives the last file looked at, from which to go on; None when there is none left. May be stopped at any time and begun again.
    """
    key = keyring().current(KeyUse.INDEX)
    with transaction.atomic(), walled(LOCAL_OPERATOR):
        has = MatchKey.objects.filter(person=OuterRef("pk"), key_id=key.id)
        lacking = Person.objects.exclude(status=PersonStatus.MERGED).filter(~Exists(has)).order_by("id")
        if after is not None:
            lacking = lacking.filter(id__gt=after)
        found = list(lacking.values_list("id", flat=True)[:BATCH])
        if found:
            _write(found)
    return found[-1] if found else None


def make_all_match_keys() -> int:
    """All portions, one after the other; how many there were. The worker does it every hour, and mostly finds nothing to do."""
    count, last = 0, make_match_keys()
    while last is not None:
        count, last = count + 1, make_match_keys(last)
    return count


def files_sharing_keys(told: Told) -> QuerySet[MatchKey, Any]:
    """The ids of whoever shares a key that is not everybody's, wherever they are: inside `walled`, for comparing only.

    Keys of every index key that this installation still has are asked for: while they are being made anew both are there.
    """
    hashed = {one for key in keyring().keys if key.use is KeyUse.INDEX for one in _hashed(told, key)}
    rows = MatchKey.objects.filter(key__in=hashed).order_by()
    shared = rows.values("key").annotate(sharing=Count("pk")).filter(sharing__lte=MOST_SHARING)
    return rows.filter(key__in=shared.values("key")).values("person_id")


def _hashed(told: Told, key: Key) -> set[int]:
    """64 bits of each key's HMAC: two keys that fall together cost one comparison, and are told apart by it."""
    base = hmac.new(key.secret, digestmod=hashlib.sha256)
    found = set()
    for text in set(_texts(told)):
        one = base.copy()
        one.update(f"{_FIELD}|{text}".encode())
        found.add(int.from_bytes(one.digest()[:_BYTES], signed=True))
    return found


def _texts(told: Told) -> Iterator[str]:
    for kind, *parts in _keys(told):
        if all(parts):
            yield "|".join((kind, *map(str, parts)))


def _keys(told: Told) -> Iterator[tuple[object, ...]]:
    dates = (*told.births, *told.lunar) or (None,)
    for record in told.records:
        yield "phone", record.phone
        digits = record.digits[:FIRST_17]
        yield "number_end", digits[_BEFORE_SERIAL:], record.reading.partition(" ")[0]
        yield "number_start", digits[:_PLACE_AND_DATE]
        yield "reading_village", record.reading, record.village
        for kin in told.kin:
            yield "guardian_village", kin.reading, record.village
            yield "guardian_reading", kin.reading, record.reading
        for born in dates:
            yield "reading_born", record.reading, born
            yield "given_born", record.reading.partition(" ")[2], born, record.county
            yield "village_born", record.village, born
            yield "reading_year", record.reading, record.county, born and born.year
    for kin, born in product(told.kin, dates):
        yield "guardian_number", kin.number
        yield "guardian_born", kin.reading, born
