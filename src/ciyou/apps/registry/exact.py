"""Looking for one child by exactly its number and its name, wherever it is on file: a counter learns whose it is, and nothing more."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from ciyou.apps.audit.services import record_action
from ciyou.apps.registry.checks import check_may, working_purpose
from ciyou.apps.registry.identifiers import blind_of, holders_of
from ciyou.apps.registry.identifying import mask_name, normal_identifier
from ciyou.apps.registry.models import Person
from ciyou.apps.registry.scoping import visible_people
from ciyou.apps.registry.searching import count_search
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action

_COUNTY_DIGITS = 6


@dataclass(frozen=True)
class ExactFind:
    """`here`: a file that the asker may open. `county` and `masked_name`: a file elsewhere. All empty: there is none that may be told of.

    `number` is the normalized number; `persons` whom the answer is about, for the record of who was shown.
    """

    number: str
    here: UUID | None = None
    county: str = ""
    masked_name: str = ""
    persons: tuple[str, ...] = ()


def find_exact(actor: Actor, *, name: str, id_card: str) -> ExactFind:
    """Whether a child with this number and this name is on file here or elsewhere; counted and on record like every search.

    A number with another name, an adult's number and a protected file answer like a number that nobody has. Raises RecordError for a
    number that cannot be one, and for too many searches.
    """
    check_may(actor, Action.CROSS)
    number = normal_identifier("id_card", id_card)
    count_search(actor)
    wanted = "".join(name.split())
    holders = [one for one in holders_of("id_card", number) if one.kind == "child" and one.name == wanted]
    found = _answer(actor, number, holders)
    record_action(
        actor,
        action="find_exact",
        persons=[str(one.id) for one in holders],
        details={"found": "here" if found.here else "elsewhere" if found.county else "nowhere"},
        highest_class=3,
    )
    return found


def blind_number(number: str) -> str:
    """The keyed index of a normalized ID number."""
    return blind_of("id_card", number)


def _answer(actor: Actor, number: str, holders: list[Person]) -> ExactFind:
    ids = [one.id for one in holders]
    mine = visible_people(actor, purpose=working_purpose(actor)).filter(id__in=ids).first()
    if mine is not None:
        return ExactFind(number, here=mine.id, persons=(str(mine.id),))
    told = next((one for one in holders if not one.restricted and one.division), None)
    if told is None:
        return ExactFind(number)
    county = told.division[:_COUNTY_DIGITS].ljust(len(told.division), "0")
    return ExactFind(number, county=county, masked_name=mask_name(told.name), persons=(str(told.id),))
