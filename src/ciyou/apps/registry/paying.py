"""What a monthly run reads of files, in bulk and for the machine alone: who may be paid, and into which account."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from ciyou.apps.audit.keys import keyring
from ciyou.apps.registry.hex_ids import HexId, dashed, hex_id
from ciyou.apps.registry.models import Identifier, PayeeAccount, Person
from ciyou.apps.registry.payees import is_card_number, open_account
from ciyou.apps.registry.sealing import open_identifier
from ciyou.vault.fields import decrypt_text


@dataclass(frozen=True, slots=True)
class Standing:
    """How a child's file stands: its state, its place, when it was born, and where it lives ("" where nobody said)."""

    id: HexId
    status: str
    division: str
    birth_date: dt.date | None
    restricted: bool
    residence: str


@dataclass(frozen=True, slots=True)
class Account:
    """An account that money can go to. `sound`: its number carries its check digit."""

    id: int
    holder: str
    bank: str
    number: str
    sound: bool


def standings(*, after: HexId | None, last: HexId, person_ids: Iterable[HexId]) -> dict[HexId, Standing]:
    """How the files of these children stand; all of them lie behind `after` and up to `last`."""
    wanted = set(person_ids)
    return {
        row[0]: Standing(*row)
        for row in _standing(_between(Person.objects.all(), "id", after, last))
        if row[0] in wanted
    }


def standings_of(person_ids: Collection[object]) -> dict[HexId, Standing]:
    """The same of a few children."""
    return {row[0]: Standing(*row) for row in _standing(Person.objects.filter(id__in=person_ids))}


def _standing(rows: QuerySet[Person]) -> QuerySet[Person, tuple]:
    return rows.values_list(hex_id("id"), "status", "division", "birth_date", "restricted", "residence_division")


def accounts(*, after: HexId | None, last: HexId, person_ids: Iterable[HexId]) -> dict[HexId, Account]:
    """The account of each of these children that stands now; those without one are not there."""
    wanted, ring = set(person_ids), keyring()
    found = {}
    rows = _between(PayeeAccount.objects.filter(ended_at=None), "person_id", after, last)
    for row, person, cipher in rows.values_list("id", hex_id("person_id"), "cipher"):
        if person in wanted:
            content = json.loads(decrypt_text(ring, bytes(cipher), context=f"registry.payee:{dashed(person)}"))
            number = content["number"]
            found[person] = Account(row, content["holder"], content["bank"], number, is_card_number(number))
    return found


def account_of(person_id: uuid.UUID) -> Account | None:
    """The account of one child that stands now."""
    row = PayeeAccount.objects.filter(person_id=person_id, ended_at=None).first()
    if row is None:
        return None
    content = open_account(row)
    return Account(row.id, content["holder"], content["bank"], content["number"], is_card_number(content["number"]))


def names_and_numbers(person_ids: QuerySet) -> dict[HexId, tuple[str, str]]:
    """Name and ID number of children whose names leave the house in a roster; the caller records the disclosure.

    `person_ids`: a query of their ids, not a list: the database would take longer to be told them than to find them.
    """
    ring = keyring()
    rows = Identifier.objects.filter(person__in=person_ids, kind="id_card", ended_at=None).order_by("-id")
    numbers = {
        person: open_identifier(dashed(person), "id_card", cipher, ring)
        for person, cipher in rows.values_list(hex_id("person_id"), "cipher")
    }
    names = Person.objects.filter(id__in=person_ids).values_list(hex_id("id"), "name")
    return {person: (name, numbers.get(person, "")) for person, name in names}


def _between(rows, column: str, after: HexId | None, last: HexId):
    rows = rows.filter(**{f"{column}__lte": last})
    return rows if after is None else rows.filter(**{f"{column}__gt": after})


def account_ids(person_ids: Collection[HexId]) -> dict[HexId, int]:
    """Which account of each of these children stands now, without opening it."""
    rows = PayeeAccount.objects.filter(ended_at=None, person__in=person_ids)
    return dict(rows.values_list(hex_id("person_id"), "id"))


def account_numbers(person_id: uuid.UUID, *, without: Collection[str] = ()) -> dict[str, bool]:
    """The number of every account that a file ever had, with whether it stands now; `without` rows of these keys."""
    rows = PayeeAccount.objects.filter(person_id=person_id).order_by("id")
    return {open_account(row)["number"]: row.ended_at is None for row in rows if str(row.pk) not in without}
