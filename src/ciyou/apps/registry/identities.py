"""By what a child is known to be one and the same when it is paid, wherever it is on file; and who is named for a case."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone

from ciyou.apps.audit.wall import walled
from ciyou.apps.registry.models import Identifier, NamedAccess, PayeeAccount
from ciyou.core.access.actor import LOCAL_OPERATOR

ID_CARD = "id_card"
BY_FILE = "file:"
IN_NEED = "break_glass"


def identities_of(person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """By person: the keyed index of the ID number, else `file:` with the file's id. It says nothing of the number itself."""
    wanted = list(person_ids)
    with walled(LOCAL_OPERATOR):
        rows = Identifier.objects.filter(person_id__in=wanted, kind=ID_CARD, ended_at=None).exclude(blind="")
        numbers = dict(rows.order_by("id").values_list("person_id", "blind"))
    return {person: numbers.get(person) or f"{BY_FILE}{person.hex}" for person in wanted}


def named_users(person_id: uuid.UUID) -> frozenset[str]:
    """The users who are named workers of a person's case now: to whom its protected work may be given.

    Whoever opened the file in need for some hours is none: they looked, and the case is not theirs.
    """
    now = timezone.now()
    with walled(LOCAL_OPERATOR):
        rows = NamedAccess.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), person_id=person_id)
        rows = rows.exclude(why=IN_NEED)
        return frozenset(rows.values_list("user_id", flat=True))


def has_payee(person_id: uuid.UUID) -> bool:
    """Whether an account that money for this child is paid to is on file; not which."""
    with walled(LOCAL_OPERATOR):
        return PayeeAccount.objects.filter(person_id=person_id, ended_at=None).exists()
