"""What rows become: normalized records, warnings for single cells, rows set aside with their reasons; read = used + rejected."""

from __future__ import annotations

import datetime as dt
import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.batch.roster_files import DEATHS, csv_text, find, id_number, read, write_text, write_workbook

MAN = id_number("19860512", 31)
CHILD = id_number("20130917", 12)
MOTHER = id_number("19880304", 24)
HUKOU = ("rec_id", "name", "sex", "id_no", "dob", "addr", "div_code", "phone", "household_no", "relation_to_head")
SCHOOL = ("rec_id", "name", "sex", "id_no", "dob", "cert_no", "stage", "status", "boarding")


def death(rec_id="sw-000001", name="沈国栋", sex="男", id_no=MAN, dob="1986-05-12", death_date="2021-06-12"):
    return rec_id, name, sex, id_no, dob, death_date


def one_death(tmp_path, **cells):
    write_text(tmp_path, "deaths.csv", DEATHS, death(**cells))
    summaries, records, _ = read(tmp_path, tmp_path)
    return records["health_deaths"][0], summaries["health_deaths"].warnings


def test_a_clean_row_becomes_a_record_with_typed_values(tmp_path):
    address = "云溪县清河镇柳湾村委会三组12号"
    row = (
        "hk-000001",
        "沈國棟",
        "1",
        MAN,
        "1986年5月12日",
        address,
        "510199",
        "１３８００１２３４５６",
        "51019900001",
        "户主",
    )
    write_text(tmp_path, "hukou.csv", HUKOU, row)
    (record,) = read(tmp_path, tmp_path)[1]["police_hukou"]
    assert record | {"name_reading": "shen guo dong"} == record
    assert (record["name"], record["sex"], record["id_no"], record["id_flag"]) == ("沈国栋", "male", MAN, "valid")
    assert (record["birth_date"], record["id_birth_date"]) == (dt.date(1986, 5, 12), dt.date(1986, 5, 12))
    assert (record["division"], record["town"], record["village"]) == ("510199000000", "清河镇", "柳湾村")
    assert (record["phone"], record["household_no"]) == ("13800123456", "51019900001")
    assert (record["relation_to_head"], record["away_since"]) == ("head", None)
    assert (record["source_file"], record["source_row"]) == ("hukou.csv", 2)


