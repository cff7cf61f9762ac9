"""Handing a month to the finance bureau: the one roster that leaves in the clear, after three people, with a record of everybody in it."""

from __future__ import annotations

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from ciyou.apps.accounts.divisions import division_names
from ciyou.apps.audit.keys import keyring
from ciyou.apps.audit.services import record_action, record_disclosure
from ciyou.apps.audit.wall import walled
from ciyou.apps.disbursement.finance_files import RosterRow, write_roster
from ciyou.apps.disbursement.hashing import check_lines
from ciyou.apps.disbursement.models import HandOver, MonthRun, Payment, PaymentState, RunState
from ciyou.apps.disbursement.month_tasks import next_task
from ciyou.apps.disbursement.payee_snapshots import open_snapshot
from ciyou.apps.disbursement.payment_application import application_pdf, fund_of
from ciyou.apps.disbursement.policies import class_of
from ciyou.apps.disbursement.rechecking import recheck
from ciyou.apps.disbursement.refusals import check_may, check_purpose, not_found_here, refused, somebody_was_first
from ciyou.apps.disbursement.runs import find_run
from ciyou.apps.disbursement.settling import settle_if_done
from ciyou.apps.disbursement.storing import hexed, rows_of
from ciyou.apps.disbursement.totals import note_totals
from ciyou.apps.registry.hex_ids import HexId, dashed, hex_id
from ciyou.apps.registry.paying import names_and_numbers
from ciyou.apps.registry.scoping import named_among
from ciyou.batch.garbage import heap_set_aside
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, Purpose
from ciyou.core.access.roles import Action
from ciyou.core.access.verdict import RESTRICTED
from ciyou.packs import load_finance_layouts, load_rule_book
from ciyou.packs.finance_layouts import FinanceLayout
from ciyou.vault.fields import decrypt_bytes, encrypt_bytes
from ciyou.vault.keyring import Keyring

FILES = ("application", "roster", "collective")
SHOWN = ("name", "identifier.id_card", "payee_account", "entitlements")


@dataclass(frozen=True)
class TakenFile:
    """One file of a hand-over. `name` says nothing about anybody; `highest_class`: of what it says."""

    name: str
    content_type: str
    content: bytes
    highest_class: int


def hand_over(actor: Actor, *, run_id: object, version: int, layout: str, origin: str = "") -> uuid.UUID:
    """Make the files of an approved month, or a supplementary set of what is sent again, and mark its payments as sent.

    What may no longer be paid is taken out first. Files and states are one transaction: killed anywhere, nothing has left.
    """
    run, chosen = check_hand_over(actor, run_id=run_id, version=version, layout=layout)
    recheck(run, "hand_over")
    with walled(LOCAL_OPERATOR), heap_set_aside():
        rows = roster_rows(run)
        if not rows:
            raise _nothing()
        number = HandOver.objects.filter(run=run).count() + 1
        made = _files(run, number, chosen, rows)
    with transaction.atomic(), walled(LOCAL_OPERATOR):
        check_lines(run)
        kept = _keep(actor, run, number, chosen, rows, made)
        _send(run, version, number, rows)
        next_task(actor, run, RunState.HANDED)
        settle_if_done(run.id)
        _record(actor, run, kept, rows, origin)
    return kept.id


def check_hand_over(actor: Actor, *, run_id: object, version: int, layout: str) -> tuple[MonthRun, FinanceLayout]:
    """The month and the layout of its roster; raises where the actor may not, where somebody was first, or without a layout."""
    check_may(actor, Action.DRAFT_PAYMENTS, Action.APPROVE_PAYMENTS)
    check_purpose(actor)
    run = find_run(actor, run_id)
    if run.version != version or run.state not in (RunState.APPROVED, RunState.HANDED, RunState.SETTLED):
        raise somebody_was_first()
    return run, _layout(run, layout)


def _layout(run: MonthRun, code: str) -> FinanceLayout:
    layouts = load_finance_layouts(division=run.county)
    if code not in layouts:
        raise refused("layout", "请选择花名册版式。", "Choose the layout of the roster.")
    return layouts[code]


def _nothing():
    return refused(
        "nothing_to_send",
        "没有可以送交的款项：全部已暂缓、已送交或没有需要重发的。请查看暂缓原因。",
        "There is nothing to hand over: everything is held, sent already, or nothing waits to be sent again. Look at the reasons of what is held.",
    )


