"""Families of one chunk: who they are, when they were born, what they are called, where they live."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from ciyou.batch.synth.chance import Chance, Wheel
from ciyou.batch.synth.names import NameStyle, PersonalName, draw_family_name, draw_name, draw_surname, twin_name
from ciyou.batch.synth.numbers import IdentityIssuer, draw_telephone
from ciyou.batch.synth.people import Family, Person
from ciyou.batch.synth.places import County, towns_of

# Births a year in the country, in hundred thousands, by full years of age in the mid-2020s: fewer and fewer.
_AGES = Wheel(dict(enumerate((88.0, 94, 91, 95, 106, 120, 147, 152, 172, 179, 166, 169, 164, 164, 160, 159, 161, 159))))
_CHILDREN_PER_FAMILY = Wheel({1: 0.50, 2: 0.40, 3: 0.10})
_TWIN_BIRTHS = 0.012
_BOYS = 0.527
_BORN_ELSEWHERE = {"child": 0.07, "adult": 0.16}
_UNREGISTERED = 0.010
_FATHER_UNNAMED = 0.006
_MOTHERS_SURNAME = 0.05

_STYLES = {
    "51": Wheel(
        {
            (NameStyle.HAN, "汉族"): 0.90,
            (NameStyle.YI, "彝族"): 0.04,
            (NameStyle.TIBETAN, "藏族"): 0.025,
            (NameStyle.HAN, "羌族"): 0.012,
            (NameStyle.HAN, "土家族"): 0.01,
            (NameStyle.HAN, "回族"): 0.01,
            (NameStyle.UYGHUR, "维吾尔族"): 0.003,
        }
    ),
    "35": Wheel(
        {
            (NameStyle.HAN, "汉族"): 0.965,
            (NameStyle.HAN, "畲族"): 0.018,
            (NameStyle.HAN, "回族"): 0.008,
            (NameStyle.HAN, "苗族"): 0.005,
            (NameStyle.UYGHUR, "维吾尔族"): 0.002,
            (NameStyle.TIBETAN, "藏族"): 0.002,
        }
    ),
}


@dataclass(frozen=True)
class Chunk:
    """A share of a delivery that is made on its own: `children` children of one county, as of a day."""

    number: int
    county: County
    chunk_of_county: int
    children: int
    as_of: dt.date


def years_before(day: dt.date, years: int) -> dt.date:
    """The same day so many years earlier (28 February for the 29th)."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


