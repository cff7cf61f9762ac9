"""What one fact, or one department's roster, would settle of what is open: alone for certain, or only together with others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class OpenRule:
    """A rule that is open for a child: its outcome, or the amount of a yes.

    `deciding` are all unknowns that can still change it, as `father.dead` or `param.…`. `span_fen` is the money a month that lies
    between the least and the most it may pay (0: it pays none; None: nobody knows the most).
    """

    is_category: bool
    span_fen: int | None
    deciding: frozenset[str]


@dataclass(frozen=True)
class Worth:
    """What verifying something would settle, of one child or added up over many.

    `children`: for whom it decides anything at all, alone or with others. `alone_children`, `alone_categories` and `alone_fen`: what
    it settles by itself, whatever the answer turns out to be; of the amounts of one child, which often exclude each other, only
    the largest counts. `alone_unbounded`: children for whom an amount without a known ceiling is settled besides. `shared_fen`:
    likewise what it settles only together with other unknowns.
    """

    children: int = 0
    alone_children: int = 0
    alone_categories: int = 0
    alone_fen: int = 0
    alone_unbounded: int = 0
    shared_children: int = 0
    shared_fen: int = 0

    def plus(self, other: Worth, times: int = 1) -> Worth:
        """Both together, the other counted as often as there are children like it."""
        return Worth(
            self.children + times * other.children,
            self.alone_children + times * other.alone_children,
            self.alone_categories + times * other.alone_categories,
            self.alone_fen + times * other.alone_fen,
            self.alone_unbounded + times * other.alone_unbounded,
            self.shared_children + times * other.shared_children,
            self.shared_fen + times * other.shared_fen,
        )


def worth_of_child(rules: Collection[OpenRule], sources: Mapping[str, frozenset[str]]) -> Iterator[tuple[str, Worth]]:
    """For one child what each unknown, and each source (name → the unknowns it tells), would settle; nothing where it is nothing."""
    unknowns = frozenset().union(*(rule.deciding for rule in rules))
    for key, told in (*((name, frozenset({name})) for name in sorted(unknowns)), *sources.items()):
        if told & unknowns:
            yield key, _worth(rules, told)


def _worth(rules: Iterable[OpenRule], told: frozenset[str]) -> Worth:
    touched = [rule for rule in rules if rule.deciding & told]
    alone = [rule for rule in touched if rule.deciding <= told]
    shared = [rule for rule in touched if not rule.deciding <= told]
    return Worth(
        children=1,
        alone_children=bool(alone),
        alone_categories=sum(rule.is_category for rule in alone),
        alone_fen=max((rule.span_fen or 0 for rule in alone), default=0),
        alone_unbounded=any(rule.span_fen is None for rule in alone),
        shared_children=bool(shared),
        shared_fen=max((rule.span_fen or 0 for rule in shared), default=0),
    )


def add_up(children: Mapping[frozenset[OpenRule], int], sources: Mapping[str, frozenset[str]]) -> dict[str, Worth]:
    """The worth of every unknown and source over children, given how many there are with the same open rules."""
    found: dict[str, Worth] = {}
    for rules, count in children.items():
        for key, worth in worth_of_child(rules, sources):
            found[key] = found.get(key, Worth()).plus(worth, count)
    return found


def span_of(
    *, amount_fen: int | None, floor_fen: int | None, ceiling_fen: int | None, pays: bool, months: int
) -> int | None:
    """The money a month that is open between floor and ceiling, of an amount paid every `months` months (0: once, no money a month)."""
    if not pays or months == 0 or amount_fen is not None:
        return 0
    return None if ceiling_fen is None else max(0, ceiling_fen - (floor_fen or 0)) // months
