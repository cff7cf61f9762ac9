"""Who a child may be that is to be put on file, in words: what was typed beside what stands, and what speaks for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ciyou.apps.accounts.selectors import division_name
from ciyou.apps.registry.selectors import PersonCard, Resemblance
from ciyou.core.linkage.name_agreement import NameLevel
from ciyou.core.linkage.nearest import Decision
from ciyou.web.templatetags.ciyou_ui import day
from ciyou.web.wording import SEXES

NAMES = {
    NameLevel.EXACT: gettext_lazy("姓名相同"),
    NameLevel.SAME_READING: gettext_lazy("姓名读音相同"),
    NameLevel.CLOSE_READING: gettext_lazy("姓名读音相近（方言里常混）"),
    NameLevel.LOOK_ALIKE: gettext_lazy("姓名里有一个字形近"),
    NameLevel.SURNAME_CHANGED: gettext_lazy("名相同，姓不同"),
    NameLevel.TRUNCATED: gettext_lazy("一边的姓名像是写短了"),
    NameLevel.TRANSLITERATED: gettext_lazy("姓名像是不同的音译"),
    NameLevel.NICKNAME: gettext_lazy("一边像是小名"),
    NameLevel.ONE_OF_FOUR_DIFFERS: gettext_lazy("姓名差一个字"),
    NameLevel.ONE_DIFFERS: gettext_lazy("姓名差一个字：写错了，或者是兄弟姐妹"),
    NameLevel.DIFFERENT: gettext_lazy("姓名不同"),
}
BORN = {
    "same": gettext_lazy("出生日期相同"),
    "lunar": gettext_lazy("一边的出生日期像是农历"),
    "swapped": gettext_lazy("出生日期的月和日对调"),
    "first_of_january": gettext_lazy("一边的出生日期只写到年（1月1日）"),
    "one_digit": gettext_lazy("出生日期差一个数字"),
    "other_year": gettext_lazy("月日相同，年份不同"),
    "different": gettext_lazy("出生日期不同"),
}
PLACES = {
    "village_and_town": gettext_lazy("同一个村（居）"),
    "village": gettext_lazy("同一个村（居）"),
    "town": gettext_lazy("同一个乡镇"),
    "county": gettext_lazy("同一个县"),
    "another_county": gettext_lazy("不在同一个县"),
}
NUMBERS = {
    "same_id_and_name": gettext_lazy("身份证号码相同"),
    "same_id_no_name": gettext_lazy("身份证号码相同"),
    "same_id_other_name": gettext_lazy("身份证号码相同，但姓名对不上：有一处写错"),
    "two_numbers": gettext_lazy("两边的身份证号码都有效而且不同：多半是两个孩子"),
}
APART = {
    "twin": gettext_lazy("是双胞胎或兄弟姐妹"),
    "namesake": gettext_lazy("同名，是另一个孩子"),
    "other_parents": gettext_lazy("父母是别人"),
    "asked_family": gettext_lazy("问过家里，以前没有建过档"),
}


@dataclass(frozen=True)
class ComparedLine:
    """One thing as it was typed and as the file has it; `state` same | differs | "" where one side says nothing."""

    label: str
    typed: str
    stands: str
    state: str


@dataclass(frozen=True)
class ResemblingRow:
    """One candidate, ready to read. Without a `card` the file is elsewhere: a masked name and a county are told."""

    person_id: str
    card: PersonCard | None
    title: str
    place: str
    same: bool
    lines: tuple[ComparedLine, ...]
    reasons: tuple[str, ...]


def resembling_row(found: Resemblance, typed: dict[str, str]) -> ResemblingRow:
    """A candidate beside what was typed."""
    return ResemblingRow(
        person_id=str(found.person_id),
        card=found.card,
        title=found.card.name or _("未取名") if found.card else found.masked_name,
        place=division_name(found.card.division if found.card else found.county),
        same=found.decision is Decision.SAME,
        lines=tuple(_lines(found, typed)) if found.card else (),
        reasons=tuple(str(words) for words in _reasons(found)),
    )


def _lines(found: Resemblance, typed: dict[str, str]) -> Iterator[ComparedLine]:
    card = found.card
    assert card is not None
    sexes: dict[str, Any] = dict(SEXES)
    born = card.birth_date.isoformat() if card.birth_date else ""
    number = typed["id_card"]
    masked = f"{number[:4]}{'*' * 10}{number[-4:]}" if len(number) > 8 and found.number else number
    yield _line(_("姓名"), typed["name"], card.name)
    yield _line(_("性别"), str(sexes.get(typed["sex"], "")), str(sexes.get(card.sex, "")))
    yield ComparedLine(
        _("出生日期"), typed["birth_date"], str(day(card.birth_date)) if born else "", _state(typed["birth_date"], born)
    )
    yield _line(_("身份证号码"), masked, found.number)
    yield _line(_("户籍地"), division_name(typed["division"]), division_name(card.division))
    guardians = _("、").join(found.guardians)
    said = typed["guardian_name"]
    state = "" if not said or not guardians else "same" if said in found.guardians else "differs"
    yield ComparedLine(_("父母或监护人"), said, guardians, state)


def _line(label: str, typed: str, stands: str) -> ComparedLine:
    return ComparedLine(label, typed, stands, _state(typed, stands))


def _state(typed: str, stands: str) -> str:
    return "" if not typed or not stands else "same" if typed == stands else "differs"


def _reasons(found: Resemblance) -> Iterator[object]:
    told = found.weighed
    number = NUMBERS.get(found.rule) or NUMBERS.get(found.veto)
    if number:
        yield number
    if told.name_level in NAMES:
        yield NAMES[told.name_level]
    if told.born_level in BORN:
        yield BORN[told.born_level]
    if told.shared:
        yield _("监护人的身份证号码相同")
    elif told.same_names:
        yield _("父母或监护人姓名相同")
    elif told.other_guardian:
        yield _("父母或监护人是别人")
    if told.phone > 0:
        yield _("电话相同")
    if told.place_level in PLACES:
        yield PLACES[told.place_level]
    if found.veto == "several_candidates":
        yield _("还有别的孩子同样相近，或者写明的太少")
