"""Reading the facts of one child from a document (`FACTS.json`, a case of a pack), with every mistake collected."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ciyou.core.errors import FactError, Place, Problem
from ciyou.core.facts.definition import PARENTS, Entity, FactDefinition, Vocabulary
from ciyou.core.facts.state import Basis, StatedFact
from ciyou.packs.located_yaml import nearest, read_date

Path = tuple[str, ...]
OWN_KEYS = ("value", "from", "to", "source", "basis")


def read_facts(
    document: object, vocabulary: Vocabulary, *, locate: Callable[[Path], Place] | None = None
) -> tuple[StatedFact, ...]:
    """What a document states of a child, its parents and household; an absent key is unknown.

    A value is bare, or {value, from, to, source, basis, <attribute>…} (attributes are flattened: `imprisoned` with
    `term_months` also states `imprisoned.term_months`), or a list of such groups (periods). `to` is the first day on which
    the statement no longer holds. `locate` turns a path of keys into a place. Raises FactError with all mistakes at once.
    """
    reader = _Reader(vocabulary, locate or _path_as_place)
    if not isinstance(document, Mapping):
        reader.refuse(
            (),
            "document",
            "事实文件应是一组对象：child、father、mother、household。",
            "A facts file is an object with child, father, mother, household.",
        )
    else:
        reader.read(document)
    if reader.problems:
        raise FactError(sorted(reader.problems))
    return tuple(reader.stated)


def presumed_by_a_facts_file(stated: Sequence[StatedFact]) -> tuple[StatedFact, ...]:
    """What a document about a child leaves unsaid but presumes: a child described is alive, a parent described can be found.

    Presumed facts give way to anything stated, and every answer that rests on one is marked as presumed.
    """
    said = {(one.entity, one.name) for one in stated}
    entities = {one.entity for one in stated}
    presumed = []
    if Entity.CHILD in entities and (Entity.CHILD, "dead") not in said:
        presumed.append("dead")
    if entities & set(PARENTS) and (Entity.CHILD, "parents_untraceable") not in said:
        presumed.append("parents_untraceable")
    return tuple(StatedFact(Entity.CHILD, name, False, Basis.PRESUMED, "facts_file") for name in presumed)


def _path_as_place(path: Path) -> Place:
    return Place(".".join(path))


@dataclass
class _Reader:
    vocabulary: Vocabulary
    locate: Callable[[Path], Place]
    stated: list[StatedFact] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, path: Path, code: str, zh: str, en: str) -> None:
        self.problems.append(Problem(self.locate(path), f"fact.{code}", zh, en))

    def read(self, document: Mapping[str, object]) -> None:
        for name, facts in document.items():
            if name not in Entity.__members__.values():
                hint_zh, hint_en = nearest(str(name), list(Entity))
                self.refuse(
                    (str(name),),
                    "unknown_entity",
                    f"不认识“{name}”；只能写 child、father、mother、household。{hint_zh}",
                    f"“{name}” is not known; write child, father, mother or household. {hint_en}".strip(),
                )
            elif not isinstance(facts, Mapping):
                self.refuse(
                    (name,), "entity_shape", f"“{name}”之下应是一组事实。", f"Under “{name}” stands a group of facts."
                )
            else:
                self._read_entity(Entity(name), facts)

    def _read_entity(self, entity: Entity, facts: Mapping[str, object]) -> None:
        for key, said in facts.items():
            path = (str(entity), str(key))
            definition = self._definition(entity, str(key), facts, path)
            if definition is None or said is None:
                continue
            for inner_path, one in _statements(said, path):
                self._read_statement(entity, definition, one, inner_path)

    def _definition(self, entity: Entity, key: str, facts: Mapping[str, object], path: Path) -> FactDefinition | None:
        found = self.vocabulary.find(entity, key)
        if found is not None:
            return found
        meant = [one for one in self.vocabulary if entity in one.entities() and key in one.aliases]
        if len(meant) > 1:
            meant = [one for one in meant if _is_stated(facts.get(one.name.partition(".")[0]))]
        if len(meant) == 1:
            return meant[0]
        if meant:
            names = ", ".join(one.name for one in meant)
            self.refuse(
                path,
                "ambiguous",
                f"“{key}”可指多项事实：{names}；请写全名。",
                f"“{key}” may mean {names}; write the full name.",
            )
            return None
        self._note_unknown(entity, key, path)
        return None

    def _note_unknown(self, entity: Entity, key: str, path: Path) -> None:
        try:
            self.vocabulary.get(entity, key)
        except FactError as error:
            for problem in error.problems:
                self.refuse(path, problem.code.removeprefix("fact."), problem.zh, problem.en)

    def _read_statement(self, entity: Entity, definition: FactDefinition, said: object, path: Path) -> None:
        if not isinstance(said, Mapping):
            self._state(entity, definition, said, {}, path)
            return
        if "value" in said:
            self._state(entity, definition, said["value"], said, path)
        elif not any(key not in OWN_KEYS for key in said):
            self.refuse(path, "no_value", f"“{definition.name}”没有写 value。", f"“{definition.name}” has no `value`.")
        for key, value in said.items():
            if key not in OWN_KEYS and value is not None:
                self._read_attribute(entity, f"{definition.name}.{key}", value, said, (*path, str(key)))

    def _read_attribute(self, entity: Entity, name: str, value: object, said: Mapping[str, object], path: Path) -> None:
        definition = self.vocabulary.find(entity, name)
        if definition is None:
            self._note_unknown(entity, name, path)
        else:
            self._state(entity, definition, value, said, path)

    def _state(
        self, entity: Entity, definition: FactDefinition, value: object, said: Mapping[str, object], path: Path
    ) -> None:
        start, end = self._day(said, "from", path), self._day(said, "to", path)
        if start is not None and end is not None and end <= start:
            self.refuse(
                path, "period", "to 必须晚于 from；请更正日期。", "`to` must be after `from`; correct the dates."
            )
        basis = self._basis(said, path)
        source = said.get("source", "")
        try:
            checked = definition.check(value)
        except FactError as error:
            for problem in error.problems:
                self.refuse(path, problem.code.removeprefix("fact."), problem.zh, problem.en)
            return
        if basis is not None:
            self.stated.append(StatedFact(entity, definition.name, checked, basis, str(source or ""), start, end))

    def _day(self, said: Mapping[str, object], key: str, path: Path) -> dt.date | None:
        written = said.get(key)
        if written is None or (isinstance(written, dt.date) and not isinstance(written, dt.datetime)):
            return written
        day = read_date(written) if isinstance(written, str) else None
        if day is None:
            self.refuse((*path, key), "date", f"“{key}”应为日期 YYYY-MM-DD。", f"`{key}` must be a date YYYY-MM-DD.")
        return day

    def _basis(self, said: Mapping[str, object], path: Path) -> Basis | None:
        written = said.get("basis", Basis.VERIFIED.code)
        found = next((basis for basis in Basis if basis.code == written), None)
        if found is None:
            self.refuse(
                (*path, "basis"),
                "basis",
                "basis 只能是 presumed、rostered 或 verified。",
                "`basis` is presumed, rostered or verified.",
            )
        return found


def _statements(said: object, path: Path) -> Iterator[tuple[Path, object]]:
    if isinstance(said, Sequence) and not isinstance(said, str):
        for number, one in enumerate(said):
            yield (*path, str(number)), one
    else:
        yield path, said


def _is_stated(said: object) -> bool:
    """Whether a circumstance is said to hold (in any of its periods)."""
    if isinstance(said, Mapping):
        return said.get("value", True) is True
    if isinstance(said, Sequence) and not isinstance(said, str):
        return any(_is_stated(one) for one in said)
    return said is True
