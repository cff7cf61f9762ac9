"""What happens to guidance without anybody's doing: the child moves, dies, is of age, is protected, or is one with another."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from ciyou.apps.audit.wall import walled
from ciyou.apps.registry.identity_moves import follows_merge
from ciyou.apps.training.guidance_work import end_work, give_to_named, hand_on
from ciyou.apps.training.models import Guidance, GuidanceState
from ciyou.core.access.actor import LOCAL_OPERATOR

DIED, OF_AGE = "died", "of_age"


def on_person_moved(person_id: str, **_more: object) -> None:
    """Handler of `registry.person_moved`: what runs goes along; the county in which the child lives now sees to it."""
    _hand_on([person_id])


def on_protection_changed(child_ids: Iterable[str], **_more: object) -> None:
    """Handler of `registry.protection_changed`: a protected child's is a named worker's, or nobody's; opened again it is the county's."""
    _hand_on(child_ids)


def on_child_died(child_ids: Iterable[str], **_more: object) -> None:
    """Handler of `registry.child_died`: nobody guides a family in mourning."""
    _lapse(child_ids, DIED)


def on_child_of_age(child_ids: Iterable[str], **_more: object) -> None:
    """Handler of `registry.child_of_age`: there is no guardian any more."""
    _lapse(child_ids, OF_AGE)


@follows_merge
def on_people_merged(kept: str, **_more: object) -> None:
    """Handler of `registry.people_merged`: two orders about one child are two; both are seen to where the file that stayed says."""
    _hand_on([kept])


def on_people_unmerged(kept: str, restored: str, **_more: object) -> None:
    """Handler of `registry.people_unmerged`: each is its own child's again, and so is the work."""
    _hand_on([kept, restored])


def watch_guidance() -> int:
    """The daily job: of protected children the work is of whoever is named now; how many changed hands."""
    with walled(LOCAL_OPERATOR), transaction.atomic():
        return give_to_named()


def _hand_on(child_ids: Iterable[object]) -> None:
    with walled(LOCAL_OPERATOR), transaction.atomic():
        for row in _open(child_ids):
            hand_on(row)


def _lapse(child_ids: Iterable[object], why: str) -> None:
    with walled(LOCAL_OPERATOR), transaction.atomic():
        for row in _open(child_ids):
            Guidance.objects.filter(id=row.id).update(
                state=GuidanceState.LAPSED, outcome=why, ended_on=timezone.localdate(), version=F("version") + 1
            )
            end_work(LOCAL_OPERATOR, row, state="withdrawn")


def _open(child_ids: Iterable[object]) -> QuerySet[Guidance]:
    rows = Guidance.objects.select_for_update(of=("self",)).filter(state=GuidanceState.OPEN)
    return rows.filter(child__in=list(child_ids))
