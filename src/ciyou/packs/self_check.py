"""The self-check of guardians: what is asked, in which words, with which assumed shares, and the places to choose from.

Nothing here is law. A question asks only what a guardian may be asked; what the vocabulary leaves to departments may stand in it
only where the file says so (`told_without_account`: nothing of the answer is kept), and a fact of class 5 never.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from ciyou.core.asking.interview import Weights
from ciyou.core.asking.question import Option, Question, Shape
from ciyou.core.errors import FactError, PackError, Place
from ciyou.core.facts.definition import PARENTS, Entity, FactDefinition, FactType, Value, Vocabulary
from ciyou.core.rules.atoms import Key
from ciyou.packs.loading import full_division, load_packs
from ciyou.packs.located_yaml import Notes, Section, nearest, read_yaml
from ciyou.packs.pack_files import NATIONAL, SHIPPED
from ciyou.packs.rule_files import check_code
from ciyou.packs.sources import Document, read_citation

FOLDER = "self_check"
SETTINGS, PLACES = "settings", "places"
ABOUT = ("child", "household", "parent")
PARENT_WORDS = {Entity.FATHER: ("父亲", "father"), Entity.MOTHER: ("母亲", "mother")}
RESTRICTED = 5
_WHOLE, _HUNDRED = 10_000, 100
_FEN = 100


@dataclass(frozen=True)
class CheckPlace:
    """A place to choose: its code with significant digits only."""

    code: str
    zh: str
    en: str

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh

    @property
    def province(self) -> str:
        return self.code[:2]


@dataclass(frozen=True)
class SelfCheck:
    """Everything that the self-check asks in one place; `not_asked` says for a fact why nobody is asked (zh, en)."""

    questions: tuple[Question, ...]
    weights: Weights
    not_asked: Mapping[Key, tuple[str, str]]


@lru_cache(maxsize=128)
def load_self_check(*, division: str, root: Path = SHIPPED) -> SelfCheck:
    """The questions as they are asked in a place; raises PackError with all mistakes at once."""
    vocabulary, notes = load_packs(root).vocabulary, Notes()
    reader = _Reader(vocabulary, notes, full_division(division))
    ordered: list[tuple[int, int, Question]] = []
    weights = Weights(0, 0, 0.0)
    not_asked: dict[Key, tuple[str, str]] = {}
    for path in sorted((root / NATIONAL / FOLDER).glob("*.yaml")):
        section = read_yaml(path, file=f"{NATIONAL}/{FOLDER}/{path.name}", notes=notes)
        if section is None or path.stem == PLACES:
            continue
        check_code(section, path.stem)
        if path.stem == SETTINGS:
            weights, not_asked = reader.settings(section)
        else:
            order = section.integer("order", required=True) or 0
            ordered += [(order, number, one) for number, one in enumerate(reader.questions(section, path.stem))]
        section.close()
    questions = tuple(one for *_, one in sorted(ordered, key=lambda found: found[:2]))
    reader.check_afters(questions)
    _raise(notes)
    return SelfCheck(questions, weights, not_asked)


@lru_cache(maxsize=4)
def load_check_places(*, root: Path = SHIPPED) -> Mapping[str, CheckPlace]:
    """The places to choose from, by code; raises PackError with all mistakes."""
    notes = Notes()
    path = root / NATIONAL / FOLDER / f"{PLACES}.yaml"
    section = read_yaml(path, file=f"{NATIONAL}/{FOLDER}/{path.name}", notes=notes)
    found = {}
    if section is not None:
        check_code(section, PLACES)
        _cited(section, load_packs(root).documents)
        inner = section.section("places")
        for code, entry in inner.entries() if inner else ():
            found[code] = CheckPlace(code, entry.text("zh"), entry.text("en"))
            entry.close()
        section.close()
    _raise(notes)
    return found


def _cited(section: Section, documents: Mapping[str, Document]) -> None:
    source = section.section("source")
    if source is not None:
        read_citation(source, documents)


def _raise(notes: Notes) -> None:
    if notes.found:
        raise PackError(notes.sorted())


@dataclass
class _Reader:
    vocabulary: Vocabulary
    notes: Notes
    division: str
    afters: list[tuple[Place, str, tuple[str, ...]]] = field(default_factory=list)

    def settings(self, section: Section) -> tuple[Weights, dict[Key, tuple[str, str]]]:
        self._default(section)
        section.names("note")
        shares: dict[Key, float] = {}
        weights = Weights(
            section.fen("worth_without_amount_yuan", required=True) or 0,
            section.fen("worth_at_most_yuan", required=True) or 0,
            (section.integer("unasked_per_10000", required=True) or 0) / _WHOLE,
            shares,
        )
        inner = section.section("not_asked", required=False)
        found: dict[Key, tuple[str, str]] = {}
        for written in inner or ():
            definition = self._fact(section, written, Entity.FATHER)
            entry = inner.section(written) if inner else None
            if definition is not None and entry is not None:
                found[definition[0]] = entry.text("zh"), entry.text("en")
                shares[definition[0]] = (entry.integer("per_10000", required=True) or 0) / _WHOLE
                entry.close()
        if inner is not None:
            inner.close()
        return weights, found

    def questions(self, section: Section, code: str) -> Iterator[Question]:
        """The question of a file; about a parent once for the father and once for the mother."""
        self._default(section)
        about = section.choice("about", ABOUT)
        parents = PARENTS if about == "parent" else (None,)
        for parent in parents:
            question = self._question(section, f"{code}-{parent}" if parent else code, parent)
            if question is not None:
                self._check_asked(section, question)
                yield question

    def _default(self, section: Section) -> None:
        if not section.boolean("policy_default", required=True):
            section.notes.add(
                section.value_place("policy_default"),
                "self_check_assumption",
                "自查题目的比例是我们的假定，不是法律；请写 policy_default: true。",
                "The shares of the self-check are assumptions of ours and no law; write policy_default: true.",
            )

    def _question(self, section: Section, code: str, parent: Entity | None) -> Question | None:
        shape = section.choice("shape", tuple(Shape))
        (zh, en), (hint_zh, hint_en) = section.names("text"), section.names("hint", required=False)
        known = section.integer("known_per_100", required=True) or 0
        asks = definition = None
        if section.has("asks"):
            asks, definition = self._fact(section, section.text("asks"), parent) or (None, None)
        options = self._options(section, parent)
        if not shape or (asks is None) == (not options) or not 0 < known <= _HUNDRED:
            self._incomplete(section)
            return None
        who_zh, who_en = PARENT_WORDS[parent] if parent else ("", "")
        return Question(
            code=code,
            shape=Shape(shape),
            zh=zh.replace("{who}", who_zh),
            en=en.replace("{who}", who_en),
            known=known / _HUNDRED,
            options=options,
            asks=asks,
            definition=definition,
            likely=self._likely(section, definition),
            **self._after(section, parent),
            hint_zh=hint_zh.replace("{who}", who_zh),
            hint_en=hint_en.replace("{who}", who_en),
        )

    def _after(self, section: Section, parent: Entity | None) -> dict[str, Any]:
        """What was to be answered before; checked once every question is read."""
        inner = section.section("after", required=False)
        if inner is None:
            return {}
        code, options = inner.text("question"), inner.texts("options", required=True)
        self.afters.append((inner.place, f"{code}-{parent}" if parent else code, options))
        inner.close()
        return {"after": self.afters[-1][1], "after_options": frozenset(options)}

    def check_afters(self, questions: Iterable[Question]) -> None:
        """A question comes only after one that there is, answered with options that it has."""
        known = {one.code: {option.code for option in one.options} for one in questions}
        for place, code, options in self.afters:
            if not options or not set(options) <= known.get(code, set()):
                self.notes.add(
                    place,
                    "self_check_after",
                    f"没有题目“{code}”，或者它没有这些选项；请更正 after。",
                    f"There is no question “{code}”, or it has no such options; correct `after`.",
                )

    def _incomplete(self, section: Section) -> None:
        self.notes.add(
            section.place,
            "self_check_question",
            "一道题要么有 options，要么有 asks 和 likely；known_per_100 为 1 到 100。请补全。",
            "A question has either options, or asks with likely; known_per_100 is 1 to 100. Complete it.",
        )

    def _likely(self, section: Section, definition: FactDefinition | None) -> tuple[tuple[int, float], ...]:
        inner = section.section("likely", required=definition is not None)
        if inner is None or definition is None:
            return ()
        unit = _FEN if definition.type is FactType.MONEY else 1
        return tuple((int(written) * unit, (inner.integer(written) or 0) / _WHOLE) for written in inner)

    def _options(self, section: Section, parent: Entity | None) -> tuple[Option, ...]:
        inner = section.section("options", required=False)
        found = []
        for code, entry in inner.entries() if inner else ():
            zh, en = entry.names("name")
            share = (entry.integer("per_10000", required=True) or 0) / _WHOLE
            says, denies = self._states(entry, "says", parent), self._states(entry, "denies", parent)
            found.append(Option(code, zh, en, share, says, denies))
            entry.close()
        return tuple(found)

    def _states(self, entry: Section, key: str, parent: Entity | None) -> dict[Key, Value]:
        inner = entry.section(key, required=False)
        found: dict[Key, Value] = {}
        for written in inner or ():
            assert inner is not None
            fact = self._fact(inner, written, parent)
            if fact is None:
                continue
            said = inner.plain(written)
            try:
                found[fact[0]] = fact[1].check(self._placed(said) if fact[1].type is FactType.DIVISION else said)
            except FactError as error:
                self.notes.extend(
                    one.at(file=inner.file, line=inner.value_place(written).line) for one in error.problems
                )
        return found

    def _placed(self, said: object) -> object:
        """A place that is only said in relation to the chosen one, as a code that stands in that relation to it."""
        here = self.division
        return {
            "same": here,
            "other_county": f"{here[:4]}99".ljust(12, "0"),
            "other_city": f"{here[:2]}9999".ljust(12, "0"),
            "other_province": "99".ljust(12, "0"),
        }.get(str(said), said)

    def _fact(self, section: Section, written: str, parent: Entity | None) -> tuple[Key, FactDefinition] | None:
        owner, _, name = written.partition(".")
        entity = parent if owner == "parent" else Entity(owner) if owner in set(Entity) else None
        definition = None if entity is None else self.vocabulary.find(entity, name)
        if entity is not None and definition is not None:
            return (entity, name), definition
        hint_zh, hint_en = nearest(written, [f"{one}.{fact}" for one, fact in self.vocabulary.pairs()])
        self.notes.add(
            section.key_place(written) if section.has(written) else section.place,
            "unknown_fact",
            f"词汇表中没有事实“{written}”；请写成 child.adopted 或 parent.dead 这样的名称。{hint_zh}",
            f"The vocabulary has no fact “{written}”; write it like child.adopted or parent.dead. {hint_en}".strip(),
        )
        return None

    def _check_asked(self, section: Section, question: Question) -> None:
        admitted = set(section.texts("told_without_account"))
        for entity, name in sorted(question.keys, key=str):
            assert entity is not None
            definition = self.vocabulary.get(entity, name)
            if definition.sensitivity >= RESTRICTED:
                self.notes.add(
                    section.place,
                    "self_check_restricted",
                    f"特别保护的事实“{name}”不得在自查中询问；请删去。",
                    f"The restricted fact “{name}” is never asked in the self-check; delete it.",
                )
            elif "guardian" not in definition.askable and name not in admitted:
                self.notes.add(
                    section.place,
                    "self_check_not_askable",
                    f"事实“{name}”只问部门；确要在不留痕迹的自查中问监护人，请列入 told_without_account。",
                    f"Only departments are asked for “{name}”; to ask a guardian where nothing is kept, name it in told_without_account.",
                )
