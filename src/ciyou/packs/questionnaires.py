"""Questionnaires of the packs: `questionnaires/<code>/` with definition, cut-offs and vectors, read into what core scores.

A place's own `cut_offs.yaml`, or whole folder, takes the nation's place. The shipped vectors must come out as written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ciyou.core.errors import PackError
from ciyou.core.questionnaires import TOTAL, AgeRange, CutOff, Flag, Questionnaire, Scale
from ciyou.core.questionnaires.definition import GENERAL
from ciyou.packs.loading import full_division, load_packs
from ciyou.packs.located_yaml import Notes, Section, nearest, read_yaml
from ciyou.packs.pack_files import SHIPPED, PackSet
from ciyou.packs.questionnaire_vectors import Vector, check_vectors, read_vectors
from ciyou.packs.rule_files import check_code
from ciyou.packs.sources import read_citation, read_citations

FOLDER = "questionnaires"
DEFINITION, CUT_OFFS, VECTORS = "questionnaire.yaml", "cut_offs.yaml", "vectors.yaml"
STATES, RESPONDENTS, KINDS = ("shipped", "slot"), ("self", "carer"), ("self_harm", "harm")


@dataclass(frozen=True)
class QuestionnaireFile:
    """One questionnaire: `texts` of its items (zh, en), and `scoring`; a slot has no texts, and no scoring where that is not known."""

    code: str
    zh: str
    en: str
    state: str
    respondent: str
    texts: Mapping[str, tuple[str, str]]
    options: Mapping[int, tuple[str, str]]
    scoring: Questionnaire | None
    vectors: tuple[Vector, ...]


def load_questionnaires(*, division: str, root: Path = SHIPPED) -> Mapping[str, QuestionnaireFile]:
    """Every questionnaire of a division (2 to 12 digits), by code; raises PackError with all mistakes at once."""
    return _load(tuple(pack.code for pack in load_packs(root).chain(full_division(division))), root)


@lru_cache(maxsize=64)
def _load(chain: tuple[str, ...], root: Path) -> Mapping[str, QuestionnaireFile]:
    reader = _Reader(load_packs(root), Notes(), root)
    found: dict[str, dict[str, tuple[str, Path]]] = {}
    for pack in (one for one in reader.pack_set.packs if one.code in chain):
        for path in sorted((pack.folder / FOLDER).glob("*/*.yaml")):
            name = f"{pack.folder.name}/{path.relative_to(pack.folder).as_posix()}"
            found.setdefault(path.parent.name, {})[path.name] = (name, path)
    opened = {code: reader.definition(code, files) for code, files in found.items()}
    read = {code: reader.read(code, found[code], opened) for code in opened}
    if reader.notes.found:
        raise PackError(reader.notes.sorted())
    return {code: one for code, one in read.items() if one is not None}


@dataclass
class _Reader:
    pack_set: PackSet
    notes: Notes
    root: Path

    def open(self, files: Mapping[str, tuple[str, Path]], name: str) -> Section | None:
        if name not in files:
            return None
        file, path = files[name]
        return read_yaml(path, file=file, notes=self.notes)

    def definition(self, code: str, files: Mapping[str, tuple[str, Path]]) -> Section | None:
        section = self.open(files, DEFINITION)
        if section is not None:
            check_code(section, code)
        return section

    def read(
        self, code: str, files: Mapping[str, tuple[str, Path]], opened: Mapping[str, Section | None]
    ) -> QuestionnaireFile | None:
        section = opened[code]
        if section is None:
            return None
        zh, en = section.names("name")
        state = section.choice("state", STATES)
        _read_beside(section, state)
        read_citations(section, self.pack_set.documents)
        origin, chosen = section, None
        if section.has("from"):
            origin, chosen = self._origin(section, opened)
        texts, flags = _read_items(section if not section.has("from") else origin, chosen)
        options = _read_options(origin)
        items = section.texts("slot_items") or tuple(texts)
        points = tuple(options) or tuple(int(one) for one in section.texts("points"))
        scoring = self._scoring(section, files, items, points, flags) if items else None
        vectors = read_vectors(self.open(files, VECTORS), scoring)
        if scoring is not None:
            check_vectors(section, scoring, vectors)
        respondent = section.choice("respondent", RESPONDENTS) if items else ""
        section.has("options"), section.has("items"), section.close()
        return QuestionnaireFile(code, zh, en, state, respondent, texts, options, scoring, vectors)

    def _origin(self, section: Section, opened: Mapping[str, Section | None]) -> tuple[Section, tuple[str, ...] | None]:
        inner = section.section("from")
        name = inner.text("questionnaire") if inner else ""
        chosen = inner.texts("items") if inner else ()
        if inner is not None:
            inner.close()
        other = opened.get(name)
        if other is None or other.has("from"):
            hint_zh, hint_en = nearest(name, opened)
            section.notes.add(
                section.value_place("from"),
                "questionnaire_from",
                f"没有带题目的量表“{name}”；请更正 from。{hint_zh}",
                f"There is no questionnaire “{name}” with items of its own; correct `from`. {hint_en}".strip(),
            )
        return other or section, chosen or None

    def _scoring(
        self,
        section: Section,
        files: Mapping[str, tuple[str, Path]],
        items: tuple[str, ...],
        points: tuple[int, ...],
        flags: tuple[Flag, ...],
    ) -> Questionnaire:
        blanks, ages, bands = (
            section.section("blanks"),
            section.section("ages"),
            section.section("bands", required=False),
        )
        at_most = (blanks.integer("at_most", required=True) or 0) if blanks else 0
        if blanks is not None:
            blanks.names("ask", required=False)
            blanks.close()
        times = section.integer("times") or 1
        edges = tuple(int(one) for one in bands.texts(TOTAL)) if bands else ()
        scales = (Scale(TOTAL, items, edges, times), *_read_subscales(section, items))
        codes = tuple(one.code for one in scales)
        return Questionnaire(
            code=section.text("code"),
            items=items,
            points=points,
            scales=scales,
            blanks_at_most=at_most,
            cut_offs=self._cut_offs(self.open(files, CUT_OFFS), codes),
            flags=tuple(one for one in flags if one.item in items),
            ages=_ages(ages),
            lower_is_worse=section.boolean("lower_is_worse") or False,
        )

    def _cut_offs(self, section: Section | None, scales: tuple[str, ...]) -> tuple[CutOff, ...]:
        found = []
        for row in section.sections("rows") if section else ():
            values = tuple(int(one) for one in row.texts("values"))
            row.names("ask", required=len(values) != 1)
            source = row.section("source")
            if source is not None:
                read_citation(source, self.pack_set.documents)
            found.append(
                CutOff(
                    scale=row.choice("scale", scales),
                    values=values,
                    population=row.text("population", required=False) or GENERAL,
                    ages=_ages(row.section("ages", required=False)),
                    low=row.boolean("low") or False,
                )
            )
            row.close()
        if section is not None:
            section.close()
        return tuple(found)


def _read_beside(section: Section, state: str) -> None:
    """What scoring does not read: licence, translation, period; required where texts are shipped."""
    licence = section.section("licence")
    if licence is not None:
        licence.text("name"), licence.text("confidence"), licence.names("note")
        licence.close()
    section.names("ask", required=state == "slot")
    section.names("period", required=False), section.names("introduction", required=False)
    section.boolean("default")
    translation = section.section("translation", required=state == "shipped")
    if translation is not None:
        translation.boolean("validated", required=True), translation.text("zh"), translation.text("en")
        translation.close()


def _read_items(
    section: Section, chosen: tuple[str, ...] | None
) -> tuple[dict[str, tuple[str, str]], tuple[Flag, ...]]:
    inner = section.section("items", required=False)
    texts: dict[str, tuple[str, str]] = {}
    flags = []
    for code, entry in inner.entries() if inner else ():
        texts[code] = entry.text("zh"), entry.text("en")
        if entry.has("flag"):
            flags.append(Flag(code, entry.choice("flag", KINDS)))
        entry.close()
    if chosen is not None:
        for code in (one for one in chosen if one not in texts):
            section.notes.add(
                section.value_place("items"),
                "questionnaire_item",
                f"没有题目“{code}”；请更正所选题目。",
                f"There is no item “{code}”; correct the items that were chosen.",
            )
        texts = {code: texts[code] for code in chosen if code in texts}
    return texts, tuple(flags)


def _read_options(section: Section) -> dict[int, tuple[str, str]]:
    found = {}
    for entry in section.sections("options", required=False):
        found[entry.integer("points", required=True) or 0] = entry.text("zh"), entry.text("en")
        entry.close()
    return found


def _read_subscales(section: Section, items: tuple[str, ...]) -> tuple[Scale, ...]:
    inner = section.section("subscales", required=False)
    found = []
    for code, entry in inner.entries() if inner else ():
        own = entry.texts("items")
        for one in (one for one in own if one not in items):
            entry.notes.add(
                entry.value_place("items"),
                "questionnaire_item",
                f"没有题目“{one}”；请更正分量表。",
                f"There is no item “{one}”; correct the subscale.",
            )
        entry.text("zh"), entry.text("en")
        entry.close()
        found.append(Scale(code, own))
    return tuple(found)


def _ages(section: Section | None) -> AgeRange:
    if section is None:
        return AgeRange()
    found = AgeRange(section.integer("first"), section.integer("last"))
    section.close()
    return found
