"""The package of what a child needs: entitlements and services derived from what stands elsewhere, the rest entered by a person."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.awards.standings import APPLIED, REFUSED, RUNNING
from ciyou.apps.plans.access import find_case
from ciyou.apps.plans.contents import seal_why
from ciyou.apps.plans.models import CaseStage, ChildCase, LineState, PackageLine
from ciyou.apps.plans.refusals import check_may, check_words, moved_on, refused
from ciyou.apps.plans.standings import ENTERED, Standings, standings_of
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action
from ciyou.core.access.verdict import RESTRICTED, ceiling_of
from ciyou.packs import load_plan_domains, load_rule_book
from ciyou.packs.plans import ENTITLEMENT, VISITS, Need

ELSEWHERE = "rights"
"""The domain of an entitlement that no domain of the packs names."""
_AWARDED = {
    RUNNING: (LineState.IN_PLACE, "award"),
    APPLIED: (LineState.APPLIED, "application"),
    REFUSED: (LineState.REFUSED, "application"),
}
_REFERRED = {
    "given": LineState.IN_PLACE,
    "underway": LineState.APPLIED,
    "refused": LineState.REFUSED,
    "open": LineState.DUE,
}


@dataclass(frozen=True)
class Line:
    """One thing that the child needs. `why`: why it is not needed or was refused; `entered`: a person says so."""

    kind: str
    code: str
    domain: str
    state: str
    source: str
    sensitivity: int
    why: str = ""

    @property
    def entered(self) -> bool:
        return self.source == ENTERED

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.code


def package_of(row: ChildCase, standings: Standings) -> tuple[Line, ...]:
    """The package as it stands now: what is derived, and over it what a person entered, as far as nothing else says how it stands.

    `standings`: what stands elsewhere (`standings_of`). That something due is not needed only a person can say, with a reason; once it is applied for, that counts.
    """
    found = {line.key: line for line in _derived(row, standings)}
    for one in standings.entered:
        key = (one.kind, one.code)
        waived = one.state == LineState.NOT_NEEDED and key in found and found[key].state == LineState.DUE
        if waived or (key not in found and one.kind != ENTITLEMENT):
            found[key] = Line(one.kind, one.code, one.domain, one.state, ENTERED, one.sensitivity, one.why)
    order = list(load_plan_domains(division=row.division))
    return tuple(
        sorted(found.values(), key=lambda one: (order.index(one.domain) if one.domain in order else 99, *one.key))
    )


def readable(actor: Actor, lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Of a package what the actor may read by its class."""
    return tuple(one for one in lines if one.sensitivity <= ceiling_of(actor))


def keep_package(row: ChildCase) -> None:
    """Store the package as it stands, so that unmet needs can be counted; what stands nowhere any more goes. Inside a transaction."""
    now = timezone.now()
    with walled(LOCAL_OPERATOR):
        lines = package_of(row, standings_of(row))
        kept = {(one.kind, one.code): one for one in PackageLine.objects.filter(case=row)}
        wanted = {line.key: line for line in lines}
        overtaken = [one.id for key, one in kept.items() if key not in wanted]
        PackageLine.objects.filter(id__in=overtaken).delete()
        for line in lines:
            before = kept.get(line.key)
            if before is None:
                PackageLine.objects.create(case=row, **_columns(line), by=LOCAL_OPERATOR.id, at=now)
            elif not line.entered and (before.state, before.source) != (line.state, line.source):
                PackageLine.objects.filter(id=before.id).update(
                    **_columns(line), why=None, by=LOCAL_OPERATOR.id, at=now
                )


