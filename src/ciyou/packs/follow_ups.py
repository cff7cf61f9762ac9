"""What must follow when an item of a questionnaire is flagged: `questionnaires/follow_ups.yaml`. People do it; the program alerts and shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ciyou.core.access.roles import ROLES
from ciyou.core.errors import PackError
from ciyou.core.rules.book import Source
from ciyou.packs.clocks import load_clocks
from ciyou.packs.loading import load_packs, overlay_key
from ciyou.packs.located_yaml import Notes, Section, nearest, read_yaml
from ciyou.packs.pack_files import SHIPPED
from ciyou.packs.sources import Document, read_citation, read_citations

FILE = "questionnaires/follow_ups.yaml"
KINDS = ("self_harm", "harm")
"""The kinds of flags that there are."""
LEAST_CLASS, RESTRICTED = 3, 5
Text = tuple[str, str]
"""A text in Chinese and in English; empty twice where there is none."""


@dataclass(frozen=True)
class Helpline:
    """A number to call, and whose it is."""

    number: str
    words: Text


@dataclass(frozen=True)
class PersonsQuestions:
    """What a person asks when it was flagged; `rule` says what each answer means. They are not scored."""

    items: tuple[Text, ...]
    rule: Text
    translation: Text
    validated: bool
    source: Source | None


@dataclass(frozen=True)
class FollowUp:
    """What follows a kind of flag. `clock` is the task's ("" where none is opened), `alert` the roles, of which the first that is held is told.

    `alert_clock` is the task of whoever is told: its name stands in lists, and says nothing of what was answered.
    """

    code: str
    name: Text
    sensitivity: int
    act: Text
    clock: str
    alert: tuple[str, ...]
    alert_clock: str
    guardian: Text
    call: Text
    helplines: tuple[Helpline, ...]
    questions: PersonsQuestions | None
    sources: tuple[Source, ...]


def load_follow_ups(*, division: str, root: Path = SHIPPED) -> Mapping[str, FollowUp]:
    """What follows each kind of flag in a division (2 to 12 digits), the narrowest place's first; raises PackError with all mistakes at once."""
    chain = overlay_key(division, root=root)
    return _load(chain, tuple(load_clocks(division=division, root=root)), root)


@lru_cache(maxsize=64)
def _load(chain: tuple[str, ...], clocks: tuple[str, ...], root: Path) -> Mapping[str, FollowUp]:
    pack_set, notes = load_packs(root), Notes()
    found: dict[str, FollowUp] = {}
    for pack in (one for one in pack_set.packs if one.code in chain):
        path = pack.folder / FILE
        section = read_yaml(path, file=f"{pack.name}/{FILE}", notes=notes) if path.is_file() else None
        if section is not None:
            found.update({code: _read(code, entry, pack_set.documents, clocks) for code, entry in _kinds(section)})
    if notes.found:
        raise PackError(notes.sorted())
    return found


def _kinds(section: Section) -> list[tuple[str, Section]]:
    for code in (one for one in section if one not in KINDS):
        hint_zh, hint_en = nearest(code, KINDS)
        section.notes.add(
            section.key_place(code),
            "follow_up_kind",
            f"没有“{code}”这类标记；可用：{'、'.join(KINDS)}。{hint_zh}",
            f"There is no kind of flag “{code}”; use one of {', '.join(KINDS)}. {hint_en}".strip(),
        )
    return [(code, entry) for code, entry in section.entries() if code in KINDS]


def _read(code: str, entry: Section, documents: Mapping[str, Document], clocks: tuple[str, ...]) -> FollowUp:
    clock = entry.choice("clock", clocks, code="unknown_clock") if entry.has("clock") else ""
    follow_up = FollowUp(
        code=code,
        name=entry.names("name"),
        sensitivity=_class(entry),
        act=entry.names("act"),
        clock=clock,
        alert=_roles(entry, required=bool(clock)),
        alert_clock=entry.choice("alert_clock", clocks, code="unknown_clock") if clock else "",
        guardian=entry.names("guardian", required=False),
        call=entry.names("call", required=bool(clock)),
        helplines=tuple(_helpline(one) for one in entry.sections("helplines", required=bool(clock))),
        questions=_questions(entry, documents),
        sources=read_citations(entry, documents),
    )
    entry.names("ask", required=False)
    entry.close()
    return follow_up


def _class(entry: Section) -> int:
    written = entry.choice("class", [str(one) for one in range(LEAST_CLASS, RESTRICTED + 1)])
    return int(written) if written else RESTRICTED


def _roles(entry: Section, *, required: bool) -> tuple[str, ...]:
    roles = entry.texts("alert", required=required)
    for role in (one for one in roles if one not in ROLES):
        hint_zh, hint_en = nearest(role, ROLES)
        entry.notes.add(
            entry.value_place("alert"),
            "unknown_role",
            f"没有岗位“{role}”；请更正 alert。{hint_zh}",
            f"There is no role “{role}”; correct `alert`. {hint_en}".strip(),
        )
    return roles


def _helpline(entry: Section) -> Helpline:
    found = Helpline(entry.text("number"), (entry.text("zh"), entry.text("en")))
    entry.close()
    return found


def _questions(entry: Section, documents: Mapping[str, Document]) -> PersonsQuestions | None:
    inner = entry.section("questions", required=False)
    if inner is None:
        return None
    items = []
    for one in inner.sections("items"):
        items.append((one.text("zh"), one.text("en")))
        one.close()
    translation, citation = inner.section("translation"), inner.section("source")
    found = PersonsQuestions(
        items=tuple(items),
        rule=inner.names("rule"),
        translation=(translation.text("zh"), translation.text("en")) if translation else ("", ""),
        validated=(translation.boolean("validated", required=True) or False) if translation else False,
        source=read_citation(citation, documents) if citation else None,
    )
    if translation is not None:
        translation.close()
    inner.close()
    return found
