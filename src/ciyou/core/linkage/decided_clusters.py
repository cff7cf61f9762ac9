"""What people decided about pairs of records, applied to clusters of records; what the evidence forbids is told, not done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

SAME_NUMBER = "decision_same_number"
TWO_NUMBERS = "decision_two_numbers"
TWO_RECORDS = "decision_two_records"
OTHER_DECISION = "decision_other_decision"


@dataclass(frozen=True)
class Held:
    """A record as the linking left it.

    `cluster` > 0 is an ID number (its first 17 digits), < 0 the negated smallest record of a cluster without one. `firmness` is the
    weight of the rule that placed it, `by_number` whether that rule was its own number. `sole`: the register of which a person has
    one record only ("": any number of them).
    """

    record: int
    cluster: int
    firmness: int
    by_number: bool
    sole: str = ""


@dataclass(frozen=True, order=True)
class Said:
    """What was decided of record `a` and the person whom record `b` is about, or of whom it names as guardian (`guardian`: that number)."""

    a: int
    b: int
    same: bool
    guardian: int = 0


@dataclass(frozen=True)
class Against:
    """A decision that was not applied: which, why, and the two records that contradict it (its own, or others)."""

    said: Said
    why: str
    records: tuple[int, int]


@dataclass(frozen=True)
class Decided:
    """Where records go (`moves`: record → cluster), which were joined by a decision itself, and what was not applied."""

    moves: Mapping[int, int]
    joined: frozenset[int]
    parted: frozenset[int]
    against: tuple[Against, ...]


def apply_said(held: Iterable[Held], said: Iterable[Said]) -> Decided:
    """Part and join as decided; `held` are all records of every cluster that a decision touches.

    Two clusters with different numbers are never joined, nor a record parted from another that bears the same number, nor two records
    of a register that has one a person, unless those two were decided to be one person's. The same input in any order gives the same.
    """
    work = _Clusters(held)
    ordered = sorted(set(said))
    for one in ordered:
        if not one.same:
            work.part(one)
    apart = [one for one in ordered if not one.same]
    together = {frozenset((one.a, one.b)) for one in ordered if one.same and not one.guardian}
    for one in ordered:
        if one.same:
            work.join(one, apart, together)
    return work.result()


@dataclass
class _Clusters:
    """Clusters while decisions are applied."""

    given: Iterable[Held]
    held: dict[int, Held] = field(init=False)
    cluster: dict[int, int] = field(init=False)
    members: dict[int, set[int]] = field(init=False)
    joined: set[int] = field(default_factory=set)
    parted: set[int] = field(default_factory=set)
    against: list[Against] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.held = {one.record: one for one in self.given}
        self.cluster = {one.record: one.cluster for one in self.held.values()}
        self.members = defaultdict(set)
        for one in self.held.values():
            self.members[one.cluster].add(one.record)

    def sides(self, said: Said) -> tuple[int, int]:
        """The clusters of both sides."""
        return self.cluster[said.a], said.guardian or self.cluster[said.b]

    def part(self, said: Said) -> None:
        """Take the weaker of two records out of a cluster that holds both."""
        first, second = self.sides(said)
        if first != second:
            return
        candidates = [said.a] if said.guardian else [said.a, said.b]
        # A cluster without a number bears the name of its smallest record: that one stays.
        loose = [one for one in candidates if not self.held[one].by_number and -one != first]
        if not loose:
            self.refuse(said, SAME_NUMBER, (said.a, said.b))
            return
        leaving = min(loose, key=lambda one: (self.held[one].firmness, -one))
        self.move({leaving}, -leaving)
        self.parted.add(leaving)

    def join(self, said: Said, apart: Iterable[Said], together: set[frozenset[int]]) -> None:
        """Make one cluster of two."""
        first, second = self.sides(said)
        if first == second:
            return
        if first > 0 and second > 0:
            self.refuse(said, TWO_NUMBERS, (said.a, said.b))
            return
        forbidden = next((one for one in apart if set(self.sides(one)) == {first, second}), None)
        if forbidden is not None:
            self.refuse(said, OTHER_DECISION, (forbidden.a, forbidden.b))
            return
        doubled = next((pair for pair in self.doubled(first, second) if frozenset(pair) not in together), None)
        if doubled is not None:
            self.refuse(said, TWO_RECORDS, doubled)
            return
        self.joined |= {one for one in (said.a, *(() if said.guardian else (said.b,))) if not self.held[one].by_number}
        target = max(first, second)
        self.move(set(self.members[min(first, second)]), target)

    def doubled(self, first: int, second: int) -> Iterator[tuple[int, int]]:
        """Pairs of records, one of each cluster, of one register that has one record a person."""
        for one in sorted(self.members[first]):
            sole = self.held[one].sole
            for other in sorted(self.members[second]) if sole else ():
                if self.held[other].sole == sole:
                    yield one, other

    def move(self, records: set[int], target: int) -> None:
        for record in records:
            self.members[self.cluster[record]].discard(record)
            self.cluster[record] = target
            self.members[target].add(record)

    def refuse(self, said: Said, why: str, records: tuple[int, int]) -> None:
        self.against.append(Against(said, why, records))

    def result(self) -> Decided:
        moves = {
            one.record: self.cluster[one.record]
            for one in self.held.values()
            if self.cluster[one.record] != one.cluster
        }
        return Decided(moves, frozenset(self.joined), frozenset(self.parted), tuple(self.against))
