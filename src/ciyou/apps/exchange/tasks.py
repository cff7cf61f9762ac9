"""Comparisons in the worker: they can be left and found again, and what was interrupted is taken up by the next round."""

from __future__ import annotations

import uuid

from django_tasks import task

from ciyou.apps.audit.wall import walled
from ciyou.apps.exchange.importing import compare_file
from ciyou.apps.exchange.models import ExchangeFile
from ciyou.core.access.actor import LOCAL_OPERATOR


@task()
def compare_exchange_file(file_id: str) -> bool:
    """Compare a file to its end."""
    return compare_file(uuid.UUID(file_id))


def resume_comparisons() -> int:
    """Go on with comparisons that a stopped worker left unfinished; a job of the worker. How many there were."""
    with walled(LOCAL_OPERATOR):
        files = list(ExchangeFile.objects.filter(done=False).order_by("at").values_list("id", flat=True))
    for file_id in files:
        compare_file(file_id)
    return len(files)
