"""Finding a file by name, reading, number or file number: inside the actor's scope, a few at a time, and counted."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from uuid import UUID

from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils import timezone

from ciyou.apps.audit.services import record_action
from ciyou.apps.registry.checks import working_purpose
from ciyou.apps.registry.identifiers import blind_of, holders_of
from ciyou.apps.registry.identifying import normal_identifier
from ciyou.apps.registry.models import Identifier, Person, SearchCount
from ciyou.apps.registry.reading import FILE_NUMBER_DIGITS, PersonCard, card_of
from ciyou.apps.registry.refusals import not_yours_to_do, refused
from ciyou.apps.registry.scoping import visible_people
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, Purpose
from ciyou.core.access.roles import Action, may_do
from ciyou.core.access.verdict import ceiling_of
from ciyou.core.errors import RecordError

LIMIT = 20
SHORTEST_NAME, SHORTEST_READING = 2, 2
# Policy default, not law: an officer at work stays far below it, somebody who reads the register name by name does not.
SEARCHES_PER_WINDOW = 60
WINDOW = dt.timedelta(minutes=10)
_AFTER_LETTERS = "\U0010ffff"
_FILE_NUMBER = re.compile(r"[0-9A-F]{5}-[0-9A-F]{5}")
_NUMBER = re.compile(r"[0-9]{15}|[0-9]{17}[0-9X]|[GL][0-9X]{18}")
_LETTERS = re.compile(r"[a-z]+")


@dataclass(frozen=True)
class SearchOutcome:
    """What a search found: `more` than are shown, or a number that is on file `elsewhere` (told to those who register)."""

    people: tuple[PersonCard, ...]
    more: bool = False
    elsewhere: bool = False


def search_people(actor: Actor, *, text: str, limit: int = LIMIT) -> tuple[PersonCard, ...]:
    """The files a search finds; see `search_register`."""
    return search_register(actor, text=text, limit=limit).people


def search_register(actor: Actor, *, text: str, limit: int = LIMIT) -> SearchOutcome:
    """Files in the actor's scope by name or given name (whole or its beginning), pinyin, initials, full ID or student number, or file number.

    Children first. Raises RecordError for less than two characters and for too many searches in ten minutes; every search is on
    record, without what was searched for.
    """
    if ceiling_of(actor) < 3:
        raise not_yours_to_do()
    wanted = " ".join(text.split())
    _check_length(wanted)
    count_search(actor)
    by, outcome, persons = _search(actor, wanted, min(limit, LIMIT))
    record_action(
        actor,
        action="search_register",
        persons=persons,
        details={"by": by, "found": len(outcome.people), "elsewhere": bool(persons)},
        highest_class=3,
    )
    return outcome


def _check_length(wanted: str) -> None:
    if len(wanted) < SHORTEST_NAME:
        raise refused(
            "search_short",
            "请至少输入姓名的两个字、拼音首字母，或完整的证件号码。",
            "Type at least two characters of a name, its initials, or a complete number.",
        )


def count_search(actor: Actor) -> None:
    """Raises RecordError beyond the limit. Two searches of one user at the same moment are both counted."""
    if actor == LOCAL_OPERATOR:
        return
    now = timezone.now()
    counted = SearchCount.objects.filter(user_id=actor.id, count__lt=SEARCHES_PER_WINDOW)
    if counted.filter(window_began_at__gt=now - WINDOW).update(count=F("count") + 1):
        return
    with transaction.atomic():
        row, _ = SearchCount.objects.get_or_create(user_id=actor.id, defaults={"window_began_at": now, "count": 0})
        mine = SearchCount.objects.filter(id=row.id)
        mine.filter(window_began_at__lte=now - WINDOW).update(window_began_at=now, count=0)
        within = mine.filter(count__lt=SEARCHES_PER_WINDOW).update(count=F("count") + 1)
    if not within:
        record_action(actor, action="refuse_search", details={"limit": SEARCHES_PER_WINDOW})
        raise refused(
            "search_often",
            f"十分钟内最多搜索 {SEARCHES_PER_WINDOW} 次，请稍后再试；整批查找请用台账的筛选。",
            f"At most {SEARCHES_PER_WINDOW} searches in ten minutes: try again later, or use the filters of the ledger.",
        )


def _search(actor: Actor, wanted: str, limit: int) -> tuple[str, SearchOutcome, list[str]]:
    compact = wanted.upper().replace(" ", "")
    people = visible_people(actor, purpose=working_purpose(actor))
    if _FILE_NUMBER.fullmatch(compact):
        return "file_number", _outcome(list(_by_file_number(people, compact)[: limit + 1]), limit), []
    if _NUMBER.fullmatch(compact):
        return ("number", *_by_number(actor, people, compact, limit))
    return "name", _outcome(_by_name(people, wanted, limit), limit), []


def _outcome(found: list[Person], limit: int) -> SearchOutcome:
    return SearchOutcome(tuple(card_of(person) for person in found[:limit]), more=len(found) > limit)


def _by_file_number(people: QuerySet[Person], number: str) -> QuerySet[Person]:
    digits = number.replace("-", "")
    rest = 32 - FILE_NUMBER_DIGITS
    return people.filter(id__gte=UUID(digits + "0" * rest), id__lte=UUID(digits + "f" * rest))


def _by_number(actor: Actor, people: QuerySet[Person], number: str, limit: int) -> tuple[SearchOutcome, list[str]]:
    """Persons with exactly this number. Who has it elsewhere is not told; that somebody asked is."""
    kind = "student_no" if number[0] in "GL" else "id_card"
    try:
        normal = normal_identifier(kind, number)
    except RecordError:
        if kind == "id_card":
            raise
        return SearchOutcome(()), []
    matching = Identifier.objects.filter(kind=kind, blind=blind_of(kind, normal), ended_at=None).values("person_id")
    found = list(people.filter(id__in=matching)[: limit + 1])
    if found:
        return _outcome(found, limit), []
    others = [str(person.id) for person in holders_of(kind, normal)]
    return SearchOutcome((), elsewhere=bool(others) and may_do(actor.role, Action.REGISTER)), others


def children_by_number(actor: Actor, *, numbers: Iterable[str], purpose: Purpose) -> dict[str, UUID]:
    """By ID number (18 normalized digits), the child who has it and whom the actor may see for a purpose; the others are not there."""
    blinds = {blind_of("id_card", number): number for number in numbers}
    matching = Identifier.objects.filter(kind="id_card", blind__in=list(blinds), ended_at=None)
    people = visible_people(actor, purpose=purpose).filter(kind="child")
    rows = matching.filter(person__in=people.values("pk")).values_list("blind", "person_id")
    return {blinds[blind]: person for blind, person in rows}


def _by_name(people: QuerySet[Person], wanted: str, limit: int) -> list[Person]:
    """The exact name first, then names and given names that begin so, or readings: one query, each condition by its own index.

    Ranges of indexed text only: for LIKE, PostgreSQL asks of every row whose it is first (measured: 5 s among 300,000).
    """
    conditions = _conditions(wanted)
    exact, begins, *_others = conditions
    # The indexes begin with the kind.
    by_kind = [condition & Q(kind=kind) for condition in conditions for kind in ("child", "adult")]
    rank = Case(When(exact, then=Value(0)), When(begins, then=Value(1)), default=Value(2))
    rows = people.filter(reduce(or_, by_kind)).annotate(rank=rank)
    # "child" sorts behind "adult".
    return list(rows.order_by("rank", "-kind", "name", "id")[: limit + 1])


def _conditions(wanted: str) -> list[Q]:
    """What is asked for, the best first: the exact name (or initials), then what begins so."""
    letters = wanted.lower().replace(" ", "").replace("'", "")
    if _LETTERS.fullmatch(letters):
        return [
            Q(name_initials=letters),
            Q(name_reading__gte=letters, name_reading__lt=letters + _AFTER_LETTERS),
            Q(name_initials__gte=letters, name_initials__lt=letters + _AFTER_LETTERS),
        ]
    return [
        Q(name=wanted),
        Q(name__gte=wanted, name__lt=wanted + _AFTER_LETTERS),
        Q(given_name__gte=wanted, given_name__lt=wanted + _AFTER_LETTERS),
    ]
