"""What was said on a phone, held against the file as it stands now: what may be recorded, what clashes, what nobody asks any more."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ciyou.apps.cases.added_answers import is_added, subject_of
from ciyou.apps.cases.questions import CODE, Answer, FormProblems, Question, Subject, make_questions, read_answers
from ciyou.apps.cases.visit_files import ASKED_ON_A_VISIT
from ciyou.apps.cases.visit_forms import VisitForm
from ciyou.apps.cases.visit_reports import NOT_YET
from ciyou.apps.fieldwork.contents import SaidInField
from ciyou.core.facts.definition import PARENTS, Value
from ciyou.packs import load_vocabulary

RESULT, QUESTION = "result:", "q:"
_WITHOUT_FILE = (":of:", ":with:")


@dataclass(frozen=True)
class FieldClashFound:
    """One field that says something else than what stands, which is not what the phone had read. Values are JSON; "" is nothing."""

    key: str
    base: str
    theirs: str
    ours: str
    fields: Mapping[str, str]
    question: Question | None = None


@dataclass(frozen=True)
class Fitted:
    """What of a form may be recorded as it is, by which questions, what clashes, and which fields belong to no question any more.

    `said` is all of it, with what clashes: on that the forms of a place depend.
    """

    fields: Mapping[str, str]
    said: Mapping[str, str]
    also: tuple[Question, ...]
    clashes: tuple[FieldClashFound, ...]
    strange: tuple[str, ...]


def fit_visit(form: VisitForm, said: SaidInField, *, today: dt.date) -> Fitted:
    """Hold a filled-in form against the file; raises FormProblems for answers that are outside what can be given."""
    fields, strange = _renamed(form, said.fields)
    base, _gone = _renamed(form, said.base)
    questions, unknown = questions_for(form, fields)
    answers, problems = read_answers(questions, fields, here=form.division, today=today)
    if problems:
        raise FormProblems(problems)
    found = _clashes(form, questions, answers, fields, base)
    results = _lost_results(form, said)
    withheld = {key for one in (*found, *results) for key in one.fields} | {one.key for one in results}
    kept = {key: text for key, text in fields.items() if key not in withheld}
    for child in form.children:
        # A brother who came onto the form meanwhile: nothing was said of him.
        if child.lead_id is not None and f"{RESULT}{child.id}" not in fields:
            kept[f"{RESULT}{child.id}"] = NOT_YET
    asked = {one.key for one in form.questions}
    also = tuple(one for one in questions if one.key not in asked)
    about = {one.key for one in form.subjects}
    astray = (key for key in fields if is_added(key) and subject_of(key) not in about)
    return Fitted(kept, fields, also, (*found, *results), (*strange, *unknown, *astray))


def fit_no_change(form: VisitForm, said: SaidInField) -> tuple[tuple[FieldClashFound, ...], frozenset[str]]:
    """What “no change” cannot mean any more, and the fields it does not confirm: what the phone had not read, or had read otherwise."""
    base, _gone = _renamed(form, said.base)
    clashes, unless = [], set()
    for part in form.known:
        for one in (found for question in part.questions for found in (question, *question.attributes)):
            if one.known is None or base.get(one.key) == as_json(one.known.value):
                continue
            unless.add(one.key)
            if one.key in base:
                text = _typed(json.loads(base[one.key]))
                now = as_json(one.known.value)
                clashes.append(FieldClashFound(one.key, base[one.key], now, base[one.key], {one.key: text}, one))
    return tuple(clashes), frozenset(unless)


def questions_for(form: VisitForm, fields: Mapping[str, str]) -> tuple[tuple[Question, ...], tuple[str, ...]]:
    """The questions that these fields answer, as long as a village may be asked them; and the fields that belong to none."""
    wanted: dict[Subject, set[str]] = {}
    for key in fields:
        if key.startswith(QUESTION) and not key.endswith(CODE) and (found := _place(form, key)) is not None:
            wanted.setdefault(found[0], set()).add(found[1])
    vocabulary = load_vocabulary()
    questions = tuple(
        question
        for subject, names in wanted.items()
        for question in make_questions(vocabulary, subject, names, askable=ASKED_ON_A_VISIT)
    )
    known = {one.key for question in questions for one in (question, *question.attributes)}
    strange = [key for key in fields if key.startswith(QUESTION) and key.removesuffix(CODE) not in known]
    return questions, tuple(strange)


def as_json(value: Value) -> str:
    """A value as a phone takes it along and brings it back."""
    return json.dumps(value.isoformat() if isinstance(value, dt.date) else value, ensure_ascii=False)


def _clashes(
    form: VisitForm,
    questions: Iterable[Question],
    answers: Iterable[Answer],
    fields: Mapping[str, str],
    base: Mapping[str, str],
) -> tuple[FieldClashFound, ...]:
    said = {(one.subject.key, one.definition.name): as_json(one.value) for one in answers}
    found = []
    for question in questions:
        # Since when something has been so goes with whether it is so.
        for one in (question, *question.attributes):
            ours, stands = said.get((one.subject.key, one.definition.name)), form.on_file.get(one.key)
            theirs = "" if stands is None else as_json(stands.value)
            if ours is None or not theirs or theirs in (ours, base.get(one.key)):
                continue
            wanted = (one, *one.attributes)
            own = {key: fields[key] for each in wanted for key in (each.key, each.key + CODE) if key in fields}
            found.append(FieldClashFound(one.key, base.get(one.key, ""), theirs, ours, own, one))
    return tuple(found)


def _lost_results(form: VisitForm, said: SaidInField) -> tuple[FieldClashFound, ...]:
    """What the phone says came of a lead that is not this visitor's to report any more."""
    now = {str(child.id): child.lead_id for child in form.children}
    return tuple(
        FieldClashFound(f"{RESULT}{child}", lead, "moved_on", result, {})
        for child, lead in said.leads.items()
        if (result := said.fields.get(f"{RESULT}{child}", "")) not in ("", NOT_YET) and str(now.get(child)) != lead
    )


def _renamed(form: VisitForm, fields: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """The fields under the names that the form has now: a parent who had no file when the phone left may have one."""
    found, strange = {}, []
    for key, text in fields.items():
        name = key if not key.startswith(QUESTION) or _place(form, key) else _renamed_parent(form, key)
        if name is None:
            strange.append(key)
        else:
            found[name] = text
    return found, tuple(strange)


def _place(form: VisitForm, key: str) -> tuple[Subject, str] | None:
    """Of whom a field speaks, and of which fact."""
    subject, _colon, name = key.removesuffix(CODE).removeprefix(QUESTION).rpartition(":")
    found = next((one for one in form.subjects if one.key == subject), None)
    return None if found is None else (found, name)


def _renamed_parent(form: VisitForm, key: str) -> str | None:
    subject, _colon, name = key.removesuffix(CODE).removeprefix(QUESTION).rpartition(":")
    if not any(mark in subject for mark in _WITHOUT_FILE):
        return None
    entity = subject.partition(":")[0]
    alike = [one for one in form.subjects if one.entity.value == entity and one.entity in PARENTS]
    code = CODE if key.endswith(CODE) else ""
    return f"{QUESTION}{alike[0].key}:{name}{code}" if len(alike) == 1 else None


def _typed(value: object) -> str:
    """A value as a form would have it typed."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
