"""The synthetic county: same arguments, same bytes; files as departments send them; nobody real; plausible numbers."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import zipfile
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook
from tests.builders import make_delivery

from ciyou.batch.synth import ROSTER_FILES, plan_chunks, synthesize
from ciyou.batch.synth.chance import Chance, Mishaps
from ciyou.batch.synth.circumstances import months_before
from ciyou.batch.synth.delivery import DEFAULT_AS_OF
from ciyou.batch.synth.layout import ROSTERS
from ciyou.batch.synth.look_alikes import OTHER_SPELLINGS, SHAPED_ALIKE, SOUND_ALIKE
from ciyou.batch.synth.name_mistakes import spoil_name
from ciyou.batch.synth.names import NameStyle, PersonalName
from ciyou.batch.synth.number_mistakes import spoil_number, write_date
from ciyou.batch.synth.numbers import with_check_character
from ciyou.batch.synth.people import Family, Person, State
from ciyou.batch.synth.places import delivering_county, faraway_counties, towns_of
from ciyou.batch.synth.truth import category_of
from ciyou.batch.synth.writers import XlsxFile
from ciyou.cli.synth import synth
from ciyou.core.errors import RunError

ENCODINGS = {"disability": "gb18030", "custody": "gb18030", "missing": "gb18030"}
WORKBOOKS = {"school", "dibao", "court"}


def _read(folder: Path, name: str) -> list[dict[str, str]]:
    if name in WORKBOOKS:
        rows = CalamineWorkbook.from_path(str(folder / f"{name}.xlsx")).get_sheet_by_index(0).to_python()
        return [dict(zip(map(str, rows[0]), map(str, row), strict=True)) for row in rows[1:]]
    with (folder / f"{name}.csv").open(encoding=ENCODINGS.get(name, "utf-8"), newline="") as stream:
        return list(csv.DictReader(stream))


def _records(folder: Path, name: str) -> list[dict[str, str]]:
    """The rows that are somebody's: without blank rows and totals."""
    return [row for row in _read(folder, name) if row["rec_id"] not in ("", "合计")]


def _digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """A county of 3,000 children: what the demo makes."""
    return make_delivery(tmp_path_factory.mktemp("synth"), children=3000)


@pytest.fixture(scope="module")
def truth(county):
    return _read(county, "truth_children")


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    """A county without a mistake, large enough for numbers to be used up if they could be."""
    return make_delivery(tmp_path_factory.mktemp("synth"), children=6000, counties=2, noise=0)


# Files


