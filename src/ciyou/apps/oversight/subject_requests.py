"""What a child or its guardian asks about the data held: a copy, a correction, or that the data be used no further."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from ciyou.apps.accounts.selectors import user_name
from ciyou.apps.audit.keys import keyring
from ciyou.apps.audit.services import record_action
from ciyou.apps.cases.list_conditions import due_days
from ciyou.apps.cases.tasks import end_task, open_task
from ciyou.apps.oversight.models import RequestState, SubjectRequest
from ciyou.apps.oversight.refusals import check_may, check_reason, not_found_here, refused, somebody_was_first
from ciyou.apps.oversight.restrictions import restrict_on_request
from ciyou.apps.registry.selectors import PersonCard, get_person
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.access.roles import Action, may_do
from ciyou.core.clock.ages import full_years
from ciyou.core.errors import CiyouError, RecordError
from ciyou.packs import load_limits
from ciyou.vault.fields import decrypt_text, encrypt_text

KINDS = ("copy", "correct", "restrict")
RELATIONS = ("self", "father", "mother", "guardian")
CHECKED = ("id_card", "hukou_book", "guardianship_paper", "known_in_person")
TASK = "subject_request"
DECIDER = "county_approver"
LEAST_WORDS, LEAST_REASON = 5, 10


@dataclass(frozen=True)
class Requester:
    """Who asks, in what relation to the child, how their identity was checked, how they are reached, and their words.

    `cannot_express`: the child is old enough to ask itself but cannot express its will, so the guardian asks.
    """

    name: str
    relation: str
    checked_by: str
    contact: str
    words: str
    cannot_express: bool = False


@dataclass(frozen=True)
class RequestCard:
    """One request as officers see it."""

    id: uuid.UUID
    person_id: uuid.UUID
    kind: str
    requester: Requester
    received_on: dt.date
    due_on: dt.date | None
    state: str
    recorded_by: str
    decided_by: str
    decided_at: dt.datetime | None
    reason: str
    lifted_by: str
    lifted_at: dt.datetime | None
    lift_reason: str
    version: int

    @property
    def is_open(self) -> bool:
        return self.state == RequestState.OPEN


def receive_request(
    actor: Actor,
    *,
    request_id: uuid.UUID,
    person_id: uuid.UUID,
    kind: str,
    requester: Requester,
    received_on: dt.date,
    today: dt.date,
) -> uuid.UUID:
    """Take down a request and start its clock; `request_id` is made by the form, sent twice it is one request.

    Raises RecordError with every mistake at once: who may ask for a child depends on its age (limits: own_request_age).
    """
    check_may(actor, Action.SUBJECT_REQUEST)
    person = get_person(actor, person_id=person_id, purpose=Purpose.SUBJECT_REQUEST)
    _check(kind, requester, person, received_on, today)
    with transaction.atomic():
        if SubjectRequest.objects.filter(id=request_id).exists():
            return request_id
        if SubjectRequest.objects.filter(person_id=person.id, kind=kind, state=RequestState.OPEN).exists():
            raise refused(
                "request_open",
                "同类申请正在办理，请在申请列表中查看，不必重复登记。",
                "A request of this kind is open already; see the list of requests, there is no need for a second.",
            )
        row = SubjectRequest.objects.create(
            id=request_id,
            person_id=person.id,
            division=actor.scope.first,
            kind=kind,
            content=_seal(request_id, requester),
            received_on=received_on,
            recorded_by=actor.id,
            recorded_at=timezone.now(),
        )
        open_task(
            actor,
            kind=TASK,
            subject_id=str(row.id),
            division=row.division,
            person_id=person.id,
            queue_role=DECIDER,
            started_on=received_on,
        )
        record_action(
            actor,
            action="receive_request",
            subject=str(row.id),
            persons=[str(person.id)],
            details={"kind": kind},
            highest_class=3,
        )
    return row.id


def _check(kind: str, requester: Requester, person: PersonCard, received_on: dt.date, today: dt.date) -> None:
    problems: list[CiyouError] = []
    if kind not in KINDS:
        problems.append(refused("request_kind", "请选择申请的事项。", "Choose what is asked for."))
    if not requester.name.strip():
        problems.append(refused("request_name", "请填写申请人姓名。", "Give the name of whoever asks."))
    if requester.checked_by not in CHECKED:
        problems.append(
            refused(
                "request_checked",
                "请选择怎样核对了申请人身份。",
                "Choose how the identity of whoever asks was checked.",
            )
        )
    if len(requester.words.strip()) < LEAST_WORDS:
        problems.append(refused("request_words", "请写明申请的内容。", "Write what is asked for."))
    if received_on > today:
        problems.append(refused("request_date", "收到日期不能晚于今天。", "The day of receipt cannot lie ahead."))
    if (wrong := who_may_ask(requester, person.birth_date, today)) is not None:
        problems.append(wrong)
    if problems:
        raise RecordError([one for error in problems for one in error.problems])


def who_may_ask(requester: Requester, birth_date: dt.date | None, today: dt.date) -> RecordError | None:
    """Why this person may not ask for this child: below the age the guardian asks, from then on the child itself. None if they may."""
    if requester.relation not in RELATIONS:
        return refused(
            "request_relation",
            "请选择申请人与孩子的关系；只有本人、父母或其他监护人可以提出。",
            "Choose the relation to the child; only the child itself, its parents or another guardian may ask.",
        )
    age = load_limits()["own_request_age"].value
    is_old_enough = birth_date is not None and full_years(birth_date, today) >= age
    if requester.relation == "self" and not is_old_enough:
        return refused(
            "request_too_young",
            f"不满 {age} 周岁的孩子由监护人提出申请。",
            f"For a child below {age} the guardian asks.",
        )
    if requester.relation != "self" and is_old_enough and not requester.cannot_express:
        return refused(
            "request_own",
            f"满 {age} 周岁的孩子由本人提出申请；如本人不能表达意愿，请勾选。",
            f"From {age} on the child itself asks; mark it if the child cannot express its will.",
        )
    return None


def list_requests(actor: Actor) -> tuple[RequestCard, ...]:
    """The requests of the actor's county, open ones first, those that came first before the others."""
    _check_works_on_requests(actor)
    rows = sorted(_requests(actor)[:500], key=lambda row: (row.state != RequestState.OPEN, row.received_on))
    dues = due_days(kind=TASK, subject_ids=[str(row.id) for row in rows])
    return tuple(_card(row, dues) for row in rows)


