"""What the rosters of a place would tell, if they came: for each kind of roster the facts it declares, by whom they are about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from ciyou.core.facts.definition import Entity, Vocabulary
from ciyou.packs.loading import load_vocabulary
from ciyou.packs.roster_pack import RosterFact, RosterPack, SilentFact
from ciyou.packs.rosters_loader import load_roster_packs

_OF: Mapping[str, tuple[Entity, ...]] = {
    "child": (Entity.CHILD,),
    "parent": (Entity.FATHER, Entity.MOTHER),
    "person": (Entity.CHILD, Entity.FATHER, Entity.MOTHER),
    "household": (Entity.HOUSEHOLD,),
}


@lru_cache(maxsize=64)
def facts_told_by(division: str) -> Mapping[str, frozenset[str]]:
    """By code of a roster that is read in a division ("": the nation) the facts it brings, as `father.dead`.

    What a complete roster says by its silence counts: it is presumed then.
    """
    vocabulary = load_vocabulary()
    return {pack.code: frozenset(_told(pack, vocabulary)) for pack in load_roster_packs(division=division)}


def _told(pack: RosterPack, vocabulary: Vocabulary) -> Iterable[str]:
    declared: tuple[RosterFact | SilentFact, ...] = (*pack.facts, *pack.silence)
    for said in declared:
        for entity in _OF[said.of]:
            if vocabulary.find(entity, said.fact) is not None:
                yield f"{entity.value}.{said.fact}"
