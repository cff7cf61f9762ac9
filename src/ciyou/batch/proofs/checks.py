"""One question about the law of a place: what it asks the prover, and how the interpreter confirms what was found."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from ciyou.batch.proofs.codes import Codes
from ciyou.batch.proofs.solving import Answer, Assignment, Question
from ciyou.batch.proofs.terms import TRUE, Formula, Leaves, Term, Translator, all_of, any_of, negation
from ciyou.batch.proofs.worlds import Changed, World, constant
from ciyou.core.facts.definition import Entity, Value
from ciyou.core.facts.state import FactState, StatedFact
from ciyou.core.rules.atoms import Key
from ciyou.core.rules.book import Rule, RuleBook, Source
from ciyou.core.rules.evaluation import Evaluation
from ciyou.core.rules.kinds import KIND_OF_FACT, kind_of
from ciyou.core.rules.scope import parameters_referred_to, rules_referred_to
from ciyou.core.rules.tree import Kind, Literal, Node
from ciyou.packs.parameters import ParameterDefinition


class FindingKind(StrEnum):
    """What may be wrong with a law."""

    GAP = "gap"
    OVERLAP = "overlap"
    STEP = "step"
    UNREACHABLE = "unreachable"
    ALWAYS = "always"
    IMPRECISE = "imprecise"
    NEGATIVE = "negative"


@dataclass(frozen=True)
class Setting:
    """Where and when a question is asked: the rules in force, what parameters may be, and what is true of every child.

    `precise`: of which parts of conditions it is known already whether they are precise, by the law that they rest on.
    """

    book: RuleBook
    definitions: Mapping[str, ParameterDefinition]
    assumptions: tuple[Node, ...]
    limit_ms: int
    precise: dict[object, bool] = field(default_factory=dict)

    def world(self, codes: Codes, *, complete: bool = True, plausible: bool = True) -> World:
        return World(self.book, self.definitions, codes, complete=complete, plausible=plausible)

    def translator(self, leaves: Leaves, codes: Codes) -> Translator:
        return Translator(self.book, leaves, codes)


@dataclass(frozen=True)
class Narrowing:
    """Which children a question is about: those of whom `only` holds, and of whom none of `unless` does."""

    only: tuple[Node, ...] = ()
    unless: tuple[Node, ...] = ()

    def formulas(self, translator: Translator) -> list[Formula]:
        wanted = [translator.truth(node).yes for node in self.only]
        return [*wanted, *(negation(translator.truth(node).yes) for node in self.unless)]


EVERYBODY = Narrowing()


@dataclass(frozen=True)
class Witness:
    """The child that shows a finding. `changes`: what an event made of it; `completions`: what its unknowns may turn out to be."""

    child: Assignment
    changes: Mapping[tuple[Entity, str], Value] = field(default_factory=dict)
    completions: tuple[Assignment, ...] = ()
    answer: bool | int | None = None


@dataclass(frozen=True)
class Found:
    """What came of a question. A witness is there exactly when a child shows the finding."""

    answer: Answer
    witness: Witness | None = None


class Check(ABC):
    """A question; `EXISTS` is a finding, `IMPOSSIBLE` a proof that there is none."""

    code: str
    kind: FindingKind
    zh: str
    en: str
    sources: tuple[Source, ...] = ()

    @abstractmethod
    def find(self, setting: Setting, narrowing: Narrowing = EVERYBODY) -> Found:
        """Look for a child that shows the finding."""

    @abstractmethod
    def is_confirmed(self, setting: Setting, witness: Witness) -> bool:
        """Whether the plain interpreter says of the witness what the prover says."""

    @abstractmethod
    def nodes(self, book: RuleBook) -> tuple[Node, ...]:
        """Every text that the answer depends on, apart from the rules they refer to."""


def texts_behind(nodes: Sequence[Node], book: RuleBook) -> tuple[Node, ...]:
    """These expressions and those of every rule they rest on."""
    found: dict[str, tuple[Node, ...]] = {}
    waiting = {code for node in nodes for code in rules_referred_to(node)}
    while waiting:
        code = waiting.pop()
        found[code] = _texts_of(book.by_code[code])
        waiting |= {need for node in found[code] for need in rules_referred_to(node)} - set(found)
    return (*nodes, *(node for code in sorted(found) for node in found[code]))


def parameters_behind(texts: Sequence[Node]) -> frozenset[str]:
    """Every parameter that these texts read."""
    return frozenset(key for node in texts for key in parameters_referred_to(node))


def _texts_of(rule: Rule) -> tuple[Node, ...]:
    return (rule.condition,) if rule.amount is None else (rule.condition, rule.amount)


def state_of(facts: Mapping[tuple[Entity | None, str], Value]) -> FactState:
    """The facts as the interpreter takes them."""
    return FactState(
        {(entity, name): StatedFact(entity, name, value) for (entity, name), value in facts.items() if entity}
    )


def evaluation_of(setting: Setting, child: Assignment, *asked: Node) -> Evaluation:
    """The interpreter's view of a child, in a place that has answered its open parameters as the child's law has it.

    `asked` are expressions that stand in no rule: they are added to the book, since the interpreter knows a node by its identity
    for as long as the book's rules live.
    """
    book = setting.book
    probes = tuple(_probe(book.rules[0], f"asked {number}", node) for number, node in enumerate(asked))
    with_probes = replace(book, rules=(*book.rules, *probes)) if probes else book
    return Evaluation(with_probes.supposing(child.parameters()), state_of(child.facts))


def _probe(rule: Rule, code: str, node: Node) -> Rule:
    if kind_of(node) is Kind.BOOL:
        return replace(rule, code=code, condition=node, amount=None)
    return replace(rule, code=code, condition=Literal(True, Kind.BOOL), amount=node)


@dataclass(frozen=True)
class Never(Check):
    """No child for whom a condition holds: a gap, an overlap, a rule that pays less than nothing."""

    code: str
    kind: FindingKind
    zh: str
    en: str
    never: Node
    sources: tuple[Source, ...] = ()

    def find(self, setting: Setting, narrowing: Narrowing = EVERYBODY) -> Found:
        """A complete child for whom the condition holds."""
        codes = Codes()
        world = setting.world(codes)
        translator = setting.translator(world, codes)
        assumed = [translator.truth(node).yes for node in setting.assumptions]
        required = [translator.truth(self.never).yes, *assumed, *narrowing.formulas(translator)]
        question = Question(world, required, limit_ms=setting.limit_ms)
        answer = question.ask()
        return Found(answer, Witness(question.read_ordinary()) if answer is Answer.EXISTS else None)

    def is_confirmed(self, setting: Setting, witness: Witness) -> bool:
        """The interpreter finds the condition true."""
        return evaluation_of(setting, witness.child, self.never).truth(self.never) is True

    def nodes(self, book: RuleBook) -> tuple[Node, ...]:
        """The condition."""
        return (self.never,)


@dataclass(frozen=True)
class Reachable(Check):
    """Some child is inside a rule (`wanted`), or some child outside; that there is none is the finding, and no child shows it."""

    code: str
    kind: FindingKind
    zh: str
    en: str
    rule: str
    wanted: bool
    sources: tuple[Source, ...] = ()

    def find(self, setting: Setting, narrowing: Narrowing = EVERYBODY) -> Found:
        """That such a child is impossible is what is found; a child that exists is kept as the witness against it."""
        codes = Codes()
        world = setting.world(codes)
        translator = setting.translator(world, codes)
        holds = translator.condition(self.rule)
        assumed = [translator.truth(node).yes for node in setting.assumptions]
        required = [holds.yes if self.wanted else holds.no, *assumed, *narrowing.formulas(translator)]
        question = Question(world, required, limit_ms=setting.limit_ms)
        answer = question.ask()
        if answer is Answer.EXISTS:
            return Found(Answer.IMPOSSIBLE, Witness(question.read()))
        return Found(Answer.EXISTS if answer is Answer.IMPOSSIBLE else answer)

    def is_confirmed(self, setting: Setting, witness: Witness) -> bool:
        """The interpreter agrees about the child that reaches the rule."""
        return evaluation_of(setting, witness.child).condition(self.rule) is self.wanted

    def nodes(self, book: RuleBook) -> tuple[Node, ...]:
        """The rule's condition."""
        return (book.by_code[self.rule].condition,)


