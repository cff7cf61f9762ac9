"""Delivers news from the outbox to the services that config/wiring.py names: at least once, each service on its own."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Mapping

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from ciyou.apps.audit.models import OutboxEvent
from ciyou.apps.audit.periodic import describe_failure

PAUSES = tuple(dt.timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 3600, 4 * 3600, 12 * 3600))
"""Before the second try, the third, …; after the last one the event is given up and stays to be seen."""

KEPT = dt.timedelta(days=30)
AT_ONCE = 200

Handler = Callable[..., None]
log = logging.getLogger(__name__)


def deliver_events() -> int:
    """Deliver what waits and is due, oldest first; how many events were delivered completely."""
    handlers: Mapping[str, tuple[Handler, ...]] = import_string(settings.EVENT_HANDLERS)
    due = waiting_events().filter(Q(next_try_at=None) | Q(next_try_at__lte=timezone.now())).order_by("id")
    return sum(_deliver(event, handlers.get(event.name, ())) for event in due[:AT_ONCE])


def waiting_events() -> QuerySet[OutboxEvent]:
    """The events that are neither delivered nor given up."""
    return OutboxEvent.objects.filter(delivered_at=None, given_up_at=None)


def forget_delivered_events() -> int:
    """Remove events that were delivered a month ago; how many. What was given up stays."""
    count, _by_table = OutboxEvent.objects.filter(delivered_at__lt=timezone.now() - KEPT).delete()
    return count


def _deliver(event: OutboxEvent, handlers: tuple[Handler, ...]) -> bool:
    failures = []
    for handler in handlers:
        name = f"{handler.__module__}.{handler.__qualname__}"
        if name in event.done:
            continue
        try:
            with transaction.atomic():
                handler(**event.payload)
                # In the handler's own transaction: what it did and that it is done are kept together, or not at all.
                event.done = [*event.done, name]
                event.save(update_fields=["done"])
        except Exception as error:  # one service's mistake does not keep the others from the news
            event.done = [one for one in event.done if one != name]
            failures.append(describe_failure(error))
    if failures:
        _put_off(event, failures[0])
        return False
    OutboxEvent.objects.filter(id=event.id).update(delivered_at=timezone.now(), problem="")
    return True


def _put_off(event: OutboxEvent, problem: str) -> None:
    given_up = event.tries >= len(PAUSES)
    now = timezone.now()
    OutboxEvent.objects.filter(id=event.id).update(
        tries=F("tries") + 1,
        problem=problem[:200],
        next_try_at=None if given_up else now + PAUSES[event.tries],
        given_up_at=now if given_up else None,
    )
    if given_up:
        log.critical("Event %s (%s) was given up after %s tries: %s", event.id, event.name, event.tries + 1, problem)
    else:
        log.error("Event %s (%s) could not be delivered and is tried again: %s", event.id, event.name, problem)
