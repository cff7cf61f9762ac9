"""Known devices and their PINs: how a child director signs in."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from dataclasses import dataclass

from django.contrib.auth.hashers import check_password, make_password
from django.db.models import F
from django.utils import timezone

from ciyou.apps.accounts.models import Device, SignIn, User
from ciyou.apps.accounts.sealing import hash_token, new_token, open_pin_hash, seal_pin_hash
from ciyou.apps.accounts.sessions import end_sign_ins

PIN_DIGITS = 6
WRONG_PINS = 5
COOKIE_DAYS = 365


@dataclass(frozen=True)
class DeviceCard:
    """One known device of a user; `locked` after five wrong PINs."""

    id: uuid.UUID
    label: str
    created_at: dt.datetime
    last_used_at: dt.datetime | None
    locked: bool


def is_weak_pin(pin: str, *, known: str = "") -> bool:
    """Whether a PIN is one that is tried first: repeated, counted, or a date; or part of a number known of the user."""
    steps = {(int(after) - int(before)) % 10 for before, after in itertools.pairwise(pin)}
    repeated = pin == pin[:2] * 3 or pin == pin[:3] * 2
    return len(steps) == 1 or repeated or _is_date(pin) or (bool(known) and pin in known)


def is_pin(text: str) -> bool:
    """Whether a text has the form of a PIN."""
    return len(text) == PIN_DIGITS and text.isascii() and text.isdigit()


def enroll_device(user: User, *, label: str, pin: str) -> tuple[Device, str]:
    """Know a device from now on; the token goes into its cookie and is kept here only as a hash."""
    token, device = new_token(), Device(id=uuid.uuid4(), user=user, label=label[:64], created_at=timezone.now())
    device.token_hash = hash_token(token)
    device.pin_hash = seal_pin_hash(device.id, make_password(pin))
    device.save(force_insert=True)
    return device, token


def find_device(token: str) -> Device | None:
    """The known device of a cookie with its user; None when it is unknown, taken back, or its user may not sign in."""
    if not token:
        return None
    rows = Device.objects.select_related("user").filter(revoked_at=None, user__is_active=True)
    return rows.filter(token_hash=hash_token(token)).first()


def is_locked(device: Device) -> bool:
    """Whether too many wrong PINs were entered: only a sign-in with the password opens the device again."""
    return device.failed_pins >= WRONG_PINS


def check_pin(user: User, *, token: str, pin: str) -> bool:
    """Whether this is the PIN of the user's known device.

    The try is counted before it is judged: however many come at once, no more than five are judged.
    """
    device = find_device(token)
    if device is None or device.user_id != user.id or not is_pin(pin):
        return False
    open_device = Device.objects.filter(id=device.id, failed_pins__lt=WRONG_PINS, revoked_at=None)
    if not open_device.update(failed_pins=F("failed_pins") + 1):
        return False
    if not check_password(pin, open_pin_hash(device.id, device.pin_hash)):
        return False
    Device.objects.filter(id=device.id).update(failed_pins=0, last_used_at=timezone.now())
    return True


def change_pin(device: Device, pin: str) -> None:
    """A new PIN, after a sign-in with the password; the device is open again."""
    sealed = seal_pin_hash(device.id, make_password(pin))
    Device.objects.filter(id=device.id).update(pin_hash=sealed, failed_pins=0)


def open_device_again(device: Device) -> None:
    """Forget the wrong PINs: the user has just signed in with the password."""
    Device.objects.filter(id=device.id).update(failed_pins=0)


def revoke_device(device_id: uuid.UUID, *, user_id: uuid.UUID) -> bool:
    """Know a device no longer and end what runs on it; False when it is not this user's, or was taken back before."""
    rows = Device.objects.filter(id=device_id, user_id=user_id, revoked_at=None)
    if not rows.update(revoked_at=timezone.now()):
        return False
    end_sign_ins(SignIn.objects.filter(device_id=device_id), because="device")
    return True


def list_devices(user_id: uuid.UUID) -> tuple[DeviceCard, ...]:
    """The known devices of a user, the oldest first."""
    rows = Device.objects.filter(user_id=user_id, revoked_at=None).order_by("created_at")
    return tuple(DeviceCard(row.id, row.label, row.created_at, row.last_used_at, is_locked(row)) for row in rows)


def _is_date(pin: str) -> bool:
    """Six digits that read as a day: YYMMDD, DDMMYY, or as a month of a life, YYYYMM."""
    first, middle, last = int(pin[:2]), int(pin[2:4]), int(pin[4:])
    if 1 <= middle <= 12 and (1 <= last <= 31 or 1 <= first <= 31):
        return True
    return 1920 <= int(pin[:4]) <= 2099 and 1 <= last <= 12
