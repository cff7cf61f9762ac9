"""Who is told, and when: once a day what waits, and at once what came up for the same day. One message waits for a user and channel at most."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from ciyou.apps.audit.wall import walled
from ciyou.apps.messages.gateways import open_channels
from ciyou.apps.messages.models import MessageChoice, MessageState, OutgoingMessage
from ciyou.apps.messages.waiting import Waiting, waiting_for
from ciyou.core.access.actor import LOCAL_OPERATOR


def queue_messages(now: dt.datetime | None = None) -> int:
    """The periodic job: put into the outbox what users who want messages are to be told; how many messages are new."""
    moment = now or timezone.now()
    queued = 0
    with walled(LOCAL_OPERATOR):
        for choice in list(MessageChoice.objects.filter(channel__in=open_channels()).order_by("id")):
            with transaction.atomic():
                queued += _queue(choice, moment)
    return queued


def _queue(choice: MessageChoice, now: dt.datetime) -> int:
    today = timezone.localdate(now)
    waiting = waiting_for(choice.user_id, today=today)
    if waiting is None:
        return 0
    urgent = waiting.urgent_at is not None and waiting.urgent_at > choice.seen_at
    if not urgent and not _daily(choice, waiting, now):
        return 0
    _row, made = OutgoingMessage.objects.update_or_create(
        user_id=choice.user_id,
        channel=choice.channel,
        state=MessageState.WAITING,
        defaults={"tasks": waiting.tasks, "first_due_on": waiting.first_due_on, **({"urgent": True} if urgent else {})},
        create_defaults={
            "tasks": waiting.tasks,
            "first_due_on": waiting.first_due_on,
            "urgent": urgent,
            "made_at": now,
            "next_try_at": now,
        },
    )
    if urgent and not made:
        OutgoingMessage.objects.filter(id=_row.id, tries=0).update(next_try_at=now)
    MessageChoice.objects.filter(id=choice.id).update(seen_at=now)
    return int(made)


def _daily(choice: MessageChoice, waiting: Waiting, now: dt.datetime) -> bool:
    """Whether the message of the day is due: outside quiet hours, none today yet, and something new or due by tomorrow."""
    today = timezone.localdate(now)
    near = waiting.first_due_on <= today + dt.timedelta(days=1)
    if is_quiet(now) or not (near or waiting.newest_at > choice.seen_at):
        return False
    made = OutgoingMessage.objects.filter(user_id=choice.user_id, channel=choice.channel).order_by("-made_at")
    last = made.values_list("made_at", flat=True).first()
    return last is None or timezone.localdate(last) < today


def is_quiet(now: dt.datetime) -> bool:
    """Whether a moment lies in the hours in which nothing goes out that can wait."""
    begins, ends = settings.QUIET_HOURS
    clock = timezone.localtime(now).time()
    return begins <= clock < ends if begins <= ends else clock >= begins or clock < ends


def end_of_quiet(now: dt.datetime) -> dt.datetime:
    """The moment at which the quiet hours end that hold at a moment."""
    local = timezone.localtime(now)
    end = timezone.make_aware(dt.datetime.combine(local.date(), settings.QUIET_HOURS[1]))
    return end if end > now else end + dt.timedelta(days=1)
