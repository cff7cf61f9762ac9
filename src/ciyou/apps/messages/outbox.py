"""The outbox: what waits is sent by the worker, tried again with growing pauses, and every try is in the log. Texts are made when they are sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.messages import gateways
from ciyou.apps.messages.contents import open_address
from ciyou.apps.messages.models import MessageChoice, MessageState, OutgoingMessage
from ciyou.apps.messages.queueing import end_of_quiet, is_quiet
from ciyou.apps.messages.waiting import Waiting, waiting_for
from ciyou.apps.messages.wording import SUBJECTS, message_text
from ciyou.core.access.actor import LOCAL_OPERATOR

PAUSES = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360))
"""Before the second try, the third, …; after the last one the message is given up, and the system administrator sees it."""
KEPT = dt.timedelta(days=30)
AT_ONCE = 200
_LEASE = dt.timedelta(minutes=5)
RUNS = dt.timedelta(minutes=1)
"""After so long a run ends: slow gateways hold up no other work, and the next run goes on."""


def send_messages(now: dt.datetime | None = None, *, clock: Callable[[], dt.datetime] = timezone.now) -> int:
    """The periodic job: send what waits and is due, for a minute at most; how many got out. `now`: a moment that holds for all of them.

    The gateway is asked outside of any transaction: a slow one holds up nobody's work. Quiet hours and pauses count for each message from
    the moment when its turn came.
    """
    started = now or clock()
    with walled(LOCAL_OPERATOR):
        due = OutgoingMessage.objects.filter(state=MessageState.WAITING, next_try_at__lte=started)
        rows = list(due.order_by("-urgent", "next_try_at", "id")[:AT_ONCE])
    sent = 0
    for row in rows:
        moment = now or clock()
        if moment - started >= RUNS:
            break
        sent += _send(row, moment)
    return sent


def forget_messages() -> int:
    """Remove messages that ended a month ago; how many."""
    with walled(LOCAL_OPERATOR):
        count, _by_table = OutgoingMessage.objects.filter(ended_at__lt=timezone.now() - KEPT).delete()
    return count


def _send(row: OutgoingMessage, now: dt.datetime) -> bool:
    with walled(LOCAL_OPERATOR), transaction.atomic():
        if not row.urgent and is_quiet(now):
            OutgoingMessage.objects.filter(id=row.id, state=MessageState.WAITING).update(next_try_at=end_of_quiet(now))
            return False
        # Taken for a while: of two workers one sends it; if this one dies, it is tried again.
        mine = OutgoingMessage.objects.filter(id=row.id, state=MessageState.WAITING, next_try_at=row.next_try_at)
        if not mine.update(next_try_at=now + _LEASE, tries=row.tries + 1):
            return False
        choice = MessageChoice.objects.filter(user=row.user_id, channel=row.channel).first()
        waiting = waiting_for(row.user_id, today=timezone.localdate(now))
    if choice is None or waiting is None:
        _end(row, MessageState.DROPPED, now)
        return False
    problem = _hand_over(choice, waiting, today=timezone.localdate(now))
    if problem:
        _put_off(row, problem, now)
        return False
    _end(row, MessageState.SENT, now, tasks=waiting.tasks, first_due_on=waiting.first_due_on)
    return True


def _hand_over(choice: MessageChoice, waiting: Waiting, *, today: dt.date) -> str:
    """The kind of what went wrong; "" when it was taken."""
    text = message_text(
        tasks=waiting.tasks,
        first_due_on=waiting.first_due_on,
        today=today,
        language=choice.language,
        link=settings.MESSAGE_LINK,
    )
    try:
        address = open_address(choice)
        gateways.send(choice.channel, address=address, subject=SUBJECTS[choice.language], text=text)
    except gateways.NotSentError as error:
        return error.problem
    return ""


def _put_off(row: OutgoingMessage, problem: str, now: dt.datetime) -> None:
    if row.tries >= len(PAUSES):
        _end(row, MessageState.GIVEN_UP, now, problem=problem[:64])
        return
    with walled(LOCAL_OPERATOR), transaction.atomic():
        OutgoingMessage.objects.filter(id=row.id).update(next_try_at=now + PAUSES[row.tries], problem=problem[:64])
        _log(row, "put_off", problem)


def _end(row: OutgoingMessage, state: MessageState, now: dt.datetime, *, problem: str = "", **changes: object) -> None:
    with walled(LOCAL_OPERATOR), transaction.atomic():
        OutgoingMessage.objects.filter(id=row.id).update(state=state, ended_at=now, problem=problem, **changes)
        _log(row, state.value, problem)


def _log(row: OutgoingMessage, outcome: str, problem: str) -> None:
    details = {"channel": row.channel, "try": row.tries + 1, "outcome": outcome, "problem": problem}
    record_action(LOCAL_OPERATOR, action="send_message", subject=str(row.id), details=details, origin="worker")
