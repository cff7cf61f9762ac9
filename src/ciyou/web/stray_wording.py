"""Money that went into another child's account while two files were one, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from ciyou.apps.disbursement.strayed import StrayMonth
from ciyou.apps.registry.selectors import PersonCard
from ciyou.web.application_wording import AwardRow, month_words


@dataclass(frozen=True)
class StrayRow:
    """One month: whose it is, of which entitlement, paid in which month's run, how much, into which account ("": not shown)."""

    child: PersonCard
    entitlement: str
    month: str
    run: str
    amount_fen: int
    payee: str
    owner: PersonCard | None


def stray_rows(found: Iterable[StrayMonth], child: PersonCard, awards: Mapping[UUID, AwardRow]) -> list[StrayRow]:
    """The months with the name of the entitlement, by award."""
    return [
        StrayRow(
            child,
            awards[one.award_id].name,
            month_words(one.month.first_day),
            month_words(one.run.first_day),
            one.amount_fen,
            one.payee,
            one.owner,
        )
        for one in found
    ]


def owners_of(rows: Iterable[StrayRow]) -> set[str]:
    """The children whose accounts are named, for the record of what was shown."""
    return {str(row.owner.id) for row in rows if row.owner}
