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


def significant_digits(division: str) -> str:
    """The digits of a 12-digit code that name something: 12, 9, 6, 4 or 2 of them, "" for the whole country."""
    code = division.ljust(DIVISION_DIGITS, "0")
    for shorter, longer in ((9, 12), (6, 9), (4, 6), (2, 4), (0, 2)):
        if code[shorter:longer].strip("0"):
            return code[:longer]
    return ""


@dataclass(frozen=True)
class DivisionScope:
    """A half-open range of 12-digit division codes: `first` inside, `end` outside."""

    first: str
    end: str

    @classmethod
    def below(cls, prefix: str) -> DivisionScope:
        """Everything in one division: its significant digits, "" for the whole country."""
        return cls(prefix.ljust(DIVISION_DIGITS, "0"), prefix + _AFTER_DIGITS)

    @classmethod
    def of(cls, division: str) -> DivisionScope:
        """Everything in the division that a 12-digit code names: its trailing zeros, read by level, do not count."""
        return cls.below(significant_digits(division))

    @property
    def everywhere(self) -> bool:
        """Whether the scope is the whole country."""
        return self.first == "0" * DIVISION_DIGITS and self.end == _AFTER_DIGITS

    def holds(self, division: str) -> bool:
        """Whether a division lies inside; a shorter code is read as the division it names."""
        return self.first <= division.ljust(DIVISION_DIGITS, "0") < self.end


@dataclass(frozen=True)
class Actor:
    """One person (or this machine) acting in one post. Ids are internal, never names.

    `id` is the user's, `post_id` the post's ("" for this machine). `department` is set for a partner: the supplier it speaks for.
    """

    id: str
    role: str
    scope: DivisionScope
    purposes: frozenset[Purpose]
    post_id: str = ""
    department: str = ""


LOCAL_OPERATOR = Actor(
    id="local",
    role="local_operator",
    scope=DivisionScope.below(""),
    purposes=frozenset(Purpose),
)
"""The worker and the command line of this machine; nobody signs in as this."""
