"""What a folder of rosters holds: which file is whose list, how it is written, and everything that is wrong with it at once."""

from __future__ import annotations

import csv
import datetime as dt
import fnmatch
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ciyou.batch.rosters.coverage import COVERAGE_FILE, CoverageStatement, read_coverage
from ciyou.batch.rosters.layout import ROWS_SEARCHED, Layout, count_known_titles, find_layout, merged_titles
from ciyou.batch.rosters.parquet_files import parquet_titles
from ciyou.batch.rosters.text_files import SEPARATORS, TextForm, head_rows, inspect_text, read_head
from ciyou.batch.rosters.workbooks import inspect_workbook, workbook_hash
from ciyou.core.errors import Place, Problem, RosterError
from ciyou.packs.roster_pack import Coverage, RosterPack

READABLE = (".csv", ".txt", ".tsv", ".xlsx", ".parquet")
_UNREADABLE_TABLES = (".xls", ".et", ".ods", ".xlsb", ".numbers", ".mdb", ".dbf")
_ZIP, _OLD_OFFICE, _PDF, _PARQUET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"PAR1"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class RosterFile:
    """One file of a delivery. `name` is relative to its folder; `form` and `separator` are of text files, `sheet` of workbooks."""

    roster: str
    name: str
    format: str
    layout: Layout
    sha256: str
    size: int
    form: TextForm | None = None
    separator: str = ""
    sheet: str = ""

    @property
    def encoding(self) -> str:
        """How its text is encoded, "" where the format says so itself."""
        return self.form.encoding if self.form else ""


@dataclass(frozen=True)
class Delivery:
    """A folder of rosters, ready to be read: files ordered by roster and name, and the names of files that are no rosters."""

    folder: Path
    packs: tuple[RosterPack, ...]
    files: tuple[RosterFile, ...]
    ignored: tuple[str, ...]
    coverage: Mapping[str, CoverageStatement]

    @property
    def rosters(self) -> tuple[str, ...]:
        """The codes of the rosters delivered, in order."""
        return tuple(dict.fromkeys(file.roster for file in self.files))

    def pack(self, roster: str) -> RosterPack:
        """The pack of a roster that was looked for."""
        return next(pack for pack in self.packs if pack.code == roster)

    def effective_packs(
        self, *, division: str, as_of: dt.date, rows_read: Mapping[str, int] | None = None
    ) -> tuple[RosterPack, ...]:
        """The packs of the delivered rosters with the coverage that holds for a division on a day.

        What the delivery states goes before the pack's default. A roster without a single row (`rows_read`) is complete only
        if the delivery says so: an empty file may also be a failed export, and its silence would concern everybody.
        """
        return tuple(
            replace(self.pack(code), coverage=self._coverage(code, division, as_of, rows_read)) for code in self.rosters
        )

    def _coverage(self, code: str, division: str, day: dt.date, rows_read: Mapping[str, int] | None) -> Coverage:
        statement = self.coverage.get(code)
        if statement is not None:
            return statement.on(division=division, day=day)
        if rows_read is not None and not rows_read.get(code, 0):
            return Coverage.PARTIAL
        return self.pack(code).coverage


def find_rosters(folder: Path, packs: Sequence[RosterPack]) -> Delivery:
    """The delivery in a folder (its subfolders are not searched). Raises RosterError with the problems of all files at once."""
    problems: list[Problem] = []
    files: list[RosterFile] = []
    ignored: list[str] = []
    for path in _listed(folder):
        pack = _pack_of(path, packs, problems)
        if pack is None:
            ignored.append(path.name)
            continue
        try:
            files.append(_inspect(path, pack))
        except RosterError as error:
            problems.extend(error.problems)
    coverage: Mapping[str, CoverageStatement] = {}
    try:
        coverage = read_coverage(folder, [pack.code for pack in packs])
    except RosterError as error:
        problems.extend(error.problems)
    if not files and not problems:
        problems.append(_no_rosters(packs))
    if problems:
        raise RosterError(sorted(problems))
    files.sort(key=lambda file: (file.roster, file.name))
    return Delivery(folder, tuple(packs), tuple(files), tuple(ignored), coverage)


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.name != COVERAGE_FILE and not path.name.startswith("."))
    except OSError as error:
        raise RosterError(
            Problem(
                Place(),
                "roster.no_folder",
                "名册文件夹不存在或无法读取；请检查路径和权限。",
                "The folder of rosters does not exist or cannot be read; check its path and permissions.",
            )
        ) from error