def test_a_delivery_has_eleven_rosters_in_the_departments_media_with_truth_and_map(county):
    assert sorted(path.name for path in county.iterdir()) == [
        "births.csv",
        "court.xlsx",
        "custody.csv",
        "deaths.csv",
        "dibao.xlsx",
        "disability.csv",
        "divisions.csv",
        "hukou.csv",
        "illness.csv",
        "medins.csv",
        "missing.csv",
        "school.xlsx",
        "truth_children.csv",
        "truth_records.csv",
    ]
    assert list(_read(county, "custody")[0])[-4:] == ["custody_kind", "start_date", "term_months", "organ"]
    with pytest.raises(UnicodeDecodeError):
        (county / "custody.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("file_format", ["mixed", "csv", "parquet"])
def test_the_same_arguments_give_the_same_bytes(tmp_path, file_format):
    first = make_delivery(tmp_path, name="first", seed=5, file_format=file_format)
    second = make_delivery(tmp_path, name="second", seed=5, file_format=file_format)
    assert _digests(first) == _digests(second)


def test_another_seed_gives_other_people_on_the_same_map(tmp_path):
    first, second = (
        _digests(make_delivery(tmp_path, name="a", seed=1)),
        _digests(make_delivery(tmp_path, name="b", seed=2)),
    )
    assert first["divisions.csv"] == second["divisions.csv"]
    assert first["hukou.csv"] != second["hukou.csv"]


def test_more_noise_changes_what_is_written_but_never_who_lives_there(tmp_path):
    quiet, loud = make_delivery(tmp_path, name="a", noise=0.5), make_delivery(tmp_path, name="b", noise=3)
    assert _digests(quiet)["truth_children.csv"] == _digests(loud)["truth_children.csv"]
    assert _digests(quiet)["hukou.csv"] != _digests(loud)["hukou.csv"]


@pytest.mark.slow
def test_two_processes_write_the_same_bytes_as_one(tmp_path):
    one = make_delivery(tmp_path, name="one", children=9000, counties=2)
    two = make_delivery(tmp_path, name="two", children=9000, counties=2, jobs=2)
    assert _digests(one) == _digests(two)


def test_parquet_holds_the_same_records_as_csv(tmp_path):
    text = _read(make_delivery(tmp_path, name="csv", file_format="csv"), "hukou")
    table = pq.read_table(make_delivery(tmp_path, name="parquet", file_format="parquet") / "hukou.parquet")
    assert table.to_pylist() == text


def test_a_workbook_opens_in_other_libraries_and_carries_no_clock(county):
    book = load_workbook(county / "dibao.xlsx", read_only=True)
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    book.close()
    assert rows[0] == ROSTERS["dibao"].columns
    assert rows[1][1] == "dibao"
    with zipfile.ZipFile(county / "dibao.xlsx") as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_full_sheet_goes_on_in_a_second_workbook(tmp_path):
    book = XlsxFile(tmp_path / "school.xlsx", ("name",), most_rows=2)
    book.append([("a",), (" b",), ("<c>",)])
    book.append([("d",), ("e",)])
    book.close()
    assert [path.name for path in book.paths] == ["school.xlsx", "school_2.xlsx", "school_3.xlsx"]
    read = [CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python() for path in book.paths]
    assert read == [[["name"], ["a"], [" b"]], [["name"], ["<c>"], ["d"]], [["name"], ["e"]]]


def test_a_folder_with_other_files_is_refused_and_left_alone(tmp_path):
    (tmp_path / "thesis.docx").write_text("mine")
    with pytest.raises(RunError) as caught:
        synthesize(out=tmp_path, children=0, noise=99)
    assert {problem.code for problem in caught.value.problems} == {
        "children_too_few",
        "noise_out_of_range",
        "out_not_empty",
    }
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]


def test_rosters_without_truth_beside_them_may_be_real_and_are_never_replaced(tmp_path):
    (tmp_path / "hukou.csv").write_text("real people")
    with pytest.raises(RunError):
        synthesize(out=tmp_path, children=10)
    assert (tmp_path / "hukou.csv").read_text() == "real people"


def test_what_a_killed_run_left_behind_is_cleared_away(tmp_path):
    (tmp_path / "rosters" / ".partial").mkdir(parents=True)
    (tmp_path / "rosters" / ".partial" / "hukou.csv").write_text("half")
    again = make_delivery(tmp_path, children=10)
    assert not (again / ".partial").exists()
    assert _digests(again) == _digests(make_delivery(tmp_path, children=10, name="other"))


def test_a_place_that_cannot_be_written_is_a_sentence_and_no_traceback(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError) as caught:
        synthesize(out=tmp_path / "file" / "rosters", children=1)
    assert [problem.code for problem in caught.value.problems] == ["out_not_writable"]


def test_a_new_delivery_replaces_an_older_one_of_another_format(tmp_path):
    make_delivery(tmp_path, children=20)
    again = make_delivery(tmp_path, children=20, file_format="parquet")
    assert {path.suffix for path in again.iterdir()} == {".parquet"}


def test_more_children_than_the_counties_hold_are_refused(tmp_path):
    with pytest.raises(RunError) as caught:
        synthesize(out=tmp_path / "x", children=120_001, counties=2)
    assert [problem.code for problem in caught.value.problems] == ["county_too_full"]


def test_two_million_children_are_shared_out_among_forty_counties_exactly():
    chunks = list(plan_chunks(2_000_000, counties=40, as_of=DEFAULT_AS_OF))
    assert sum(chunk.children for chunk in chunks) == 2_000_000
    assert max(chunk.children for chunk in chunks) == 5_000
    assert len({chunk.county.code for chunk in chunks}) == 40


