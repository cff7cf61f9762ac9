"""一事一议: what stays undetermined in spite of all is decided by people, with reasons, papers and an end; one drafts, another decides."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils import timezone

from ciyou.apps.audit.keys import keyring
from ciyou.apps.audit.services import publish_event, record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.entitlements.archive import book_now
from ciyou.apps.entitlements.case_answers import decided_by_rules
from ciyou.apps.entitlements.determining import determine_children
from ciyou.apps.entitlements.models import CaseDecision, CaseState, Determination
from ciyou.apps.registry.proofs import list_evidence
from ciyou.apps.registry.reading import PersonCard, get_person
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, Purpose
from ciyou.core.access.roles import Action, may_do
from ciyou.core.access.verdict import RESTRICTED
from ciyou.core.clock.months import add_months
from ciyou.core.errors import AccessDenied, Place, Problem, RecordError, RunError
from ciyou.core.rules.interpreter import Outcome
from ciyou.packs import load_limits
from ciyou.vault.fields import decrypt_text, encrypt_text

REASON_LENGTH, LEAST_REASON = 2000, 10
LONGEST = "case_decision_months"
"""The pack's limit: for how many months a decision may stand at most before people look again."""
_COUNTY_DIGITS, _DIGITS = 6, 12


class CaseNotFound(RunError):
    """There is no such decision for this actor; not there and not theirs to see look the same."""


@dataclass(frozen=True)
class CaseContent:
    """What a decision holds under encryption: why, what whoever decided it wrote, and why it ended before its time."""

    reasons: str
    decision_words: str = ""
    end_words: str = ""


@dataclass(frozen=True)
class CaseWish:
    """What is proposed: that a rule holds of a child or not, from a day until before another; `id` is made by the form.

    `holds` None: nothing was chosen; that is refused, for neither answer may come about by itself.
    """

    id: uuid.UUID
    rule: str
    holds: bool | None
    first: dt.date
    until: dt.date
    reasons: str
    evidence: tuple[uuid.UUID, ...]


def draft_case(actor: Actor, *, child_id: uuid.UUID, wish: CaseWish) -> uuid.UUID:
    """Propose a decision that another person makes; the same form twice is one.

    Raises RecordError where the rules are certain, without reasons or a paper, for an end that is too far, and while one waits.
    """
    _check_role(actor, Action.DRAFT_DECISION)
    child = get_person(actor, person_id=child_id, purpose=Purpose.DECIDE)
    with transaction.atomic():
        there = CaseDecision.objects.filter(id=wish.id).first()
        if there is not None:
            if there.person_id != child.id:
                raise _moved_on()
            return there.id
        _check_open(child, wish.rule)
        holds = _answer(wish)
        _check_days(child, wish)
        content = CaseContent(_words(wish.reasons, needed=True))
        evidence = _check_evidence(actor, child, wish)
        same = CaseDecision.objects.filter(person_id=child.id, rule=wish.rule)
        if same.filter(state=CaseState.DRAFTED).exists():
            raise _refused("case.waiting", "这一项已有一份意见等待决定，请先决定那一份。", "A proposal about this waits to be decided already; decide that one first.")  # fmt: skip
        row = CaseDecision(
            id=wish.id,
            person_id=child.id,
            rule=wish.rule,
            division=county_of(child.division),
            holds=holds,
            first=wish.first,
            until=wish.until,
            evidence=[str(one) for one in evidence],
            renews=same.filter(state=CaseState.DECIDED).first(),
            drafted_by=actor.id,
            drafted_at=timezone.now(),
            content=seal_case(wish.id, content),
        )
        row.save(force_insert=True)
        _log(actor, "draft_case", row)
        publish_event(
            "entitlements.case_drafted", case_id=str(row.id), child_ids=[str(child.id)], division=row.division
        )
    return row.id


