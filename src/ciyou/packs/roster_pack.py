"""What a roster pack says: whose list it is and why it may be used, its columns, the facts a record yields, and what silence means."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ciyou.core.facts.definition import LARGEST_SHORT, Value
from ciyou.core.rules.book import Source

_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_NOISE = re.compile(r"[\s*:·_\-/]+")


class ColumnType(StrEnum):
    """How the cells of a column are read, and what they become (`money_yuan` becomes integer fen)."""

    TEXT = "text"
    CODE = "code"
    NAME = "name"
    SEX = "sex"
    ID = "id"
    DATE = "date"
    DIVISION = "division"
    ADDRESS = "address"
    PHONE = "phone"
    INTEGER = "integer"
    MONEY_YUAN = "money_yuan"
    BOOLEAN = "boolean"


class Coverage(StrEnum):
    """Whether everybody whom the roster could hold stands in it; only then does its silence mean anything."""

    COMPLETE = "complete"
    PARTIAL = "partial"


@dataclass(frozen=True)
class RosterColumn:
    """A column under its canonical name.

    `headers` are the accepted titles (compared by `header_key`). `required`: a file without it is refused. `essential`: a row
    without a usable value in it is set aside. `words` maps what departments write to the canonical value; `otherwise` is the
    value of anything else that is not blank. `holds_id`: the holder's ID number is part of this certificate number.
    """

    name: str
    type: ColumnType
    zh: str
    en: str
    headers: tuple[str, ...]
    required: bool = False
    essential: bool = False
    words: Mapping[str, Value] | None = None
    otherwise: Value | None = None
    minimum: int | None = None
    maximum: int | None = None
    holds_id: bool = False

    @property
    def is_long(self) -> bool:
        """Whether its whole numbers need eight bytes: identifiers of ten digits."""
        return (self.maximum or 0) > LARGEST_SHORT

    def label(self, lang: str = "zh") -> str:
        """The column's name for a person."""
        return self.en if lang == "en" else self.zh


@dataclass(frozen=True)
class ConstantValue:
    """The same value for every record that the fact applies to."""

    value: Value


@dataclass(frozen=True)
class ColumnValue:
    """The record's own value in a column; nothing when that is empty."""

    column: str


@dataclass(frozen=True)
class ShareValue:
    """A household's amount divided by its members, rounded down to the fen; nothing when either is empty or members are 0."""

    amount: str
    members: str


FactValue = ConstantValue | ColumnValue | ShareValue


@dataclass(frozen=True)
class PeriodEnd:
    """The day from which a statement holds no more: the day in `column`, or `months` (a column) after the day in `start`.

    When the column it needs is empty, the end is open.
    """

    column: str = ""
    start: str = ""
    months: str = ""


@dataclass(frozen=True)
class RosterFact:
    """One fact that a record yields.

    `of`: `child`, `parent`, `person` (the fact exists for both, whoever the record is about) or `household` (of that person).
    It holds only when every column of `when` has one of the listed values, every column of `given` has any value and no column
    of `without` has one. `valid_from` names a date column ("": open).
    """

    fact: str
    of: str
    value: FactValue
    when: Mapping[str, tuple[Value, ...]]
    given: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    valid_from: str = ""
    valid_to: PeriodEnd | None = None


@dataclass(frozen=True)
class SilentFact:
    """What is presumed of a person (or household) whom a complete roster does not name."""

    fact: str
    of: str
    value: Value


@dataclass(frozen=True)
class RosterPack:
    """One kind of roster. `subject`: child, adult or any. `file_patterns` match file names without their ending, in small letters."""

    code: str
    zh: str
    en: str
    department: str
    purpose_zh: str
    purpose_en: str
    legal_basis: tuple[Source, ...]
    retention_months: int
    retention_zh: str
    retention_en: str
    coverage: Coverage
    coverage_zh: str
    coverage_en: str
    sensitivity: int
    subject: str
    file_patterns: tuple[str, ...]
    columns: tuple[RosterColumn, ...]
    facts: tuple[RosterFact, ...]
    silence: tuple[SilentFact, ...]

    def name(self, lang: str = "zh") -> str:
        """The roster's name for a person."""
        return self.en if lang == "en" else self.zh

    def column(self, name: str) -> RosterColumn | None:
        """The column with this canonical name."""
        return next((column for column in self.columns if column.name == name), None)

    def titles(self) -> Titles:
        """The titles by which columns are known; make it once for many titles."""
        return Titles({header_key(title): column for column in self.columns for title in column.headers})


@dataclass(frozen=True)
class Titles:
    """Columns by the keys of their accepted titles."""

    by_key: Mapping[str, RosterColumn]

    def column(self, title: str) -> RosterColumn | None:
        """The column that a title in a file means; a note in brackets is disregarded when the whole title is not known."""
        return self.by_key.get(header_key(title)) or self.by_key.get(header_key(_BRACKETS.sub("", _folded(title))))


def header_key(title: str) -> str:
    """A title as titles are compared: width, case, blanks and the marks departments put around them do not count."""
    return _NOISE.sub("", _folded(title))


def _folded(title: str) -> str:
    return unicodedata.normalize("NFKC", title).casefold().strip().strip("'\"")
