"""What was answered in an added form: held against its conditions, and kept with the words that were asked."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from ciyou.apps.cases.added_forms import ANSWER, VERSION, WORDS, prefix_of, version_key
from ciyou.apps.cases.questions import Subject, question_key
from ciyou.apps.cases.visit_forms import VisitForm
from ciyou.core.errors import Place, Problem
from ciyou.core.forms import ASKED, MANY, ONE, RESULT, UNKNOWN, Filled, fill, trimmed
from ciyou.packs import load_visit_forms
from ciyou.packs.follow_ups import Text
from ciyou.packs.visit_forms import LEAST_CLASS, MOST_CLASS, AddedForm, AddedRow

NOT_KNOWN: Text = ("不知道", "not known")
CHANGED = "visit.added_changed"
"""The code of what is wrong where a form was changed meanwhile and its words did not come along."""
_CHOICE = "/"


@dataclass(frozen=True)
class AddedAnswer:
    """One answer in the words it was asked and given with (zh, en). `aside`: it was given although the form did not ask it then."""

    name: str
    typed: str
    label: Text
    said: Text
    aside: bool = False


@dataclass(frozen=True)
class AddedAnswers:
    """What was answered in one form about one subject (its key; `child` where it is a child), in which version."""

    form: str
    version: str
    title: Text
    sensitivity: int
    child: str
    answers: tuple[AddedAnswer, ...]


@dataclass(frozen=True)
class FormWords:
    """The words of a version: of the form, and by row its label and the words of its choices."""

    title: Text
    sensitivity: int
    labels: Mapping[str, Text] = field(default_factory=dict)
    choices: Mapping[str, Mapping[str, Text]] = field(default_factory=dict)

    def in_order(self, typed: Mapping[str, str]) -> list[tuple[str, str]]:
        """Answers in the order of the form, those that it has no words for last."""
        order = {name: place for place, name in enumerate(self.labels)}
        return sorted(typed.items(), key=lambda one: order.get(one[0], len(order)))

    def said(self, name: str, typed: str) -> Text:
        """An answer in words."""
        own = self.choices.get(name)
        if typed == UNKNOWN:
            return NOT_KNOWN
        if own is None:
            return typed, typed
        told = [own.get(one, (one, one)) for one in typed.split()]
        return "、".join(one[0] for one in told), ", ".join(one[1] for one in told)


def words_of(form: AddedForm) -> FormWords:
    """The words of a form as it is now."""
    return FormWords(
        (form.zh, form.en),
        form.sensitivity,
        {one.row.name: one.label for one in form.rows},
        {one.row.name: one.choices for one in form.rows if one.row.choices},
    )


def words_json(form: AddedForm) -> str:
    """The same for a phone, which brings them back with the answers."""
    return json.dumps(asdict(words_of(form)), ensure_ascii=False, separators=(",", ":"))


def read_words(text: str) -> FormWords | None:
    """The words that a phone brought; None where they are none."""
    try:
        found = json.loads(text)
        return FormWords(
            _text(found["title"]),
            int(found["sensitivity"]),
            {str(name): _text(label) for name, label in found["labels"].items()},
            {
                str(name): {str(code): _text(words) for code, words in choices.items()}
                for name, choices in found["choices"].items()
            },
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def words_brought(fields: Mapping[str, str], version: str, typed: Mapping[str, str]) -> tuple[str, FormWords | None]:
    """The words that a phone brought for these answers, and whose version they are; None where it brought none.

    A draft may have carried the version of an older page into a newer one: then those words count that know most of the answers.
    """
    own = read_words(fields.get(f"{WORDS}{version}", ""))
    if own is not None:
        return version, own
    claimed = {one for _subject, _code, one in added_in(fields)}
    others = {key.removeprefix(WORDS): read_words(text) for key, text in fields.items() if key.startswith(WORDS)}
    found = [
        (len(typed.keys() & words.labels.keys()), other, words)
        for other, words in others.items()
        if words is not None and other not in claimed
    ]
    known, other, words = max(found, key=lambda one: one[0], default=(0, version, None))
    return (other, words) if known else (version, None)


def class_brought(words: FormWords | None, code: str, *, division: str) -> int:
    """The class of what a phone brought: what its words or today's form say, whichever is higher; of what neither knows the highest."""
    now = load_visit_forms(division=division).get(code)
    said = [one.sensitivity for one in (words, now) if one is not None]
    return min(max((LEAST_CLASS, *said)), MOST_CLASS) if said else MOST_CLASS


def read_added(
    form: VisitForm, fields: Mapping[str, str], *, today: dt.date, met: bool
) -> tuple[tuple[AddedAnswers, ...], dict[str, Problem]]:
    """The answers to added forms, and by field what is wrong with them. `met`: somebody was there to be asked.

    Another version than today's is kept as it was asked, with the words that came with it; what is asked no more is kept too.
    """
    kept: list[AddedAnswers] = []
    problems: dict[str, Problem] = {}
    forms = load_visit_forms(division=form.division)
    for subject, code, told in added_in(fields):
        about = next((one for one in form.subjects if one.key == subject), None)
        now, typed = forms.get(code), typed_answers(fields, subject, code)
        version, brought = words_brought(fields, told, typed)
        if about is not None and now is not None and now.version == version:
            needed = needed_facts(form, about, code)
            answers, wrong = _held(
                now, about, fields, typed, needed=needed if met else frozenset(), today=today, met=met
            )
            problems |= wrong
            words = words_of(now)
        elif about is not None and brought is not None:
            words = replace(brought, sensitivity=class_brought(brought, code, division=form.division))
            answers = tuple(_answer(words, name, text) for name, text in words.in_order(typed))
        elif typed or not any(key.startswith(WORDS) for key in fields):
            problems[version_key(subject, code)] = _form_changed()
            continue
        else:
            # A phone on which nothing was answered to it.
            continue
        child = "" if about.person_id is None else str(about.person_id)
        if answers:
            kept.append(AddedAnswers(code, version, words.title, words.sensitivity, child, answers))
    return tuple(kept), problems