@dataclass(frozen=True)
class Step(Check):
    """An event must not take away: what held before holds after (`keeps`), and an amount does not fall (`not_less`)."""

    code: str
    kind: FindingKind
    zh: str
    en: str
    changes: tuple[Mapping[tuple[Entity, str], Value], ...]
    given: Node | None
    keeps: Node | None
    not_less: Node | None
    sources: tuple[Source, ...] = ()

    def find(self, setting: Setting, narrowing: Narrowing = EVERYBODY) -> Found:
        """A complete child whom one of the events takes something from."""
        answers = []
        for changes in self.changes:
            found = self._find_for(changes, setting, narrowing)
            if found.answer is Answer.EXISTS:
                return found
            answers.append(found.answer)
        return Found(Answer.UNDECIDED if Answer.UNDECIDED in answers else Answer.IMPOSSIBLE)

    def _find_for(self, changes: Mapping[tuple[Entity, str], Value], setting: Setting, narrowing: Narrowing) -> Found:
        codes = Codes()
        world = setting.world(codes)
        now = {key: world.fact(*key) for key in changes}
        terms = {key: _term(setting, key, value, codes) for key, value in changes.items()}
        before = setting.translator(world, codes)
        after = setting.translator(Changed(world, terms), codes)
        happens = any_of(now[key].value != terms[key].value for key in changes)
        assumed = [side.truth(node).yes for side in (before, after) for node in setting.assumptions]
        given = [] if self.given is None else [before.truth(self.given).yes]
        required = [happens, self._loses(before, after), *given, *assumed, *narrowing.formulas(before)]
        question = Question(world, required, limit_ms=setting.limit_ms)
        answer = question.ask()
        return Found(answer, Witness(question.read_ordinary(), changes) if answer is Answer.EXISTS else None)

    def _loses(self, before: Translator, after: Translator) -> Formula:
        lost = []
        if self.keeps is not None:
            lost.append(all_of([before.truth(self.keeps).yes, after.truth(self.keeps).no]))
        if self.not_less is not None:
            lost.append(after.value(self.not_less).value < before.value(self.not_less).value)
        return any_of(lost)

    def is_confirmed(self, setting: Setting, witness: Witness) -> bool:
        """The interpreter sees the same loss."""
        asked = self.nodes(setting.book)
        before = evaluation_of(setting, witness.child, *asked)
        changed: dict[Key, Value] = {**witness.child.facts}
        changed.update(witness.changes.items())
        after = evaluation_of(setting, Assignment(changed), *asked)
        if self.keeps is not None and before.truth(self.keeps) is True and after.truth(self.keeps) is False:
            return True
        if self.not_less is None:
            return False
        old, new = before.number(self.not_less).value, after.number(self.not_less).value
        return old is not None and new is not None and new < old

    def nodes(self, book: RuleBook) -> tuple[Node, ...]:
        """What is to be kept, and of whom."""
        return tuple(node for node in (self.given, self.keeps, self.not_less) if node is not None)


def _term(setting: Setting, key: tuple[Entity, str], value: Value, codes: Codes) -> Term:
    kind = KIND_OF_FACT[setting.book.vocabulary.get(*key).type]
    return Term(constant(value, kind, codes), TRUE)
