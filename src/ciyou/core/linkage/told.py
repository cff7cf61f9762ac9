"""What records tell of one person, as far as it is weighed: the same whether a roster, a file or a form tells it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

FIRST_17 = 17
"""The check character follows from the digits before it, and is not compared."""


@dataclass(frozen=True, slots=True)
class ToldRecord:
    """One record: cleaned name and its reading ("" without a name), and where it says that the person lives ("" is unknown).

    `digits`: the 18 characters of a number of the right form, valid or not. `roster` is "" for what comes from no roster.
    """

    name: str = ""
    reading: str = ""
    unnamed: bool = False
    sex: str = ""
    county: str = ""
    town: str = ""
    village: str = ""
    phone: str = ""
    digits: str = ""
    roster: str = ""


@dataclass(frozen=True, slots=True)
class ToldKin:
    """A guardian as a record names them; `number` the first 17 digits of a valid ID number, or "" .

    `stated`: a record names them by that number as father or mother. Of a file's relatives that is known of some only.
    """

    number: str = ""
    name: str = ""
    reading: str = ""
    stated: bool = True


@dataclass(frozen=True, slots=True)
class Told:
    """Everything told of one person. `number`: the first 17 digits of their own valid number, "" where there is none.

    `births` the dates that were stated or stand in the number; `lunar` what a stated one would be if meant in the farmers' calendar.
    """

    records: tuple[ToldRecord, ...]
    births: tuple[dt.date, ...] = ()
    lunar: tuple[dt.date, ...] = ()
    kin: tuple[ToldKin, ...] = ()
    number: str = ""

    def beside(self, other: Told) -> Told:
        """What both tell, as of one person; the number is the first's, if it has one."""
        return Told(
            tuple(dict.fromkeys((*self.records, *other.records))),
            tuple(dict.fromkeys((*self.births, *other.births))),
            tuple(dict.fromkeys((*self.lunar, *other.lunar))),
            tuple(dict.fromkeys((*self.kin, *other.kin))),
            self.number or other.number,
        )

    @property
    def unnamed(self) -> bool:
        """Whether no record has a name."""
        return not any(one.name for one in self.records)


def sex_of_17(digits: str) -> str:
    """The sex in the first 17 digits of a number."""
    return "male" if int(digits[FIRST_17 - 1]) % 2 else "female"
