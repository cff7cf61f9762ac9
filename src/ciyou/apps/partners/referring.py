"""Referring a child: what a receiver may be told, the draft with its ground, and the sending."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from ciyou.apps.accounts.selectors import division_name
from ciyou.apps.partners.access import EMERGENCY, PURPOSE, find_for_review, find_provider, find_referral
from ciyou.apps.partners.contents import ReferralContent, seal_content
from ciyou.apps.partners.models import Provider, Referral, ReferralState, ServiceSlots
from ciyou.apps.partners.refusals import check_may, check_words, moved_on, referral_not_found, refused
from ciyou.apps.partners.steps import SENDER, due_day, move, note_beginning, note_review, open_ground_review, taking
from ciyou.apps.registry.selectors import PersonCard, get_person, statements_of_child
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action
from ciyou.core.clock.ages import full_years
from ciyou.core.facts.definition import Entity
from ciyou.core.facts.state import Basis, FactState
from ciyou.core.rules.words import value_words
from ciyou.packs import load_limits, load_referrals, load_vocabulary
from ciyou.packs.referrals import TYPED, ReferralField, ReferralService

GUARDIAN, CHILD = "guardian", "child"
GROUNDS = (GUARDIAN, CHILD, EMERGENCY)
ROUTINE, URGENT = "routine", "urgent"
URGENCIES = (ROUTINE, URGENT)
CONSENT_AGE = "own_consent_age"
"""The limit of the packs: from this age a child's own consent counts, its guardian being told."""
FIELD_LENGTH = 200


@dataclass(frozen=True)
class OfferedField:
    """A field of a service: the value on file that the actor may read, "" where it is unknown or typed."""

    field: ReferralField
    value: str


@dataclass(frozen=True)
class NewReferral:
    """A referral as it was written. `fields`: code → what was typed, for those chosen; `month` (its first day): a place to be kept, of `month_at`."""

    id: uuid.UUID
    child_id: uuid.UUID
    provider_id: uuid.UUID
    service: str
    ground: str
    purpose: str
    urgency: str = ROUTINE
    fields: Mapping[str, str] = field(default_factory=dict)
    consent_by: str = ""
    consent_on: dt.date | None = None
    emergency: str = ""
    month: dt.date | None = None
    month_at: uuid.UUID | None = None


def service_of(division: str, code: str) -> ReferralService:
    """A service of the packs; raises RecordError for one that there is none of."""
    found = load_referrals(division=division).get(code)
    if found is None:
        raise refused("service", "请选择需要什么服务。", "Choose what service is needed.")
    return found


def offered_fields(actor: Actor, *, child: PersonCard, service: ReferralService) -> tuple[OfferedField, ...]:
    """What the receiver of this service may be told, with the values on file that the actor may read itself.

    A fact goes as it stands on file; one that is presumed only, or that is contradicted, is not told.
    """
    today = timezone.localdate()
    state = FactState.on(today, statements_of_child(actor, child_id=child.id, purpose=PURPOSE))
    from_file = {
        "name": child.name,
        "sex": {"male": "男", "female": "女"}.get(child.sex, ""),
        "birth_date": child.birth_date.isoformat() if child.birth_date else "",
        "age": f"{full_years(child.birth_date, today)} 岁" if child.birth_date else "",
        "residence": division_name(child.residence_division or child.division),
    }
    found = []
    for one in service.fields:
        value = from_file.get(one.source, "")
        said = state.get(Entity.CHILD, one.fact) if one.fact else None
        if said is not None and said.basis is not Basis.PRESUMED:
            definition = load_vocabulary().get(Entity.CHILD, one.fact)
            value = value_words(definition.check(said.value), definition).text("zh")
        found.append(OfferedField(one, value))
    return tuple(found)


