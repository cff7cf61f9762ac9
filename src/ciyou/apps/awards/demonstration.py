"""The demo's applications: a few in every state, each step taken by the account that would take it."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils import timezone

from ciyou.apps.accounts.selectors import actors_of_role
from ciyou.apps.awards.appeals import receive_appeal
from ciyou.apps.awards.changes import END, SUSPEND, WishedChange, decide_change, propose_change
from ciyou.apps.awards.checking import Opinion, check_application
from ciyou.apps.awards.contents import Applicant
from ciyou.apps.awards.deciding import decide_application, tell_applicant
from ciyou.apps.awards.drafting import Draft, draft_decision
from ciyou.apps.awards.models import Application, Award
from ciyou.apps.awards.receiving import NewApplication, receive_application, withdraw_application
from ciyou.apps.awards.reviews import OF_AGE, open_reviews
from ciyou.apps.entitlements.selectors import awaiting_confirmation, children_with_outcome
from ciyou.apps.entitlements.services import confirm_determination
from ciyou.apps.registry.deciding import places_of
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.awards.month import Month
from ciyou.core.errors import CiyouError

ENTITLEMENTS = ("orphan_living_allowance", "de_facto_living_allowance")
LEFT = "orphan_living_allowance"
"""Of these the first child stays confirmed and not applied for: the list of the entitled shows it."""
ROUNDS = 2
AMOUNT_FEN = 135000
"""For children whose amount the determination leaves open between the two standards: the lower one."""
_LOOKED_AT = 200
_GUARDIANS = ("外祖母", "祖父", "姑姑", "舅舅", "祖母")


@dataclass(frozen=True)
class _Office:
    """Who is there in the demo's county, and the township of a child."""

    drafter: Actor
    reviewer: Actor
    approver: Actor
    supervisors: Sequence[Actor]

    def supervisor(self, division: str) -> Actor | None:
        return next((one for one in self.supervisors if one.scope.holds(division)), None)


def make_demo_applications() -> int:
    """Make a few applications in every state, and awards that run, are suspended, to be looked at and ended; how many were made.

    None where the county has no officers or nobody is entitled. In a demo's state folder only.
    """
    drafters = actors_of_role(division="0" * 12, role="county_drafter")
    office = _office(drafters[0]) if drafters else None
    if office is None:
        return 0
    made = 0
    walks = itertools.chain.from_iterable(itertools.repeat(_WALKS, ROUNDS))
    children = _entitled(office)
    for walk in walks:
        for child, entitlement, counter in children:
            try:
                walk(office, counter, child, entitlement)
            except CiyouError:
                continue  # somebody's amount is open, or a file is not whole: the next child shows the same
            made += 1
            break
    return made


def _office(drafter: Actor) -> _Office | None:
    county = drafter.scope.first
    by_role = [
        actors_of_role(division=county, role=role) for role in ("county_reviewer", "county_approver", "supervisor")
    ]
    reviewers, approvers, supervisors = by_role
    return _Office(drafter, reviewers[0], approvers[0], supervisors) if all(by_role) else None


def _entitled(office: _Office):
    """Children whom a determination entitles, confirmed by the reviewer on the way: (child, entitlement, the township's counter)."""
    for entitlement in ENTITLEMENTS:
        ids = children_with_outcome(rule=entitlement, outcome="yes")
        rows = awaiting_confirmation(office.reviewer).filter(person__in=ids).values_list("id", "person_id")
        found = list(rows[:_LOOKED_AT])
        places = places_of([child for _row, child in found])
        left = entitlement == LEFT
        for row, child in found:
            counter = office.supervisor(places[child])
            if counter is None:
                continue
            confirm_determination(office.reviewer, determination_id=row)
            if not left:
                yield child, entitlement, counter
            left = False


Walk = Callable[[_Office, Actor, uuid.UUID, str], None]


def _receive(counter: Actor, child: uuid.UUID, entitlement: str, *, brought: bool = True) -> uuid.UUID:
    guardian = _GUARDIANS[child.int % len(_GUARDIANS)]
    wanted = NewApplication(
        id=uuid.uuid4(),
        child_id=child,
        entitlement=entitlement,
        applicant=Applicant(guardian, "guardian", "13800000000"),
        brought=frozenset({"bank_card"}) if brought else frozenset(),
    )
    return receive_application(counter, wanted=wanted).id


