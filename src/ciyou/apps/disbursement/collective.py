"""The account of an institution, and the children whose money goes there."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from ciyou.apps.audit.services import record_action
from ciyou.apps.disbursement.models import CollectiveAccount, CollectivePayee
from ciyou.apps.disbursement.payee_snapshots import Payee, seal_snapshot
from ciyou.apps.disbursement.refusals import check_may, refused
from ciyou.apps.disbursement.runs import county_of
from ciyou.apps.registry.scoping import visible_people
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.access.roles import Action

SHORTEST, LONGEST = 8, 32


def record_collective_account(
    actor: Actor, *, account_id: uuid.UUID, holder: str, bank: str, number: str, person_ids: Iterable[uuid.UUID]
) -> uuid.UUID:
    """Keep an institution's account, and send the money of these children there from the next draft on.

    Accounts of offices carry no check digit: their length and digits are all that can be checked.
    """
    check_may(actor, Action.DRAFT_PAYMENTS)
    digits = "".join(number.split())
    if not (digits.isascii() and digits.isdigit() and SHORTEST <= len(digits) <= LONGEST):
        raise refused(
            "collective_number",
            "对公账号应为 8 至 32 位数字；请对照开户证明重新填写。",
            "The account of an office has 8 to 32 digits; fill it in again from the bank's certificate.",
        )
    if not holder.strip() or not bank.strip():
        raise refused("collective_holder", "请填写户名和开户银行。", "Fill in the account's holder and its bank.")
    now = timezone.now()
    with transaction.atomic():
        children = list(visible_people(actor, purpose=Purpose.PAY).filter(id__in=list(person_ids), kind="child"))
        row = CollectiveAccount(id=account_id, county=county_of(actor), recorded_by=actor.id, recorded_at=now)
        row.account = seal_snapshot(row.id, Payee(holder.strip(), bank.strip(), digits))
        if not CollectiveAccount.objects.filter(id=account_id).exists():
            row.save(force_insert=True)
        CollectivePayee.objects.bulk_create(
            [CollectivePayee(person=child, account=row, recorded_by=actor.id, recorded_at=now) for child in children],
            update_conflicts=True,
            unique_fields=["person"],
            update_fields=["account", "recorded_by", "recorded_at"],
        )
        record_action(
            actor,
            action="record_collective_account",
            subject=str(row.id),
            persons=[str(child.id) for child in children],
            highest_class=3,
        )
    return row.id