# Nobody real


def test_every_identity_number_begins_with_a_division_that_was_never_given_out(clean):
    invented = {"5199", "3599"}
    for roster in ROSTER_FILES:
        for row in _records(clean, roster.name):
            for number in (row["id_no"], row["g1_id"], row["g2_id"]):
                assert not number or number[:4] in invented


def test_clean_identity_numbers_are_valid_and_no_two_people_share_one(clean):
    people = {row["rec_id"]: row["person_id"] for row in _read(clean, "truth_records")}
    births = {row["person_id"]: row["dob"] for row in _read(clean, "truth_children")}
    holders: dict[str, set[str]] = {}
    for row in _records(clean, "hukou"):
        number = row["id_no"]
        assert with_check_character(number[:17]) == number
        birth = dt.date.fromisoformat(number[6:14])
        assert births.get(people[row["rec_id"]], birth.isoformat()) == birth.isoformat()
        assert int(number[16]) % 2 == (row["sex"] in ("男", "1"))
        holders.setdefault(number, set()).add(people[row["rec_id"]])
    assert len(holders) > 12_000
    assert [number for number, found in holders.items() if len(found) > 1] == []


def test_the_check_character_follows_the_standard():
    # The worked examples of GB 11643-1999.
    assert with_check_character("11010519491231002") == "11010519491231002X"
    assert with_check_character("44052418800101001") == "440524188001010014"


def test_telephones_begin_with_100_and_have_eleven_digits(clean):
    phones = [row["phone"] for row in _records(clean, "medins") if row["phone"]]
    assert phones
    assert all(len(phone) == 11 and phone.startswith("100") for phone in phones)


def test_places_have_nested_codes_and_names_of_their_own(county):
    rows = _read(county, "divisions")
    names = {row["code"]: row["name"] for row in rows}
    levels = Counter(row["level"] for row in rows)
    assert names["519901000000"] == "慈安县"
    assert names["359901000000"].endswith(("县", "区"))
    assert all(len(row["code"]) == 12 and (row["parent"] in names or row["level"] == "province") for row in rows)
    assert levels["village"] > 100
    assert len(names) == len(rows)
    county_names = [delivering_county(index).name for index in range(198)]
    assert len(set(county_names)) == 198
    assert (
        len({village.code for town in towns_of(delivering_county(0)) for village in town.villages}) == levels["village"]
    )
    assert not {far.code for far in faraway_counties()} & {delivering_county(index).code for index in range(198)}


# Truth and plausibility


def test_every_record_stands_in_the_truth_exactly_once(county):
    known = Counter(row["rec_id"] for row in _read(county, "truth_records"))
    found = Counter(row["rec_id"] for roster in ROSTER_FILES for row in _records(county, roster.name))
    assert found == known
    assert set(found.values()) == {1}


def test_a_county_of_three_thousand_children_has_every_kind_in_plausible_number(truth):
    categories = Counter(row["category"] for row in truth)
    assert len(truth) == 3000
    assert 4 <= categories["orphan"] <= 16
    assert 15 <= categories["de_facto_unattended"] <= 35
    assert categories["both_gone_one_declared_missing"] >= 1
    assert 15 <= sum(row["poor_kind"] == "低保" for row in truth) <= 70
    assert {row["poor_kind"] for row in truth} == {"", "低保", "低保边缘", "特困", "刚性支出困难"}
    assert 25 <= sum(row["disability_type"] != "" for row in truth) <= 80
    assert 5 <= sum(row["dropped_out"] == "1" for row in truth) <= 30
    assert sum(row["father_id"] == "" and row["mother_id"] == "" for row in truth) >= 1
    assert 60 <= sum(row["residence_division"] != "" for row in truth) <= 180


