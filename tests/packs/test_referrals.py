"""Services that a child is referred to: what ships is complete, and what is wrong in a file is refused with its place."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ciyou.core.errors import PackError
from ciyou.packs import load_referrals
from ciyou.packs.pack_files import SHIPPED

GOOD = """code: eye_check
name: {zh: 查视力, en: Eye check}
kinds: [hospital]
class: 3
findings_class: 4
link_days: 10
policy_default: true
verified: false
sources:
  - {document: gf_2016_36}
note: {zh: 默认值。, en: A default.}
fields:
  name: {zh: 姓名, en: Name, from: name, class: 3, needed: true}
advice:
  nothing: {zh: 没有异常, en: Nothing}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(SHIPPED / "cn", tmp_path / "cn", ignore=shutil.ignore_patterns("rosters"))
    return tmp_path


def load(root: Path, text: str):
    (root / "cn" / "referrals" / "eye_check.yaml").write_text(text, encoding="utf-8")
    return load_referrals(division="99", root=root)


def test_what_ships_is_sourced_needs_a_name_and_tells_no_restricted_fact():
    services = load_referrals(division="990101000000")
    assert {"rehabilitation", "psychological_assessment", "medical_check", "social_work", "school_support"} == set(
        services
    )
    for service in services.values():
        assert service.sources and service.advice and service.note("en") and service.name("en")
        assert [one.code for one in service.fields if one.source == "name"] == ["name"]
        assert not service.verified
    assert services["psychological_assessment"].sensitivity == 5
    assert services["rehabilitation"].findings_class == 4


def test_a_service_of_its_own_is_one_file(root):
    assert load(root, GOOD)["eye_check"].fields[0].needed


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (("kinds: [hospital]", "kinds: [hospitle]"), "pack.provider_kind"),
        (("from: name", "from: nmae"), "pack.referral_field"),
        (("from: name", "from: fact.no_such"), "pack.unknown_fact"),
        (("from: name", "from: fact.hiv_infected"), "pack.restricted_value"),
        (("from: name", "from: fact.disability_grade"), "pack.field_class"),
        ((", needed: true", ""), "pack.no_needed_field"),
        (("link_days: 10", "link_days: 90"), "pack.out_of_range"),
        (("sources:\n  - {document: gf_2016_36}\n", ""), "pack.no_source"),
        (("code: eye_check", "code: other"), "pack.code_name"),
        (("class: 3\nfindings", "class: 9\nfindings"), "pack.unknown_choice"),
    ],
)
def test_what_is_wrong_is_refused_with_its_file_and_line(root, wrong, code):
    assert wrong[0] in GOOD
    with pytest.raises(PackError) as error:
        load(root, GOOD.replace(*wrong))
    assert code in [problem.code for problem in error.value.problems]
    assert all(problem.place.file == "cn/referrals/eye_check.yaml" for problem in error.value.problems)
