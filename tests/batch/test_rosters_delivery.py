"""Which files of a folder are rosters, and what is said about those that cannot be used: all problems at once, no personal data."""

from __future__ import annotations

import datetime as dt

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.batch.roster_files import DEATHS, PACKS, find, id_number, write_text, write_workbook

from ciyou.batch.rosters import find_rosters
from ciyou.core.errors import RosterError
from ciyou.packs.roster_pack import Coverage

DEAD = ("sw-000001", "沈国栋", "男", id_number("19860512", 31), "1986-05-12", "2021-06-12")


def codes(error):
    return [(problem.place.file, problem.code) for problem in error.value.problems]


def test_files_are_known_by_their_names_and_others_are_ignored(tmp_path):
    write_text(tmp_path, "deaths.csv", DEATHS, DEAD)
    write_text(tmp_path, "死亡名册2025.csv", DEATHS, DEAD)
    write_text(tmp_path, "truth_records.csv", ("rec_id", "person_id"), ("a", "b"))
    (tmp_path / "README.md").write_text("hello", encoding="utf-8")
    (tmp_path / "~$deaths.xlsx").write_bytes(b"lock")
    delivery = find(tmp_path)
    assert [(file.roster, file.name) for file in delivery.files] == [
        ("health_deaths", "deaths.csv"),
        ("health_deaths", "死亡名册2025.csv"),
    ]
    assert delivery.ignored == ("README.md", "truth_records.csv", "~$deaths.xlsx")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_encoding_is_found_by_strict_decoding(tmp_path, encoding):
    write_text(tmp_path, "deaths.csv", DEATHS, DEAD, encoding=encoding)
    assert find(tmp_path).files[0].encoding == encoding.removesuffix("-sig")


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_the_separator_is_the_one_that_gives_known_titles(tmp_path, separator):
    write_text(tmp_path, "deaths.csv", DEATHS, DEAD, separator=separator)
    assert find(tmp_path).files[0].separator == separator


def test_a_renamed_column_is_reported_with_the_titles_found_and_the_nearest(tmp_path):
    write_text(
        tmp_path,
        "custody.csv",
        ("姓名", "身份证号", "羁押类型别", "起始日期"),
        ("沈国栋", "", "服刑在押", "2024-01-01"),
    )
    with pytest.raises(RosterError) as error:
        find(tmp_path)
    (problem,) = error.value.problems
    assert (problem.place.file, problem.place.line, problem.code) == ("custody.csv", 1, "roster.missing_column")
    assert "羁押类别" in problem.zh and "最接近的是“羁押类型别”" in problem.zh
    assert "姓名、身份证号、羁押类型别、起始日期" in problem.zh
    assert "羁押类型别" in problem.en and "沈国栋" not in problem.zh + problem.en