@pytest.mark.parametrize(
    "written",
    [
        MAN.translate(str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")),
        f"'{MAN}",
        f"{MAN[:6]} {MAN[6:]}",
        f'="{MAN}"',
        MAN[:6] + MAN[8:17],
        MAN.lower(),
    ],
    ids=["full width", "leading quote", "blank inside", "quoted by a formula", "15 digits", "small x"],
)
def test_a_number_in_any_dress_is_read(tmp_path, written):
    record, _ = one_death(tmp_path, id_no=written)
    assert (record["id_no"], record["id_flag"]) == (MAN, "valid")


@pytest.mark.parametrize(
    ("written", "flag", "kind"),
    [
        (MAN[:17] + ("1" if MAN[17] != "1" else "2"), "checksum", "bad_id"),
        (MAN[:15] + "000", "checksum", "rounded_id"),
        ("5.10199198605120E+17", "malformed", "rounded_id"),
        ("111111111111111111", "junk", "junk_id"),
        ("510199199902300017", "date", "bad_id"),
        ("=A2", "missing", "formula"),
        ("#REF!", "missing", "spreadsheet_error"),
        ("9" * 300, "missing", "too_long"),
    ],
)
def test_a_number_that_is_none_leaves_the_row_in_use_and_is_counted(tmp_path, written, flag, kind):
    record, warnings = one_death(tmp_path, id_no=written)
    assert (record["id_no"], record["id_flag"]) == (None, flag)
    assert ("id_no", kind, 1) in warnings


@pytest.mark.parametrize("written", ["", "无", "不详", "0"])
def test_a_number_that_was_not_given_is_missing_and_no_trouble(tmp_path, written):
    record, warnings = one_death(tmp_path, id_no=written)
    assert (record["id_no"], record["id_flag"], warnings) == (None, "missing", ())


@pytest.mark.parametrize(
    "written", ["2021-06-12", "20210612", "2021/6/12", "2021年6月12日", "2021.06.12", "44359", "2021-06-12 00:00:00"]
)
def test_dates_are_read_in_every_form_that_says_one_day(tmp_path, written):
    record, _ = one_death(tmp_path, death_date=written)
    assert record["death_date"] == dt.date(2021, 6, 12)


@pytest.mark.parametrize(
    ("written", "kind"),
    [("2021-02-30", "bad_date"), ("2021-06", "partial_date"), ("06/05/2021", "ambiguous_date"), ("soon", "bad_date")],
)
def test_a_date_that_is_not_certain_is_none(tmp_path, written, kind):
    record, warnings = one_death(tmp_path, death_date=written)
    assert record["death_date"] is None
    assert ("death_date", kind, 1) in warnings


# -- whose number ------------------------------------------------------------------------------------
def pupil(id_no="", dob="2013-09-17", cert_no=""):
    return "xj-000001", "沈明轩", "男", id_no, dob, cert_no, "小学", "在读", "是"


def one_pupil(tmp_path, **cells):
    write_text(tmp_path, "school.csv", SCHOOL, pupil(**cells))
    return read(tmp_path, tmp_path, as_of=dt.date(2025, 9, 1))[1]["education_school_roll"][0]


@pytest.mark.parametrize(
    ("written", "code", "warned"),
    [
        ("9510199001", 9510199001, ()),
        ("9510199001.0", 9510199001, ()),
        ("", None, ()),
        ("510199001", None, (("school_code", "out_of_range", 1),)),
        ("95101990012", None, (("school_code", "bad_number", 1),)),
        ("中心小学", None, (("school_code", "bad_number", 1),)),
    ],
)
def test_a_schools_identifier_has_ten_digits_or_is_counted_as_none(tmp_path, written, code, warned):
    write_text(tmp_path, "school.csv", (*SCHOOL, "学校标识码"), (*pupil(), written))
    summaries, records, _ = read(tmp_path, tmp_path, as_of=dt.date(2025, 9, 1))
    found = summaries["education_school_roll"].warnings
    assert records["education_school_roll"][0]["school_code"] == code
    assert tuple(one for one in found if one[0] == "school_code") == warned


def test_a_guardians_number_in_a_childs_field_is_kept_apart(tmp_path):
    record = one_pupil(tmp_path, id_no=MOTHER)
    assert (record["id_no"], record["id_flag"], record["id_birth_date"]) == (None, "guardian", None)
    assert record["guardian_id_in_field"] == MOTHER


def test_an_adults_number_on_a_school_roll_is_a_guardians_also_without_a_date_of_birth(tmp_path):
    assert one_pupil(tmp_path, id_no=MOTHER, dob="")["guardian_id_in_field"] == MOTHER


def test_the_number_inside_a_student_number_is_used_when_the_field_has_none(tmp_path):
    record = one_pupil(tmp_path, cert_no=f"G{CHILD}")
    assert (record["id_no"], record["id_flag"]) == (CHILD, "valid")


def test_a_student_number_tells_the_childs_number_from_the_guardians(tmp_path):
    record = one_pupil(tmp_path, id_no=MOTHER, dob="", cert_no=f"G{CHILD}")
    assert (record["id_no"], record["id_flag"], record["guardian_id_in_field"]) == (CHILD, "valid", MOTHER)


def test_the_number_inside_a_disability_certificate_is_used(tmp_path):
    titles = ("rec_id", "name", "id_no", "cert_no", "disability_type", "grade")
    write_text(
        tmp_path,
        "disability.csv",
        titles,
        ("cl-000001", "陆秀梅", "", f"{MOTHER}62", "精神", "二级"),
        encoding="gb18030",
    )
    (record,) = read(tmp_path, tmp_path)[1]["federation_disability"]
    assert (record["id_no"], record["disability_type"], record["disability_grade"]) == (MOTHER, "mental", 2)


def test_a_newborn_without_a_name_is_its_mothers_child(tmp_path):
    write_text(
        tmp_path,
        "births.csv",
        ("rec_id", "name", "dob", "g1_name", "g1_id"),
        ("cs-000001", "陆秀梅之女", "2016-07-02", "陆秀梅", MOTHER),
    )
    (record,) = read(tmp_path, tmp_path)[1]["health_births"]
    assert (record["name"], record["name_reading"], record["placeholder_of"], record["g1_id"]) == (
        "",
        "",
        "陆秀梅",
        MOTHER,
    )


# -- rows set aside ----------------------------------------------------------------------------------
def test_rows_that_cannot_be_used_are_set_aside_with_row_column_and_kind_but_never_the_value(tmp_path):
    titles = ("rec_id", "name", "id_no", "custody_kind", "start_date", "term_months")
    write_text(
        tmp_path,
        "custody.csv",
        titles,
        ("sf-000001", "沈国栋", MAN, "服刑在押", "2024-10-26", "24"),
        ("sf-000002", "何大勇", "", "保密的事", "2025-03-03", "6"),
        ("sf-000003", "", "无", "服刑在押", "2025-03-03", "6"),
        ("sf-000004", "何大勇"),
        ("sf-000001", "何大勇", "", "强制隔离戒毒", "2025-03-03", "24"),
        ("sf-000005", "何大勇", "", "", "2025-03-03", "6"),
    )
    summaries, records, rejected = read(tmp_path, tmp_path)
    assert [record["name"] for record in records["justice_custody"]] == ["沈国栋"]
    assert sorted((row["row"], row["column"], row["value_kind"], row["reason"]) for row in rejected) == [
        (3, "custody_kind", "unknown_code", "not_said"),
        (4, "name", "empty", "nobody"),
        (5, "", "wrong_columns", "wrong_columns"),
        (6, "rec_id", "duplicate_record_number", "duplicate"),
        (7, "custody_kind", "empty", "not_said"),
    ]
    assert (summaries["justice_custody"].read, summaries["justice_custody"].used) == (6, 1)
    assert {row["file"] for row in rejected} == {"custody.csv"}
    assert "保密" not in str(rejected) and all(row["reason_zh"] and row["reason_en"] for row in rejected)


def test_lines_that_are_no_text_are_set_aside_and_the_others_used(tmp_path):
    lines = csv_text(DEATHS, *(death(f"sw-00000{number}") for number in range(1, 6))).encode().split(b"\n")
    lines[3] = lines[3].replace("男".encode(), b"\xe7\x94")
    (tmp_path / "deaths.csv").write_bytes(b"\n".join(lines))
    summaries, records, rejected = read(tmp_path, tmp_path)
    assert [record["source_row"] for record in records["health_deaths"]] == [2, 3, 5, 6]
    assert [(row["row"], row["value_kind"]) for row in rejected] == [(4, "undecodable")]
    assert summaries["health_deaths"].files[0].encoding == "utf-8"


def test_a_quote_that_is_never_closed_spoils_its_own_row_only(tmp_path):
    text = csv_text(DEATHS, death("sw-000001"), death("sw-000002"), death("sw-000003"))
    (tmp_path / "deaths.csv").write_text(text.replace("sw-000002,沈", 'sw-000002,"沈'), encoding="utf-8")
    _, records, rejected = read(tmp_path, tmp_path)
    assert [record["rec_id"] for record in records["health_deaths"]] == ["sw-000001", "sw-000002", "sw-000003"]
    assert rejected == []


def test_a_quoted_cell_may_hold_separators_and_line_breaks(tmp_path):
    rows = [DEATHS, death("sw-000001", name="沈国栋"), death("sw-000002"), death("sw-000003")]
    rows[1] = ("sw-000001", "沈,国栋\n（曾用名）", *rows[1][2:])
    write_text(tmp_path, "deaths.csv", *rows)
    _, records, rejected = read(tmp_path, tmp_path)
    assert [(record["name"], record["source_row"]) for record in records["health_deaths"]] == [
        ("沈国栋", 2),
        ("沈国栋", 4),
        ("沈国栋", 5),
    ]
    assert rejected == []


def test_blank_rows_are_no_rows_and_blank_cells_behind_the_titles_do_no_harm(tmp_path):
    (tmp_path / "deaths.csv").write_text(csv_text(DEATHS, (*death(), "", ""), ()) + "\n\n", encoding="utf-8")
    summaries, _, rejected = read(tmp_path, tmp_path)
    assert (summaries["health_deaths"].read, rejected) == (1, [])


def test_records_without_a_number_get_one_from_their_file_and_row(tmp_path):
    write_text(tmp_path, "deaths.csv", ("姓名", "死亡日期"), ("沈国栋", "2021-06-12"))
    (record,) = read(tmp_path, tmp_path)[1]["health_deaths"]
    assert record["rec_id"] == "health_deaths:deaths.csv:2"


def test_numbers_that_other_departments_may_use_too_are_made_unique(tmp_path):
    write_text(tmp_path, "deaths.csv", DEATHS, death("1"), death("REC-2025-0001"))
    write_text(
        tmp_path,
        "illness.csv",
        ("rec_id", "name", "id_no", "disease"),
        ("1", "沈国栋", MAN, "白血病"),
        ("REC-2025-0001", "沈国栋", MAN, "癌症"),
    )
    _, records, rejected = read(tmp_path, tmp_path)
    numbers = [record["rec_id"] for roster in records.values() for record in roster]
    assert sorted(numbers) == [
        "REC-2025-0001",
        "health_deaths:1",
        "health_major_illness:1",
        "health_major_illness:REC-2025-0001",
    ]
    assert rejected == []


def test_duplicates_are_found_across_the_files_of_one_roster(tmp_path):
    write_text(tmp_path, "deaths_1.csv", DEATHS, death("sw-000001", name="沈国栋"))
    write_text(tmp_path, "deaths_2.csv", DEATHS, death("sw-000001", name="何大勇"), death("sw-000002", name="何大勇"))
    _, records, rejected = read(tmp_path, tmp_path)
    assert [(one["rec_id"], one["name"]) for one in records["health_deaths"]] == [
        ("sw-000001", "沈国栋"),
        ("sw-000002", "何大勇"),
    ]
    assert [(row["file"], row["row"]) for row in rejected] == [("deaths_2.csv", 2)]


# -- workbooks and Parquet -----------------------------------------------------------------------------
def test_values_of_a_workbook_are_read_as_a_person_sees_them(tmp_path):
    titles = ("姓名", "身份证号", "救助类别", "救助起始日期", "家庭月保障金额（元）", "家庭人口数")
    write_workbook(
        tmp_path,
        "dibao.xlsx",
        ("某某县低保名册",),
        titles,
        ("沈明轩", CHILD, "低保", dt.date(2023, 6, 1), 780.5, 4),
        (
            "陆小满",
            int(CHILD[:17] + "0") + 7,
            "特困",
            dt.datetime(2024, 1, 1),  # noqa: DTZ001 - a cell of a workbook has no time zone
            "1,040",
            1.0,
        ),
        ("何大勇", "", "=A1", 45292, "", ""),
    )
    summaries, records, rejected = read(tmp_path, tmp_path)
    first, second, third = records["civil_affairs_assistance"]
    assert (first["start_date"], first["monthly_amount_fen"], first["household_size"]) == (
        dt.date(2023, 6, 1),
        78050,
        4,
    )
    assert (first["id_no"], first["source_row"]) == (CHILD, 3)
    assert (second["id_no"], second["id_flag"], second["monthly_amount_fen"]) == (None, "malformed", 104000)
    assert (second["start_date"], second["household_size"]) == (dt.date(2024, 1, 1), 1)
    # A formula that was never computed has no value; a date as a bare number is a spreadsheet's serial.
    assert (third["assistance_kind"], third["start_date"]) == (None, dt.date(2024, 1, 1))
    assert ("id_no", "rounded_id", 1) in summaries["civil_affairs_assistance"].warnings and rejected == []


def test_a_table_that_begins_further_down_and_right_keeps_its_row_numbers(tmp_path):
    def change(sheet):
        for row, cells in enumerate((DEATHS, death()), start=4):
            for column, value in enumerate(cells, start=3):
                sheet.cell(row, column, value)

    write_workbook(tmp_path, "deaths.xlsx", change=change)
    (record,) = read(tmp_path, tmp_path)[1]["health_deaths"]
    assert (record["name"], record["source_row"]) == ("沈国栋", 5)


def test_parquet_of_any_column_types_is_read_like_text(tmp_path):
    table = pa.table(
        {
            "姓名": ["沈国栋", None],
            "身份证号": pa.array([int(id_number("19860512", 33).replace("X", "0")), None], pa.int64()),
            "死亡日期": pa.array([dt.date(2021, 6, 12), None], pa.date32()),
        }
    )
    pq.write_table(table, tmp_path / "deaths.parquet")
    _, records, rejected = read(tmp_path, tmp_path)
    assert [(one["death_date"], one["source_row"]) for one in records["health_deaths"]] == [(dt.date(2021, 6, 12), 1)]
    assert [(row["row"], row["reason"]) for row in rejected] == [(2, "nobody")]


# -- runs -----------------------------------------------------------------------------------------------
def write_many(folder, count):
    chance = random.Random(4)
    rows = [
        death(
            f"sw-{number:08d}",
            name=chance.choice(("沈国栋", "何大勇", "买买提·吐尔逊")),
            id_no=id_number("19860512", number % 999),
        )
        for number in range(count)
    ]
    write_text(folder, "deaths.csv", DEATHS, *rows)


def files_of(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def test_two_runs_give_identical_files_and_leave_nothing_half_written(tmp_path):
    write_many(tmp_path, 2_000)
    read(tmp_path, tmp_path)
    first = files_of(tmp_path / "work")
    (tmp_path / "work" / "normalized" / "health_deaths.parquet.tmp").write_bytes(b"of a run that was killed")
    read(tmp_path, tmp_path)
    assert files_of(tmp_path / "work") == first
    assert list(first) == ["normalized/health_deaths.parquet", "rejected.parquet"]


def test_progress_tells_the_bytes_read(tmp_path):
    write_many(tmp_path, 10)
    told = []
    read(tmp_path, tmp_path, progress=lambda roster, done, total: told.append((roster, done, total)))
    size = find(tmp_path).files[0].size
    assert told == [("health_deaths", size, size)]


@pytest.mark.slow
def test_a_large_file_is_read_in_pieces_and_worker_processes_change_nothing(tmp_path):
    write_many(tmp_path, 350_000)
    assert (tmp_path / "deaths.csv").stat().st_size > 20_000_000
    summaries, _, _ = read(tmp_path, tmp_path, workers=0)
    alone = files_of(tmp_path / "work")
    read(tmp_path, tmp_path, workers=2)
    assert files_of(tmp_path / "work") == alone
    assert summaries["health_deaths"].used == 350_000


def test_a_file_with_titles_only_has_no_rows(tmp_path):
    write_text(tmp_path, "deaths.csv", DEATHS)
    summaries, records, rejected = read(tmp_path, tmp_path)
    assert (summaries["health_deaths"].read, records["health_deaths"], rejected) == (0, [], [])
