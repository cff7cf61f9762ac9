"""Files of a delivery, written as a stream: CSV in two encodings, XLSX and Parquet, the same bytes every time."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO, TypeAlias
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.parquet as pq

from ciyou.batch.synth.layout import FileFormat, Medium

Rows = Sequence[Sequence[str]]
Block: TypeAlias = bytes | Rows | pa.Table
"""Rows made ready for one medium where they were made, so that the one who writes the files has little to do."""

XLSX_MOST_ROWS = 200_000
_MARKUP = re.compile("[&<>]")


def truth_medium(file_format: FileFormat) -> Medium:
    """Truth and map are plain CSV unless everything is Parquet."""
    return Medium.PARQUET if file_format is FileFormat.PARQUET else Medium.CSV_UTF8


def pack_rows(rows: Rows, columns: Sequence[str], medium: Medium) -> Block:
    """The rows in the form that the medium's file takes."""
    if medium is Medium.XLSX:
        return rows
    if medium is Medium.PARQUET:
        cells = zip(*rows, strict=True) if rows else [()] * len(columns)
        arrays = [pa.array(list(column), pa.string()) for column in cells]
        return pa.table(dict(zip(columns, arrays, strict=True)))
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(medium.value)


class RowFile(ABC):
    """A file that takes packed blocks one after the other. `paths` are the files it has become."""

    def __init__(self, path: Path) -> None:
        self.paths = [path]

    @abstractmethod
    def append(self, block: Block) -> None:
        """Writes one block behind the last."""

    @abstractmethod
    def close(self) -> None:
        """Finishes the file."""


class CsvFile(RowFile):
    """Comma-separated text in UTF-8 or GB18030."""

    def __init__(self, path: Path, columns: Sequence[str], encoding: str) -> None:
        super().__init__(path)
        self._stream = path.open("wb")
        self._stream.write((",".join(columns) + "\r\n").encode(encoding))

    def append(self, block: Block) -> None:
        """Writes bytes."""
        assert isinstance(block, bytes)
        self._stream.write(block)

    def close(self) -> None:
        """Finishes the file."""
        self._stream.close()


class ParquetFile(RowFile):
    """Parquet with a row group per block; every column is text."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        super().__init__(path)
        schema = pa.schema([(column, pa.string()) for column in columns])
        self._writer = pq.ParquetWriter(path, schema, compression="zstd")

    def append(self, block: Block) -> None:
        """Writes a table."""
        self._writer.write_table(block)

    def close(self) -> None:
        """Finishes the file."""
        self._writer.close()


_CONTENT_TYPES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">\
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>\
<Default Extension="xml" ContentType="application/xml"/>\
<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>\
<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>\
</Types>"""
_PACKAGE = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">\
<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/>\
</Relationships>"""
_WORKBOOK = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" \
xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">\
<sheets><sheet name="{name}" sheetId="1" r:id="rId1"/></sheets></workbook>"""
_WORKBOOK_PARTS = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">\
<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>\
</Relationships>"""
_SHEET_HEAD = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
)
_SHEET_TAIL = "</sheetData></worksheet>"


class XlsxFile(RowFile):
    """A workbook of one sheet with text cells, streamed: a library that keeps times of making would give other bytes each time.

    When a sheet is full, the next rows go to a second file (`school_2.xlsx`), as departments do it.
    """

    def __init__(self, path: Path, columns: Sequence[str], most_rows: int = XLSX_MOST_ROWS) -> None:
        super().__init__(path)
        self._first, self._columns, self._most_rows = path, columns, most_rows
        self._letters = [_letters(number) for number in range(len(columns))]
        self._open(path)

    def append(self, block: Block) -> None:
        """Writes rows of cells."""
        assert not isinstance(block, bytes)
        rows: Rows = block
        while len(rows) > (room := self._most_rows + 1 - self._row):
            self._write(rows[:room])
            rows = rows[room:]
            self._finish()
            self.paths.append(self._first.with_name(f"{self._first.stem}_{len(self.paths) + 1}.xlsx"))
            self._open(self.paths[-1])
        self._write(rows)

    def close(self) -> None:
        """Finishes the workbook."""
        self._finish()

    def _open(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=2)
        parts = {
            "[Content_Types].xml": _CONTENT_TYPES,
            "_rels/.rels": _PACKAGE,
            "xl/workbook.xml": _WORKBOOK.format(name=self._first.stem),
            "xl/_rels/workbook.xml.rels": _WORKBOOK_PARTS,
        }
        for name, text in parts.items():
            # Opened by name, an entry is dated 1980-01-01: no clock gets into the file.
            with self._zip.open(name, "w") as part:
                part.write(text.encode())
        self._sheet: IO[bytes] = self._zip.open("xl/worksheets/sheet1.xml", "w")
        self._sheet.write(_SHEET_HEAD.encode())
        self._row = 0
        self._write([self._columns])

    def _write(self, rows: Iterable[Sequence[str]]) -> None:
        letters, lines = self._letters, []
        for row in rows:
            self._row += 1
            number = self._row
            # Hardly a row has anything to escape: looking once a row costs a third of escaping every cell.
            safe = [escape(cell) for cell in row] if _MARKUP.search("".join(row)) else row
            cells = "".join(
                [
                    f'<c r="{letter}{number}" t="inlineStr"><is><t xml:space="preserve">{cell}</t></is></c>'
                    for letter, cell in zip(letters, safe, strict=True)
                    if cell
                ]
            )
            lines.append(f'<row r="{number}">{cells}</row>')
        self._sheet.write("".join(lines).encode())

    def _finish(self) -> None:
        self._sheet.write(_SHEET_TAIL.encode())
        self._sheet.close()
        self._zip.close()


def open_file(folder: Path, name: str, columns: Sequence[str], medium: Medium) -> RowFile:
    """A new file of that name in the folder, with its header written."""
    path = folder / f"{name}{medium.suffix}"
    if medium is Medium.XLSX:
        return XlsxFile(path, columns)
    if medium is Medium.PARQUET:
        return ParquetFile(path, columns)
    return CsvFile(path, columns, medium.value)


def _letters(number: int) -> str:
    return (chr(64 + number // 26) if number >= 26 else "") + chr(65 + number % 26)