def roster_rows(run: MonthRun) -> list[RosterRow]:
    """The planned payments of a run as the roster shows them: names and numbers in the clear."""
    planned = Payment.objects.filter(run=run, state=PaymentState.PLANNED)
    payments = [_Planned(*row) for row in planned.order_by("sequence").values_list(*_planned())]
    # A payment that is taken out in between has no name here; `_send` then counts fewer, and nothing leaves.
    people = names_and_numbers(planned.values("person_id"))
    sums = _sums_of(run, payments)
    names = division_names({part for one in payments for part in (one.division, one.division[:9] + "000")})
    words = _words(run)
    ring = keyring()
    return [_row(f"{run.month:%Y-%m}", payment, ring, people, sums, names, words) for payment in payments]


def _words(run: MonthRun) -> Mapping[str, str]:
    """What a roster calls each entitlement; of a restricted one it says no more than the payment application does."""
    found = defaultdict(lambda: fund_of(run))
    rules = load_rule_book(division=run.county, as_of=run.month).rules
    found.update((rule.code, rule.zh) for rule in rules if rule.sensitivity < RESTRICTED)
    return found


class _Planned(NamedTuple):
    """What a roster shows of a payment, without a model's object for each of a hundred thousand."""

    id: HexId
    person_id: HexId
    number: str
    division: str
    amount_fen: int
    account: bytes
    collective: bool
    again: bool


def _planned() -> tuple[object, ...]:
    shown = ("number", "division", "amount_fen", "account", "collective")
    return (hex_id("id"), hex_id("person_id"), *shown, Q(reissue_of__isnull=False))


def _row(month: str, payment: _Planned, ring: Keyring, people, sums, names, words) -> RosterRow:
    payee = open_snapshot(dashed(payment.id), payment.account, ring)
    name, id_number = people.get(payment.person_id, ("", ""))
    by_kind, entitlements = sums.get(payment.id, ({}, ()))
    return RosterRow(
        dashed(payment.person_id),
        payment.number,
        month,
        name,
        id_number,
        payee.holder,
        payee.bank,
        payee.number,
        payment.amount_fen,
        by_kind.get("arrears", 0),
        by_kind.get("recovery", 0),
        "、".join(dict.fromkeys(words[code] for code in entitlements)),
        payment.division,
        names[payment.division[:9] + "000"],
        names[payment.division],
        payment.collective,
        "重发" if payment.again else "",
    )


def _sums_of(run: MonthRun, payments: Sequence[_Planned]):
    """By payment its fen by kind and its entitlements; a payment sent again carries those of the first."""
    rows = rows_of(
        "SELECT line.payment_id, claim.entitlement, line.kind, SUM(line.amount_fen) FROM disbursement_payment payment "
        "JOIN disbursement_paymentline line ON line.payment_id = payment.id "
        "JOIN disbursement_paidmonth claim ON claim.id = line.claim_id WHERE payment.run_id = %s "
        "GROUP BY line.payment_id, claim.entitlement, line.kind",
        [run.id.hex],
    )
    kinds: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    entitlements: dict[str, set[str]] = defaultdict(set)
    for payment, entitlement, kind, fen in rows:
        key = hexed(payment)
        kinds[key][kind] += int(fen)
        entitlements[key].add(entitlement)
    again = Payment.objects.filter(run=run).exclude(reissue_of=None)
    before = dict(again.values_list(hex_id("id"), hex_id("reissue_of_id")))
    found = {}
    for payment in payments:
        root = payment.id
        while root in before:
            root = before[root]
        found[payment.id] = (kinds.get(root, {}), tuple(sorted(entitlements.get(root, ()))))
    return found


def _files(run: MonthRun, number: int, layout: FinanceLayout, rows: Sequence[RosterRow]) -> dict[str, bytes]:
    paid = [row for row in rows if row.amount_fen > 0]
    own, collective = [row for row in paid if not row.collective], [row for row in paid if row.collective]
    return {
        "application": application_pdf(run, number, own, collective),
        "roster": write_roster(layout, own),
        "collective": write_roster(layout, collective) if collective else b"",
    }


