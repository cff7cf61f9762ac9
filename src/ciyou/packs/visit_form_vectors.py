"""Vectors of an added form: answers, and by hand what is asked, refused and worked out. They hold for Python and for the browser."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ciyou.core.errors import Place
from ciyou.core.forms import ASKED, NUMBER, RESULT, UNKNOWN, Filled, Row, fill
from ciyou.packs.located_yaml import Section, nearest

_TRUTH: Mapping[str, bool | None] = {"yes": True, "no": False, UNKNOWN: None}
_WHOLE = re.compile(r"-?[0-9]{1,15}")
SOME_DAY = dt.date(2026, 1, 1)
"""The day of a vector that says none, and so does not depend on it."""


@dataclass(frozen=True)
class FormVector:
    """`asked` by row (None: not known yet), `refused` all of them, `values` by result; what is not written is not compared."""

    answers: Mapping[str, str]
    today: dt.date | None
    asked: Mapping[str, bool | None]
    refused: tuple[str, ...]
    values: Mapping[str, int | str | None]
    place: Place


def read_form_vectors(section: Section, rows: Sequence[Row]) -> tuple[FormVector, ...]:
    """The vectors of a file; a name that no row has is noted."""
    questions = {row.name for row in rows if row.kind in ASKED}
    results = {row.name for row in rows if row.kind == RESULT}
    found = []
    for entry in section.sections("vectors"):
        answers = _named(entry, "answers", questions)
        asked = _named(entry, "asked", {row.name for row in rows})
        worth = _named(entry, "values", results)
        refused = entry.texts("refused")
        _check_known(entry, "refused", refused, questions)
        found.append(
            FormVector(
                answers=answers,
                today=entry.date("today"),
                asked={name: _TRUTH.get(said) for name, said in asked.items()},
                refused=refused,
                values={name: _value(said) for name, said in worth.items()},
                place=entry.place,
            )
        )
        entry.close()
    section.close()
    return tuple(found)


def _named(entry: Section, key: str, known: Iterable[str]) -> dict[str, str]:
    inner = entry.section(key, required=key == "answers")
    if inner is None:
        return {}
    _check_known(entry, key, tuple(inner), known)
    return {name: inner.choice(name, _TRUTH) if key == "asked" else inner.text(name) for name in inner}


def _check_known(entry: Section, key: str, names: Iterable[str], known: Iterable[str]) -> None:
    for name in (one for one in names if one not in set(known)):
        hint_zh, hint_en = nearest(name, known)
        entry.notes.add(
            entry.value_place(key),
            "form_vector_name",
            f"表里没有“{name}”，或它不属于 {key}。{hint_zh}",
            f"The form has no “{name}” that belongs under `{key}`. {hint_en}".strip(),
        )


def _value(said: str) -> int | str | None:
    if said == UNKNOWN:
        return None
    return int(said) if _WHOLE.fullmatch(said) else said


def check_form_vectors(section: Section, rows: Sequence[Row], vectors: Sequence[FormVector]) -> None:
    """Note every vector that comes out otherwise, and every condition, limit and result that none tries both ways."""
    results = [fill(rows, one.answers, today=one.today or SOME_DAY) for one in vectors]
    for vector, result in zip(vectors, results, strict=True):
        for what, wanted, got in _differences(vector, result):
            section.notes.add(
                vector.place,
                "form_vector",
                f"{what} 应为 {_said(wanted)}，算得 {_said(got)}；请核对向量或表。",
                f"{what} should be {_said(wanted)} and comes to {_said(got)}; correct the vector or the form.",
            )
    for what in _untried(rows, results, vectors):
        section.notes.add(
            section.place,
            "form_untried",
            f"没有向量检验 {what}；请在 vectors.yaml 中补上。",
            f"No vector tries {what}; add one to vectors.yaml.",
        )


def _differences(vector: FormVector, result: Filled) -> Iterator[tuple[str, object, object]]:
    for name, asked in vector.asked.items():
        if result.asked[name] is not asked:
            yield f"asked.{name}", asked, result.asked[name]
    if set(vector.refused) != set(result.refused):
        yield "refused", list(vector.refused), list(result.refused)
    for name, value in vector.values.items():
        # A text of digits is written like the number.
        if result.values[name] != value and str(result.values[name]) != str(value):
            yield f"values.{name}", value, result.values[name]


def _said(value: object) -> str:
    return {True: "yes", False: "no", None: UNKNOWN}[value] if value is None or isinstance(value, bool) else str(value)


def _untried(rows: Sequence[Row], results: Sequence[Filled], vectors: Sequence[FormVector]) -> Iterator[str]:
    """What the vectors leave open: what is written down is what counts, not what happens to come out."""
    for row in rows:
        if row.asked_if is not None:
            written = {one.asked[row.name] for one in vectors if row.name in one.asked}
            yield from (f"asked.{row.name} = {_said(value)}" for value in (True, False, None) if value not in written)
        if row.holds_if is not None or row.kind == NUMBER:
            answered = [
                one.refused for one, got in zip(vectors, results, strict=True)
                if one.answers.get(row.name) and got.asked[row.name] is True
            ]  # fmt: skip
            if row.holds_if is not None and not any(row.name in one for one in answered):
                yield f"refused: {row.name}"
            if not any(row.name not in one for one in answered):
                yield f"answers.{row.name}"
        if row.kind == RESULT and not any(one.values.get(row.name) is not None for one in vectors):
            yield f"values.{row.name}"
