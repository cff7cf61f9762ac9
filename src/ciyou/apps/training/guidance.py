"""Guidance for the family of one child: recorded with its ground, given session by session, and ended with what came of it."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.registry.selectors import PersonCard, get_person
from ciyou.apps.training.guidance_contents import GuidanceContent, HeldContent, seal, unseal
from ciyou.apps.training.guidance_work import PURPOSE, SENSITIVE, end_work, find_guidance, open_work, reads_guidance
from ciyou.apps.training.models import Guidance, GuidanceSession, GuidanceState
from ciyou.apps.training.refusals import check_day, check_may, check_number, check_text, moved_on, not_found, refused
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action
from ciyou.packs import load_guidance

MOST_SESSIONS, SHORT, LONG = 200, 80, 400


@dataclass(frozen=True)
class NewGuidance:
    """What a form states; `id` is made by the form. `sessions`, `until_on`: None where the paper says nothing."""

    id: uuid.UUID
    child_id: uuid.UUID
    kind: str
    issuer: str
    issued_on: dt.date | None
    guardian: str
    giver: str
    document: str = ""
    measures: str = ""
    sessions: int | None = None
    until_on: dt.date | None = None


@dataclass(frozen=True)
class HeldGuidance:
    """One session as a form states it; `id` is made by the form, so that one sent twice is one."""

    id: uuid.UUID
    held_on: dt.date | None
    form: str
    giver: str
    words: str


def record_guidance(actor: Actor, *, wanted: NewGuidance) -> uuid.UUID:
    """Record that the family of a child was advised or ordered to get guidance. Raises PersonNotFound, TrainingNotFound or RecordError."""
    child = child_of_form(actor, wanted.child_id)
    division = _lives_here(actor, child)
    content = _checked(wanted, division)
    with transaction.atomic():
        row, made = Guidance.objects.get_or_create(
            id=wanted.id,
            defaults={
                "child_id": child.id,
                "division": division,
                "kind": wanted.kind,
                "issuer": wanted.issuer,
                "issued_on": wanted.issued_on,
                "until_on": wanted.until_on,
                "sessions_asked": wanted.sessions,
                "content": seal(wanted.id, content),
                "recorded_by": actor.id,
                "recorded_at": timezone.now(),
            },
        )
        if row.child_id != child.id:
            raise moved_on()
        if made:
            with walled(LOCAL_OPERATOR):
                open_work(row)
            _log(actor, "record_guidance", row, kind=row.kind)
    return row.id


def child_of_form(actor: Actor, child_id: uuid.UUID) -> PersonCard:
    """The child that a form is about; raises PersonNotFound, or TrainingNotFound where it has no open file or is not the actor's to know."""
    check_may(actor, Action.VISIT)
    child = get_person(actor, person_id=child_id, purpose=PURPOSE)
    if child.kind != "child" or child.status != "active" or not reads_guidance(actor, child_id):
        raise not_found()
    return child


def _lives_here(actor: Actor, child: PersonCard) -> str:
    here = [one for one in (child.residence_division, child.division) if one and actor.scope.holds(one)]
    if not here:
        raise refused("guidance_elsewhere", "孩子不住在您的辖区。", "The child does not live in your area.")
    return here[0]


def _checked(wanted: NewGuidance, division: str) -> GuidanceContent:
    kind = load_guidance(division=division).kinds.get(wanted.kind)
    if kind is None:
        raise refused("guidance_kind", "请选择是哪一种。", "Choose which kind it is.")
    if wanted.issuer not in kind.issuers:
        raise refused(
            "guidance_issuer",
            f"“{kind.zh}”不由这个单位作出，请重新选择由谁作出。",
            f"“{kind.en}” is not this body's to make. Choose who made it.",
        )
    issued = check_day(wanted.issued_on, code="guidance_issued_on", latest=timezone.localdate())
    if wanted.until_on is not None and wanted.until_on < issued:
        raise refused("guidance_until_on", "期限不能早于作出的日子。", "The period cannot end before it was made.")
    if wanted.sessions is not None:
        words = {"zh": "要求几次", "en": "how many sessions are asked for"}
        check_number(wanted.sessions, code="guidance_sessions", least=1, most=MOST_SESSIONS, **words)
    return GuidanceContent(
        guardian=check_text(wanted.guardian, code="guidance_guardian", least=2, most=SHORT, zh="哪位监护人", en="which guardian"),
        giver=check_text(wanted.giver, code="guidance_giver", least=2, most=SHORT, zh="由谁来指导", en="who gives the guidance"),
        document=check_text(wanted.document, code="guidance_document", least=0, most=SHORT, zh="文书号", en="the document's number"),
        measures=check_text(wanted.measures, code="guidance_measures", least=0, most=LONG, zh="要求做什么", en="what is asked for"),
    )  # fmt: skip


