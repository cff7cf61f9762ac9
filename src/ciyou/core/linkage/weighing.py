"""Two people compared in bits: name, birth date, sex, number, guardians, telephone and place (docs/decisions/0034).

The batch says the same in SQL, for millions of pairs at once (`batch/linkage/weighed_pairs.py`); a test holds both to the same sums.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

from ciyou.core.linkage.name_agreement import NameLevel, compare_names
from ciyou.core.linkage.names import NameReading, split_name
from ciyou.core.linkage.told import FIRST_17, Told, ToldKin, ToldRecord, sex_of_17
from ciyou.core.linkage.weights import BY_RARITY, Weights

NAME_LEVELS: dict[NameLevel, int] = {level: number for number, level in enumerate(NameLevel)}
"""The levels in their order, the closest first."""
_ONE_OF_FOUR = NAME_LEVELS[NameLevel.ONE_OF_FOUR_DIFFERS]
_OTHER_YEARS = (1, 2, 10)
_FIRST_OF_JANUARY = (1, 1)
Rarity = Callable[[str], int]
"""What an equal name weighs, in tenths, by its reading."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """What each comparison gave, in tenths of a bit, and what of it forbids or explains a join."""

    name: int
    name_level: NameLevel
    born: int
    born_level: str
    sex: int
    number: int
    number_level: str
    kin: int
    phone: int
    place: int
    place_level: str
    family: int
    roster: int
    prior: int
    shared: bool
    other_guardian: bool
    same_names: int
    taken: bool
    taken_by_unnamed: bool

    @property
    def tenths(self) -> int:
        """The sum."""
        return self.name + self.born + self.sex + self.number + self.family + self.roster + self.prior


def weigh(seeker: Told, standing: Told, *, weights: Weights, rarity: Rarity) -> Weighed:
    """Compare who is sought (without a number of their own) with somebody who stands already."""
    name, level = _name(seeker, standing, weights, rarity)
    born, born_level = _born(seeker, standing, weights)
    sex = _sex(seeker, standing, weights)
    number, number_level = _number(seeker, standing, weights)
    phone, place, place_level = _phone(seeker, standing, weights), *_place(seeker, standing, weights)
    kin = _Kin(seeker, standing)
    same = _ways(seeker, standing)
    prior, most = weights.tenths("prior"), weights.tenths("family_at_most")
    alike = weights.tenths("guardian_names", "alike")
    hopeful = name + born + sex + number + prior + min(most, alike + phone + place) >= weights.tenths("ask_from")
    kin_tenths = kin.tenths(weights, hopeful=hopeful)
    return Weighed(
        *(name, level, born, born_level, sex, number, number_level, kin_tenths, phone, place, place_level),
        family=min(most, kin_tenths + phone + place),
        roster=weights.tenths("same_roster_twice") if any(same) else 0,
        prior=prior,
        shared=kin.shared,
        other_guardian=kin.other_guardian,
        same_names=kin.same_names,
        taken=any(one.roster in ("police_hukou", "health_births") for one, _ in same),
        taken_by_unnamed=any(one.roster == "health_births" and one.unnamed and two.unnamed for one, two in same),
    )


def level_of_keys(first: str, first_reading: str, second: str, second_reading: str) -> NameLevel:
    """How far two cleaned names agree."""
    return compare_names(_read(first), _read(second), first_reading=first_reading, second_reading=second_reading)


def _read(key: str) -> NameReading:
    return NameReading(key, *split_name(key), parts=(key,))


def _ways(seeker: Told, standing: Told) -> list[tuple[ToldRecord, ToldRecord]]:
    """Two records of one roster, one on each side."""
    return [(a, b) for a, b in product(seeker.records, standing.records) if a.roster and a.roster == b.roster]


def _name(seeker: Told, standing: Told, weights: Weights, rarity: Rarity) -> tuple[int, NameLevel]:
    found = []
    for (a, a_reading), (b, b_reading) in product(_names(seeker), _names(standing)):
        level = NameLevel.EXACT if a == b else level_of_keys(a, a_reading, b, b_reading)
        common = rarity(a_reading) + weights.less_for(level) if level in BY_RARITY else None
        found.append((weights.tenths("name", level.value) if common is None else common, -NAME_LEVELS[level], level))
    if not found:
        return weights.tenths("name", NameLevel.MISSING.value), NameLevel.MISSING
    best = max(found)
    return best[0], best[2]


def _names(told: Told) -> set[tuple[str, str]]:
    return {(one.name, one.reading) for one in told.records if one.name}


def _born(seeker: Told, standing: Told, weights: Weights) -> tuple[int, str]:
    """The best agreement of any of the dates on both sides; a number's date is one of them."""
    levels = [born_level(a, b) for a, b in product(seeker.births, standing.births)]
    levels += ["lunar" if a == b else "different" for a, b in product(seeker.lunar, standing.births)]
    return _best(levels, weights, "born")


