"""Photographs and signatures of a visit: `visit_pieces/<code>.yaml`, only where a document asks for them. Without a file none is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ciyou.core.rules.book import Source, Standing
from ciyou.packs.folders import read_folder
from ciyou.packs.loading import overlay_key
from ciyou.packs.located_yaml import Section
from ciyou.packs.pack_files import SHIPPED, PackSet
from ciyou.packs.rule_files import check_code
from ciyou.packs.sources import read_citation, standing_of

FOLDER = "visit_pieces"
KINDS = ("photo", "signature")
LEAST_CLASS, MOST_CLASS = 3, 4


@dataclass(frozen=True)
class VisitPiece:
    """One thing to bring from a visit: `kind` photo | signature, its class, and the documents that ask for it."""

    code: str
    zh: str
    en: str
    kind: str
    sensitivity: int
    sources: tuple[Source, ...]

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh


def load_visit_pieces(*, division: str, root: Path = SHIPPED) -> Mapping[str, VisitPiece]:
    """What a visit in a division (2 to 12 digits) brings along, by code; raises PackError with all mistakes at once."""
    return _load(overlay_key(division, root=root), root)


@lru_cache(maxsize=64)
def _load(chain: tuple[str, ...], root: Path) -> Mapping[str, VisitPiece]:
    return read_folder(chain, root, FOLDER, _read)


def _read(section: Section, code: str, pack_set: PackSet) -> VisitPiece:
    check_code(section, code)
    zh, en = section.names("name")
    kind = section.choice("kind", KINDS)
    sensitivity = section.integer("class", required=True) or MOST_CLASS
    if not LEAST_CLASS <= sensitivity <= MOST_CLASS:
        section.notes.add(section.value_place("class"), "visit_piece_class", "class 写 3 或 4。", "`class` is 3 or 4.")
    cited = [read_citation(one, pack_set.documents) for one in section.sections("sources", required=True)]
    sources = tuple(one for one in cited if one is not None)
    if cited and all(standing_of(one) is Standing.SUGGESTS for one in sources):
        section.notes.add(
            section.value_place("sources"),
            "visit_piece_basis",
            "照片、签名只在有依据的地方要：写明读过原文的文件（confidence 为 A、H、B 或 M）。",
            "A photograph or signature is asked for only on a basis: cite a document whose text was read (confidence A, H, B or M).",
        )
    section.close()
    return VisitPiece(code, zh, en, kind or KINDS[0], sensitivity, sources)