def draft_referral(actor: Actor, *, wanted: NewReferral) -> uuid.UUID:
    """Draft a referral; a form sent twice drafts once. Returns its id.

    Only chosen fields go along, with the values that they have now. Raises RecordError for what is missing: a needed field, the consent, or
    why it cannot wait for one.
    """
    check_may(actor, Action.REFER)
    child = get_person(actor, person_id=wanted.child_id, purpose=PURPOSE)
    if _is_written(actor, wanted.id):
        return wanted.id
    if child.kind != "child" or child.status != "active":
        raise refused("no_child", "只能转介在册的孩子。", "Only a child whose file is active can be referred.")
    service = service_of(child.division, wanted.service)
    provider = _provider(actor, wanted, service)
    content, highest = _content(actor, wanted, child, service)
    with transaction.atomic():
        row, made = Referral.objects.get_or_create(  # the same form may arrive twice at one moment
            id=wanted.id,
            defaults={
                "child_id": child.id,
                "division": child.division if actor.scope.holds(child.division) else actor.scope.first,
                "post_id": uuid.UUID(actor.post_id),
                "sent_by": actor.id,
                "sender_role": actor.role,
                "provider": provider,
                "service": service.code,
                "ground": wanted.ground,
                "urgency": wanted.urgency,
                "slot": _slot(provider, wanted),
                "sensitivity": highest,
                "content": seal_content(wanted.id, content),
                "since_on": timezone.localdate(),
                "due_on": due_day(ReferralState.DRAFTED, wanted.urgency, child.division),
                "created_at": timezone.now(),
            },
        )
        if made:
            note_beginning(actor, row)
    return row.id


def refer_now(actor: Actor, *, wanted: NewReferral) -> uuid.UUID:
    """Draft and send in one: where it cannot be sent there is no draft either, so that the form can be mended. Sent twice it goes once."""
    with transaction.atomic():
        draft_referral(actor, wanted=wanted)
        row = find_referral(actor, wanted.id)
        if row.state == ReferralState.DRAFTED:
            send_referral(actor, referral_id=row.id, version=row.version)
    return wanted.id


def send_referral(actor: Actor, *, referral_id: uuid.UUID, version: int) -> None:
    """Send a draft: the receiver's time begins, the place in the chosen month is taken, an emergency ground goes to be looked at.

    Raises RecordError where that month is full by now, and where somebody sent it first.
    """
    check_may(actor, Action.REFER)
    with transaction.atomic(), taking(actor, referral_id, end=SENDER, version=version) as row:
        if row.slot_id is not None and not ServiceSlots.objects.filter(id=row.slot_id, taken__lt=F("offered")).update(
            taken=F("taken") + 1
        ):
            raise _full()
        move(actor, row, step="send", end=SENDER, sent_at=timezone.now(), note=row.ground)
        if row.ground == EMERGENCY:
            open_ground_review(actor, row)


def review_ground(
    actor: Actor, *, referral_id: uuid.UUID, version: int, accepted: bool = True, reason: str = ""
) -> None:
    """Another person has looked at why a referral went without consent, and takes the ground or, with a reason, does not.

    Raises RecordError for one's own, and for a no without a reason.
    """
    check_may(actor, Action.REVIEW_GROUND)
    words = "" if accepted else check_words(reason)
    with transaction.atomic():
        row = find_for_review(actor, referral_id, lock=True) or find_referral(actor, referral_id, lock=True)
        if row.version != version:
            raise moved_on()
        if row.ground != EMERGENCY or row.ground_reviewed_by or row.sent_at is None:
            raise refused("no_ground", "没有待复核的紧急理由。", "No emergency ground waits to be looked at.")
        if row.sent_by == actor.id:
            raise refused(
                "own_ground", "自己转介的，要由另一个人复核。", "What you sent yourself is looked at by another person."
            )
        note_review(actor, row, accepted=accepted, words=words)


def _is_written(actor: Actor, referral_id: uuid.UUID) -> bool:
    """Whether this form came before; raises ReferralNotFound for an id that is another's."""
    sender = Referral.objects.filter(id=referral_id).values_list("sent_by", flat=True).first()
    if sender is not None and sender != actor.id:
        raise referral_not_found()
    return sender is not None


def _provider(actor: Actor, wanted: NewReferral, service: ReferralService) -> Provider:
    provider = find_provider(actor, wanted.provider_id)
    if not provider.active or service.code not in provider.services:
        raise refused(
            "not_offered",
            "这个机构现在不提供这项服务。请另选一个。",
            "This provider does not offer that service now. Choose another.",
        )
    return provider


