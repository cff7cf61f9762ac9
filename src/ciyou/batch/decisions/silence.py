"""Silence as evidence: what is presumed of whom, because a roster declared complete does not name them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ciyou.core.facts.definition import Value
from ciyou.packs.roster_pack import Coverage, RosterPack

_ENTITIES = {"child": ("child",), "parent": ("parent",), "person": ("child", "parent"), "household": ("household",)}


@dataclass(frozen=True)
class Presumption:
    """`fact` of a `child`, `parent` or `household` is presumed to be `value` where no roster says anything else.

    `needs_parent`: only of a child whose father or mother could be identified.
    """

    entity: str
    fact: str
    value: Value
    source: str
    needs_parent: bool = False


# A register that names a parent speaks against parents who cannot be found; only presumed, for a foundling's adoptive parents
# stand in the same column.
NAMED_PARENT = Presumption("child", "parents_untraceable", False, "families", needs_parent=True)


def presumptions_of(packs: Sequence[RosterPack], delivered: Collection[str]) -> tuple[Presumption, ...]:
    """What the delivered complete rosters let us presume; a roster that was not delivered is silent about nothing."""
    found = {(NAMED_PARENT.entity, NAMED_PARENT.fact): NAMED_PARENT}
    for pack in packs:
        if pack.code not in delivered or pack.coverage is not Coverage.COMPLETE:
            continue
        for silent in pack.silence:
            for entity in _ENTITIES[silent.of]:
                found.setdefault((entity, silent.fact), Presumption(entity, silent.fact, silent.value, pack.code))
    return tuple(found[key] for key in sorted(found))