def test_problems_of_all_files_are_reported_at_once(tmp_path):
    (tmp_path / "deaths.csv").write_bytes(b"")
    write_text(tmp_path, "court.csv", ("姓名", "身份证号"), ("沈国栋", ""))
    (tmp_path / "school.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    (tmp_path / "births.csv").write_bytes(b"PK\x03\x04 a workbook")
    (tmp_path / "illness.xlsx").write_bytes(b"not a workbook")
    (tmp_path / "missing.parquet").write_bytes(b"not parquet")
    with pytest.raises(RosterError) as error:
        find(tmp_path)
    assert codes(error) == [
        ("births.csv", "roster.format"),
        ("court.csv", "roster.missing_column"),
        ("court.csv", "roster.missing_column"),
        ("deaths.csv", "roster.empty_file"),
        ("illness.xlsx", "roster.damaged_workbook"),
        ("missing.parquet", "roster.damaged_parquet"),
        ("school.xls", "roster.format"),
    ]


def test_a_file_without_titles_is_refused_without_quoting_the_people_in_it(tmp_path):
    write_text(tmp_path, "deaths.csv", DEAD)
    with pytest.raises(RosterError) as error:
        find(tmp_path)
    assert codes(error) == [("deaths.csv", "roster.no_header")]
    assert "沈国栋" not in error.value.text("zh") + error.value.text("en")


def test_a_column_that_stands_twice_is_refused(tmp_path):
    write_text(tmp_path, "deaths.csv", ("姓名", "人员姓名", "死亡日期"), ("沈国栋", "", "2021-06-12"))
    with pytest.raises(RosterError) as error:
        find(tmp_path)
    assert codes(error) == [("deaths.csv", "roster.duplicate_column")]


def test_rows_of_a_heading_above_the_titles_are_skipped(tmp_path):
    write_text(tmp_path, "deaths.csv", ("某某县死亡名册",), ("填报单位", "某局"), DEATHS, DEAD)
    assert find(tmp_path).files[0].layout.header_row == 3


def test_titles_with_notes_blanks_and_full_width_marks_are_known(tmp_path):
    titles = ("姓 名", "身份证号码（18位）", "＊死亡日期", "备注")
    write_text(tmp_path, "deaths.csv", titles, ("沈国栋", "", "2021-06-12", ""))
    layout = find(tmp_path).files[0].layout
    assert dict(layout.positions) == {"name": 0, "id_no": 1, "death_date": 2}
    assert layout.unknown_titles == ("备注",)


def test_merged_titles_in_two_rows_are_refused(tmp_path):
    write_workbook(
        tmp_path,
        "school.xlsx",
        ("姓名", "身份证号", "监护人", "", "学段", "学籍状态"),
        ("", "", "监护人姓名", "监护人身份证号", "", ""),
        ("沈明轩", "", "", "", "小学", "在读"),
        change=lambda sheet: sheet.merge_cells("C1:D1"),
    )
    with pytest.raises(RosterError) as error:
        find(tmp_path)
    assert codes(error) == [("school.xlsx", "roster.merged_header")]


def test_a_merged_heading_over_the_whole_table_does_no_harm(tmp_path):
    rows = (("某某县死亡名册", "", "", "", "", ""), DEATHS, DEAD)
    write_workbook(tmp_path, "deaths.xlsx", *rows, change=lambda sheet: sheet.merge_cells("A1:F1"))
    assert find(tmp_path).files[0].layout.header_row == 2


def test_two_sheets_with_rosters_are_refused(tmp_path):
    book = openpyxl.Workbook()
    for sheet in (book.active, book.create_sheet("more")):
        sheet.append(DEATHS)
        sheet.append(DEAD)
    book.save(tmp_path / "deaths.xlsx")
    with pytest.raises(RosterError) as error:
        find(tmp_path)
    assert codes(error) == [("deaths.xlsx", "roster.two_sheets")]


def test_utf16_text_is_refused_with_what_to_do(tmp_path):
    write_text(tmp_path, "deaths.csv", DEATHS, DEAD, encoding="utf-16")
    with pytest.raises(RosterError) as error:
        find(tmp_path)
    assert codes(error) == [("deaths.csv", "roster.format")]
    assert "UTF-8" in error.value.problems[0].zh


def test_bytes_of_no_known_encoding_are_refused(tmp_path):
    (tmp_path / "deaths.csv").write_bytes(b"\n".join(bytes([0xFF, 0x81, 0x20, number]) for number in range(65, 90)))
    with pytest.raises(RosterError) as error:
        find(tmp_path)
    assert codes(error) == [("deaths.csv", "roster.format")]


def test_a_folder_without_rosters_or_that_is_none_is_refused(tmp_path):
    with pytest.raises(RosterError) as error:
        find(tmp_path)
    assert codes(error) == [("", "roster.none")]
    with pytest.raises(RosterError) as error:
        find_rosters(tmp_path / "absent", PACKS)
    assert codes(error) == [("", "roster.no_folder")]


def test_parquet_columns_are_known_by_their_names(tmp_path):
    pq.write_table(pa.table({title: ["x"] for title in DEATHS}), tmp_path / "deaths.parquet")
    assert find(tmp_path).files[0].format == "parquet"


# -- coverage ----------------------------------------------------------------------------------------
DAY = dt.date(2025, 9, 1)


def coverage_of(delivery, *, division="510199", day=DAY, rows=None):
    (pack,) = delivery.effective_packs(division=division.ljust(12, "0"), as_of=day, rows_read=rows)
    return pack.coverage


def test_a_roster_is_as_complete_as_its_pack_says(tmp_path):
    write_text(tmp_path, "deaths.csv", DEATHS, DEAD)
    assert coverage_of(find(tmp_path)) is Coverage.COMPLETE


def test_the_delivery_may_declare_a_roster_partial(tmp_path):
    write_text(tmp_path, "deaths.csv", DEATHS, DEAD)
    (tmp_path / "coverage.yaml").write_text("health_deaths: partial\n", encoding="utf-8")
    assert coverage_of(find(tmp_path)) is Coverage.PARTIAL


def test_completeness_holds_only_where_and_when_it_is_stated(tmp_path):
    write_text(tmp_path, "deaths.csv", DEATHS, DEAD)
    (tmp_path / "coverage.yaml").write_text(
        'health_deaths: {coverage: complete, divisions: ["5101"], from: 2024-01-01, to: 2025-09-01}\n', encoding="utf-8"
    )
    delivery = find(tmp_path)
    assert coverage_of(delivery) is Coverage.COMPLETE
    assert coverage_of(delivery, division="510399") is Coverage.PARTIAL
    assert coverage_of(delivery, day=dt.date(2025, 9, 2)) is Coverage.PARTIAL


def test_an_empty_roster_is_complete_only_if_the_delivery_says_so(tmp_path):
    write_text(tmp_path, "deaths.csv", DEATHS)
    assert coverage_of(find(tmp_path), rows={"health_deaths": 0}) is Coverage.PARTIAL
    (tmp_path / "coverage.yaml").write_text("health_deaths: complete\n", encoding="utf-8")
    assert coverage_of(find(tmp_path), rows={"health_deaths": 0}) is Coverage.COMPLETE


def test_mistakes_in_the_statement_of_coverage_are_located(tmp_path):
    write_text(tmp_path, "deaths.csv", DEATHS, DEAD)
    (tmp_path / "coverage.yaml").write_text(
        'health_death: complete\nhealth_births: whole\ncourt_rulings: {coverage: complete, divisions: ["5"]}\n',
        encoding="utf-8",
    )
    with pytest.raises(RosterError) as error:
        find(tmp_path)
    assert [problem.place.line for problem in error.value.problems] == [1, 2, 3]
    assert "health_deaths" in error.value.problems[0].en
