"""The form of a visit: exactly the deciding facts that a village may be asked, for every child of a household at once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ciyou.apps.cases.added_forms import AddedPart, with_added
from ciyou.apps.cases.models import Lead
from ciyou.apps.cases.questions import FormPart, Question, Subject, circumstance_of, make_questions, question_key
from ciyou.apps.cases.visit_files import ASKED_ON_A_VISIT, ChildFile, Keys, read_files
from ciyou.apps.registry.scoping import visible_people
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.errors import Place, Problem, RunError
from ciyou.core.facts.definition import PARENTS, Entity, Vocabulary
from ciyou.core.facts.state import FactState, StatedFact
from ciyou.packs import load_vocabulary


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
    visitor may read and a village may be asked: a phone without a network takes it along, and what changed meanwhile shows. `added` are
    the forms of this place.
    """

    child_id: uuid.UUID
    division: str
    children: tuple[ChildOnForm, ...]
    parts: tuple[FormPart, ...]
    further: tuple[FormPart, ...]
    known: tuple[FormPart, ...]
    subjects: tuple[Subject, ...] = ()
    on_file: Mapping[str, StatedFact] = field(default_factory=dict)
    added: tuple[AddedPart, ...] = ()

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every fact that it asks."""
        asked = (question for part in (*self.parts, *self.further) for question in part.questions)
        return (*asked, *(question for part in self.added for question in part.asked_here))

    @property
    def lead_ids(self) -> tuple[uuid.UUID, ...]:
        """The leads that this visit may bring to an end."""
        return tuple(child.lead_id for child in self.children if child.lead_id is not None)


class VisitNotPossible(RunError):
    """There is no such child or lead for this actor; not there and not theirs to see look the same."""


def visit_form(actor: Actor, *, child_id: uuid.UUID | None = None, lead_id: uuid.UUID | None = None) -> VisitForm:
    """The form for a child or a lead, with every brother and sister who has an open lead, is due in a round or is visited there
    regularly; raises VisitNotPossible.
    """
    child = _child_of(actor, child_id, lead_id)
    return _form(child, read_files(actor, child_ids=[child])[child])


def visit_forms(actor: Actor, *, child_ids: Iterable[uuid.UUID], named: frozenset[uuid.UUID]) -> tuple[VisitForm, ...]:
    """For a phone that takes many along: one form for each household, and a child that stands on a sibling's form needs none of its own.

    `named`: those of whose case the actor is a named worker (`named_today`). Whom the actor may not see is left out, and so are protected files. The number of questions is the same for few and for many.
    """
    forms: list[VisitForm] = []
    served: set[uuid.UUID] = set()
    for child, files in read_files(actor, child_ids=list(child_ids), protected=False, named=named).items():
        if child not in served:
            served |= {file.card.id for file in files}
            forms.append(_form(child, files))
    return tuple(forms)


def _form(child_id: uuid.UUID, files: tuple[ChildFile, ...]) -> VisitForm:
    vocabulary = load_vocabulary()
    subjects = _subjects(files)
    asked = {file.card.id: file.deciding | file.checked for file in files}
    further = {file.card.id: file.further for file in files}
    whole = with_added(
        _parts(vocabulary, subjects, asked, files),
        _parts(vocabulary, subjects, further, files, without=asked),
        subjects=subjects,
        states={file.card.id: file.state for file in files},
        division=files[0].card.division,
        vocabulary=vocabulary,
    )
    return VisitForm(
        child_id=child_id,
        division=files[0].card.division,
        children=tuple(_on_form(file) for file in files),
        parts=whole.parts,
        further=whole.further,
        known=_parts(vocabulary, subjects, {file.card.id: _may_confirm(file, vocabulary) for file in files}, files),
        subjects=subjects,
        on_file=_on_file(vocabulary, subjects, files),
        added=whole.added,
    )


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


def _subjects(files: tuple[ChildFile, ...]) -> tuple[Subject, ...]:
    """Household, parents, children: whoever is the same person (or the same unknown one) for several children stands once."""
    every = tuple(file.card.id for file in files)
    found = [Subject("household", Entity.HOUSEHOLD, None, every)]
    for entity in PARENTS:
        shared: dict[str, list[ChildFile]] = {}
        for file in files:
            shared.setdefault(_parent_key(file, entity), []).append(file)
        found.extend(_parent(key, entity, group) for key, group in shared.items())
    found.extend(
        Subject(f"child:{file.card.id}", Entity.CHILD, file.card.id, (file.card.id,), file.card.name) for file in files
    )
    return tuple(found)


def _parent(key: str, entity: Entity, files: list[ChildFile]) -> Subject:
    card = files[0].parents[entity]
    children = tuple(file.card.id for file in files)
    return Subject(key, entity, card.id if card else None, children, card.name if card else "")


def _parent_key(file: ChildFile, entity: Entity) -> str:
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
    files: tuple[ChildFile, ...],
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
    vocabulary: Vocabulary, subjects: tuple[Subject, ...], files: tuple[ChildFile, ...]
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


def _may_confirm(file: ChildFile, vocabulary: Vocabulary) -> Keys:
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


def _on_form(file: ChildFile) -> ChildOnForm:
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
