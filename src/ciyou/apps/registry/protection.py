"""Protected files 特别保护 (class 5): who may make one, on what grounds, and that somebody can still open it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from ciyou.apps.accounts.selectors import PostCard
from ciyou.apps.audit.wall import walled
from ciyou.apps.registry.checks import check_may, check_purpose, find_person
from ciyou.apps.registry.incoming import PersonId
from ciyou.apps.registry.models import Person
from ciyou.apps.registry.named_access import CASE, grounds_of, protect_file
from ciyou.apps.registry.reading import PersonCard, card_of
from ciyou.apps.registry.refusals import refused
from ciyou.apps.registry.workers import NamedWorker, check_reason, grant_to, possible_workers, running_workers
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, Purpose
from ciyou.core.access.roles import Action

OPENING_REASONS = ("danger_over", "case_closed", "mistake")
"""Why a file is opened again; a code, because free words about a person do not belong into a log."""


@dataclass(frozen=True)
class Ground:
    """One ground of a protection: since when, and the request that asked for it ("" where an officer decided)."""

    since: dt.date
    request_id: str


@dataclass(frozen=True)
class Protection:
    """A file as the page shows it that protects it: on what grounds it is protected, who is named, and who could be."""

    card: PersonCard
    grounds: tuple[Ground, ...]
    workers: tuple[NamedWorker, ...]
    colleagues: tuple[PostCard, ...]


def read_protection(actor: Actor, *, person_id: PersonId) -> Protection:
    """Whether a file is protected and who sees it, for those who may change that; raises PersonNotFound."""
    check_may(actor, Action.CONFIRM)
    person = find_person(actor, person_id, Purpose.PROTECT)
    return Protection(card_of(person), _grounds(person), running_workers(person), possible_workers(actor, person))


def protection_of(actor: Actor, *, person_id: PersonId, purpose: Purpose) -> tuple[Ground, ...]:
    """On what grounds a file is protected, the oldest first; none where it is open."""
    return _grounds(find_person(actor, person_id, purpose))


def _grounds(person: Person) -> tuple[Ground, ...]:
    if not person.restricted:
        return ()
    with walled(LOCAL_OPERATOR):
        grounds = grounds_of(person)
    found = [Ground(since, "" if ground == CASE else ground) for ground, since in grounds.items()]
    return tuple(sorted(found, key=lambda one: (one.since, one.request_id)))


def restrict_file(actor: Actor, *, person_id: PersonId, reason: str) -> bool:
    """Protect a file: from now on only its named workers know of it. Whoever does it becomes one. False: it was protected."""
    check_may(actor, Action.CONFIRM)
    check_purpose(actor, Purpose.PROTECT)
    kept = check_reason(reason)
    with transaction.atomic():
        person = find_person(actor, person_id, Purpose.PROTECT, lock=True)
        with walled(LOCAL_OPERATOR):
            changed = protect_file(actor, person_id=person.id, protected=True)
        if changed:
            grant_to(actor, person.id, user_id=actor.id, reason=kept, ends_at=None)
    return changed


def unrestrict_file(actor: Actor, *, person_id: PersonId, reason: str = "") -> bool:
    """Open a protected file again to its area; only a named worker can. False: it was open.

    `reason` is one of OPENING_REASONS, "" where nobody said. A restriction that a family asked for stays until it is lifted there:
    RecordError says so where it is the only ground.
    """
    check_may(actor, Action.CONFIRM)
    check_purpose(actor, Purpose.PROTECT)
    if reason and reason not in OPENING_REASONS:
        raise refused("opening_reason", "请选择为什么解除特别保护。", "Choose why the file is opened again.")
    with transaction.atomic():
        person = find_person(actor, person_id, Purpose.PROTECT, lock=True)
        with walled(LOCAL_OPERATOR):
            if person.restricted and CASE not in grounds_of(person):
                raise refused(
                    "restricted_on_request",
                    "这份档案是按本人或监护人的申请限制使用的；请到那份申请里解除。",
                    "This file is restricted because the child or a guardian asked for it; lift it at that request.",
                )
            return protect_file(actor, person_id=person.id, protected=False, reason=reason)