def decide_case(actor: Actor, *, case_id: uuid.UUID, version: int, accepted: bool, words: str = "") -> None:
    """Make a proposed decision, or refuse it with a reason; not by whoever drafted it.

    Made, the child is determined again with it; that determination is confirmed like every other. Raises RecordError where the rules
    have become certain since.
    """
    _check_role(actor, Action.CONFIRM)
    with transaction.atomic():
        row = _find(actor, case_id)
        if row.state != CaseState.DRAFTED or row.version != version:
            raise _moved_on()
        if row.drafted_by == actor.id:
            raise AccessDenied(_problem("case.same_person", "拟定和决定一事一议要由两个人办理；请由另一位办理。", "Drafting and deciding a case are two people's work; let somebody else decide."))  # fmt: skip
        content = CaseContent(open_case(row).reasons, _words(words, needed=not accepted))
        if accepted:
            _check_open(get_person(actor, person_id=row.person_id, purpose=Purpose.DECIDE), row.rule)
            _end_earlier(row)
        state = CaseState.DECIDED if accepted else CaseState.REFUSED
        _write(row, state=state, content=seal_case(row.id, content), decided_by=actor.id, decided_at=timezone.now())
        _log(actor, "decide_case", row, result=state.value)
        _tell(actor, row)


def end_case(actor: Actor, *, case_id: uuid.UUID, version: int, words: str) -> None:
    """End a standing decision from today on, with a reason; what is open is open again. No money is stopped by it: a person looks."""
    _check_role(actor, Action.CONFIRM)
    with transaction.atomic():
        row = _find(actor, case_id)
        if row.state != CaseState.DECIDED or row.version != version:
            raise _moved_on()
        before = open_case(row)
        content = CaseContent(before.reasons, before.decision_words, _words(words, needed=True))
        today = timezone.localdate()
        _write(row, state=CaseState.ENDED, ended_on=min(today, row.until), content=seal_case(row.id, content))
        _log(actor, "end_case", row)
        _tell(actor, row)


def _end_earlier(row: CaseDecision) -> None:
    """Of one rule of one child one decision stands: the earlier one ends where the new one begins."""
    standing = CaseDecision.objects.filter(person_id=row.person_id, rule=row.rule, state=CaseState.DECIDED)
    for earlier in standing:
        _write(earlier, state=CaseState.ENDED, ended_on=min(earlier.until, row.first))


def _write(row: CaseDecision, **changes: object) -> None:
    taken = CaseDecision.objects.filter(id=row.id, state=row.state, version=row.version).update(
        **changes, version=row.version + 1
    )
    if not taken:
        raise _moved_on()


def _tell(actor: Actor, row: CaseDecision) -> None:
    with walled(LOCAL_OPERATOR):
        determine_children(actor, child_ids=[row.person_id], as_of=timezone.localdate(), cause="case")
    publish_event(
        "entitlements.case_settled",
        case_id=str(row.id),
        child_ids=[str(row.person_id)],
        renewed=str(row.renews_id or ""),
    )


def _check_open(child: PersonCard, rule: str) -> None:
    """Only what the rules leave open, of class 4 and below, may be decided by people."""
    found = book_now(division=child.division, as_of=timezone.localdate()).by_code.get(rule)
    if found is None or found.sensitivity >= RESTRICTED:
        raise _refused("case.rule", "这一项不能在这里一事一议。请从孩子页面的待定事项中选择。", "This cannot be decided case by case here. Choose one of the child's undetermined items.")  # fmt: skip
    with walled(LOCAL_OPERATOR):
        row = Determination.objects.filter(person_id=child.id, current=True).first()
        decided = None if row is None else decided_by_rules(row).get(rule)
    if decided is None or decided.outcome is not Outcome.UNDETERMINED:
        raise _refused("case.certain", "按现有事实，这一项已有确定的结论，一事一议不能推翻它。事实有误的，请更正事实。", "On the facts this has a certain answer, which a decision case by case cannot overrule. If a fact is wrong, correct the fact.")  # fmt: skip


def _answer(wish: CaseWish) -> bool:
    if wish.holds is None:
        raise _refused(
            "case.answer", "请选择认定为符合还是不符合。", "Choose whether it is held to apply or not to apply."
        )
    return wish.holds


