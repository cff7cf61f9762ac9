"""Questionnaires of the packs: `questionnaires/<code>/` with definition, cut-offs and vectors, read into what core scores.

A place's own `cut_offs.yaml`, `form.xlsx` (the words, edited in a spreadsheet) or whole folder takes the nation's place. The shipped vectors must come out as written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ciyou.core.errors import PackError
from ciyou.core.questionnaires import TOTAL, CutOff, Flag, Questionnaire, Scale
from ciyou.core.questionnaires.definition import GENERAL
from ciyou.packs.follow_ups import Text, load_follow_ups
from ciyou.packs.form_sheets import FORM
from ciyou.packs.loading import load_packs, overlay_key
from ciyou.packs.located_yaml import Notes, Section, nearest, read_yaml
from ciyou.packs.pack_files import SHIPPED, PackSet
from ciyou.packs.questionnaire_parts import (
    Words,
    read_ages,
    read_items,
    read_options,
    read_subscales,
    read_words,
)
from ciyou.packs.questionnaire_vectors import Vector, check_vectors, read_vectors
from ciyou.packs.rule_files import check_code
from ciyou.packs.sources import read_citation, read_citations
from ciyou.packs.xlsforms import FormWords, read_form

FOLDER = "questionnaires"
DEFINITION, CUT_OFFS, VECTORS = "questionnaire.yaml", "cut_offs.yaml", "vectors.yaml"
STATES, RESPONDENTS = ("shipped", "slot"), ("self", "carer")


@dataclass(frozen=True)
class QuestionnaireFile:
    """One questionnaire: `texts` of its items (zh, en), and `scoring`; a slot has no texts, and no scoring where that is not known.

    `scales` are the names of its subscales.
    """

    code: str
    zh: str
    en: str
    state: str
    respondent: str
    texts: Mapping[str, Text]
    options: Mapping[int, Text]
    scoring: Questionnaire | None
    vectors: tuple[Vector, ...]
    words: Words
    scales: Mapping[str, Text]

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh


def load_questionnaires(*, division: str, root: Path = SHIPPED) -> Mapping[str, QuestionnaireFile]:
    """Every questionnaire of a division (2 to 12 digits), by code; raises PackError with all mistakes at once."""
    follow_ups = load_follow_ups(division=division, root=root)
    return _load(overlay_key(division, root=root), tuple(follow_ups), root)


@lru_cache(maxsize=64)
def _load(chain: tuple[str, ...], kinds: tuple[str, ...], root: Path) -> Mapping[str, QuestionnaireFile]:
    reader = _Reader(load_packs(root), Notes(), kinds)
    found: dict[str, dict[str, tuple[str, Path]]] = {}
    for pack in (one for one in reader.pack_set.packs if one.code in chain):
        for path in sorted((pack.folder / FOLDER).glob("*/*.*")):
            if path.suffix != ".yaml" and path.name != FORM:
                continue
            name = pack.named(path)
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
    followed: tuple[str, ...]

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
        words = read_words(section, state)
        read_citations(section, self.pack_set.documents)
        origin, chosen = section, None
        if section.has("from"):
            origin, chosen = self._origin(section, opened)
        texts, flags = read_items(section if not section.has("from") else origin, chosen)
        options = read_options(origin)
        if FORM in files:
            name, path = files[FORM]
            edited = read_form(path, name=name, words=FormWords(texts, options), notes=self.notes)
            texts, options = dict(edited.texts), dict(edited.options)
        items = section.texts("slot_items") or tuple(texts)
        points = tuple(options) or tuple(int(one) for one in section.texts("points"))
        scales = read_subscales(section, items)
        own = tuple(scale for scale, _name in scales)
        scoring = self._scoring(section, files, items, points, flags, own) if items else None
        self._check_followed(section, flags)
        vectors = read_vectors(self.open(files, VECTORS), scoring)
        if scoring is not None:
            check_vectors(section, scoring, vectors)
        names = {scale.code: name for scale, name in scales}
        respondent = section.choice("respondent", RESPONDENTS) if items else ""
        # Items and options were read already, here or where `from` says.
        section.has("options"), section.has("items")
        section.close()
        return QuestionnaireFile(code, zh, en, state, respondent, texts, options, scoring, vectors, words, names)

    def _check_followed(self, section: Section, flags: tuple[Flag, ...]) -> None:
        for kind in sorted({flag.kind for flag in flags} - set(self.followed)):
            section.notes.add(
                section.place,
                "questionnaire_flag",
                f"标记“{kind}”之后该做什么没有写明；请在 follow_ups.yaml 中补上。",
                f"Nothing says what follows the flag “{kind}”; add it to follow_ups.yaml.",
            )

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
        subscales: tuple[Scale, ...],
    ) -> Questionnaire:
        blanks, ages = section.section("blanks"), section.section("ages")
        bands = section.section("bands", required=False)
        at_most = (blanks.integer("at_most", required=True) or 0) if blanks else 0
        if blanks is not None:
            blanks.names("ask", required=False)
            blanks.close()
        times = section.integer("times") or 1
        edges = tuple(int(one) for one in bands.texts(TOTAL)) if bands else ()
        scales = (Scale(TOTAL, items, edges, times), *subscales)
        codes = tuple(one.code for one in scales)
        return Questionnaire(
            code=section.text("code"),
            items=items,
            points=points,
            scales=scales,
            blanks_at_most=at_most,
            cut_offs=self._cut_offs(self.open(files, CUT_OFFS), codes),
            flags=tuple(one for one in flags if one.item in items),
            ages=read_ages(ages),
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
                    ages=read_ages(row.section("ages", required=False)),
                    low=row.boolean("low") or False,
                )
            )
            row.close()
        if section is not None:
            section.close()
        return tuple(found)
