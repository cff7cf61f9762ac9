"""Who asks: a role, where it may look, and for what purposes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

DIVISION_DIGITS = 12
# Greater than every digit, so that "up to the end" of any prefix is a plain comparison of text.
_AFTER_DIGITS = ":"


class Purpose(StrEnum):
    """Why personal data are read; every disclosure record names one."""

    IDENTIFY = "identify"
    VERIFY = "verify"
    DECIDE = "decide"
    PAY = "pay"
    SERVE = "serve"
    PROTECT = "protect"
    SUPERVISE = "supervise"
    AUDIT = "audit"
    CORRECT = "correct"
    SUBJECT_REQUEST = "subject_request"


@dataclass(frozen=True)
class DivisionScope:
    """A half-open range of 12-digit division codes: `first` inside, `end` outside."""

    first: str
    end: str

    @classmethod
    def below(cls, prefix: str) -> DivisionScope:
        """Everything in one division: its significant digits, "" for the whole country."""
        return cls(prefix.ljust(DIVISION_DIGITS, "0"), prefix + _AFTER_DIGITS)

    def holds(self, division: str) -> bool:
        """Whether a division lies inside; a shorter code is read as the division it names."""
        return self.first <= division.ljust(DIVISION_DIGITS, "0") < self.end


@dataclass(frozen=True)
class Actor:
    """One person (or this machine) acting in one role. `id` is an internal id, never a name."""

    id: str
    role: str
    scope: DivisionScope
    purposes: frozenset[Purpose]


LOCAL_OPERATOR = Actor(
    id="local",
    role="local_operator",
    scope=DivisionScope.below(""),
    purposes=frozenset({Purpose.IDENTIFY, Purpose.VERIFY, Purpose.DECIDE}),
)
"""Whoever sits at this machine, as long as there is no sign-in and the pages are served to this machine only."""
