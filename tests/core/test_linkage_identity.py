"""Identity numbers: every form a roster writes them in, and what each is worth."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ciyou.core.linkage.identity import (
    IdFlag,
    IdKind,
    birth_date_of_id,
    checksum_char,
    clean_id,
    clean_id_text,
    is_guardians_id,
    lengthen_id,
    sex_of_id,
)

# The example of GB 11643-1999 itself: 11010519491231002X, a woman.
EXAMPLE = "11010519491231002X"
FULL_WIDTH = str.maketrans("0123456789Xx", "０１２３４５６７８９Ｘｘ")

first17 = st.builds(
    lambda division, day, number: f"{division}{day:%Y%m%d}{number:03d}",
    st.sampled_from(["110105", "440106", "513322", "653101", "540102"]),
    st.dates(dt.date(1901, 1, 1), dt.date(2025, 12, 31)),
    st.integers(1, 999),
)
valid_ids = first17.map(lambda digits: digits + checksum_char(digits))


def test_the_example_of_the_standard_is_valid_and_says_who_it_is():
    found = clean_id(EXAMPLE)
    assert (found.flag, found.id18, found.birth_date) == (IdFlag.VALID, EXAMPLE, dt.date(1949, 12, 31))
    assert (found.sex, found.division6, found.raw_kind) == ("female", "110105", IdKind.CITIZEN_18)


@pytest.mark.parametrize(
    "written",
    [
        "11010519491231002x",
        "１１０１０５１９４９１２３１００２Ｘ",
        "１１０１０５１９４９１２３１００２ｘ",
        "'11010519491231002X",
        "’11010519491231002X",
        " 11010519491231002X\t",
        "110105 19491231 002X",
        "110105-19491231-002X",
        "\u3000110105\u300019491231002X",
        "\ufeff11010519491231002X",
        "11010519491231002\u0425",
    ],
)
def test_width_case_quotes_and_blanks_do_not_matter(written):
    assert clean_id(written).id18 == EXAMPLE


def test_a_number_of_15_digits_is_lengthened():
    found = clean_id("110105491231002")
    assert (found.flag, found.id18, found.raw_kind) == (IdFlag.VALID, EXAMPLE, IdKind.CITIZEN_15)


def test_fifteen_digits_without_a_province_are_no_identity_number():
    assert clean_id("990105491231002").flag is IdFlag.MALFORMED


@pytest.mark.parametrize("written", ["", None, "无", "0", "-", "不详", " ", "　", "null", "None", "'", "无身份证"])
def test_words_for_nothing_are_missing(written):
    assert clean_id(written).flag is IdFlag.MISSING


@pytest.mark.parametrize(
    "written",
    ["111111111111111111", "000000000000000000", "123456789012345678", "513322190001010000", "111111111111111"],
)
def test_filler_is_junk(written):
    found = clean_id(written)
    assert (found.flag, found.id18) == (IdFlag.JUNK, None)


def test_a_wrong_check_character_keeps_the_date_but_not_the_number():
    found = clean_id("110105194912310021")
    assert (found.flag, found.id18, found.birth_date) == (IdFlag.CHECKSUM, None, dt.date(1949, 12, 31))
    assert found.text == "110105194912310021"


@pytest.mark.parametrize("digits", ["11010519490230002", "11010519491331002", "11010518991231002"])
def test_an_impossible_day_of_birth_is_flagged_even_if_the_check_character_fits(digits):
    found = clean_id(digits + checksum_char(digits))
    assert (found.flag, found.id18, found.birth_date) == (IdFlag.DATE, None, None)


def test_a_birth_after_the_rosters_day_is_flagged():
    digits = "51332220260110001"
    number = digits + checksum_char(digits)
    assert clean_id(number).flag is IdFlag.VALID
    assert clean_id(number, latest_birth=dt.date(2025, 9, 1)).flag is IdFlag.DATE


@pytest.mark.parametrize("province", ["810000", "820000", "830000"])
def test_residence_permits_of_hong_kong_macao_and_taiwan_people_are_valid(province):
    digits = f"{province}19900313158"
    found = clean_id(digits + checksum_char(digits))
    assert (found.flag, found.raw_kind, found.division6) == (IdFlag.VALID, IdKind.RESIDENCE_PERMIT, province)


def test_a_foreigners_permanent_residence_number_is_valid_and_has_no_division():
    digits = "91115619900313158"
    found = clean_id(digits + checksum_char(digits))
    assert (found.flag, found.raw_kind) == (IdFlag.VALID, IdKind.FOREIGN_PERMANENT_RESIDENT)
    assert found.division6 is None


def test_an_unknown_province_is_only_a_remark():
    digits = "89010519900313158"
    found = clean_id(digits + checksum_char(digits))
    assert (found.flag, found.raw_kind, found.division6) == (IdFlag.VALID, IdKind.UNKNOWN_PROVINCE, None)


def test_a_number_rounded_by_a_spreadsheet_is_recognized_and_says_no_sex():
    found = clean_id("110105194912310000")
    assert (found.flag, found.raw_kind, found.sex) == (IdFlag.CHECKSUM, IdKind.ROUNDED_BY_SPREADSHEET, None)
    assert clean_id("1.10105E+17").raw_kind is IdKind.ROUNDED_BY_SPREADSHEET


@pytest.mark.parametrize("certificate", [EXAMPLE + "52", EXAMPLE + "52B1", EXAMPLE.lower() + "52", EXAMPLE + " 52"])
def test_a_disability_certificate_holds_the_number_in_its_first_18_characters(certificate):
    found = clean_id(certificate)
    assert (found.id18, found.raw_kind) == (EXAMPLE, IdKind.DISABILITY_CERTIFICATE)


def test_twenty_characters_that_end_in_no_type_and_grade_are_no_certificate():
    assert clean_id(EXAMPLE + "85").flag is IdFlag.MALFORMED


def test_a_student_number_holds_the_number_after_its_g():
    found = clean_id("G" + EXAMPLE)
    assert (found.id18, found.raw_kind) == (EXAMPLE, IdKind.STUDENT_NUMBER)
    assert clean_id("g" + EXAMPLE.translate(FULL_WIDTH)).id18 == EXAMPLE


def test_a_temporary_student_number_is_a_missing_identity_number():
    found = clean_id("L123456789012345678")
    assert (found.flag, found.raw_kind) == (IdFlag.MISSING, IdKind.TEMPORARY_STUDENT_NUMBER)


def test_a_lost_digit_is_malformed_and_keeps_its_text_for_near_matches():
    found = clean_id("1101051949123102X")
    assert (found.flag, found.id18, found.text) == (IdFlag.MALFORMED, None, "1101051949123102X")


def test_digits_of_other_scripts_are_malformed_not_an_error():
    assert clean_id("١١٠١٠٥٤٩١٢٣١٠٠٢").flag is IdFlag.MALFORMED
    assert clean_id("١١٠١٠٥١٩٤٩١٢٣١٠٠٢١").flag is IdFlag.MALFORMED


def test_a_parents_number_in_a_childs_field_is_a_generation_older():
    assert is_guardians_id(dt.date(1990, 3, 13), dt.date(2013, 9, 17))
    assert not is_guardians_id(dt.date(2012, 9, 17), dt.date(2013, 9, 17))


@given(valid_ids)
def test_every_number_built_by_the_standard_reads_back(number):
    found = clean_id(number)
    assert (found.flag, found.id18) == (IdFlag.VALID, number)
    assert found.birth_date == birth_date_of_id(number)
    assert found.sex == sex_of_id(number)


@given(valid_ids, st.integers(0, 16), st.integers(1, 9))
def test_the_check_character_finds_every_single_wrong_digit(number, position, shift):
    wrong = (int(number[position]) + shift) % 10
    assert clean_id(f"{number[:position]}{wrong}{number[position + 1 :]}").flag is not IdFlag.VALID


@given(valid_ids, st.integers(0, 16))
def test_the_check_character_finds_every_transposition_of_neighbors(number, position):
    swapped = number[:position] + number[position + 1] + number[position] + number[position + 2 :]
    if swapped != number:
        assert clean_id(swapped).flag is not IdFlag.VALID


@given(valid_ids)
def test_width_and_case_never_change_the_reading(number):
    assert clean_id(number.translate(FULL_WIDTH)) == clean_id(number)
    assert clean_id(number.lower()) == clean_id(number)


@given(first17.filter(lambda digits: digits[6:8] == "19"))
def test_shortening_and_lengthening_gives_the_same_number(digits):
    assert lengthen_id(digits[:6] + digits[8:]) == digits + checksum_char(digits)


@given(st.text(max_size=25))
def test_any_text_is_read_without_an_error(text):
    found = clean_id(text)
    assert (found.id18 is not None) == (found.flag is IdFlag.VALID)


@given(st.text("0123456789Xx０９Ｘｘ '’-·.,\u3000\ufeff无", max_size=25))
def test_cleaning_twice_changes_nothing(text):
    assert clean_id_text(clean_id_text(text)) == clean_id_text(text)
