"""The values of a payment file: what a place says of applying, of the months, and of the money, with what each rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from ciyou.core.awards.dues import Ground
from ciyou.core.awards.grounds import Sign
from ciyou.core.awards.law import JudgedOn
from ciyou.core.awards.turning import StartRule, StopMonth
from ciyou.core.facts.definition import Entity
from ciyou.core.rules.book import Source

Of = TypeVar("Of")


@dataclass(frozen=True)
class Stated(Generic[Of]):
    """One value of a place with what it rests on. `value` None: no source decides it, ask the place.

    `policy_default`: ours and no law. `suggested` is what a source says that is too weak to decide.
    """

    value: Of | None
    source: Source | None = None
    policy_default: bool = False
    suggested: Of | None = None


@dataclass(frozen=True)
class Notice:
    """Public notice 公示: required for so many days, forbidden, or not required."""

    kind: str
    days: int | None = None


@dataclass(frozen=True)
class WantedDocument:
    """A paper that an applicant brings, unless every fact of `only_if_unknown` is known already (none named: always)."""

    code: str
    zh: str
    en: str
    only_if_unknown: tuple[tuple[Entity, str], ...]
    source: Source | None
    policy_default: bool

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh


@dataclass(frozen=True)
class Stop:
    """A ground for ending an award: its names, the month that it ends with, and whether money is held until a person has looked.

    `transition` is the parameter that says for how many months a place goes on after it ("": no source speaks of any).
    """

    code: str
    zh: str
    en: str
    month: Stated[StopMonth]
    hold_until_reviewed: bool
    facts: tuple[tuple[Entity, str], ...] = ()
    age: int | None = None
    transition: str = ""

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh

    @property
    def ground(self) -> Ground:
        """As `core.awards` takes it."""
        return Ground(self.code, self.month.value or StopMonth.ASK_PLACE, self.hold_until_reviewed)

    @property
    def sign(self) -> Sign:
        return Sign(self.ground, self.facts, self.age)


@dataclass(frozen=True)
class Payee:
    """Where the money goes: of a child with a guardian, and of a child in an institution."""

    usual: str
    in_institution: str


@dataclass(frozen=True)
class PaymentRule:
    """How one entitlement is applied for, decided and paid in one place.

    `paid` monthly_run | once | yearly | list_to_department | referral; with the last two `department` is whose matter it is.

    A part that is None is not stated in any file; of a monthly entitlement only `pay_by_day` may be. `clocks`: the clock of each
    step that has one. `series` names the monthly run; `papers` the printed forms; `funding` percent by who bears the money.
    """

    code: str
    paid: str
    department: str = ""
    series: str = ""
    receivers: Stated[tuple[str, ...]] | None = None
    checked_by: Stated[str] | None = None
    decided_by: Stated[str] | None = None
    where: Stated[str] | None = None
    notice: Stated[Notice] | None = None
    verification_authorisation: Stated[bool] | None = None
    documents: tuple[WantedDocument, ...] = ()
    clocks: Mapping[str, str] = field(default_factory=dict)
    start: Stated[StartRule] | None = None
    stops: Mapping[str, Stop] = field(default_factory=dict)
    judged_on: Stated[JudgedOn] | None = None
    papers: tuple[str, ...] = ()
    funding: Stated[Mapping[str, int]] | None = None
    payee: Stated[Payee] | None = None
    pay_by_day: Stated[int] | None = None

    @property
    def is_monthly(self) -> bool:
        return self.paid == "monthly_run"

    @property
    def signs(self) -> tuple[Sign, ...]:
        """The grounds with what shows them, in the order of the file, for `core.awards.grounds`."""
        return tuple(stop.sign for stop in self.stops.values())
