"""The account of a payment as it stood when it was drafted: encrypted for that one payment."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from json.encoder import encode_basestring

from django.db.models import QuerySet

from ciyou.apps.audit.keys import keyring
from ciyou.apps.disbursement.models import CollectivePayee
from ciyou.apps.registry.paying import Account
from ciyou.vault.fields import decrypt_text, encrypt_text
from ciyou.vault.keyring import Keyring


@dataclass(frozen=True, slots=True)
class Payee:
    """Into which account a payment goes. `account_id`: the row it was taken from, for a child's own account."""

    holder: str
    bank: str
    number: str
    account_id: int | None = None
    collective: bool = False


def payee_of_account(account: Account) -> Payee:
    """A child's own account."""
    return Payee(account.holder, account.bank, account.number, account.id)


def seal_snapshot(payment_id: object, payee: Payee, ring: Keyring | None = None) -> bytes:
    """An account, encrypted for this payment (or this collective account). `payment_id` with hyphens; `ring`: the keys, for whoever seals many."""
    # Written out: `json.dumps` makes an encoder for every payment, which takes longer than the encryption.
    holder, bank, number = map(encode_basestring, (payee.holder, payee.bank, payee.number))
    text = f'{{"holder": {holder}, "bank": {bank}, "number": {number}}}'
    return encrypt_text(ring or keyring(), text, context=f"disbursement.account:{payment_id}")


def open_snapshot(payment_id: object, cipher: bytes, ring: Keyring | None = None) -> Payee:
    """The account again."""
    content = json.loads(decrypt_text(ring or keyring(), bytes(cipher), context=f"disbursement.account:{payment_id}"))
    return Payee(content["holder"], content["bank"], content["number"])


def standing_payees(county: str) -> QuerySet[CollectivePayee]:
    """The children whose money goes to an institution's account of this county that stands now.

    Of this county only: a child that moved is not paid into the account of the institution that it has left.
    """
    return CollectivePayee.objects.filter(account__county=county, account__ended_at=None)


def open_snapshot_of(row: CollectivePayee) -> Payee:
    """The collective account of a child."""
    return replace(open_snapshot(row.account.id, row.account.account), collective=True)


def masked(number: str) -> str:
    """An account number as pages show it: its last four digits."""
    return f"**** {number[-4:]}" if len(number) > 4 else "****"
