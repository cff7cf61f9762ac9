"""What happens to a name on its way into a roster."""

from __future__ import annotations

from collections.abc import Callable

from ciyou.batch.synth.chance import Chance
from ciyou.batch.synth.look_alikes import OTHER_SPELLINGS, SHAPED_ALIKE, SOUND_ALIKE, TRADITIONAL
from ciyou.batch.synth.names import NameStyle, PersonalName, draw_surname

_DOTS = (".", "•", "・", "‧", "．", "-", " ", "")
_REMARKS = ("（小）", "(曾用名不详)", "（双）", "*", "1", "（补）")


def _replace_one(chance: Chance, text: str, table: dict[str, str]) -> str:
    places = [place for place, character in enumerate(text) if character in table]
    if not places:
        return text
    place = chance.pick(places)
    return text[:place] + chance.pick(table[text[place]]) + text[place + 1 :]


def _homophone(chance: Chance, name: PersonalName) -> str:
    # Clerks who take a name by ear know the surname; they get the given name wrong.
    if chance.hit(0.12):
        return _replace_one(chance, name.text, SOUND_ALIKE)
    return name.surname + _replace_one(chance, name.given, SOUND_ALIKE)


def _shape(chance: Chance, name: PersonalName) -> str:
    return _replace_one(chance, name.text, SHAPED_ALIKE)


def _traditional(_: Chance, name: PersonalName) -> str:
    return "".join(TRADITIONAL.get(character, character) for character in name.text)


def _nickname(chance: Chance, name: PersonalName) -> str:
    last = name.given[-1:]
    return chance.pick(
        (f"{last}{last}", f"小{last}", f"阿{last}", f"{name.surname}{last}娃", f"老{name.surname or last}")
    )


def _surname(chance: Chance, name: PersonalName) -> str:
    return draw_surname(chance) + name.given if name.surname else name.text


def _remark(chance: Chance, name: PersonalName) -> str:
    return name.text + chance.pick(_REMARKS)


def _masked(_: Chance, name: PersonalName) -> str:
    return name.text[:1] + "某" * (len(name.text) - 1)


def _spaced(chance: Chance, name: PersonalName) -> str:
    gap = chance.pick((" ", "　", "  "))
    return chance.pick((f"{name.text}{gap}", f"{name.text[:1]}{gap}{name.text[1:]}", f"{gap}{name.text}"))


def _minority(chance: Chance, name: PersonalName) -> str:
    text = name.text
    if "·" in text and chance.hit(0.5):
        return text.replace("·", chance.pick(_DOTS))
    for usual, other in OTHER_SPELLINGS:
        if usual in text:
            return text.replace(usual, other)
        if other in text:
            return text.replace(other, usual)
    return text.partition("·")[0] if "·" in text else text


_MISTAKES: dict[str, Callable[[Chance, PersonalName], str]] = {
    "name_homophone": _homophone,
    "name_shape": _shape,
    "name_trad": _traditional,
    "name_nick": _nickname,
    "name_surname": _surname,
    "name_remark": _remark,
    "name_masked": _masked,
    "name_space": _spaced,
    "name_minor": _minority,
    "name_missing": lambda chance, name: "",
}
NAME_KINDS = frozenset(_MISTAKES)
_HAN_ONLY = frozenset({"name_homophone", "name_shape", "name_trad", "name_nick", "name_surname"})


def spoil_name(chance: Chance, name: PersonalName, kind: str) -> str:
    """The name after that kind of mistake; unchanged where the mistake cannot happen to it."""
    minority = name.style is not NameStyle.HAN
    if (kind == "name_minor" and not minority) or (kind in _HAN_ONLY and minority):
        return name.text
    return _MISTAKES[kind](chance, name)
