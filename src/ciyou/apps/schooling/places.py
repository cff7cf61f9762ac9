"""Places at school where a child lives: asked for, offered or refused with a reason, taken or not."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from ciyou.apps.accounts.selectors import is_department_there
from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.tasks import NewTask, end_task, open_tasks
from ciyou.apps.registry.paying import standings_of
from ciyou.apps.registry.round_children import places_for_work
from ciyou.apps.registry.selectors import PersonCard
from ciyou.apps.schooling.access import EDUCATION, county_of, find_request, speaks_for_schools
from ciyou.apps.schooling.contents import PlaceContent, seal, unseal
from ciyou.apps.schooling.models import PlaceRequest, PlaceState
from ciyou.apps.schooling.refusals import check_may, check_words, moved_on, refused
from ciyou.apps.schooling.steps import DRAFTER, PARTNER, give_to_named, task_of_worker
from ciyou.apps.schooling.working import child_of_form, told_of
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action
from ciyou.packs import load_schooling

ANSWER, TAKE = "answer_school_place", "take_school_place"
STAGES = ("primary", "junior")
REFUSALS = ("full", "papers", "not_resident", "age", "other")
NOT_TAKEN = ("too_far", "moved", "elsewhere", "other")
ASKED_STATES = (PlaceState.ASKED, PlaceState.OFFERED)


@dataclass(frozen=True)
class NewRequest:
    """What a form asks for: `id` is made by the form, so that one sent twice is one."""

    id: uuid.UUID
    child_id: uuid.UUID
    stage: str
    wished: str


def ask_for_place(actor: Actor, *, wanted: NewRequest) -> uuid.UUID:
    """Ask for a place at school where the child lives. Raises PersonNotFound, or RecordError for what is not of this area."""
    check_may(actor, Action.WORK_SCHOOLING)
    child = child_of_form(actor, wanted.child_id)
    if wanted.stage not in STAGES:
        raise refused("stage", "请选择申请读小学还是初中。", "Choose primary or junior secondary.")
    division, today = residence_in_area(actor, child), timezone.localdate()
    with transaction.atomic():
        row, made = PlaceRequest.objects.get_or_create(
            id=wanted.id,
            defaults={
                "child_id": child.id,
                "division": division,
                "school_year": load_schooling(division=division).compulsory.enrolment_year(today),
                "stage": wanted.stage,
                "post_id": uuid.UUID(actor.post_id) if actor.post_id else None,
                "content": seal(wanted.id, PlaceContent(**told_of(child), wished=check_words(wanted.wished))),
                "told_school": not child.restricted,
                "asked_on": today,
            },
        )
        if row.child_id != child.id:
            raise moved_on()
        if made:
            with walled(LOCAL_OPERATOR):  # the department's queue lies above the asker's place
                _open_work(row)
            _log(actor, "ask_for_place", row)
    return row.id


def residence_in_area(actor: Actor, child: PersonCard) -> str:
    """Where the child lives, as far as that is the actor's own area; raises RecordError where it lives elsewhere."""
    here = [one for one in (child.residence_division, child.division) if one and actor.scope.holds(one)]
    if not here:
        raise refused("elsewhere", "孩子不住在您的辖区。", "The child does not live in your area.")
    return here[0]


def answer_request(actor: Actor, *, request_id: uuid.UUID, version: int, offered: str = "", reason: str = "", words: str = "") -> None:  # fmt: skip
    """Offer a place (the school's name), or refuse with a reason: the education department, or the county for it."""
    if not speaks_for_schools(actor):
        check_may(actor, Action.DECIDE_SCHOOLING)
    if not offered.strip() and reason not in REFUSALS:
        raise refused(
            "answer",
            "请写明给出的学校，或选择不予安排的原因。",
            "Name the school that is offered, or choose why none is.",
        )
    said = check_words(words, least=0)
    school = check_words(offered) if offered.strip() else ""
    state = PlaceState.OFFERED if school else PlaceState.REFUSED
    changes = {"answered_on": timezone.localdate(), "reason": "" if school else reason}
    _step(actor, request_id, version, PlaceState.ASKED, state, {"school": school, "words": said}, changes)


def settle_request(actor: Actor, *, request_id: uuid.UUID, version: int, taken: bool, reason: str = "") -> None:
    """The offered place was taken, or not, with why."""
    check_may(actor, Action.WORK_SCHOOLING)
    if not taken and reason not in NOT_TAKEN:
        raise refused("reason", "请选择为什么没有去。", "Choose why it was not taken.")
    state = PlaceState.TAKEN if taken else PlaceState.NOT_TAKEN
    reason = "" if taken else reason
    changes = {"ended_on": timezone.localdate(), "reason": reason}
    _step(actor, request_id, version, PlaceState.OFFERED, state, {}, changes)


