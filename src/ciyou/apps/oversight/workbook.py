"""A workbook that opens only with its password (AES-256, as Excel and WPS write it); its first sheet says who took it and why."""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterable, Sequence

from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from ciyou.core.sheet_cells import Cell, neutral

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without what is mistaken for something else when it is copied by hand: 0 and o, 1 and l and i."""
GROUPS, GROUP_LENGTH = 4, 5
_WIDTH = 18


def make_password() -> str:
    """A password of twenty characters in four groups: about 99 bits."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))


def write_workbook(sheets: Sequence[tuple[str, Iterable[Sequence[Cell]]]]) -> bytes:
    """A workbook of sheets (title, rows), unencrypted, in memory only."""
    book = Workbook(write_only=True)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        written = [[neutral(cell) for cell in row] for row in rows]
        for number in range(1, max((len(row) for row in written), default=0) + 1):
            sheet.column_dimensions[get_column_letter(number)].width = _WIDTH
        for row in written:
            sheet.append(row)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def encrypt_workbook(content: bytes, *, password: str) -> bytes:
    """The workbook, encrypted with a password (OOXML agile encryption: AES-256, SHA-512, 100,000 rounds)."""
    made = io.BytesIO()
    OOXMLFile(io.BytesIO(content)).encrypt(password, made)
    return made.getvalue()
