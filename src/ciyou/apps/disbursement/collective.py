"""The account of an institution, and the children whose money goes there."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.disbursement.models import CollectiveAccount, CollectivePayee
from ciyou.apps.disbursement.payee_snapshots import Payee, open_snapshot, seal_snapshot
from ciyou.apps.disbursement.refusals import check_may, check_purpose, check_reason, not_found_here, problem, refused
from ciyou.apps.disbursement.runs import county_of
from ciyou.apps.registry.identifying import normal_identifier
from ciyou.apps.registry.scoping import visible_people
from ciyou.apps.registry.searching import children_by_number
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, Purpose
from ciyou.core.access.roles import Action
from ciyou.core.errors import Problem, RecordError

SHORTEST, LONGEST = 8, 32
HOLDER_LENGTH, BANK_LENGTH = 60, 80
MOST_AT_ONCE = 500


def record_collective_account(
    actor: Actor,
    *,
    account_id: uuid.UUID,
    holder: str,
    bank: str,
    number: str,
    person_ids: Iterable[uuid.UUID] = (),
) -> uuid.UUID:
    """Keep an institution's account, and send the money of these children there from the next draft on. Sent twice it is one.

    Accounts of offices carry no check digit: their length and digits are all that can be checked. Raises RecordError with every
    mistake at once, and for an account that the county has on its list already.
    """
    check_may(actor, Action.DRAFT_PAYMENTS)
    payee = _checked(holder, bank, number)
    with transaction.atomic():
        if not CollectiveAccount.objects.filter(id=account_id).exists():
            _check_new(actor, payee)
            _keep(actor, account_id, payee)
            record_action(actor, action="record_collective_account", subject=str(account_id))
        _put(actor, _account_here(actor, account_id), _visible(actor, person_ids))
    return account_id


def _checked(holder: str, bank: str, number: str) -> Payee:
    digits, problems = "".join(number.split()).replace("-", ""), []
    if not 0 < len(holder.strip()) <= HOLDER_LENGTH:
        problems.append(
            problem(
                "collective_holder", "请填写户名，与开户证明一致。", "Give the holder as on the bank's certificate."
            )
        )
    if not 0 < len(bank.strip()) <= BANK_LENGTH:
        problems.append(problem("collective_bank", "请填写开户银行。", "Give the bank."))
    if not (digits.isascii() and digits.isdigit() and SHORTEST <= len(digits) <= LONGEST):
        problems.append(
            problem(
                "collective_number",
                "对公账号应为 8 至 32 位数字；请对照开户证明重新填写。",
                "The account of an office has 8 to 32 digits; fill it in again from the bank's certificate.",
            )
        )
    if problems:
        raise RecordError(problems)
    return Payee(holder.strip(), bank.strip(), digits)


def _check_new(actor: Actor, payee: Payee) -> None:
    there = CollectiveAccount.objects.filter(county=county_of(actor), ended_at=None)
    if any(open_snapshot(row.id, row.account).number == payee.number for row in there):
        raise refused(
            "collective_there",
            "这个账号已经在列表里；请打开它，把孩子加进去。",
            "This account is on the list already; open it and put the children there.",
        )


def _keep(actor: Actor, account_id: uuid.UUID, payee: Payee) -> CollectiveAccount:
    row = CollectiveAccount(id=account_id, county=county_of(actor), recorded_by=actor.id, recorded_at=timezone.now())
    row.account = seal_snapshot(row.id, payee)
    row.save(force_insert=True)
    return row


def _account_here(actor: Actor, account_id: object) -> CollectiveAccount:
    """An account of the actor's county that stands; raises NotFoundHere."""
    row = CollectiveAccount.objects.filter(id=account_id, county=county_of(actor), ended_at=None).first()
    if row is None:
        raise not_found_here()
    return row


def _visible(actor: Actor, person_ids: Iterable[uuid.UUID]) -> list[uuid.UUID]:
    people = visible_people(actor, purpose=Purpose.PAY).filter(id__in=list(person_ids), kind="child")
    inside = {"division__gte": actor.scope.first, "division__lt": actor.scope.end}
    return list(people.filter(**inside).values_list("id", flat=True))


def _put(actor: Actor, account: CollectiveAccount, children: Sequence[uuid.UUID]) -> int:
    """Send the money of these children to an account; whoever is there already stays as they are. Gives how many are new."""
    with walled(
        LOCAL_OPERATOR
    ):  # a child that came from another county may still be on the list of an institution there
        there = set(CollectivePayee.objects.filter(account=account, person__in=children).values_list("pk", flat=True))
        new = [child for child in children if child not in there]
        CollectivePayee.objects.filter(person__in=new).delete()
        now = timezone.now()
        CollectivePayee.objects.bulk_create(
            CollectivePayee(person_id=child, account=account, recorded_by=actor.id, recorded_at=now) for child in new
        )
    if new:
        record_action(
            actor,
            action="put_on_collective_account",
            subject=str(account.id),
            persons=[str(child) for child in new],
            highest_class=3,
        )
    return len(new)


