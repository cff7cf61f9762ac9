"""How a name is read aloud: pinyin without tones, and its initials, for search."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from ciyou.batch.rosters.tables import pinyin_table, simplify_table
from ciyou.core.linkage.names import clean_name, reading


@lru_cache(maxsize=100_000)
def read_name(name: str) -> tuple[str, str]:
    """The reading without spaces and its initials: 王小明 → ("wangxiaoming", "wxm"); empty for no name."""
    key = clean_name(name, simplify_table()).key
    syllables = reading(key, pinyin_table()).lower().split()
    return "".join(syllables)[:240], "".join(syllable[0] for syllable in syllables)[:32]


@lru_cache(maxsize=100_000)
def given_name(name: str) -> str:
    """The name without its surname, or its last part where it has none: 欧阳小明 → 小明, 买买提·艾力 → 艾力."""
    read = clean_name(name, simplify_table())
    return read.parts[-1] if len(read.parts) > 1 and not read.surname else read.given


def name_fields(name: str) -> dict[str, str]:
    """A person's name with everything by which it is found, as the fields of its row."""
    reading_, initials = read_name(name)
    return {"name": name, "given_name": given_name(name), "name_reading": reading_, "name_initials": initials}


class SpokenName(NamedTuple):
    """A name as people are compared by it: `parent` is whose unnamed child it is ("李梅之子")."""

    key: str
    reading: str
    unnamed: bool
    parent: str


@lru_cache(maxsize=100_000)
def speak_name(name: str) -> SpokenName:
    """A name cleaned and read aloud, its syllables apart."""
    found = clean_name(name, simplify_table())
    aloud = reading(found.key, pinyin_table()) if found.key else ""
    return SpokenName(found.key, aloud, found.is_placeholder, found.placeholder_of or "")
