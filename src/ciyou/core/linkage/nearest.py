"""Who of those that stand already somebody is: the one person clearly the nearest, or several to be looked at, or nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from typing import Generic, TypeVar

from ciyou.core.linkage.name_agreement import NameLevel
from ciyou.core.linkage.plain_rules import (
    BY_GUARDIANS_NUMBER,
    MARGIN,
    WITHOUT_NUMBERS,
    PlainMatch,
    guardians_clash,
    match_plainly,
    name_level,
    seeker_unnamed,
)
from ciyou.core.linkage.told import Told
from ciyou.core.linkage.weighing import NAME_LEVELS, Rarity, Weighed, weigh
from ciyou.core.linkage.weights import Weights

Key = TypeVar("Key")
_COMPATIBLE = 3
_ONE_OF_FOUR = NAME_LEVELS[NameLevel.ONE_OF_FOUR_DIFFERS]
_LOOK_ALIKE = NAME_LEVELS[NameLevel.LOOK_ALIKE]
_MISSING = NAME_LEVELS[NameLevel.MISSING]
_ENOUGH, _ENOUGH_WITH_PARENT = 100, 5
"""What name, birth date and number have to give together, in tenths: family alone never joins two people."""
BIRTHS = "health_births"
"""The roster in which a person stands once."""
SAME_NUMBER, SAME_NUMBER_NO_NAME, WEIGHED = "same_id_and_name", "same_id_no_name", "weighed"


class Decision(StrEnum):
    """`same`: the batch would join the two. `doubtful`: it would leave them apart, and a person should look."""

    SAME = "same"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True)
class Candidate(Generic[Key]):
    """Somebody who may be the one sought. `rule` joined them ("" none did), `veto` says why nothing did ("" nothing forbids it)."""

    key: Key
    decision: Decision
    rule: str
    veto: str
    weighed: Weighed


def find_nearest(
    seeker: Told, standing: Mapping[Key, Told], *, weights: Weights, rarity: Rarity
) -> tuple[Candidate[Key], ...]:
    """Everybody who is this person or might be, the nearest first.

    Whoever has a number of their own is known by it; who has none is looked for by plain rules, then by weights, as in the batch
    (docs/decisions/0030, 0034). Where the seeker has a number and a standing person has none, it is that one who is looked for.
    """
    judged = [_Judged(seeker, key, told, weights, rarity) for key, told in standing.items()]
    _number_of_newborns([one for one in judged if one.seeks])
    chosen = {one.key: one.rule for one in judged if one.rule in (SAME_NUMBER, SAME_NUMBER_NO_NAME)}
    seeking = [one for one in judged if one.seeks]
    # Plain rules look among those who have a number first, as in the batch: who has none is no rival there.
    chosen |= _by_plain_rules([one for one in seeking if standing[one.key].number]) or _chosen_of(seeking, weights)
    if chosen:
        # Who is known by a number brings what stands under it: a record that this denies is not the seeker's either.
        known = reduce(Told.beside, (standing[key] for key in chosen), seeker)
        judged = [_Judged(known, one.key, standing[one.key], weights, rarity) if one.sought else one for one in judged]
    numbered = {key: told for key, told in standing.items() if told.number and key not in chosen}
    wanting: list[_Judged[Key]] = []
    for one in judged:
        if one.sought and _chosen_of([one], weights):
            # It may be somebody's who stands as well: a newborn of twins is neither's, whichever of the two comes now.
            others = [_Judged(told, key, standing[one.key], weights, rarity) for key, told in numbered.items()]
            _number_of_newborns([one, *others])
            wanting += [one] if one.key in _chosen_of([one, *others], weights) else []
    for one in _with_one_birth(wanting, standing, weights):
        chosen |= _chosen_of([one], weights)
    found = [one.candidate(chosen.get(one.key, "")) for one in judged if one.key in chosen or one.near(weights)]
    return tuple(sorted(found, key=lambda one: (one.decision is not Decision.SAME, -one.weighed.tenths)))


class _Judged(Generic[Key]):
    """One pair: `seeks` the new person without a number looks for this one, `sought` the standing one looks for the new one."""

    def __init__(self, seeker: Told, key: Key, standing: Told, weights: Weights, rarity: Rarity) -> None:
        self.key = key
        self.sought = bool(seeker.number) and not standing.number
        self.seeks = not seeker.number
        self.both = bool(seeker.number and standing.number)
        one, other = (standing, seeker) if self.sought else (seeker, standing)
        self.weighed = weigh(one, other, weights=weights, rarity=rarity)
        self.clash = guardians_clash(one, other)
        self.plain = _plain(one, other) if not (self.both or self.weighed.taken) else PlainMatch("", 0, 0, rival=False)
        self.level = NAME_LEVELS[self.weighed.name_level]
        self.unnamed = seeker_unnamed(one)
        self.newborn = self._is_newborn()
        self.rule, self.veto = self._by_number(seeker, standing) if self.both else ("", self._veto())

    def _is_newborn(self) -> bool:
        """Born on that day to a parent of that name or number, and no name to tell by: twins are equally near."""
        told = self.weighed
        free = not told.taken or told.taken_by_unnamed
        return self.level == _MISSING and told.born_level == "same" and told.kin > 0 and told.sex >= 0 and free

    def _by_number(self, seeker: Told, standing: Told) -> tuple[str, str]:
        if seeker.number != standing.number:
            return "", "two_numbers"
        if seeker.unnamed:
            placeholder = any(one.unnamed for one in seeker.records)
            another_day = len(seeker.births) > 1  # the stated one is not the number's
            return ("", "same_id_other_name") if placeholder or another_day else (SAME_NUMBER_NO_NAME, "")
        level = name_level(seeker, standing)
        return (
            (SAME_NUMBER, "")
            if level <= _COMPATIBLE or (level == _COMPATIBLE + 1 and self._four())
            else ("", "same_id_other_name")
        )

    def _four(self) -> bool:
        """Another transliteration beside one number and one date of birth (see `names_compatible`)."""
        return self.weighed.name_level is NameLevel.ONE_OF_FOUR_DIFFERS and self.weighed.born_level == "same"

    def _veto(self) -> str:
        told = self.weighed
        if told.taken:
            return "one_to_one_taken"
        if _ONE_OF_FOUR < self.level < _MISSING or told.other_guardian or self.clash:
            return "name_differs"
        if told.name + told.born + max(told.number, 0) < (_ENOUGH_WITH_PARENT if told.shared else _ENOUGH):
            return "several_candidates"
        return ""

    def near(self, weights: Weights) -> bool:
        """Whether a person should look at it although nothing joins the two."""
        if self.veto == "two_numbers":
            return self.level <= _LOOK_ALIKE and self.weighed.born_level == "same"
        return self.veto == "same_id_other_name" or self.weighed.tenths >= weights.tenths("ask_from")

    def candidate(self, rule: str) -> Candidate[Key]:
        """What is told of it."""
        decision = Decision.SAME if rule else Decision.DOUBTFUL
        veto = "" if rule else self.veto or "several_candidates"
        return Candidate(self.key, decision, rule, veto, self.weighed)


def _plain(one: Told, other: Told) -> PlainMatch:
    found = match_plainly(one, other)
    if found.rule in BY_GUARDIANS_NUMBER and guardians_clash(one, other):
        return PlainMatch("", 0, found.level, rival=found.rival)
    if found.rule and not other.number and found.rule not in WITHOUT_NUMBERS:
        return PlainMatch("", 0, found.level, rival=found.rival)
    return found


def _number_of_newborns(judged: list[_Judged[Key]]) -> None:
    """An unnamed newborn who may be either of two is nobody's until a person decides."""
    newborns = [one for one in judged if one.newborn and not one.veto]
    for one in newborns if len(newborns) > 1 else ():
        one.veto = "several_candidates"


