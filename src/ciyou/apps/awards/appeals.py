"""申诉: the applicant objects to a refusal or to the amount; somebody who did not decide answers, within a clock."""

from __future__ import annotations

import uuid
from dataclasses import replace

from django.db import transaction
from django.utils import timezone

from ciyou.apps.awards.access import find_application, is_own_work
from ciyou.apps.awards.contents import AppealContent, open_appeal, seal_appeal
from ciyou.apps.awards.models import OPEN_STATES, Appeal, Application, ApplicationState
from ciyou.apps.awards.refusals import application_not_found, check_may, check_reason, moved_on, refused, same_person
from ciyou.apps.awards.steps import APPEAL, DRAFT, REVIEWER, content_of, end_step, note, open_step, take_step
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action

UPHELD, REOPENED = "upheld", "reopened"
_DECIDED = (ApplicationState.REFUSED, ApplicationState.APPROVED)


def receive_appeal(actor: Actor, *, appeal_id: uuid.UUID, application_id: uuid.UUID, words: str) -> uuid.UUID:
    """Take an appeal down and start its clock; the same form twice is one appeal."""
    check_may(actor, Action.APPLY)
    stated = check_reason(words)
    with transaction.atomic():
        row = find_application(actor, application_id, lock=True)
        there = Appeal.objects.filter(id=appeal_id).first()
        if there is not None:
            if there.application_id != row.id:
                raise moved_on()
            return appeal_id
        if row.state not in _DECIDED:
            raise refused(
                "appeal.not_decided",
                "还没有作出决定，不能申诉。可以在“申请进度”里看到办理到哪一步。",
                "Nothing has been decided yet, so there is nothing to appeal against. The progress shows where it stands.",
            )
        if Appeal.objects.filter(application=row, result="").exists():
            raise refused(
                "appeal.open_already",
                "已有一份申诉正在办理，不必重复提出。",
                "An appeal is open already; a second is not needed.",
            )
        Appeal.objects.create(
            id=appeal_id,
            application=row,
            content=seal_appeal(appeal_id, AppealContent(stated)),
            received_on=timezone.localdate(),
            received_by=actor.id,
        )
        # The reviewer did not decide; where a township decided, neither did the approver.
        open_step(actor, row, APPEAL, role=REVIEWER)
        note(actor, "receive_appeal", row)
    return appeal_id


def answer_appeal(actor: Actor, *, appeal_id: uuid.UUID, result: str, words: str) -> None:
    """Answer an appeal: the decision stands, or a refused application is drafted again. Not by anybody who worked on it."""
    check_may(actor, Action.ANSWER_APPEAL)
    stated = check_reason(words)
    with transaction.atomic():
        found = Appeal.objects.filter(id=appeal_id, result="").first()
        if found is None:
            raise application_not_found()
        row = find_application(actor, found.application_id, lock=True)
        if is_own_work(actor, (row.received_by, row.checked_by, row.drafted_by, row.decided_by)):
            raise same_person(
                "申诉由没有参加原来办理的人答复；请转交另一位复核或审批人员。",
                "An appeal is answered by somebody who did not work on it; hand it to another reviewer or approver.",
            )
        if result not in (UPHELD, REOPENED):
            raise refused(
                "appeal.result",
                "请选择维持原决定，还是重新办理。",
                "Choose whether the decision stands or is made again.",
            )
        content = replace(open_appeal(appeal_id, found.content), answer=stated)
        taken = Appeal.objects.filter(id=appeal_id, result="").update(
            result=result,
            content=seal_appeal(appeal_id, content),
            decided_by=actor.id,
            decided_on=timezone.localdate(),
        )
        if not taken:
            raise moved_on()
        end_step(actor, row, APPEAL)
        if result == REOPENED:
            _reopen(actor, row)
        note(actor, "answer_appeal", row, result=result)


def _reopen(actor: Actor, row: Application) -> None:
    """A refusal is drafted again, by the county; an approved award is changed by its own changes."""
    if row.state != ApplicationState.REFUSED:
        return
    same = Application.objects.filter(person_id=row.person_id, entitlement=row.entitlement)
    if same.filter(state__in=OPEN_STATES).exists():
        raise refused(
            "appeal.applied_again",
            "这个孩子的这一项已经重新申请，正在办理；申诉请答复为维持，并告知新的申请。",
            "This was applied for anew and is under way; answer that the decision stands, and name the new application.",
        )
    content = replace(content_of(row), decision_words="")
    take_step(
        actor,
        row,
        version=row.version,
        step="reopen",
        content=content,
        state=ApplicationState.CHECKED,
        decided_by="",
        decided_on=None,
    )
    open_step(actor, row, DRAFT)
