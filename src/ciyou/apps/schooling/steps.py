"""The steps of a school case: each by the table of transitions, each taken once, and each opening the work of whoever has it next."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable

from django.db.models import F
from django.utils import timezone

from ciyou.apps.accounts.one_time_links import LinkDoor
from ciyou.apps.accounts.selectors import is_department_there
from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.planning import plan_task
from ciyou.apps.cases.rounds import named_owner_of, owner_of
from ciyou.apps.cases.tasks import NewTask, end_task, open_tasks, posts_of_open
from ciyou.apps.registry.round_children import places_for_work
from ciyou.apps.schooling.access import EDUCATION, county_of
from ciyou.apps.schooling.contents import CaseContent, seal, seal_words
from ciyou.apps.schooling.models import SchoolCase, SchoolLink, SchoolState, SchoolStep
from ciyou.apps.schooling.refusals import moved_on
from ciyou.apps.schooling.transitions import BACK, CLOCKS, EVERY_CLOCK, SCHOOL_CLOCK, TRANSITIONS, after_words
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor

REVIEWER, DRAFTER, PARTNER = "county_reviewer", "county_drafter", "partner"


def needs_link(row: SchoolCase) -> bool:
    """Whether a school is named and has not spoken yet."""
    return row.state == SchoolState.PLACED and not row.school_said


LINKS = LinkDoor(SchoolLink, "case", "case", lambda link: needs_link(link.case), "refuse_school_link")
"""The links by which a school without an account says whether the child is there."""


def move(  # one step is all of this
    actor: Actor,
    row: SchoolCase,
    *,
    step: str,
    end: str,
    words: str = "",
    note: str = "",
    content: CaseContent | None = None,
    **changes: object,
) -> None:
    """Take one step: its state, its line in the story, the end of the work before and the beginning of the next.

    `note`: what was said (back, not_back) or why it ended. Raises RecordError for a step that the table does not allow here, and where
    somebody else was first.
    """
    found = TRANSITIONS[step]
    if row.state not in found.before or end not in found.ends:
        raise moved_on()
    said = {"village": row.village_said, "school": row.school_said}
    if found.after is None:
        said[end] = note
    after = found.after or after_words(said["village"], said["school"])
    if after in (SchoolState.FOUND, SchoolState.VISITED) or found.after is SchoolState.PLACED:
        said = {"village": "", "school": ""}
    if after is SchoolState.CLOSED:
        changes |= {"closed_at": timezone.now(), "end_reason": note if step == "end" else BACK}
    if content is not None:
        changes["content"] = seal(row.id, content)
    with walled(LOCAL_OPERATOR):
        taken = SchoolCase.objects.filter(id=row.id, state=row.state, version=row.version).update(
            **changes,
            state=after,
            village_said=said["village"],
            school_said=said["school"],
            since_on=timezone.localdate(),
            due_on=due_day(after, row.division),
            version=F("version") + 1,
        )
        if not taken:
            raise moved_on()
        note_step(actor, row, f"{end}_{note}" if found.after is None else step, words)
        if after is not SchoolState.PLACED or step != "village_says":
            LINKS.withdraw(row)
        end_work(actor, row)
        row.refresh_from_db()
        open_work(actor, row)
    record_action(
        actor,
        action=f"{step}_school_case",
        subject=str(row.id),
        persons=[str(row.child_id)],
        details={"note": note} if note else {},
        highest_class=3,
    )


def due_day(state: str, division: str) -> dt.date | None:
    """Until when the next step is due, its clock running from today; None where it is closed."""
    kind = CLOCKS.get(state)
    return plan_task(kind, division, timezone.localdate()).due_on if kind else None


def note_step(actor: Actor, row: SchoolCase, step: str, words: str = "") -> None:
    """A line in the story of a case."""
    key = uuid.uuid4()
    SchoolStep.objects.create(
        id=key, case=row, step=step, by=actor.id, role=actor.role, at=timezone.now(), words=seal_words(key, words)
    )


def end_work(actor: Actor, row: SchoolCase) -> None:
    """End whatever task of the case runs."""
    for kind in EVERY_CLOCK:
        end_task(actor, kind=kind, subject_id=str(row.id))


def open_work(actor: Actor, row: SchoolCase) -> None:
    """Open the tasks of the state that it is in now: an open case always has one, with an owner and a clock. Only of a protected
    child without a named worker there is none until the daily job finds one.
    """
    open_tasks(actor, tasks=_tasks(row))


def _tasks(row: SchoolCase) -> list[NewTask]:
    kind = CLOCKS.get(row.state)
    if kind is None:
        return []
    if row.state == SchoolState.FOUND:
        return _own(row, kind)
    if row.state == SchoolState.CONTRADICTED:
        return _of_county(row, kind, REVIEWER)
    if row.state == SchoolState.VISITED:
        return _of_school(row, kind) or _of_county(row, kind, DRAFTER)
    mine = [] if row.village_said else _own(row, kind)
    theirs = [] if row.school_said else _of_school(row, SCHOOL_CLOCK) or _own(row, SCHOOL_CLOCK)
    return [*mine, *theirs]


def _own(row: SchoolCase, kind: str) -> list[NewTask]:
    task = task_of_worker(kind, str(row.id), row.child_id, row.division)
    return [task] if task else []


def task_of_worker(kind: str, subject: str, child_id: uuid.UUID, division: str) -> NewTask | None:
    """A task of whoever goes to the child; None where it is protected and nobody is named: no queue is told of it."""
    owner = worker_of(child_id, division)
    if owner is None:
        return None
    post, role, place = owner
    return NewTask(kind, subject, place, person_id=child_id, post_id=post, queue_role=role)


def _of_school(row: SchoolCase, kind: str) -> list[NewTask]:
    """The education department's task, where it works here and may know of the child."""
    county = county_of(row.division)
    if not row.told_school or not is_department_there(division=county, department=EDUCATION, on=timezone.localdate()):
        return []
    return [NewTask(kind, str(row.id), county, queue_role=PARTNER, department=EDUCATION)]


