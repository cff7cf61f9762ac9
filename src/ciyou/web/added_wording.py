"""Forms that a place adds to a visit, ready to show: their questions, and what was answered to them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ciyou.apps.cases.added_answers import AddedAnswers, added_in, class_brought, typed_answers, words_brought
from ciyou.apps.cases.added_forms import AddedPart, version_key
from ciyou.apps.cases.questions import UNKNOWN
from ciyou.apps.cases.visit_forms import VisitForm
from ciyou.core.errors import Problem
from ciyou.core.facts.definition import Entity
from ciyou.core.forms import ASKED, MANY, NOTE, ONE
from ciyou.packs.follow_ups import Text
from ciyou.packs.visit_forms import LEAST_CLASS, AddedRow, rows_json
from ciyou.web.asking import Asked, Choice, ask, sentence


@dataclass(frozen=True)
class ShownRow:
    """One question or note. `asked` shows a fact as the visit shows facts; otherwise `kind` says how: one | many | number | date | text | note."""

    name: str
    kind: str
    field: str
    text: str
    hint: str
    message: str
    required: bool
    choices: tuple[Choice, ...]
    value: str
    problem: str
    asked: Asked | None

    @property
    def id(self) -> str:
        """The field's id on the page."""
        return self.field.replace(":", "-")


@dataclass(frozen=True)
class ShownAdded:
    """One added form about one subject. `blocks`: the rows under each heading of its groups; `fields` (JSON) where a fact's answer stands."""

    name: str
    who: str
    basis: str
    version: str
    version_key: str
    prefix: str
    fields: str
    rows: str
    blocks: tuple[tuple[str, tuple[ShownRow, ...]], ...]


def shown_added(
    form: VisitForm, typed: Mapping[str, str], problems: Mapping[str, Problem], lang: str
) -> list[ShownAdded]:
    """The added forms of a visit in the reader's language, with what was typed so far."""
    names = {child.id: child.name or _("姓名不详") for child in form.children}
    several = len(names) > 1
    found = []
    for part in form.added:
        child = part.subject.entity is Entity.CHILD and several
        rows = [(_in(row.heading, lang), _row(part, row, typed, problems, lang)) for row in part.form.rows]
        shown = [(heading, row) for heading, row in rows if row is not None and row.name not in part.elsewhere]
        found.append(
            ShownAdded(
                name=part.form.name(lang),
                who=names[part.subject.child_ids[0]] if child else "",
                basis=part.form.sources[0].cite(lang),
                version=part.form.version,
                version_key=version_key(part.subject.key, part.form.code),
                prefix=part.field(""),
                fields=json.dumps({name: one.key for name, one in part.facts.items()}),
                rows=rows_json(part.form),
                blocks=tuple(
                    (heading, tuple(row for _heading, row in block))
                    for heading, block in groupby(shown, key=lambda one: one[0])
                ),
            )
        )
    return found


def _row(
    part: AddedPart, row: AddedRow, typed: Mapping[str, str], problems: Mapping[str, Problem], lang: str
) -> ShownRow | None:
    if row.row.kind not in (*ASKED, NOTE):
        return None
    name, field = row.row.name, part.field(row.row.name)
    problem = problems.get(field)
    fact = part.facts.get(name)
    return ShownRow(
        name=name,
        kind=row.row.kind,
        field=field,
        text=_in(row.label, lang),
        hint=_in(row.hint, lang),
        message=_in(row.message, lang) or _("这个答案不在可填范围内，请改一改。"),
        required=row.row.required,
        choices=tuple(_choices(row, field, typed, lang)),
        value=typed.get(field, ""),
        problem=sentence(problem, lang) if problem else "",
        asked=ask(fact, typed, problems, lang) if fact else None,
    )


def _choices(row: AddedRow, field: str, typed: Mapping[str, str], lang: str) -> Iterable[Choice]:
    for code, words in row.choices.items():
        chosen = typed.get(f"{field}/{code}", "") == code if row.row.kind == MANY else typed.get(field) == code
        yield Choice(code, _in(words, lang), chosen)
    if row.row.kind == ONE:
        yield Choice(UNKNOWN, _("不知道"), typed.get(field) == UNKNOWN)


def answer_blocks(kept: Iterable[AddedAnswers], names: Mapping[str, str], lang: str) -> list[dict[str, object]]:
    """What was answered, form by form, in the words it was asked with; `names` of the children by id."""
    return [
        {
            "title": _in(one.title, lang),
            "who": names.get(one.child, ""),
            "answers": [(_in(said.label, lang), _in(said.said, lang), said.aside) for said in one.answers],
        }
        for one in kept
    ]


def brought_rows(
    fields: Mapping[str, str], lang: str, *, division: str, ceiling: int
) -> tuple[list[tuple[str, str]], int]:
    """What a phone said to added forms, in the words that it brought with it, and the highest class of what is shown.

    Of answers above the reader's `ceiling` only how many there are.
    """
    rows: list[tuple[str, str]] = []
    shown, above = LEAST_CLASS, Counter[int]()
    for subject, code, version in added_in(fields):
        typed = typed_answers(fields, subject, code)
        _version, words = words_brought(fields, version, typed)
        highest = class_brought(words, code, division=division)
        if highest > ceiling:
            above[highest] += len(typed)
            continue
        if typed:
            shown = max(shown, highest)
        if words is None:
            rows.extend(typed.items())
            continue
        rows += [
            (_in(words.labels.get(name, (name, name)), lang), _in(words.said(name, text), lang))
            for name, text in words.in_order(typed)
        ]
    for highest, count in sorted(above.items()):
        told = ngettext(
            "%(count)s 个回答属于第 %(class)s 类，由县里看", "%(count)s 个回答属于第 %(class)s 类，由县里看", count
        ) % {"count": count, "class": highest}
        rows += [(_("本地要求问的"), told)] if count else []
    return rows, shown


def _in(words: Text, lang: str) -> str:
    return words[1 if lang == "en" else 0]
