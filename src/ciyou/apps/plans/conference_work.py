"""The work of a conference that was called: whoever called it holds it on its day, and the departments asked have a line on theirs."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.utils import timezone

from ciyou.apps.accounts.posts import is_department_there, post_card
from ciyou.apps.cases.planning import plan_until
from ciyou.apps.cases.rounds import county_of
from ciyou.apps.cases.tasks import NewTask, end_tasks, open_tasks, posts_of_open, subjects_of_open
from ciyou.apps.plans.goals import owners_for
from ciyou.apps.plans.models import CaseConference, CaseStage, ChildCase, ConferenceState
from ciyou.apps.plans.steps import decider_of
from ciyou.apps.plans.transitions import ATTEND, CONFERENCE
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor

PARTNER = "partner"


def open_conference_work(actor: Actor, row: CaseConference, *, post_id: uuid.UUID | None) -> None:
    """Its tasks until it is held: of the post that called it, else of the county; and of each department asked that works here.

    A department's line names no child, and of a protected one there is none: the county says whom it is about.
    """
    today, case = timezone.localdate(), row.case
    days, county = plan_until(today, max(row.held_on, today)), county_of(case.division)
    tasks = []
    owner = (post_id, "", county) if post_id else decider_of(case)
    if owner is not None:
        post, role, place = owner
        tasks.append(NewTask(CONFERENCE, str(row.id), place, case.person_id, post, role, days=days))
    for code in [] if case.person.restricted else row.asked:
        if is_department_there(division=county, department=code, on=today):
            tasks.append(
                NewTask(ATTEND, _invitation(row.id, code), county, queue_role=PARTNER, department=code, days=days)
            )
    open_tasks(actor, tasks=tasks)


def end_conference_work(actor: Actor, rows: Iterable[CaseConference], *, state: str, reason: str = "") -> None:
    """Nobody is reminded of them any more."""
    listed = list(rows)
    asked = [_invitation(row.id, code) for row in listed for code in row.asked]
    for kind, subjects in ((CONFERENCE, [str(row.id) for row in listed]), (ATTEND, asked)):
        end_tasks(actor, kind=kind, subject_ids=subjects, state=state, reason=reason)


def hand_on_conferences(actor: Actor, case: ChildCase) -> None:
    """The child's place or protection is another now: whoever called it keeps it in its county, else the county or a named worker has it."""
    owners = {one.id for one in owners_for(case)}
    for row in CaseConference.objects.filter(case=case, state=ConferenceState.CALLED):
        row.case = case
        post = posts_of_open((CONFERENCE,), str(row.id)).get(CONFERENCE)
        card = post_card(post) if post and not case.person.restricted else None
        near = card is not None and county_of(card.division) == county_of(case.division)
        end_conference_work(actor, [row], state="withdrawn")
        open_conference_work(actor, row, post_id=post if near or post in owners else None)


def remind_of_conferences() -> int:
    """Called conferences that are nobody's work: called before there was such work, or while nobody could be told; how many. Part of the daily job."""
    rows = CaseConference.objects.filter(state=ConferenceState.CALLED).exclude(case__stage=CaseStage.CLOSED)
    running = subjects_of_open(CONFERENCE)
    missing = [row for row in rows.select_related("case__person") if str(row.id) not in running]
    for row in missing:
        open_conference_work(LOCAL_OPERATOR, row, post_id=None)
    return len(missing)


def _invitation(conference_id: uuid.UUID, department: str) -> str:
    return f"{conference_id}:{department}"[:64]
