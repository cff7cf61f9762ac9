"""Kinds of identity lists: a place's own takes the nation's place, and what the loader refuses, each with its line."""

from __future__ import annotations

import shutil

import pytest

from ciyou.core.errors import PackError
from ciyou.packs import load_identity_lists
from ciyou.packs.pack_files import SHIPPED

FILE = "identity_lists/insurance.yaml"
PLACE = 'code: cn_52\nextends: cn\ndivision: "52"\nname: {zh: 某省, en: A province}\n'


@pytest.fixture
def copy(tmp_path):
    """The national pack alone, to be changed."""
    shutil.copytree(SHIPPED / "cn", tmp_path / "cn", ignore=shutil.ignore_patterns("rosters"))
    return tmp_path


def test_no_shipped_list_claims_that_a_place_has_agreed():
    kinds = load_identity_lists(division="511304")
    assert set(kinds) == {"insurance", "education", "federation"}
    assert not any(kind.verified for kind in kinds.values())


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("[orphan,", "[orphan, hiv_infected,", "pack.restricted_value"),
        ("[orphan,", "[orphans,", "pack.unknown_rule"),
        ("[premium_subsidy_full,", "[premium_subsidy,", "pack.unknown_rule"),
        ("[name, id_number,", "[name, address,", "pack.identity_columns"),
        ("[name, id_number,", "[id_number,", "pack.identity_columns"),
        ("department: insurance", "department: insurers", "pack.unknown_choice"),
    ],
)
def test_what_may_not_be_told_is_refused_with_its_line(copy, old, new, code):
    path = copy / "cn" / FILE
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PackError) as refused:
        load_identity_lists(division="52", root=copy)
    line = text[: text.index(old)].count("\n") + 1
    assert {(one.code, one.place.file, one.place.line) for one in refused.value.problems} == {
        (code, f"cn/{FILE}", line)
    }


def test_a_place_says_it_otherwise(copy):
    place = copy / "cn_52"
    (place / "identity_lists").mkdir(parents=True)
    (place / "place.yaml").write_text(PLACE, encoding="utf-8")
    text = (copy / "cn" / FILE).read_text(encoding="utf-8")
    (place / FILE).write_text(text.replace("columns: [name, id_number,", "columns: [name,"), encoding="utf-8")
    assert "id_number" not in load_identity_lists(division="5201", root=copy)["insurance"].columns
    assert "id_number" in load_identity_lists(division="5101", root=copy)["insurance"].columns
