"""Phones that carry a store: set up by their user, given their share at each sign-in, taken back."""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
import uuid
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ciyou.apps.audit.keys import keyring
from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.fieldwork.models import FieldPhone
from ciyou.apps.fieldwork.refusals import not_found, office_carries_nothing, revoked
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action, may_do
from ciyou.core.access.verdict import ceiling_of
from ciyou.vault.envelopes import new_pair
from ciyou.vault.fields import decrypt_text, encrypt_text

SHARE_BYTES = 32
LABEL_LENGTH = 64
HIGHEST_CLASS = 3


@dataclass(frozen=True)
class PhoneKeys:
    """What a phone is given: its id, its share (base64), and the public key for which it seals its work (base64)."""

    id: uuid.UUID
    share: str
    public: str


@dataclass(frozen=True)
class PhoneCard:
    """One phone of a user, as the list shows it."""

    id: uuid.UUID
    label: str
    enrolled_at: dt.datetime
    revoked_at: dt.datetime | None


def check_carries(actor: Actor) -> None:
    """Raises AccessDenied unless the actor visits and sees no more than basic data: what a department said of health, guilt or parents
    (class 4) is on no phone.
    """
    if not may_do(actor.role, Action.VISIT) or ceiling_of(actor) > HIGHEST_CLASS:
        raise office_carries_nothing()


def enroll_phone(actor: Actor, *, label: str, device_id: uuid.UUID | None = None) -> PhoneKeys:
    """Set a phone up for the acting user: a share and a key pair of its own."""
    check_carries(actor)
    private, public = new_pair()
    phone_id, share = uuid.uuid4(), os.urandom(SHARE_BYTES)
    secret = {"share": _text(share), "private": _text(private), "public": _text(public)}
    with transaction.atomic():
        FieldPhone.objects.create(
            id=phone_id,
            user_id=actor.id,
            device_id=device_id,
            label=label.strip()[:LABEL_LENGTH],
            secret=encrypt_text(keyring(), json.dumps(secret), context=_context(phone_id)),
            enrolled_at=timezone.now(),
        )
        record_action(actor, action="enroll_phone", subject=str(phone_id))
    return PhoneKeys(phone_id, secret["share"], secret["public"])


def release_share(actor: Actor, *, phone_id: uuid.UUID) -> PhoneKeys:
    """The share of the actor's own phone; raises PhoneRevoked where it was taken back, FieldWorkNotFound where it is not theirs."""
    phone = FieldPhone.objects.select_related("device").filter(id=phone_id, user_id=actor.id).first()
    if phone is None:
        raise not_found()
    if is_revoked(phone):
        raise revoked()
    secret = open_secret(phone)
    return PhoneKeys(phone.id, secret["share"], secret["public"])


def revoke_phone(actor: Actor, *, phone_id: uuid.UUID) -> None:
    """Take a phone of the actor's own back: it gets no share any more, and wipes what it can read as soon as it has a network."""
    rows = FieldPhone.objects.filter(id=phone_id, user_id=actor.id)
    with transaction.atomic():
        if not rows.exists():
            raise not_found()
        if rows.filter(revoked_at=None).update(revoked_at=timezone.now()):
            record_action(actor, action="revoke_phone", subject=str(phone_id))


def is_wiped(phone_id: uuid.UUID) -> bool:
    """Whether this phone was ordered to wipe what it can read. Asked by the phone itself, also when nobody is signed in on it."""
    with walled(LOCAL_OPERATOR):
        ordered = Q(revoked_at__isnull=False) | Q(device__revoked_at__isnull=False) | Q(user__is_active=False)
        return FieldPhone.objects.filter(ordered, id=phone_id).exists()


def list_phones(actor: Actor) -> tuple[PhoneCard, ...]:
    """The actor's own phones, the newest first."""
    rows = FieldPhone.objects.select_related("device").filter(user_id=actor.id).order_by("-enrolled_at")
    return tuple(
        PhoneCard(one.id, one.label, one.enrolled_at, one.revoked_at or (one.device and one.device.revoked_at))
        for one in rows
    )


def is_revoked(phone: FieldPhone) -> bool:
    """Whether a phone was taken back, by itself or with the device it is on."""
    return phone.revoked_at is not None or (phone.device is not None and phone.device.revoked_at is not None)


def open_secret(phone: FieldPhone) -> dict[str, str]:
    """A phone's share and keys."""
    found: dict[str, str] = json.loads(decrypt_text(keyring(), phone.secret, context=_context(phone.id)))
    return found


def _context(phone_id: uuid.UUID) -> str:
    return f"fieldwork.phone:{phone_id}"


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")
