"""Everything that is held about a child, for the child or its guardian: read once, on paper or as an encrypted file."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils import timezone

from ciyou.apps.accounts.selectors import division_name, user_names
from ciyou.apps.audit.reading import Look, who_looked
from ciyou.apps.audit.services import record_action
from ciyou.apps.awards.application_lists import ApplicationLine, applications_of_child
from ciyou.apps.awards.award_lists import AwardLine, awards_of_child
from ciyou.apps.entitlements.selectors import current_determination, determinations_of
from ciyou.apps.entitlements.views import DeterminationLine, DeterminationView
from ciyou.apps.oversight.exports import ExportAbout, MadeExport, card_of, keep_export
from ciyou.apps.oversight.refusals import refused
from ciyou.apps.oversight.subject_requests import get_request
from ciyou.apps.oversight.workbook import Cell, encrypt_workbook, make_password, write_workbook
from ciyou.apps.registry.history import FactLine, TimelineEntry, facts_history, timeline_of
from ciyou.apps.registry.selectors import Family, MaskedIdentifier, family_of, masked_identifiers
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, Purpose
from ciyou.core.access.roles import ROLES
from ciyou.core.facts.definition import PARENTS
from ciyou.core.rules.words import value_words
from ciyou.packs import load_rule_book

PURPOSE = Purpose.SUBJECT_REQUEST
_READER = replace(LOCAL_OPERATOR, role="auditor")
ENTITIES = {"child": ("孩子", "Child"), "household": ("家庭", "Household")}
PURPOSES = {
    "identify": ("识别身份", "To identify"),
    "verify": ("核实情况", "To verify"),
    "decide": ("认定与审批", "To decide"),
    "pay": ("发放", "To pay"),
    "serve": ("服务与关爱", "To serve"),
    "protect": ("保护", "To protect"),
    "supervise": ("监督", "To supervise"),
    "audit": ("审计", "To audit"),
    "correct": ("更正资料", "To correct"),
    "subject_request": ("答复申请", "To answer a request"),
    "": ("办理", "To do something"),
}
SourceName = Callable[[str, str], str]


@dataclass(frozen=True)
class PersonCopy:
    """What is held about a child, as far as the officer may read it; `is_partial`: a protected part is given out by named workers."""

    request_id: uuid.UUID
    family: Family
    place: str
    identifiers: tuple[MaskedIdentifier, ...]
    facts: tuple[FactLine, ...]
    view: DeterminationView | None
    determinations: tuple[DeterminationLine, ...]
    applications: tuple[ApplicationLine, ...]
    awards: tuple[AwardLine, ...]
    timeline: tuple[TimelineEntry, ...]
    looks: tuple[Look, ...]
    names: dict[str, str]

    @property
    def is_partial(self) -> bool:
        return any(line.withheld for line in self.facts)


def read_copy(actor: Actor, *, request_id: uuid.UUID) -> PersonCopy:
    """The copy of a granted request; raises NotFoundHere, PersonNotFound, or RecordError while it is not granted.

    The caller records the disclosure. What is stated of the parents is theirs to ask for: it is left out.
    """
    card = get_request(actor, request_id=request_id)
    if card.kind != "copy" or card.state != "granted":
        raise refused(
            "copy_not_granted",
            "这份申请还没有同意出具副本；请先由审批人决定。",
            "This request for a copy is not granted; an approver decides first.",
        )
    child = card.person_id
    facts = tuple(line for line in facts_history(actor, child_id=child, purpose=PURPOSE) if line.entity not in PARENTS)
    lines = determinations_of(actor, child_id=child, purpose=PURPOSE)
    family = family_of(actor, child_id=child, purpose=PURPOSE)
    # The subject may know who looked; the officer, who is no auditor, reads it for this one person and this one request.
    looks = who_looked(_READER, person_id=child)
    users = {line.decided_by for line in lines if line.decided_by} | {look.actor_id for look in looks}
    return PersonCopy(
        request_id=request_id,
        family=family,
        place=division_name(family.child.division),
        identifiers=masked_identifiers(actor, person_id=child, purpose=PURPOSE),
        facts=facts,
        view=current_determination(actor, child_id=child, purpose=PURPOSE),
        determinations=lines,
        applications=applications_of_child(actor, child_id=child),
        awards=awards_of_child(actor, child_id=child),
        timeline=timeline_of(actor, person_id=child, purpose=PURPOSE),
        looks=looks,
        names=user_names(users),
    )


def export_copy(
    actor: Actor, *, request_id: uuid.UUID, export_id: uuid.UUID, lang: str, origin: str, source_name: SourceName
) -> MadeExport:
    """The copy as an encrypted workbook, to be handed over with its password given separately."""
    copy = read_copy(actor, request_id=request_id)
    password = make_password()
    sealed = encrypt_workbook(write_workbook(_sheets(copy, lang, source_name)), password=password)
    with transaction.atomic():
        row = keep_export(
            actor,
            export_id=export_id,
            sealed=sealed,
            about=ExportAbout(
                purpose=PURPOSE,
                reason=_say(lang, "答复本人或监护人的申请", "Answer to a request of the person concerned"),
                query=f"subject_request={request_id}",
                columns=("copy",),
                unmasked=False,
                rows=1,
            ),
        )
        record_action(
            actor,
            action="export_copy",
            subject=str(request_id),
            persons=[str(copy.family.child.id)],
            details={"sha256": row.sha256},
            highest_class=4,
            origin=origin,
        )
    return MadeExport(card_of(row), password)


def _sheets(copy: PersonCopy, lang: str, source_name: SourceName) -> list[tuple[str, Sequence[Sequence[Cell]]]]:
    child = copy.family.child
    about: list[list[Cell]] = [
        [_say(lang, "资料副本", "Copy of the data held")],
        [_say(lang, "出具时间", "Made at"), timezone.localtime().strftime("%Y-%m-%d %H:%M")],
        [_say(lang, "申请编号", "Request"), str(copy.request_id)],
        [_say(lang, "姓名", "Name"), child.name],
        [_say(lang, "性别", "Sex"), child.sex],
        [_say(lang, "出生日期", "Birth date"), str(child.birth_date or "")],
        [_say(lang, "地方", "Place"), copy.place],
        *([one.kind, one.masked] for one in copy.identifiers),
    ]
    if copy.is_partial:
        note = _say(
            lang,
            "另有受特别保护的内容，由指名的办案人员当面提供。",
            "A protected part is given out in person by the named workers of the case.",
        )
        about.append([note])
    return [
        (_say(lang, "基本情况", "Basics"), about),
        (
            _say(lang, "事实", "Facts"),
            [fact_words(line, lang, source_name) for line in copy.facts if not line.withheld],
        ),
        (
            _say(lang, "认定", "Determinations"),
            [
                [str(line.as_of), line.state, copy.names.get(line.decided_by, ""), line.reason]
                for line in copy.determinations
            ],
        ),
        (_say(lang, "申请", "Applications"), [_application_words(line, lang) for line in copy.applications]),
        (_say(lang, "保障", "Awards"), [_award_words(line, lang) for line in copy.awards]),
        (_say(lang, "大事记", "Events"), [[str(entry.on), entry.kind] for entry in copy.timeline]),
        (_say(lang, "谁看过", "Who looked"), [look_words(look, copy.names, lang) for look in copy.looks]),
    ]


def _application_words(line: ApplicationLine, lang: str) -> list[str]:
    return [line.number, _entitlement(line.entitlement, line.division, lang), str(line.received_on), line.state]


def _award_words(line: AwardLine, lang: str) -> list[str]:
    last = str(line.last_month)[:7] if line.last_month else ""
    amount = f"{line.amount_fen / 100:.2f}"
    return [_entitlement(line.entitlement, line.division, lang), amount, str(line.first_month)[:7], last, line.state]


def _entitlement(code: str, division: str, lang: str) -> str:
    rule = load_rule_book(division=division, as_of=timezone.localdate()).by_code.get(code)
    return code if rule is None else rule.name(lang)


def fact_words(line: FactLine, lang: str, source_name: SourceName) -> list[str]:
    """One statement as words: about whom, what, the value, who said so, from and to when, when it was recorded, whether it stands."""
    definition = line.definition
    value = "" if definition is None or line.value is None else value_words(line.value, definition).text(lang)
    return [
        _say(lang, *ENTITIES.get(line.entity.value, (line.entity.value, line.entity.value))),
        "" if definition is None else definition.label(lang),
        value,
        source_name(line.source, lang),
        str(line.valid_from or ""),
        str(line.valid_to or ""),
        timezone.localtime(line.recorded_at).strftime("%Y-%m-%d") if line.recorded_at else "",
        "" if line.superseded_at is None else _say(lang, "已不再有效", "No longer stands"),
    ]


def look_words(look: Look, names: dict[str, str], lang: str) -> list[str]:
    """One look as words: when, who, in which role, for what purpose."""
    role = ROLES.get(look.role)
    return [
        timezone.localtime(look.at).strftime("%Y-%m-%d %H:%M"),
        names.get(look.actor_id, look.actor_id),
        _say(lang, role.zh, role.en) if role else look.role,
        _say(lang, *PURPOSES.get(look.purpose, (look.purpose, look.purpose))),
    ]


def _say(lang: str, zh: str, en: str) -> str:
    return en if lang == "en" else zh
