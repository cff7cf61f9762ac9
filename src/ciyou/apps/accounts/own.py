"""What users do about their own account: password, factors, devices, and proving again that it is they."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib.auth import authenticate
from django.db import transaction
from django.http import HttpRequest

from ciyou.apps.accounts.codes import make_code
from ciyou.apps.accounts.devices import revoke_device
from ciyou.apps.accounts.factors import add_totp, has_factor, new_recovery_codes
from ciyou.apps.accounts.models import SecondFactor, SignIn
from ciyou.apps.accounts.passkeys import add_passkey
from ciyou.apps.accounts.posts import actor_of
from ciyou.apps.accounts.refusals import refuse
from ciyou.apps.accounts.sessions import end_sessions_of, mark_proved
from ciyou.apps.audit.services import record_action
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import ROLES


def change_password(sign_in: SignIn, actor: Actor, *, new_password: str) -> None:
    """Another password from now on (checked before); every other session of the user ends."""
    with transaction.atomic():
        sign_in.user.set_password(new_password)
        sign_in.user.save(update_fields=["password"])
        end_sessions_of(sign_in.user_id, because="password", but=sign_in.id)
        record_action(actor, action="change_password")


def prove_again(request: HttpRequest, sign_in: SignIn, *, password: str, device_token: str) -> bool:
    """Whether the password (or the PIN, for who came in with one) is right; wrong tries count like any others."""
    username = sign_in.user.username
    if sign_in.method == "pin":
        user = authenticate(request, username=username, device_token=device_token, device_pin=password)
    else:
        user = authenticate(request, username=username, password=password)
    if user is None or user.pk != sign_in.user_id:
        return False
    mark_proved(sign_in)
    return True


def keep_app(sign_in: SignIn, actor: Actor, *, secret: bytes, code: str, label: str) -> tuple[str, ...] | None:
    """One more authenticator app; the first factor also brings recovery codes. None when the code is wrong."""
    first = not has_factor(sign_in.user)
    with transaction.atomic():
        if not add_totp(sign_in.user, secret=secret, code=code, label=label):
            return None
        record_action(actor, action="add_factor", details={"kind": "totp"})
        return new_recovery_codes(sign_in.user) if first else ()


def keep_passkey(
    sign_in: SignIn, actor: Actor, *, answer: Mapping[str, Any], state: Mapping[str, Any], label: str
) -> tuple[str, ...] | None:
    """One more passkey; None when the browser's answer does not fit."""
    first = not has_factor(sign_in.user)
    with transaction.atomic():
        if not add_passkey(sign_in.user, answer=answer, state=state, label=label):
            return None
        record_action(actor, action="add_factor", details={"kind": "passkey"})
        return new_recovery_codes(sign_in.user) if first else ()


def renew_recovery_codes(sign_in: SignIn, actor: Actor) -> tuple[str, ...]:
    """Eight fresh recovery codes; the older ones end."""
    with transaction.atomic():
        record_action(actor, action="renew_recovery_codes")
        return new_recovery_codes(sign_in.user)


def remove_factor(sign_in: SignIn, actor: Actor, *, factor_id: uuid.UUID) -> None:
    """Remove one of one's factors; the last one stays while a post needs one. Every other session ends."""
    factors = SecondFactor.objects.filter(user_id=sign_in.user_id).exclude(kind="recovery")
    with transaction.atomic():
        last = not factors.exclude(id=factor_id).exists()
        if last and _needs_factor(sign_in):
            raise refuse("last_factor")
        removed, _per_model = factors.filter(id=factor_id).delete()
        if removed:
            end_sessions_of(sign_in.user_id, because="factor", but=sign_in.id)
            record_action(actor, action="remove_factor")


def remove_device(sign_in: SignIn, actor: Actor, *, device_id: uuid.UUID) -> None:
    """Know one of one's own devices no longer (the phone is lost or sold)."""
    with transaction.atomic():
        if revoke_device(device_id, user_id=sign_in.user_id):
            record_action(actor, action="remove_device", subject=str(device_id))


def code_for_another_device(sign_in: SignIn, actor: Actor) -> str:
    """A code by which the user, already in, makes one more phone a known device; only for those who work with a PIN."""
    if _needs_factor(sign_in):
        raise refuse("no_device_needed")
    with transaction.atomic():
        record_action(actor, action="make_device_code")
        return make_code(sign_in.user, kind="device", made_by=actor.id)


def works_with_pin(sign_in: SignIn) -> bool:
    """Whether the user signs in on known devices instead of with a second factor."""
    return not _needs_factor(sign_in)


def _needs_factor(sign_in: SignIn) -> bool:
    running = [post for post in sign_in.user.posts.all() if actor_of(post) is not None]
    return any(ROLES[post.role].second_factor for post in running)
