"""A copy of the shipped packs that a test may break."""

from __future__ import annotations

import shutil

import pytest

from ciyou.packs.checking import check_packs
from ciyou.packs.pack_files import SHIPPED


class PackCopy:
    """A folder of packs: change a file, then look at what the check says."""

    def __init__(self, root):
        self.root = root

    def change(self, file, old, new):
        path = self.root / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} does not stand in {file}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return self

    def add(self, file, text):
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return self

    def line_of(self, file, text):
        lines = (self.root / file).read_text(encoding="utf-8").splitlines()
        return next(number for number, line in enumerate(lines, 1) if text in line)

    def problems(self):
        return check_packs(self.root).problems

    def found(self):
        """(code, file, line) of every mistake."""
        return {(problem.code, problem.place.file, problem.place.line) for problem in self.problems()}


@pytest.fixture
def packs(tmp_path):
    """A fresh copy of the shipped packs."""
    for name in ("cn", "cn_35", "cn_51", "cn_6531"):
        shutil.copytree(SHIPPED / name, tmp_path / name, ignore=shutil.ignore_patterns("rosters"))
    return PackCopy(tmp_path)
