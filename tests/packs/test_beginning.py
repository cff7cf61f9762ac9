"""`ciyou packs new`: what it writes can be read, and the check says what is still to be filled in."""

from __future__ import annotations

from click.testing import CliRunner

from ciyou.cli.packs import packs as packs_command


def begin(packs, *words):
    return CliRunner().invoke(packs_command, ["new", *words, "--packs", str(packs.root), "--lang", "en"])


def test_a_new_entitlement_of_a_new_place_lacks_only_what_a_person_must_say(packs):
    result = begin(packs, "cn_2102", "winter_heating_aid")
    assert result.exit_code == 0
    assert "cn_2102/entitlements/winter_heating_aid/payment.yaml" in result.output
    found = {(code, file.rpartition("/")[2]) for code, file, _line in packs.found() if file.startswith("cn_2102")}
    assert found == {
        ("pack.missing_key", "place.yaml"),
        ("pack.missing_key", "rule.yaml"),
        ("pack.source_unnumbered", "sources.yaml"),
    }


def test_filled_in_it_is_a_sound_rule(packs):
    begin(packs, "cn_51", "winter_heating_aid")
    folder = "cn_51/entitlements/winter_heating_aid"
    packs.change(f"{folder}/rule.yaml", "name: {zh: , en: }", "name: {zh: 冬季取暖补助, en: Winter heating aid}")
    packs.change(f"{folder}/rule.yaml", "measure: ", "measure: M2")
    packs.change(f"{folder}/rule.yaml", "apply: {zh: , en: }", "apply: {zh: 向乡镇申请。, en: Apply at the township.}")
    packs.change(f"{folder}/rule.yaml", "document: winter_heating_aid_document", "document: sc_2023_37")
    packs.change(f"{folder}/rule.yaml", "from: ", "from: 2023-09-01 ")
    packs.change(f"{folder}/rule.yaml", "param.dibao_standard", "30000")
    packs.change(
        f"{folder}/cases.yaml",
        "en: It holds}, expect: {outcome: yes}",
        "en: It holds}, expect: {outcome: yes, amount_yuan: 300}",
    )
    assert packs.problems() == ()


def test_a_code_that_is_taken_or_no_name_and_a_place_that_is_none_are_refused(packs):
    assert "There is a rule “Orphan” already" in begin(packs, "cn_51", "orphan").output
    assert begin(packs, "cn_51", "Winter-Aid").exit_code == 2
    assert begin(packs, "sichuan", "winter_aid").exit_code == 2


def test_what_is_there_is_left_alone(packs):
    begin(packs, "cn_51", "winter_heating_aid")
    packs.change("cn_51/entitlements/winter_heating_aid/rule.yaml", "measure: ", "measure: M2")
    again = begin(packs, "cn_51", "winter_heating_aid")
    assert "rule.yaml" not in again.output
