"""Children who belong into the national system, and files as that system would export them. Nobody exists."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import uuid

from ciyou.apps.disbursement.sheet_file import write_sheet
from ciyou.apps.exchange.importing import compare_file, receive_exchange_file
from ciyou.apps.exchange.models import ExchangeFile, ExchangeItem
from ciyou.apps.registry.models import Person
from ciyou.apps.registry.services import record_identifier
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.linkage.identity import checksum_char
from tests.award_builders import confirm
from tests.exchange_columns import TITLES
from tests.month_builders import SICHUAN, orphan
from tests.office import make_actor

BORN = dt.date(2016, 5, 1)
_numbers = itertools.count(1)


def number(sequence: int | None = None, *, born: dt.date = BORN, region: str = "511304") -> str:
    """An ID number that is right in form, of a girl, and given to nobody on purpose."""
    days, place = divmod(sequence if sequence is not None else next(_numbers), 400)
    first17 = f"{region}{born + dt.timedelta(days):%Y%m%d}{place * 2 + 2:03d}"
    return first17 + checksum_char(first17)


def listed_child(*, county: str = SICHUAN, id18: str | None = None, award: bool = True, **fields) -> uuid.UUID:
    """An orphan whose category a person confirmed, with an ID number and an award."""
    child = orphan(county=county, award=award, **fields)
    confirm(child)
    record_identifier(LOCAL_OPERATOR, person_id=child, kind="id_card", value=id18 or number())
    return child


def their_row(child: uuid.UUID | None = None, id18: str = "", **changed: str) -> dict[str, str]:
    """A row that says what we hold of an orphan; `changed` by title."""
    person = Person.objects.get(id=child) if child else None
    row = {
        "姓名": person.name if person else "某某",
        "身份证号码": id18,
        "性别": "女",
        "出生日期": "2016-05-01",
        "户籍地区划代码": person.division if person else "511304001001",
        "儿童类别": "孤儿",
        "残疾等级": "",
        "父亲情况": "死亡",
        "发放标准（元/月）": "1350.00",
    }
    return {**row, **changed}


def csv_file(
    *rows: dict[str, str], titles: tuple[str, ...] = TITLES, encoding: str = "utf-8-sig", above: int = 0
) -> bytes:
    """A list as CSV; `above`: lines of heading above the titles."""
    made = io.StringIO()
    writer = csv.writer(made)
    for _ in range(above):
        writer.writerow(["全国儿童福利信息系统导出"])
    writer.writerow(titles)
    writer.writerows([[row.get(title, "") for title in titles] for row in rows])
    return made.getvalue().encode(encoding)


def xlsx_file(*rows: dict[str, str], titles: tuple[str, ...] = TITLES) -> bytes:
    """The same as a workbook."""
    return write_sheet("儿童信息", [titles, *[[row.get(title, "") for title in titles] for row in rows]])


def compared(content: bytes, *, actor=None, name: str = "名单.csv") -> ExchangeFile:
    """A file that was received and compared."""
    file_id = receive_exchange_file(actor or make_actor(division=SICHUAN), name=name, content=content)
    compare_file(file_id)
    return ExchangeFile.objects.get(id=file_id)


def items(**wanted) -> list[ExchangeItem]:
    """The items there are."""
    return list(ExchangeItem.objects.filter(**wanted).order_by("kind", "field", "id"))
