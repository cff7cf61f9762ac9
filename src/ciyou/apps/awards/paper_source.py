"""What a paper is written from, and the few phrases that several papers share."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ciyou.apps.awards.contents import ApplicationContent
from ciyou.apps.awards.models import Application
from ciyou.apps.awards.paying import PayingRules
from ciyou.apps.registry.selectors import PersonCard
from ciyou.core.awards.month import Month


@dataclass(frozen=True)
class WrittenNotice:
    """A public notice that was posted and taken down, as the approval form says it."""

    posted_on: dt.date
    removed_on: dt.date
    objections: int
    words: str


@dataclass(frozen=True)
class Written:
    """What a paper is written from."""

    number: str
    child: PersonCard
    id_number: str
    rules: PayingRules
    division: str
    today: dt.date
    application: Application | None = None
    content: ApplicationContent | None = None
    last_month: Month | None = None
    ground: str = ""
    reason: str = ""
    ends_on: dt.date | None = None
    checked_on: dt.date | None = None
    drafted_on: dt.date | None = None
    notice: WrittenNotice | None = None


def both(written: Written) -> tuple[Application, ApplicationContent]:
    """The application that a paper is about, with what it holds."""
    assert written.application is not None
    assert written.content is not None
    return written.application, written.content


ISSUED = frozenset({"law", "regulation", "notice", "standard"})
"""Kinds of sources that a decision can rest on: a newspaper, a statistic or another place's reprint is none."""


def cited(rules: PayingRules) -> str:
    """The documents that an entitlement rests on, as papers name them."""
    issued = [one for one in rules.rule.sources if one.kind in ISSUED]
    titles = [f"《{one.title}》" + (f"（{one.number}）" if one.number else "") for one in issued]
    return "；".join(dict.fromkeys(titles)) or "国家和本地的有关规定"