@pytest.mark.slow
def test_causes_of_being_unattended_follow_the_national_count(tmp_path):
    folder = make_delivery(tmp_path, children=60_000, counties=1, file_format="csv")
    rows = [row for row in _read(folder, "truth_children") if row["category"] == "de_facto_unattended"]
    pairs = [{row["father_state"], row["mother_state"]} for row in rows]
    gone = {"dead", "declared_dead", "declared_missing"}
    one_gone = sum(bool(pair & gone) and bool(pair & {"lost_contact", "severe_disability"}) for pair in pairs)
    assert one_gone / len(pairs) == pytest.approx(0.451, abs=0.12)
    assert sum(pair == {"severe_disability"} for pair in pairs) / len(pairs) == pytest.approx(0.274, abs=0.10)
    assert sum("prison" in pair for pair in pairs) / len(pairs) == pytest.approx(0.083, abs=0.06)


def test_near_misses_are_there_and_are_not_unattended(truth):
    def states(row):
        return {row["father_state"], row["mother_state"]}

    short = [
        row for row in truth if "dead" in states(row) and "5" in (row["father_term_months"], row["mother_term_months"])
    ]
    assert short
    assert {row["category"] for row in short} <= {"", "deceased"}


def test_rosters_hold_grandparents_twins_placeholders_and_strangers(county):
    records = _read(county, "truth_records")
    assert {row["kind"] for row in records} == {"child", "parent", "grandparent", "adult"}
    assert sum(row["twin"] == "1" for row in records) > 50
    errors = Counter(kind for row in records for kind in row["errors"].split(",") if kind)
    assert errors["name_placeholder"] > 300
    assert {"no_hukou", "id_typo", "dob_lunar", "name_homophone", "row_repeated", "row_shifted"} <= set(errors)
    assert {"集体户成员", "孙子", "孙女"} <= {row["relation_to_head"] for row in _records(county, "hukou")}


def test_without_noise_only_the_states_of_people_are_left_as_errors(clean):
    errors = {kind for row in _read(clean, "truth_records") for kind in row["errors"].split(",") if kind}
    assert errors == {"no_hukou"}
    assert len(_records(clean, "dibao")) == len(_read(clean, "dibao"))


# The parts


@pytest.mark.parametrize(
    ("father", "mother", "category"),
    [
        (State("dead", dt.date(2020, 1, 1)), State("declared_dead", dt.date(2021, 1, 1)), "orphan"),
        (
            State("dead", dt.date(2020, 1, 1)),
            State("declared_missing", dt.date(2021, 1, 1)),
            "both_gone_one_declared_missing",
        ),
        (State("dead", dt.date(2020, 1, 1)), None, ""),
        (State("dead", dt.date(2020, 1, 1)), State("prison", dt.date(2025, 6, 1), 6), "de_facto_unattended"),
        (State("dead", dt.date(2020, 1, 1)), State("prison", dt.date(2025, 6, 1), 5), ""),
        (State("dead", dt.date(2020, 1, 1)), State("prison", dt.date(2022, 6, 1), 12, over=True), ""),
        (State("dead", dt.date(2020, 1, 1)), State("lost_contact", dt.date(2025, 3, 1)), ""),
        (State("dead", dt.date(2020, 1, 1)), State("lost_contact", dt.date(2025, 2, 28)), "de_facto_unattended"),
        (State("severe_disability", dt.date(2015, 1, 1)), State("revoked", dt.date(2024, 1, 1)), "de_facto_unattended"),
    ],
)
def test_the_true_category_follows_the_definition(father, mother, category):
    family = _family(father, mother)
    assert category_of(family.children[0], family, dt.date(2025, 9, 1)) == category


def _family(father: State | None, mother: State | None) -> Family:
    def person(role, *, male, birth):
        return Person("p", "parent", role, male, PersonalName("王", "伟", NameStyle.HAN), "汉族", birth, "")

    home = delivering_county(0)
    town = towns_of(home)[0]
    family = Family("f", home, town, town.villages[0], 1, 1, "", "", "", None, None)
    family.father = person("father", male=True, birth=dt.date(1985, 1, 1))
    family.mother = person("mother", male=False, birth=dt.date(1987, 1, 1))
    family.father.state, family.mother.state = father, mother
    family.children = [person("child", male=True, birth=dt.date(2015, 5, 5))]
    return family


