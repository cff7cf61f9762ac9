"""The lines of a part, written by the database itself: children in the same situation share a plan, and only the plan is sent.

A month may have a million lines and a few hundred plans.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import connection

from ciyou.apps.disbursement.preparing import DrawnChild, DrawnLines
from ciyou.apps.disbursement.storing import Row, arrays_of, hexed
from ciyou.apps.registry.hex_ids import HexId


@dataclass(frozen=True)
class Given:
    """A small table that a statement is given: its name, and its columns with their types on PostgreSQL."""

    name: str
    columns: tuple[tuple[str, str], ...]

    def expression(self) -> str:
        names = ", ".join(name for name, _kind in self.columns)
        if connection.vendor == "postgresql":
            arrays = ", ".join(f"%s::{kind}[]" for _name, kind in self.columns)
            return f"{self.name}({names}) AS (SELECT * FROM unnest({arrays}))"
        parts = ", ".join(f"json_extract(value, '$[{place}]')" for place in range(len(self.columns)))
        return f"{self.name}({names}) AS MATERIALIZED (SELECT {parts} FROM json_each(%s))"

    def values(self, rows: Sequence[Row]) -> list[object]:
        if connection.vendor == "postgresql":
            return arrays_of(self.columns, rows)
        return [json.dumps(rows)]


AWARDS = Given(
    "drawn", (("payment", "uuid"), ("award", "uuid"), ("identity", "text"), ("entitlement", "text"), ("plan", "int"))
)
PLANS = Given(
    "planned", (("plan", "int"), ("month", "date"), ("kind", "text"), ("fen", "bigint"), ("claimed", "boolean"))
)
# The order of the joins is told to SQLite, which does not know how small the given tables are.
_EACH_LINE = "FROM drawn CROSS JOIN planned"
_ITS_CLAIM = "CROSS JOIN disbursement_paidmonth claim"
_OF_PLAN = "planned.plan = drawn.plan"
_OF_AWARD = "claim.award_id = drawn.award AND claim.month = planned.month"
_LINE = "payment_id, claim_id, kind, amount_fen"
_FOUND = "lines_to_draw"


@dataclass
class Drawing:
    """What is drawn for some children: a row for each award with its payment and its plan, and each plan's lines once."""

    awards: list[Row] = field(default_factory=list)
    plans: list[Row] = field(default_factory=list)
    lines: int = 0
    new: int = 0
    """How many of the lines are of months that nobody claimed when they were prepared."""
    _numbers: dict[int, tuple[int, int, DrawnLines]] = field(default_factory=dict)
    """By the id of its lines a plan's number, and how many of its lines are new."""

    @classmethod
    def of(cls, children: Iterable[DrawnChild]) -> Drawing:
        made = cls()
        for child in children:
            for award in child.awards:
                plan, new, lines = made._number(award.lines)
                made.awards.append((child.payment_id, award.award_id, award.identity, award.entitlement, plan))
                made.lines += len(lines)
                made.new += new
        return made

    def _number(self, lines: DrawnLines) -> tuple[int, int, DrawnLines]:
        if id(lines) not in self._numbers:
            number = len(self._numbers)
            self._numbers[id(lines)] = number, sum(not claimed for _day, _kind, _fen, claimed in lines), lines
            self.plans += [(number, *line) for line in lines]
        return self._numbers[id(lines)]

    def claim(self) -> int:
        """Claim the months that nobody has; how many were claimed. What another award has stays its own."""
        return self._run(
            "INSERT INTO disbursement_paidmonth (award_id, identity, entitlement, month, paid_fen, waived_fen) "
            f"{_given()} SELECT drawn.award, drawn.identity, drawn.entitlement, planned.month, 0, 0 {_EACH_LINE} "
            f"WHERE {_OF_PLAN} AND NOT planned.claimed ON CONFLICT DO NOTHING"
        )

    def taken(self) -> set[tuple[HexId, str]]:
        """Of these lines the months that another award has claimed: (award, the month's first day)."""
        rows = self._rows(
            f"{_given()} SELECT drawn.award, planned.month {_EACH_LINE} WHERE {_OF_PLAN} AND NOT EXISTS "
            f"(SELECT 1 FROM disbursement_paidmonth claim WHERE {_OF_AWARD})"
        )
        return {(hexed(award), str(month)) for award, month in rows}

    def draw(self) -> int:
        """Write the lines of months that are claimed, and add them to what is paid of these; how many lines there are.

        The claims are looked up once for both.
        """
        if connection.vendor == "postgresql":
            return self._run(
                f"{_given()}, found AS ("
                "UPDATE disbursement_paidmonth claim SET paid_fen = paid_fen + planned.fen FROM drawn, planned "
                f"WHERE {_OF_PLAN} AND {_OF_AWARD} RETURNING drawn.payment, claim.id, planned.kind, planned.fen) "
                f"INSERT INTO disbursement_paymentline ({_LINE}) SELECT payment, id, kind, fen FROM found"
            )
        with connection.cursor() as cursor:
            # Measured: with one index it is three quarters of the time that two statements take which look them up themselves.
            cursor.execute(
                f"CREATE TEMP TABLE IF NOT EXISTS {_FOUND} (claim_id INTEGER PRIMARY KEY, payment_id, kind, fen)"
            )
            cursor.execute(f"DELETE FROM {_FOUND}")
        self._run(
            f"INSERT INTO {_FOUND} (claim_id, payment_id, kind, fen) {_given()} "
            f"SELECT claim.id, drawn.payment, planned.kind, planned.fen {_EACH_LINE} {_ITS_CLAIM} "
            f"WHERE {_OF_PLAN} AND {_OF_AWARD}"
        )
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO disbursement_paymentline ({_LINE}) SELECT payment_id, claim_id, kind, fen FROM {_FOUND}"
            )
            written = int(cursor.rowcount)
            cursor.execute(
                f"UPDATE disbursement_paidmonth SET paid_fen = paid_fen + (SELECT fen FROM {_FOUND} WHERE claim_id = id) "
                f"WHERE id IN (SELECT claim_id FROM {_FOUND})"
            )
        return written

    def _values(self) -> list[object]:
        return [*AWARDS.values(self.awards), *PLANS.values(self.plans)]

    def _run(self, statement: str) -> int:
        if not self.awards:
            return 0
        with connection.cursor() as cursor:
            cursor.execute(statement, self._values())
            return int(cursor.rowcount)

    def _rows(self, statement: str) -> list[Row]:
        with connection.cursor() as cursor:
            cursor.execute(statement, self._values())
            return list(cursor.fetchall())


def _given() -> str:
    # Behind INSERT and UPDATE, not before them: SQLite's driver counts the rows only of statements that begin with these words.
    return f"WITH {AWARDS.expression()}, {PLANS.expression()}"
