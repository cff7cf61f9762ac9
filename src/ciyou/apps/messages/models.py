"""Messages outside the system: where a user wants them, and what went out. No message says anything about a child."""

from __future__ import annotations

import uuid

from django.db import models


class MessageChannel(models.TextChoices):
    """By which way a message goes."""

    MAIL = "mail"
    SMS = "sms"


class MessageChoice(models.Model):
    """That a user wants messages by a channel, in a language (zh | en). `address` (encrypted): the mailbox or the telephone number.

    No row: no messages. `seen_at`: up to when new work was looked through for this choice.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="message_choices")
    channel = models.CharField(max_length=8, choices=MessageChannel)
    address = models.BinaryField()
    language = models.CharField(max_length=4, default="zh")
    chosen_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "channel"), name="one_choice_a_channel"),)


class MessageState(models.TextChoices):
    """`waiting` to be sent (again), `sent`, `given_up` after the last try, or `dropped`: not wanted any more when its time came."""

    WAITING = "waiting"
    SENT = "sent"
    GIVEN_UP = "given_up"
    DROPPED = "dropped"


class OutgoingMessage(models.Model):
    """One message in the outbox: `tasks` pieces of work wait, the first is due on `first_due_on`. There is no text: it is made when it is sent.

    `urgent`: something of this day came up, and quiet hours do not hold it back. `problem` is the kind of the last failure, without
    its words.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="outgoing_messages")
    channel = models.CharField(max_length=8, choices=MessageChannel)
    tasks = models.PositiveIntegerField()
    first_due_on = models.DateField()
    urgent = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=MessageState, default=MessageState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    problem = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("user", "channel"), condition=models.Q(state="waiting"), name="one_message_waits"
            ),
        )
        indexes = (
            models.Index(fields=("state", "next_try_at"), name="message_waiting"),
            models.Index(fields=("made_at",), name="message_made"),
        )
