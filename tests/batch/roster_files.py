"""Builders of small synthetic deliveries for the tests of roster reading; nobody in them exists."""

from __future__ import annotations

import csv
import io

import openpyxl

from ciyou.batch.rosters import find_rosters, normalize
from ciyou.core.linkage.identity import checksum_char
from ciyou.packs.rosters_loader import load_roster_packs

PACKS = load_roster_packs(division="")
DEATHS = ("rec_id", "name", "sex", "id_no", "dob", "death_date")


def id_number(born: str, sequence: int = 12, division: str = "510199") -> str:
    """A valid number of somebody who does not exist; an odd sequence is a man's."""
    first17 = f"{division}{born}{sequence:03d}"
    return first17 + checksum_char(first17)


def csv_text(*rows, separator=","):
    """Rows as separated text."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\n").writerows(rows)
    return out.getvalue()


def write_text(folder, name, *rows, encoding="utf-8", separator=","):
    """A text file of rows."""
    (folder / name).write_bytes(csv_text(*rows, separator=separator).encode(encoding))


def write_workbook(folder, name, *rows, change=lambda sheet: None):
    """A workbook with one sheet of rows; `change` may alter the sheet."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    change(book.active)
    book.save(folder / name)


def find(folder):
    """The delivery in a folder, by the national packs."""
    return find_rosters(folder, PACKS)


def read(folder, tmp_path, **options):
    """Normalize a folder; the summaries by roster, the records by roster, and the rows set aside."""
    import pyarrow.parquet as pq

    work = tmp_path / "work"
    summaries = normalize(find(folder), work_folder=work, **options)
    records = {one.roster: pq.read_table(one.path).to_pylist() for one in summaries}
    rejected = pq.read_table(work / "rejected.parquet").to_pylist()
    for one in summaries:
        assert one.read == one.used + one.rejected
        assert one.used == len(records[one.roster])
    return {one.roster: one for one in summaries}, records, rejected