def _step(  # one step is all of this
    actor: Actor,
    request_id: uuid.UUID,
    version: int,
    before: str,
    after: str,
    told: dict[str, str],
    changes: dict[str, object],
) -> None:
    with transaction.atomic():
        row = find_request(actor, request_id, lock=True)
        if told:
            changes["content"] = seal(row.id, replace(unseal(PlaceContent, row.id, row.content), **told))
        with walled(LOCAL_OPERATOR):
            taken = PlaceRequest.objects.filter(id=row.id, state=before, version=version).update(
                **changes, state=after, version=F("version") + 1
            )
            if not taken:
                raise moved_on()
            row.refresh_from_db()
            _end_work(actor, row)
            _open_work(row)
        _log(actor, f"place_{after}", row)


def end_requests(child_ids: Iterable[object], reason: str) -> None:
    """Nothing more comes of what is asked for these children: they died, or are of age."""
    for row in PlaceRequest.objects.filter(child_id__in=list(child_ids), state__in=ASKED_STATES):
        _end(row, reason)


def _end(row: PlaceRequest, reason: str) -> None:
    ended = {"state": PlaceState.NOT_TAKEN, "reason": reason, "ended_on": timezone.localdate()}
    PlaceRequest.objects.filter(id=row.id).update(**ended, version=F("version") + 1)
    _end_work(LOCAL_OPERATOR, row)


def hand_on_requests(child_id: object, *, moved: bool) -> None:
    """The child's owner is another, or its place: inside the county its requests go along; what another county was asked ends as moved."""
    for row in PlaceRequest.objects.filter(child_id=child_id, state__in=ASKED_STATES):
        lives = (lives_in(row.child_id) if moved else "") or row.division
        if county_of(lives) != county_of(row.division):
            _end(row, "moved")
            continue
        PlaceRequest.objects.filter(id=row.id).update(division=lives)
        row.refresh_from_db()
        _end_work(LOCAL_OPERATOR, row)
        _open_work(row)


def give_requests_to_named() -> int:
    """Of protected children: what is asked is the work of whoever is named now, and nobody's without; how many changed hands. Part of the
    daily job.
    """
    rows = PlaceRequest.objects.filter(child__restricted=True, state__in=ASKED_STATES)
    return sum(give_to_named((ANSWER, TAKE), str(row.id), _tasks(row)) for row in rows)


def lives_in(child_id: uuid.UUID) -> str:
    """Where a child lives by its file: its residence, else where it is registered; "" where there is no such file."""
    return next((one.residence or one.division for one in standings_of([child_id]).values()), "")


def _end_work(actor: Actor, row: PlaceRequest) -> None:
    for kind in (ANSWER, TAKE):
        end_task(actor, kind=kind, subject_id=str(row.id))


def _open_work(row: PlaceRequest) -> None:
    open_tasks(LOCAL_OPERATOR, tasks=_tasks(row))


def _tasks(row: PlaceRequest) -> list[NewTask]:
    task = None
    if row.state == PlaceState.ASKED:
        task = task_of_education(ANSWER, row.id, row.child_id, row.division, told=row.told_school)
    elif row.state == PlaceState.OFFERED:
        task = task_of_worker(TAKE, str(row.id), row.child_id, row.division)
    return [task] if task else []


def task_of_education(
    kind: str, subject: uuid.UUID, child_id: uuid.UUID, division: str, *, told: bool
) -> NewTask | None:
    """A task of the education department where it works here and may know of the child, else of the county's drafter.

    Of a protected child it is a named worker's; None where nobody is named.
    """
    county, today = county_of(division), timezone.localdate()
    if told and is_department_there(division=county, department=EDUCATION, on=today):
        return NewTask(kind, str(subject), county, queue_role=PARTNER, department=EDUCATION)
    if places_for_work([child_id])[child_id].restricted:
        return task_of_worker(kind, str(subject), child_id, division)
    return NewTask(kind, str(subject), county, person_id=child_id, queue_role=DRAFTER)


def _log(actor: Actor, action: str, row: PlaceRequest) -> None:
    record_action(
        actor,
        action=action,
        subject=str(row.id),
        persons=[str(row.child_id)],
        details={"reason": row.reason} if row.reason else {},
        highest_class=3,
    )
