"""A county's staff as a CSV: read, checked line by line, and nothing saved before somebody said so."""

from __future__ import annotations

import csv
import io
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from ciyou.apps.accounts.people import NewPerson, NewPost, create_person, person_faults
from ciyou.apps.accounts.refusals import check_may
from ciyou.apps.accounts.signing import normal_username
from ciyou.core.access.actor import DIVISION_DIGITS, Actor
from ciyou.core.access.roles import ROLES, Action
from ciyou.core.errors import Place, Problem, RecordError

COLUMNS = ("username", "full_name", "phone", "role", "division", "organization", "department")
OPTIONAL = frozenset({"phone", "organization", "department"})
WORDS = {
    "用户名": "username",
    "姓名": "full_name",
    "电话": "phone",
    "角色": "role",
    "地方代码": "division",
    "单位": "organization",
    "部门": "department",
}
MOST_BYTES = 1024**2
MOST_LINES = 5000
_FORMULA = tuple("=+-@\t\r")
_ENCODINGS = ("utf-8-sig", "gb18030")
_ROLES_BY_NAME = {role.zh: code for code, role in ROLES.items()} | {role.en: code for code, role in ROLES.items()}


@dataclass(frozen=True)
class StaffLine:
    """One line of the list: its number in the file, who it would make, and what is wrong with it (nothing: it can be saved)."""

    number: int
    person: NewPerson
    problems: tuple[Problem, ...]


def read_staff(actor: Actor, *, content: bytes) -> tuple[StaffLine, ...]:
    """Every line of a list of staff with what is wrong with it; raises RecordError when the file as a whole cannot be read."""
    check_may(actor, Action.MANAGE_USERS)
    rows = _rows(_text(content))
    repeated = {
        name for name, times in Counter(normal_username(row["username"]) for _n, row in rows).items() if times > 1
    }
    return tuple(_line(actor, number, row, repeated) for number, row in rows)


def save_staff(actor: Actor, *, lines: Iterable[StaffLine], reason: str) -> tuple[uuid.UUID, ...]:
    """Ask for an account for each good line, all or none; each still needs a security administrator's grant."""
    good = [line for line in lines if not line.problems]
    with transaction.atomic():
        return tuple(create_person(actor, person=line.person, reason=reason) for line in good)


def _text(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise _file_error(
            "too_large", "文件太大。一次最多 1 MB，请分几次导入。", "The file is too large: 1 MB at most. Split it."
        )
    for encoding in _ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _file_error(
        "encoding",
        "文件的编码读不出来。请另存为 UTF-8 或 GB18030 编码的 CSV。",
        "The file's encoding cannot be read. Save it as CSV in UTF-8 or GB18030.",
    )


def _rows(text: str) -> list[tuple[int, dict[str, str]]]:
    try:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        header = [WORDS.get(name.strip(), name.strip().lower()) for name in next(reader, [])]
        _check_header(header)
        rows = [(reader.line_num, _row(header, cells)) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as broken:
        raise _file_error(
            "csv",
            "文件不是完整的 CSV（引号没有成对）。请重新另存为 CSV。",
            "The file is not a whole CSV (a quotation mark is missing). Save it as CSV again.",
        ) from broken
    if not rows or len(rows) > MOST_LINES:
        raise _file_error("lines", "文件要有 1 到 5000 行人员。", "The file must list 1 to 5,000 people.")
    return rows


def _check_header(header: list[str]) -> None:
    missing = [name for name in COLUMNS if name not in header and name not in OPTIONAL]
    if missing:
        spoken = {code: word for word, code in WORDS.items()}
        raise _file_error(
            "columns",
            f"缺少列：{'、'.join(spoken[name] for name in missing)}。请按模板补上表头。",
            f"Columns are missing: {', '.join(missing)}. Complete the header as in the template.",
        )


def _row(header: list[str], cells: list[str]) -> dict[str, str]:
    found = dict(zip(header, cells, strict=False))
    return {name: found.get(name, "").strip(" 　") for name in COLUMNS}


def _line(actor: Actor, number: int, row: dict[str, str], repeated: set[str]) -> StaffLine:
    place = Place(line=number)
    person = NewPerson(
        username=row["username"],
        full_name=row["full_name"],
        phone=row["phone"],
        post=NewPost(
            role=_ROLES_BY_NAME.get(row["role"], row["role"]),
            division=row["division"].ljust(DIVISION_DIGITS, "0") if row["division"].isdigit() else row["division"],
            organization=row["organization"],
            department=row["department"],
        ),
    )
    problems = [Problem(place, fault.code, fault.zh, fault.en) for fault in person_faults(actor, person).values()]
    if any(cell.startswith(_FORMULA) for cell in row.values()):
        problems.append(
            Problem(
                place,
                "accounts.formula",
                "有单元格以 =、+、- 或 @ 开头，会被表格软件当成公式。请改成普通文字。",
                "A cell begins with =, +, - or @ and would be a formula in a spreadsheet. Make it plain text.",
            )
        )
    if normal_username(row["username"]) in repeated:
        problems.append(
            Problem(
                place,
                "accounts.repeated",
                "这个用户名在文件里出现不止一次。请改成不同的用户名。",
                "This sign-in name stands in the file more than once. Make them different.",
            )
        )
    return StaffLine(number, person, tuple(problems))


def _file_error(code: str, zh: str, en: str) -> RecordError:
    return RecordError(Problem(Place(), f"accounts.file_{code}", zh, en))
