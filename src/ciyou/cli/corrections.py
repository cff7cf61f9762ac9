"""`ciyou corrections`: after a linking, one encrypted workbook for each department that states what ought to be corrected."""

from __future__ import annotations

from pathlib import Path

import click

from ciyou.apps.oversight.workbook import encrypt_workbook, make_password, write_workbook
from ciyou.batch.corrections import Correction, corrections_of
from ciyou.batch.linkage.roster_changes import CORRECTION_FIELDS
from ciyou.cli.output import choose_language, fail, language_option
from ciyou.core.errors import CiyouError
from ciyou.packs.rosters_loader import load_roster_packs

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
)
_HEAD = ("文件", "行", "记录编号", "项目", "贵单位所载", "据查应为", "理由")


@click.command("corrections", epilog="Example: ciyou corrections linked/ --out requests/")
@click.argument("linked", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Folder for the workbooks (made if need be)."
)
@click.option("--again", is_flag=True, help="Also what the linking before this one asked already.")
@language_option
def corrections(linked: Path, out: Path, again: bool, lang: str | None) -> None:
    """Ask departments to correct what LINKED, an output folder of `ciyou link`, found wrong in their rosters.

    Writes for each roster one workbook (a letter, and the values by file and row), encrypted; its password is printed once and is to
    be sent by another way. Exit 0: done; 2: could not run.
    """
    spoken = choose_language(lang)
    try:
        found = corrections_of(linked, again=again)
    except CiyouError as error:
        fail(error, spoken)
    packs = {pack.code: pack for pack in load_roster_packs(division="00")}
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    for roster, rows in found.items():
        password, path = make_password(), out / f"{roster}.xlsx"
        path.write_bytes(encrypt_workbook(_workbook(packs[roster].name("zh"), rows), password=password))
        path.chmod(0o600)
        click.echo(f"{path}  {len(rows):,}  {password}")


def _workbook(roster: str, rows: list[Correction]) -> bytes:
    letter = [(line.format(roster=roster, count=len(rows)),) for line in _LETTER]
    listed = [(*one[:3], CORRECTION_FIELDS[one.field][0], one.stated, one.believed, _BASES[one.basis]) for one in rows]
    return write_workbook([("函", letter), ("明细", [_HEAD, *listed])])
