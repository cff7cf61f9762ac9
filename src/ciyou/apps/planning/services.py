"""Starting and stopping trials."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from ciyou.apps.audit.services import record_action
from ciyou.apps.planning.models import PolicyTrial, TrialStatus
from ciyou.apps.planning.tasks import run_trial
from ciyou.apps.planning.wishes import Wish, check_looks_at, proposal_of
from ciyou.batch.trials.trying import prepare
from ciyou.core.access.actor import Actor, significant_digits
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import AccessDenied, Place, Problem, RunError
from ciyou.packs import load_packs

FILES, DRAWN = "files", "drawn"
KEPT = 50
"""How many trials of one person are kept; older ones go when a new one begins."""
MOST_DRAWN = 1_000_000


@dataclass(frozen=True)
class NewTrial:
    """What is asked for. `trial_id` is made by the form: sent twice it is one trial. `drawn` 0: the children on file."""

    trial_id: uuid.UUID
    wish: Wish
    drawn: int = 0


def start_trial(actor: Actor, *, new: NewTrial, origin: str = "") -> uuid.UUID:
    """Check a change and queue its trial; returns its id.

    Raises PackError with everything that is wrong with the change, RunError for a number of children that cannot be drawn.
    """
    check_may_try(actor)
    check_wish(actor, wish=new.wish, on_files=not new.drawn)
    if new.drawn > MOST_DRAWN:
        raise RunError(_too_many())
    with transaction.atomic():
        trial, made = PolicyTrial.objects.get_or_create(
            id=new.trial_id,
            actor_id=actor.id,
            defaults={
                "division": actor.scope.first,
                "wish": new.wish.to_json(),
                "population": DRAWN if new.drawn else FILES,
                "drawn": new.drawn,
                "created_at": timezone.now(),
            },
        )
        if made:
            _forget_old(actor)
            details: dict[str, str | int | bool | None] = {
                "kind": new.wish.kind,
                "code": new.wish.code,
                "drawn": new.drawn,
            }
            record_action(actor, action="start_trial", subject=str(trial.id), details=details, origin=origin)
            run_trial.enqueue(str(trial.id))
    return trial.id


def check_wish(actor: Actor, *, wish: Wish, on_files: bool) -> None:
    """Raises PackError with everything that is wrong with a change where the actor's post is."""
    packs, division = load_packs(), significant_digits(actor.scope.first)
    after = prepare(proposal_of(wish, packs, division=division), packs, place=division)
    if on_files:
        check_looks_at(packs, after, place=division, day=wish.first_month)


def cancel_trial(actor: Actor, *, trial_id: uuid.UUID) -> None:
    """Ask a trial of one's own to stop: at once where it is queued, within a piece of its children where it runs."""
    check_may_try(actor)
    own = PolicyTrial.objects.filter(id=trial_id, actor_id=actor.id)
    with transaction.atomic():
        queued = own.filter(status=TrialStatus.QUEUED)
        if not queued.update(status=TrialStatus.CANCELLED, finished_at=timezone.now()):
            own.filter(status=TrialStatus.RUNNING).update(cancel_requested=True)


def check_may_try(actor: Actor) -> None:
    """Raises AccessDenied unless the actor's post makes policy or carries it out in a county."""
    if not may_do(actor.role, Action.TRY_POLICY):
        raise AccessDenied(
            Problem(
                Place(),
                "access.role",
                "您的岗位不办理政策试算。如工作需要，请联系县级经办人。",
                "Your post does not try policies. If your work needs it, ask the county's officers.",
            )
        )


def _forget_old(actor: Actor) -> None:
    kept = PolicyTrial.objects.filter(actor_id=actor.id).values_list("id", flat=True)[:KEPT]
    PolicyTrial.objects.filter(actor_id=actor.id).exclude(id__in=list(kept)).delete()


def _too_many() -> Problem:
    return Problem(
        Place("drawn"),
        "lab.children",
        f"模拟儿童最多 {MOST_DRAWN:,} 名；请改小，或用命令行 ciyou lab。",
        f"At most {MOST_DRAWN:,} children can be drawn here; ask for fewer, or use `ciyou lab` on the command line.",
    )
