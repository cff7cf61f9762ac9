"""The directory of providers: who offers what, designated until when, looked at when, and which places are free."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from ciyou.apps.accounts.selectors import PostCard, posts_in, user_names
from ciyou.apps.audit.services import record_action
from ciyou.apps.partners.access import find_provider, visible_providers
from ciyou.apps.partners.models import Provider, QualityVisit, ServiceSlots
from ciyou.apps.partners.refusals import check_may, check_words, moved_on, refused
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action
from ciyou.packs import load_referrals
from ciyou.packs.referrals import KINDS

NAME_LENGTH, CONTACT_LENGTH, MOST_SLOTS = 80, 120, 9999


@dataclass(frozen=True)
class WrittenProvider:
    """An entry of the directory as it was written; `post_id` the partner post that answers in the system, None for by link."""

    name: str
    kind: str
    services: tuple[str, ...]
    capacity: int | None = None
    designated_from: dt.date | None = None
    designated_to: dt.date | None = None
    contact: str = ""
    post_id: uuid.UUID | None = None
    active: bool = True


@dataclass(frozen=True)
class SlotsOfMonth:
    """Places of a service in a month."""

    service: str
    month: dt.date
    offered: int
    taken: int

    @property
    def free(self) -> int:
        return self.offered - self.taken


@dataclass(frozen=True)
class QualityLine:
    """One look at a provider."""

    on: dt.date
    by: str
    findings: str


@dataclass(frozen=True)
class ProviderLine:
    """A provider in the directory. `designated`: whether it is so today; `looked_on`: the last quality visit."""

    id: uuid.UUID
    name: str
    kind: str
    division: str
    services: tuple[str, ...]
    capacity: int | None
    designated_from: dt.date | None
    designated_to: dt.date | None
    designated: bool
    contact: str
    post_id: uuid.UUID | None
    active: bool
    looked_on: dt.date | None
    version: int


@dataclass(frozen=True)
class ProviderView:
    """One provider with its visits and places; `keeps`: whether the actor's county keeps the entry."""

    line: ProviderLine
    visits: tuple[QualityLine, ...]
    slots: tuple[SlotsOfMonth, ...]
    keeps: bool
    posts: tuple[PostCard, ...]


def list_providers(actor: Actor, *, service: str = "", active: bool = True) -> tuple[ProviderLine, ...]:
    """The providers that the actor's area can refer to, by name; of one service where one is named."""
    rows = visible_providers(actor).annotate(looked_on=Max("quality_visits__visited_on"))
    rows = rows.filter(active=True) if active else rows
    lines = [_line(row, row.looked_on) for row in rows.order_by("name", "id")]
    return tuple(one for one in lines if not service or service in one.services)


def read_provider(actor: Actor, *, provider_id: uuid.UUID) -> ProviderView:
    """One provider; raises ProviderNotFound."""
    row = find_provider(actor, provider_id)
    visits = list(row.quality_visits.order_by("-visited_on", "id"))
    names = user_names({one.by for one in visits})
    keeps = actor.scope.holds(row.division)
    return ProviderView(
        line=_line(row, visits[0].visited_on if visits else None),
        visits=tuple(QualityLine(one.visited_on, names.get(one.by, ""), one.findings) for one in visits),
        slots=free_slots([row.id], free=False).get(row.id, ()),
        keeps=keeps,
        posts=posts_in(actor, division=actor.scope.first, role="partner") if keeps else (),
    )


def free_slots(
    provider_ids: Iterable[uuid.UUID], *, service: str = "", free: bool = True
) -> dict[uuid.UUID, tuple[SlotsOfMonth, ...]]:
    """By provider the places from this month on, with those taken; `free`: only months in which there are some left."""
    month = timezone.localdate().replace(day=1)
    rows = ServiceSlots.objects.filter(provider_id__in=list(provider_ids), month__gte=month)
    rows = rows.filter(service=service) if service else rows
    rows = rows.filter(taken__lt=F("offered")) if free else rows
    found: dict[uuid.UUID, list[SlotsOfMonth]] = {}
    for row in rows.order_by("month", "service"):
        found.setdefault(row.provider_id, []).append(SlotsOfMonth(row.service, row.month, row.offered, row.taken))
    return {one: tuple(slots) for one, slots in found.items()}