def _with_one_birth(wanting: list[_Judged[Key]], standing: Mapping[Key, Told], weights: Weights) -> list[_Judged[Key]]:
    """Of several files that are birth records one may be this person's: the nearest, if it is clearly so; plain rules come first."""
    births = [one for one in wanting if any(record.roster == BIRTHS for record in standing[one.key].records)]
    plainly = [one for one in births if _by_plain_rules([one])]
    points = {one.key: one.plain.points if plainly else one.weighed.tenths for one in plainly or births}
    margin = 1 if plainly else weights.tenths("margin")
    near = [key for key, told in points.items() if max(points.values()) - told < margin]
    left_out = [one for one in births if near != [one.key]]
    for one in left_out:
        one.veto = one.veto or "one_to_one_taken"
    return [one for one in wanting if one not in left_out]


def _chosen_of(judged: list[_Judged[Key]], weights: Weights) -> dict[Key, str]:
    """The one that a person without a number is joined to, with the rule; plain rules come first."""
    return _by_plain_rules(judged) or _by_weights(judged, weights)


def _by_plain_rules(judged: list[_Judged[Key]]) -> dict[Key, str]:
    """The one best by plain rules, if one is clearly the best."""
    ranked = sorted(
        (one for one in judged if one.plain.points > 0 and (one.plain.rule or one.plain.rival)),
        key=lambda one: -one.plain.points,
    )
    if not ranked or not ranked[0].plain.rule:
        return {}
    if len(ranked) > 1 and ranked[0].plain.points - ranked[1].plain.points < MARGIN:
        return {}
    return {ranked[0].key: ranked[0].plain.rule}


def _by_weights(judged: list[_Judged[Key]], weights: Weights) -> dict[Key, str]:
    """The one nearest, if it is near enough and clearly the nearest of those that nothing forbids."""
    free = sorted((one for one in judged if not one.veto), key=lambda one: -one.weighed.tenths)
    if not free or free[0].weighed.tenths < weights.tenths("link_from"):
        return {}
    if len(free) > 1 and free[0].weighed.tenths - free[1].weighed.tenths < weights.tenths("margin"):
        return {}
    return {free[0].key: WEIGHED}
