"""Where money for a child is paid to: encrypted, its card number checked, shown masked, revealed with a record."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from ciyou.apps.audit.keys import keyring
from ciyou.apps.audit.services import record_action, record_disclosure
from ciyou.apps.registry.checks import check_may, check_purpose, find_for_work, find_person
from ciyou.apps.registry.identifying import mask_identifier
from ciyou.apps.registry.incoming import PersonId
from ciyou.apps.registry.models import PayeeAccount
from ciyou.apps.registry.refusals import person_not_found, refused
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.access.roles import Action
from ciyou.core.errors import RecordError
from ciyou.core.linkage.identity import clean_id_text
from ciyou.vault.fields import blind_index, decrypt_text, encrypt_text


@dataclass(frozen=True)
class MaskedAccount:
    """An account as a page shows it."""

    id: int
    holder: str
    bank: str
    masked: str
    recorded_at: dt.datetime


def record_payee(actor: Actor, *, person_id: PersonId, holder: str, bank: str, number: str) -> int:
    """Put a bank card on a child's file; the one before ends. The same account twice is one.

    Raises RecordError with everything that is missing, and when the card number cannot be one.
    """
    check_may(actor, Action.REGISTER)
    content = _checked(holder.strip(), bank.strip(), clean_id_text(number))
    digits = content["number"]
    with transaction.atomic():
        person = find_for_work(actor, person_id)
        now = timezone.now()
        standing = PayeeAccount.objects.filter(person=person, ended_at=None)
        for row in standing:
            if open_account(row) == content:
                return row.id
        standing.update(ended_at=now)
        row = PayeeAccount.objects.create(
            person=person,
            cipher=seal_account(person.id, content),
            blind=blind_index(keyring(), field="payee_account", value=digits),
            recorded_at=now,
            recorded_by=actor.id,
        )
        record_action(actor, action="record_payee", subject=str(person.id), persons=[str(person.id)], highest_class=3)
    return row.id


def _checked(holder: str, bank: str, digits: str) -> dict[str, str]:
    problems = []
    if not holder:
        problems.append(
            refused("card_holder", "请填写户名，与存折或卡上一致。", "Fill in the holder as on the card or passbook.")
        )
    if not bank:
        problems.append(refused("card_bank", "请填写开户银行。", "Fill in the bank."))
    if not is_card_number(digits):
        problems.append(
            refused(
                "card_number",
                "银行卡号的校验位不对；请对照卡面重新填写 16 至 19 位卡号。",
                "The check digit of this card number does not fit; fill in its 16 to 19 digits again from the card.",
            )
        )
    if problems:
        raise RecordError([one for error in problems for one in error.problems])
    return {"holder": holder, "bank": bank, "number": digits}


@dataclass(frozen=True)
class EndedAccount:
    """An account that money went to before."""

    holder: str
    bank: str
    masked: str
    recorded_at: dt.datetime
    ended_at: dt.datetime


def earlier_payees(actor: Actor, *, person_id: PersonId, purpose: Purpose) -> tuple[EndedAccount, ...]:
    """The accounts that were replaced, masked, the latest first."""
    person = find_person(actor, person_id, purpose)
    found = []
    for row in PayeeAccount.objects.filter(person=person).exclude(ended_at=None).order_by("-ended_at", "-id"):
        content = open_account(row)
        masked = mask_identifier("account", content["number"])
        found.append(EndedAccount(content["holder"], content["bank"], masked, row.recorded_at, row.ended_at))
    return tuple(found)


def payee_of(actor: Actor, *, person_id: PersonId, purpose: Purpose) -> MaskedAccount | None:
    """The account that stands now, masked."""
    person = find_person(actor, person_id, purpose)
    row = PayeeAccount.objects.filter(person=person, ended_at=None).first()
    if row is None:
        return None
    content = open_account(row)
    masked = mask_identifier("account", content["number"])
    return MaskedAccount(row.id, content["holder"], content["bank"], masked, row.recorded_at)


def reveal_account(actor: Actor, *, account_id: int, purpose: Purpose, origin: str = "") -> str:
    """The number in the clear, for a purpose that goes on record."""
    check_may(actor, Action.REVEAL)
    check_purpose(actor, purpose)
    with transaction.atomic():
        row = PayeeAccount.objects.filter(id=account_id, ended_at=None).first()
        if row is None:
            raise person_not_found()
        person = find_person(actor, row.person_id, purpose)
        record_disclosure(
            actor,
            purpose=purpose,
            action="reveal_account",
            persons=[str(person.id)],
            fields=["payee_account"],
            highest_class=3,
            origin=origin,
            subject=str(person.id),
        )
    return open_account(row)["number"]


def is_card_number(digits: str) -> bool:
    """Whether 16 to 19 digits carry the check digit of ISO/IEC 7812-1 (Luhn)."""
    if not (digits.isascii() and digits.isdigit() and 16 <= len(digits) <= 19) or len(set(digits)) == 1:
        return False
    doubled = digits[-2::-2].translate(_DOUBLED)
    return sum(map(int, digits[-1::-2] + doubled)) % 10 == 0


_DOUBLED = str.maketrans("0123456789", "0246813579")
"""By a digit the digit sum of twice its value."""


def seal_account(person_id: UUID, content: dict[str, str]) -> bytes:
    """Holder, bank and number, encrypted for this person."""
    return encrypt_text(keyring(), json.dumps(content, ensure_ascii=False), context=f"registry.payee:{person_id}")


def open_account(row: PayeeAccount) -> dict[str, str]:
    """What an account's row holds."""
    found: dict[str, str] = json.loads(decrypt_text(keyring(), row.cipher, context=f"registry.payee:{row.person_id}"))
    return found
