"""The people of the synthetic county as they truly are, before any department writes anything down."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum

from ciyou.batch.synth.names import PersonalName
from ciyou.batch.synth.places import County, Town, Village


class Living(StrEnum):
    """Where the family lives, seen from its registered home."""

    AT_HOME = "at_home"
    BOTH_PARENTS_AWAY = "both_parents_away"
    ONE_PARENT_AWAY = "one_parent_away"
    ALL_AWAY = "all_away"
    INSTITUTION = "institution"


@dataclass(frozen=True, slots=True)
class Disability:
    """Kind 1–7 (visual, hearing, speech, limb, intellectual, mental, multiple) and grade 1 (severest) to 4."""

    kind: int
    grade: int


@dataclass(frozen=True, slots=True)
class State:
    """What befell an adult, since when, and for custody the term in months.

    `over` marks custody that has ended although the list still carries it.
    """

    code: str
    since: dt.date
    term: int | None = None
    over: bool = False


@dataclass(slots=True)
class Person:
    """One person. `kind` is child, parent, grandparent or adult (nobody's parent here); `role` says which in the family.

    Not frozen: the truth is laid on in layers (who they are, what befell them, how they live), each by its own module.
    """

    person_id: str
    kind: str
    role: str
    male: bool
    name: PersonalName
    ethnicity: str
    birth: dt.date
    id_no: str
    twin: Person | None = None
    state: State | None = None
    disability: Disability | None = None
    severely_ill: bool = False
    disease: str = ""
    died_on: dt.date | None = None
    school_stage: str = ""
    school_status: str = ""
    insured: bool = True
    registered: bool = True


@dataclass(slots=True)
class Family:
    """A household with its children. Parents are missing where nobody knows them (foundlings, unnamed fathers).

    `guardian_share` is how often departments write the grandparents down as the child's guardians.
    `poverty` is the assistance the family gets, in the words of the roster, or empty.
    """

    family_id: str
    county: County
    town: Town
    village: Village
    group: int
    house: int
    telephone: str
    old_telephone: str
    household_no: str
    father: Person | None
    mother: Person | None
    children: list[Person] = field(default_factory=list)
    grandparents: list[Person] = field(default_factory=list)
    situation: str = ""
    guardian_share: float = 0.0
    living: Living = Living.AT_HOME
    away_to: County | None = None
    away_since: dt.date | None = None
    away_parent: Person | None = None
    poverty: str = ""
    poverty_since: dt.date | None = None
    poverty_amount_yuan: int | None = None

    @property
    def parents(self) -> tuple[Person, ...]:
        """The parents who are known, father first."""
        if self.father is None or self.mother is None:
            return tuple(parent for parent in (self.father, self.mother) if parent is not None)
        return self.father, self.mother

    @property
    def size(self) -> int:
        """How many live on one purse: the children and the parents who are there."""
        gone = {"dead", "declared_dead", "declared_missing", "deported", "lost_contact"}
        here = [parent for parent in self.parents if parent.state is None or parent.state.code not in gone]
        return len(self.children) + (len(here) or len(self.grandparents) or 1)
