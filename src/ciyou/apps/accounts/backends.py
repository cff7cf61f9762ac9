"""How a user can prove to be who they say, each through Django's `authenticate`, so that wrong tries are counted in one place.

The password itself is checked by Django's own backend. Every backend answers a user or None, never why not.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from ciyou.apps.accounts.codes import take_code
from ciyou.apps.accounts.devices import check_pin
from ciyou.apps.accounts.factors import check_recovery_code, check_totp
from ciyou.apps.accounts.models import User
from ciyou.apps.accounts.passkeys import check_passkey


class _ByKeyword(BaseBackend):
    """A proof beside the name: the name is what wrong tries are counted by."""

    def get_user(self, user_id: uuid.UUID) -> User | None:
        return User.objects.filter(id=user_id, is_active=True).first()

    @staticmethod
    def _named(username: str) -> User | None:
        return User.objects.filter(username=username, is_active=True).first()


class SecondFactorBackend(_ByKeyword):
    """A code of an authenticator app, or one of the recovery codes."""

    def authenticate(self, request: HttpRequest | None, username: str, factor_code: str) -> User | None:
        user = self._named(username)
        return user if user and (check_totp(user, factor_code) or check_recovery_code(user, factor_code)) else None


class PasskeyBackend(_ByKeyword):
    """A passkey's signature over the challenge of this session."""

    def authenticate(
        self, request: HttpRequest | None, username: str, passkey_answer: dict[str, Any], passkey_state: dict[str, Any]
    ) -> User | None:
        user = self._named(username)
        return user if user and check_passkey(user, answer=passkey_answer, state=passkey_state) else None


class PinBackend(_ByKeyword):
    """The PIN of a known device."""

    def authenticate(
        self, request: HttpRequest | None, username: str, device_token: str, device_pin: str
    ) -> User | None:
        user = self._named(username)
        return user if user and check_pin(user, token=device_token, pin=device_pin) else None


class OneTimeCodeBackend(_ByKeyword):
    """A code that was handed over in person, for one purpose."""

    def authenticate(
        self, request: HttpRequest | None, username: str, handed_code: str, code_kinds: tuple[str, ...]
    ) -> User | None:
        user = self._named(username)
        return user if user and take_code(user, typed=handed_code, kinds=code_kinds) else None
