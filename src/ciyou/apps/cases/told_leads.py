"""A child that another system names and that is not on file here: a lead for the county, like a record that leads to nobody."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from ciyou.apps.audit.services import record_action
from ciyou.apps.cases.lead_access import COUNTY, check_may
from ciyou.apps.cases.load_leads import seal_record
from ciyou.apps.cases.models import Lead
from ciyou.apps.cases.steps import ASSIGN, begin_steps
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action

WHY = "told_by_other_system"


@dataclass(frozen=True)
class ToldChild:
    """Whom another system names. `key` is what it is told again by: one lead for one telling. `birth_date` YYYY-MM-DD or ""."""

    key: str
    source: str
    name: str
    sex: str
    birth_date: str
    division: str


def open_told_lead(actor: Actor, *, child: ToldChild) -> uuid.UUID:
    """Open a lead about a child that is not on file, for the county to hand out; told twice it is one. Gives its id."""
    check_may(actor, Action.ASSIGN)
    with transaction.atomic():
        known = Lead.objects.filter(linkage_id=child.key).first()
        if known is not None:
            return known.id
        lead = Lead(
            linkage_id=child.key, why=WHY, rank=1, division=child.division, queue=COUNTY, opened_at=timezone.now()
        )
        said = {"roster": child.source, "name": child.name, "sex": child.sex, "birth_date": child.birth_date}
        lead.record = seal_record(lead.id, child.key, {**said, "division": child.division})
        lead.save(force_insert=True)
        begin_steps(actor, [lead], ASSIGN, queue=COUNTY)
        record_action(actor, action="open_told_lead", subject=str(lead.id), highest_class=3)
    return lead.id
