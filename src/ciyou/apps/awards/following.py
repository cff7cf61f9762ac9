"""What happens to awards and applications when a child's file changes. A review is opened; nothing stops by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from ciyou.apps.audit.services import record_action
from ciyou.apps.awards.access import county_of, is_of_residence
from ciyou.apps.awards.contents import seal_application
from ciyou.apps.awards.models import OPEN_STATES, Application, ApplicationState, Award, AwardState
from ciyou.apps.awards.reviews import CHANGED, DIED, MERGED, MOVED, OF_AGE, UNMERGED, open_reviews
from ciyou.apps.awards.steps import content_of, end_every_step
from ciyou.apps.entitlements.deciding import rule_decided
from ciyou.apps.registry.identity_moves import follows_merge
from ciyou.apps.registry.paying import standings_of
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.rules.interpreter import Outcome


def on_child_died(child_ids: Iterable[str], **_more: object) -> None:
    """Handler of `registry.child_died`: somebody looks at what the child was awarded."""
    _review(_running(child_ids), DIED)


def on_child_of_age(child_ids: Iterable[str], **_more: object) -> None:
    """Handler of `registry.child_of_age`: somebody looks whether it goes on (school) or ends."""
    _review(_running(child_ids), OF_AGE)


def on_person_moved(person_id: str, old_division: str, new_division: str, **_more: object) -> None:
    """Handler of `registry.person_moved`: inside the county the award follows; into another one it is handed over by people.

    What was claimed at the residence follows the residence, and is looked at by the county that pays it once the child has left.
    """
    same = county_of(old_division) == county_of(new_division)
    with transaction.atomic():
        _follow_applications(person_id, new_division)
        awards = []
        for award in _running([person_id]):
            if is_of_residence(award):
                _follow_residence(award)
            else:
                awards.append(award)
        here = [award.id for award in awards if county_of(award.division) == county_of(new_division)]
        Award.objects.filter(id__in=here).update(division=new_division, version=F("version") + 1)
        elsewhere = [award for award in awards if award.id not in here]
        if elsewhere:
            open_reviews(LOCAL_OPERATOR, awards=elsewhere, ground=MOVED, on=timezone.localdate(), division=new_division)
        if awards or not same:
            _log("move_awards", [person_id], awards=len(awards))


def _follow_applications(person_id: str, division: str) -> None:
    """Open applications go where they are decided: those of the residence only within the county that took them."""
    for row in Application.objects.filter(person_id=person_id, state__in=OPEN_STATES).defer("content"):
        of_residence = is_of_residence(row)
        place = _residence_of(person_id) if of_residence else division
        if place and (not of_residence or county_of(place) == county_of(row.division)):
            Application.objects.filter(id=row.id).update(division=place, version=F("version") + 1)


def _follow_residence(award: Award) -> None:
    lives = _residence_of(str(award.person_id))
    if lives and county_of(lives) == county_of(award.division):
        Award.objects.filter(id=award.id).update(division=lives, version=F("version") + 1)
    else:
        open_reviews(LOCAL_OPERATOR, awards=[award], ground=MOVED, on=timezone.localdate())


def _residence_of(person_id: str) -> str:
    return next((one.residence for one in standings_of([person_id]).values()), "")


@follows_merge
def on_people_merged(kept: str, dropped: str, **_more: object) -> None:
    """Handler of `registry.people_merged`: applications and awards go to the file that stays; of two running awards the younger
    becomes a double that pays nothing and that a person ends, of two open applications the younger is withdrawn.
    """
    with transaction.atomic():
        _merge_applications(kept, dropped)
        _merge_awards(kept, dropped)
        _log("merge_awards", [kept, dropped])


def on_people_unmerged(kept: str, restored: str, **_more: object) -> None:
    """Handler of `registry.people_unmerged`: what was decided in between rested on two children's facts; somebody looks at it again.

    A death that was recorded meanwhile is one child's: for the other's award it is no ground any more.
    """
    with transaction.atomic():
        files = standings_of([kept, restored]).values()
        living = [one.id for one in files if one.status != "dead"]
        of_the_living = _running(living).filter(review_for=DIED).order_by()
        of_the_living.update(review_for="", review_on=None, version=F("version") + 1)
        _review(_running([kept, restored]), UNMERGED)


def on_determination_made(child_ids: Iterable[str], **_more: object) -> None:
    """Handler of `entitlements.determination_made`: where the law no longer says yes, somebody looks at the award."""
    awards = _running(child_ids).filter(review_for="")
    lost = [award for award in awards if not _still_due(award)]
    _review(lost, CHANGED)


def _still_due(award: Award) -> bool:
    found = rule_decided(child_id=award.person_id, rule=award.entitlement)
    return found is not None and found.decision is not None and found.decision.outcome is Outcome.YES


def _running(person_ids: Iterable[str]) -> QuerySet[Award]:
    return Award.objects.filter(person_id__in=list(person_ids)).exclude(state=AwardState.ENDED).order_by("id")


def _review(awards: Iterable[Award], ground: str) -> None:
    with transaction.atomic():
        found = list(awards)
        if found and open_reviews(LOCAL_OPERATOR, awards=found, ground=ground, on=timezone.localdate()):
            _log("open_reviews", [str(award.person_id) for award in found], ground=ground)


def _merge_applications(kept: str, dropped: str) -> None:
    rows = list(Application.objects.filter(person_id__in=(kept, dropped)).order_by("created_at", "id"))
    taken = set()
    for row in rows:
        is_open = row.state in OPEN_STATES
        if is_open and row.entitlement in taken:
            content = replace(content_of(row), withdrawn_because="与同一个孩子的另一份申请合并。")
            Application.objects.filter(id=row.id).update(
                state=ApplicationState.WITHDRAWN, content=seal_application(row.id, content), version=F("version") + 1
            )
            end_every_step(LOCAL_OPERATOR, row, state="withdrawn")
        elif is_open:
            taken.add(row.entitlement)
    Application.objects.filter(person_id=dropped).update(person_id=kept, version=F("version") + 1)


def _merge_awards(kept: str, dropped: str) -> None:
    # Of two that began alike the kept file's own stands: an order by id alone would be a throw of dice.
    awards = sorted(
        Award.objects.filter(person_id__in=(kept, dropped)),
        key=lambda award: (award.first_month, award.awarded_on, str(award.person_id) != kept, str(award.id)),
    )
    first: dict[str, Award] = {}
    doubles = []
    for award in awards:
        if award.state == AwardState.ENDED or award.duplicate_of_id is not None:
            continue
        if award.entitlement in first:
            Award.objects.filter(id=award.id).update(duplicate_of=first[award.entitlement], version=F("version") + 1)
            doubles.append(award)
        else:
            first[award.entitlement] = award
    Award.objects.filter(person_id=dropped).update(person_id=kept, version=F("version") + 1)
    open_reviews(LOCAL_OPERATOR, awards=doubles, ground=MERGED, on=timezone.localdate())


def _log(action: str, persons: Iterable[str], **details: str | int) -> None:
    record_action(
        LOCAL_OPERATOR,
        action=action,
        persons=[str(one) for one in persons],
        details=details,
        highest_class=3,
        origin="worker",
    )
