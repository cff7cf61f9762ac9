"""Merges and what came since, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from ciyou.apps.accounts.selectors import user_names
from ciyou.apps.registry.selectors import Decided, MergeLine, SinceLine
from ciyou.core.rules.words import value_words
from ciyou.web.explaining import source_name
from ciyou.web.lifecycle_wording import MERGE_REASONS, MERGE_STATES, SINCE, UNMERGE_REASONS
from ciyou.web.registry_wording import IDENTIFIERS, MEMBERS

BELONGS = ("kept", "restored")


@dataclass(frozen=True)
class Deed:
    """Who did it, when, and why."""

    by: str
    at: dt.datetime
    why: str


@dataclass(frozen=True)
class MergeRow:
    """A merge, ready to read; `answered`: who undid it, or proposed to."""

    line: MergeLine
    state: str
    merged: Deed
    answered: Deed | None


@dataclass(frozen=True)
class SinceRow:
    """One thing that came since. `what` "": the reader may not know what; `chosen` kept | restored | ""."""

    number: int
    key: str
    what: str
    said: str
    by: str
    at: dt.date | dt.datetime | None
    timed: bool
    ended: bool
    chosen: str
    fault: str


def names_in(lines: Iterable[MergeLine], since: Iterable[SinceLine] = ()) -> Mapping[str, str]:
    """The names of everybody who did something here, asked for once."""
    deeds = [one for line in lines for one in (line.merged, line.answered) if one]
    return user_names([*(one.by for one in deeds), *(line.by for line in since if line.by)])


def merge_rows(lines: Iterable[MergeLine]) -> list[MergeRow]:
    """Merges with names and words."""
    listed = list(lines)
    names = names_in(listed)
    return [merge_row(line, names) for line in listed]


def merge_row(line: MergeLine, names: Mapping[str, str]) -> MergeRow:
    """One merge with names and words."""
    answered = _deed(line.answered, names, UNMERGE_REASONS) if line.answered else None
    return MergeRow(line, str(MERGE_STATES[line.state]), _deed(line.merged, names, MERGE_REASONS), answered)


def _deed(one: Decided, names: Mapping[str, str], reasons: Mapping[str, object]) -> Deed:
    return Deed(names.get(one.by, _("本系统")), one.at, str(reasons.get(one.reason, "")))


def since_field(number: int) -> str:
    """By what the form names an item."""
    return f"since-{number}"


def since_rows(
    lines: Iterable[SinceLine],
    belongs: Mapping[str, str],
    faults: Mapping[str, list[str]],
    names: Mapping[str, str],
    lang: str,
) -> list[SinceRow]:
    """What came since a merge, numbered, each with what was said of it and what is missing."""
    return [
        SinceRow(
            number=number,
            key=line.key,
            what=str(SINCE.get(line.what, "")),
            said=_said(line, lang),
            by=names.get(line.by, _("本系统") if line.by else ""),
            at=line.at,
            timed=isinstance(line.at, dt.datetime),
            ended=line.ended,
            chosen=belongs.get(line.key, ""),
            fault=" ".join(faults.get(since_field(number), ())),
        )
        for number, line in enumerate(lines, 1)
    ]


def _said(line: SinceLine, lang: str) -> str:
    if line.number is not None:
        return f"{IDENTIFIERS.get(line.number.kind, line.number.kind)} {line.number.masked}"
    fact = line.fact
    if fact is None or fact.definition is None or fact.value is None:
        return line.named
    said = {"member": MEMBERS[fact.entity], "fact": fact.definition.label(lang)}
    label = _("%(member)s · %(fact)s") % said
    value = value_words(fact.value, fact.definition).text(lang)
    return _("%(label)s：%(value)s（%(source)s）") % {
        "label": label,
        "value": value,
        "source": source_name(fact.source, lang),
    }
