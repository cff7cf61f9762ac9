"""Months that were paid and applications that were decided, as rows: for figures worked out by hand. Nobody exists."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid

from django.utils import timezone

from ciyou.apps.awards.models import Application, ApplicationStep, Award
from ciyou.apps.disbursement.models import Hold, MonthChange, MonthRun, PaidMonth, Payment, PaymentLine
from tests.office import COUNTY, make_person

ORPHAN, DE_FACTO, HIV = "orphan_living_allowance", "de_facto_living_allowance", "hiv_living_allowance"
_numbers = itertools.count(1)


def a_run(month: str = "2026-03", *, county: str = COUNTY, series: str = "children_living", state: str = "closed"):
    """A run of a county that three people stand behind."""
    return MonthRun.objects.create(
        county=county, series=series, month=dt.date.fromisoformat(f"{month}-01"),
        cutoff_on=dt.date.fromisoformat(f"{month}-01"), state=state, drafted_by="a", reviewed_by="b", approved_by="c",
        begun_at=timezone.now(),
    )  # fmt: skip


def an_award(person, *, entitlement: str = ORPHAN, decided: str = "2026-01-05", **fields) -> Award:
    """An award of a child, in its own place."""
    return Award.objects.create(
        **{
            "person": person, "identity": f"file:{person.id.hex}", "entitlement": entitlement, "division": person.division,
            "series": "children_living", "amount_fen": 135_000, "first_month": dt.date(2026, 1, 1),
            "awarded_on": dt.date.fromisoformat(decided), "awarded_by": "c", **fields,
        }
    )  # fmt: skip


def paid(run, award, *, state: str = "paid", reissue_of=None, on: str = "2026-03-20", collective=False, **kinds: int):
    """What a run pays for an award, by kind of line in fen (135000 of the month itself where nothing is said)."""
    kinds = kinds or {"current": 135_000}
    number = next(_numbers)
    payment = Payment.objects.create(
        run=run, person=award.person, sequence=number, number=f"t{number}", division=award.division,
        amount_fen=sum(kinds.values()), account=b"", state=state, reissue_of=reissue_of, collective=collective,
        settled_on=dt.date.fromisoformat(on) if state in ("paid", "failed") else None,
    )  # fmt: skip
    months = [run.month, dt.date(2025, 1, 1), dt.date(2025, 2, 1)]
    for (kind, fen), month in zip(kinds.items() if reissue_of is None else (), months, strict=False):
        claim, _made = PaidMonth.objects.get_or_create(
            identity=award.identity, entitlement=award.entitlement, month=month, defaults={"award": award}
        )
        PaymentLine.objects.create(payment=payment, claim=claim, kind=kind, amount_fen=fen)
    return payment


def pay_children(run, count: int, *, division: str, entitlement: str = ORPHAN, restricted=False, **more) -> list[Award]:
    """So many new children of a place, each paid by a run."""
    awards = [
        an_award(
            make_person(division=division, restricted=restricted),
            entitlement=entitlement,
            sensitivity=5 if entitlement == HIV else 3,
        )
        for _ in range(count)
    ]
    for award in awards:
        paid(run, award, **more)
    return awards


def hold(run, award, reason: str = "account_missing", fen: int = 135_000) -> None:
    """An award that a run does not pay."""
    Hold.objects.create(run=run, award=award, person=award.person, reason=reason, stage="draft", amount_fen=fen)


def new_in(run, award) -> None:
    """An award that the list of changes of a run names as new."""
    MonthChange.objects.create(
        run=run, award=award, person=award.person, kind="new", cause="decision", before_fen=0, after_fen=135_000
    )


def applied(*, division: str, received: str, entitlement: str = DE_FACTO, opinion: str = "agree", **days: str):
    """An application with the days of its steps: `check`, `decide`, `tell`, `withdraw`; `outcome` approve | refuse."""
    outcome = days.pop("outcome", "approve")
    person, number = make_person(division=division), next(_numbers)
    states = {"approve": "approved", "refuse": "refused"}
    state = "withdrawn" if "withdraw" in days else states[outcome] if "decide" in days else "received"
    row = Application.objects.create(
        id=uuid.uuid4(), number=f"n{number}", county=division[:6].ljust(12, "0"), year=2026, sequence=number, code_hash="",
        person=person, entitlement=entitlement, division=division, received_in=division, channel="guardian", state=state,
        content=b"", received_on=dt.date.fromisoformat(received), received_by="d", created_at=timezone.now(),
        decided_on=dt.date.fromisoformat(days["decide"]) if "decide" in days else None,
    )  # fmt: skip
    said = {"check": opinion, "decide": outcome}
    began = received
    for step, day in (("receive", received), *days.items()):
        at = timezone.make_aware(dt.datetime.fromisoformat(f"{day}T00:30"))  # the day before, in UTC
        ApplicationStep.objects.create(
            application=row, step=step, outcome=said.get(step, ""), by="d", at=at, began_on=dt.date.fromisoformat(began)
        )
        began = day
    return row