@dataclass(frozen=True)
class Added:
    """What became of a list of numbers: how many children are new on the account, and what is wrong with the other lines."""

    children: int
    refused: tuple[Problem, ...]


def put_children(actor: Actor, *, account_id: object, numbers: str) -> Added:
    """Put the children of these ID numbers (one a line) on an institution's account; a wrong line is told and the others count.

    Raises RecordError for an empty list or more than MOST_AT_ONCE lines, NotFoundHere for another county's account.
    """
    check_may(actor, Action.DRAFT_PAYMENTS)
    check_purpose(actor)
    typed = {place: line.strip() for place, line in enumerate(numbers.splitlines(), 1) if line.strip()}
    if not typed or len(typed) > MOST_AT_ONCE:
        raise refused(
            "collective_numbers",
            f"请填写身份证号码，每行一个，一次最多 {MOST_AT_ONCE} 个。",
            f"Give ID numbers, one a line, at most {MOST_AT_ONCE} at once.",
        )
    account = _account_here(actor, account_id)
    normal, wrong = _normal(typed)
    by_number = children_by_number(actor, numbers=normal, purpose=Purpose.PAY)
    with transaction.atomic():
        children = _visible(actor, by_number.values())
        wrong += [_nobody().at(line=place) for number, place in normal.items() if by_number.get(number) not in children]
        added = _put(actor, account, children)
    return Added(added, tuple(sorted(wrong)))


def _normal(typed: dict[int, str]) -> tuple[dict[str, int], list[Problem]]:
    """The line of each ID number in its one form, and what is wrong with the lines that hold none."""
    found: dict[str, int] = {}
    wrong: list[Problem] = []
    for place, line in typed.items():
        try:
            found.setdefault(normal_identifier("id_card", line), place)
        except RecordError as error:
            wrong.append(error.problems[0].at(line=place))
    return found, wrong


def _nobody() -> Problem:
    return problem(
        "collective_nobody",
        "本县没有这个号码的儿童档案；请核对号码，或先建档。",
        "No child of this county has this number; check it, or open a file first.",
    )


def put_child(actor: Actor, *, account_id: object, child_id: uuid.UUID) -> None:
    """Send one child's money to an institution's account; raises NotFoundHere for a child or account that is not the county's."""
    check_may(actor, Action.DRAFT_PAYMENTS)
    check_purpose(actor)
    account, children = _account_here(actor, account_id), _visible(actor, [child_id])
    if not children:
        raise not_found_here()
    with transaction.atomic():
        _put(actor, account, children)


def take_children_off(actor: Actor, *, person_ids: Iterable[uuid.UUID]) -> int:
    """Pay these children into their own accounts again, from the next draft on; gives how many there were."""
    check_may(actor, Action.DRAFT_PAYMENTS)
    check_purpose(actor)
    children = _visible(actor, person_ids)
    with transaction.atomic():
        rows = CollectivePayee.objects.filter(person__in=children, account__county=county_of(actor))
        off = list(rows.values_list("pk", flat=True))
        if not off:
            raise refused("no_child_chosen", "请先勾选孩子。", "Choose the children first.")
        rows.delete()
        record_action(
            actor, action="take_off_collective_account", persons=[str(child) for child in off], highest_class=3
        )
    return len(off)


def replace_collective_account(
    actor: Actor, *, account_id: object, new_id: uuid.UUID, holder: str, bank: str, number: str
) -> uuid.UUID:
    """Another account of the same institution: its children go there from the next draft on, the one before ends. Gives its id."""
    check_may(actor, Action.DRAFT_PAYMENTS)
    payee = _checked(holder, bank, number)
    with transaction.atomic():
        if CollectiveAccount.objects.filter(id=new_id, county=county_of(actor)).exists():
            return new_id
        before = _account_here(actor, account_id)
        _check_new(actor, payee)
        after = _keep(actor, new_id, payee)
        CollectivePayee.objects.filter(account=before).update(account=after)
        CollectiveAccount.objects.filter(id=before.id).update(ended_at=timezone.now())
        record_action(actor, action="replace_collective_account", subject=str(before.id), details={"by": str(after.id)})
    return new_id


def end_collective_account(actor: Actor, *, account_id: object, reason: str) -> None:
    """Use an account no more: its children are paid into their own accounts again, or held as long as they have none."""
    check_may(actor, Action.DRAFT_PAYMENTS)
    check_reason(reason)
    with transaction.atomic():
        row = _account_here(actor, account_id)
        CollectiveAccount.objects.filter(id=row.id, ended_at=None).update(ended_at=timezone.now())
        CollectivePayee.objects.filter(account=row).delete()
        record_action(actor, action="end_collective_account", subject=str(row.id))
