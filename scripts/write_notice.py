"""Writes NOTICE: what the product runs on, with each package's version and licence as its own metadata state it.

A licence that the metadata leave empty is shown as such: read the package's LICENSE file then, never guess.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEAD = """Ciyou 慈幼
Licensed under the Apache License, Version 2.0 (see LICENSE).

The product contains no source of others. At run time it uses these packages, each under its own licence
(written by `make notice` from the packages' metadata; the browser libraries stand in package-lock.json):

"""


def main() -> int:
    lock = (ROOT / "requirements/runtime.txt").read_text(encoding="utf-8")
    names = re.findall(r"(?m)^([a-z0-9._-]+)(?:\[[^\]]*\])?==", lock)
    (ROOT / "NOTICE").write_text(HEAD + "".join(describe(name) for name in names), encoding="utf-8")
    return 0


def describe(name: str) -> str:
    try:
        found = metadata(name)
    except PackageNotFoundError:
        return f"{name}: not installed on this platform\n"
    return f"{found['Name']} {found['Version']}: {licence_of(found)}\n"


def licence_of(found) -> str:
    if found.get("License-Expression"):
        return found["License-Expression"]
    classified = [
        value.split(" :: ")[-1] for value in found.get_all("Classifier") or [] if value.startswith("License :: ")
    ]
    stated = (found.get("License") or "").strip().splitlines()
    return "; ".join(classified) or (stated[0] if stated else "not stated in its metadata; see its LICENSE file")


if __name__ == "__main__":
    sys.exit(main())
