"""Numbers that identify: resident identity numbers (GB 11643), telephones, households, record ids."""

from __future__ import annotations

import datetime as dt
from operator import mul

from ciyou.batch.synth.chance import Chance
from ciyou.batch.synth.places import MOST_COUNTIES, County, delivering_county

CHUNKS_PER_COUNTY = 12
_AT_HOME = 696  # sequence numbers 2..695 belong to the county's own births, shared out among its chunks
_BLOCKS = 6  # 696..995 belong to six other counties whose people were born here, fifty numbers each
_BLOCK = 50
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"


def with_check_character(seventeen: str) -> str:
    """The 18-character number for 17 digits (GB 11643, ISO 7064 MOD 11-2)."""
    total = sum(map(mul, _WEIGHTS, map(int, seventeen)))
    return seventeen + _CHECK[total % 11]


class IdentityIssuer:
    """Hands out identity numbers of which no two are alike, in one chunk or between chunks.

    Sequence numbers are shared out beforehand (county, then chunk), so chunks can be made in any order or at once.
    """

    def __init__(self, chance: Chance, home: County, chunk_of_county: int) -> None:
        self._chance = chance
        self._home = home.code
        pairs = (_AT_HOME - 2) // CHUNKS_PER_COUNTY // 2
        self._home_range = (2 + 2 * pairs * chunk_of_county, pairs)
        few = _BLOCK // CHUNKS_PER_COUNTY // 2
        self._foreign = [
            (
                delivering_county((home.index + step) % MOST_COUNTIES).code,
                _AT_HOME + _BLOCK * (step - 1) + few * 2 * chunk_of_county,
                few,
            )
            for step in range(1, _BLOCKS + 1)
        ]
        self._used: set[str] = set()

    def issue(self, birth: dt.date, *, male: bool, elsewhere: bool = False) -> str:
        """A new number of somebody born at home or in another invented county."""
        if elsewhere:
            code, start, pairs = self._chance.pick(self._foreign)
            if number := self._draw(code, start, pairs, birth, male):
                return number
        number = self._draw(self._home, *self._home_range, birth, male)
        # A day's numbers are used up only if hundreds were born on it in one chunk; the day after still has some.
        return number or self.issue(birth + dt.timedelta(days=1), male=male)

    def issue_after(self, elder: str, birth: dt.date, *, male: bool) -> str:
        """A twin's number: the next free one of the right parity after the elder's."""
        sequence = int(elder[14:17]) + 1
        sequence += sequence % 2 != male
        number = with_check_character(f"{elder[:14]}{sequence:03d}")
        start, pairs = self._home_range
        if elder[:6] != self._home or number in self._used or sequence >= start + 2 * pairs:
            return self.issue(birth, male=male)
        self._used.add(number)
        return number

    def _draw(self, code: str, start: int, pairs: int, birth: dt.date, male: bool) -> str:
        stem = code + birth.strftime("%Y%m%d")
        first = self._chance.below(pairs)
        for step in range(pairs):
            sequence = start + 2 * ((first + step) % pairs) + male
            number = with_check_character(f"{stem}{sequence:03d}")
            if number not in self._used:
                self._used.add(number)
                return number
        return ""


def draw_telephone(chance: Chance) -> str:
    """Eleven digits beginning with 100: mobile numbers begin with 13 to 19, so nobody's phone rings."""
    return "100" + chance.digits(8)


def record_number(seed: int, chunk: int, count: int) -> int:
    """A 64-bit number that looks random and never repeats within a delivery: an odd multiplier is a permutation."""
    mixed = ((chunk << 24 | count) * 0x9E3779B97F4A7C15 + seed * 0xD1B54A32D192ED03) & 0xFFFFFFFFFFFFFFFF
    return mixed ^ mixed >> 29
