"""How long what is kept, what would go now, and its destruction: asked by one person, confirmed by another, proved afterwards."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from ciyou.apps.accounts.selectors import user_names
from ciyou.apps.assessments.selectors import with_risk_assessment
from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.awards.list_conditions import with_application
from ciyou.apps.care.selectors import with_filled_questionnaire
from ciyou.apps.cases.list_conditions import forget_empty_visits, with_shared_visit, without_difficulty
from ciyou.apps.crossing.retention import erase_emergencies, old_emergencies
from ciyou.apps.entitlements.list_conditions import with_case_decision, with_standing_determination
from ciyou.apps.oversight.complaints import erase_complaints, old_complaints
from ciyou.apps.oversight.models import Purge, PurgeState
from ciyou.apps.oversight.refusals import check_may, check_reason, not_found_here, refused, somebody_was_first
from ciyou.apps.partners.list_conditions import with_referral
from ciyou.apps.plans.list_conditions import with_case
from ciyou.apps.registry.destruction import children_in, destroy_people, held_by_others, relatives_only_of
from ciyou.apps.rosters.retention import destroy_run_files, runs_with_old_files
from ciyou.apps.schooling.list_conditions import with_schooling
from ciyou.apps.training.list_conditions import with_guidance
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, DivisionScope
from ciyou.core.access.roles import Action
from ciyou.packs import load_retention_rules
from ciyou.packs.retention import RetentionRule

LEAST_REASON = 10


@dataclass(frozen=True)
class PurgePlan:
    """What a rule would destroy: ids by kind (never shown), how many, a hash over them, and how many were kept back and why."""

    rule: str
    before: dt.date
    ids: Mapping[str, tuple[str, ...]]
    kept_back: Mapping[str, int]

    @property
    def counts(self) -> dict[str, int]:
        return {kind: len(ids) for kind, ids in self.ids.items()}

    @property
    def is_empty(self) -> bool:
        return not any(self.ids.values())

    @property
    def hash(self) -> str:
        """SHA-256 over the sorted ids, kind by kind: equal exactly when the same would go."""
        lines = (f"{kind}:{one}" for kind, ids in sorted(self.ids.items()) for one in sorted(ids))
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@dataclass(frozen=True)
class PurgeCard:
    """One purge as those who answer for it see it. `own`: the actor asked for it."""

    id: uuid.UUID
    rule: str
    before: dt.date
    planned: Mapping[str, int]
    counts: Mapping[str, int]
    proof: str
    state: str
    reason: str
    asked_by: str
    asked_at: dt.datetime
    decided_by: str
    ran_at: dt.datetime | None
    own: bool


def plan_purge(actor: Actor, *, rule: str, today: dt.date) -> PurgePlan:
    """What this rule would destroy in the actor's area today; changes nothing. Empty where nobody knows the period."""
    check_may(actor, Action.PURGE)
    found = _rule(rule)
    if found.destroy_after is None or found.what not in _PLANS:
        return PurgePlan(rule, today, {}, {})
    return _plan(found, actor.scope, found.destroy_after.before(today))


def _rule(code: str) -> RetentionRule:
    rule = load_retention_rules().get(code)
    if rule is None:
        raise not_found_here()
    return rule


def _plan(rule: RetentionRule, scope: DivisionScope, before: dt.date) -> PurgePlan:
    # The administrators who answer for destruction see no persons: the machine counts for them.
    with walled(LOCAL_OPERATOR):
        ids, kept_back = _PLANS[rule.what](scope, before)
    return PurgePlan(rule.code, before, ids, kept_back)


def ask_purge(actor: Actor, *, rule: str, reason: str, today: dt.date) -> uuid.UUID:
    """Ask that what a rule says now goes; another person has to confirm exactly this."""
    kept = check_reason(reason, least=LEAST_REASON)
    plan = plan_purge(actor, rule=rule, today=today)
    if plan.is_empty:
        raise refused(
            "purge_empty", "按这条规则现在没有可销毁的内容。", "By this rule there is nothing to destroy now."
        )
    division = actor.scope.first
    with transaction.atomic():
        if Purge.objects.filter(rule=rule, division=division, state=PurgeState.ASKED).exists():
            raise refused(
                "purge_asked",
                "这条规则已有一份销毁申请待确认；请先处理那一份。",
                "A purge by this rule waits to be confirmed already; deal with that one first.",
            )
        row = Purge.objects.create(
            rule=rule,
            division=division,
            before=plan.before,
            planned=plan.counts,
            plan_hash=plan.hash,
            reason=kept,
            asked_by=actor.id,
            asked_at=timezone.now(),
        )
        record_action(actor, action="ask_purge", subject=str(row.id), details={"rule": rule, **plan.counts})
    return row.id


