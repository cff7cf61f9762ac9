"""Reduced ordered multi-valued decision diagrams: equal functions are equal nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce

Root = int
FALSE: Root = 0
TRUE: Root = 1


class Diagram:
    """A forest of diagrams over variables 0, 1, 2 … tested in that order; each variable has a fixed number of values."""

    def __init__(self) -> None:
        self._parts: list[tuple[int, tuple[Root, ...]]] = [(1 << 30, ()), (1 << 30, ())]
        self._unique: dict[tuple[int, tuple[Root, ...]], Root] = {}
        self._applied: dict[tuple[str, Root, Root], Root] = {}

    def node(self, variable: int, branches: tuple[Root, ...]) -> Root:
        """The function that follows branch i when the variable has its i-th value."""
        if all(branch == branches[0] for branch in branches):
            return branches[0]
        key = (variable, branches)
        if key not in self._unique:
            self._unique[key] = len(self._parts)
            self._parts.append(key)
        return self._unique[key]

    def conjunction(self, roots: Iterable[Root]) -> Root:
        return reduce(lambda one, other: self._apply("and", one, other), roots, TRUE)

    def disjunction(self, roots: Iterable[Root]) -> Root:
        return reduce(lambda one, other: self._apply("or", one, other), roots, FALSE)

    def negation(self, root: Root) -> Root:
        return self._apply("not", root, TRUE)

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

    def _apply(self, operation: str, one: Root, other: Root) -> Root:
        at_once = _SHORT[operation](one, other)
        if at_once is not None:
            return at_once
        key = (operation, one, other)
        if key not in self._applied:
            variable = min(self._parts[one][0], self._parts[other][0])
            width = len(self._parts[one][1]) if self._parts[one][0] == variable else len(self._parts[other][1])
            branches = tuple(
                self._apply(operation, self._branch(one, variable, i), self._branch(other, variable, i))
                for i in range(width)
            )
            self._applied[key] = self.node(variable, branches)
        return self._applied[key]

    def _branch(self, root: Root, variable: int, index: int) -> Root:
        own, branches = self._parts[root]
        return branches[index] if own == variable else root


def _and(one: Root, other: Root) -> Root | None:
    if FALSE in (one, other):
        return FALSE
    if one in (TRUE, other):
        return other
    return one if other == TRUE else None


def _or(one: Root, other: Root) -> Root | None:
    if TRUE in (one, other):
        return TRUE
    if one in (FALSE, other):
        return other
    return one if other == FALSE else None


def _not(one: Root, _other: Root) -> Root | None:
    return {FALSE: TRUE, TRUE: FALSE}.get(one)


_SHORT: dict[str, Callable[[Root, Root], Root | None]] = {"and": _and, "or": _or, "not": _not}
