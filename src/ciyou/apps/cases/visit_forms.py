"""The form of a visit: exactly the deciding facts that a village may be asked, for every child of a household at once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils import timezone

from ciyou.apps.cases.lead_access import is_village
from ciyou.apps.cases.models import ChildCheck, Lead, LeadState
from ciyou.apps.cases.next_actions import open_visits_among
from ciyou.apps.cases.questions import FormPart, Subject, circumstance_of, make_questions, question_key
from ciyou.apps.cases.round_checks import due_checks, facts_of
from ciyou.apps.entitlements.selectors import deciding_facts
from ciyou.apps.registry.scoping import visible_people
from ciyou.apps.registry.selectors import PersonCard, family_of, get_person, siblings_of, statements_of_child
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.errors import Place, Problem, RunError
from ciyou.core.facts.definition import PARENTS, Entity, Vocabulary
from ciyou.core.facts.state import FactState, StatedFact
from ciyou.packs import load_vocabulary

ASKED_ON_A_VISIT = frozenset({"village"})
"""What a village may be asked. What only a guardian's papers, a court or a department can say is never on the form."""
WORKABLE = (LeadState.NEW, LeadState.ASSIGNED, LeadState.VISITING)


@dataclass(frozen=True)
class ChildOnForm:
    """A child whom the visit serves. `lead_id` None: it is visited without a lead. `checks` (kind of round, check) are due for it."""

    id: uuid.UUID
    name: str
    sex: str
    birth_date: dt.date | None
    division: str
    lead_id: uuid.UUID | None
    why: str
    rules: tuple[str, ...]
    checks: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class VisitForm:
    """What is asked on one visit: by household, by parent, by child; what several children share is asked once.

    `parts` is what the leads are about; `further` what would decide something else as well, to be asked where there is time.
    `known` is on file and may be confirmed by saying that nothing has changed. `on_file` is by field what anybody stated that the
    visitor may read and a village may be asked: a phone without a network takes it along, and what changed meanwhile shows.
    """

    child_id: uuid.UUID
    division: str
    children: tuple[ChildOnForm, ...]
    parts: tuple[FormPart, ...]
    further: tuple[FormPart, ...]
    known: tuple[FormPart, ...]
    subjects: tuple[Subject, ...] = ()
    on_file: Mapping[str, StatedFact] = field(default_factory=dict)

    @property
    def lead_ids(self) -> tuple[uuid.UUID, ...]:
        """The leads that this visit may bring to an end."""
        return tuple(child.lead_id for child in self.children if child.lead_id is not None)


class VisitNotPossible(RunError):
    """There is no such child or lead for this actor; not there and not theirs to see look the same."""


def visit_form(actor: Actor, *, child_id: uuid.UUID | None = None, lead_id: uuid.UUID | None = None) -> VisitForm:
    """The form for a child or a lead, with every brother and sister who has an open lead, is due in a round or is visited there regularly; raises VisitNotPossible."""
    child = get_person(actor, person_id=_child_of(actor, child_id, lead_id), purpose=Purpose.VERIFY)
    siblings = _siblings(actor, child)
    leads = _open_leads(actor, (child, *siblings))
    checks = due_checks((child.id, *(one.id for one in siblings)))
    due = open_visits_among(one.id for one in siblings if one.division == child.division)
    served = (child, *(other for other in siblings if other.id in {*leads, *checks, *due}))
    files = tuple(_read_file(actor, one, leads.get(one.id), tuple(checks.get(one.id, ()))) for one in served)
    vocabulary = load_vocabulary()
    subjects = _subjects(files)
    asked = {file.card.id: file.deciding | file.checked for file in files}
    further = {file.card.id: file.further for file in files}
    return VisitForm(
        child_id=child.id,
        division=child.division,
        children=tuple(_on_form(file) for file in files),
        parts=_parts(vocabulary, subjects, asked, files),
        further=_parts(vocabulary, subjects, further, files, without=asked),
        known=_parts(vocabulary, subjects, {file.card.id: _may_confirm(file, vocabulary) for file in files}, files),
        subjects=subjects,
        on_file=_on_file(vocabulary, subjects, files),
    )


Keys = frozenset[tuple[Entity, str]]