def _of_county(row: SchoolCase, kind: str, role: str) -> list[NewTask]:
    if is_protected(row):
        return _own(row, kind)
    return [NewTask(kind, str(row.id), county_of(row.division), person_id=row.child_id, queue_role=role)]


def is_protected(row: SchoolCase) -> bool:
    """Whether the child's file is protected: no school, no department and no queue is told of it."""
    return places_for_work([row.child_id])[row.child_id].restricted


def worker_of(child_id: uuid.UUID, division: str) -> tuple[uuid.UUID | None, str, str] | None:
    """Who goes to a child: its village's director, else who is above; of a protected child a named worker, or nobody (None)."""
    today = timezone.localdate()
    place = places_for_work([child_id]).get(child_id)
    if place is not None and place.restricted:
        return named_owner_of(child_id, division, today)
    return owner_of(division, today)


def hand_on(row: SchoolCase) -> None:
    """Its place or its owner is another now: the running work begins there."""
    owner = worker_of(row.child_id, row.division)
    SchoolCase.objects.filter(id=row.id).update(post=owner[0] if owner else None, version=F("version") + 1)
    end_work(LOCAL_OPERATOR, row)
    row.refresh_from_db()
    open_work(LOCAL_OPERATOR, row)


def give_to_named(kinds: Collection[str], subject: str, tasks: Iterable[NewTask]) -> bool:
    """Of a protected child: the open work of these kinds about a subject becomes `tasks`, those of whoever is named now; without anybody
    it is nobody's. Whether any changed hands; what stays with its worker keeps its clock.
    """
    wanted, held = {task.kind: task for task in tasks}, posts_of_open(kinds, subject)
    moved = [kind for kind, post in held.items() if kind not in wanted or wanted[kind].post_id != post]
    for kind in moved:
        end_task(LOCAL_OPERATOR, kind=kind, subject_id=subject, state="withdrawn", reason="handed_on")
    open_tasks(LOCAL_OPERATOR, tasks=wanted.values())
    return bool(moved) or bool(wanted.keys() - held.keys())


def hand_to_named(rows: Iterable[SchoolCase]) -> int:
    """Of protected children: the work goes to a named worker once there is one, and is nobody's any more without; how many changed."""
    changed = 0
    for row in rows:
        owner = worker_of(row.child_id, row.division)
        if row.post_id != (owner[0] if owner else None):
            hand_on(row)
            changed += 1
        elif owner:
            open_work(LOCAL_OPERATOR, row)
    return changed
