"""Somebody saw the child: written down by whoever asked or whoever was told, and the day's work ends."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils import timezone

from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.care.access import find_alerted
from ciyou.apps.care.alerting import end_alerts
from ciyou.apps.care.contents import Assessment, seal_assessment
from ciyou.apps.care.models import FilledQuestionnaire, FilledState
from ciyou.apps.care.refusals import LEAST_WORDS, WORDS_LENGTH, moved_on, refused
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.verdict import RESTRICTED
from ciyou.core.errors import RecordError

OUTCOMES = ("urgent", "referred", "watched")
"""The emergency path was taken; a professional assesses today; no danger was found today, and the child is seen again."""
GUARDIAN = ("told", "suspected", "unsure")
"""The guardian was told; was not, being the suspected source of harm; was not, because nobody is sure. The latter two are the supervisor's."""


def record_assessment(actor: Actor, *, filled_id: uuid.UUID, version: int, said: Assessment) -> None:
    """Write down that a person saw the child, and what came of it; both tasks end. Raises RecordError with every mistake at once."""
    words = _checked(said)
    row, _reads = find_alerted(actor, filled_id)
    with transaction.atomic(), walled(LOCAL_OPERATOR):
        changed = FilledQuestionnaire.objects.filter(id=row.id, state=FilledState.WAITING, version=version).update(
            state=FilledState.ASSESSED,
            assessment=seal_assessment(row.id, Assessment(said.outcome, said.guardian, words)),
            assessed_by=actor.id,
            assessed_at=timezone.now(),
            version=version + 1,
        )
        if not changed:
            raise moved_on()
        end_alerts(actor, row)
        record_action(
            actor,
            action="record_in_person_assessment",
            subject=str(row.id),
            persons=[str(row.person_id)],
            highest_class=RESTRICTED,
        )


def _checked(said: Assessment) -> str:
    words = " ".join(said.words.split())
    problems = []
    if said.outcome not in OUTCOMES:
        problems.append(refused("outcome", "请选择见面之后怎样办了。", "Choose what was done after seeing the child."))
    if said.guardian not in GUARDIAN:
        problems.append(refused("guardian", "请选择监护人知道了没有。", "Choose whether the guardian has been told."))
    if not LEAST_WORDS <= len(words) <= WORDS_LENGTH:
        problems.append(
            refused(
                "words",
                f"请写明谁、在哪里见到孩子，接下来谁做什么（{LEAST_WORDS} 至 {WORDS_LENGTH} 个字）。",
                f"Write who saw the child where, and who does what next ({LEAST_WORDS} to {WORDS_LENGTH} characters).",
            )
        )
    if problems:
        raise RecordError([one for error in problems for one in error.problems])
    return words
