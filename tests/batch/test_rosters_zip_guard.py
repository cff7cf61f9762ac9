"""A workbook is measured before it is opened; what it says of its own size is not believed."""

from __future__ import annotations

import struct
import zipfile

import pytest
from tests.batch.roster_files import DEATHS, find, write_workbook

from ciyou.batch.rosters.zip_guard import BombError, Limits, check_workbook
from ciyou.core.errors import RosterError

SMALL = Limits(unpacked_bytes=4 << 20, ratio=50, ratio_from=1 << 20, entries=10, cells=10_000)


def write_zip(path, entries):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)


def test_an_ordinary_workbook_passes(tmp_path):
    write_workbook(tmp_path, "deaths.xlsx", DEATHS, ("a", "b", "c", "d", "e", "f"))
    check_workbook(tmp_path / "deaths.xlsx")


@pytest.mark.parametrize(
    ("entries", "which"),
    [
        ({"xl/worksheets/sheet1.xml": b"<row/>" * 500_000}, "ratio"),
        ({f"xl/media/{number}": b"x" for number in range(11)}, "entries"),
        ({"xl/worksheets/sheet1.xml": b'<c r="A1"><v>1</v></c><c r="XFD900"><v>1</v></c>'}, "cells"),
        ({"xl/worksheets/sheet1.xml": b'<row r="900">' + b"<c><v>1</v></c>" * 20 + b"</row>"}, "cells"),
    ],
)
def test_a_bomb_is_not_opened(tmp_path, entries, which):
    write_zip(tmp_path / "bomb.xlsx", entries)
    with pytest.raises(BombError, match=which):
        check_workbook(tmp_path / "bomb.xlsx", SMALL)


def test_a_bomb_that_lies_about_its_size_is_measured(tmp_path):
    path = tmp_path / "bomb.xlsx"
    write_zip(path, {"xl/worksheets/sheet1.xml": b"<row/>" * 2_000_000})
    content = bytearray(path.read_bytes())
    true_size = struct.pack("<L", 12_000_000)
    while (place := content.find(true_size)) >= 0:
        content[place : place + 4] = struct.pack("<L", 10)
    path.write_bytes(content)
    with pytest.raises(BombError):
        check_workbook(path, SMALL)


def test_a_formatted_but_empty_cell_far_away_does_no_harm(tmp_path):
    write_zip(tmp_path / "far.xlsx", {"xl/worksheets/sheet1.xml": b'<c r="A1"><v>1</v></c><c r="XFD1048576" s="1"/>'})
    check_workbook(tmp_path / "far.xlsx", SMALL)


def test_a_cut_off_workbook_is_damaged_not_fatal(tmp_path):
    write_workbook(tmp_path, "deaths.xlsx", DEATHS, ("a", "b", "c", "d", "e", "f"))
    content = (tmp_path / "deaths.xlsx").read_bytes()
    (tmp_path / "deaths.xlsx").write_bytes(content[: len(content) // 2])
    with pytest.raises(RosterError) as error:
        find(tmp_path)
    assert error.value.problems[0].code == "roster.damaged_workbook"


def test_a_zip_bomb_in_a_delivery_is_refused_with_what_to_do(tmp_path):
    # 48 MB of nothing pack to some 50 kB.
    write_zip(tmp_path / "deaths.xlsx", {"xl/worksheets/sheet1.xml": b"<row/>" * 8_000_000})
    with pytest.raises(RosterError) as error:
        find(tmp_path)
    (problem,) = error.value.problems
    assert problem.code == "roster.workbook_too_large"
    assert ".csv" in problem.zh and "压缩" in problem.zh