class Settler:
    """Makes the families of a chunk."""

    def __init__(self, chance: Chance, chunk: Chunk) -> None:
        self._chance = chance
        self._chunk = chunk
        self._issuer = IdentityIssuer(chance, chunk.county, chunk.chunk_of_county)
        self._towns = towns_of(chunk.county)
        self._styles = _STYLES[chunk.county.code[:2]]
        self._families = 0

    def settle(self) -> list[Family]:
        """Families with together exactly the chunk's number of children."""
        families: list[Family] = []
        wanted = self._chunk.children
        while wanted:
            family = self._settle_family(wanted)
            families.append(family)
            wanted -= len(family.children)
        return families

    def new_adult(self, family_id: str, role: str, *, male: bool, birth: dt.date, name: PersonalName) -> Person:
        """A grown-up with an identity number, not yet of any family."""
        number = self._issuer.issue(birth, male=male, elsewhere=self._chance.hit(_BORN_ELSEWHERE["adult"]))
        # The number decides: in the rare case that a day's numbers were used up it bears the day after.
        return Person(f"{family_id}{role[0]}", "parent", role, male, name, "汉族", _birth_in(number), number)

    def new_stranger(self, position: int) -> Person:
        """An adult who is nobody's parent here: the rosters of adverse events are full of them."""
        chance = self._chance
        male = chance.hit(0.6)
        name = draw_name(chance, NameStyle.HAN, surname=draw_surname(chance), male=male, generation="parent")
        birth = chance.day(dt.date(1946, 1, 1), dt.date(2004, 1, 1))
        person = self.new_adult(f"S{self._chunk.number:05d}{position:05d}", "adult", male=male, birth=birth, name=name)
        person.kind = "adult"
        return person

    def new_home(self, family_id: str, position: int) -> Family:
        """An empty household somewhere in the county."""
        chance = self._chance
        town = chance.pick(self._towns)
        return Family(
            family_id=family_id,
            county=self._chunk.county,
            town=town,
            village=chance.pick(town.villages),
            group=chance.between(1, 12),
            house=chance.between(1, 260),
            telephone=draw_telephone(chance),
            old_telephone=draw_telephone(chance),
            household_no=f"{self._chunk.county.code}{self._chunk.chunk_of_county:02d}{position:07d}",
            father=None,
            mother=None,
        )

    def _settle_family(self, most_children: int) -> Family:
        chance = self._chance
        self._families += 1
        family = self.new_home(f"F{self._chunk.number:05d}{self._families:05d}", self._families)
        style, ethnicity = self._styles.spin(chance)
        births = sorted(self._birth_days())
        handed_on = draw_family_name(chance, style)
        mother_birth = years_before(births[0], 1) - dt.timedelta(days=int(365.25 * max(17.0, chance.bell(25.3, 4.4))))
        father_birth = mother_birth - dt.timedelta(days=int(365.25 * chance.bell(2.2, 2.8)))
        if not chance.hit(_FATHER_UNNAMED):
            name = draw_name(chance, style, surname=handed_on, male=True, generation="parent")
            family.father = self.new_adult(family.family_id, "father", male=True, birth=father_birth, name=name)
        own = draw_family_name(chance, style)
        name = draw_name(chance, style, surname=own, male=False, generation="parent")
        family.mother = self.new_adult(family.family_id, "mother", male=False, birth=mother_birth, name=name)
        if family.father is None or chance.hit(_MOTHERS_SURNAME):
            handed_on = own
        elif style is NameStyle.UYGHUR:
            handed_on = family.father.name.given.partition("·")[0]
        for birth in births:
            family.children.extend(self._bear(family, style, handed_on, birth))
        _cut_off(family.children, most_children)
        for person in (*family.parents, *family.children):
            person.ethnicity = ethnicity
        return family

    def _birth_days(self) -> Iterator[dt.date]:
        chance = self._chance
        oldest = years_before(self._chunk.as_of, 18) + dt.timedelta(days=1)
        age = _AGES.spin(chance)
        day = years_before(self._chunk.as_of, age) - dt.timedelta(days=chance.below(365))
        for _ in range(_CHILDREN_PER_FAMILY.spin(chance)):
            if oldest <= day <= self._chunk.as_of:
                yield day
            day += dt.timedelta(days=chance.between(420, 2300))

    def _bear(self, family: Family, style: NameStyle, handed_on: str, birth: dt.date) -> Iterator[Person]:
        chance = self._chance
        first = self._new_child(family, style, handed_on, birth, len(family.children))
        yield first
        if not chance.hit(_TWIN_BIRTHS):
            return
        male = first.male if chance.hit(0.66) else not first.male
        name = twin_name(chance, first.name, male=male)
        number = self._issuer.issue_after(first.id_no, birth, male=male) if first.id_no else ""
        second = Person(f"{first.person_id}t", "child", "child", male, name, "", birth, number, twin=first)
        second.registered = first.registered
        first.twin = second
        yield second

    def _new_child(self, family: Family, style: NameStyle, handed_on: str, birth: dt.date, position: int) -> Person:
        chance = self._chance
        male = chance.hit(_BOYS)
        kin = {one.name.text for one in (family.father, family.mother, *family.children) if one is not None}
        name = draw_name(chance, style, surname=handed_on, male=male, generation="child")
        while name.text in kin:  # nobody names a child exactly like its father, mother or elder sibling
            name = draw_name(chance, style, surname=handed_on, male=male, generation="child")
        registered = not chance.hit(_UNREGISTERED * (4 if (self._chunk.as_of - birth).days < 200 else 1))
        number = ""
        if registered:
            number = self._issuer.issue(birth, male=male, elsewhere=chance.hit(_BORN_ELSEWHERE["child"]))
            birth = _birth_in(number)
        child = Person(f"{family.family_id}c{position}", "child", "child", male, name, "", birth, number)
        child.registered = registered
        return child


def _cut_off(children: list[Person], most: int) -> None:
    del children[most:]
    for child in children:
        if child.twin is not None and all(child.twin is not other for other in children):
            child.twin = None


def _birth_in(number: str) -> dt.date:
    return dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
