"""Schedules by age: what is shipped, when a step falls due, and what the loader refuses."""

from __future__ import annotations

import datetime as dt
import shutil

import pytest
from click.testing import CliRunner

from ciyou.cli.main import main
from ciyou.core.errors import PackError
from ciyou.packs import load_schedules
from ciyou.packs.pack_files import SHIPPED

FILE = "cn/schedules/autism_screening.yaml"


@pytest.fixture
def copy(tmp_path):
    """All packs, to be changed."""
    for place in SHIPPED.glob("cn*/place.yaml"):
        shutil.copytree(place.parent, tmp_path / place.parent.name, ignore=shutil.ignore_patterns("rosters"))
    return tmp_path


def test_autism_is_screened_at_eleven_ages_and_eyes_are_checked_thirteen_times():
    found = load_schedules(division="420102")
    assert {code: len(one.steps) for code, one in found.items()} == {
        "autism_screening": 11,
        "child_health_visits": 13,
        "eye_checks": 13,
    }
    assert [step.months for step in found["autism_screening"].steps] == [3, 6, 8, 12, 18, 24, 30, 36, 48, 60, 72]


def test_eye_checks_are_the_newborns_two_and_the_days_of_the_screening():
    found = load_schedules(division="420102")
    eyes, screens = found["eye_checks"].steps, found["autism_screening"].steps
    assert [step.code for step in eyes[:2]] == ["newborn_visit", "day_28"]
    assert [step.code for step in eyes[2:]] == [step.code for step in screens]


def test_a_step_of_a_child_born_at_the_end_of_a_month_is_due_on_the_last_day_of_a_shorter_one():
    steps = {step.code: step for step in load_schedules(division="42")["autism_screening"].steps}
    assert steps["month_6"].due_on(dt.date(2025, 8, 31)) == dt.date(2026, 2, 28)
    assert steps["year_4"].due_on(dt.date(2024, 2, 29)) == dt.date(2028, 2, 29)
    assert steps["year_5"].due_on(dt.date(2024, 2, 29)) == dt.date(2029, 2, 28)


def test_the_newborn_visit_counts_from_the_discharge_and_is_not_due_while_that_is_unknown():
    visit = load_schedules(division="42")["eye_checks"].steps[0]
    assert visit.due_on(dt.date(2026, 5, 1)) is None
    assert visit.due_on(dt.date(2026, 5, 1), discharged=dt.date(2026, 5, 4)) == dt.date(2026, 5, 11)


def test_a_child_of_a_year_has_missed_what_was_due_and_not_done():
    screening = load_schedules(division="42")["autism_screening"]
    missed = screening.missed_by(dt.date(2026, 6, 1), birth=dt.date(2025, 6, 1), done=frozenset({"month_3", "month_8"}))
    assert [step.code for step in missed] == ["month_6", "month_12"]
    the_day_before = screening.missed_by(dt.date(2026, 5, 31), birth=dt.date(2025, 6, 1))
    assert [step.code for step in the_day_before] == ["month_3", "month_6", "month_8"]


def test_nothing_is_missed_of_the_time_before_the_schedule_was_in_force():
    screening = load_schedules(division="42")["autism_screening"]
    assert [step.code for step in screening.missed_by(dt.date(2022, 9, 30), birth=dt.date(2020, 9, 15))] == ["month_24"]


def test_every_schedule_says_whose_work_it_is_and_on_what_it_rests():
    for schedule in load_schedules(division="42").values():
        assert schedule.department == "health" and schedule.sources and schedule.place_zh and schedule.place_en


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("months: 3,", "months: 0,", "pack.schedule_age"),
        ("months: 3,", "months: 3, days: 90,", "pack.schedule_age"),
        ("months: 3,", "", "pack.schedule_age"),
        ("code: month_6,", "code: month_3,", "pack.duplicate_key"),
        ("months: 3,", "months: 7,", "pack.schedule_order"),
        ("department: health", "department: heath", "pack.unknown_department"),
        ("document: wjw_2022_12", "document: wjw_2022", "pack.unknown_source"),
        ("from: 2022-09-01", "from: 2022-09-31", "pack.bad_date"),
        ("code: autism_screening", "code: autism", "pack.code_name"),
        ("measure: M6", "measure: M6\ncolor: red", "pack.unknown_key"),
    ],
)
def test_a_mistake_in_a_schedule_is_refused_with_its_place(copy, old, new, code):
    path = copy / FILE
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PackError) as refused:
        load_schedules(division="42", root=copy)
    assert code in {problem.code for problem in refused.value.problems}
    assert {problem.place.file for problem in refused.value.problems} == {FILE}


def test_a_place_restates_a_schedule_whole(copy):
    folder = copy / "cn_51" / "schedules"
    folder.mkdir()
    text = (copy / FILE).read_text(encoding="utf-8")
    (folder / "autism_screening.yaml").write_text(text[: text.index("  - {code: month_6")], encoding="utf-8")
    assert len(load_schedules(division="510104", root=copy)["autism_screening"].steps) == 1
    assert len(load_schedules(division="42", root=copy)["autism_screening"].steps) == 11


def test_checking_the_packs_tells_mistakes_in_schedules_too(copy):
    path = copy / FILE
    path.write_text(path.read_text(encoding="utf-8").replace("months: 3,", "months: 0,", 1), encoding="utf-8")
    done = CliRunner().invoke(main, ["packs", "check", str(copy), "--lang", "en"])
    assert (done.exit_code, f"{FILE}:" in done.output) == (1, True)
