"""How the chain stands, and the two things that an auditor does with it: check its latest links, and take its head away."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from ciyou.apps.audit.delivery import waiting_events
from ciyou.apps.audit.heads import ChainHead, chain_head
from ciyou.apps.audit.models import ChainLink, LogEntry, OutboxEvent
from ciyou.apps.audit.reading import Look, check_may_read, latest_entry
from ciyou.apps.audit.sealing import LOOK_BACK
from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.verification import ChainReport, verify_chain
from ciyou.core.access.actor import Actor

CHECKED = "check_log"
EXPORTED = "export_log_head"
MOST_LINKS = 200_000


@dataclass(frozen=True)
class ChainState:
    """Where the chain ends, when its last entry was written, how many wait for a seal, and when it was last checked and exported.

    `waiting` and `given_up` count the news of the outbox.
    """

    position: int
    last_at: dt.datetime | None
    unsealed: int
    last_check: Look | None
    last_export: Look | None
    waiting: int
    given_up: int


def chain_state(actor: Actor) -> ChainState:
    """How the chain stands now; for auditors."""
    check_may_read(actor)
    last = ChainLink.objects.select_related("entry").order_by("-position").first()
    links = ChainLink.objects.filter(entry=OuterRef("pk"))
    recent = LogEntry.objects.filter(id__gt=max(0, (last.entry_id if last else 0) - LOOK_BACK))
    return ChainState(
        position=last.position if last else 0,
        last_at=last.entry.at if last else None,
        unsealed=recent.exclude(Exists(links)).count(),
        last_check=latest_entry(CHECKED),
        last_export=latest_entry(EXPORTED),
        waiting=waiting_events().count(),
        given_up=OutboxEvent.objects.exclude(given_up_at=None).count(),
    )


def check_latest_links(actor: Actor, *, count: int, origin: str = "") -> ChainReport:
    """Check the latest links of the chain, and note that and what came of it. The whole chain: `ciyou audit verify`."""
    check_may_read(actor)
    report = verify_chain(latest=max(1, min(count, MOST_LINKS)))
    details = {"checked": report.checked, "findings": len(report.findings), "position": report.last_position}
    record_action(actor, action=CHECKED, details=details, origin=origin)
    return report


def export_head(actor: Actor, *, origin: str = "") -> ChainHead:
    """The head of the chain to be kept elsewhere, noted in the log."""
    check_may_read(actor)
    head = chain_head()
    record_action(actor, action=EXPORTED, details={"position": head.position}, origin=origin)
    return head
