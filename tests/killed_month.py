# ruff: noqa: E402  # Django must be set up for the state folder of this run before its models are imported
"""The program that test_disbursement_kill kills: it takes two months from wherever they are to their closed book.

`killed_month.py make 24` makes a county of 24 orphans; `go` works; `killed 50` works fifty times and is killed each time, unless it has
come to its end before; `books` says what the books hold.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ciyou.config.settings")

import django

django.setup()

from django.core.management import call_command
from django.db.models import Count, Sum

from ciyou.apps.accounts.models import Post
from ciyou.apps.accounts.selectors import actor_of
from ciyou.apps.disbursement.asked_hand_overs import ask_hand_over, hand_over_now
from ciyou.apps.disbursement.computing import compute_run
from ciyou.apps.disbursement.models import MonthRun, PaidMonth, Payment, PaymentLine, ResultFile
from ciyou.apps.disbursement.results import receive_result, take_results
from ciyou.apps.disbursement.runs import approve_run, close_run, review_run
from ciyou.core.awards.month import Month
from tests.month_builders import Desk, orphan, result_file

MONTHS = (Month(2026, 3), Month(2026, 4))


def main() -> None:
    """Make the county, go on, go on and be killed, or tell."""
    match sys.argv[1:]:
        case "make", children:
            make(int(children))
        case ("go",):
            print("ready", flush=True)
            go()
        case "killed", times:
            print(killed(int(times)))
        case ("books",):
            print(json.dumps(books()))


def make(children: int) -> None:
    call_command("prepare")
    Desk()
    for _ in range(children):
        orphan(first="2026-01")


def go() -> None:
    desk = the_desk()
    for month in MONTHS:
        go_on(desk, month)


def killed(times: int) -> int:
    """Go on in a process of its own, so many times, each killed where chance has it; how many were killed before their end.

    The processes are forked: to start Python and Django takes longer than what they do before they die.
    """
    chance, found = random.Random(7), 0
    for _ in range(times):
        child = os.fork()
        if child == 0:
            go()
            os._exit(0)
        time.sleep(chance.uniform(0, 0.25))
        os.kill(child, signal.SIGKILL)
        _child, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) in (0, -signal.SIGKILL), status
        found += os.WIFSIGNALED(status)
    return found


def books() -> dict[str, object]:
    """How many claims, lines and payments there are, and their sums in fen; the states of the months."""
    paid = Payment.objects.filter(state="paid")
    return {
        "claims": list(PaidMonth.objects.aggregate(n=Count("id"), fen=Sum("paid_fen")).values()),
        "lines": list(PaymentLine.objects.aggregate(n=Count("id"), fen=Sum("amount_fen")).values()),
        "paid": list(paid.aggregate(n=Count("id"), fen=Sum("amount_fen")).values()),
        "months": list(MonthRun.objects.order_by("month").values_list("state", flat=True)),
    }


def the_desk() -> Desk:
    """The three people of the county, made before."""
    desk = object.__new__(Desk)
    desk.county = "511304000000"
    for role in ("drafter", "reviewer", "approver"):
        setattr(desk, role, actor_of(Post.objects.filter(role=f"county_{role}").order_by("id").first()))
    return desk


def go_on(desk: Desk, month: Month) -> None:
    """Take a month to its end from wherever it is."""
    run = MonthRun.objects.filter(month=month.first_day).first() or desk.begin(str(month))
    while run.state != "closed":
        at = {"run_id": run.id, "version": run.version}
        match run.state:
            case "computing":
                compute_run(run.id, part=2, workers=int(os.environ.get("WORKERS", "0")))
            case "drafted":
                review_run(desk.reviewer, **at)
            case "reviewed":
                approve_run(desk.approver, **at)
            case "approved":
                ask_hand_over(desk.approver, layout="one_card_csv", **at)
                assert hand_over_now(run.id)
            case "handed":
                answer(desk, run)
            case "settled":
                close_run(desk.drafter, **at)
        run.refresh_from_db()


def answer(desk: Desk, run: MonthRun) -> None:
    """Import what finance answers: the file that was kept, else a new one."""
    file = ResultFile.objects.filter(run=run).first()
    key = file.id if file else receive_result(desk.drafter, run_id=run.id, name="a.csv", content=result_file(run, {}))
    take_results(key, part=3)


if __name__ == "__main__":
    main()
