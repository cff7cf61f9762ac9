"""One-time links: how somebody without an account answers once. Of a token only its hash is kept, and it opens nothing but one answer.

The rooms above say what a link opens and what an answer does; what makes a link one-time stands here.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import models, transaction
from django.utils import timezone

from ciyou.apps.accounts.tries import TryLimit, count_wrong_try, tried_too_often
from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.errors import Place, Problem, RunError

WRONG_BY_ORIGIN = 20
"""How many links that open nothing may come from one place in a window; those of all rooms count together."""
_TOKEN_BYTES = 18


class LinkUnusable(RunError):
    """A link that was used, ran out or never was; all read the same, and name nobody."""


class OneTimeLink(models.Model):
    """The columns of every table of one-time links; a room adds what its link is about."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


Link = TypeVar("Link", bound=OneTimeLink)
Given = TypeVar("Given")


@dataclass(frozen=True)
class LinkDoor(Generic[Link]):
    """The links of one table: `subject` is the column of what they are about (read along by `reads`), `is_asked` says whether a link still
    has something to answer, and `refused_as` is the log's word for one that opens nothing.
    """

    table: type[Link]
    subject: str
    reads: str
    is_asked: Callable[[Link], bool]
    refused_as: str

    def make(self, about: models.Model, *, by: Actor, days: int, **more: str) -> tuple[str, Link]:
        """A new link and its token, which is shown once and kept nowhere; one that was made before opens nothing any more."""
        token, now = secrets.token_urlsafe(_TOKEN_BYTES), timezone.now()
        self.withdraw(about)
        columns: dict[str, Any] = {self.subject: about, **more}
        link = self.table._default_manager.create(
            **columns,
            token_hash=_hash(token),
            made_at=now,
            made_by=by.id,
            expires_at=now + dt.timedelta(days=days),
        )
        return token, link

    def withdraw(self, about: models.Model) -> None:
        """Links that are out open nothing any more."""
        out = self.table._default_manager.filter(**{self.subject: about}, used_at=None, withdrawn_at=None)
        out.update(withdrawn_at=timezone.now())

    def enter(self, token: str, *, origin: str, then: Callable[[Link], Given]) -> Given:
        """What `then` gives for the open link of a token, in one transaction. Raises LinkUnusable, the same for used, run out, overtaken and
        forged; the wrong try stays counted.
        """
        with walled(LOCAL_OPERATOR), transaction.atomic():
            link = self.find(token, origin=origin)
            if link is not None:
                return then(link)
        raise _unusable()

    def find(self, token: str, *, origin: str) -> Link | None:
        """The open link of a token; None, and counted, for whatever is none."""
        limits = (TryLimit(f"link:{origin}", WRONG_BY_ORIGIN),)
        if tried_too_often(limits):
            raise _too_many_tries()
        link = self._open_now().filter(token_hash=_hash(token)).select_related(self.reads).first()
        if link is not None and self.is_asked(link):
            return link
        count_wrong_try(limits)
        record_action(LOCAL_OPERATOR, action=self.refused_as, origin=origin)
        return None

    def use(self, link: Link) -> bool:
        """Use a link up; False where somebody else did, or it was withdrawn or ran out meanwhile."""
        return bool(self._open_now().filter(id=link.id).update(used_at=timezone.now()))

    def _open_now(self) -> models.QuerySet[Link]:
        rows = self.table._default_manager.filter(used_at=None, withdrawn_at=None)
        return rows.filter(expires_at__gt=timezone.now())


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _unusable() -> LinkUnusable:
    return LinkUnusable(
        Problem(
            Place(),
            "link.unusable",
            "这个链接已经用过、过期或者不完整。已经答复过的，不用再做什么；还要答复的，请向把链接交给您的工作人员要一个新的。",
            "This link was used, has run out or is incomplete. If you have answered already, there is nothing more to do; else ask the worker who gave it to you for a new one.",
        )
    )


def _too_many_tries() -> LinkUnusable:
    return LinkUnusable(
        Problem(
            Place(),
            "link.often",
            "打不开的次数太多，请一刻钟以后再试，或者向把链接交给您的工作人员要一个新的。",
            "Too many links that do not open; try again in a quarter of an hour, or ask the worker who gave it to you for a new one.",
        )
    )