def _keep(
    actor: Actor, run: MonthRun, number: int, layout: FinanceLayout, rows: Sequence[RosterRow], made: dict[str, bytes]
) -> HandOver:
    row = HandOver(
        run=run,
        number=number,
        layout=layout.code,
        payments_count=len(rows),
        amount_fen=sum(one.amount_fen for one in rows),
        sha256=hashlib.sha256(made["roster"] + made["collective"]).hexdigest(),
        by=actor.id,
        at=timezone.now(),
    )
    for name in FILES:
        sealed = encrypt_bytes(keyring(), made[name], context=_context(row.id, name)) if made[name] else None
        setattr(row, name, sealed)
    row.save(force_insert=True)
    return row


def _send(run: MonthRun, version: int, number: int, rows: Sequence[RosterRow]) -> None:
    planned = Payment.objects.filter(run=run, state=PaymentState.PLANNED)
    nothing = planned.filter(amount_fen=0).update(state=PaymentState.PAID, hand_over=number)
    sent = planned.filter(amount_fen__gt=0).update(state=PaymentState.SENT, hand_over=number)
    moved = MonthRun.objects.filter(id=run.id, version=version, state=run.state).update(
        state=RunState.HANDED, version=F("version") + 1, handed_at=run.handed_at or timezone.now(), hand_over_asked={}
    )
    if not moved or nothing + sent != len(rows):
        raise somebody_was_first()
    note_totals(run.id)


def _record(actor: Actor, run: MonthRun, kept: HandOver, rows: Sequence[RosterRow], origin: str) -> None:
    record_disclosure(
        actor,
        purpose=Purpose.PAY,
        action="hand_over_roster",
        persons=[row.person_id for row in rows],
        fields=SHOWN,
        highest_class=class_of(run),
        origin=origin,
        subject=str(kept.id),
    )
    record_action(
        actor,
        action="hand_over_roster",
        subject=str(run.id),
        details={"payments": len(rows), "number": kept.number, "sha256": kept.sha256},
        highest_class=class_of(run),
        origin=origin,
    )


def take_file(actor: Actor, *, run_id: object, number: int, which: str, origin: str = "") -> TakenFile:
    """One file of a hand-over, in the clear; whoever takes it leaves a record.

    A list that tells by itself why its children are paid is for who is a named worker of each of them; the application names nobody.
    Raises NotFoundHere for what is not there, RecordError for who is not named.
    """
    check_may(actor, Action.DRAFT_PAYMENTS, Action.APPROVE_PAYMENTS)
    check_purpose(actor)
    run = find_run(actor, run_id)
    row = HandOver.objects.filter(run=run, number=number).first()
    sealed = getattr(row, which, None) if which in FILES else None
    if row is None or not sealed:
        raise not_found_here()
    if which != "application" and class_of(run) >= RESTRICTED:
        _check_named(actor, run, number)
    record_action(
        actor,
        action="take_roster",
        subject=str(run.id),
        details={"file": which, "number": number},
        highest_class=class_of(run),
        origin=origin,
    )
    content = decrypt_bytes(keyring(), bytes(sealed), context=_context(row.id, which))
    if which == "application":
        return TakenFile(f"application-{run.month:%Y%m}-{number}.pdf", "application/pdf", content, class_of(run))
    form = load_finance_layouts(division=run.county)[row.layout].format if row.layout else "csv"
    kinds = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
    return TakenFile(f"{which}-{run.month:%Y%m}-{number}.{form}", kinds[form], content, class_of(run))


def _check_named(actor: Actor, run: MonthRun, number: int) -> None:
    persons = set(Payment.objects.filter(run=run, hand_over=number).values_list("person_id", flat=True))
    others = len(persons - named_among(actor, persons))
    if others:
        raise refused(
            "not_named",
            f"这份名单只给指名的办案人员：其中 {others} 名儿童没有指名您。请由被指名的人来取，或请其在孩子档案“特别保护和指名的办案人员”中指名您。",
            f"This list is for named workers only, and you are not named for {others} of its protected children. "
            "Have it taken by who is, or ask them to name you on the child's page under Protection and named workers.",
        )


def persons_in(actor: Actor, *, run_id: object, number: int) -> list[str]:
    """Everybody in the files of a hand-over, for the record of who took them."""
    run = find_run(actor, run_id)
    rows = Payment.objects.filter(run=run, hand_over=number).values_list("person_id", flat=True)
    return [str(person) for person in rows]


def _context(hand_over_id: uuid.UUID, which: str) -> str:
    return f"disbursement.hand_over:{hand_over_id}:{which}"
