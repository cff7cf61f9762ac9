"""Problems as plain JSON values, on their way from a process to the database."""

from __future__ import annotations

from typing import Any

from ciyou.core.errors import Place, Problem


def as_row(problem: Problem) -> dict[str, Any]:
    """A problem as plain JSON values."""
    place = problem.place
    return {
        "code": problem.code,
        "zh": problem.zh,
        "en": problem.en,
        "file": place.file,
        "line": place.line,
        "column": place.column,
    }


def from_row(row: dict[str, Any]) -> Problem:
    """The problem that such values hold."""
    return Problem(Place(row["file"], row["line"], row["column"]), row["code"], row["zh"], row["en"])
