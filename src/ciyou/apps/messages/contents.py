"""A user's mailbox or telephone number under encryption."""

from __future__ import annotations

import uuid

from ciyou.apps.audit.keys import keyring
from ciyou.apps.messages.models import MessageChoice
from ciyou.vault.fields import decrypt_text, encrypt_text


def seal_address(choice_id: uuid.UUID, address: str) -> bytes:
    """An address, encrypted for its choice."""
    return encrypt_text(keyring(), address, context=f"messages.address:{choice_id}")


def open_address(choice: MessageChoice) -> str:
    """The address in the clear, to send to or to show to whoever it belongs to."""
    return decrypt_text(keyring(), bytes(choice.address), context=f"messages.address:{choice.id}")
