"""Reduced ordered multi-valued decision diagrams: equal functions are equal nodes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from itertools import count

Root = int
FALSE: Root = 0
TRUE: Root = 1


class Diagram:
    """A forest of diagrams over variables 0, 1, 2 … tested in that order.

    It grows only, and what was worked out once holds for all who ask: children, and threads, may share it. A variable has as
    many values in all functions that are joined with each other.
    """

    def __init__(self) -> None:
        self._parts: dict[Root, tuple[int, tuple[Root, ...]]] = {FALSE: (1 << 30, ()), TRUE: (1 << 30, ())}
        self._next = count(len(self._parts))
        self._unique: dict[tuple[int, tuple[Root, ...]], Root] = {}
        self._known: dict[tuple[Root, Root, Root], Root] = {}
        self._negated: dict[Root, Root] = {}
        self._support: dict[Root, tuple[int, ...]] = {}

    def size(self) -> int:
        """How many answers it keeps: functions, and functions joined."""
        return len(self._parts) + len(self._known)

    def node(self, variable: int, branches: tuple[Root, ...]) -> Root:
        """The function that follows branch i when the variable has its i-th value."""
        if branches.count(branches[0]) == len(branches):
            return branches[0]
        key = (variable, branches)
        found = self._unique.get(key)
        if found is None:
            made = next(self._next)
            self._parts[made] = key  # before anybody can meet its number
            found = self._unique.setdefault(key, made)
        return found

    def conjunction(self, roots: Iterable[Root]) -> Root:
        return reduce(lambda one, other: self._joined(one, other, FALSE), roots, TRUE)

    def disjunction(self, roots: Iterable[Root]) -> Root:
        return reduce(lambda one, other: self._joined(one, other, TRUE), roots, FALSE)

    def negation(self, root: Root) -> Root:
        if root in (FALSE, TRUE):
            return TRUE if root == FALSE else FALSE
        found = self._negated.get(root)
        if found is None:
            variable, branches = self._parts[root]
            found = self._negated[root] = self.node(variable, tuple([self.negation(branch) for branch in branches]))
        return found

    def support(self, root: Root) -> tuple[int, ...]:
        """The variables on which the function depends, in order."""
        known = self._support.get(root)
        if known is not None:
            return known
        seen: set[Root] = set()
        variables: set[int] = set()
        waiting = [root]
        while waiting:
            here = waiting.pop()
            if here in (FALSE, TRUE) or here in seen:
                continue
            seen.add(here)
            variable, branches = self._parts[here]
            variables.add(variable)
            waiting.extend(branches)
        found = self._support[root] = tuple(sorted(variables))
        return found

    def _joined(self, one: Root, other: Root, absorbing: Root) -> Root:
        """Both (absorbing: FALSE) or either (absorbing: TRUE) of two functions."""
        if one == other:
            return one
        if one > other:
            one, other = other, one
        if one <= TRUE:
            return one if one == absorbing else other
        key = (one, other, absorbing)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._branch_by_branch(one, other, absorbing)
        return found

    def _branch_by_branch(self, one: Root, other: Root, absorbing: Root) -> Root:
        (variable, branches), (second, others) = self._parts[one], self._parts[other]
        if variable < second:
            found = [self._joined(branch, other, absorbing) for branch in branches]
        elif second < variable:
            variable, found = second, [self._joined(one, branch, absorbing) for branch in others]
        else:
            pairs = zip(branches, others, strict=True)
            found = [self._joined(branch, against, absorbing) for branch, against in pairs]
        return self.node(variable, tuple(found))
