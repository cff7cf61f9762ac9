"""What a mapping of the packs says: how the files of the national child-welfare system are laid out, and what each column is of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ciyou.core.facts.definition import Entity
from ciyou.core.rules.book import Source
from ciyou.packs.roster_pack import header_key

KEY, COMPARE, SHOW = "key", "compare", "show"
USES = (KEY, COMPARE, SHOW)
DATES = ("iso", "compact", "slashes", "chinese")
MONEY = ("yuan", "fen")
ID_NUMBER, NAME, BIRTH_DATE = "person.id_number", "person.name", "person.birth_date"
CATEGORY, ENTITLEMENT = "determination.category", "award.entitlement"
THEIRS = "theirs."
ROW_NUMBER = "row_number"
CIRCUMSTANCE = "circumstance"
RESTRICTED = 5


@dataclass(frozen=True)
class Shape:
    """How the cells of a value are read and written, and the class of what they say.

    `kind` text | name | id | code | codes | date | month | money | integer | division | number. `codes` are the words that a
    mapping may give, () where any; of `codes` a child may have several.
    """

    kind: str
    codes: tuple[str, ...] = ()
    sensitivity: int = 3


SHAPES: Mapping[str, Shape] = MappingProxyType(
    {
        ROW_NUMBER: Shape("number", sensitivity=2),
        NAME: Shape("name"),
        ID_NUMBER: Shape("id"),
        BIRTH_DATE: Shape("date"),
        "person.sex": Shape("code", ("male", "female")),
        "person.division": Shape("division"),
        "person.township": Shape("text"),
        "person.village": Shape("text"),
        CATEGORY: Shape("codes"),
        "determination.confirmed_on": Shape("date"),
        ENTITLEMENT: Shape("codes"),
        "award.amount": Shape("money"),
        "award.first_month": Shape("month"),
        "award.state": Shape("code", ("active", "suspended")),
    }
)
SHOWN_ONLY = frozenset({ROW_NUMBER, "person.township", "person.village"})
"""Values that differ in wording alone: nobody is asked to settle them."""
WORDED = ("code", "codes")


@dataclass(frozen=True)
class ExchangeColumn:
    """One column: its title as written, the titles it may have when read, and what of ours it is.

    `value`: `person.…`, `determination.…`, `award.…`, a fact as `child.…`, `father.…`, `mother.…` (also `father.circumstance`: the first
    adverse fact of `words` that holds), `theirs.…` for what only that system has. `words`: by key of a written word the code; `written`
    by code the word that leaves.
    """

    title: str
    titles: tuple[str, ...]
    value: str
    use: str
    export: bool
    required: bool
    shape: Shape
    words: Mapping[str, str]
    written: Mapping[str, str]
    zh: str
    en: str

    def label(self, lang: str = "zh") -> str:
        """What the column is called on a page."""
        return self.en if lang == "en" and self.en else self.zh or self.title

    @property
    def is_compared(self) -> bool:
        return self.use in (KEY, COMPARE)

    @property
    def fact(self) -> tuple[Entity, str] | None:
        """The fact that the column is; None where it is none."""
        owner, _dot, name = self.value.partition(".")
        known = owner in (Entity.CHILD, Entity.FATHER, Entity.MOTHER)
        return (Entity(owner), name) if known else None


@dataclass(frozen=True)
class ExchangeMapping:
    """A mapping. `policy_default`: ours, until the place holds it against a real file; `verified` once somebody has."""

    code: str
    zh: str
    en: str
    policy_default: bool
    verified: bool
    confidence: str
    sources: tuple[Source, ...]
    note_zh: str
    note_en: str
    sheet: str
    dates: str
    money: str
    awards: tuple[str, ...]
    columns: tuple[ExchangeColumn, ...]

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh

    def note(self, lang: str = "zh") -> str:
        return self.note_en if lang == "en" else self.note_zh

    def column(self, value: str) -> ExchangeColumn | None:
        """The column of a value."""
        return next((column for column in self.columns if column.value == value), None)

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories whose children that system keeps."""
        column = self.column(CATEGORY)
        return () if column is None else tuple(column.written)

    def titles(self) -> dict[str, ExchangeColumn]:
        """Columns by the keys of every title that they may have."""
        return {header_key(title): column for column in self.columns for title in column.titles}
