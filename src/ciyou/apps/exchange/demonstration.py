"""The demo's file of the national system: the county's own list with what real lists have: missing, unknown, differing and damaged rows."""

from __future__ import annotations

import uuid

from django.utils import timezone

from ciyou.apps.accounts.selectors import actors_of_role
from ciyou.apps.audit.wall import walled
from ciyou.apps.disbursement.sheet_file import write_sheet
from ciyou.apps.exchange.cells import Cell
from ciyou.apps.exchange.export_rows import ExchangeSheet, ExportedChildren, exchange_sheet
from ciyou.apps.exchange.importing import compare_file, receive_exchange_file
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.linkage.identity import checksum_char
from ciyou.packs import load_exchange_mappings

MISSING_EVERY, DIFFERS_EVERY = 5, 4
STRANGERS = (("虞小满", "20150312", "412"), ("费知秋", "20170809", "605"), ("池问渠", "20120120", "737"))
CHANGES = {"award.amount": "1200.00", "child.disability_grade": "二级", "father.circumstance": "死亡"}
"""By value what that system says otherwise, in turn."""


def make_demo_exchange() -> uuid.UUID | None:
    """Compare the demo's county with an invented file; None where there is nobody to be in it. In a demo's state folder only."""
    drafters = actors_of_role(division="0" * 12, role="county_drafter")
    mapping = next(iter(load_exchange_mappings(division=drafters[0].scope.first)), None) if drafters else None
    if mapping is None:
        return None
    drafter = drafters[0]
    with walled(drafter):
        sheet = exchange_sheet(
            drafter,
            mapping=mapping,
            which=ExportedChildren.EVERYBODY,
            purpose=Purpose.SERVE,
            today=timezone.localdate(),
        )
    return _compare(drafter, sheet) if sheet.person_ids else None


def _compare(drafter: Actor, sheet: ExchangeSheet) -> uuid.UUID:
    content = write_sheet(sheet.mapping.sheet, [sheet.titles, *_as_they_have_it(sheet)])
    with walled(drafter):
        file = receive_exchange_file(drafter, name="全国系统导出（虚构）.xlsx", content=content)
    compare_file(file)
    return file


def _as_they_have_it(sheet: ExchangeSheet) -> list[list[Cell]]:
    places = {column.value: place for place, column in enumerate(sheet.columns)}
    changes = [(places[value], said) for value, said in CHANGES.items() if value in places]
    rows: list[list[Cell]] = []
    for number, row in enumerate((row for part in sheet.parts() for row in part), start=1):
        if number % MISSING_EVERY == 0:
            continue
        if changes and number % DIFFERS_EVERY == 0:
            place, said = changes[number // DIFFERS_EVERY % len(changes)]
            row[place] = said
        rows.append(row)
    if not rows:
        return rows
    number = places["person.id_number"]
    region = str(next((row[number] for row in rows if row[number]), "110101"))[:6]
    strangers = [_stranger(rows[0], places, region, *one) for one in STRANGERS]
    # A digit is wrong there: the child is still found by name and birth date.
    rows[-1][number] = f"{region}20130101123{'0' if checksum_char(f'{region}20130101123') != '0' else '1'}"
    return [*rows, *strangers, list(rows[0])]


def _stranger(like: list[Cell], places: dict[str, int], region: str, name: str, born: str, sequence: str) -> list[Cell]:
    first17 = f"{region}{born}{sequence}"
    said = {
        "person.name": name,
        "person.id_number": first17 + checksum_char(first17),
        "person.birth_date": f"{born[:4]}-{born[4:6]}-{born[6:]}",
        "person.sex": "男" if int(sequence[-1]) % 2 else "女",
    }
    row = list(like)
    for value, cell in said.items():
        if value in places:
            row[places[value]] = cell
    return row
