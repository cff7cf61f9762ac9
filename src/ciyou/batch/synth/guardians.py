"""Whom a department writes down as a child's guardians: the parents, or the grandparents who do the raising."""

from __future__ import annotations

from ciyou.batch.synth.desk import Desk
from ciyou.batch.synth.people import Family, Person

_OTHER_ORDER = 0.15


def write_guardians(desk: Desk, family: Family, *, most: int, with_numbers: bool) -> list[tuple[str, str]]:
    """Up to `most` guardians as (name, ID number), in whatever order; some are left out, some have no number."""
    chance = desk.chance
    people: tuple[Person, ...] = family.parents
    if family.grandparents and chance.unit() < family.guardian_share:
        people = tuple(family.grandparents)
    if len(people) > 1 and chance.unit() < _OTHER_ORDER:
        people = people[::-1]
    if most == 1 and people:
        people = (chance.pick(people),)
    return write_these(desk, people[:most], with_numbers=with_numbers)


def write_these(desk: Desk, people: tuple[Person, ...], *, with_numbers: bool) -> list[tuple[str, str]]:
    """These people as guardians, in this order, less those who are left out."""
    written = (desk.write_guardian(person, with_number=with_numbers) for person in people)
    return [guardian for guardian in written if guardian is not None]
