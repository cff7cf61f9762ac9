"""What can be done with determinations: make them, make them again when something changed, confirm or return them, replay one."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.entitlements.archive import archived_root
from ciyou.apps.entitlements.confirming import confirm_determination, confirm_unchanged, return_determination
from ciyou.apps.entitlements.contents import Content, Frame, determination_hash, open_content
from ciyou.apps.entitlements.determining import determine_children
from ciyou.apps.entitlements.models import Determination
from ciyou.apps.entitlements.new_packs import note_untouched
from ciyou.apps.registry.deciding import children_on_file
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.errors import Place, Problem, RunError
from ciyou.core.facts.state import FactState
from ciyou.core.rules.settling import decide_with_cases
from ciyou.packs import load_rule_book, pack_version

__all__ = [
    "Replay",
    "confirm_determination",
    "confirm_unchanged",
    "determine_children",
    "on_facts_changed",
    "redetermine_all",
    "redetermine_due",
    "replay_current",
    "replay_determination",
    "return_determination",
]

PART = 1000


@dataclass(frozen=True)
class Replay:
    """A determination decided again with the packs of its time: `same` when the stored hash comes out."""

    stored: str
    replayed: str

    @property
    def same(self) -> bool:
        return self.stored == self.replayed


def on_facts_changed(child_ids: Iterable[str], cause: str = "facts", **_more: object) -> None:
    """Determine children again whose facts changed (the event `registry.facts_changed`); doing it twice changes nothing."""
    determine_children(LOCAL_OPERATOR, child_ids=child_ids, as_of=timezone.localdate(), cause=cause)


def redetermine_due(today: dt.date | None = None, *, limit: int = PART) -> int:
    """Determine again, at most `limit` children at a time, whom a birthday, the end of a term or new packs may have changed.

    Of new packs only whom something concerns that they say otherwise (`note_untouched`). Returns how many children were looked
    at: the worker calls again while there are any.
    """
    day = today or timezone.localdate()
    with walled(LOCAL_OPERATOR):
        note_untouched(day)
        current = Determination.objects.filter(current=True, as_of__lte=day)
        outdated = current.exclude(seen_packs=pack_version()).order_by("id")
        stale = list(outdated.values_list("person_id", flat=True)[:limit])
        due = current.filter(next_check_on__lte=day).order_by("next_check_on").exclude(person_id__in=stale)
        ripe = list(due.values_list("person_id", flat=True)[: limit - len(stale)])
    determine_children(LOCAL_OPERATOR, child_ids=stale, as_of=day, cause="pack")
    determine_children(LOCAL_OPERATOR, child_ids=ripe, as_of=day, cause="birthday")
    return len(stale) + len(ripe)


def redetermine_all(actor: Actor, *, as_of: dt.date, cause: str = "redecide") -> tuple[int, int]:
    """Look at every child on file; returns how many there are and how many determinations were made anew."""
    seen = made = 0
    last = None
    while part := _next_part(last):
        made += determine_children(actor, child_ids=part, as_of=as_of, cause=cause)
        seen, last = seen + len(part), part[-1]
    return seen, made


def _next_part(last: uuid.UUID | None) -> tuple[uuid.UUID, ...]:
    with walled(LOCAL_OPERATOR):
        return children_on_file(after=last, limit=PART)


def replay_current(actor: Actor) -> tuple[int, tuple[uuid.UUID, ...]]:
    """Replay every current determination; returns how many there are and the ids of those that do not come out the same."""
    seen, differing, last = 0, [], None
    while part := _next_current(last):
        seen, last = seen + len(part), part[-1]
        differing += [one for one in part if not replay_determination(actor, determination_id=one).same]
    return seen, tuple(differing)


def _next_current(last: uuid.UUID | None) -> tuple[uuid.UUID, ...]:
    rows = Determination.objects.filter(current=True).order_by("id")
    rows = rows if last is None else rows.filter(id__gt=last)
    return tuple(rows.values_list("id", flat=True)[:PART])


def replay_determination(actor: Actor, *, determination_id: object) -> Replay:
    """Decide the stored statements again under the packs that were kept with them; the hash must come out the same.

    Shows nothing of the child. Raises RunError when the packs were not kept, VaultError when the content was changed.
    """
    row = Determination.objects.filter(id=determination_id).first()
    if row is None:
        raise RunError(
            Problem(
                Place(),
                "determination.unknown",
                "没有这份认定；请检查编号。",
                "There is no such determination; check its id.",
            )
        )
    stored = open_content(row.id, row.content)
    root = archived_root(row.pack_version)
    book = load_rule_book(division=row.division, as_of=row.as_of, root=root)
    decisions = decide_with_cases(book, FactState.on(row.as_of, stored.statements), stored.cases)
    again = Content(stored.statements, decisions, stored.salt, stored.cases)
    found = Replay(row.hash, determination_hash(again, Frame(row.as_of, row.division, book.pack_version)))
    record_action(
        actor,
        action="replay_determination",
        subject=str(row.id),
        persons=[str(row.person_id)],
        details={"same": found.same},
    )
    return found
