"""An explanation as text for a terminal and as plain JSON for other programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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


class TextTeller:
    """Tells many explanations of one child in one language; a step that several rules share is put into words once."""

    def __init__(self, lang: str = "zh", naming: Naming | None = None) -> None:
        self.lang = lang
        self.naming: Naming = naming or (lambda code, _lang: code)
        self._missed: dict[Unknown, str] = {}
        self._told: dict[int, tuple[Reason, str]] = {}  # with the reason, so that no other ever has its id

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
            self._add(explanation.amount, seen, lines, "    ")
        for child in explanation.reason.children:
            self._add(child, seen, lines, "  ")
        if explanation.missing:
            lines.append(f"  {_pick(_WORDS['missing'], lang)}:")
            lines += [self._missing(missing) for missing in explanation.missing]
        return "\n".join(lines)

    def _add(self, reason: Reason, seen: set[int], lines: list[str], pad: str) -> None:
        line = pad + self._line(reason)
        if reason.children and id(reason) in seen:
            lines.append(f"{line} {_pick(_WORDS['above'], self.lang)}")
            return
        seen.add(id(reason))
        lines.append(line)
        for child in reason.children:
            self._add(child, seen, lines, pad + "  ")

    def _missing(self, missing: Missing) -> str:
        if missing.unknown not in self._missed:
            self._missed[missing.unknown] = f"    ? {_missing_line(missing, self.lang, self.naming)}"
        return self._missed[missing.unknown]

    def _line(self, reason: Reason) -> str:
        found = self._told.get(id(reason))
        if found is None:
            found = self._told[id(reason)] = (reason, self._put(reason))
        return found[1]

    def _put(self, reason: Reason) -> str:
        lang = self.lang
        sources = "; ".join(source.cite(lang) for source in reason.cites)
        said = "; ".join(_said(fact, lang, self.naming) for fact in reason.said[:3])
        tail = "".join(f"  [{part}]" for part in (sources, said) if part)
        return f"{MARKS[reason.truth]} {reason.text(lang)}{tail}"


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