def _check_days(child: PersonCard, wish: CaseWish) -> None:
    today, months = timezone.localdate(), load_limits()[LONGEST].value
    if wish.first > today or wish.until <= max(wish.first, today):
        raise _refused("case.days", "生效日期不能晚于今天，到期日期要在今天之后。", "It counts from today or earlier, and ends after today.")  # fmt: skip
    if wish.until > add_months(today, months):
        raise _refused("case.until", f"到期日期不能超过 {months} 个月以后；到期前会提醒复议。", f"It ends within {months} months; before that, somebody is asked to look again.")  # fmt: skip


def _check_evidence(actor: Actor, child: PersonCard, wish: CaseWish) -> tuple[uuid.UUID, ...]:
    """The chosen files, all on the child's record and readable for the actor; at least one."""
    there = {card.id for card in list_evidence(actor, person_id=child.id, purpose=Purpose.DECIDE)}
    if not wish.evidence or not set(wish.evidence) <= there:
        raise _refused("case.evidence", "请至少选择一份这个孩子的证明材料，例如会议纪要；还没有的，请先上传。", "Choose at least one file on this child's record, such as the minutes; upload it first if there is none.")  # fmt: skip
    return tuple(dict.fromkeys(wish.evidence))


def _words(text: str, *, needed: bool) -> str:
    stated = text.strip()
    if len(stated) > REASON_LENGTH or (needed and len(stated) < LEAST_REASON):
        raise _refused("case.reasons", f"请写明理由（{LEAST_REASON} 至 {REASON_LENGTH} 个字）。", f"Give the reasons ({LEAST_REASON} to {REASON_LENGTH} characters).")  # fmt: skip
    return stated


def _find(actor: Actor, case_id: uuid.UUID) -> CaseDecision:
    row = CaseDecision.objects.filter(id=case_id, division__gte=actor.scope.first, division__lt=actor.scope.end).first()
    if row is None:
        raise case_not_found()
    get_person(actor, person_id=row.person_id, purpose=Purpose.DECIDE)
    return row


def case_not_found() -> CaseNotFound:
    """The same for unknown and for another county's."""
    return CaseNotFound(_problem("case.not_found", "没有这份一事一议，或者不由您办理。请从孩子的页面重新进入。", "There is no such case, or it is not yours. Come in again from the child's page."))  # fmt: skip


def _check_role(actor: Actor, action: Action) -> None:
    if not may_do(actor.role, action):
        raise AccessDenied(_problem("case.role", "一事一议由县级经办人拟定、复核或审批人员决定；您的岗位不办理这一步。", "A case is drafted by the county's drafter and decided by its reviewers and approvers; your post does not do this."))  # fmt: skip


def _refused(code: str, zh: str, en: str) -> RecordError:
    return RecordError(_problem(code, zh, en))


def _problem(code: str, zh: str, en: str) -> Problem:
    return Problem(Place(), code, zh, en)


def _moved_on() -> RecordError:
    return _refused("case.moved_on", "刚刚有人办理了这一步。请刷新页面，看看现在的情况再办理。", "Somebody has just taken this step. Reload the page and see how it stands now.")  # fmt: skip


def _log(actor: Actor, action: str, row: CaseDecision, **details: str) -> None:
    record_action(
        actor, action=action, subject=str(row.id), persons=[str(row.person_id)], details=details, highest_class=4
    )


def county_of(division: str) -> str:
    """The county's code of a place."""
    return division[:_COUNTY_DIGITS].ljust(_DIGITS, "0")


def seal_case(case_id: uuid.UUID, content: CaseContent) -> bytes:
    """A decision's words, encrypted for this decision."""
    return encrypt_text(keyring(), json.dumps(asdict(content), ensure_ascii=False), context=_context(case_id))


def open_case(row: CaseDecision) -> CaseContent:
    """A decision's words in the clear."""
    return CaseContent(**json.loads(decrypt_text(keyring(), bytes(row.content), context=_context(row.id))))


def _context(case_id: uuid.UUID) -> str:
    return f"entitlements.case:{case_id}"
