"""A place's own packs: laid over the shipped ones, checked as they are, part of the version, and refused with what, where and what to do."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from dataclasses import replace

import pytest
from tests.own_pack_folder import CASES, PLACE, write_own_pack

from ciyou.core.errors import PackError
from ciyou.packs import load_packs, load_rule_book, load_visit_forms
from ciyou.packs.beside_rules import check_beside_rules
from ciyou.packs.checking import Books, check_cases, check_own_rules, read_all_cases
from ciyou.packs.located_yaml import Notes
from ciyou.packs.own_packs import VARIABLE, find_own_packs, named_folders
from ciyou.packs.pack_files import SHIPPED, content_hash

DAY = dt.date(2026, 6, 1)
GRANT = "study_grant_higher"


@pytest.fixture(scope="module")
def laid_over(tmp_path_factory):
    """The nation's pack and a province's, with the province's own laid over it."""
    root = tmp_path_factory.mktemp("laid_over")
    for name in ("cn", "cn_51"):
        (root / name).symlink_to(SHIPPED / name)
    write_own_pack(root / "own")
    return root


def tried(root, own):
    """The packs, read, with the place's own cases as they stand in another folder."""
    pack_set = load_packs(root)
    packs = tuple(replace(one, folder=own) if one.own else one for one in pack_set.packs)
    return replace(pack_set, packs=packs, notes=Notes())


def test_what_a_place_says_itself_has_the_last_word_there_and_nowhere_else(laid_over):
    here, before = (load_rule_book(division="510104", as_of=DAY, root=root) for root in (laid_over, SHIPPED))
    assert here.overlays == ("cn", "cn_51", "own/cn_51")
    assert (before.parameters[GRANT].value, here.parameters[GRANT].value) == (600000, 700000)
    assert here.by_code["continued_study_grant"].overlay == "own/cn_51"
    assert list(load_visit_forms(division="510104", root=laid_over)) == ["winter"]
    assert load_visit_forms(division="11", root=laid_over) == {}
    assert [pack.code for pack in load_packs(laid_over).chain("110000000000")] == ["cn"]


def test_of_two_rows_the_one_that_began_later_holds_and_of_one_day_the_places_own(laid_over):
    table = load_packs(laid_over).table
    older = dt.date(2022, 9, 1)
    rows = tuple(replace(one, valid_from=older) if one.own else one for one in table.rows)
    moved = replace(table, rows=rows)
    place = "510000000000"
    assert [moved.value(GRANT, place, day).value for day in (dt.date(2023, 8, 31), DAY)] == [700000, 600000]
    assert table.value(GRANT, place, DAY).value == 700000


def test_they_are_part_of_the_version_wherever_they_lie(laid_over, tmp_path):
    pack_set = load_packs(laid_over)
    moved = tried(laid_over, shutil.copytree(laid_over / "own/cn_51", tmp_path / "cn_51"))
    assert content_hash(moved.packs) == pack_set.version
    assert content_hash(pack for pack in pack_set.packs if not pack.own) != pack_set.version


def test_their_cases_are_tried_with_everything_and_the_shipped_ones_as_they_were_written(laid_over):
    pack_set = tried(laid_over, laid_over / "own/cn_51")
    folders = [one for one in read_all_cases(pack_set) if one.code == "continued_study_grant"]
    check_cases(folders, Books(pack_set))
    assert {one.pack.code for one in folders} == {"cn_51", "own/cn_51"}  # which say 6,000 and 7,000
    assert not pack_set.notes.found


def test_at_the_start_the_places_where_they_hold_are_tried(laid_over, tmp_path):
    pack_set = load_packs(laid_over)
    assert [pack.code for pack in pack_set.where_own_hold()] == ["cn_51", "own/cn_51"]
    assert check_own_rules(pack_set) == ()
    assert check_beside_rules(laid_over, only=pack_set.where_own_hold()) == ()
    copy = shutil.copytree(laid_over / "own/cn_51", tmp_path / "cn_51")
    file = "entitlements/continued_study_grant/cases.yaml"
    (copy / file).write_text(CASES.replace("7000", "6000"), "utf-8")
    (found,) = check_own_rules(tried(laid_over, copy))
    assert (found.code, found.place.file) == ("pack.case_failed", f"own/cn_51/{file}")


def test_a_mistake_in_one_is_told_with_its_file_and_nothing_is_read_without_it(tmp_path):
    write_own_pack(tmp_path / "own")
    (tmp_path / "own/cn_51/place.yaml").write_text(PLACE.replace('"51"', '""').replace("cn_51", "cn_52"), "utf-8")
    with pytest.raises(PackError) as refused:
        load_packs(tmp_path)
    found = {(one.code, one.place.file) for one in refused.value.problems}
    assert {("pack.own_pack_national", "own/cn_51/place.yaml"), ("pack.own_pack_code", "own/cn_51/place.yaml")} <= found


def found_in(*folders, monkeypatch):
    monkeypatch.setenv(VARIABLE, os.pathsep.join(map(str, folders)))
    notes = Notes()
    return find_own_packs(SHIPPED, notes, shipped=True), [(one.code, one.place.file) for one in notes.sorted()]


def test_the_setting_names_folders_of_packs_or_single_packs(tmp_path, monkeypatch):
    one, other = write_own_pack(tmp_path / "a"), tmp_path / "b" / "cn_5101"
    shutil.copytree(one, other)
    assert found_in(tmp_path / "a", other, monkeypatch=monkeypatch) == ([one, other], [])
    assert found_in("", monkeypatch=monkeypatch) == ([], [])
    assert named_folders() == []


def test_what_is_named_and_cannot_be_used_is_never_left_out_silently(tmp_path, monkeypatch):
    write_own_pack(tmp_path / "a")
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    (tmp_path / "empty").mkdir()
    (tmp_path / "b" / "cn_11").mkdir()
    told = found_in(
        tmp_path / "nowhere", "a", tmp_path / "empty", tmp_path / "a", tmp_path / "b", monkeypatch=monkeypatch
    )[1]
    assert sorted(told) == sorted(
        [
            ("pack.own_packs_folder", str(tmp_path / "nowhere")),
            ("pack.own_packs_folder", "a"),
            ("pack.own_pack_without_place", str(tmp_path / "empty/place.yaml")),
            ("pack.own_pack_without_place", str(tmp_path / "b/cn_11/place.yaml")),
            ("pack.own_pack_twice", str(tmp_path / "b/cn_51")),
        ]
    )
