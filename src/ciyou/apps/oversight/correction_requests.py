"""What departments are asked to correct after a linking: one encrypted workbook for each, with who made it and when, noted in the log."""

from __future__ import annotations

import getpass
import hashlib
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from ciyou.apps.audit.services import record_action
from ciyou.apps.oversight.workbook import encrypt_workbook, make_password, write_workbook
from ciyou.batch.corrections import Correction, corrections_of, place_of
from ciyou.batch.linkage.roster_changes import CORRECTION_FIELDS
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.errors import Place, Problem, RunError
from ciyou.packs.rosters_loader import load_roster_packs

HIGHEST_CLASS = 3
_BASES = {
    "own_number": "与本人有效身份证号码所含信息不一致",
    "register": "与户籍登记不一致",
    "several_rosters": "与其他多份名册不一致",
}
_LETTER = (
    "请核改名册信息",
    "名册：{roster}",
    "比对各部门名册时发现，贵单位名册中有 {count} 处所载信息与本人有效身份证号码或户籍登记不一致，详见“明细”。",
    "请核对原始材料。确有差错的，请在贵单位系统中更正，下次报送名册时即按更正后的内容比对；所载无误的，请告知，以便通知户籍登记等有关单位核对。",
    "本表仅用于核对信息，不作为认定或者停发待遇的依据；请妥善保管，用后销毁。",
    "内部资料，注意保密。导出人：{who}；时间：{when}；编号：{key}",
)
_HEAD = ("文件", "行", "记录编号", "项目", "贵单位所载", "据查应为", "理由")


class Request(NamedTuple):
    """One workbook that was written; the only time that anybody sees its password."""

    path: Path
    count: int
    password: str


def write_requests(linked: Path, *, out: Path, again: bool) -> Iterator[Request]:
    """Write and note the requests of a linking one by one; `again`: also what the linking before it asked.

    Raises RunError for a folder without a linking, and for a roster that no pack of the linking's place names.
    """
    found = corrections_of(linked, again=again)
    place = place_of(linked)
    names = {pack.code: pack.name("zh") for pack in load_roster_packs(division=place)}
    if unknown := sorted(set(found) - set(names)):
        raise _unknown(linked, place, unknown)
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    for roster, rows in found.items():
        yield _write(linked, out / f"{roster}.xlsx", names[roster], rows)


def _write(linked: Path, path: Path, name: str, rows: list[Correction]) -> Request:
    key, password = uuid.uuid4(), make_password()
    sealed = encrypt_workbook(_workbook(name, rows, key), password=password)
    with transaction.atomic():
        record_action(
            LOCAL_OPERATOR,
            action="ask_corrections",
            subject=str(key),
            details={
                "run": hashlib.sha256((linked / "run.json").read_bytes()).hexdigest(),
                "roster": path.stem,
                "rows": len(rows),
                "sha256": hashlib.sha256(sealed).hexdigest(),
            },
            highest_class=HIGHEST_CLASS,
        )
        path.write_bytes(sealed)
        path.chmod(0o600)
    return Request(path, len(rows), password)


def _workbook(roster: str, rows: list[Correction], key: uuid.UUID) -> bytes:
    when = timezone.localtime().strftime("%Y-%m-%d %H:%M")
    told = {"roster": roster, "count": len(rows), "who": getpass.getuser(), "when": when, "key": key}
    letter = [(line.format(**told),) for line in _LETTER]
    listed = [(*one[:3], CORRECTION_FIELDS[one.field][0], one.stated, one.believed, _BASES[one.basis]) for one in rows]
    return write_workbook([("函", letter), ("明细", [_HEAD, *listed])])


def _unknown(linked: Path, place: str, rosters: list[str]) -> RunError:
    listed = ", ".join(rosters)
    return RunError(
        Problem(
            Place(linked.name),
            "run.unknown_roster",
            f"规则包（{place}）里没有名册 {listed}，没有写出任何文件。请用写明 --division 的 ciyou link 重新识别，或先装上当地的名册包。",
            f"The packs of {place} name no roster {listed}; nothing was written. Link again with `ciyou link --division`, or add the place's roster packs first.",
        )
    )