def record_guidance_session(actor: Actor, *, guidance_id: uuid.UUID, held: HeldGuidance) -> uuid.UUID:
    """Log one session; the clock to the next begins. Raises RecordError for a day before it was made or to come, and once it has ended."""
    with transaction.atomic():
        row = find_guidance(actor, guidance_id, lock=True)
        _check_open(row)
        today = timezone.localdate()
        if held.held_on is None or not row.issued_on <= held.held_on <= today:
            raise refused(
                "guidance_held_on",
                f"日期须在 {row.issued_on.isoformat()} 至 {today.isoformat()} 之间。",
                f"The day lies between {row.issued_on.isoformat()} and {today.isoformat()}.",
            )
        if held.form not in load_guidance(division=row.division).forms:
            raise refused("guidance_form", "请选择怎样指导的。", "Choose how it was given.")
        content = HeldContent(
            giver=check_text(held.giver, code="guidance_giver", least=2, most=SHORT, zh="由谁指导", en="who gave it"),
            words=check_text(held.words, code="guidance_words", least=2, most=LONG, zh="谈了什么", en="what it was about"),
        )  # fmt: skip
        with walled(LOCAL_OPERATOR):
            session, made = GuidanceSession.objects.get_or_create(
                id=held.id,
                defaults={
                    "guidance": row,
                    "held_on": held.held_on,
                    "form": held.form,
                    "content": seal(held.id, content),
                    "recorded_by": actor.id,
                    "recorded_at": timezone.now(),
                },
            )
            if session.guidance_id != row.id:
                raise moved_on()
            if made:
                end_work(actor, row)
                open_work(row)
        if made:
            _log(actor, "record_guidance_session", row)
    return session.id


def end_guidance(actor: Actor, *, guidance_id: uuid.UUID, version: int, done: bool, words: str, outcome: str = "") -> None:  # fmt: skip
    """End it: it was given, or it was not, and what then (a code of the packs). Raises RecordError where somebody else was first."""
    with transaction.atomic():
        row = find_guidance(actor, guidance_id, lock=True)
        _check_open(row)
        if row.version != version:
            raise moved_on()
        if not done and outcome not in load_guidance(division=row.division).outcomes:
            raise refused("guidance_outcome", "没有完成的，请选择接下来怎么办。", "It was not done: choose what is done then.")  # fmt: skip
        if done:
            _check_given(row)
        said = check_text(words, code="guidance_ended", least=2, most=LONG, zh="结果怎样", en="how it ended")
        content = replace(unseal(GuidanceContent, row.id, row.content), ended=said)
        with walled(LOCAL_OPERATOR):
            Guidance.objects.filter(id=row.id).update(
                content=seal(row.id, content),
                state=GuidanceState.DONE if done else GuidanceState.NOT_DONE,
                outcome="" if done else outcome,
                ended_on=timezone.localdate(),
                version=F("version") + 1,
            )
            end_work(actor, row)
        _log(actor, "end_guidance", row, done=str(done))


def sessions_needed(division: str, kind: str, asked: int | None) -> int:
    """How many sessions there have to be before it is done: as many as the paper asks for, else as the place's text does; one at least."""
    stated = load_guidance(division=division).kinds.get(kind)
    return asked or (stated and stated.sessions) or 1


def _check_given(row: Guidance) -> None:
    needed, held = sessions_needed(row.division, row.kind, row.sessions_asked), row.sessions.count()
    if not held:
        raise refused(
            "guidance_no_session",
            "还没有记过一次指导，不能办成“已完成”。请先记下，或者选“没有完成”。",
            "No session is recorded yet, so that it cannot be done. Record one first, or choose “not done”.",
        )
    if held < needed:
        raise refused(
            "guidance_sessions_missing",
            f"要求 {needed} 次，只记了 {held} 次，还不能办成“已完成”。请先记下其余的，或者选“没有完成”。",
            f"{needed} sessions are asked for and {held} recorded, so that it is not done yet. Record the others first, or choose “not done”.",
        )


def _check_open(row: Guidance) -> None:
    if row.state != GuidanceState.OPEN:
        raise refused("guidance_over", "这项指导已经结束。", "This guidance has ended.")


def _log(actor: Actor, action: str, row: Guidance, **details: str) -> None:
    record_action(
        actor,
        action=action,
        subject=str(row.id),
        persons=[str(row.child_id)],
        details=dict(details),
        highest_class=SENSITIVE,
    )
