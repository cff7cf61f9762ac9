"""The layouts of official papers: a Typst file per kind in `papers/` of a pack; the most specific place's counts."""

from __future__ import annotations

from pathlib import Path

from ciyou.core.errors import PackError, Place, Problem
from ciyou.packs.loading import full_division, load_packs
from ciyou.packs.pack_files import SHIPPED

FOLDER = "papers"


def paper_template(kind: str, *, division: str, root: Path = SHIPPED) -> Path:
    """The template of a kind of paper in a division (2 to 12 digits); raises PackError where not even the nation's pack has one."""
    chain = load_packs(root).chain(full_division(division))
    for pack in reversed(chain):
        path = pack.folder / FOLDER / f"{kind}.typ"
        if path.is_file():
            return path
    raise PackError(
        Problem(
            Place(f"cn/{FOLDER}/{kind}.typ"),
            "pack.no_paper",
            f"没有“{kind}”的版式；请在全国包或本地包的 {FOLDER} 文件夹里补上。",
            f"There is no layout for “{kind}”; add it to `{FOLDER}` of the nation's or the place's pack.",
        )
    )
