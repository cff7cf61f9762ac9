"""公示: posted where a programme requires it, waited out, taken down; impossible where it is forbidden."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.utils import timezone

from ciyou.apps.awards.access import find_application
from ciyou.apps.awards.contents import seal_notice
from ciyou.apps.awards.models import Application, ApplicationState, PublicNotice
from ciyou.apps.awards.papers import issue_paper
from ciyou.apps.awards.paying import REQUIRED, paying_rules
from ciyou.apps.awards.refusals import check_may, moved_on, refused
from ciyou.apps.awards.steps import POST, REMOVE, end_step, note, open_step
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action

WORDS_LENGTH = 1000
_WAITING = (ApplicationState.CHECKED, ApplicationState.DRAFTED)


def post_notice(actor: Actor, *, application_id: uuid.UUID) -> dt.date:
    """Post the notice: its paper is made and its days run; returns the last of them.

    Raises RecordError where the programme does not provide for a notice, and above all where it forbids one.
    """
    check_may(actor, Action.CHECK_APPLICATION)
    today = timezone.localdate()
    with transaction.atomic():
        row = find_application(actor, application_id, lock=True)
        rules = paying_rules(row.entitlement, row.division, today)
        if rules.notice != REQUIRED:
            raise refused(
                "notice.forbidden",
                "这一项不公示：孩子的情况不能张贴、不能上网公开。",
                "This is not publicly posted: a child's circumstances may not be put up or put online.",
            )
        if row.state not in _WAITING or PublicNotice.objects.filter(application=row).exists():
            raise moved_on()
        ends_on = today + dt.timedelta(days=rules.notice_days)
        PublicNotice.objects.create(
            application=row, posted_on=today, ends_on=ends_on, content=seal_notice(row.id, ""), posted_by=actor.id
        )
        issue_paper(actor, kind="public_notice", application=row, ends_on=ends_on)
        end_step(actor, row, POST)
        open_step(actor, row, REMOVE)
        note(actor, "post_notice", row)
    return ends_on


def remove_notice(actor: Actor, *, application_id: uuid.UUID, objections: int, words: str) -> None:
    """Take the notice down once its days are over, with what was objected."""
    check_may(actor, Action.CHECK_APPLICATION)
    today, said = timezone.localdate(), " ".join(words.split())[:WORDS_LENGTH]
    with transaction.atomic():
        row = find_application(actor, application_id, lock=True)
        posted = PublicNotice.objects.filter(application=row, removed_on=None).first()
        if posted is None:
            raise moved_on()
        if today < posted.ends_on:
            raise refused(
                "notice.running",
                f"公示期到 {posted.ends_on.isoformat()} 为止，期满后再取下。",
                f"The notice runs until {posted.ends_on.isoformat()}; take it down then.",
            )
        if objections < 0 or (objections and not said):
            raise refused(
                "notice.objections",
                "有异议的，请写明是什么异议、怎样核实的。",
                "Where there were objections, write what they were and how they were looked into.",
            )
        PublicNotice.objects.filter(id=posted.id).update(
            removed_on=today, objections=objections, content=seal_notice(row.id, said)
        )
        end_step(actor, row, REMOVE)
        note(actor, "remove_notice", row, objections=objections)


def check_notice_over(row: Application, notice: str) -> None:
    """Raises RecordError while a required notice is not posted, waited out and taken down."""
    if notice != REQUIRED:
        return
    posted = PublicNotice.objects.filter(application=row).first()
    if posted is None or posted.removed_on is None:
        raise refused(
            "notice.not_over",
            "公示还没有结束。请在公示期满、取下并登记异议后再作决定。",
            "The public notice is not over. Decide when its days are done and it was taken down.",
        )
