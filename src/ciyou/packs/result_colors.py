"""The colors of a place for what questionnaires come to: `result_colors/<questionnaire>.yaml`, and `general.yaml` for all others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ciyou.core.questionnaires import TOTAL
from ciyou.packs.folders import read_folder
from ciyou.packs.loading import full_division, load_packs
from ciyou.packs.located_yaml import Section, nearest
from ciyou.packs.pack_files import SHIPPED, PackSet
from ciyou.packs.questionnaires import QuestionnaireFile, load_questionnaires
from ciyou.packs.rule_files import check_code
from ciyou.packs.sources import read_citation

FOLDER, GENERAL = "result_colors", "general"
COLORS = ("gray", "green", "blue", "yellow", "orange", "red")
HINTS = ("reached", "below", "unknown")


@dataclass(frozen=True)
class ResultColors:
    """By hint a color, and by band, the lowest first (none where the questionnaire has no bands). Never shown without words."""

    code: str
    hints: Mapping[str, str]
    bands: tuple[str, ...]
    policy_default: bool
    note_zh: str
    note_en: str

    def note(self, lang: str = "zh") -> str:
        return self.note_en if lang == "en" else self.note_zh


def load_result_colors(*, division: str, root: Path = SHIPPED) -> Mapping[str, ResultColors]:
    """Every file of a division (2 to 12 digits), by questionnaire; a place's file takes the place of a wider one's.

    Raises PackError with all mistakes at once.
    """
    return _load(
        tuple(pack.code for pack in load_packs(root).chain(full_division(division))), full_division(division), root
    )


def colors_of(instrument: str, *, division: str) -> ResultColors | None:
    """The colors of a questionnaire in a place; None where its packs name none."""
    known = load_result_colors(division=division)
    return known.get(instrument) or known.get(GENERAL)


@lru_cache(maxsize=64)
def _load(chain: tuple[str, ...], division: str, root: Path) -> Mapping[str, ResultColors]:
    files = load_questionnaires(division=division, root=root)

    def read(section: Section, code: str, pack_set: PackSet) -> ResultColors:
        return _read(section, code, pack_set, files.get(code))

    return read_folder(chain, root, FOLDER, read)


def _read(section: Section, code: str, pack_set: PackSet, file: QuestionnaireFile | None) -> ResultColors:
    check_code(section, code)
    hints, bands = section.section("hints"), section.texts("bands")
    default = section.boolean("policy_default") or False
    for one in section.sections("sources", required=not default):
        read_citation(one, pack_set.documents)
    note_zh, note_en = section.names("note", required=default)
    found = ResultColors(
        code=code,
        hints={hint: hints.choice(hint, COLORS) for hint in HINTS} if hints is not None else {},
        bands=bands,
        policy_default=default,
        note_zh=note_zh,
        note_en=note_en,
    )
    _check_bands(section, bands, 0 if file is None else _bands_of(file))
    section.boolean("verified")
    section.close()
    return found


def _bands_of(file: QuestionnaireFile) -> int:
    scales = file.scoring.scales if file.scoring else ()
    return next((len(one.bands) for one in scales if one.code == TOTAL), 0)


def _check_bands(section: Section, bands: tuple[str, ...], wanted: int) -> None:
    for text in (one for one in bands if one not in COLORS):
        hint_zh, hint_en = nearest(text, COLORS)
        section.notes.add(
            section.value_place("bands"),
            "unknown_choice",
            f"bands 里没有“{text}”这个颜色。{hint_zh}",
            f"There is no color “{text}” in `bands`. {hint_en}".strip(),
        )
    if bands and len(bands) != wanted:
        section.notes.add(
            section.value_place("bands"),
            "result_bands",
            f"这份量表有 {wanted} 个分数段，写了 {len(bands)} 个颜色；请从低到高各写一个。",
            f"The questionnaire has {wanted} bands and {len(bands)} colors stand here; give one for each, the lowest first.",
        )
