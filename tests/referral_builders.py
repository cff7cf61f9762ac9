"""Referrals for tests: a provider, a child, and a referral brought as far as wanted. Nobody exists."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.utils import timezone

from ciyou.apps.partners.answering import Answer, answer_referral
from ciyou.apps.partners.models import Referral
from ciyou.apps.partners.providers import WrittenProvider, record_provider
from ciyou.apps.partners.referring import NewReferral, draft_referral, send_referral
from ciyou.apps.registry.models import Person
from ciyou.core.access.actor import Actor
from tests.office import make_actor, make_person

SERVICE = "medical_check"
ASKED = {"asked": "视力", "contact": "13800000001"}


@dataclass(frozen=True)
class Sending:
    """Who refers whom to which provider."""

    director: Actor
    supervisor: Actor
    drafter: Actor
    child: Person
    provider: uuid.UUID


def provider_of(drafter: Actor, **fields) -> uuid.UUID:
    """A hospital in the county's directory that offers two services, by link."""
    written = WrittenProvider(
        **{"name": "县医院甲", "kind": "hospital", "services": (SERVICE, "rehabilitation"), **fields}
    )
    return record_provider(drafter, provider_id=uuid.uuid4(), written=written)


def sending(**fields) -> Sending:
    """A village's director, its township and county, a child and a hospital."""
    drafter = make_actor("county_drafter")
    return Sending(
        make_actor("child_director"), make_actor("supervisor"), drafter, make_person(), provider_of(drafter, **fields)
    )


def wanted_by(who: Sending, **fields) -> NewReferral:
    """A referral with everything that must be there."""
    said = {
        "id": uuid.uuid4(), "child_id": who.child.id, "provider_id": who.provider, "service": SERVICE,
        "ground": "guardian", "purpose": "体检视力不达标，请复查。", "fields": ASKED,
        "consent_by": "母亲", "consent_on": timezone.localdate(),
    }  # fmt: skip
    return NewReferral(**{**said, **fields})


def drafted(who: Sending, *, by: Actor | None = None, **fields) -> Referral:
    return row_of(draft_referral(by or who.director, wanted=wanted_by(who, **fields)))


def sent(who: Sending, *, by: Actor | None = None, **fields) -> Referral:
    row = drafted(who, by=by, **fields)
    send_referral(by or who.director, referral_id=row.id, version=row.version)
    return row_of(row.id)


def answered(actor: Actor, row: Referral, step: str, **said) -> Referral:
    """An answer of the receiver, or of the sender on its behalf."""
    answer_referral(actor, referral_id=row.id, version=row_of(row.id).version, answer=Answer(step, **said))
    return row_of(row.id)


def row_of(referral_id) -> Referral:
    return Referral.objects.get(id=referral_id)


def days_ago(days: int) -> dt.date:
    return timezone.localdate() - dt.timedelta(days=days)
