"""Names as rosters write them: cleaned to a comparison key, split, recognized as placeholders, and read aloud."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from ciyou.core.linkage.surnames import COMPOUND_SURNAMES, SURNAME_READINGS

_LONGEST_WITH_SURNAME = 4
_PARENTHESES = re.compile(r"[(\[{<〈《【〔].*?[)\]}>〉》】〕]")
# Everything that is written between the parts of a name, and blanks; NFKC has made full-width ones narrow before.
_BETWEEN_PARTS = re.compile(r"[\s·•.・‧∙⋅･・ㆍ●。,、'\"`’‘_\-‐‑–—\u200b-\u200f\ufeff\u00ad]+")
_NOT_IN_A_KEY = re.compile(r"[0-9/\\|:;?!#&+=~^$%@]+")
_MASKED = re.compile(r"[*×某█]|(?<=[一-鿿])X{1,3}$")
_CHILD_OF = (
    re.compile(
        r"(?P<parent>.+?)[之的][长次大二三四小双]?"
        r"(?:(?P<boy>子|儿子|男孩|男婴)|(?P<girl>女|女儿|女孩|女婴)|孩子|小孩|宝宝|婴儿?|儿)[一二三四甲乙丙丁大小A-D]?"
    ),
    re.compile(r"(?P<parent>.+?)(?:(?P<boy>男婴)|(?P<girl>女婴)|新生儿)[一二甲乙大小AB]?"),
    re.compile(r"(?P<parent>.{2,}?)(?:(?P<boy>儿子)|(?P<girl>女儿)|婴儿|宝宝)[一二甲乙大小AB]?"),
)
_LAST_OF_PLACEHOLDERS = frozenset("子女儿孩婴宝一二三四甲乙丙丁大小ABCD")
_UNNAMED = """
无名氏 无名 新生儿 新生婴儿 婴儿 男婴 女婴 未取名 未起名 未命名 未定名 未定 待定 待取名 取名中 暂未取名 暂无名 无名男 无名女 弃婴
宝宝 小宝 之子 之女 孩子
"""
_PLACEHOLDERS = frozenset(_UNNAMED.split())
_NOTHING = "无 空 暂无 没有 不详 未知 姓名不详 不清楚 不知 NULL NONE NAN NA"
_WORDS_FOR_NOTHING = frozenset(_NOTHING.split())


@dataclass(frozen=True, slots=True)
class NameReading:
    """What a name cell says.

    `key`: simplified characters without separators, empty when there is no name (also for placeholders). `surname` is empty
    for names without one (written in parts, or longer than four characters). `placeholder_of` is the key of the parent of an
    unnamed newborn ("李梅之子"), `placeholder_sex` (male | female) what its wording tells. `parts`: the name as it was divided.
    """

    key: str
    surname: str = ""
    given: str = ""
    placeholder_of: str | None = None
    is_placeholder: bool = False
    placeholder_sex: str | None = None
    parts: tuple[str, ...] = ()


_NO_NAME = NameReading("")
_PLACEHOLDER = NameReading("", is_placeholder=True)


def clean_name(text: str | None, simplify: Mapping[int, str]) -> NameReading:
    """What one cell of a name column says.

    `simplify` maps code points of traditional characters to simplified ones (as `str.maketrans` makes it). Notes in
    parentheses and digits are dropped; a masked name (张某某, 张*) keeps only its surname and is a placeholder.
    """
    if not text:
        return _NO_NAME
    written = text.translate(simplify)
    # Most cells are two to four Chinese characters and nothing else: they need no further cleaning.
    if 1 < len(written) <= _LONGEST_WITH_SURNAME and min(written) >= "一" and max(written) <= "鿿":
        return _read_parts((written,))
    written = unicodedata.normalize("NFKC", written).upper().translate(simplify)
    written = _NOT_IN_A_KEY.sub("", _PARENTHESES.sub("", written))
    return _read_parts(tuple(part for part in _BETWEEN_PARTS.split(written) if part))


def _read_parts(parts: tuple[str, ...]) -> NameReading:
    key = "".join(parts)
    if not key or key in _WORDS_FOR_NOTHING:
        return _NO_NAME
    if key in _PLACEHOLDERS:
        return _PLACEHOLDER
    if key[-1] in _LAST_OF_PLACEHOLDERS:
        for pattern in _CHILD_OF:
            child = pattern.fullmatch(key)
            if child:
                return _read_child_of(child)
    masked = _MASKED.search(key)
    if masked:
        return NameReading("", surname=split_name(key[: masked.start()])[0], is_placeholder=True)
    if _divided_without_surname(parts):
        return NameReading(key, given=key, parts=parts)
    surname, given = split_name(key)
    return NameReading(key, surname, given, parts=parts)


def _read_child_of(child: re.Match[str]) -> NameReading:
    sex = "male" if child["boy"] else "female" if child["girl"] else None
    parent = child["parent"]
    if len(parent) == 1:  # "王之女": the family's name only
        return NameReading("", surname=parent, is_placeholder=True, placeholder_sex=sex)
    return NameReading("", placeholder_of=parent, is_placeholder=True, placeholder_sex=sex)


def _divided_without_surname(parts: tuple[str, ...]) -> bool:
    """Parts of two characters and more are names of peoples without surnames; a blank in "张 三" divides nothing."""
    return len(parts) > 1 and all(len(part) > 1 for part in parts) and parts[0] not in COMPOUND_SURNAMES


def split_name(key: str) -> tuple[str, str]:
    """Surname and given name of a cleaned name; without a surname where it is longer than four characters or not Chinese."""
    if len(key) > _LONGEST_WITH_SURNAME or not key or not "㐀" <= key[0] <= "鿿":
        return "", key
    if len(key) > 2 and key[:2] in COMPOUND_SURNAMES:
        return key[:2], key[2:]
    return key[:1], key[1:]


def reading(key: str, pinyin_table: Mapping[str, str], surname_readings: Mapping[str, str] = SURNAME_READINGS) -> str:
    """The name's syllables without tones, separated by spaces; a character without an entry stands for itself.

    `pinyin_table` has one reading per character: a phrase table would read the same character differently by context
    (design note: measured 30 times slower, and wrong for surnames). Surnames are read by their own table.
    """
    surname = "" if len(key) > _LONGEST_WITH_SURNAME else key[:2] if key[:2] in surname_readings else key[:1]
    syllables = [pinyin_table.get(character, character) for character in key]
    own = surname_readings.get(surname)
    if own is not None:
        syllables[: len(surname)] = [own]
    return " ".join(syllables)


def fuzzy_reading(syllables: str) -> str:
    """A reading with the sounds merged that dialects merge: zh=z, ch=c, sh=s, n=l (initial), f=h, -ng=-n."""
    return " ".join(map(_fuzzy_syllable, syllables.split()))


_MERGED_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("f", "h"))


def _fuzzy_syllable(syllable: str) -> str:
    for initial, merged in _MERGED_INITIALS:
        if syllable.startswith(initial):
            syllable = merged + syllable[len(initial) :]
            break
    return syllable[:-1] if syllable.endswith("ng") else syllable