def born_level(a: dt.date, b: dt.date) -> str:
    """How two dates of birth agree, as the file of weights names it."""
    if a == b:
        return "same"
    if a.year == b.year:
        if a.month == b.day and a.day == b.month:
            return "swapped"
        if _FIRST_OF_JANUARY in ((a.month, a.day), (b.month, b.day)):
            return "first_of_january"
        if sum(one != other for one, other in zip(f"{a:%m%d}", f"{b:%m%d}", strict=True)) == 1:
            return "one_digit"
    elif (a.month, a.day) == (b.month, b.day) and abs(a.year - b.year) in _OTHER_YEARS:
        return "other_year"
    return "different"


def _best(levels: list[str], weights: Weights, comparison: str) -> tuple[int, str]:
    """The heaviest of these levels; nothing, where there is none."""
    return max(((weights.tenths(comparison, level), level) for level in levels), default=(0, "missing"))


def _sex(seeker: Told, standing: Told, weights: Weights) -> int:
    theirs = {sex_of_17(standing.number)} if standing.number else {one.sex for one in standing.records if one.sex}
    pairs = [a.sex == b for a, b in product(seeker.records, theirs) if a.sex]
    if not pairs:
        return 0
    return weights.tenths("sex", "same" if any(pairs) else "different")


def _number(seeker: Told, standing: Told, weights: Weights) -> tuple[int, str]:
    """A number that is not valid, or not believed, beside a valid one."""
    return _best([_number_level(one.digits, standing.number) for one in seeker.records], weights, "number")


def _number_level(digits: str, number: str) -> str:
    if not digits or not number:
        return "missing"
    if digits[:15] == number[:15] and digits.endswith("000"):
        return "rounded"
    return {0: "one_slip", 1: "one_slip", 2: "two_slips"}.get(slips(digits[:FIRST_17], number), "another")


def slips(first: str, second: str) -> int:
    """Insertions, deletions, replacements and swaps of neighbors that turn one text into the other (Damerau 1964).

    Between two characters that were swapped others may have come or gone, as DuckDB counts it too.
    """
    far = len(first) + len(second)
    rows: list[list[int]] = [[far] * (len(second) + 2), [far, *range(len(second) + 1)]]
    last_row: dict[str, int] = {}
    for i, a in enumerate(first, start=1):
        row, last_column = [far, i], 0
        for j, b in enumerate(second, start=1):
            above, match = last_row.get(b, 0), last_column
            if a == b:
                last_column = j
            swapped = rows[above][match] + (i - above - 1) + 1 + (j - match - 1)
            row.append(min(rows[i][j] + (a != b), row[j] + 1, rows[i][j + 1] + 1, swapped))
        rows.append(row)
        last_row[a] = i
    return rows[-1][-1]


def _phone(seeker: Told, standing: Told, weights: Weights) -> int:
    shared = {one.phone for one in seeker.records} & {one.phone for one in standing.records} - {""}
    return weights.tenths("phone", "same") if shared else 0


def _place(seeker: Told, standing: Told, weights: Weights) -> tuple[int, str]:
    return _best([_place_level(a, b) for a, b in product(seeker.records, standing.records)], weights, "place")


def _place_level(a: ToldRecord, b: ToldRecord) -> str:
    same_county = a.county == b.county if a.county and b.county else None
    same_town = a.town == b.town if a.town and b.town else None
    if a.village and a.village == b.village and same_county is not False and same_town is not False:
        return "village_and_town" if same_town else "village"
    if same_town and same_county:
        return "town"
    return "missing" if same_county is None else "county" if same_county else "another_county"


class _Kin:
    """The guardians of both sides beside each other."""

    def __init__(self, seeker: Told, standing: Told) -> None:
        self.met = list(product(seeker.kin, standing.kin))
        self.shared = any(a.number and a.number == b.number for a, b in self.met)
        self.other_guardian = not self.shared and any(_other(a, b) for a, b in self.met)
        self.same_names = len({a.reading for a, b in self.met if a.reading and a.reading == b.reading})
        self.named = any(a.name and b.name for a, b in self.met)

    def tenths(self, weights: Weights, *, hopeful: bool) -> int:
        """What they weigh; names that only resemble each other are judged where the rest leaves hope (`hopeful`)."""
        if not self.met:
            return 0
        names = weights.tenths("guardian_names", level) if (level := self._level(hopeful)) else 0
        number = weights.tenths("guardian_number", "shared") if self.shared else names
        other = weights.tenths("guardian_number", "another") if self.other_guardian else 0
        return max(number, names) + other

    def _level(self, hopeful: bool) -> str:
        if self.same_names:
            return "both" if self.same_names > 1 else "one"
        if hopeful and not self.shared and any(_alike(a, b) for a, b in self.met):
            return "alike"
        return "another" if self.named else ""


def _other(a: ToldKin, b: ToldKin) -> bool:
    return bool(a.number and b.number) and a.number != b.number and sex_of_17(a.number) == sex_of_17(b.number)


def _alike(a: ToldKin, b: ToldKin) -> bool:
    if not a.name or not b.name or a.name == b.name:
        return False
    return NAME_LEVELS[level_of_keys(a.name, a.reading, b.name, b.reading)] <= _ONE_OF_FOUR
