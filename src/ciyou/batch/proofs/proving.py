"""The proofs of a folder of packs: every question in every place that has rules of its own, against what was accepted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from ciyou.batch.proofs.checks import (
    Check,
    Found,
    Narrowing,
    Reachable,
    Setting,
    Witness,
    parameters_behind,
    texts_behind,
)
from ciyou.batch.proofs.imprecision import Imprecise
from ciyou.batch.proofs.questions import questions_of, reachability_of
from ciyou.batch.proofs.solving import Answer, Assignment
from ciyou.core.rules.book import RuleBook
from ciyou.core.rules.tree import Node
from ciyou.packs.loading import load_packs, load_rule_book
from ciyou.packs.pack_files import SHIPPED
from ciyou.packs.proofs import Acceptance, Binder, Demands, load_demands

ANYWHERE = "00"
Progress = Callable[[str, str], None]


@dataclass(frozen=True)
class Finding:
    """A question answered badly: where, when, the child that shows it (none where no child is what is found).

    `acceptance`: the reason with which the packs let it stand. `confirmed`: the interpreter sees the same; where it does not,
    the prover or its translation of the rules is wrong, and nothing it says can be relied on.
    """

    check: Check
    setting: Setting
    witness: Witness | None
    confirmed: bool
    acceptance: Acceptance | None = None


@dataclass
class Report:
    """What was asked and what came of it. `undecided`: (code, division) of questions for which the time was not enough."""

    places: list[str] = field(default_factory=list)
    asked: int = 0
    proved: int = 0
    findings: list[Finding] = field(default_factory=list)
    accepted: list[Finding] = field(default_factory=list)
    undecided: list[tuple[str, str]] = field(default_factory=list)
    stale: list[Acceptance] = field(default_factory=list)

    @property
    def contradictions(self) -> list[Finding]:
        """What the interpreter does not confirm."""
        return [finding for finding in (*self.findings, *self.accepted) if not finding.confirmed]

    @property
    def is_clean(self) -> bool:
        """Everything is proved or accepted, and everything accepted still occurs."""
        return not (self.findings or self.undecided or self.stale)


def _silent(_code: str, _place: str) -> None:
    """No progress is shown."""


def prove(
    *,
    as_of: dt.date,
    division: str | None = None,
    only: tuple[str, ...] = (),
    limit_ms: int,
    root: Path = SHIPPED,
    progress: Progress = _silent,
) -> Report:
    """Ask everything on a day: in one division, or in the nation and every place with a pack of its own.

    `only`: beginnings of the codes of questions to ask. An accepted finding is called stale only when everything was asked
    everywhere. Raises PackError when packs or divisions cannot be used.
    """
    prover = _Prover(as_of, only, limit_ms, root, progress)
    places = [division] if division else [pack.division or ANYWHERE for pack in load_packs(root).packs]
    for place in places:
        prover.ask_in(place)
    if not division:
        prover.ask_versions()
    if not division and not only:
        prover.note_stale()
    return prover.report


class _Prover:
    """Asks place after place, and does not ask again what another place has already proved of the same texts."""

    def __init__(self, as_of: dt.date, only: tuple[str, ...], limit_ms: int, root: Path, progress: Progress) -> None:
        self.as_of, self.only, self.limit_ms, self.root, self.progress = as_of, only, limit_ms, root, progress
        self.report = Report()
        self.occurred: set[Acceptance] = set()
        self.known: set[Acceptance] = set()
        self._proved: dict[str, list[_Proved]] = {}
        self._precise: dict[object, bool] = {}

    def ask_in(self, place: str) -> None:
        """Every question of a place."""
        setting, demands, binder = self._setting(place, self.as_of)
        self.report.places.append(place)
        self.known.update(demands.accepted)
        for check in questions_of(setting.book, demands, binder):
            if not self.only or check.code.startswith(self.only):
                self.progress(check.code, place)
                self._ask(check, setting, demands, binder)

    def ask_versions(self) -> None:
        """Whether anybody is inside each version of each rule on the day on which it begins."""
        for pack in load_packs(self.root).packs:
            for code, rule in pack.rules.items():
                for day in (version.valid_from for version in rule.versions):
                    if f"unreachable.{code}".startswith(self.only or ("",)):
                        self._ask_version(code, pack.division or ANYWHERE, day)

    def _ask_version(self, code: str, place: str, day: dt.date) -> None:
        setting, demands, binder = self._setting(place, day)
        rule = setting.book.by_code.get(code)
        if rule is not None:
            self.progress(f"unreachable.{code}", place)
            self._ask(reachability_of(rule), setting, demands, binder)

    def note_stale(self) -> None:
        """Accepted findings that no longer occur anywhere."""
        self.report.stale = [one for one in sorted(self.known, key=_place_of) if one not in self.occurred]

    def _setting(self, place: str, day: dt.date) -> tuple[Setting, Demands, Binder]:
        book = load_rule_book(division=place, as_of=day, root=self.root)
        demands = load_demands(division=book.division, root=self.root)
        binder = Binder(book, root=self.root)
        assumed = tuple(binder.bind(one.holds) for one in demands.assumptions)
        definitions = load_packs(self.root).table.definitions
        return Setting(book, definitions, assumed, self.limit_ms, self._precise), demands, binder

    def _ask(self, check: Check, setting: Setting, demands: Demands, binder: Binder) -> None:
        self.report.asked += 1
        accepted = [one for one in demands.accepted if one.finding == check.code]
        covers = tuple(None if one.covers is None else binder.bind(one.covers) for one in accepted)
        here = _Proved.of(check, setting, tuple(node for node in covers if node is not None))
        if any(known.covers(here) for known in self._proved.get(check.code, ())):
            self.report.proved += 1
            return
        for acceptance, node in zip(accepted, covers, strict=True):
            if acceptance not in self.occurred:
                self._look_for_accepted(check, setting, acceptance, node)
        if None in covers:
            return  # whatever the question finds was accepted
        found = check.find(setting, Narrowing(unless=tuple(node for node in covers if node is not None)))
        self._note(check, setting, found, here)

    def _look_for_accepted(self, check: Check, setting: Setting, acceptance: Acceptance, node: Node | None) -> None:
        """Show what was accepted in the first place where it occurs."""
        found = check.find(setting, Narrowing(only=() if node is None else (node,)))
        if found.answer is Answer.EXISTS:
            self.occurred.add(acceptance)
            self.report.accepted.append(_finding(check, setting, found, acceptance))
        elif found.answer is Answer.UNDECIDED and node is None:
            self.occurred.add(acceptance)  # whatever there may be was accepted: nothing hangs on showing one
        elif found.answer is Answer.UNDECIDED:
            self.report.undecided.append((check.code, setting.book.division))

    def _note(self, check: Check, setting: Setting, found: Found, here: _Proved) -> None:
        if found.answer is Answer.UNDECIDED:
            self.report.undecided.append((check.code, setting.book.division))
        elif found.answer is Answer.EXISTS:
            self.report.findings.append(_finding(check, setting, found))
        elif found.witness is not None and not check.is_confirmed(setting, found.witness):
            self.report.findings.append(Finding(check, setting, found.witness, confirmed=False))
        else:
            self._proved.setdefault(check.code, []).append(here)
            self.report.proved += 1


def _finding(check: Check, setting: Setting, found: Found, acceptance: Acceptance | None = None) -> Finding:
    witness = found.witness
    if witness is None:
        return Finding(check, setting, None, confirmed=True, acceptance=acceptance)
    confirmed = check.is_confirmed(setting, witness)
    return Finding(check, setting, _without_idle_parameters(check, setting, witness), confirmed, acceptance)


def _without_idle_parameters(check: Check, setting: Setting, witness: Witness) -> Witness:
    """The witness without the answers of the place that it does not need."""
    for key in witness.child.parameters():
        facts = {one: value for one, value in witness.child.facts.items() if one != (None, key)}
        simpler = replace(witness, child=Assignment(facts))
        if check.is_confirmed(setting, simpler):
            witness = simpler
    return witness


def _place_of(acceptance: Acceptance) -> tuple[str, int]:
    return acceptance.place.file, acceptance.place.line


@dataclass(frozen=True)
class _Proved:
    """On what a proof rests: the texts, the day, and the values of the parameters that they read (None: any value)."""

    texts: tuple[Node, ...]
    book: RuleBook
    keys: frozenset[str]
    needs_equal_law: bool

    @classmethod
    def of(cls, check: Check, setting: Setting, covers: tuple[Node, ...]) -> _Proved:
        texts = texts_behind((*check.nodes(setting.book), *setting.assumptions, *covers), setting.book)
        # That nothing exists for any value of a parameter says it for each; the other questions are not of that kind.
        return cls(texts, setting.book, parameters_behind(texts), isinstance(check, Imprecise | Reachable))

    def covers(self, other: _Proved) -> bool:
        """Whether this proof also proves the other."""
        if self.book.as_of != other.book.as_of or self.texts != other.texts:
            return False
        return all(self._covers_value(other, key) for key in self.keys)

    def _covers_value(self, other: _Proved, key: str) -> bool:
        mine, theirs = self.book.parameters[key].value, other.book.parameters[key].value
        return mine == theirs or (mine is None and not self.needs_equal_law)
