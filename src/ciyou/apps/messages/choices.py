"""What a user chooses: whether messages go to a mailbox or a telephone, and in which language. And what went out, for whoever runs the system."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.messages.contents import open_address, seal_address
from ciyou.apps.messages.gateways import open_channels
from ciyou.apps.messages.models import MessageChannel, MessageChoice, MessageState, OutgoingMessage
from ciyou.apps.messages.wording import LANGUAGES
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import AccessDenied, Place, Problem, RecordError

SHOWN = 50
LOOKS_BACK = dt.timedelta(days=7)
_LONGEST = 120
_SHAPES = {
    MessageChannel.MAIL.value: re.compile(r"[^@\s,;<>]+@(?:[^@\s,;<>.]+\.)+[^@\s,;<>.]+"),
    MessageChannel.SMS.value: re.compile(r"\+?[0-9]{6,15}"),
}


@dataclass(frozen=True)
class OwnChoice:
    """One channel as its user sees it: whether the installation has it, and the address that was chosen ("" for none)."""

    channel: str
    is_open: bool
    address: str
    language: str


@dataclass(frozen=True)
class Failure:
    """A message that did not get out (yet): no word of whose it is."""

    id: uuid.UUID
    channel: str
    state: str
    tries: int
    problem: str
    made_at: dt.datetime
    next_try_at: dt.datetime

    @property
    def waits(self) -> bool:
        """Whether it is tried again by itself."""
        return self.state == MessageState.WAITING

    @property
    def given_up(self) -> bool:
        """Whether it is tried again only if somebody says so."""
        return self.state == MessageState.GIVEN_UP


@dataclass(frozen=True)
class GatewayState:
    """The outbox as the system administrator sees it: open channels, how many chose each, the last week by channel and state, what failed."""

    channels: tuple[str, ...]
    chosen: Mapping[str, int]
    counts: Mapping[tuple[str, str], int]
    failures: tuple[Failure, ...]


def own_choices(actor: Actor) -> tuple[OwnChoice, ...]:
    """Every channel there is, with what the actor chose."""
    rows = {row.channel: row for row in MessageChoice.objects.filter(user_id=actor.id)}
    there = open_channels()
    return tuple(
        OwnChoice(
            channel,
            channel in there,
            open_address(rows[channel]) if channel in rows else "",
            rows[channel].language if channel in rows else "zh",
        )
        for channel in MessageChannel.values
    )


def choose_channel(actor: Actor, *, channel: str, address: str, language: str) -> None:
    """Have messages sent to an address of the actor's; one that was chosen before is replaced. Raises RecordError."""
    wanted = address.strip()
    if channel not in open_channels() or language not in LANGUAGES:
        raise RecordError(_problem("message.channel", "这个渠道没有开通；请向系统管理员了解。", "This channel is not set up; ask the system administrator."))  # fmt: skip
    if len(wanted) > _LONGEST or not _SHAPES[channel].fullmatch(wanted):
        raise RecordError(_problem("message.address", "地址或号码不对；邮箱如 name@example.cn，手机号只写数字。请改正。", "The address or number is not right: a mailbox as name@example.cn, a number in digits only. Correct it."))  # fmt: skip
    now, fresh = timezone.now(), uuid.uuid4()
    with transaction.atomic():
        row, _made = MessageChoice.objects.get_or_create(
            user_id=actor.id,
            channel=channel,
            defaults={"id": fresh, "address": seal_address(fresh, wanted), "chosen_at": now, "seen_at": now},
        )
        row.address, row.language, row.chosen_at = seal_address(row.id, wanted), language, now
        row.save(update_fields=["address", "language", "chosen_at"])
        record_action(actor, action="choose_channel", details={"channel": channel, "language": language})


def leave_channel(actor: Actor, *, channel: str) -> None:
    """No more messages by this channel; the address is gone, and what waits is not sent."""
    with transaction.atomic():
        MessageChoice.objects.filter(user_id=actor.id, channel=channel).delete()
        record_action(actor, action="leave_channel", details={"channel": channel})


def gateway_state(actor: Actor) -> GatewayState:
    """How messages to the users of the actor's area get out; for whoever runs the system. Raises AccessDenied."""
    _check_may(actor)
    since = timezone.now() - LOOKS_BACK
    with walled(LOCAL_OPERATOR):
        own = _of_users_of(actor)
        chosen = dict(
            MessageChoice.objects.filter(own).order_by().values_list("channel").annotate(Count("id", distinct=True))
        )
        counted = OutgoingMessage.objects.filter(own, made_at__gte=since).order_by().values("channel", "state")
        totals = counted.annotate(total=Count("id", distinct=True))
        counts = {(row["channel"], row["state"]): row["total"] for row in totals}
        failed = (
            OutgoingMessage.objects.filter(own)
            .distinct()
            .exclude(problem="")
            .exclude(state=MessageState.SENT)
            .order_by("-made_at", "id")
        )
        fields = ("id", "channel", "state", "tries", "problem", "made_at", "next_try_at")
        failures = tuple(Failure(*row) for row in failed.values_list(*fields)[:SHOWN])
    return GatewayState(open_channels(), chosen, counts, failures)


def try_again(actor: Actor, *, message_id: uuid.UUID) -> None:
    """Have a message that was given up tried once more, from the beginning; where a newer one waits for the same user, it is left."""
    _check_may(actor)
    with walled(LOCAL_OPERATOR), transaction.atomic():
        row = OutgoingMessage.objects.filter(_of_users_of(actor), id=message_id, state=MessageState.GIVEN_UP).first()
        newer = row is not None and OutgoingMessage.objects.filter(
            user_id=row.user_id, channel=row.channel, state=MessageState.WAITING
        )
        if row is None or (newer and newer.exists()):
            return
        OutgoingMessage.objects.filter(id=row.id).update(
            state=MessageState.WAITING, tries=0, next_try_at=timezone.now(), ended_at=None
        )
        record_action(actor, action="try_message_again", subject=str(row.id))


def _of_users_of(actor: Actor) -> Q:
    """Rows of users with a post in the actor's area."""
    return Q(user__posts__division__gte=actor.scope.first, user__posts__division__lt=actor.scope.end)


def _check_may(actor: Actor) -> None:
    if not may_do(actor.role, Action.MANAGE_SYSTEM):
        raise AccessDenied(_problem("message.role", "发送情况由系统管理员查看；您的岗位不办理这一步。", "The system administrator sees how messages get out; your post does not do this."))  # fmt: skip


def _problem(code: str, zh: str, en: str) -> Problem:
    return Problem(Place(), code, zh, en)
