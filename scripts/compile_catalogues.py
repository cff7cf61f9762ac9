"""Compiles the message catalogues of the pages (.po → .mo) without GNU gettext, and only those that changed."""

from __future__ import annotations

import sys
from pathlib import Path

import polib

SOURCE = Path(__file__).resolve().parents[1] / "src"


def main() -> int:
    for catalogue in sorted(SOURCE.rglob("locale/*/LC_MESSAGES/*.po")):
        compiled = catalogue.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < catalogue.stat().st_mtime:
            polib.pofile(str(catalogue)).save_as_mofile(str(compiled))
            print(f"compiled {catalogue.relative_to(SOURCE.parent)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