def _pack_of(path: Path, packs: Sequence[RosterPack], problems: list[Problem]) -> RosterPack | None:
    """The pack whose patterns fit the file's name; a longer pattern goes before a shorter one."""
    ending = path.suffix.casefold()
    if path.name.startswith("~$") or not path.is_file() or ending not in (*READABLE, *_UNREADABLE_TABLES):
        return None
    stem = path.stem.casefold()
    fitting = [
        (len(pattern), pack) for pack in packs for pattern in pack.file_patterns if fnmatch.fnmatchcase(stem, pattern)
    ]
    longest = max((length for length, _ in fitting), default=0)
    found = list(dict.fromkeys(pack.code for length, pack in fitting if length == longest))
    if len(found) > 1:
        problems.append(
            Problem(
                Place(path.name),
                "roster.ambiguous_name",
                f"文件名同时符合多种名册：{'、'.join(found)}；请改名，使其以其中一个代码开头。",
                f"The file's name fits several rosters: {', '.join(found)}; rename it to begin with one of these codes.",
            )
        )
        return None
    return next((pack for length, pack in fitting if length == longest), None)


def _inspect(path: Path, pack: RosterPack) -> RosterFile:
    if path.suffix.casefold() in _UNREADABLE_TABLES:
        raise RosterError(_wrong_format(path, "旧版或其他软件的表格", "a table of an older or other program"))
    with path.open("rb") as opened:
        beginning = opened.read(4)
    if not beginning:
        raise RosterError(_empty(path.name))
    match path.suffix.casefold():
        case ".xlsx":
            return _inspect_workbook(path, pack)
        case ".parquet":
            return _inspect_parquet(path, pack)
        case _:
            return _inspect_text(path, pack, beginning)


def _inspect_workbook(path: Path, pack: RosterPack) -> RosterFile:
    sheet, head, merged = inspect_workbook(path, pack)
    if not sheet:
        raise RosterError(_empty(path.name))
    layout, problems = find_layout(head, pack, file=path.name)
    if merged and layout is None:
        problems = [merged_titles(Place(path.name, 1))]
    if layout is None:
        raise RosterError(problems)
    digest, size = workbook_hash(path)
    return RosterFile(pack.code, path.name, "xlsx", layout, digest, size, sheet=sheet)


def _inspect_parquet(path: Path, pack: RosterPack) -> RosterFile:
    layout, problems = find_layout([parquet_titles(path)], pack, file=path.name)
    if layout is None:
        raise RosterError(problems)
    digest, size = workbook_hash(path)
    return RosterFile(pack.code, path.name, "parquet", layout, digest, size)


def _inspect_text(path: Path, pack: RosterPack, beginning: bytes) -> RosterFile:
    for marks, zh, en in (
        ((_ZIP, _OLD_OFFICE), "改了扩展名的电子表格", "a spreadsheet under another ending"),
        ((_PDF,), "PDF", "a PDF"),
        ((_PARQUET,), "改了扩展名的 Parquet", "Parquet under another ending"),
        (_UTF16, "UTF-16 文本", "text in UTF-16"),
    ):
        if beginning.startswith(marks):
            raise RosterError(_wrong_format(path, zh, en))
    form = inspect_text(path)
    if not form.encoding:
        raise RosterError(_wrong_format(path, "既非 UTF-8 也非 GB 18030 的文件", "neither UTF-8 nor GB 18030"))
    head = read_head(path, form)
    if not head.strip("\ufeff\r\n ,;\t"):
        raise RosterError(_empty(path.name))
    separator, rows = _separated(head, pack)
    layout, problems = find_layout(rows, pack, file=path.name)
    if layout is None:
        raise RosterError(problems)
    return RosterFile(pack.code, path.name, "csv", layout, form.sha256, form.size, form=form, separator=separator)


def _separated(head: str, pack: RosterPack) -> tuple[str, list[list[str]]]:
    """The separator under which most titles are known, and the first rows under it."""
    found: list[tuple[int, str, list[list[str]]]] = []
    for separator in SEPARATORS:
        try:
            rows = head_rows(head, separator, ROWS_SEARCHED)
        except csv.Error:
            continue
        found.append((count_known_titles(rows, pack), separator, rows))
    best = max(found, key=lambda one: one[0])
    return best[1], best[2]


def _empty(file: str) -> Problem:
    return Problem(
        Place(file),
        "roster.empty_file",
        "文件是空的；若确无记录，请只保留一行表头；否则请重新导出。",
        "The file is empty; if there is really nothing to report, keep the row of titles; otherwise export it again.",
    )


def _wrong_format(path: Path, zh: str, en: str) -> Problem:
    return Problem(
        Place(path.name),
        "roster.format",
        f"文件是{zh}，无法读取；请用表格软件打开后另存为 .xlsx 或 UTF-8 的 .csv。",
        f"The file is {en} and cannot be read; open it in a spreadsheet program and save it as .xlsx or UTF-8 .csv.",
    )


def _no_rosters(packs: Iterable[RosterPack]) -> Problem:
    names = "、".join(f"{pack.file_patterns[0]}（{pack.zh}）" for pack in packs if pack.file_patterns)
    english = ", ".join(f"{pack.file_patterns[0]} ({pack.en})" for pack in packs if pack.file_patterns)
    return Problem(
        Place(),
        "roster.none",
        f"文件夹里没有可识别的名册；文件名应为（.csv、.xlsx 或 .parquet）：{names}。",
        f"The folder holds no roster that is recognized; name the files (.csv, .xlsx or .parquet): {english}.",
    )
