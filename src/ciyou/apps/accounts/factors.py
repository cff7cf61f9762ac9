"""Second factors: codes of an authenticator app (TOTP, RFC 6238) and recovery codes on paper."""

from __future__ import annotations

import datetime as dt
import hmac
import io
import secrets
import time
import uuid
from dataclasses import dataclass

import qrcode
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.db import transaction
from django.utils import timezone
from qrcode.image.svg import SvgPathImage

from ciyou.apps.accounts.models import SecondFactor, User
from ciyou.apps.accounts.sealing import new_code, open_factor, plain_code, seal_factor

STEP_SECONDS = 30
DIGITS = 6
# A clock that is half a minute wrong is common on cheap phones.
TOLERATED_STEPS = (0, -1, 1)
RECOVERY_CODES = 8
_ISSUER = "Ciyou"
_RECOVERY_GROUPS = 3


@dataclass(frozen=True)
class FactorCard:
    """One second factor as its owner's page shows it; the recovery codes that are left count as one."""

    id: uuid.UUID
    kind: str
    label: str
    created_at: dt.datetime
    last_used_at: dt.datetime | None


def new_totp_secret() -> bytes:
    """A secret for an authenticator app; nothing is kept before the first right code (`add_totp`)."""
    return secrets.token_bytes(20)


def totp_address(user: User, secret: bytes) -> str:
    """What the picture says to an authenticator app."""
    return _totp(secret).get_provisioning_uri(user.username, _ISSUER)


def totp_picture(address: str) -> bytes:
    """The address as a QR code (SVG)."""
    made = qrcode.make(address, image_factory=SvgPathImage, box_size=12, border=2)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def add_totp(user: User, *, secret: bytes, code: str, label: str = "") -> bool:
    """Keep an authenticator app after its first right code; False when the code is wrong."""
    step = _matching_step(secret, code)
    if step is None:
        return False
    now = timezone.now()
    SecondFactor.objects.create(
        user=user,
        kind="totp",
        label=label[:64],
        secret=seal_factor(user.id, "totp", secret),
        last_counter=step,
        created_at=now,
        last_used_at=now,
    )
    return True


def check_totp(user: User, code: str) -> bool:
    """Whether a code is right now for one of the user's apps, and has not been used before."""
    for factor in SecondFactor.objects.filter(user=user, kind="totp"):
        step = _matching_step(open_factor(user.id, "totp", factor.secret), code)
        if step is not None and _use_step(factor, step):
            return True
    return False


def check_recovery_code(user: User, code: str) -> bool:
    """Whether this is one of the user's recovery codes that has not been used; it is used up."""
    typed = plain_code(code).encode()
    for factor in SecondFactor.objects.filter(user=user, kind="recovery", last_used_at=None):
        if hmac.compare_digest(open_factor(user.id, "recovery", factor.secret), typed):
            unused = SecondFactor.objects.filter(id=factor.id, last_used_at=None)
            return unused.update(last_used_at=timezone.now()) == 1
    return False


def new_recovery_codes(user: User) -> tuple[str, ...]:
    """Eight fresh recovery codes, shown once; the older ones end."""
    codes = tuple(new_code(_RECOVERY_GROUPS) for _ in range(RECOVERY_CODES))
    now = timezone.now()
    with transaction.atomic():
        SecondFactor.objects.filter(user=user, kind="recovery").delete()
        SecondFactor.objects.bulk_create(
            SecondFactor(
                user=user, kind="recovery", secret=seal_factor(user.id, "recovery", code.encode()), created_at=now
            )
            for code in codes
        )
    return codes


def list_factors(user_id: uuid.UUID) -> tuple[FactorCard, ...]:
    """The apps and passkeys of a user, the oldest first."""
    rows = SecondFactor.objects.filter(user_id=user_id).exclude(kind="recovery").order_by("created_at")
    return tuple(FactorCard(row.id, row.kind, row.label, row.created_at, row.last_used_at) for row in rows)


def recovery_codes_left(user_id: uuid.UUID) -> int:
    """How many recovery codes a user has not used."""
    return SecondFactor.objects.filter(user_id=user_id, kind="recovery", last_used_at=None).count()


def has_factor(user: User) -> bool:
    """Whether the user has an app or a passkey."""
    return SecondFactor.objects.filter(user=user).exclude(kind="recovery").exists()


def remove_every_factor(user: User) -> None:
    """Forget all factors and recovery codes: what was lost must not open anything."""
    SecondFactor.objects.filter(user=user).delete()


def _totp(secret: bytes) -> TOTP:
    # SHA-1 and 30 seconds are what every authenticator app understands; the use in HMAC is not touched by its collisions.
    return TOTP(secret, DIGITS, SHA1(), STEP_SECONDS)


def _matching_step(secret: bytes, code: str) -> int | None:
    typed = "".join(code.split())
    if len(typed) != DIGITS or not (typed.isascii() and typed.isdigit()):
        return None
    totp, now = _totp(secret), int(time.time()) // STEP_SECONDS
    for shift in TOLERATED_STEPS:
        if hmac.compare_digest(totp.generate((now + shift) * STEP_SECONDS), typed.encode()):
            return now + shift
    return None


def _use_step(factor: SecondFactor, step: int) -> bool:
    unused = SecondFactor.objects.filter(id=factor.id, last_counter__lt=step)
    return unused.update(last_counter=step, last_used_at=timezone.now()) == 1