@dataclass(frozen=True)
class _File:
    """One child as the form needs it: its parents' files, what is known, and what would decide."""

    card: PersonCard
    lead: Lead | None
    parents: Mapping[Entity, PersonCard | None]
    state: FactState
    deciding: Keys
    further: Keys
    checks: tuple[tuple[str, str], ...]
    checked: Keys


def _child_of(actor: Actor, child_id: uuid.UUID | None, lead_id: uuid.UUID | None) -> uuid.UUID:
    people = visible_people(actor, purpose=Purpose.VERIFY).filter(kind="child")
    if lead_id is not None:
        child_id = Lead.objects.filter(id=lead_id, person__isnull=False).values_list("person_id", flat=True).first()
    if child_id is None or not people.filter(id=child_id).exists():
        raise VisitNotPossible(
            Problem(
                Place(),
                "visit.no_child",
                "没有这个孩子的资料，或者不在您的工作范围内。请从“今日”或“线索”重新进入。",
                "There is no such child, or it is outside your area. Come in again from “Today” or “Leads”.",
            )
        )
    return child_id


def _siblings(actor: Actor, child: PersonCard) -> tuple[PersonCard, ...]:
    found = siblings_of(actor, child_id=child.id, purpose=Purpose.VERIFY)
    return tuple(sorted((one for one in found if one.kind == "child"), key=lambda one: str(one.birth_date)))


def _open_leads(actor: Actor, children: Iterable[PersonCard]) -> dict[uuid.UUID, Lead]:
    """The open leads of brothers and sisters, by child."""
    wanted = [one.id for one in children]
    rows = Lead.objects.filter(person__in=wanted, state__in=WORKABLE).order_by("-rank")
    if is_village(actor):
        # A colleague's lead is a colleague's to report; one that nobody has is taken up by whoever is there.
        rows = rows.filter(Q(post=actor.post_id) | Q(state=LeadState.NEW))
    return {lead.person_id: lead for lead in rows if lead.person_id is not None}


def _read_file(actor: Actor, card: PersonCard, lead: Lead | None, due: tuple[ChildCheck, ...]) -> _File:
    family = family_of(actor, child_id=card.id, purpose=Purpose.VERIFY)
    said = statements_of_child(actor, child_id=card.id, purpose=Purpose.VERIFY)
    deciding, further = _deciding(actor, card.id, lead)
    if due and lead is None:
        # A round asks what it is about; what would decide something else may be asked besides.
        deciding, further = frozenset(), further | deciding
    return _File(
        card=card,
        lead=lead,
        parents={
            Entity.FATHER: family.father.person if family.father else None,
            Entity.MOTHER: family.mother.person if family.mother else None,
        },
        state=FactState.on(timezone.localdate(), said),
        deciding=deciding,
        further=further,
        checks=tuple((check.round.kind, code) for check in due for code in check.checks),
        checked=frozenset(key for check in due for key in facts_of(check)),
    )


def _deciding(actor: Actor, child_id: uuid.UUID, lead: Lead | None) -> tuple[Keys, Keys]:
    """What would decide the rules that the lead is about, and what else would decide something.

    By the determination; before there is one, as the screening said. What is due for the child comes from many rules: a form that
    asked for all of them at once would be put away.
    """
    missing = [item for item in deciding_facts(actor, child_id=child_id) if item.entity]
    every = frozenset((Entity(item.entity), item.name) for item in missing)
    if not every:
        return frozenset(_named(lead.deciding if lead else ())), frozenset()
    about = set(lead.rules) if lead else set()
    first = frozenset((Entity(item.entity), item.name) for item in missing if about & set(item.rules))
    return (first, every - first) if _any_askable(first) else (every, frozenset())


def _any_askable(keys: Keys) -> bool:
    vocabulary = load_vocabulary()
    found = (vocabulary.find(entity, name) for entity, name in keys)
    return any(one is not None and ASKED_ON_A_VISIT & set(one.askable) for one in found)


def _named(names: Iterable[str]) -> Iterable[tuple[Entity, str]]:
    for text in names:
        owner, _dot, name = text.partition(".")
        if owner in set(Entity):
            yield Entity(owner), name


