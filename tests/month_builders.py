"""Children with awards, accounts and a month that is drafted, reviewed, approved and handed over. Nobody exists."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from dataclasses import dataclass, field

from django.utils import timezone

from ciyou.apps.awards.models import Award
from ciyou.apps.disbursement.computing import compute_run
from ciyou.apps.disbursement.handing import hand_over, take_file
from ciyou.apps.disbursement.models import MonthRun, Payment, PaymentLine
from ciyou.apps.disbursement.results import receive_result, take_results
from ciyou.apps.disbursement.runs import MonthWish, approve_run, begin_month, review_run
from ciyou.apps.entitlements.services import determine_children
from ciyou.apps.registry.models import PayeeAccount
from ciyou.apps.registry.payees import seal_account
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.awards.month import Month
from tests.office import file_child, make_actor

SICHUAN, FUJIAN = "511304000000", "350102000000"
SERIES = "children_living"
ORPHAN = {
    "father": {"dead": True},
    "mother": {"dead": True},
    "child": {"in_institution": False, "recognized_tekun": False},
}
_numbers = itertools.count(1)


def village_of(county: str) -> str:
    return county[:6] + "001001"


def card_number(number: int) -> str:
    """A card number that is right in form (ISO/IEC 7812) and belongs to nobody."""
    body = f"622848{number:012d}"
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(body))]
    total = sum(value - 9 if value > 9 else value for value in doubled)
    return body + str(-total % 10)


def with_account(child: uuid.UUID, number: str | None = None) -> str:
    """A bank card on a child's file; the one before ends."""
    digits = number or card_number(next(_numbers))
    now = timezone.now()
    PayeeAccount.objects.filter(person_id=child, ended_at=None).update(ended_at=now)
    content = {"holder": "代领人", "bank": "农村信用社", "number": digits}
    PayeeAccount.objects.create(
        person_id=child,
        cipher=seal_account(child, content),
        blind=f"{next(_numbers):064x}",
        recorded_at=now,
        recorded_by="local",
    )
    return digits


def award_to(
    child: uuid.UUID,
    *,
    county: str = SICHUAN,
    entitlement: str = "orphan_living_allowance",
    first: str = "2026-01",
    amount_fen: int = 135_000,
    **fields,
) -> Award:
    """An award that runs from a month on."""
    return Award.objects.create(
        **{
            "person_id": child,
            "identity": f"file:{child.hex}",
            "entitlement": entitlement,
            "series": SERIES,
            "division": village_of(county),
            "amount_fen": amount_fen,
            "first_month": Month.parse(first).first_day,
            "awarded_on": dt.date(2026, 1, 1),
            "awarded_by": "local",
            **fields,
        }
    )


def orphan(*, county: str = SICHUAN, key: str = "", account: bool = True, award: bool = True, **fields) -> uuid.UUID:
    """An orphan on file with its determination, its account and its award."""
    child = file_child(
        key, division=village_of(county), **{**ORPHAN, **fields.pop("facts", {})}, **fields.pop("filed", {})
    )
    determine_children(LOCAL_OPERATOR, child_ids=[child], as_of=timezone.localdate(), cause="load")
    if account:
        with_account(child)
    if award:
        award_to(child, county=county, **fields)
    return child


@dataclass
class Desk:
    """The three people of a county who pay a month."""

    county: str = SICHUAN
    drafter: Actor = field(init=False)
    reviewer: Actor = field(init=False)
    approver: Actor = field(init=False)

    def __post_init__(self) -> None:
        self.drafter, self.reviewer, self.approver = (
            make_actor(f"county_{role}", division=self.county) for role in ("drafter", "reviewer", "approver")
        )

    def begin(self, month: str = "2026-03") -> MonthRun:
        """A month whose draft is open and not computed."""
        wanted = Month.parse(month)
        wish = MonthWish(uuid.uuid4(), SERIES, wanted, wanted.first_day)
        return MonthRun.objects.get(id=begin_month(self.drafter, wish=wish, today=wanted.last_day))

    def draft(self, month: str = "2026-03") -> MonthRun:
        """A drafted month."""
        run = self.begin(month)
        compute_run(run.id)
        run.refresh_from_db()
        return run

    def approve(self, run: MonthRun) -> MonthRun:
        """The same month, reviewed and approved."""
        run.refresh_from_db()
        review_run(self.reviewer, run_id=run.id, version=run.version)
        run.refresh_from_db()
        approve_run(self.approver, run_id=run.id, version=run.version)
        run.refresh_from_db()
        return run

    def hand(self, run: MonthRun, layout: str = "one_card_csv") -> MonthRun:
        """The same month, handed to finance (once more)."""
        run.refresh_from_db()
        hand_over(self.approver, run_id=run.id, version=run.version, layout=layout)
        run.refresh_from_db()
        return run

    def pay(self, month: str = "2026-03") -> MonthRun:
        """A month that was paid to everybody in it and is closed."""
        run = self.hand(self.approve(self.draft(month)))
        self.answer(run)
        self.close(run)
        return run

    def answer(self, run: MonthRun, failed: dict[str, str] | None = None, **changed: str):
        """Import a result file: everything paid but the numbers of `failed` (number → reason)."""
        content = result_file(run, failed or {}, **changed)
        return take_results(receive_result(self.drafter, run_id=run.id, name="结果.csv", content=content))

    def close(self, run: MonthRun) -> None:
        from ciyou.apps.disbursement.runs import close_run

        run.refresh_from_db()
        close_run(self.drafter, run_id=run.id, version=run.version)
        run.refresh_from_db()

    def roster(self, run: MonthRun, number: int = 1, which: str = "roster") -> str:
        """The text of a roster."""
        return take_file(self.drafter, run_id=run.id, number=number, which=which).content.decode("gb18030")


def result_file(run: MonthRun, failed: dict[str, str], *, encoding: str = "utf-8") -> bytes:
    """What finance would answer for everything that is on its way."""
    rows = ["发放编号,发放月份,金额（元）,发放结果,失败原因"]
    for payment in Payment.objects.filter(run=run, state="sent").order_by("sequence"):
        said = f"失败,{failed[payment.number]}" if payment.number in failed else "成功,"
        rows.append(f"{payment.number},{run.month:%Y-%m},{payment.amount_fen / 100:.2f},{said}")
    return "\n".join(rows).encode(encoding)


def lines_of(run: MonthRun) -> list[tuple[str, str, int]]:
    """The lines of a run: (month, kind, fen), in order."""
    rows = PaymentLine.objects.filter(payment__run=run).order_by("claim__month", "kind")
    return [
        (f"{month:%Y-%m}", kind, fen) for month, kind, fen in rows.values_list("claim__month", "kind", "amount_fen")
    ]
