"""The parts of a questionnaire's file that stand for themselves: items, options, subscales, ages, and the words beside them."""

from __future__ import annotations

from dataclasses import dataclass

from ciyou.core.questionnaires import AgeRange, Flag, Scale
from ciyou.packs.follow_ups import KINDS, Text
from ciyou.packs.located_yaml import Section


@dataclass(frozen=True)
class Words:
    """What a page says of a questionnaire beside its items: an absent text is empty twice.

    `default`: the one that a carer is asked where nothing else is chosen. `translation` says where the Chinese comes from, and
    `validated` whether it was tried here.
    """

    introduction: Text
    period: Text
    licence: str
    licence_note: Text
    translation: Text
    validated: bool
    default: bool


def read_words(section: Section, state: str) -> Words:
    """What scoring does not read: licence, translation, period; required where texts are shipped."""
    licence = section.section("licence")
    name, note = "", ("", "")
    if licence is not None:
        name, note = licence.text("name"), licence.names("note")
        licence.text("confidence")
        licence.close()
    section.names("ask", required=state == "slot")
    translation = section.section("translation", required=state == "shipped")
    validated, words = False, ("", "")
    if translation is not None:
        validated = translation.boolean("validated", required=True) or False
        words = translation.text("zh"), translation.text("en")
        translation.close()
    return Words(
        introduction=section.names("introduction", required=False),
        period=section.names("period", required=False),
        licence=name,
        licence_note=note,
        translation=words,
        validated=validated,
        default=section.boolean("default") or False,
    )


def read_items(section: Section, chosen: tuple[str, ...] | None) -> tuple[dict[str, tuple[str, str]], tuple[Flag, ...]]:
    """The texts of the items by code, of those that were `chosen` only, and what is flagged among them."""
    inner = section.section("items", required=False)
    texts: dict[str, tuple[str, str]] = {}
    flags = []
    for code, entry in inner.entries() if inner else ():
        texts[code] = entry.text("zh"), entry.text("en")
        if entry.has("flag"):
            flags.append(Flag(code, entry.choice("flag", KINDS)))
        entry.close()
    if chosen is not None:
        for code in (one for one in chosen if one not in texts):
            section.notes.add(
                section.value_place("items"),
                "questionnaire_item",
                f"没有题目“{code}”；请更正所选题目。",
                f"There is no item “{code}”; correct the items that were chosen.",
            )
        texts = {code: texts[code] for code in chosen if code in texts}
    return texts, tuple(flags)


def read_options(section: Section) -> dict[int, tuple[str, str]]:
    """The words of each answer, by its points."""
    found = {}
    for entry in section.sections("options", required=False):
        found[entry.integer("points", required=True) or 0] = entry.text("zh"), entry.text("en")
        entry.close()
    return found


def read_subscales(section: Section, items: tuple[str, ...]) -> tuple[tuple[Scale, Text], ...]:
    """The scales beside the total, each with its name."""
    inner = section.section("subscales", required=False)
    found = []
    for code, entry in inner.entries() if inner else ():
        own = entry.texts("items")
        for one in (one for one in own if one not in items):
            entry.notes.add(
                entry.value_place("items"),
                "questionnaire_item",
                f"没有题目“{one}”；请更正分量表。",
                f"There is no item “{one}”; correct the subscale.",
            )
        found.append((Scale(code, own), (entry.text("zh"), entry.text("en"))))
        entry.close()
    return tuple(found)


def read_ages(section: Section | None) -> AgeRange:
    """A range of ages; absent, it is open."""
    if section is None:
        return AgeRange()
    found = AgeRange(section.integer("first"), section.integer("last"))
    section.close()
    return found
