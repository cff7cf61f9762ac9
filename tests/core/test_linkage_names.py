"""Names: cleaned to keys, placeholders recognized, read aloud, and compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ciyou.core.linkage.name_agreement import NameLevel, compare_names, edit_distance, names_compatible
from ciyou.core.linkage.names import clean_name, fuzzy_reading, reading, split_name

SIMPLIFY = str.maketrans("張偉國龍陳買歐陽", "张伟国龙陈买欧阳")
CHARACTERS = (
    "张章伟玮李周浩皓轩宇字强单雄信曾国藩欧阳修买麦提阿卜布不杜拉吐尔逊艾合海依明古丽娜扎西卓玛嘎平敏娟倩仁次才尉迟恭小"
)
SYLLABLES = (
    "zhang zhang wei wei li zhou hao hao xuan yu zi qiang dan xiong xin ceng guo fan ou yang xiu mai mai ti a bu bu bu du la "
    "tu er xun ai he hai yi ming gu li na zha xi zhuo ma ga ping min juan qian ren ci cai wei chi gong xiao"
)
PINYIN = dict(zip(CHARACTERS, SYLLABLES.split(), strict=True))


def clean(text):
    return clean_name(text, SIMPLIFY)


def level(first, second):
    one, other = clean(first), clean(second)
    return compare_names(one, other, first_reading=reading(one.key, PINYIN), second_reading=reading(other.key, PINYIN))


@pytest.mark.parametrize(
    "written",
    [
        "张伟",
        " 张伟 ",
        "张 伟",
        "张\u3000伟",
        "張偉",
        "张伟(曾用名李强)",
        "张伟（小强）",
        "张伟1",
        "\ufeff张伟",
        "张伟\u200b",
    ],
)
def test_blanks_traditional_characters_and_notes_do_not_change_the_key(written):
    found = clean(written)
    assert (found.key, found.surname, found.given) == ("张伟", "张", "伟")


@pytest.mark.parametrize("dot", ["·", "•", ".", "・", "‧", "．", "･", " ", ""])
def test_every_dot_between_the_parts_of_a_name_gives_the_same_key(dot):
    assert clean(f"买买提{dot}吐尔逊").key == "买买提吐尔逊"


def test_a_name_in_parts_has_no_surname():
    found = clean("依明·艾力")
    assert (found.surname, found.given, found.parts) == ("", "依明艾力", ("依明", "艾力"))


def test_compound_surnames_are_kept_whole():
    assert split_name("欧阳修") == ("欧阳", "修")
    assert split_name("欧阳") == ("欧", "阳")
    assert clean("歐陽 修").surname == "欧阳"


@pytest.mark.parametrize(
    ("written", "parent", "sex"),
    [
        ("李梅之子", "李梅", "male"),
        ("李梅之女", "李梅", "female"),
        ("李梅之女1", "李梅", "female"),
        ("李梅之次子", "李梅", "male"),
        ("李梅之子甲", "李梅", "male"),
        ("李梅的女儿", "李梅", "female"),
        ("李梅之婴", "李梅", None),
        ("李梅男婴", "李梅", "male"),
        ("帕提古丽·依明之女", "帕提古丽依明", "female"),
    ],
)
def test_an_unnamed_newborn_points_to_its_parent(written, parent, sex):
    found = clean(written)
    assert (found.key, found.is_placeholder) == ("", True)
    assert (found.placeholder_of, found.placeholder_sex) == (parent, sex)


def test_a_family_name_alone_before_the_words_points_to_nobody():
    found = clean("王之女")
    assert (found.key, found.placeholder_of, found.surname, found.is_placeholder) == ("", None, "王", True)


@pytest.mark.parametrize("written", ["无名氏", "新生儿", "未取名", "待定", "女婴", "暂未取名"])
def test_placeholders_are_no_names(written):
    found = clean(written)
    assert (found.key, found.is_placeholder, found.placeholder_of) == ("", True, None)


@pytest.mark.parametrize("written", ["张某某", "张*", "张**", "张X", "张XX"])
def test_a_masked_name_keeps_only_its_surname(written):
    found = clean(written)
    assert (found.key, found.surname, found.is_placeholder) == ("", "张", True)


@pytest.mark.parametrize("written", ["", None, "无", "不详", " ", "-", "null"])
def test_no_name_is_no_placeholder(written):
    found = clean(written)
    assert (found.key, found.is_placeholder) == ("", False)


@pytest.mark.parametrize("written", ["张子", "李宝宝", "王子女", "陈一大", "马子"])
def test_real_names_with_words_for_children_stay_names(written):
    assert clean(written).key == written


def test_surnames_are_read_as_surnames_and_given_names_as_characters():
    assert reading("单雄信", PINYIN) == "shan xiong xin"
    assert reading("曾国藩", PINYIN) == "zeng guo fan"
    assert reading("李曾", PINYIN) == "li ceng"
    assert reading("尉迟恭", PINYIN) == "yu chi gong"
    assert reading("张𬱖", PINYIN) == "zhang 𬱖"


def test_the_fuzzy_reading_merges_what_dialects_merge():
    assert fuzzy_reading("zhang shi ning fei") == "zan si lin hei"
    assert fuzzy_reading("zan si lin hei") == "zan si lin hei"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("张伟", "張偉", NameLevel.EXACT),
        ("张伟", "章玮", NameLevel.SAME_READING),
        ("李敏", "李明", NameLevel.CLOSE_READING),
        ("张浩宇", "张浩字", NameLevel.LOOK_ALIKE),
        ("张浩宇", "李浩宇", NameLevel.SURNAME_CHANGED),
        ("张浩宇", "李皓宇", NameLevel.SURNAME_CHANGED),
        ("买买提·吐尔逊", "买买提", NameLevel.TRUNCATED),
        ("买买提·吐尔逊", "买买提吐尔", NameLevel.TRUNCATED),
        ("阿卜杜拉·吐尔逊", "阿不都拉·吐尔逊", NameLevel.TRANSLITERATED),
        ("艾合买提·吐尔逊", "艾海提·吐尔逊", NameLevel.TRANSLITERATED),
        ("张浩宇", "小宇", NameLevel.NICKNAME),
        ("张浩宇", "宇宇", NameLevel.NICKNAME),
        ("张浩宇", "张小宇", NameLevel.NICKNAME),
        ("扎西次仁", "扎西才仁", NameLevel.ONE_OF_FOUR_DIFFERS),
        ("张浩宇", "张浩轩", NameLevel.ONE_DIFFERS),
        ("张浩宇", "张宇", NameLevel.ONE_DIFFERS),
        ("张伟", "张强", NameLevel.DIFFERENT),
        ("张伟", "李强", NameLevel.DIFFERENT),
        ("张浩宇", "李娟", NameLevel.DIFFERENT),
        ("古丽娜·吐尔逊", "依明·吐尔逊", NameLevel.DIFFERENT),
        ("李梅之子", "李梅", NameLevel.MISSING),
        ("", "李梅", NameLevel.MISSING),
    ],
)
def test_two_names_agree_at_their_closest_level(first, second, expected):
    assert level(first, second) is expected
    assert level(second, first) is expected


@pytest.mark.parametrize(
    ("first", "second"),
    [("张伟", "张浩宇"), ("张伟", "张强"), ("李敏娟", "张浩宇"), ("张浩宇", "张浩轩"), ("李梅之子", "李梅")],
)
def test_a_parents_or_siblings_number_never_links_two_people(first, second):
    assert not names_compatible(level(first, second), born_as_id_says=True)


def test_another_transliteration_is_compatible_only_if_the_births_agree():
    found = level("扎西次仁", "扎西才仁")
    assert names_compatible(found, born_as_id_says=True)
    assert not names_compatible(found)


def test_brothers_with_a_compound_surname_are_not_taken_for_a_transliteration():
    assert level("欧阳浩宇", "欧阳浩轩") is NameLevel.ONE_DIFFERS


def test_edit_distance_counts_insertions_deletions_and_replacements():
    assert edit_distance("kitten", "sitting") == 3
    assert edit_distance("", "abc") == 3


chinese = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=8)


@given(st.text(max_size=20))
def test_any_text_is_read_without_an_error(text):
    found = clean(text)
    assert found.key == "" or not found.is_placeholder


@given(st.text("张偉李梅买提龍Ａb·•. \u3000（）()1２'-", max_size=12))
def test_cleaning_a_key_again_changes_nothing(text):
    found = clean(text)
    assert clean(found.key).key == found.key


@given(chinese, st.sampled_from(["·", " ", "\u3000", "．", "・"]), st.integers(0, 8))
def test_separators_never_change_the_key(name, separator, position):
    assert clean(name[:position] + separator + name[position:]).key == clean(name).key


@given(chinese)
def test_surname_and_given_name_together_are_the_key(name):
    found = clean(name)
    if found.key:
        assert found.surname + found.given == found.key


@given(chinese, chinese)
def test_comparison_is_symmetric_and_exact_only_for_equal_keys(first, second):
    one, other = clean(first), clean(second)
    found = compare_names(one, other)
    assert found is compare_names(other, one)
    assert (found is NameLevel.EXACT) == (one.key == other.key != "")
