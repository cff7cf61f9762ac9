"""The colors of results: a place restates them, one for each band; a mistake is told where it stands."""

from __future__ import annotations

import pytest

from ciyou.core.errors import PackError
from ciyou.packs import load_questionnaires
from ciyou.packs.result_colors import colors_of, load_result_colors


def test_every_shipped_questionnaire_has_colors_and_nobody_is_cleared_by_green():
    for code, file in load_questionnaires(division="51").items():
        found = colors_of(code, division="51")
        assert found is not None and found.policy_default and set(found.hints) == {"reached", "below", "unknown"}
        assert "green" not in {*found.hints.values(), *found.bands}, file.code


def test_a_place_chooses_its_own_and_gives_one_for_each_band(packs):
    text = (packs.root / "cn/result_colors/gad_7.yaml").read_text("utf-8")
    packs.add("cn_51/result_colors/gad_7.yaml", text.replace("[blue, blue, yellow, red]", "[green, blue, yellow, red]"))
    assert load_result_colors(division="510107", root=packs.root)["gad_7"].bands == ("green", "blue", "yellow", "red")


def test_a_color_that_is_none_and_a_band_without_one_are_told(packs):
    packs.change("cn/result_colors/gad_7.yaml", "[blue, blue, yellow, red]", "[pink, blue]")
    with pytest.raises(PackError) as error:
        load_result_colors(division="510107", root=packs.root)
    assert {one.code for one in error.value.problems} == {"pack.unknown_choice", "pack.result_bands"}
