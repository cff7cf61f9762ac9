"""What of applications and awards has to come to an end."""

from __future__ import annotations

from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import TruncDate

from ciyou.apps.awards.models import OPEN_STATES, Appeal, Application, AwardChange
from ciyou.apps.awards.steps import CHANGE
from ciyou.apps.cases.loops import LoopKind
from ciyou.core.access.verdict import RESTRICTED

_WAITS = Q(result="")


def loop_kinds() -> tuple[LoopKind, ...]:
    """Applications, appeals, and changes of awards that wait for another person."""
    answer = Case(When(_WAITS, then=Value("open")), default=F("result"))
    changes = AwardChange.objects.filter(award__sensitivity__lt=RESTRICTED)
    return (
        LoopKind(
            "application",
            Application.objects.filter(sensitivity__lt=RESTRICTED),
            Q(state__in=OPEN_STATES),
            F("received_on"),
        ),
        LoopKind(
            "appeal",
            Appeal.objects.filter(application__sensitivity__lt=RESTRICTED),
            _WAITS,
            F("received_on"),
            state=answer,
            place="application__division",
            child="application__person",
            subjects=("application_id",),
            works=("answer_appeal",),
        ),
        LoopKind(
            "award_change",
            changes,
            _WAITS,
            TruncDate("proposed_at"),
            state=answer,
            place="award__division",
            child="award__person",
            subjects=("award_id",),
            works=(CHANGE,),
        ),
    )