def get_request(actor: Actor, *, request_id: uuid.UUID) -> RequestCard:
    """One request; raises NotFoundHere."""
    _check_works_on_requests(actor)
    row = _requests(actor).filter(id=request_id).first()
    if row is None:
        raise not_found_here()
    return _card(row, due_days(kind=TASK, subject_ids=[str(row.id)]))


def decide_request(
    actor: Actor, *, request_id: uuid.UUID, version: int, granted: bool, reason: str, origin: str = ""
) -> None:
    """Grant or refuse a request; a refusal says why in writing, the reason goes to whoever asked. Not by whoever took it down.

    A granted `restrict` leaves the file to its named workers. Raises RecordError when somebody decided it first.
    """
    check_may(actor, Action.DECIDE_SUBJECT_REQUEST)
    row = _requests(actor).filter(id=request_id).first()
    if row is None:
        raise not_found_here()
    if row.recorded_by == actor.id:
        raise refused(
            "own_request",
            "登记和决定要由两个人办理；请由另一位审批人决定。",
            "Taking down and deciding are two people's work; let another approver decide.",
        )
    kept = " ".join(reason.split())[:400] if granted else check_reason(reason, least=LEAST_REASON)
    state = RequestState.GRANTED if granted else RequestState.REFUSED
    with transaction.atomic():
        changed = SubjectRequest.objects.filter(id=request_id, state=RequestState.OPEN, version=version).update(
            state=state, decided_by=actor.id, decided_at=timezone.now(), reason=kept, version=F("version") + 1
        )
        if not changed:
            raise somebody_was_first()
        if granted and row.kind == "restrict":
            restrict_on_request(actor, request_id=row.id, person_id=row.person_id, reason=kept)
        end_task(actor, kind=TASK, subject_id=str(request_id), state="done" if granted else "refused", reason=kept)
        record_action(
            actor,
            action="decide_request",
            subject=str(request_id),
            persons=[str(row.person_id)],
            details={"kind": row.kind, "granted": granted},
            highest_class=3,
            origin=origin,
        )


def withdraw_request(actor: Actor, *, request_id: uuid.UUID, version: int, reason: str) -> None:
    """Whoever asked takes the request back; the officer notes how that was said."""
    check_may(actor, Action.SUBJECT_REQUEST)
    if not _requests(actor).filter(id=request_id).exists():
        raise not_found_here()
    kept = check_reason(reason, least=LEAST_WORDS)
    with transaction.atomic():
        changed = SubjectRequest.objects.filter(id=request_id, state=RequestState.OPEN, version=version).update(
            state=RequestState.WITHDRAWN,
            decided_by=actor.id,
            decided_at=timezone.now(),
            reason=kept,
            version=F("version") + 1,
        )
        if not changed:
            raise somebody_was_first()
        end_task(actor, kind=TASK, subject_id=str(request_id), state="withdrawn", reason=kept)
        record_action(actor, action="withdraw_request", subject=str(request_id))


def _check_works_on_requests(actor: Actor) -> None:
    if not may_do(actor.role, Action.DECIDE_SUBJECT_REQUEST):
        check_may(actor, Action.SUBJECT_REQUEST)


def _requests(actor: Actor) -> QuerySet[SubjectRequest]:
    return SubjectRequest.objects.filter(division__gte=actor.scope.first, division__lt=actor.scope.end).order_by(
        "-received_on"
    )


def _seal(request_id: uuid.UUID, requester: Requester) -> bytes:
    return encrypt_text(keyring(), json.dumps(asdict(requester), ensure_ascii=False), context=_context(request_id))


def _open(row: SubjectRequest) -> Requester:
    return Requester(**json.loads(decrypt_text(keyring(), bytes(row.content), context=_context(row.id))))


def _context(request_id: uuid.UUID) -> str:
    return f"oversight.request:{request_id}"


def _card(row: SubjectRequest, dues: Mapping[str, dt.date]) -> RequestCard:
    return RequestCard(
        id=row.id,
        person_id=row.person_id,
        kind=row.kind,
        requester=_open(row),
        received_on=row.received_on,
        due_on=dues.get(str(row.id)),
        state=row.state,
        recorded_by=user_name(row.recorded_by),
        decided_by=user_name(row.decided_by) if row.decided_by else "",
        decided_at=row.decided_at,
        reason=row.reason,
        lifted_by=user_name(row.lifted_by) if row.lifted_by else "",
        lifted_at=row.lifted_at,
        lift_reason=row.lift_reason,
        version=row.version,
    )