def _slot(provider: Provider, wanted: NewReferral) -> ServiceSlots | None:
    if wanted.month is None:
        return None
    if wanted.month_at not in (None, provider.id):
        raise refused(
            "slot_elsewhere",
            "选的名额是另一个机构的。请选同一个机构的名额，或者不占名额。",
            "The place is another provider's. Choose one of the same provider, or keep no place.",
        )
    slot = ServiceSlots.objects.filter(provider=provider, service=wanted.service, month=wanted.month).first()
    if slot is None or slot.taken >= slot.offered:
        raise _full()
    return slot


def _full() -> Exception:
    return refused(
        "full",
        "这个月的名额已经用完。请另选一个月，或者不占名额；已存的草稿请撤回后重写。",
        "That month is full. Choose another, or keep no place; take a draft that is kept already back and write it anew.",
    )


def _content(
    actor: Actor, wanted: NewReferral, child: PersonCard, service: ReferralService
) -> tuple[ReferralContent, int]:
    _check_ground(wanted, child)
    consented = wanted.ground != EMERGENCY
    offered = offered_fields(actor, child=child, service=service)
    fields = dict(_chosen(offered, wanted.fields))
    content = ReferralContent(
        purpose=check_words(wanted.purpose),
        fields=fields,
        consent_by=" ".join(wanted.consent_by.split())[:FIELD_LENGTH] if consented else "",
        consent_on=wanted.consent_on.isoformat() if consented and wanted.consent_on else "",
        emergency=check_words(wanted.emergency, least=5) if wanted.ground == EMERGENCY else "",
    )
    return content, max([service.sensitivity, *(one.field.sensitivity for one in offered if one.field.code in fields)])


def _chosen(offered: Iterable[OfferedField], typed: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """The fields that go along: those needed and those chosen. What is on file goes as it is there, not as a form says it."""
    for one in offered:
        if one.field.code not in typed and not one.field.needed:
            continue
        value = " ".join(typed.get(one.field.code, "").split())[:FIELD_LENGTH]
        value = value if one.field.source == TYPED else one.value
        if value:
            yield one.field.code, value
        elif one.field.needed and one.field.source != TYPED:
            raise refused(
                "not_on_file",
                f"“{one.field.zh}”是接收方必需的，孩子的档案里还没有可用的内容。请先在孩子的档案里补上或更正，再转介。",
                f"The receiver needs “{one.field.en}”, and the child's file has nothing to tell. Add or correct it in the child's file first, then refer.",
            )
        elif one.field.needed:
            raise refused(
                "field_missing",
                f"“{one.field.zh}”是接收方必需的，请补上。",
                f"The receiver needs “{one.field.en}”. Fill it in.",
            )


def _check_ground(wanted: NewReferral, child: PersonCard) -> None:
    if wanted.ground not in GROUNDS or wanted.urgency not in URGENCIES:
        raise refused(
            "ground", "请选择依据：谁同意，还是紧急情况。", "Choose the ground: who consents, or an emergency."
        )
    if wanted.ground != EMERGENCY:
        check_consent(child, ground=wanted.ground, consent_by=wanted.consent_by, consent_on=wanted.consent_on)


def check_consent(child: PersonCard, *, ground: str, consent_by: str, consent_on: dt.date | None) -> None:
    """Raises RecordError unless it is said who consented when, and a child who consents itself is old enough."""
    if (
        ground not in (GUARDIAN, CHILD)
        or not consent_by.strip()
        or consent_on is None
        or consent_on > timezone.localdate()
    ):
        raise refused(
            "consent",
            "请写明谁在哪一天同意（不能是将来的日子）。",
            "Say who consented and on which day (no day to come).",
        )
    if ground == CHILD and not _old_enough(child):
        raise refused(
            "too_young",
            f"孩子未满 {consent_age()} 周岁或出生日期不详，须由监护人同意。",
            f"The child is under {consent_age()}, or its birth date is not known: the guardian's consent is needed.",
        )


def consent_age() -> int:
    """From which age on a child consents itself."""
    return load_limits()[CONSENT_AGE].value


def _old_enough(child: PersonCard) -> bool:
    return child.birth_date is not None and full_years(child.birth_date, timezone.localdate()) >= consent_age()
