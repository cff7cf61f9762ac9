"""Forms that a place adds to a visit: of whom each is asked, and which of its questions are facts that the visit asks anyway."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.utils import timezone

from ciyou.apps.cases.questions import FormPart, Question, Subject, Wording, make_questions, question_key
from ciyou.apps.cases.visit_files import ASKED_ON_A_VISIT
from ciyou.core.facts.definition import Vocabulary
from ciyou.core.facts.state import FactState
from ciyou.packs import load_rule_book, load_visit_forms
from ciyou.packs.visit_forms import AddedForm

ANSWER, VERSION, WORDS = "x:", "v:", "w:"
"""Fields of an added form: an answer, the version that was asked, and (from a phone) the words of a version."""


@dataclass(frozen=True)
class AddedPart:
    """One added form, asked about one subject. `facts` are its questions that are facts: those in `elsewhere` are asked above it already."""

    subject: Subject
    form: AddedForm
    facts: Mapping[str, Question]
    elsewhere: frozenset[str] = frozenset()

    @property
    def asked_here(self) -> tuple[Question, ...]:
        """The facts that are asked in this form."""
        return tuple(one for name, one in self.facts.items() if name not in self.elsewhere)

    def field(self, name: str) -> str:
        """The field of a row."""
        return self.facts[name].key if name in self.facts else f"{prefix_of(self.subject.key, self.form.code)}{name}"


@dataclass(frozen=True)
class WithAdded:
    """The parts of a form once the added forms have had their say: a fact is asked once, in the added form's words."""

    parts: tuple[FormPart, ...]
    further: tuple[FormPart, ...]
    added: tuple[AddedPart, ...]


def prefix_of(subject: str, code: str) -> str:
    """What the answers of a form about a subject begin with."""
    return f"{ANSWER}{subject}:{code}:"


def version_key(subject: str, code: str) -> str:
    """The field that says which version was asked."""
    return f"{VERSION}{subject}:{code}"


def with_added(
    parts: tuple[FormPart, ...],
    further: tuple[FormPart, ...],
    *,
    subjects: tuple[Subject, ...],
    states: Mapping[uuid.UUID, FactState],
    division: str,
    vocabulary: Vocabulary,
) -> WithAdded:
    """Add the forms of a place. What decides stays where it is, in the form's words; what else could be asked moves into the form."""
    forms = load_visit_forms(division=division)
    if not forms:
        return WithAdded(parts, further, ())
    today = timezone.localdate()
    book = load_rule_book(division=division, as_of=today)
    found: list[AddedPart] = []
    asked = {question.key for part in parts for question in part.questions}
    for form in forms.values():
        for subject in (one for one in subjects if one.entity.value == form.about):
            if not any(form.asked_of(book, states[child]) for child in subject.child_ids):
                continue
            facts = _facts(form, subject, states[subject.child_ids[0]], vocabulary)
            found.append(AddedPart(subject, form, facts, frozenset(name for name in facts if facts[name].key in asked)))
            asked |= {one.key for one in facts.values()}
    worded = {one.key: one for part in found for one in part.facts.values()}
    moved = frozenset(one.key for part in found for one in part.asked_here)
    return WithAdded(_worded(parts, worded), _without(further, moved), tuple(found))


def _facts(form: AddedForm, subject: Subject, state: FactState, vocabulary: Vocabulary) -> dict[str, Question]:
    known = {said.name: said for said in state.statements() if said.entity is subject.entity}
    made = make_questions(vocabulary, subject, form.facts, askable=ASKED_ON_A_VISIT, known=known)
    words = {one.row.name: Wording(one.label, one.choices) for one in form.rows}
    return {one.definition.name: replace(one, wording=words[one.definition.name]) for one in made}


def _worded(parts: tuple[FormPart, ...], worded: Mapping[str, Question]) -> tuple[FormPart, ...]:
    return tuple(
        replace(
            part,
            questions=tuple(
                replace(one, wording=worded[one.key].wording) if one.key in worded else one for one in part.questions
            ),
        )
        for part in parts
    )


def _without(parts: tuple[FormPart, ...], moved: frozenset[str]) -> tuple[FormPart, ...]:
    left = (
        replace(part, questions=tuple(one for one in part.questions if not moved & {one.key, *_attributes(one)}))
        for part in parts
    )
    return tuple(part for part in left if part.questions)


def _attributes(question: Question) -> list[str]:
    return [question_key(one.subject, one.definition.name) for one in question.attributes]