def say_need(
    actor: Actor, *, case_id: uuid.UUID, version: int, kind: str, code: str, state: str, why: str = ""
) -> None:
    """Say how something stands that nothing else shows, or that an entitlement that is due is not needed (with a reason).

    Raises CaseNotFound, or RecordError for what is derived, for an unknown need, and for a reason that is missing.
    """
    check_may(actor, Action.VISIT)
    with transaction.atomic():
        row = find_case(actor, case_id, version=version)
        if row.stage == CaseStage.CLOSED:
            raise moved_on()
        standing = {line.key: line for line in package_of(row, standings_of(row))}.get((kind, code))
        domain, sensitivity = _place_of(row, kind, code, standing)
        if sensitivity > ceiling_of(actor) or state not in LineState.values:
            raise _unknown()
        if not _may_be_said(standing, kind, state):
            raise refused(
                "derived",
                "这一项按认定、申请、发放、转介或走访自动更新，不用在这里填。还没有办的，可以写明不需要的理由。",
                "This follows from the determination, application, award, referral or visits and is not entered here. What is due and not begun can be marked as not needed, with the reason.",
            )
        words = _reason(why) if state in (LineState.NOT_NEEDED, LineState.REFUSED) else ""
        _say(actor, row, Line(kind, code, domain, state, ENTERED, sensitivity, words))
        keep_package(row)


def _reason(why: str) -> str:
    if not why.strip():
        raise refused(
            "need_reason",
            "请写明为什么不需要，或者谁不同意、为什么不同意。",
            "Say why it is not needed, or who refused it and why.",
        )
    return check_words(why)


def _say(actor: Actor, row: ChildCase, line: Line) -> None:
    with walled(LOCAL_OPERATOR):
        before = PackageLine.objects.filter(case=row, kind=line.kind, code=line.code).first()
        key = before.id if before else uuid.uuid4()
        columns = {**_columns(line), "why": seal_why(key, line.why), "by": actor.id, "at": timezone.now()}
        PackageLine.objects.update_or_create(id=key, case=row, defaults=columns)
    record_action(
        actor,
        action="say_need",
        subject=str(row.id),
        persons=[str(row.person_id)],
        details={"code": line.code, "state": line.state},
        highest_class=line.sensitivity,
    )


def _columns(line: Line) -> dict[str, object]:
    return {
        "kind": line.kind,
        "code": line.code,
        "domain": line.domain,
        "state": line.state,
        "source": line.source,
        "sensitivity": line.sensitivity,
    }


def _may_be_said(standing: Line | None, kind: str, state: str) -> bool:
    """What nothing else shows; of an entitlement that is due, that it is not needed, and that it is after all."""
    if kind == ENTITLEMENT:
        waived = standing is not None and standing.entered
        due = standing is not None and standing.state == LineState.DUE
        return (due and state == LineState.NOT_NEEDED) or (waived and state == LineState.DUE)
    return standing is None or standing.entered


def _place_of(row: ChildCase, kind: str, code: str, standing: Line | None) -> tuple[str, int]:
    if standing is not None:
        return standing.domain, standing.sensitivity
    for domain in load_plan_domains(division=row.division).values():
        for need in domain.needs:
            if (need.kind, need.code) == (kind, code):
                return domain.code, need.sensitivity
    raise _unknown()


def _unknown() -> Exception:
    return refused("need", "请从清单里选择一项需要和它的状态。", "Choose a need and its state from the list.")


def _derived(row: ChildCase, standings: Standings) -> Iterator[Line]:
    yield from _entitlements(row, standings)
    for domain in load_plan_domains(division=row.division).values():
        for need in domain.needs:
            state, source = _shown(need, standings)
            if state:
                yield Line(need.kind, need.code, domain.code, state, source, need.sensitivity)


def _shown(need: Need, standings: Standings) -> tuple[str, str]:
    if need.referral in standings.services:
        return _REFERRED[standings.services[need.referral]], "referral"
    if need.source == VISITS and standings.visit:
        return standings.visit, "visit"
    return "", ""


def _entitlements(row: ChildCase, standings: Standings) -> Iterator[Line]:
    """What the law gives and what came of it; of class 4 and below."""
    rules = load_rule_book(division=row.division, as_of=timezone.localdate()).by_code
    places = {code: one.code for one in load_plan_domains(division=row.division).values() for code in one.rules}
    found = {
        card.rule: (LineState.DUE, "determination")
        for card in standings.outcomes
        if card.kind == ENTITLEMENT and card.outcome == "yes"
    }
    found |= {code: _AWARDED[standing] for code, standing in standings.entitlements.items()}
    for code, (state, source) in found.items():
        rule = rules.get(code)
        if rule is not None and rule.sensitivity < RESTRICTED:
            sensitivity = max(rule.sensitivity, 3)
            yield Line(ENTITLEMENT, code, places.get(code, ELSEWHERE), state, source, sensitivity)
