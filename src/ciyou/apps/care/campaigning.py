"""Screening campaigns: a county has every child of a place asked whom a questionnaire fits, each once, one visit for brothers and sisters."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.care.access import PURPOSE
from ciyou.apps.care.campaign_access import find_campaign
from ciyou.apps.care.campaign_closing import CLOSE, closing_task
from ciyou.apps.care.campaign_due import children_due, pupils_among
from ciyou.apps.care.campaign_results import results_of
from ciyou.apps.care.campaign_schools import school_named
from ciyou.apps.care.models import Campaign, CampaignChild, CampaignState
from ciyou.apps.care.refusals import check_may_open_campaign, refused
from ciyou.apps.cases.planning import plan_until
from ciyou.apps.cases.rounds import named_owner_of, owner_of
from ciyou.apps.cases.tasks import NewTask, end_tasks, open_tasks
from ciyou.apps.registry.round_children import ChildInRound, children_without_birth_date
from ciyou.apps.registry.selectors import sibling_groups
from ciyou.core.access.actor import DIVISION_DIGITS, LOCAL_OPERATOR, Actor
from ciyou.core.errors import RecordError
from ciyou.packs import load_questionnaires
from ciyou.packs.questionnaires import QuestionnaireFile

ASK = "ask_in_campaign"
"""The kind of the task of one household visit, and its clock."""
CLOSED_FOR = ("time_over", "no_worker", "stopped")
"""Why the children who are left when a campaign closes were not asked."""
LONGEST_DAYS = 366
_BATCH = 500


@dataclass(frozen=True)
class NewCampaign:
    """What the form says; `id` is made by the form. `school_code`: of the place only who attends this school (None: everybody);
    `school_name` may be "" where an earlier campaign named the school."""

    id: uuid.UUID
    instrument: str
    division: str
    from_on: dt.date | None
    until_on: dt.date | None
    school_code: str | None = None
    school_name: str = ""


def open_campaign(actor: Actor, *, wanted: NewCampaign) -> uuid.UUID:
    """Open a campaign and give each household's visit to whoever goes there; a form sent twice opens one.

    Taken in is every child of the place whom the questionnaire fits, unless it was asked with it not long ago (`ask_again_days`) or another open
    campaign asks it; in a school's, whoever attends that school today. A protected child is taken in only where a named worker of its case can go. Raises AccessDenied, or
    RecordError with every mistake.
    """
    check_may_open_campaign(actor)
    with walled(LOCAL_OPERATOR):
        before = Campaign.objects.filter(id=wanted.id).first()
    if before is not None:
        return find_campaign(actor, before.id).id
    file, from_on, until_on, school = _checked(actor, wanted)
    place = _full(wanted.division)
    due = children_due(place, file, from_on)
    pupils, unknown_school = (due, 0) if wanted.school_code is None else pupils_among(due, wanted.school_code)
    homes = _homes_of(pupils, from_on)
    # The machine takes in: it alone sees who is protected.
    with transaction.atomic(), walled(LOCAL_OPERATOR):
        row, made = Campaign.objects.get_or_create(
            id=wanted.id,
            defaults={
                "instrument": file.code,
                "division": place,
                "from_on": from_on,
                "until_on": until_on,
                "unknown_age": children_without_birth_date(place),
                "school_code": wanted.school_code or "",
                "school_name": school,
                "unknown_school": unknown_school,
                "opened_by": actor.id,
                "opened_at": timezone.now(),
            },
        )
        if made:
            taken = _take_in(actor, row, homes)
            details = {"instrument": file.code, "children": taken}
            record_action(actor, action="open_campaign", subject=str(row.id), details=details, highest_class=3)
    return row.id


def close_campaign(actor: Actor, *, campaign_id: uuid.UUID, reason: str) -> None:
    """Close a campaign: who is still due was not reached, for this reason; the tasks end; how many had which hint is counted, once.

    Closed twice is closed once. Raises RecordError for a reason that is none where somebody is still due.
    """
    check_may_open_campaign(actor)
    row = find_campaign(actor, campaign_id)
    with transaction.atomic(), walled(LOCAL_OPERATOR):
        row = Campaign.objects.select_for_update().get(id=row.id)
        if row.closed_at is not None:
            return
        due = list(row.children.filter(state=CampaignState.DUE).order_by("id").select_for_update())
        if due and reason not in CLOSED_FOR:
            raise refused(
                "closed_for",
                "还有孩子没有问到。请选择为什么不再问，再结束。",
                "Some children have not been asked. Choose why they will not be, then close.",
                place="reason",
            )
        now = timezone.now()
        row.children.filter(state=CampaignState.DUE).update(
            state=CampaignState.NOT_REACHED, reason=reason, answered_by=actor.id, answered_at=now
        )
        # Of all households: two siblings who were asked in the same moment may have left the task of theirs open.
        homes = [str(one) for one in row.children.order_by().values_list("household", flat=True).distinct()]
        end_tasks(actor, kind=ASK, subject_ids=homes, state="withdrawn", reason=reason)
        end_tasks(actor, kind=CLOSE, subject_ids=[str(row.id)])
        row.results, row.closed_by, row.closed_at = results_of(row), actor.id, now
        row.save(update_fields=("results", "closed_by", "closed_at"))
        details = {"not_reached": len(due), "reason": reason if due else ""}
        record_action(actor, action="close_campaign", subject=str(row.id), details=details, highest_class=3)


def _checked(actor: Actor, wanted: NewCampaign) -> tuple[QuestionnaireFile, dt.date, dt.date, str]:
    problems: list[RecordError] = []
    school = ""
    if not wanted.division or not actor.scope.holds(_full(wanted.division)):
        problems.append(
            refused("campaign_place", "请选择在哪里筛查。", "Choose the place of the campaign.", place="division")
        )
    file = load_questionnaires(division=wanted.division or actor.scope.first).get(wanted.instrument)
    if file is None or file.scoring is None or not file.texts:
        problems.append(
            refused(
                "campaign_instrument",
                "请选择用哪一份量表；没有取得题目授权的，这里不能用。",
                "Choose the questionnaire; one whose texts are not licensed cannot be used here.",
                place="instrument",
            )
        )
    if wanted.school_code is not None:
        try:
            school = school_named(wanted.school_code, wanted.school_name)
        except RecordError as wrong:
            problems.append(wrong)
    first, last = wanted.from_on, wanted.until_on
    today = timezone.localdate()
    if first is None or last is None or not today <= first <= last <= first + dt.timedelta(days=LONGEST_DAYS):
        problems.append(
            refused(
                "campaign_days",
                "请填写从哪天到哪天：从今天或以后开始，最长一年。",
                "Give the days: from today or later, for a year at most.",
                place="from_on",
            )
        )
    if problems or file is None or first is None or last is None:
        raise RecordError([one for error in problems for one in error.problems])
    return file, first, last, school


def _full(code: str) -> str:
    """A code of a place with all its digits."""
    return code.ljust(DIVISION_DIGITS, "0")


def _take_in(actor: Actor, row: Campaign, homes: Iterable[_Home]) -> int:
    rows, tasks = [], [closing_task(row)]
    for home in homes:
        rows += [
            CampaignChild(campaign=row, person_id=one.id, household=home.key, division=one.division)
            for one in home.children
        ]
        tasks.append(_task(row, home))
    CampaignChild.objects.bulk_create(rows, batch_size=_BATCH)
    open_tasks(actor, tasks=tasks)
    return len(rows)


Owner = tuple[uuid.UUID | None, str, str]


@dataclass(frozen=True)
class _Home:
    """Brothers and sisters of one village, and whoever goes there."""

    key: uuid.UUID
    children: tuple[ChildInRound, ...]
    owner: Owner


def _homes_of(children: Iterable[ChildInRound], on: dt.date) -> list[_Home]:
    """Those who are not protected by household and village; and each who is, alone, where a named worker can go."""
    by_id = {one.id: one for one in children}
    with walled(LOCAL_OPERATOR):
        return [*_homes(by_id), *_protected_homes(by_id, on)]


def _homes(by_id: Mapping[uuid.UUID, ChildInRound]) -> list[_Home]:
    """Those who are not protected, by household and village."""
    found, owners = [], _Owners()
    groups = sibling_groups(LOCAL_OPERATOR, child_ids=by_id, purpose=PURPOSE)
    for group in groups:
        by_village: dict[str, list[ChildInRound]] = {}
        for child in group:
            by_village.setdefault(by_id[child].division, []).append(by_id[child])
        found += [_Home(uuid.uuid4(), tuple(those), owners.of(place)) for place, those in by_village.items()]
    return found


def _protected_homes(by_id: Mapping[uuid.UUID, ChildInRound], on: dt.date) -> list[_Home]:
    protected = [one for one in by_id.values() if one.restricted]
    owned = [(one, named_owner_of(one.id, one.division, on)) for one in protected]
    return [_Home(uuid.uuid4(), (one,), owner) for one, owner in owned if owner is not None]


class _Owners:
    """Who goes to a village, asked once for each."""

    def __init__(self) -> None:
        self.known: dict[str, Owner] = {}

    def of(self, place: str) -> Owner:
        if place not in self.known:
            self.known[place] = owner_of(place, timezone.localdate())
        return self.known[place]


def _task(row: Campaign, home: _Home) -> NewTask:
    return visit_task(row, home.key, home.children[0].id, home.owner)


def visit_task(row: Campaign, household: uuid.UUID, child_id: uuid.UUID, owner: Owner) -> NewTask:
    """The task of one household's visit in a campaign, with the campaign's days."""
    post, role, place = owner
    start = max(row.from_on, timezone.localdate())
    return NewTask(
        ASK,
        str(household),
        place,
        person_id=child_id,
        post_id=post,
        queue_role=role,
        started_on=start,
        days=plan_until(start, max(row.until_on, start)),
    )
