"""The log of actions and disclosures: rows are added and never changed; the database itself refuses anything else."""

from __future__ import annotations

from django.db import models


class LogEntry(models.Model):
    """One action, or one request (or batch run) that disclosed personal data: who, what, about whom, why, when, from where.

    `kind` disclosure | action. Persons are internal ids in `PersonSeen`, never names or ID numbers; `person_count` is how many.
    `fields` and `details` are canonical JSON text of codes and counts.
    """

    at = models.DateTimeField()
    kind = models.CharField(max_length=12)
    actor_id = models.CharField(max_length=64)
    post_id = models.CharField(max_length=64, blank=True)
    role = models.CharField(max_length=32)
    purpose = models.CharField(max_length=32, blank=True)
    action = models.CharField(max_length=64)
    subject = models.CharField(max_length=64, blank=True)
    person_count = models.PositiveIntegerField()
    fields = models.TextField()
    details = models.TextField()
    highest_class = models.PositiveSmallIntegerField()
    origin = models.CharField(max_length=64)

    class Meta:
        indexes = (
            models.Index(fields=("actor_id", "id"), name="entry_actor"),
            models.Index(fields=("action", "id"), name="entry_action"),
            models.Index(fields=("at",), name="entry_at"),
        )


class PersonSeen(models.Model):
    """One person whom an entry is about; the sealed hash of the entry covers these rows."""

    entry = models.ForeignKey(LogEntry, on_delete=models.PROTECT, related_name="persons")
    person_id = models.CharField(max_length=64)

    class Meta:
        indexes = (models.Index(fields=("person_id", "entry"), name="seen_person"),)


class ChainLink(models.Model):
    """The seal of one entry: its place in the chain and the keyed hash over it and the link before. Added by one sealer."""

    position = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(LogEntry, on_delete=models.PROTECT, related_name="link")
    key_id = models.CharField(max_length=16)
    hash = models.CharField(max_length=64)


class OutboxEvent(models.Model):
    """News for the rooms above, written in the transaction that made it and delivered by the worker (config/wiring.py).

    `payload` holds ids and codes only. `done` names the services that have it; `problem` is the kind of the last failure, without
    its text. An event that was given up stays until somebody has looked at it.
    """

    name = models.CharField(max_length=64)
    payload = models.JSONField()
    created_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    done = models.JSONField(default=list)
    next_try_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=200, blank=True)
    given_up_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("delivered_at", "id"), name="event_waiting"),)