def record_provider(actor: Actor, *, provider_id: uuid.UUID, written: WrittenProvider, version: int = 0) -> uuid.UUID:
    """Take a provider into the county's directory (`version` 0; sent twice it is one), or correct its entry.

    Raises RecordError for an entry that is incomplete, and where somebody corrected it first.
    """
    check_may(actor, Action.KEEP_PROVIDERS)
    values = _checked(actor, written)
    with transaction.atomic():
        if version:
            find_provider(actor, provider_id, own=True)
            mine = Provider.objects.filter(id=provider_id, version=version)
            if not mine.update(**values, version=version + 1):
                raise moved_on()
        elif not Provider.objects.filter(id=provider_id).exists():
            Provider.objects.create(id=provider_id, division=actor.scope.first, recorded_at=timezone.now(), **values)
        else:
            find_provider(actor, provider_id, own=True)
            return provider_id
        record_action(actor, action="record_provider", subject=str(provider_id))
    return provider_id


def record_quality_visit(actor: Actor, *, provider_id: uuid.UUID, on: dt.date | None, findings: str) -> None:
    """Note a look at a provider; raises RecordError for a day to come."""
    check_may(actor, Action.KEEP_PROVIDERS)
    if on is None or on > timezone.localdate():
        raise refused("visited_on", "请写明查访的日期（不能是将来）。", "Give the day of the visit (no day to come).")
    with transaction.atomic():
        row = find_provider(actor, provider_id, own=True)
        QualityVisit.objects.create(provider=row, visited_on=on, by=actor.id, findings=check_words(findings))
        record_action(actor, action="record_quality_visit", subject=str(row.id))


def offer_slots(actor: Actor, *, provider_id: uuid.UUID, service: str, month: dt.date | None, offered: int) -> None:
    """Say how many places a provider has for a service in a month; raises RecordError for fewer than are taken."""
    check_may(actor, Action.KEEP_PROVIDERS)
    with transaction.atomic():
        row = find_provider(actor, provider_id, own=True)
        if month is None or service not in row.services or not 0 <= offered <= MOST_SLOTS:
            raise refused(
                "slots", "请选择服务和月份，并填写名额数。", "Choose service and month, and give the number of places."
            )
        ServiceSlots.objects.get_or_create(
            provider=row, service=service, month=month.replace(day=1), defaults={"offered": offered}
        )
        mine = ServiceSlots.objects.filter(provider=row, service=service, month=month.replace(day=1))
        if not mine.filter(taken__lte=offered).update(offered=offered):
            raise refused(
                "slots_taken", "已经占用的名额比这个数多。", "More places are taken already than this number."
            )
        record_action(actor, action="offer_slots", subject=str(row.id), details={"service": service})


def _checked(actor: Actor, written: WrittenProvider) -> dict[str, object]:
    name = " ".join(written.name.split())
    known = load_referrals(division=actor.scope.first)
    services = [one for one in dict.fromkeys(written.services) if one in known and written.kind in known[one].kinds]
    if not 2 <= len(name) <= NAME_LENGTH or written.kind not in KINDS or not services:
        raise refused(
            "provider",
            "请填写机构名称和类别，并勾选至少一项这类机构能提供的服务。",
            "Give the name and the kind, and tick at least one service that this kind of provider offers.",
        )
    since, until = written.designated_from, written.designated_to
    if until is not None and (since is None or until <= since):
        raise refused(
            "designated", "定点的结束日期要晚于开始日期。", "A designation ends after the day on which it begins."
        )
    posts = {one.id for one in posts_in(actor, division=actor.scope.first, role="partner")}
    if written.post_id is not None and written.post_id not in posts:
        raise refused("post", "没有这个协作部门的岗位。", "There is no such post of a partner.")
    return {
        "name": name,
        "kind": written.kind,
        "services": services,
        "capacity": written.capacity,
        "designated_from": since,
        "designated_to": until,
        "contact": " ".join(written.contact.split())[:CONTACT_LENGTH],
        "post_id": written.post_id,
        "active": written.active,
    }


def _line(row: Provider, looked_on: dt.date | None) -> ProviderLine:
    today, since, until = timezone.localdate(), row.designated_from, row.designated_to
    return ProviderLine(
        id=row.id,
        name=row.name,
        kind=row.kind,
        division=row.division,
        services=tuple(row.services),
        capacity=row.capacity,
        designated_from=since,
        designated_to=until,
        designated=since is not None and since <= today and (until is None or today < until),
        contact=row.contact,
        post_id=row.post_id,
        active=row.active,
        looked_on=looked_on,
        version=row.version,
    )