def _version(application: uuid.UUID) -> int:
    return Application.objects.values_list("version", flat=True).get(id=application)


def _wait_for_papers(office: _Office, counter: Actor, child: uuid.UUID, entitlement: str) -> None:
    _receive(counter, child, entitlement, brought=False)


def _wait_for_check(office: _Office, counter: Actor, child: uuid.UUID, entitlement: str) -> None:
    _receive(counter, child, entitlement)


def _wait_for_draft(office: _Office, counter: Actor, child: uuid.UUID, entitlement: str) -> None:
    _checked(counter, child, entitlement)


def _checked(counter: Actor, child: uuid.UUID, entitlement: str) -> uuid.UUID:
    found = _receive(counter, child, entitlement)
    opinion = Opinion("agree", "数据比对一致。", frozenset({"police", "justice"}))
    check_application(counter, application_id=found, version=_version(found), opinion=opinion)
    return found


def _wait_for_decision(office: _Office, counter: Actor, child: uuid.UUID, entitlement: str) -> None:
    _drafted(office, counter, child, entitlement, Draft("approve", amount_fen=AMOUNT_FEN))


def _drafted(office: _Office, counter: Actor, child: uuid.UUID, entitlement: str, draft: Draft) -> uuid.UUID:
    found = _checked(counter, child, entitlement)
    draft_decision(office.drafter, application_id=found, version=_version(found), draft=draft)
    return found


def _approved(office: _Office, counter: Actor, child: uuid.UUID, entitlement: str) -> Award:
    found = _drafted(office, counter, child, entitlement, Draft("approve", amount_fen=AMOUNT_FEN))
    award = decide_application(office.approver, application_id=found, version=_version(found), decision="accept")
    tell_applicant(counter, application_id=found)
    return Award.objects.get(id=award)


def _paid(office: _Office, counter: Actor, child: uuid.UUID, entitlement: str) -> None:
    _approved(office, counter, child, entitlement)


def _refused(office: _Office, counter: Actor, child: uuid.UUID, entitlement: str) -> None:
    draft = Draft("refuse", "经核查，孩子随父亲共同生活，由父亲抚养。")
    found = _drafted(office, counter, child, entitlement, draft)
    decide_application(office.approver, application_id=found, version=_version(found), decision="accept")
    receive_appeal(counter, appeal_id=uuid.uuid4(), application_id=found, words="父亲常年不在家，没有抚养。")


def _withdrawn(office: _Office, counter: Actor, child: uuid.UUID, entitlement: str) -> None:
    found = _receive(counter, child, entitlement)
    withdraw_application(counter, application_id=found, version=_version(found), reason="监护人改为申请特困供养。")


def _suspended(office: _Office, counter: Actor, child: uuid.UUID, entitlement: str) -> None:
    _change(office, _approved(office, counter, child, entitlement), SUSPEND, decided=True)


def _ended(office: _Office, counter: Actor, child: uuid.UUID, entitlement: str) -> None:
    _change(office, _approved(office, counter, child, entitlement), END, decided=True)


def _ending(office: _Office, counter: Actor, child: uuid.UUID, entitlement: str) -> None:
    _change(office, _approved(office, counter, child, entitlement), END, decided=False)


def _looked_at(office: _Office, counter: Actor, child: uuid.UUID, entitlement: str) -> None:
    award = _approved(office, counter, child, entitlement)
    open_reviews(LOCAL_OPERATOR, awards=[award], ground=OF_AGE, on=timezone.localdate())


def _change(office: _Office, award: Award, kind: str, *, decided: bool) -> None:
    today = timezone.localdate()
    wished = WishedChange(uuid.uuid4(), kind, "gave_up", today, "监护人书面提出，已当面核实。", Month.of(today).plus(2))
    change = propose_change(office.drafter, award_id=award.id, version=award.version, wished=wished)
    if decided:
        decide_change(office.reviewer, change_id=change, version=award.version, accepted=True)


_WALKS: tuple[Walk, ...] = (
    _wait_for_papers,
    _wait_for_check,
    _wait_for_draft,
    _wait_for_decision,
    _paid,
    _refused,
    _withdrawn,
    _suspended,
    _ended,
    _ending,
    _looked_at,
)
