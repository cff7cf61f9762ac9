"""What a receiver answers: accepted or turned down, then arrived or not, and the reply. The same whether it has an account or a link."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import transaction

from ciyou.apps.partners.access import receives
from ciyou.apps.partners.contents import ReplyContent, ReturnPlan, seal_plan, seal_reply
from ciyou.apps.partners.models import Referral, ReferralState
from ciyou.apps.partners.referring import service_of
from ciyou.apps.partners.refusals import check_words, refused
from ciyou.apps.partners.steps import RECEIVER, SENDER, move, taking
from ciyou.apps.partners.transitions import REFUSALS
from ciyou.core.access.actor import Actor

ACCEPT, REPLY = "accept", "reply"
"""What a link can be for: the first answer, and what is said once the child is there."""
ANSWERS = {ACCEPT: ("accept", "refuse"), REPLY: ("reply", "arrive", "miss")}


@dataclass(frozen=True)
class Answer:
    """One answer. `step`: accept | refuse | arrive | miss | reply; `reason` of a refusal (a code); `advice` (a code) with `findings` of a reply."""

    step: str
    reason: str = ""
    words: str = ""
    advice: str = ""
    findings: str = ""


def link_step(row: Referral) -> str:
    """What a link made now would be for; "" where the receiver has nothing to answer."""
    if row.state == ReferralState.SENT:
        return ACCEPT
    return REPLY if row.state in (ReferralState.ACCEPTED, ReferralState.ARRIVED) else ""


def answer_referral(actor: Actor, *, referral_id: uuid.UUID, version: int, answer: Answer) -> None:
    """The receiver's own answer, or what the sender was told by telephone or on paper (arrived, missed, the reply).

    Raises ReferralNotFound, or RecordError for an answer that is incomplete or comes too late.
    """
    end = RECEIVER if receives(actor) else SENDER
    with transaction.atomic(), taking(actor, referral_id, end=end, version=version) as row:
        take_answer(actor, row, answer, end=end)


def take_answer(actor: Actor, row: Referral, answer: Answer, *, end: str) -> None:
    """Take an answer at a locked referral; raises RecordError."""
    words = check_words(answer.words) if answer.words.strip() else ""
    match answer.step:
        case "accept" | "arrive" | "miss":
            move(actor, row, step=answer.step, end=end, words=words)
        case "refuse":
            if answer.reason not in REFUSALS:
                raise refused("reason", "请选择为什么不能接收。", "Choose why it cannot be accepted.")
            move(actor, row, step="refuse", end=end, words=words, note=answer.reason, end_reason=answer.reason)
        case "reply":
            _reply(actor, row, answer, words, end)
        case _:
            raise refused("answer", "请选择怎样答复。", "Choose how to answer.")


def _reply(actor: Actor, row: Referral, answer: Answer, words: str, end: str) -> None:
    service = service_of(row.division, row.service)
    if answer.advice not in {one.code for one in service.advice}:
        raise refused("advice", "请选择接下来怎么做。", "Choose what is to be done next.")
    findings = check_words(answer.findings) if answer.findings.strip() else ""
    changes: dict[str, object] = {"plan": seal_plan(row.id, ReturnPlan(advice=answer.advice, advised=words))}
    if findings:
        changes |= {
            "reply": seal_reply(row.id, ReplyContent(findings=findings)),
            "reply_class": service.findings_class,
        }
    move(actor, row, step="reply", end=end, **changes)
