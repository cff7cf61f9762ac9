"""Is the log what it was? Reads the chain link by link, computes every seal again, and names what does not fit."""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from django.db import connection
from django.utils import timezone

from ciyou.apps.audit.entry_text import GENESIS, entry_columns, seal_of
from ciyou.apps.audit.findings import Finding
from ciyou.apps.audit.heads import ChainHead
from ciyou.apps.audit.keys import keyring
from ciyou.apps.audit.models import ChainLink, LogEntry
from ciyou.apps.audit.sealing import persons_of
from ciyou.core.errors import VaultError

BATCH = 5_000
MOST_FINDINGS = 100
SEALED_WITHIN = dt.timedelta(minutes=10)

Tell = Callable[[int], None]


@dataclass(frozen=True)
class ChainReport:
    """What a check came to: how many links were checked, where the chain ends, and what is wrong (at most 100 findings)."""

    checked: int
    last_position: int
    last_hash: str
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings


def verify_chain(
    *,
    latest: int | None = None,
    head: ChainHead | None = None,
    sealed_within: dt.timedelta = SEALED_WITHIN,
    tell: Tell | None = None,
) -> ChainReport:
    """Check the whole chain, or its latest links, and against an exported head that nothing was cut off its end.

    Finds entries that were changed or are missing, persons changed, missing or added, links missing or in another order, and
    entries that have been without a seal for longer than `sealed_within`. Raises VaultError when a key of the chain is not here.
    """
    walk = _Walk(*_start(latest))
    while rows := _links(walk.position):
        walk.take(rows)
        if tell is not None:
            tell(walk.checked)
    findings = [*walk.findings, *_against(head), *_unsealed_since(timezone.now() - sealed_within)]
    return ChainReport(walk.checked, walk.position, walk.previous, tuple(findings[:MOST_FINDINGS]))


@dataclass
class _Walk:
    """Where the check has come to: the last position read and its stored hash."""

    position: int
    previous: str
    checked: int = 0
    findings: list[Finding] = field(default_factory=list)
    secrets: dict[str, bytes] = field(default_factory=dict)

    def take(self, rows: Sequence[Sequence[object]]) -> None:
        here = [row[4] for row in rows if row[4] is not None]
        persons = persons_of(here) if here else {}
        for position, entry_id, key_id, stored, *entry in rows:
            if position != self.position + 1:
                # What came before is not known, so this seal cannot be computed: the gap alone is told.
                self._find("link_missing", self.position + 1, None)
            elif entry[0] is None:
                self._find("entry_missing", position, entry_id)
            else:
                self._compare(position, stored, key_id, entry, persons.get(entry_id, []))
            self.position, self.previous = position, stored
            self.checked += 1

    def _compare(self, position: int, stored: str, key_id: str, entry: list[object], persons: list[str]) -> None:
        secret = self.secrets.get(key_id) or self.secrets.setdefault(key_id, keyring().by_id(key_id).secret)
        computed = seal_of(secret, previous=self.previous, row=entry, persons=persons)
        if not hmac.compare_digest(computed, stored):
            self._find("entry_changed", position, entry[0])

    def _find(self, code: str, position: int | None, entry_id: int | None) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(code, position, entry_id))


def _start(latest: int | None) -> tuple[int, str]:
    if latest is None:
        return 0, GENESIS
    last = ChainLink.objects.order_by("-position").values_list("position", flat=True).first() or 0
    before = ChainLink.objects.filter(position__lte=last - latest).order_by("-position").first()
    return (0, GENESIS) if before is None else (before.position, before.hash)


def _links(after: int) -> list[tuple[object, ...]]:
    sql = (
        f"SELECT l.position, l.entry_id, l.key_id, l.hash, {entry_columns()}"
        " FROM audit_chainlink l LEFT JOIN audit_logentry e ON e.id = l.entry_id"
        " WHERE l.position > %s ORDER BY l.position LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [after, BATCH])
        return cursor.fetchall()


def _against(head: ChainHead | None) -> Iterator[Finding]:
    """What an exported head says must still be there, and the same."""
    if head is None or head.position == 0:
        return
    found = ChainLink.objects.filter(position=head.position).values_list("hash", flat=True).first()
    if found is None:
        yield Finding("tail_cut", head.position, None)
    elif not hmac.compare_digest(found, head.hash):
        yield Finding("other_chain", head.position, None)


def _unsealed_since(moment: dt.datetime) -> Iterator[Finding]:
    waiting = LogEntry.objects.filter(link=None, at__lt=moment).order_by("id").values_list("id", flat=True)
    for entry_id in waiting[:MOST_FINDINGS]:
        yield Finding("not_sealed", None, entry_id)


def check_keys_of_chain() -> tuple[str, ...]:
    """The ids of keys that the chain was sealed with and that are not here; without them nothing can be checked."""
    missing = []
    for key_id in ChainLink.objects.order_by().values_list("key_id", flat=True).distinct():
        try:
            keyring().by_id(key_id)
        except VaultError:
            missing.append(key_id)
    return tuple(missing)
