"""Words for guidance of families."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ciyou.apps.training.guidance_reading import GuidanceLine
from ciyou.packs import load_guidance
from ciyou.web.context import short_language

STATES = {
    "open": gettext_lazy("进行中"),
    "done": gettext_lazy("已完成"),
    "not_done": gettext_lazy("没有完成"),
    "lapsed": gettext_lazy("不再需要"),
}
DONE = "done"
_CHIPS = {"open": "presumed", "done": "yes", "not_done": "bad", "lapsed": "undetermined"}
_LAPSED = {"died": gettext_lazy("孩子已去世"), "of_age": gettext_lazy("已满 18 周岁")}


@dataclass(frozen=True)
class GuidanceRow:
    """One guidance in words. `basis`: the texts that its kind rests on; `doubtful`: one of them was not read itself."""

    line: GuidanceLine
    kind: str
    issuer: str
    state: str
    chip: str
    outcome: str
    held: str
    basis: tuple[str, ...]
    doubtful: bool


def guidance_row(line: GuidanceLine) -> GuidanceRow:
    """One guidance in words."""
    pack, lang = load_guidance(division=line.division), short_language()
    kind = pack.kinds.get(line.kind)
    lapsed = _LAPSED.get(line.outcome)
    return GuidanceRow(
        line=line,
        kind=kind.name(lang) if kind else line.kind,
        issuer=_word(pack.issuers, line.issuer),
        state=str(STATES[line.state]),
        chip=_CHIPS[line.state],
        outcome=str(lapsed) if lapsed else _word(pack.outcomes, line.outcome),
        held=_held(line, line.sessions_asked or (kind.sessions if kind else None)),
        basis=tuple(one.cite(lang) for one in kind.sources) if kind else (),
        doubtful=any(one.confidence not in ("A", "H") for one in kind.sources) if kind else False,
    )


def made_choices(division: str) -> list[tuple[str, str]]:
    """The kinds of a place, each with who may make it: `kind.issuer` and its words."""
    pack, lang = load_guidance(division=division), short_language()
    return [
        (f"{kind.code}.{issuer}", f"{kind.name(lang)} · {_word(pack.issuers, issuer)}")
        for kind in pack.kinds.values()
        for issuer in kind.issuers
    ]


def result_choices(division: str) -> list[tuple[str, str]]:
    """How one can end: done, or not done with what follows (a code of the packs)."""
    outcomes = load_guidance(division=division).outcomes
    missed = [(code, f"{STATES['not_done']}{_('：')}{_word(outcomes, code)}") for code in outcomes]
    return [(DONE, str(STATES[DONE])), *missed]


def form_choices(division: str) -> list[tuple[str, str]]:
    """How a session can be given."""
    forms = load_guidance(division=division).forms
    return [(code, _word(forms, code)) for code in forms]


def form_name(division: str, code: str) -> str:
    """How a session was given; its code where the packs no longer know it."""
    return _word(load_guidance(division=division).forms, code)


def _word(listed: Mapping[str, tuple[str, str]], code: str) -> str:
    return listed.get(code, (code, code))[short_language() == "en"]


def _held(line: GuidanceLine, asked: int | None) -> str:
    if asked is None:
        return ngettext("已指导 %(held)s 次", "已指导 %(held)s 次", line.held) % {"held": line.held}
    told = ngettext("已指导 %(held)s 次，要求 %(asked)s 次", "已指导 %(held)s 次，要求 %(asked)s 次", line.held)
    return told % {"held": line.held, "asked": asked}