def test_months_are_counted_back_to_the_last_day_of_a_shorter_month():
    assert months_before(dt.date(2025, 9, 1), 6) == dt.date(2025, 3, 1)
    assert months_before(dt.date(2025, 8, 31), 6) == dt.date(2025, 2, 28)
    assert months_before(dt.date(2025, 1, 31), 1) == dt.date(2024, 12, 31)
    assert months_before(dt.date(2025, 3, 31), -6) == dt.date(2025, 9, 30)


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("id_excel", "519901201503040000"),
        ("id_masked", "519901********0013"),
        ("id_scientific", "5.19901E+17"),
        ("id_quote", "'519901201503040013"),
        ("id_fullwidth", "５１９９０１２０１５０３０４００１３"),
        ("id_15", "519901201503040013"),
    ],
)
def test_mistakes_in_numbers_look_like_those_of_real_rosters(kind, written):
    assert spoil_number(Chance(1), "519901201503040013", kind) == written


def test_a_number_of_the_last_century_may_be_written_with_fifteen_digits():
    assert spoil_number(Chance(1), "519901198503040019", "id_15") == "519901850304001"


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("", "2015-03-04"),
        ("dob_lunar", "2015-01-14"),
        ("dob_swap", "2015-04-03"),
        ("dob_jan1", "2015-01-01"),
        ("dob_serial", "42067"),
        ("dob_month_only", "2015-03"),
        ("dob_timestamp", "2015-03-04 00:00:00"),
        ("dob_missing", ""),
    ],
)
def test_mistakes_in_dates_look_like_those_of_real_rosters(kind, written):
    assert write_date(Chance(1), dt.date(2015, 3, 4), kind, unusual=0) == written


def test_minority_names_lose_their_dot_or_are_spelled_another_way_but_have_no_homophones():
    uyghur = PersonalName("", "阿孜古丽·图尔迪", NameStyle.UYGHUR)
    spoilt = {spoil_name(Chance(seed), uyghur, "name_minor") for seed in range(30)}
    assert {"阿孜古丽.图尔迪", "阿孜古力·图尔迪"} & spoilt
    assert spoil_name(Chance(1), uyghur, "name_homophone") == uyghur.text


def test_look_alikes_never_offer_the_character_itself():
    for table in (SOUND_ALIKE, SHAPED_ALIKE):
        assert [character for character, others in table.items() if character in others] == []
    assert [pair for pair in OTHER_SPELLINGS if pair[0] == pair[1]] == []


def test_mishaps_strike_at_their_rate_and_never_always():
    chance = Chance(3)
    usual = Mishaps({"a": 0.1, "b": 0.2}, noise=1)
    counts = Counter(usual.strike(chance) for _ in range(10_000))
    assert counts["a"] == pytest.approx(1000, abs=120)
    assert counts["b"] == pytest.approx(2000, abs=160)
    assert Counter(Mishaps({"a": 0.5}, noise=20).strike(chance) for _ in range(1000))[""] > 20
    assert Mishaps({"a": 0.5}, noise=0).strike(chance) == ""


# The command


def test_the_command_writes_a_county_and_says_so_in_the_language_asked_for(tmp_path):
    made = CliRunner().invoke(synth, ["--out", str(tmp_path / "c"), "--children", "100", "--lang", "en"])
    assert made.exit_code == 0
    assert "Made 100 synthetic children" in made.stdout
    assert "household register" in made.stdout
    assert len(_read(tmp_path / "c", "truth_children")) == 100


def test_the_command_ends_with_2_and_tells_every_mistake_on_stderr(tmp_path):
    refused = CliRunner().invoke(
        synth, ["--out", str(tmp_path / "c"), "--children", "0", "--jobs", "0", "--lang", "zh"]
    )
    assert refused.exit_code == 2
    assert "children_too_few" in refused.stderr
    assert "jobs_too_few" in refused.stderr
    assert not (tmp_path / "c").exists()