def confirm_purge(actor: Actor, *, purge_id: uuid.UUID, origin: str = "") -> Mapping[str, int]:
    """Destroy what was asked for; the counts. Not by whoever asked; not when something else would go by now.

    Afterwards nothing of it may be left: the rule is planned again, and if anything is found all is undone. The log stays as it is.
    """
    row = _open_purge(actor, purge_id)
    if row.asked_by == actor.id:
        raise refused(
            "own_purge",
            "提出和确认销毁要由两个人办理；请由另一个人确认。",
            "Asking for destruction and confirming it are two people's work; let somebody else confirm.",
        )
    rule, scope = _rule(row.rule), DivisionScope.of(row.division)
    with transaction.atomic():
        plan = _plan(rule, scope, row.before)
        if plan.hash != row.plan_hash:
            raise refused(
                "purge_changed",
                "提出之后情况有变：现在会销毁的与当时申请的不同。请退回，重新提出。",
                "Things have changed since it was asked: what would go now is not what was asked for. Refuse it and ask again.",
            )
        with walled(LOCAL_OPERATOR):
            counts = _DESTROYERS[rule.what](plan)
        _finish(actor, row, plan, counts, origin)
        if rule.what in (PEOPLE, EMERGENCIES, COMPLAINTS) and not _plan(rule, scope, row.before).is_empty:
            raise refused(
                "purge_incomplete",
                "销毁后核对发现仍有残留，已全部撤回；请联系系统管理员。",
                "The check afterwards found something left, and everything was undone; tell the system administrator.",
            )
    return counts


def _finish(actor: Actor, row: Purge, plan: PurgePlan, counts: Mapping[str, int], origin: str) -> None:
    changed = Purge.objects.filter(id=row.id, state=PurgeState.ASKED).update(
        state=PurgeState.DONE,
        counts=dict(counts),
        proof=plan.hash,
        decided_by=actor.id,
        ran_at=timezone.now(),
    )
    if not changed:
        raise somebody_was_first()
    record_action(
        actor,
        action="confirm_purge",
        subject=str(row.id),
        details={"rule": row.rule, "proof": plan.hash, **counts},
        origin=origin,
    )


def refuse_purge(actor: Actor, *, purge_id: uuid.UUID) -> None:
    """Say no to a purge, or take one's own back; nothing is destroyed."""
    row = _open_purge(actor, purge_id)
    with transaction.atomic():
        changed = Purge.objects.filter(id=row.id, state=PurgeState.ASKED).update(
            state=PurgeState.REFUSED, decided_by=actor.id, ran_at=timezone.now()
        )
        if not changed:
            raise somebody_was_first()
        record_action(actor, action="refuse_purge", subject=str(row.id))


def _open_purge(actor: Actor, purge_id: uuid.UUID) -> Purge:
    check_may(actor, Action.PURGE)
    row = Purge.objects.filter(id=purge_id, division__gte=actor.scope.first, division__lt=actor.scope.end).first()
    if row is None:
        raise not_found_here()
    return row


def list_purges(actor: Actor) -> tuple[PurgeCard, ...]:
    """The purges of the actor's area, newest first."""
    check_may(actor, Action.PURGE)
    rows = list(
        Purge.objects.filter(division__gte=actor.scope.first, division__lt=actor.scope.end).order_by("-asked_at")[:200]
    )
    names = user_names([*(row.asked_by for row in rows), *(row.decided_by for row in rows if row.decided_by)])
    return tuple(
        PurgeCard(
            id=row.id,
            rule=row.rule,
            before=row.before,
            planned=row.planned,
            counts=row.counts,
            proof=row.proof,
            state=row.state,
            reason=row.reason,
            asked_by=names.get(row.asked_by, row.asked_by),
            asked_at=row.asked_at,
            decided_by=names.get(row.decided_by, row.decided_by),
            ran_at=row.ran_at,
            own=row.asked_by == actor.id,
        )
        for row in rows
    )


