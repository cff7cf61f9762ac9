"""The slip of aid in an emergency: a new code where it was lost, and what is printed on it."""

from __future__ import annotations

import uuid

from django.db import transaction

from ciyou.apps.awards.numbering import code_hash, is_code, make_code
from ciyou.apps.awards.papers import receipt_pdf
from ciyou.apps.awards.receiving import Receipt
from ciyou.apps.crossing.emergency_access import find_aid, is_at_event, move_aid, taking_aid
from ciyou.apps.crossing.models import EmergencyState
from ciyou.apps.crossing.refusals import check_may, crossing_not_found
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action

_WAY = "急难救助先救助、后补手续：由乡镇（街道）或者县级民政部门当场决定，同意的尽快发放；期限从登记之日起算。"


def renew_emergency_code(actor: Actor, *, aid_id: uuid.UUID, version: int) -> Receipt:
    """Give a new code where the slip was lost: the old one opens nothing any more."""
    code, states = make_code(), tuple(EmergencyState)
    with transaction.atomic(), taking_aid(actor, aid_id, Action.CROSS, states=states, version=version) as row:
        move_aid(actor, row, step="renew_code", place=row.received_in, code_hash=code_hash(code))
        return Receipt(row.id, row.number, code)


def print_emergency_slip(actor: Actor, *, aid_id: uuid.UUID, code: str, address: str) -> bytes | None:
    """The slip as PDF, while its code is still on the screen; None where this is not the code."""
    check_may(actor, Action.CROSS)
    row = find_aid(actor, aid_id)
    if not is_at_event(actor, row):
        raise crossing_not_found()
    if not is_code(code, row.code_hash):
        return None
    return receipt_pdf(
        number=row.number, code=code, received_on=row.received_on, division=row.received_in, address=address, way=_WAY
    )
