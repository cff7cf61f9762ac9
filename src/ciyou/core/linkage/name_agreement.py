"""How far two names agree, and whether that is enough beside one and the same valid identity number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType

from ciyou.core.linkage.names import NameReading, fuzzy_reading

_LONGER_THAN_HAN = 5
_NO_READING = ""


class NameLevel(StrEnum):
    """What distinguishes two names, the closest first; `missing` where one of them is no name."""

    EXACT = "exact"
    SAME_READING = "same_reading"
    CLOSE_READING = "close_reading"
    LOOK_ALIKE = "look_alike"
    SURNAME_CHANGED = "surname_changed"
    TRUNCATED = "truncated"
    TRANSLITERATED = "transliterated"
    NICKNAME = "nickname"
    ONE_OF_FOUR_DIFFERS = "one_of_four_differs"
    ONE_DIFFERS = "one_differs"
    DIFFERENT = "different"
    MISSING = "missing"


_COMPATIBLE = frozenset(
    (
        NameLevel.EXACT,
        NameLevel.SAME_READING,
        NameLevel.CLOSE_READING,
        NameLevel.LOOK_ALIKE,
        NameLevel.SURNAME_CHANGED,
        NameLevel.TRUNCATED,
        NameLevel.TRANSLITERATED,
        NameLevel.NICKNAME,
    )
)

_GROUPS = """
己已巳 末未 土士 日曰 干千于 人入 刀力刁 大太犬 天夫 王玉主 白自 目且 由甲申 戊戌戍 令今 午牛 贝见 昊吴 宇字 佳住 怡恰 瑞端 睿壑 芊芋
崇祟 茉莱菜 晴睛情清 淇琪祺棋 晖辉 皓浩 婷停 淑叔 慧惠 菁青 颖颍 博搏傅 桦烨晔 炜伟玮祎 媛援 婉碗 涵函 萱宣 妍研 琳淋霖 泽择译 杨扬阳
徽微薇 冶治 芮内 苒再冉 丹舟 冲仲 帅师 亨享 朋明 朗郎 姗珊 彬杉衫 钧均钓 铃玲冷 洪供 莹萤荧营 赢羸嬴 恒垣桓 宏宠庞 竟竞意 候侯 思恩
免兔 晚晓 秦泰奏 杏否 含合 尚向 闫间 闵闷闽 闰润 雷雪蕾 霞霜露 雯文 娜那 茜西 梓锌 诗侍 梅海 雅稚 希布 曼蔓 楠南 煜昱 旋璇 辰晨
"""


def _similar_shapes(groups: Sequence[str]) -> Mapping[str, str]:
    shapes: dict[str, str] = {}
    for group in groups:
        for character in group:
            shapes[character] = shapes.get(character, "") + group
    return MappingProxyType(shapes)


LOOK_ALIKES = _similar_shapes(_GROUPS.split())
"""Characters of names that are mistaken for one another in writing and recognition; each with all it resembles."""


def compare_names(
    first: NameReading,
    second: NameReading,
    *,
    first_reading: str = _NO_READING,
    second_reading: str = _NO_READING,
    look_alikes: Mapping[str, str] = LOOK_ALIKES,
) -> NameLevel:
    """The closest level at which two names agree. Readings are those of `names.reading`; without them sound is not compared."""
    if not first.key or not second.key:
        return NameLevel.MISSING
    if first.key == second.key:
        return NameLevel.EXACT
    by_sound = _level_of_sound(first_reading, second_reading)
    if by_sound is not None:
        return by_sound
    if _is_long(first) or _is_long(second):
        return _level_of_long_names(first, second, first_reading, second_reading)
    return _level_of_short_names(first, second, (first_reading, second_reading), look_alikes)


def names_compatible(level: NameLevel, *, born_as_id_says: bool = False) -> bool:
    """Whether two records with the same valid identity number may be one person.

    A different character in the given name is what twins, brothers and sisters have who share a generation character: not
    compatible. In a name of four characters without a compound surname it is mostly another transliteration (次仁, 才仁):
    compatible if both records state the date of birth that the number has (`born_as_id_says`). A missing name or a
    placeholder is never compatible: that is how a newborn enrolled under a parent's number looks.
    """
    return level in _COMPATIBLE or (level is NameLevel.ONE_OF_FOUR_DIFFERS and born_as_id_says)


def _level_of_sound(first: str, second: str) -> NameLevel | None:
    if not first or not second:
        return None
    if first == second:
        return NameLevel.SAME_READING
    return NameLevel.CLOSE_READING if fuzzy_reading(first) == fuzzy_reading(second) else None


def _is_long(name: NameReading) -> bool:
    return len(name.key) >= _LONGER_THAN_HAN or (len(name.parts) > 1 and not name.surname)


def _level_of_long_names(first: NameReading, second: NameReading, first_reading: str, second_reading: str) -> NameLevel:
    shorter, longer = sorted((first.key, second.key), key=len)
    if len(shorter) > 1 and longer.startswith(shorter):
        return NameLevel.TRUNCATED
    one, other = _sounds(first, first_reading), _sounds(second, second_reading)
    if len(shorter) < 3 or edit_distance(one, other) * 3 > max(len(one), len(other)):
        return NameLevel.DIFFERENT
    # Brothers and sisters share the father's name as the last part: each part must agree for itself.
    if len(first.parts) == len(second.parts) and not _parts_agree(first, second, one, other):
        return NameLevel.DIFFERENT
    return NameLevel.TRANSLITERATED


def _sounds(name: NameReading, syllables: str) -> Sequence[str]:
    sounds = fuzzy_reading(syllables).split()
    return sounds if len(sounds) == len(name.key) else name.key


def _parts_agree(first: NameReading, second: NameReading, one: Sequence[str], other: Sequence[str]) -> bool:
    start, other_start = 0, 0
    for part, other_part in zip(first.parts, second.parts, strict=True):
        mine = one[start : start + len(part)]
        theirs = other[other_start : other_start + len(other_part)]
        if edit_distance(mine, theirs) * 2 > max(len(mine), len(theirs)):
            return False
        start, other_start = start + len(part), other_start + len(other_part)
    return True


def _level_of_short_names(
    first: NameReading, second: NameReading, readings: tuple[str, str], look_alikes: Mapping[str, str]
) -> NameLevel:
    if first.surname != second.surname:
        if _same_given(first, second, readings):
            return NameLevel.SURNAME_CHANGED
    elif _differ_in_shape_only(first.given, second.given, look_alikes):
        return NameLevel.LOOK_ALIKE
    if _is_nickname(first.key, second) or _is_nickname(second.key, first):
        return NameLevel.NICKNAME
    longest = max(len(first.given), len(second.given))
    if first.surname == second.surname and longest > 1 and edit_distance(first.given, second.given) == 1:
        return NameLevel.ONE_OF_FOUR_DIFFERS if _without_surname_perhaps(first, second) else NameLevel.ONE_DIFFERS
    return NameLevel.DIFFERENT


def _without_surname_perhaps(first: NameReading, second: NameReading) -> bool:
    return len(first.key) == len(second.key) == 4 and len(first.surname) == 1


def _same_given(first: NameReading, second: NameReading, readings: tuple[str, str]) -> bool:
    if first.given == second.given:
        return bool(first.given)
    if len(first.given) != len(second.given) or len(first.given) < 2:
        return False
    one, other = (syllables.split()[-len(first.given) :] for syllables in readings)
    return bool(one) and one == other


def _differ_in_shape_only(first: str, second: str, look_alikes: Mapping[str, str]) -> bool:
    if len(first) != len(second):
        return False
    return all(a == b or b in look_alikes.get(a, "") for a, b in zip(first, second, strict=True))


def _is_nickname(key: str, full: NameReading) -> bool:
    """小宇, 阿宇, 宇宇, 宇娃, 宇儿 or 张小宇 for 张浩宇."""
    if len(full.given) < 1 or full.key == key:
        return False
    short = key[len(full.surname) :] if full.surname and key.startswith(full.surname) and len(key) > 2 else key
    if len(short) != 2:
        return False
    if short[0] == short[1] or short[1] in "娃儿仔":
        return short[0] in full.given
    return short[0] in "小阿" and short[1] in full.given


def edit_distance(first: Sequence[str], second: Sequence[str]) -> int:
    """Insertions, deletions and replacements that turn one sequence into the other (Levenshtein 1966)."""
    row = list(range(len(second) + 1))
    for number, item in enumerate(first, start=1):
        diagonal, row[0] = row[0], number
        for column, other in enumerate(second, start=1):
            replaced = diagonal + (item != other)
            diagonal = row[column]
            row[column] = min(replaced, row[column] + 1, row[column - 1] + 1)
    return row[-1]
