"""A file of the national system comes in: kept encrypted, compared by the worker, and what was found laid before the county."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid

from django.db import transaction
from django.utils import timezone

from ciyou.apps.audit.keys import keyring
from ciyou.apps.audit.services import record_action, record_disclosure
from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.tasks import NewTask, end_task, open_tasks
from ciyou.apps.exchange.comparison import Comparison
from ciyou.apps.exchange.models import ExchangeFile, ExchangeItem, ItemState
from ciyou.apps.exchange.our_side import OurSide
from ciyou.apps.exchange.refusals import check_may, no_mapping, no_rows, nothing_to_compare_again
from ciyou.apps.exchange.storing import ItemStore
from ciyou.apps.exchange.table_files import count_rows, find_layout, read_rows
from ciyou.core.access.actor import DIVISION_DIGITS, LOCAL_OPERATOR, Actor, Purpose
from ciyou.packs import load_exchange_mappings
from ciyou.vault.fields import decrypt_bytes, encrypt_bytes

TASK = "reconcile_exchange"
_COUNTY_DIGITS = 6


def county_of(actor: Actor) -> str:
    """The county that an actor compares for."""
    return actor.scope.first[:_COUNTY_DIGITS].ljust(DIVISION_DIGITS, "0")


def receive_exchange_file(actor: Actor, *, name: str, content: bytes, origin: str = "") -> uuid.UUID:
    """Keep a file that the national system exported; the worker compares it. The same file again is compared again.

    Raises RecordError when it is too large, no table, has no known titles, or no rows.
    """
    check_may(actor)
    county = county_of(actor)
    layout = find_layout(content, list(load_exchange_mappings(division=county).values()))
    rows = count_rows(content, layout)
    if not rows:
        raise no_rows()
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        file, _made = ExchangeFile.objects.get_or_create(
            county=county,
            mapping=layout.mapping.code,
            sha256=digest,
            defaults={"name": name[-200:], "by": actor.id, "at": timezone.now()},
        )
        file.content = encrypt_bytes(keyring(), content, context=f"exchange.file:{file.id}")
        file.name, file.rows, file.by = name[-200:], rows, actor.id
        _begin(file)
        record_action(
            actor, action="receive_exchange_file", subject=str(file.id), details={"rows": rows}, origin=origin
        )
    return file.id


def _begin(file: ExchangeFile) -> None:
    file.at, file.position, file.done, file.counts, file.problems = timezone.now(), 0, False, {}, []
    file.save()


def compare_again(actor: Actor) -> uuid.UUID:
    """Compare the county's latest file once more, because our side has changed; raises RecordError where there is none."""
    check_may(actor)
    with transaction.atomic():
        rows = ExchangeFile.objects.filter(county=county_of(actor)).exclude(content=None)
        file = rows.order_by("-at").first()
        if file is None:
            raise nothing_to_compare_again()
        _begin(file)
        record_action(actor, action="compare_exchange_again", subject=str(file.id))
    return file.id


def compare_file(file_id: uuid.UUID, *, today: dt.date | None = None) -> bool:
    """Compare a kept file to its end; run again after an interruption it gives the same items. False: a later one took its place."""
    with walled(LOCAL_OPERATOR):
        file = ExchangeFile.objects.get(id=file_id)
        later = ExchangeFile.objects.filter(county=file.county, mapping=file.mapping, at__gt=file.at)
        if file.done or file.content is None or later.exists():
            ExchangeFile.objects.filter(id=file.id).update(done=True)
            return file.done
        content = decrypt_bytes(keyring(), bytes(file.content), context=f"exchange.file:{file.id}")
    mapping = load_exchange_mappings(division=file.county).get(file.mapping)
    if mapping is None:
        raise no_mapping()
    layout = find_layout(content, [mapping])
    comparison = Comparison(layout, OurSide(file.county, mapping, today=today or timezone.localdate()))
    store = ItemStore(file.county, file.mapping)
    for part in comparison.run(read_rows(content, layout)):
        store.write(part)
        _note_position(file, comparison.tally.counts["rows"])
    comparison.tally.counts["gone"] = store.close_vanished()
    _finish(file, comparison)
    return True


def _note_position(file: ExchangeFile, position: int) -> None:
    """How far it is; each part is seen as soon as it is written."""
    with transaction.atomic(), walled(LOCAL_OPERATOR):
        ExchangeFile.objects.filter(id=file.id).update(position=position)


def _finish(file: ExchangeFile, comparison: Comparison) -> None:
    tally = comparison.tally
    with transaction.atomic(), walled(LOCAL_OPERATOR):
        ended = ExchangeFile.objects.filter(id=file.id, at=file.at, done=False)
        if not ended.update(
            done=True,
            counts=dict(tally.counts),
            problems=tally.problems,
            compared_at=timezone.now(),
            position=file.rows,
        ):
            return  # it was sent again meanwhile: that comparison ends it
        # What an earlier file said is not needed any more; its name, hash and counts stay.
        earlier = ExchangeFile.objects.filter(county=file.county, mapping=file.mapping, at__lt=file.at)
        earlier.update(content=None, problems=[])
        record_disclosure(
            LOCAL_OPERATOR,
            purpose=Purpose.VERIFY,
            action="compare_exchange_file",
            persons=tally.counts["matched"] + tally.counts["only_here"],
            fields=[column.value for column in comparison.layout.columns if column.is_compared],
            highest_class=max(column.shape.sensitivity for column in comparison.layout.columns),
            origin="worker",
            subject=str(file.id),
        )
        follow_task(file.county)


def follow_task(county: str) -> None:
    """Open the county's task while anything is open, end it once nothing is; inside the transaction that changed it."""
    if ExchangeItem.objects.filter(county=county, state=ItemState.OPEN).exists():
        open_tasks(LOCAL_OPERATOR, tasks=[NewTask(TASK, task_subject(county), county, queue_role="county_drafter")])
    else:
        end_task(LOCAL_OPERATOR, kind=TASK, subject_id=task_subject(county))


def task_subject(county: str) -> str:
    """What the task of a county is about."""
    return f"exchange:{county}"
