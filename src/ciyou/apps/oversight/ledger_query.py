"""What is asked of the ledger: filters as officers say them, columns, order and page, as an address carries them. Never a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

SIZES = (25, 50, 100)
STATUSES = ("active", "of_age", "moved", "dead", "any")
SEXES = ("male", "female")
OUTCOMES = ("yes", "undetermined", "presumed", "no")
BASES = ("verified", "rostered", "presumed")
TASKS = ("open", "overdue")
LEADS = ("open", "new", "assigned", "visiting", "reported", "closed", "none")
DETERMINATIONS = ("proposed", "confirmed", "returned", "none")
SORTS = ("place", "name", "oldest", "youngest", "newest")
COLUMNS = (
    "age",
    "sex",
    "birth_date",
    "place",
    "status",
    "categories",
    "entitlements",
    "amount",
    "determination",
    "lead",
    "owner",
    "visited",
    "due",
)
DEFAULT_COLUMNS = ("age", "place", "categories", "determination", "lead", "visited", "due")
_OLDEST, _DAYS = 150, 3650


@dataclass(frozen=True)
class LedgerQuery:
    """One view of the ledger. "" and None mean: not asked for. `place` is a 12-digit division, whatever its level."""

    place: str = ""
    rule: str = ""
    outcome: str = ""
    basis: str = ""
    status: str = "active"
    sex: str = ""
    age_from: int | None = None
    age_to: int | None = None
    unvisited: int | None = None
    task: str = ""
    lead: str = ""
    determination: str = ""
    sort: str = "place"
    size: int = SIZES[0]
    page: int = 1
    columns: tuple[str, ...] = DEFAULT_COLUMNS

    @property
    def filters(self) -> int:
        """How many filters are in use; order, page and columns are none."""
        plain = LedgerQuery()
        return sum(getattr(self, name) != getattr(plain, name) for name in _SINGLE if name not in ("sort", "size"))

    @property
    def is_filtered(self) -> bool:
        """Whether anything is left out that would be there without filters."""
        return self.filters > 0

    def address(self, *, page: int | None = None) -> str:
        """The query as an address carries it; what is not asked for is left out."""
        given = [(name, getattr(self, name)) for name in _SINGLE]
        parts = [(name, value) for name, value in given if value not in ("", None, getattr(LedgerQuery(), name))]
        if self.columns != DEFAULT_COLUMNS:
            parts += [("columns", column) for column in self.columns]
        wanted = self.page if page is None else page
        return urlencode([*parts, *([("page", wanted)] if wanted > 1 else [])])


_SINGLE = (
    "place",
    "rule",
    "outcome",
    "basis",
    "status",
    "sex",
    "age_from",
    "age_to",
    "unvisited",
    "task",
    "lead",
    "determination",
    "sort",
    "size",
)


def read_query(asked: Mapping[str, str], *, columns: tuple[str, ...] = ()) -> LedgerQuery:
    """The query of an address; what is not one of the choices is left out (an old or mistyped address still opens)."""

    def choice(name: str, options: tuple[str, ...], default: str = "") -> str:
        value = asked.get(name, default)
        return value if value in options else default

    place = asked.get("place", "")
    size = _number(asked.get("size"), 100) or SIZES[0]
    return LedgerQuery(
        place=place if _is_digits(place, 12) else "",
        rule=asked.get("rule", "") if asked.get("rule", "").isidentifier() else "",
        outcome=choice("outcome", OUTCOMES),
        basis=choice("basis", BASES),
        status=choice("status", STATUSES, "active"),
        sex=choice("sex", SEXES),
        age_from=_number(asked.get("age_from"), _OLDEST),
        age_to=_number(asked.get("age_to"), _OLDEST),
        unvisited=_number(asked.get("unvisited"), _DAYS),
        task=choice("task", TASKS),
        lead=choice("lead", LEADS),
        determination=choice("determination", DETERMINATIONS),
        sort=choice("sort", SORTS, "place"),
        size=size if size in SIZES else SIZES[0],
        page=max(1, _number(asked.get("page"), 1_000_000) or 1),
        columns=tuple(column for column in COLUMNS if column in columns) or DEFAULT_COLUMNS,
    )


def _is_digits(text: str, length: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) == length


def _number(text: str | None, largest: int) -> int | None:
    if not text or not text.isascii() or not text.isdigit() or len(text) > 7:
        return None
    return min(int(text), largest)
