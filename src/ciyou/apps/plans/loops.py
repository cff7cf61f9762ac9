"""What of cases has to come to an end."""

from __future__ import annotations

from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import TruncDate

from ciyou.apps.cases.loops import LoopKind
from ciyou.apps.plans.models import (
    CaseConference,
    CaseStage,
    ChildCase,
    ConferenceDecision,
    ConferenceState,
    GoalState,
    PlanGoal,
)

_CLOSED = CaseStage.CLOSED
_AGREED = (CaseStage.ACTION, CaseStage.REVIEW, CaseStage.CLOSING)


def loop_kinds() -> tuple[LoopKind, ...]:
    """Cases, the goals of agreed plans, conferences that were called, and what conferences decided.

    Until its plan is agreed a goal is worked on with the case.
    """
    undone = Q(done_at=None)
    return (
        LoopKind("case", ChildCase.objects.all(), ~Q(stage=_CLOSED), TruncDate("opened_at"), state=F("stage")),
        LoopKind(
            "goal",
            PlanGoal.objects.filter(Q(case__stage__in=_AGREED) | ~Q(state=GoalState.OPEN)),
            Q(state=GoalState.OPEN),
            TruncDate("set_at"),
            place="case__division",
            child="case__person",
        ),
        LoopKind(
            "conference",
            CaseConference.objects.all(),
            Q(state=ConferenceState.CALLED) & ~Q(case__stage=_CLOSED),
            TruncDate("called_at"),
            place="case__division",
            child="case__person",
        ),
        LoopKind(
            "decision",
            ConferenceDecision.objects.all(),
            undone & ~Q(conference__case__stage=_CLOSED),
            TruncDate("decided_at"),
            state=Case(
                When(~undone, then=Value("done")),
                When(conference__case__stage=_CLOSED, then=Value("ended")),
                default=Value("open"),
            ),
            place="conference__case__division",
            child="conference__case__person",
        ),
    )