# -- the kinds of things that rules speak of ------------------------------------------------------------------------

Ids = Mapping[str, tuple[str, ...]]
PEOPLE, EMERGENCIES, COMPLAINTS = "people_without_difficulty", "emergency_aid", "complaints"


def _plan_people(scope: DivisionScope, before: dt.date) -> tuple[Ids, dict[str, int]]:
    """Children found not to be in difficulty long ago, with nothing else on file; adults who are on file only for them."""
    candidates = children_in(scope).filter(pk__in=without_difficulty(before))
    asked = candidates.exclude(subject_requests=None, opened_in_need=None)
    protected = held_by_others(candidates)
    determined = candidates.filter(with_standing_determination())
    case_decided = candidates.filter(with_case_decision())
    applied = candidates.filter(with_application())
    questioned = candidates.filter(with_filled_questionnaire())
    assessed = candidates.filter(with_risk_assessment())
    shared = candidates.filter(with_shared_visit(candidates))
    held = {
        "request_or_opening": asked,
        "protected_or_named": protected,
        "determined": determined,
        "case_decided": case_decided,
        "applied_for": applied,
        "referred": candidates.filter(with_referral()),
        "schooled": candidates.filter(with_schooling()),
        "guided": candidates.filter(with_guidance()),
        "questioned": questioned,
        "cased": candidates.filter(with_case()),
        "assessed": assessed,
        "shared_visit": shared,
    }
    kept_back = candidates.order_by().aggregate(
        **{why: Count("pk", filter=Q(pk__in=rows.order_by().values("pk")), distinct=True) for why, rows in held.items()}
    )
    going = candidates.filter(subject_requests=None, opened_in_need=None)
    for why, rows in held.items():
        if why != "request_or_opening":
            going = going.exclude(pk__in=rows.values("pk"))
    children = tuple(going.order_by("pk").values_list("pk", flat=True))
    adults = relatives_only_of(children) if children else ()
    ids = {"children": tuple(map(str, children)), "adults": tuple(map(str, adults))}
    return ids, {why: count for why, count in kept_back.items() if count}


def _destroy_people(plan: PurgePlan) -> dict[str, int]:
    ids = [uuid.UUID(one) for kind in ("children", "adults") for one in plan.ids[kind]]
    counts = destroy_people(LOCAL_OPERATOR, person_ids=ids)
    visits = forget_empty_visits()
    return counts | ({"Visit": visits} if visits else {})


def _plan_runs(scope: DivisionScope, before: dt.date) -> tuple[Ids, dict[str, int]]:
    return {"screenings": tuple(map(str, runs_with_old_files(before=before, scope=scope)))}, {}


def _destroy_runs(plan: PurgePlan) -> dict[str, int]:
    ids = [uuid.UUID(one) for one in plan.ids["screenings"]]
    return {"folders": destroy_run_files(LOCAL_OPERATOR, run_ids=ids)}


def _plan_emergencies(scope: DivisionScope, before: dt.date) -> tuple[Ids, dict[str, int]]:
    return {"emergencies": tuple(map(str, old_emergencies(scope, before)))}, {}


def _erase_emergencies(plan: PurgePlan) -> dict[str, int]:
    return {"emergencies": erase_emergencies([uuid.UUID(one) for one in plan.ids["emergencies"]])}


def _plan_complaints(scope: DivisionScope, before: dt.date) -> tuple[Ids, dict[str, int]]:
    return {"complaints": tuple(map(str, old_complaints(scope, before)))}, {}


def _erase_complaints(plan: PurgePlan) -> dict[str, int]:
    return {"complaints": erase_complaints([uuid.UUID(one) for one in plan.ids["complaints"]])}


_PLANS: Mapping[str, Callable[[DivisionScope, dt.date], tuple[Ids, dict[str, int]]]] = MappingProxyType(
    {PEOPLE: _plan_people, EMERGENCIES: _plan_emergencies, COMPLAINTS: _plan_complaints, "screening_files": _plan_runs}
)
_DESTROYERS: Mapping[str, Callable[[PurgePlan], dict[str, int]]] = MappingProxyType(
    {
        PEOPLE: _destroy_people,
        EMERGENCIES: _erase_emergencies,
        COMPLAINTS: _erase_complaints,
        "screening_files": _destroy_runs,
    }
)