def _subjects(files: tuple[_File, ...]) -> tuple[Subject, ...]:
    """Household, parents, children: whoever is the same person (or the same unknown one) for several children stands once."""
    every = tuple(file.card.id for file in files)
    found = [Subject("household", Entity.HOUSEHOLD, None, every)]
    for entity in PARENTS:
        shared: dict[str, list[_File]] = {}
        for file in files:
            shared.setdefault(_parent_key(file, entity), []).append(file)
        found.extend(_parent(key, entity, group) for key, group in shared.items())
    found.extend(
        Subject(f"child:{file.card.id}", Entity.CHILD, file.card.id, (file.card.id,), file.card.name) for file in files
    )
    return tuple(found)


def _parent(key: str, entity: Entity, files: list[_File]) -> Subject:
    card = files[0].parents[entity]
    children = tuple(file.card.id for file in files)
    return Subject(key, entity, card.id if card else None, children, card.name if card else "")


def _parent_key(file: _File, entity: Entity) -> str:
    """Children share a parent without a file where they share the other one; otherwise each is asked about its own."""
    own, other = file.parents[entity], file.parents[_other(entity)]
    if own is not None:
        return f"{entity}:{own.id}"
    return f"{entity}:with:{other.id}" if other is not None else f"{entity}:of:{file.card.id}"


def _other(entity: Entity) -> Entity:
    return Entity.MOTHER if entity is Entity.FATHER else Entity.FATHER


def _parts(
    vocabulary: Vocabulary,
    subjects: tuple[Subject, ...],
    wanted: Mapping[uuid.UUID, Keys],
    files: tuple[_File, ...],
    *,
    without: Mapping[uuid.UUID, Keys] | None = None,
) -> tuple[FormPart, ...]:
    """The questions for the wanted facts of each subject; `without` those that are asked elsewhere on the form."""
    states = {file.card.id: file.state for file in files}
    parts = []
    for subject in subjects:
        known = _known(subject, states[subject.child_ids[0]])
        names = _names(subject, wanted, known) - _names(subject, without or {}, known)
        questions = make_questions(vocabulary, subject, names, askable=ASKED_ON_A_VISIT, known=known)
        if questions:
            parts.append(FormPart(subject, questions))
    return tuple(parts)


def _names(subject: Subject, wanted: Mapping[uuid.UUID, Keys], known: Mapping[str, StatedFact]) -> set[str]:
    """The facts to ask. Since when something has been so is asked with whether it is so, unless the visitor may read that it is.

    To ask for the date alone would tell the village what a department said.
    """
    asked = {name for child in subject.child_ids for entity, name in wanted.get(child, ()) if entity is subject.entity}
    return {name if "." not in name or circumstance_of(name) in known else circumstance_of(name) for name in asked}


def _known(subject: Subject, state: FactState) -> dict[str, StatedFact]:
    return {said.name: said for said in state.statements() if said.entity is subject.entity}


def _on_file(
    vocabulary: Vocabulary, subjects: tuple[Subject, ...], files: tuple[_File, ...]
) -> Mapping[str, StatedFact]:
    """What was stated of each subject that a village may be asked, by its field; what silence only lets presume is not stated."""
    states = {file.card.id: file.state for file in files}
    return {
        question_key(subject, said.name): said
        for subject in subjects
        for said in _known(subject, states[subject.child_ids[0]]).values()
        if said.basis.code != "presumed"
        and (definition := vocabulary.find(said.entity, said.name)) is not None
        and ASKED_ON_A_VISIT & set(definition.askable)
    }


def _may_confirm(file: _File, vocabulary: Vocabulary) -> Keys:
    """What is on file, may change with time, and a village may state: “no change” says that it still holds.

    What was only presumed is not on file: a tap on “no change” does not turn silence into knowledge.
    """
    return frozenset(
        (said.entity, said.name)
        for said in file.state.statements()
        if said.basis.code != "presumed"
        and (definition := vocabulary.find(said.entity, said.name)) is not None
        and (definition.fresh_days is not None or (said.entity, said.name) in file.checked)
        and ASKED_ON_A_VISIT & set(definition.askable)
    )


def _on_form(file: _File) -> ChildOnForm:
    return ChildOnForm(
        id=file.card.id,
        name=file.card.name,
        sex=file.card.sex,
        birth_date=file.card.birth_date,
        division=file.card.division,
        lead_id=file.lead.id if file.lead else None,
        why=file.lead.why if file.lead else "",
        rules=tuple(file.lead.rules) if file.lead else (),
        checks=file.checks,
    )
