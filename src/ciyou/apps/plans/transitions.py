"""Which step leads a case from where to where, who may take it, and what work the new stage is. Data, and no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ciyou.apps.cases.shown_work import HOLD_CONFERENCE
from ciyou.apps.plans.models import CaseStage as S

WORKER, CONFIRMER, MACHINE = "worker", "confirmer", "machine"
"""Who looks after the child; who looks at it from above, and is another person than the one who asked; nobody."""
_OPEN = tuple(one for one in S if one is not S.CLOSED)


@dataclass(frozen=True)
class Transition:
    """One step: the stages that it may be taken in, the stage that it leads to, who may take it, and whether it needs words."""

    before: tuple[S, ...]
    after: S
    ends: tuple[str, ...]
    needs_words: bool = False


TRANSITIONS: Mapping[str, Transition] = MappingProxyType(
    {
        "take_in": Transition((S.INTAKE,), S.ASSESSMENT, (MACHINE,)),
        "assess": Transition((S.INTAKE, S.ASSESSMENT), S.PLANNING, (MACHINE,)),
        "hand_in": Transition((S.PLANNING,), S.PROPOSED, (WORKER,)),
        "agree": Transition((S.PROPOSED,), S.ACTION, (CONFIRMER,)),
        "send_back": Transition((S.PROPOSED,), S.PLANNING, (CONFIRMER,), needs_words=True),
        "fall_due": Transition((S.ACTION,), S.REVIEW, (MACHINE,)),
        "review": Transition((S.ACTION, S.REVIEW), S.ACTION, (WORKER,)),
        "replan": Transition((S.ACTION, S.REVIEW), S.PLANNING, (WORKER,), needs_words=True),
        "ask_closing": Transition(
            (S.INTAKE, S.ASSESSMENT, S.PLANNING, S.ACTION, S.REVIEW), S.CLOSING, (WORKER,), needs_words=True
        ),
        "keep_open": Transition((S.CLOSING,), S.PLANNING, (CONFIRMER,), needs_words=True),
        "close": Transition((S.CLOSING,), S.CLOSED, (CONFIRMER,)),
        "end": Transition(_OPEN, S.CLOSED, (MACHINE,)),
        "reopen": Transition((S.CLOSED,), S.INTAKE, (WORKER,), needs_words=True),
    }
)
"""Every step that there is; what does not stand here cannot happen."""

CLOCKS: Mapping[str, str] = MappingProxyType(
    {
        S.INTAKE: "assess_case",
        S.ASSESSMENT: "assess_case",
        S.PLANNING: "draft_plan",
        S.PROPOSED: "agree_plan",
        S.ACTION: "review_plan",
        S.REVIEW: "review_plan",
        S.CLOSING: "confirm_closing",
    }
)
"""Stage → the clock that runs in it, which is also the kind of its task: an open case always has one."""
WAITS_ABOVE = frozenset({S.PROPOSED, S.CLOSING})
"""Stages in which somebody above has the next step."""
GOAL = "reach_goal"
DECISION = "carry_out_decision"
"""The kinds of the tasks of a goal, and of what a conference decided."""
CONFERENCE, ATTEND = HOLD_CONFERENCE, "attend_conference"
"""A conference that was called, of whoever holds it; and of each department that was asked."""
OWN_KINDS = frozenset({*CLOCKS.values(), GOAL})
DIED, OF_AGE, MERGED = "died", "of_age", "merged"
ENDED_BY_ITSELF = (DIED, OF_AGE, MERGED)
"""Why the machine ends a case."""
