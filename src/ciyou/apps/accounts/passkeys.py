"""Passkeys (WebAuthn): a key in a phone, computer or token that signs this site's challenge."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    UserVerificationRequirement,
)

from ciyou.apps.accounts.models import SecondFactor, User
from ciyou.apps.accounts.sealing import open_factor, seal_factor

_NAME = "Ciyou 慈幼"
_KIND = "passkey"
_WRONG = (ValueError, KeyError, TypeError, AttributeError)


def site_of(host: str) -> str:
    """The site's name for passkeys from the Host header; "" where there can be none (a bare address has no passkeys)."""
    name = host.rsplit(":", 1)[0].strip("[]")
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name
    return ""


def begin_passkey(user: User, *, site: str) -> tuple[str, dict[str, Any]]:
    """What the browser needs to make a passkey (JSON), and the state to keep in the session until it answers."""
    entity = PublicKeyCredentialUserEntity(id=user.id.bytes, name=user.username, display_name=user.username)
    options, state = _server(site).register_begin(
        entity, _credentials(user), user_verification=UserVerificationRequirement.PREFERRED
    )
    return json.dumps(dict(options)), {**state, "site": site}


def add_passkey(user: User, *, answer: Mapping[str, Any], state: Mapping[str, Any], label: str = "") -> bool:
    """Keep the passkey that the browser made; False when its answer does not fit."""
    try:
        made = _server(state["site"]).register_complete(dict(state), dict(answer))
    except _WRONG:
        return False
    credential = made.credential_data
    if credential is None:
        return False
    now = timezone.now()
    SecondFactor.objects.create(
        user=user,
        kind=_KIND,
        label=label[:64],
        secret=seal_factor(user.id, _KIND, bytes(credential)),
        credential_id=websafe_encode(credential.credential_id),
        last_counter=made.counter,
        created_at=now,
        last_used_at=now,
    )
    return True


def begin_passkey_proof(user: User, *, site: str) -> tuple[str, dict[str, Any]] | None:
    """What the browser needs to sign with one of the user's passkeys, and the state to keep; None when there is none here."""
    credentials = _credentials(user) if site else []
    if not credentials:
        return None
    options, state = _server(site).authenticate_begin(
        credentials, user_verification=UserVerificationRequirement.PREFERRED
    )
    return json.dumps(dict(options)), {**state, "site": site}


def check_passkey(user: User, *, answer: Mapping[str, Any], state: Mapping[str, Any]) -> bool:
    """Whether one of the user's passkeys signed the challenge; a key whose count goes back is a copy and refused."""
    try:
        used = _server(state["site"]).authenticate_complete(dict(state), _credentials(user), dict(answer))
        counter = AuthenticationResponse.from_dict(dict(answer)).response.authenticator_data.counter
    except _WRONG:
        return False
    rows = SecondFactor.objects.filter(user=user, kind=_KIND, credential_id=websafe_encode(used.credential_id))
    if counter:
        rows = rows.filter(last_counter__lt=counter)
    return rows.update(last_counter=counter, last_used_at=timezone.now()) == 1


def _server(site: str) -> Fido2Server:
    return Fido2Server(PublicKeyCredentialRpEntity(id=site, name=_NAME))


def _credentials(user: User) -> list[AttestedCredentialData]:
    rows = SecondFactor.objects.filter(user=user, kind=_KIND)
    return [AttestedCredentialData(open_factor(user.id, _KIND, row.secret)) for row in rows]
