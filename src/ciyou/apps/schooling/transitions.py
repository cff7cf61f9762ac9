"""Which step leads a school case from where to where, whose it is, and what work each state is. Data, and no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ciyou.apps.schooling.models import SchoolState as S

VILLAGE, SCHOOL, COUNTY, MACHINE = "village", "school", "county", "machine"
BACK, NOT_BACK = "back", "not_back"
WORDS = (BACK, NOT_BACK)
POSTPONED, EXEMPTED, MOVED_OUT = "postponed", "exempted", "moved_out"
ENDINGS = (POSTPONED, EXEMPTED, MOVED_OUT)
"""What a person ends a case by, each with a document or with whom it was handed to; the machine besides: back, above_age, died, merged."""
ABOVE_AGE, DIED, MERGED = "above_age", "died", "merged"
REOPENS = frozenset({BACK, POSTPONED, MOVED_OUT})
"""A case that ended so opens again when a later roster misses the child again."""


@dataclass(frozen=True)
class Transition:
    """One step: the states that it may be taken in, the state after (None: it depends on what both sides said), and whose it is."""

    before: tuple[S, ...]
    after: S | None
    ends: tuple[str, ...]


OPEN_STATES = (S.FOUND, S.VISITED, S.PLACED, S.CONTRADICTED)
OPEN = tuple(state.value for state in OPEN_STATES)
TRANSITIONS: Mapping[str, Transition] = MappingProxyType(
    {
        "visit": Transition((S.FOUND, S.VISITED), S.VISITED, (VILLAGE, COUNTY)),
        "place": Transition((S.VISITED, S.PLACED), S.PLACED, (VILLAGE, COUNTY, SCHOOL)),
        "village_says": Transition((S.PLACED,), None, (VILLAGE,)),
        "school_says": Transition((S.PLACED,), None, (SCHOOL,)),
        "ask_again": Transition((S.CONTRADICTED,), S.PLACED, (COUNTY,)),
        "place_again": Transition((S.CONTRADICTED,), S.VISITED, (COUNTY,)),
        "end": Transition(OPEN_STATES, S.CLOSED, (COUNTY, MACHINE)),
        "reopen": Transition((S.CLOSED,), S.FOUND, (MACHINE,)),
    }
)
"""Every step that there is; what does not stand here cannot happen."""

CLOCKS: Mapping[str, str] = MappingProxyType(
    {
        S.FOUND: "visit_out_of_school",
        S.VISITED: "place_in_school",
        S.PLACED: "confirm_school_village",
        S.CONTRADICTED: "settle_school_case",
    }
)
"""State → the clock that runs in it, which is also the kind of its task. In `placed` the school's side has its own besides."""
SCHOOL_CLOCK = "confirm_school_side"
EVERY_CLOCK = (*CLOCKS.values(), SCHOOL_CLOCK)


def after_words(village: str, school: str) -> S:
    """Where a case is when both sides have said what they said: back only by two words, and what contradicts goes to the county."""
    if not village or not school:
        return S.PLACED
    if village != school:
        return S.CONTRADICTED
    return S.CLOSED if village == BACK else S.VISITED
