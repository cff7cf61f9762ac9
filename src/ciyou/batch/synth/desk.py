"""A department's desk: writes records in the common columns, with the habits and mistakes of that department."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from ciyou.batch.synth.chance import Chance, Mishaps
from ciyou.batch.synth.layout import RosterFile
from ciyou.batch.synth.name_mistakes import spoil_name
from ciyou.batch.synth.number_mistakes import spoil_number, write_date
from ciyou.batch.synth.numbers import record_number
from ciyou.batch.synth.people import Family, Person
from ciyou.batch.synth.places import County
from ciyou.batch.synth.rates import rates_of

_UNUSUAL_DATES = 0.18
_SEX_IN_DIGITS = 0.09
_NUMERALS = "〇一二三四五六七八九十"
_FULL_WIDTH_DIGITS = str.maketrans("0123456789", "０１２３４５６７８９")
_GROUP_WORDS = ("组", "社", "队", "村民小组")


class RecordNumbers:
    """Record ids of one chunk, over all its rosters."""

    def __init__(self, seed: int, chunk: int) -> None:
        self._seed, self._chunk, self._count = seed, chunk, 0

    def next(self, roster: str) -> str:
        """A new record id: two letters of the roster and sixteen hexadecimal digits that tell nothing."""
        self._count += 1
        return f"{roster[:2]}{record_number(self._seed, self._chunk, self._count):016x}"


class Desk:
    """Collects one roster's rows of one chunk, and what truly stands behind each."""

    def __init__(self, roster: RosterFile, chance: Chance, numbers: RecordNumbers, noise: float) -> None:
        self.rows: list[list[str]] = []
        self.truth: list[tuple[str, ...]] = []
        self.chance = chance
        self.noise = noise
        self._roster = roster
        self._numbers = numbers
        # A certificate of birth is older than the child's number.
        self._knows_numbers = roster.name != "births"
        rates = rates_of(roster.name)
        self._rates = {kind: rate if kind == "phone_missing" else rate * noise for kind, rate in rates.items()}
        self._name = _mishaps(rates, "name_", noise)
        self._id = _mishaps(rates, "id_", noise)
        self._date = _mishaps(rates, "dob_", noise)
        self._row = _mishaps(rates, "row_", noise)

    def write(
        self,
        person: Person,
        family: Family,
        own: Sequence[str],
        *,
        errors: Sequence[str] = (),
        guardians: Sequence[tuple[str, str]] = (),
        certificate: str = "",
        place: tuple[County, str] | None = None,
        household_no: str = "",
    ) -> None:
        """Writes one record.

        `own` are the roster's own columns in order; `guardians` up to two (name, ID number); `place` the county and division
        code written down (default: the registered home).
        """
        found = list(errors)
        unit = self.chance.unit
        name = self._write_name(person, found)
        number = self._write_number(person, family, found) if self._knows_numbers else ""
        if certificate[:1] == "G":
            certificate = f"G{number}" if number else ""
        county, division = place or (family.county, family.county.code)
        if unit() < self._rates["division_missing"]:
            division = ""
        (g1_name, g1_id), (g2_name, g2_id) = (*guardians, ("", ""), ("", ""))[:2]
        row = [
            self._numbers.next(self._roster.name),
            self._roster.name,
            name,
            self._write_sex(person, found),
            number,
            self._write_birth(person, found),
            person.ethnicity,
            "" if unit() < self._rates["address_missing"] else _write_address(self.chance, family, county),
            division,
            self._write_phone(family),
            household_no,
            certificate,
            g1_name,
            g1_id,
            g2_name,
            g2_id,
            *own,
        ]
        self._file(row, person, family, found)

    def write_guardian(self, person: Person, *, with_number: bool) -> tuple[str, str] | None:
        """A guardian as this department writes one down: name and perhaps ID number; None when left out."""
        chance = self.chance
        draw = chance.unit()
        missing = self._rates["guardian_missing"]
        if draw < missing:
            return None
        name = person.name.text
        if draw < missing + self._rates["guardian_name"]:
            name = spoil_name(chance, person.name, self._name.strike(chance) or "name_homophone")
        return name, person.id_no if with_number and chance.unit() >= 0.06 * self.noise else ""

    def write_event(self, day: dt.date | None) -> str:
        """The date of an event; now and then not in the usual form. Empty when there is none."""
        if day is None:
            return ""
        draw = self.chance.unit()
        limit = self._rates["event_unusual"]
        if draw >= limit:
            return day.isoformat()
        # One in ten of these is no date at all: the row (or the cell) has to be set aside.
        return f"{day.year}/{day.month}/{day.day}" if draw > limit / 10 else f"{day.year}-02-30"

    def spoils(self, rate: float) -> bool:
        """Whether a mistake with that rate at noise 1 happens."""
        return self.chance.unit() < rate * self.noise

    def _write_name(self, person: Person, found: list[str]) -> str:
        kind = self._name.strike(self.chance)
        if not kind or not person.name.text:
            return person.name.text
        written = spoil_name(self.chance, person.name, kind)
        if written != person.name.text:
            found.append(kind)
        return written

    def _write_number(self, person: Person, family: Family, found: list[str]) -> str:
        number = person.id_no
        if not number:
            found.append("no_hukou")
            return ""
        kind = self._id.strike(self.chance)
        if not kind:
            return number
        if kind == "id_guardian":
            written = self.chance.pick(family.parents).id_no if person.kind == "child" and family.parents else number
        elif kind == "id_twin":
            written = person.twin.id_no or number if person.twin else number
        else:
            written = spoil_number(self.chance, number, kind)
        if written != number:
            found.append(kind)
        return written

    def _write_birth(self, person: Person, found: list[str]) -> str:
        kind = self._date.strike(self.chance)
        if kind:
            found.append(kind)
        return write_date(self.chance, person.birth, kind, unusual=_UNUSUAL_DATES)

    def _write_sex(self, person: Person, found: list[str]) -> str:
        draw = self.chance.unit()
        wrong, missing = self._rates["sex_wrong"], self._rates["sex_missing"]
        if draw < missing:
            return ""
        male = person.male
        if draw < missing + wrong:
            found.append("sex_wrong")
            male = not male
        if draw > 1 - _SEX_IN_DIGITS:
            return "1" if male else "2"
        return "男" if male else "女"

    def _write_phone(self, family: Family) -> str:
        draw = self.chance.unit()
        missing, old = self._rates["phone_missing"], self._rates["phone_old"]
        if draw < missing:
            return ""
        phone = family.old_telephone if draw < missing + old * (1 - missing) else family.telephone
        if draw > 1 - self._rates["phone_spoilt"]:
            return self.chance.pick(
                (f"{phone}/{family.old_telephone}", f"{phone[:3]}-{phone[3:7]}-{phone[7:]}", phone[:10])
            )
        return phone

    def _file(self, row: list[str], person: Person, family: Family, found: list[str]) -> None:
        kind = self._row.strike(self.chance)
        copies = 1
        if kind == "row_shifted":
            # As when a comma in a cell was taken for a border: everything behind it stands one column too far right.
            place = self.chance.between(2, 9)
            row = [*row[:place], "", *row[place:-1]]
            found.append(kind)
        elif kind == "row_repeated":
            copies = 2
        for copy in range(copies):
            if copy:
                row = [self._numbers.next(self._roster.name), *row[1:]]
                found = [*found, kind]
            self.rows.append(row)
            twin = "1" if person.twin else "0"
            self.truth.append(
                (row[0], self._roster.name, person.person_id, person.kind, family.family_id, twin, ",".join(found))
            )


def _mishaps(rates: dict[str, float], prefix: str, noise: float) -> Mishaps:
    return Mishaps({kind: rate for kind, rate in rates.items() if kind.startswith(prefix)}, noise)


def _write_address(chance: Chance, family: Family, county: County) -> str:
    """An address as people write one: more or less of it, in several manners."""
    unit = chance.unit
    draw = unit()
    village = family.village.name
    if county is not family.county:
        return f"{county.city.province if draw < 0.5 else ''}{county.name}{family.house}号"
    parts = ""
    if draw < 0.35:
        parts = county.city.province + (county.city.name if draw < 0.12 else "") + county.name
    elif draw < 0.72:
        parts = county.name
    if unit() < 0.92:
        parts += family.town.name
    parts += f"{village}委会" if draw > 0.9 and village[-1] == "村" else village
    draw = unit()
    if draw < 0.7:
        group = family.group
        numeral = str(group) if draw < 0.35 or group > 10 else _NUMERALS[group]
        parts += numeral + _GROUP_WORDS[int(unit() * 4)]
    if draw > 0.35:
        parts += f"{family.house}号"
    return parts.translate(_FULL_WIDTH_DIGITS) if draw > 0.96 else parts
