"""An explanation as text for a terminal and as plain JSON for other programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ciyou.core.facts.state import StatedFact
from ciyou.core.rules.amounts import bounds_words
from ciyou.core.rules.book import Source
from ciyou.core.rules.bounds import Bounds
from ciyou.core.rules.deciding import Unknown
from ciyou.core.rules.explain import Explanation, Missing
from ciyou.core.rules.reason import Reason

Naming = Callable[[str, str], str]
"""From a code (department, source) and a language to the words for it."""

MARKS = {True: "✓", False: "✗", None: "?"}
OUTCOME_WORDS = {
    "yes": ("是", "yes"),
    "no": ("否", "no"),
    "undetermined": ("待定", "undetermined"),
}
BASIS_WORDS = {
    "verified": ("已核实", "verified"),
    "rostered": ("部门名册", "from rosters"),
    "presumed": ("推定（名册无记录）", "presumed (no entry in a complete roster)"),
}
STANDING_WORDS = {
    "decides": ("依据确切", "decides"),
    "flagged": ("依据待复核", "source to be checked"),
    "suggests": ("仅作提示", "suggestion only"),
}
_WORDS = {
    "amount": ("金额", "Amount"),
    "missing": ("查清以下事项即可确定", "These would decide it"),
    "ask": ("可问", "ask"),
    "per": (
        {"month": "每月", "year": "每年", "once": "一次"},
        {"month": "per month", "year": "per year", "once": "once"},
    ),
    "above": ("（同上）", "(as above)"),
}


def outcome_words(explanation: Explanation, lang: str) -> str:
    """The outcome in one word, a presumed one marked as such."""
    word = _pick(OUTCOME_WORDS[explanation.decision.outcome], lang)
    if explanation.decision.basis.code == "presumed" and explanation.decision.outcome != "undetermined":
        return f"推定{word}" if lang == "zh" else f"presumed {word}"
    return word


def render_text(explanation: Explanation, lang: str = "zh", naming: Naming | None = None) -> str:
    """The explanation as indented lines: outcome, amount, reasons with clauses, what would decide it."""
    return TextTeller(lang, naming).text(explanation)


class _Block(NamedTuple):
    """A step and all below it as text, as it stands where none of it was told before; `opened`: the steps with steps below."""

    text: str
    opened: set[int]


class TextTeller:
    """Tells many explanations of one child in one language; a step that several rules share is put into words once."""

    def __init__(self, lang: str = "zh", naming: Naming | None = None) -> None:
        self.lang = lang
        self.naming: Naming = naming or (lambda code, _lang: code)
        self._missed: dict[Unknown, str] = {}
        self._kept: list[object] = []  # so that no other ever has the id of one of these
        self._lines: dict[int, str] = {}
        self._cited: dict[int, str] = {}
        self._whom: dict[object, str] = {}
        self._blocks: dict[int, _Block] = {}
        self._above = _pick(_WORDS["above"], lang)

    def text(self, explanation: Explanation) -> str:
        """One explanation as indented lines: outcome, amount, reasons with clauses, what would decide it."""
        lang, decision, rule = self.lang, explanation.decision, explanation.rule
        seen: set[int] = set()
        colon = "：" if lang == "zh" else ":"
        lines = [f"{_aside(rule.name(lang), rule.code, lang)}{colon} {outcome_words(explanation, lang)}"]
        if explanation.amount is not None:
            due = bounds_words(Bounds(decision.amount_fen, decision.floor_fen, decision.ceiling_fen)).text(lang)
            period = _WORDS["per"][1 if lang == "en" else 0][rule.period]  # type: ignore[index]  # a pair of dicts
            lines.append(f"  {_pick(_WORDS['amount'], lang)}: {due} / {period}")
            self._add_all((explanation.amount,), seen, lines, "    ")
        self._add_all(explanation.reason.children, seen, lines, "  ")
        if explanation.missing:
            lines.append(f"  {_pick(_WORDS['missing'], lang)}:")
            lines += [self._missing(missing) for missing in explanation.missing]
        return "\n".join(lines)

    def _add(self, reason: Reason, seen: set[int], lines: list[str], pad: str) -> None:
        """A step that has steps below it, with those. One that was told before in the same text is not opened again."""
        key = id(reason)
        if key in seen:
            lines.append(f"{pad}{self._lines.get(key) or self._line(reason)} {self._above}")
            return
        block = self._blocks.get(key) or self._block(reason)
        if seen.isdisjoint(block.opened):
            seen |= block.opened
            lines.append(pad + block.text.replace("\n", "\n" + pad))
        else:
            self._open(reason, seen, lines, pad)

    def _open(self, reason: Reason, seen: set[int], lines: list[str], pad: str) -> None:
        key = id(reason)
        seen.add(key)
        lines.append(pad + (self._lines.get(key) or self._line(reason)))
        self._add_all(reason.children, seen, lines, pad + "  ")

    def _add_all(self, reasons: tuple[Reason, ...], seen: set[int], lines: list[str], pad: str) -> None:
        known = self._lines
        for reason in reasons:
            if reason.children:
                self._add(reason, seen, lines, pad)
            else:
                lines.append(pad + (known.get(id(reason)) or self._line(reason)))

    def _block(self, reason: Reason) -> _Block:
        lines: list[str] = []
        opened: set[int] = set()
        self._open(reason, opened, lines, "")
        found = self._blocks[id(reason)] = _Block("\n".join(lines), opened)
        return found

    def _line(self, reason: Reason) -> str:
        """The line of a step, put into words when it is first told."""
        always = reason.lines
        line = None if always is None else always.get(self.lang)
        if line is None:
            line = self._put(reason)
            if always is not None:
                always[self.lang] = line
        self._lines[id(reason)] = line
        self._kept.append(reason)
        return line

    def _missing(self, missing: Missing) -> str:
        if missing.unknown not in self._missed:
            self._missed[missing.unknown] = f"    ? {_missing_line(missing, self.lang, self.naming)}"
        return self._missed[missing.unknown]

    def _put(self, reason: Reason) -> str:
        line = f"{MARKS[reason.truth]} {reason.text(self.lang)}"
        if reason.cites:
            line += self._cite(reason.cites)
        if reason.said:
            said = "; ".join([self._who(fact) for fact in reason.said[:3]])
            line += f"  [{said}]" if said else ""
        return line

    def _cite(self, cites: tuple[Source, ...]) -> str:
        found = self._cited.get(id(cites))
        if found is None:
            sources = "; ".join(source.cite(self.lang) for source in cites)
            found = self._cited[id(cites)] = f"  [{sources}]" if sources else ""
            self._kept.append(cites)
        return found

    def _who(self, fact: StatedFact) -> str:
        key = (fact.basis, fact.source, fact.valid_from)
        found = self._whom.get(key)
        if found is None:
            found = self._whom[key] = _said(fact, self.lang, self.naming)
        return found


def _said(fact: StatedFact, lang: str, name: Naming) -> str:
    basis = _pick(BASIS_WORDS[fact.basis.code], lang)
    where = name(fact.source, lang) if fact.source else ""
    since = fact.valid_from.isoformat() if fact.valid_from else ""
    return " ".join(part for part in (where, since, basis) if part)


def _missing_line(missing: Missing, lang: str, name: Naming) -> str:
    known_by = ", ".join(name(code, lang) for code in missing.suppliers)
    words = missing.words.text(lang)
    return _aside(words, f"{_pick(_WORDS['ask'], lang)} {known_by}", lang) if known_by else words


def _aside(words: str, aside: str, lang: str) -> str:
    return f"{words} ({aside})" if lang == "en" else f"{words}（{aside}）"


def _pick(pair: Any, lang: str) -> str:
    return str(pair[1] if lang == "en" else pair[0])


def as_json(explanation: Explanation, lang: str = "zh") -> dict[str, Any]:
    """The explanation as JSON values: stable codes beside words in the language asked for."""
    decision, rule = explanation.decision, explanation.rule
    return {
        "rule": rule.code,
        "kind": rule.kind.value,
        "name": rule.name(lang),
        "outcome": decision.outcome.value,
        "basis": decision.basis.code,
        "standing": rule.standing.value,
        "amount_fen": decision.amount_fen,
        "floor_fen": decision.floor_fen,
        "ceiling_fen": decision.ceiling_fen,
        "period": rule.period if rule.amount is not None else None,
        "deciding_facts": [str(unknown) for unknown in decision.deciding],
        "missing": [_missing_json(missing, lang) for missing in explanation.missing],
        "reason": _reason_json(explanation.reason, lang),
        "amount_reason": None if explanation.amount is None else _reason_json(explanation.amount, lang),
        "sources": [_source_json(source, lang) for source in rule.sources],
    }


def _missing_json(missing: Missing, lang: str) -> dict[str, Any]:
    return {
        "fact": str(missing.unknown),
        "words": missing.words.text(lang),
        "known_by": list(missing.suppliers),
        "may_be_asked": list(missing.askable),
    }


def _reason_json(reason: Reason, lang: str) -> dict[str, Any]:
    found: dict[str, Any] = {"text": reason.text(lang), "holds": reason.truth}
    if reason.cites:
        found["cites"] = [_source_json(source, lang) for source in reason.cites]
    if reason.said:
        found["said_by"] = [_said_json(fact) for fact in reason.said]
    if isinstance(reason.unknown, Unknown):
        found["unknown"] = str(reason.unknown)
    if reason.children:
        found["because"] = [_reason_json(child, lang) for child in reason.children]
    return found


def _said_json(fact: StatedFact) -> dict[str, Any]:
    return {
        "fact": f"{fact.entity}.{fact.name}",
        "basis": fact.basis.code,
        "source": fact.source,
        "from": fact.valid_from.isoformat() if fact.valid_from else None,
        "to": fact.valid_to.isoformat() if fact.valid_to else None,
    }


def _source_json(source: Source, lang: str) -> dict[str, Any]:
    return {
        "id": source.id,
        "cite": source.cite(lang),
        "title": source.title,
        "kind": source.kind,
        "date": source.date.isoformat() if source.date else None,
        "confidence": source.confidence,
    }
