"""Reduced ordered multi-valued decision diagrams: equal functions are equal nodes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

Root = int
FALSE: Root = 0
TRUE: Root = 1


class Diagram:
    """A forest of diagrams over variables 0, 1, 2 … tested in that order; each variable has a fixed number of values."""

    def __init__(self) -> None:
        self._parts: list[tuple[int, tuple[Root, ...]]] = [(1 << 30, ()), (1 << 30, ())]
        self._unique: dict[tuple[int, tuple[Root, ...]], Root] = {}
        self._known: dict[tuple[Root, Root, Root], Root] = {}
        self._negated: dict[Root, Root] = {}

    def node(self, variable: int, branches: tuple[Root, ...]) -> Root:
        """The function that follows branch i when the variable has its i-th value."""
        if branches.count(branches[0]) == len(branches):
            return branches[0]
        key = (variable, branches)
        found = self._unique.get(key)
        if found is None:
            found = self._unique[key] = len(self._parts)
            self._parts.append(key)
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
        return tuple(sorted(variables))

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
