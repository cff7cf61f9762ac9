"""Rounds: a county looks at its children again, each once, by whoever is there for the village. No money depends on an answer."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from django.db import transaction
from django.utils import timezone

from ciyou.apps.accounts.selectors import post_among, post_for
from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.models import ChildCheck, Round
from ciyou.apps.cases.planning import plan_task
from ciyou.apps.cases.round_checks import CHECK
from ciyou.apps.cases.steps import supervisor_of, township_of
from ciyou.apps.cases.tasks import NewTask, open_tasks
from ciyou.apps.entitlements.list_conditions import children_with_yes
from ciyou.apps.registry.identities import named_users
from ciyou.apps.registry.round_children import ChildInRound, children_for_round
from ciyou.apps.registry.workers import post_of_named
from ciyou.core.access.actor import DIVISION_DIGITS, LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action, may_do
from ciyou.core.clock.ages import full_years
from ciyou.core.errors import AccessDenied, Place, Problem, RecordError
from ciyou.packs import load_rounds
from ciyou.packs.rounds import RoundKind

BATCH = 500
_COUNTY_DIGITS = 6
Awarded = Mapping[uuid.UUID, frozenset[str]]


@dataclass(frozen=True)
class OpenedRound:
    """A round that is open: `children` how many were taken in now; `repeated`: it was open already."""

    id: uuid.UUID
    children: int
    repeated: bool


def open_round(actor: Actor, *, kind: str, on: dt.date, awarded: Awarded) -> OpenedRound:
    """Open the round of a kind for the period of a day in the actor's county; a round that is open already takes in nobody twice.

    `awarded`: by child, the entitlements of its running awards (the room above knows them). Opened a second time it takes in only
    children who have come since.
    """
    check_may_open(actor)
    return open_county_round(actor, kind=kind, county=actor.scope.first, on=on, awarded=awarded)


def check_may_open(actor: Actor) -> None:
    """Raises AccessDenied unless the actor's role opens rounds."""
    if not may_do(actor.role, Action.OPEN_ROUND):
        raise AccessDenied(_problem("round.role", "复核由县级经办人开启；您的岗位不办理这一步。", "The county's drafter opens a round; your post does not do this."))  # fmt: skip


def open_county_round(actor: Actor, *, kind: str, county: str, on: dt.date, awarded: Awarded) -> OpenedRound:
    """The same for one county, by the service above or by the machine, when the pack says that the round opens by itself."""
    found = load_rounds(division=county).get(kind)
    if found is None or county[_COUNTY_DIGITS:].strip("0"):
        raise RecordError(_problem("round.kind", "没有这种复核，或者您的岗位不属于一个县。请从“复核”页面重新选择。", "There is no such round, or your post is not a county's. Choose again on the page of rounds."))  # fmt: skip
    with transaction.atomic():
        with walled(LOCAL_OPERATOR):
            row, made = Round.objects.get_or_create(
                kind=kind,
                division=county,
                period=found.period_on(on),
                defaults={
                    "due_on": plan_task(CHECK, county, on).due_on,
                    "opened_by": actor.id,
                    "opened_at": timezone.now(),
                },
            )
            # Of two who open it in the same moment the second waits here, and finds everybody taken in.
            Round.objects.select_for_update().get(id=row.id)
            taken = sum(_take_in(actor, row, part, on) for part in _parts(_concerned(found, county, on, awarded)))
        if made or taken:
            details = {"kind": kind, "period": row.period, "children": taken}
            record_action(actor, action="open_round", subject=str(row.id), details=details, highest_class=3)
    return OpenedRound(row.id, taken, repeated=not made)


@dataclass(frozen=True)
class _Concerned:
    child: ChildInRound
    checks: tuple[str, ...]


def _concerned(kind: RoundKind, county: str, on: dt.date, awarded: Awarded) -> Iterator[_Concerned]:
    """The county's children whom a check of the round concerns: of whom a rule says yes, or who have an award."""
    wanted = frozenset(code for check in kind.checks for code in check.of)
    yes = children_with_yes(county=county, rules=wanted)
    ids = {*yes, *(child for child, codes in awarded.items() if codes & wanted)}
    for child in children_for_round(ids, county=county):
        rules = yes.get(child.id, frozenset()) | awarded.get(child.id, frozenset())
        age = full_years(child.birth_date, on) if child.birth_date else None
        checks = tuple(check.code for check in kind.checks if check.concerns(rules, age))
        if checks:
            yield _Concerned(child, checks)


def _parts(concerned: Iterator[_Concerned]) -> Iterator[list[_Concerned]]:
    while part := list(islice(concerned, BATCH)):
        yield part


def _take_in(actor: Actor, row: Round, part: list[_Concerned], on: dt.date) -> int:
    there = set(
        ChildCheck.objects.filter(round=row, person__in=[one.child.id for one in part]).values_list(
            "person_id", flat=True
        )
    )
    new = [
        ChildCheck(
            round=row,
            person_id=one.child.id,
            division=one.child.division,
            checks=list(one.checks),
            due_on=plan_task(CHECK, one.child.division, on).due_on,
        )
        for one in part
        if one.child.id not in there
    ]
    ChildCheck.objects.bulk_create(new)
    restricted = {one.child.id for one in part if one.child.restricted}
    open_tasks(actor, tasks=_tasks(new, restricted, on))
    return len(new)


def _tasks(checks: Iterable[ChildCheck], restricted: set[uuid.UUID], on: dt.date) -> list[NewTask]:
    owners: dict[str, tuple[uuid.UUID | None, str, str]] = {}
    tasks = []
    for check in checks:
        if check.person_id in restricted:
            owner = named_owner_of(check.person_id, check.division, on)
        else:
            owner = owners.setdefault(check.division, owner_of(check.division, on))
        if owner is not None:
            post, role, place = owner
            tasks.append(
                NewTask(
                    CHECK,
                    str(check.id),
                    place,
                    person_id=check.person_id,
                    post_id=post,
                    queue_role=role,
                    started_on=on,
                )
            )
    return tasks


def owner_of(division: str, on: dt.date) -> tuple[uuid.UUID | None, str, str]:
    """Who goes to a child of a village: (post, or role, place): its director, else the township's supervisor, else the county."""
    director = post_for(division=division, role="child_director", on=on)
    if director is not None:
        return director, "", division
    if supervisor_of(division) is not None:
        return None, "supervisor", township_of(division)
    return None, "county_drafter", county_of(division)


def named_owner_of(
    person_id: uuid.UUID, division: str, on: dt.date, *, able: Action | None = Action.VISIT
) -> tuple[uuid.UUID | None, str, str] | None:
    """A protected child is looked at by a named worker of its case; without one nobody is told that there is something.

    Where none of them is in one of the posts whose work it is first, whoever of them may do it (`able`; None: may be told of it).
    """
    named = named_users(person_id)
    for role, place in (
        ("child_director", division),
        ("supervisor", township_of(division)),
        ("county_drafter", county_of(division)),
        ("county_reviewer", county_of(division)),
    ):
        post = post_among(named, division=place, role=role, on=on)
        if post is not None:
            return post, "", place
    card = post_of_named(person_id, named, able=able, on=on) if named else None
    return None if card is None else (card.id, "", card.division)


def county_of(division: str) -> str:
    """The county's code of a place."""
    return division[:_COUNTY_DIGITS].ljust(DIVISION_DIGITS, "0")


def _problem(code: str, zh: str, en: str) -> Problem:
    return Problem(Place(), code, zh, en)
