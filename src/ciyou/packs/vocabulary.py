"""The facts vocabulary and the departments that supply facts, read from `facts/*.yaml` and `departments.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ciyou.core.facts.definition import FactDefinition, FactType, Vocabulary
from ciyou.packs.located_yaml import Section, nearest

ABOUT = ("child", "parent", "household")
ASKABLE = ("guardian", "village", "school", "department")
SENSITIVITY_CLASSES = ("1", "2", "3", "4", "5")


@dataclass(frozen=True)
class Department:
    """A department or body that supplies facts."""

    code: str
    zh: str
    en: str

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh


def read_departments(section: Section) -> dict[str, Department]:
    """All departments, by code."""
    found = {}
    for code, entry in section.entries():
        found[code] = Department(code, entry.text("zh"), entry.text("en"))
        entry.close()
    return found


def read_vocabulary(sections: list[Section], departments: Mapping[str, Department]) -> Vocabulary:
    """All facts of all files, in file and line order; mistakes are noted."""
    definitions: dict[tuple[str, str], FactDefinition] = {}
    for section in sections:
        about = section.choice("about", ABOUT)
        facts = section.section("facts")
        for name, entry in facts.entries() if facts else ():
            definition = _read_fact(name, about, entry, departments)
            if definition is None:
                continue
            if (about, name) in definitions:
                entry.notes.add(
                    entry.place,
                    "duplicate_key",
                    f"事实“{name}”定义了两次；请删去一处。",
                    f"Fact “{name}” is defined twice; delete one of them.",
                )
            definitions[about, name] = definition
        section.close()
    return Vocabulary(definitions.values())


def _read_fact(name: str, about: str, entry: Section, departments: Mapping[str, Department]) -> FactDefinition | None:
    kind = entry.choice("type", tuple(FactType))
    sensitivity = entry.choice("sensitivity", SENSITIVITY_CLASSES)
    definition = FactDefinition(
        name=name,
        about=(about,),
        type=FactType(kind) if kind else FactType.BOOL,
        zh=entry.text("zh"),
        en=entry.text("en"),
        suppliers=_known(entry, "suppliers", tuple(departments), "unknown_department"),
        askable=_known(entry, "askable", ASKABLE, "unknown_choice"),
        sensitivity=int(sensitivity or 5),
        fresh_days=entry.integer("fresh_days"),
        options=_read_options(entry, kind),
        minimum=entry.integer("minimum"),
        maximum=entry.integer("maximum"),
        aliases=entry.texts("aliases"),
        unit=entry.text("unit", required=False),
    )
    if definition.sensitivity == 5 and "village" in definition.askable:
        entry.notes.add(
            entry.value_place("askable"),
            "village_asked",
            f"特别保护的事实“{name}”不得问村（居）；请从 askable 中删去 village。",
            f"The village is never asked about the restricted fact “{name}”; delete `village` from `askable`.",
        )
    entry.close()
    return definition if kind and about and sensitivity else None


def _known(entry: Section, key: str, known: tuple[str, ...], code: str) -> tuple[str, ...]:
    found = entry.texts(key)
    for written in found:
        if written not in known:
            hint_zh, hint_en = nearest(written, known)
            entry.notes.add(
                entry.value_place(key),
                code,
                f"“{key}”中不认识“{written}”；可用：{'、'.join(known)}。{hint_zh}",
                f"“{key}” does not know “{written}”; use {', '.join(known)}. {hint_en}".strip(),
            )
    return found


def _read_options(entry: Section, kind: str) -> dict[str, tuple[str, str]]:
    if kind != FactType.ENUM:
        return {}
    options = entry.section("options")
    if options is None:
        return {}
    found = {}
    for code in options:
        words = options.texts(code, required=True)
        if len(words) != 2:
            entry.notes.add(
                options.value_place(code),
                "wrong_type",
                f"选项“{code}”要写两个名称：[中文, English]。",
                f"Option “{code}” needs two names: [中文, English].",
            )
            continue
        found[code] = (words[0], words[1])
    return found