def open_added(content: Mapping[str, Any]) -> tuple[AddedAnswers, ...]:
    """The answers that a visit's content holds."""
    return tuple(
        AddedAnswers(
            **{
                **one,
                "title": _text(one["title"]),
                "answers": tuple(
                    AddedAnswer(**{**said, "label": _text(said["label"]), "said": _text(said["said"])})
                    for said in one["answers"]
                ),
            }
        )
        for one in content.get("added", ())
    )


def added_in(fields: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Which forms these fields answer: subject, code and version."""
    for key, version in fields.items():
        if key.startswith(VERSION):
            subject, _colon, code = key.removeprefix(VERSION).rpartition(":")
            yield subject, code, version


def typed_answers(fields: Mapping[str, str], subject: str, code: str) -> dict[str, str]:
    """The answers of one form as typed, by row; several choices with a space between."""
    prefix, found = prefix_of(subject, code), dict[str, str]()
    for key, text in fields.items():
        if key.startswith(prefix) and trimmed(text):
            name, several, choice = key.removeprefix(prefix).partition(_CHOICE)
            found[name] = f"{found.get(name, '')} {choice}".strip() if several else trimmed(text)
    return found


def is_added(key: str) -> bool:
    """Whether a field belongs to an added form."""
    return key.startswith((ANSWER, VERSION))


def subject_of(key: str) -> str:
    """Whom a field of an added form is about."""
    parts = key.partition(":")[2].rsplit(":", 2 if key.startswith(ANSWER) else 1)
    return parts[0]


def needed_facts(form: VisitForm, subject: Subject, code: str) -> frozenset[str]:
    """The facts that a form may require: those asked in it or always in sight; what another form asks may be hidden with that."""
    standing = {question.key for part in form.parts for question in part.questions}
    return frozenset(
        name
        for part in form.added
        if part.subject.key == subject.key and part.form.code == code
        for name, question in part.facts.items()
        if name not in part.elsewhere or question.key in standing
    )


def _held(
    form: AddedForm,
    subject: Subject,
    fields: Mapping[str, str],
    typed: Mapping[str, str],
    *,
    needed: frozenset[str],
    today: dt.date,
    met: bool,
) -> tuple[tuple[AddedAnswer, ...], dict[str, Problem]]:
    """Answers to the form as it is now, and what is refused or missing."""
    facts = {name: fields.get(question_key(subject, name), "") for name in form.facts}
    filled = fill(form.plain_rows, {**typed, **facts}, today=today)
    prefix = prefix_of(subject.key, form.code)
    problems = {
        f"{prefix}{one.row.name}": problem
        for one in form.rows
        if one.row.name not in facts and (problem := _problem(one, filled, typed, met=met)) is not None
    }
    for name in (one.row.name for one in form.rows if one.row.required and one.row.name in needed):
        if filled.asked[name] is True and not trimmed(facts[name]):
            problems[question_key(subject, name)] = _missing()
    return tuple(_answers(form, typed, filled)), problems


def _problem(one: AddedRow, filled: Filled, typed: Mapping[str, str], *, met: bool) -> Problem | None:
    if one.row.name in filled.refused:
        zh, en = one.message if any(one.message) else _outside(one)
        return Problem(Place(), "visit.added_answer", zh, en)
    if met and one.row.required and filled.asked[one.row.name] is True and not typed.get(one.row.name):
        return _missing()
    return None


def _answers(form: AddedForm, typed: Mapping[str, str], filled: Filled) -> Iterator[AddedAnswer]:
    """In the order of the form: what was said, and what was worked out of it."""
    words = words_of(form)
    for one in form.rows:
        name = one.row.name
        if one.row.kind == RESULT and filled.values[name] is not None:
            text = str(filled.values[name])
            yield AddedAnswer(name, text, one.label if any(one.label) else (name, name), (text, text))
        elif one.row.kind in ASKED and name in typed:
            yield _answer(words, name, typed[name], aside=filled.asked[name] is not True)


def _answer(words: FormWords, name: str, typed: str, *, aside: bool = False) -> AddedAnswer:
    return AddedAnswer(name, typed, words.labels.get(name, (name, name)), words.said(name, typed), aside)


def _text(found: Any) -> Text:
    zh, en = found
    return str(zh), str(en)


def child_of(kept: AddedAnswers) -> uuid.UUID | None:
    """The child that answers are about; None for the household."""
    return uuid.UUID(kept.child) if kept.child else None


def _outside(one: AddedRow) -> Text:
    if one.row.kind in (ONE, MANY):
        return "请从列出的选项中选择。", "Choose from what is listed."
    return "这个答案不在可填范围内：请按题目的要求填写，不清楚可以留空。", "This answer is outside what can be given; leave it empty when nobody knows."  # fmt: skip


def _missing() -> Problem:
    return Problem(
        Place(), "visit.added_missing", "请回答这一题；问不到就选“不知道”。", "Answer this; where nobody can say, choose “not known”."
    )  # fmt: skip


def _form_changed() -> Problem:
    return Problem(
        Place(),
        CHANGED,
        "本地加问的表刚刚改过。请核对现在的题目，再保存。",
        "What this place asks in addition was changed just now. Look at the questions as they are, then save again.",
    )
