"""What a referral holds under encryption: what is sent, what came back, and what is done after the return."""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict, dataclass

from ciyou.apps.audit.keys import keyring
from ciyou.vault.fields import decrypt_text, encrypt_text


@dataclass(frozen=True)
class ReferralContent:
    """What is sent: `fields` by code of the pack, frozen; `purpose` in words. `consent_by` with `consent_on`, or `emergency`: why it cannot wait."""

    purpose: str
    fields: dict[str, str]
    consent_by: str = ""
    consent_on: str = ""
    emergency: str = ""


@dataclass(frozen=True)
class ReplyContent:
    """What the receiver found."""

    findings: str = ""


@dataclass(frozen=True)
class ReturnPlan:
    """`advice` (a code of the pack) and `advised` are the receiver's; `what` with `next_on` the sender's plan after the return."""

    advice: str = ""
    advised: str = ""
    what: str = ""
    next_on: str = ""


def seal_content(referral_id: uuid.UUID, content: ReferralContent) -> bytes:
    """What is sent, encrypted for this referral."""
    return _seal(asdict(content), f"partners.referral:{referral_id}")


def open_content(referral_id: uuid.UUID, cipher: bytes) -> ReferralContent:
    """What is sent, in the clear."""
    return ReferralContent(**_open(cipher, f"partners.referral:{referral_id}"))


def seal_reply(referral_id: uuid.UUID, reply: ReplyContent) -> bytes:
    """What was found, encrypted for this referral."""
    return _seal(asdict(reply), f"partners.reply:{referral_id}")


def open_reply(referral_id: uuid.UUID, cipher: bytes | None) -> ReplyContent | None:
    """What was found, in the clear; None before a reply."""
    return None if cipher is None else ReplyContent(**_open(cipher, f"partners.reply:{referral_id}"))


def seal_plan(referral_id: uuid.UUID, plan: ReturnPlan) -> bytes:
    """The return plan, encrypted for this referral."""
    return _seal(asdict(plan), f"partners.plan:{referral_id}")


def open_plan(referral_id: uuid.UUID, cipher: bytes | None) -> ReturnPlan | None:
    """The return plan in the clear; None before a reply."""
    return None if cipher is None else ReturnPlan(**_open(cipher, f"partners.plan:{referral_id}"))


def seal_words(step_id: uuid.UUID, words: str) -> bytes | None:
    """The words of a step; None where it has none."""
    return encrypt_text(keyring(), words, context=f"partners.step:{step_id}") if words else None


def open_words(step_id: uuid.UUID, cipher: bytes | None) -> str:
    """The words of a step in the clear; "" where it has none."""
    return "" if cipher is None else decrypt_text(keyring(), bytes(cipher), context=f"partners.step:{step_id}")


def _seal(value: dict[str, object], context: str) -> bytes:
    return encrypt_text(keyring(), json.dumps(value, ensure_ascii=False), context=context)


def _open(cipher: bytes, context: str) -> dict[str, str]:
    return json.loads(decrypt_text(keyring(), bytes(cipher), context=context))
