"""Taking an application: at a counter, by a child director in a family's home, or proposed by the system and taken up by a person."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db import IntegrityError, transaction
from django.utils import timezone

from ciyou.apps.audit.wall import walled
from ciyou.apps.awards.access import county_of, find_application, find_child, known_classes
from ciyou.apps.awards.contents import GIVEN, IF_NEEDED, KNOWN, MISSING, Applicant, ApplicationContent, seal_application
from ciyou.apps.awards.models import OPEN_STATES, Application, ApplicationState, ApplicationStep, Award, AwardState
from ciyou.apps.awards.numbering import code_hash, is_code, make_code, next_application_sequence, receipt_number
from ciyou.apps.awards.paying import AUTHORISATION, PayingRules, paying_rules
from ciyou.apps.awards.refusals import check_may, check_reason, moved_on, refused
from ciyou.apps.awards.residence import ask_home, check_place, place_of_claim
from ciyou.apps.awards.steps import (
    CHECK,
    COMPLETE,
    ELSEWHERE,
    content_of,
    end_every_step,
    end_step,
    note,
    open_step,
    take_step,
)
from ciyou.apps.entitlements.deciding import rule_decided
from ciyou.apps.registry.deciding import known_facts
from ciyou.apps.registry.identities import has_payee
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action
from ciyou.core.errors import CiyouError, RecordError
from ciyou.core.facts.definition import Entity
from ciyou.core.rules.interpreter import Outcome
from ciyou.packs.payment_values import WantedDocument

GUARDIAN, DIRECTOR, PROPOSED = "guardian", "director", "proposed"
RELATIONS = ("self", "father", "mother", "guardian", "relative", "village")
NAME_LENGTH, CONTACT_LENGTH = 64, 64
MADE_HERE, ACCOUNT = "application_form", "bank_card"
_TRIES = 5


@dataclass(frozen=True)
class NewApplication:
    """What the form says. `id` is made by the form. `brought`: codes of the papers that lie on the counter.

    An application whose family has not signed the authorisation to verify yet is taken and waits for it, like for any paper.
    """

    id: uuid.UUID
    child_id: uuid.UUID
    entitlement: str
    applicant: Applicant
    brought: frozenset[str] = frozenset()
    proposed: bool = False


@dataclass(frozen=True)
class SentHere:
    """What a counter elsewhere sent: the hash of the code that the applicant holds already, and the day from which the check counts."""

    code_hash: str
    sent_on: dt.date


@dataclass(frozen=True)
class Receipt:
    """What the applicant takes home. `code` is "" when the same form came a second time: it was shown already."""

    id: uuid.UUID
    number: str
    code: str


@dataclass(frozen=True)
class AskedDocument:
    """A paper of the form; `state` missing (asked for now) | known (on file, or made by this system) | if_needed."""

    document: WantedDocument
    state: str


@dataclass(frozen=True)
class OnFile:
    """What makes papers unnecessary for a child: facts known, the entitlements that a confirmed determination gives, an account."""

    known: frozenset[tuple[Entity, str]]
    found: frozenset[str]
    has_account: bool


def on_file(child_id: uuid.UUID, *, found: Iterable[str]) -> OnFile:
    """What is on file of a child; `found` are the entitlements that a confirmed determination gives."""
    return OnFile(known_facts(child_id), frozenset(found), has_payee(child_id))


def asked_documents(rules: PayingRules, there: OnFile) -> tuple[AskedDocument, ...]:
    """The papers of an entitlement. What data can show is asked for only where the comparison of data has not shown it."""

    def state(one: WantedDocument) -> str:
        if one.code == MADE_HERE or (one.code == ACCOUNT and there.has_account):
            return KNOWN
        if not one.only_if_unknown:
            return MISSING
        shown = rules.rule.code in there.found or there.known.issuperset(one.only_if_unknown)
        return KNOWN if shown else IF_NEEDED

    return tuple(AskedDocument(one, state(one)) for one in rules.documents)


def receive_application(actor: Actor, *, wanted: NewApplication, sent: SentHere | None = None) -> Receipt:
    """Take an application: it gets the county's next number, a code, and its first task, all or nothing.

    `sent`: a counter elsewhere took it (channel `elsewhere`): the same code opens it, nothing may be missing any more, and the time of
    the check counts from the day on which it was sent. Sent twice it is one application. Raises RecordError with every mistake at once, and where one is open or awarded already.
    """
    check_may(actor, Action.APPLY)
    child = find_child(actor, wanted.child_id)
    division = place_of_claim(child, wanted.entitlement)
    rules = paying_rules(wanted.entitlement, division, timezone.localdate())
    if rules.rule.sensitivity > known_classes(actor, child.id):
        raise _no_such_entitlement()
    _check(actor, wanted, rules)
    check_place(actor, child, rules)
    for _attempt in range(_TRIES):
        try:
            # A counter sees its own applications only; numbers and doubles are the whole county's.
            with transaction.atomic(), walled(LOCAL_OPERATOR):
                receipt, row = _receive(actor, wanted, rules, division, sent)
                if row is not None and rules.at_residence:
                    ask_home(actor, row, child)
                return receipt
        except IntegrityError:
            continue  # another counter of this county took the number, or the same application, in the same moment
    raise moved_on()


def _check(actor: Actor, wanted: NewApplication, rules: PayingRules) -> None:
    problems: list[CiyouError] = []
    if not wanted.proposed:
        if not 0 < len(wanted.applicant.name.strip()) <= NAME_LENGTH:
            problems.append(refused("application.name", "请填写申请人姓名。", "Give the name of whoever applies."))
        if wanted.applicant.relation not in RELATIONS:
            problems.append(
                refused("application.relation", "请选择申请人与孩子的关系。", "Choose the relation to the child.")
            )
    if len(wanted.applicant.contact.strip()) > CONTACT_LENGTH:
        problems.append(refused("application.contact", "联系电话太长，请核对。", "The telephone number is too long."))
    if problems:
        raise RecordError([one for error in problems for one in error.problems])


def _no_such_entitlement() -> RecordError:
    return refused(
        "application.entitlement",
        "这个地方不受理这一项。请重新选择。",
        "This is not applied for in this place. Choose again.",
    )


def _receive(
    actor: Actor, wanted: NewApplication, rules: PayingRules, division: str, sent: SentHere | None
) -> tuple[Receipt, Application | None]:
    """The receipt, with the row where one was made now."""
    there = Application.objects.filter(id=wanted.id).first()
    if there is not None:
        if there.received_by != actor.id or there.person_id != wanted.child_id:
            raise moved_on()
        return Receipt(there.id, there.number, ""), None
    _check_free(wanted.child_id, wanted.entitlement)
    if wanted.proposed:
        _check_found(wanted)
    row, code = _new_row(actor, wanted, rules, division, sent)
    ApplicationStep.objects.create(
        application=row, step="receive", outcome=row.channel, by=actor.id, at=row.created_at, began_on=row.received_on
    )
    step = COMPLETE if row.state == ApplicationState.RETURNED else CHECK
    open_step(actor, row, step, started_on=sent.sent_on if sent else None)
    note(actor, "receive_application", row, channel=row.channel)
    return Receipt(row.id, row.number, code), row


def _check_free(child_id: uuid.UUID, entitlement: str) -> None:
    same = {"person_id": child_id, "entitlement": entitlement}
    if Application.objects.filter(**same, state__in=OPEN_STATES).exists():
        raise refused(
            "application.open_already",
            "这个孩子的这一项已有一份申请正在办理，不必重复申请。请在“申请”列表中查看。",
            "This child has an open application for this already; a second is not needed. See the list of applications.",
        )
    if Award.objects.filter(**same).exclude(state=AwardState.ENDED).exists():
        raise refused(
            "application.awarded_already",
            "这个孩子已经在享受这一项，不必再申请。",
            "This child receives this already; there is no need to apply.",
        )


def _is_found(wanted: NewApplication) -> bool:
    """Whether a determination that a person confirmed gives what is applied for."""
    found = rule_decided(child_id=wanted.child_id, rule=wanted.entitlement)
    if found is None or not found.confirmed or found.decision is None:
        return False
    return found.decision.outcome is Outcome.YES


def _check_found(wanted: NewApplication) -> None:
    """Only what a person has confirmed is proposed."""
    if not _is_found(wanted):
        raise refused(
            "application.not_found_entitled",
            "认定还没有确认孩子符合这一项，不能由系统提出。监护人仍可以申请。",
            "No confirmed determination finds this due, so it cannot be proposed. The guardian may still apply.",
        )


def _new_row(
    actor: Actor, wanted: NewApplication, rules: PayingRules, division: str, sent: SentHere | None
) -> tuple[Application, str]:
    now, today = timezone.now(), timezone.localdate()
    county = county_of(actor.scope.first)
    sequence = next_application_sequence(county, today.year)
    code = make_code()
    documents = _documents(wanted, rules)
    content = ApplicationContent(
        applicant=wanted.applicant,
        documents=documents,
        authorized_on=today.isoformat() if documents.get(AUTHORISATION) == GIVEN else "",
    )
    if sent is not None and content.missing:
        raise _missing_from_elsewhere(rules, content.missing)
    row = Application.objects.create(
        id=wanted.id,
        number=receipt_number(county, today.year, sequence),
        county=county,
        year=today.year,
        sequence=sequence,
        code_hash=sent.code_hash if sent else code_hash(code),
        person_id=wanted.child_id,
        entitlement=wanted.entitlement,
        sensitivity=max(rules.rule.sensitivity, 3),
        division=division,
        received_in=actor.scope.first,
        channel=_channel(actor, wanted, sent),
        state=ApplicationState.RETURNED if content.missing else ApplicationState.RECEIVED,
        content=seal_application(wanted.id, content),
        received_on=today,
        received_by=actor.id,
        created_at=now,
    )
    return row, "" if sent else code


def _channel(actor: Actor, wanted: NewApplication, sent: SentHere | None) -> str:
    if sent is not None:
        return ELSEWHERE
    return PROPOSED if wanted.proposed else (DIRECTOR if actor.role == "child_director" else GUARDIAN)


def _missing_from_elsewhere(rules: PayingRules, missing: Iterable[str]) -> RecordError:
    wanted = set(missing)
    named = [one for one in rules.documents if one.code in wanted]
    return refused(
        "application.missing_from_elsewhere",
        f"还缺材料：{'、'.join(one.zh for one in named)}。请退回受理的窗口补齐，不能带着缺件收下。",
        f"Papers are missing: {', '.join(one.en for one in named)}. Return it to the counter for them.",
    )


def _documents(wanted: NewApplication, rules: PayingRules) -> dict[str, str]:
    there = on_file(wanted.child_id, found=[wanted.entitlement] if _is_found(wanted) else [])
    return {
        one.document.code: GIVEN if one.document.code in wanted.brought else one.state
        for one in asked_documents(rules, there)
    }


def complete_application(actor: Actor, *, application_id: uuid.UUID, version: int, brought: Iterable[str]) -> None:
    """Note the papers that were brought later; once none is missing the check begins, its clock from today."""
    check_may(actor, Action.APPLY)
    with transaction.atomic():
        row = find_application(actor, application_id, lock=True)
        if row.state != ApplicationState.RETURNED:
            raise moved_on()
        content, given = content_of(row), frozenset(brought)
        documents = {code: GIVEN if code in given else state for code, state in content.documents.items()}
        asked = bool(content.missing_words)
        content = replace(content, documents=documents)
        if documents.get(AUTHORISATION) == GIVEN and not content.authorized_on:
            content = replace(content, authorized_on=timezone.localdate().isoformat())
        if content.missing:
            raise refused(
                "application.still_missing",
                "还缺材料：请把带来的都勾上；没有带齐的，等带齐后再提交。",
                "Papers are still missing: tick all that were brought, or come back when all are there.",
            )
        if asked and "asked_for" not in given:
            raise refused(
                "application.asked_for",
                "乡镇另外要求补充的，请核对后勾选“已补齐”。",
                "The township asked for something more: check it and tick that it is there.",
            )
        take_step(
            actor,
            row,
            version=version,
            step="complete",
            content=replace(content, missing_words=""),
            state=ApplicationState.RECEIVED,
        )
        end_step(actor, row, COMPLETE)
        open_step(actor, row, CHECK)


def withdraw_application(actor: Actor, *, application_id: uuid.UUID, version: int, reason: str) -> None:
    """The applicant takes the application back; the officer notes how that was said. Everything open on it ends."""
    check_may(actor, Action.APPLY)
    stated = check_reason(reason)
    with transaction.atomic():
        row = find_application(actor, application_id, lock=True)
        if row.state not in OPEN_STATES:
            raise moved_on()
        take_step(
            actor,
            row,
            version=version,
            step="withdraw",
            content=replace(content_of(row), withdrawn_because=stated),
            state=ApplicationState.WITHDRAWN,
        )
        end_every_step(actor, row, state="withdrawn")


def renew_code(actor: Actor, *, application_id: uuid.UUID, version: int) -> Receipt:
    """Give a new code where the slip was lost; the old one no longer opens anything."""
    check_may(actor, Action.APPLY)
    code = make_code()
    with transaction.atomic():
        row = find_application(actor, application_id, lock=True)
        if row.channel == ELSEWHERE:
            raise refused(
                "application.code_elsewhere",
                "查询码由受理的窗口补发，两边用的是同一个码。",
                "The counter that took it gives a new code: both ends are opened by the same.",
            )
        taken = Application.objects.filter(id=row.id, version=version).update(
            code_hash=code_hash(code), version=version + 1
        )
        if not taken:
            raise moved_on()
        note(actor, "renew_code", row)
    return Receipt(row.id, row.number, code)


def is_current_code(actor: Actor, *, application_id: uuid.UUID, code: str) -> bool:
    """Whether this is the code of an application, for printing it once more while it is still on the screen."""
    check_may(actor, Action.APPLY)
    return is_code(code, find_application(actor, application_id).code_hash)


def waited_since(row: Application) -> dt.date:
    """Since when the step that an application stands at has been open."""
    last = ApplicationStep.objects.filter(application=row).order_by("at", "id").last()
    return timezone.localdate(last.at) if last else row.received_on
