"""Mappings for the national system: the shipped one, a place's own, and what the loader refuses, each with its place."""

from __future__ import annotations

import shutil

import pytest
from click.testing import CliRunner

from ciyou.cli.main import main
from ciyou.core.errors import PackError
from ciyou.packs import load_exchange_mappings
from ciyou.packs.pack_files import SHIPPED

FILE = "cn/exchange/national_children/mapping.yaml"
PLACE = 'code: cn_52\nextends: cn\ndivision: "52"\nname: {zh: 某省, en: A province}\n'


@pytest.fixture
def copy(tmp_path):
    """The national pack alone, to be changed."""
    shutil.copytree(SHIPPED / "cn", tmp_path / "cn", ignore=shutil.ignore_patterns("rosters"))
    return tmp_path


def changed(root, old, new):
    """Change the mapping once; gives the line on which the change stands."""
    path = root / FILE
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def refusals(root):
    with pytest.raises(PackError) as refused:
        load_exchange_mappings(division="52", root=root)
    return {(one.code, one.place.file, one.place.line) for one in refused.value.problems}


def test_the_shipped_mapping_says_that_nobody_has_verified_it():
    mapping = load_exchange_mappings(division="511304")["national_children"]
    assert (mapping.policy_default, mapping.verified, mapping.confidence) == (True, False, "K")
    assert mapping.categories == ("orphan", "de_facto_unattended")
    assert mapping.column("person.id_number").use == "key"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("value: person.sex", "value: person.gender", "pack.unknown_value"),
        ("value: child.in_institution", "value: child.hiv_infected", "pack.restricted_value"),
        ("      orphan: [孤儿", "      orphans: [孤儿", "pack.unknown_rule"),
        ("      orphan: [孤儿", "      hiv_infected: [感染]\n      orphan: [孤儿", "pack.restricted_value"),
        ("[事实无人抚养儿童, 事实无人抚养]", "[孤儿]", "pack.ambiguous_word"),
        ("dates: iso", "dates: american", "pack.unknown_choice"),
        ("confidence: K", "confidence: Z", "pack.source_confidence"),
        ("policy_default: true", "policy_default: false", "pack.no_source"),
        ("title: 性别", "title: 姓名", "pack.column_twice"),
        ("value: person.birth_date, use: key", "value: person.name, use: key", "pack.value_twice"),
        ("value: person.village, use: show", "value: person.village, use: compare", "pack.not_compared"),
        ("value: person.division, use: compare", "value: person.division, use: key", "pack.no_such_key"),
        ("male: [男", "man: [男", "pack.unknown_choice"),
        ("awards: [orphan_living_allowance", "awards: [orphan_money", "pack.unknown_rule"),
        ("value: row_number, use: show}", "value: row_number, use: show, colour: red}", "pack.unknown_key"),
    ],
)
def test_a_mistake_is_refused_where_it_stands(copy, old, new, code):
    line = changed(copy, old, new)
    found = refusals(copy)
    assert code in {one[0] for one in found}
    assert all(file == FILE for _code, file, _line in found)
    assert any(abs(at - line) <= 2 for one, _file, at in found if one == code)


def test_a_mapping_that_tells_nobody_is_refused(copy):
    changed(copy, "value: person.id_number, use: key", "value: person.id_number, use: show")
    changed(copy, "value: person.name, use: key", "value: person.name, use: show")
    assert "pack.no_key" in {code for code, _file, _line in refusals(copy)}


def test_all_mistakes_are_told_at_once_by_the_command(tmp_path):
    copy = tmp_path
    for pack in (path for path in SHIPPED.glob("cn*") if path.is_dir()):
        shutil.copytree(pack, copy / pack.name, ignore=shutil.ignore_patterns("rosters"))
    changed(copy, "value: person.sex", "value: person.gender")
    changed(copy, "dates: iso", "dates: american")
    told = CliRunner().invoke(main, ["packs", "check", str(copy), "--lang", "en"])
    assert told.exit_code == 1
    assert "[pack.unknown_value]" in told.output
    assert "[pack.unknown_choice]" in told.output


def test_a_place_writes_its_own_without_code(copy):
    (copy / "cn_52").mkdir()
    (copy / "cn_52/place.yaml").write_text(PLACE, encoding="utf-8")
    shutil.copytree(copy / "cn/exchange", copy / "cn_52/exchange")
    path = copy / "cn_52/exchange/national_children/mapping.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("verified: false", "verified: true"), encoding="utf-8")
    assert load_exchange_mappings(division="520102", root=copy)["national_children"].verified
    assert not load_exchange_mappings(division="510104", root=copy)["national_children"].verified
