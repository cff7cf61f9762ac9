"""One base error; one class per kind of mistake; every mistake says what, where and what to do, in Chinese and English."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, order=True)
class Place:
    """Where a mistake stands: a file (relative to the folder that was given), a line and a column, both counted from 1."""

    file: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        parts = [self.file] if self.file else []
        if self.line:
            parts.append(str(self.line))
            if self.column:
                parts.append(str(self.column))
        return ":".join(parts)


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake in the input: a stable code, and in each language a full sentence that also says what to do.

    No personal data may stand in `zh` or `en`: they reach logs.
    """

    place: Place
    code: str
    zh: str
    en: str

    def text(self, lang: str = "zh") -> str:
        """The sentence with its place before it."""
        sentence = self.en if lang == "en" else self.zh
        where = str(self.place)
        return f"{where}: {sentence} [{self.code}]" if where else f"{sentence} [{self.code}]"

    def at(self, *, file: str = "", line: int = 0, column: int = 0) -> Problem:
        """The same mistake, with its place moved into an enclosing file (lines add, a known file is kept)."""
        place = self.place
        merged_line = line + max(place.line - 1, 0) if line else place.line
        merged_column = column + place.column if column and place.line <= 1 else place.column
        return replace(self, place=Place(place.file or file, merged_line, merged_column))


class CiyouError(Exception):
    """Base of every error that Ciyou raises on purpose. Carries one or more problems, all found at once."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(problem.text("en") for problem in self.problems))

    def text(self, lang: str = "zh") -> str:
        """All problems, a line each."""
        return "\n".join(problem.text(lang) for problem in self.problems)


class RuleError(CiyouError):
    """A rule's text cannot be read, or says something that has no meaning."""


class FactError(CiyouError):
    """A fact is not in the vocabulary, or its value is outside the fact's domain."""


class PackError(CiyouError):
    """A pack has mistakes; nothing of it is used."""


class RosterError(CiyouError):
    """A roster file as a whole cannot be used (single bad rows are set aside instead)."""


class ClockError(CiyouError):
    """A date, an age or a time limit cannot be computed from what was given."""


class RunError(CiyouError):
    """A run cannot start or go on: a folder, a lock, an option."""


class AccessDenied(CiyouError):
    """The actor may not see or do this."""


class VaultError(CiyouError):
    """Something encrypted cannot be read, or a key is missing."""


class RecordError(CiyouError):
    """What was to be recorded is not possible: a wrong value, a state that has moved on, somebody else was first."""
