"""What a merge of two files does to how a child is paid."""

from __future__ import annotations

from django.db import transaction

from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.disbursement.models import CollectivePayee
from ciyou.apps.registry.identity_moves import follows_merge
from ciyou.core.access.actor import LOCAL_OPERATOR


@follows_merge
def on_people_merged(kept: str, dropped: str, **_more: object) -> None:
    """Handler of `registry.people_merged`: an institution that is paid for the child goes on being paid, on the file that stays.

    Where both files name an institution, that of the kept file stands. Coming twice changes nothing the second time.
    """
    with transaction.atomic(), walled(LOCAL_OPERATOR):
        moved = CollectivePayee.objects.filter(person_id=dropped)
        if not moved.exists():
            return
        if CollectivePayee.objects.filter(person_id=kept).exists():
            moved.delete()
        else:
            moved.update(person_id=kept)
        record_action(LOCAL_OPERATOR, action="merge_payees", persons=[kept, dropped], highest_class=3)
