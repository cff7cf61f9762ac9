"""Vectors of a questionnaire: answers, and what they come to by hand. They hold for Python and for the browser."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ciyou.core.errors import Place
from ciyou.core.questionnaires import Questionnaire, Result, score
from ciyou.core.questionnaires.definition import GENERAL
from ciyou.packs.located_yaml import Section

UNKNOWN = "unknown"
_TRUTH: Mapping[str, bool | None] = {"yes": True, "no": False, UNKNOWN: None}


@dataclass(frozen=True)
class Vector:
    """`expected`: by part (points, band, reached, flags) and name, None is unknown; parts not written are not compared."""

    answers: Mapping[str, int | None]
    age: int | None
    population: str
    expected: Mapping[str, Mapping[str, int | bool | None]]
    place: Place


def read_vectors(section: Section | None, asked: Questionnaire | None) -> tuple[Vector, ...]:
    """The vectors of a file; a digit an item in order, `-` is unanswered."""
    if section is None or asked is None:
        return ()
    found = []
    for entry in section.sections("vectors"):
        written = entry.text("answers")
        if len(written) != len(asked.items) or not set(written) <= {"-", *map(str, asked.points)}:
            entry.notes.add(
                entry.value_place("answers"),
                "questionnaire_answers",
                f"answers 应有 {len(asked.items)} 个字符，每题一个分值，未答写 -；请改正。",
                f"`answers` needs {len(asked.items)} characters, the points of each item or - where unanswered; correct it.",
            )
            continue
        answers = {item: None if one == "-" else int(one) for item, one in zip(asked.items, written, strict=True)}
        population = entry.text("population", required=False) or GENERAL
        found.append(Vector(answers, entry.integer("age"), population, _expected(entry), entry.place))
        entry.close()
    section.close()
    return tuple(found)


def _expected(entry: Section) -> dict[str, dict[str, int | bool | None]]:
    found: dict[str, dict[str, int | bool | None]] = {}
    for part in ("points", "band", "reached", "flags"):
        inner = entry.section(part, required=False)
        if inner is None:
            continue
        if part in ("points", "band"):
            found[part] = {name: None if inner.text(name) == UNKNOWN else inner.integer(name) for name in inner}
        else:
            found[part] = {name: _TRUTH.get(inner.choice(name, _TRUTH)) for name in inner}
    return found


def outcome(result: Result) -> dict[str, dict[str, int | bool | None]]:
    """A result in the shape in which vectors say what they expect."""
    return {
        "points": {one.scale: one.points for one in result.measured},
        "band": {one.scale: one.band for one in result.measured},
        "reached": {one.scale: one.reached for one in result.measured},
        "flags": dict(result.flags),
    }


def check_vectors(section: Section, asked: Questionnaire, vectors: Iterable[Vector]) -> None:
    """Note every vector that comes out otherwise, and every band edge, flag and rule for blanks that none tries."""
    held = tuple(vectors)
    results = [score(asked, one.answers, age=one.age, population=one.population) for one in held]
    for vector, result in zip(held, results, strict=True):
        got = outcome(result)
        for part, names in vector.expected.items():
            for name, value in names.items():
                if name not in got[part] or got[part][name] != value:
                    section.notes.add(
                        vector.place,
                        "questionnaire_vector",
                        f"{part}.{name} 应为 {value}，算得 {got[part].get(name)}；请核对向量或定义。",
                        f"{part}.{name} should be {value} and comes to {got[part].get(name)}; correct the vector or the definition.",
                    )
    for what in _untried(asked, results):
        section.notes.add(
            section.place,
            "questionnaire_untried",
            f"没有向量检验 {what}；请在 vectors.yaml 中补上。",
            f"No vector tries {what}; add one to vectors.yaml.",
        )


def _untried(asked: Questionnaire, results: list[Result]) -> Iterator[str]:
    blanks = {len(one.blanks) for one in results}
    for scale in asked.scales:
        points = {one.of(scale.code).points for one in results}
        yield from (f"{scale.code} = {edge}" for edge in scale.bands if edge not in points)
    for number in (asked.blanks_at_most, asked.blanks_at_most + 1):
        if number not in blanks:
            yield f"blanks = {number}"
    for kind in {flag.kind for flag in asked.flags}:
        tried = {one.flags[kind] for one in results}
        yield from (f"flags.{kind} = {value}" for value in (True, False, None) if value not in tried)
