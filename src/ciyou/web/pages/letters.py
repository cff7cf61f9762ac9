"""Inquiry letters 协查函: the county writes, sends and watches them; a department reads those addressed to it and replies."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ciyou.apps.cases.letters import (
    LetterChoice,
    LetterLine,
    LetterNotFound,
    LetterView,
    draft_letter,
    letter_choices,
    letters_of_child,
    list_letters,
    read_letter,
    read_letter_document,
    record_reply,
    send_letter,
    withdraw_letter,
)
from ciyou.apps.cases.questions import FormProblems
from ciyou.apps.registry.selectors import PersonCard, PersonNotFound, get_person
from ciyou.core.access.actor import Purpose
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import CiyouError, FactError, Problem
from ciyou.core.facts.definition import Value
from ciyou.core.rules.words import value_words
from ciyou.packs import department_name
from ciyou.web.asking import ask, sentence
from ciyou.web.context import short_language
from ciyou.web.guard import Access, Route, disclose
from ciyou.web.receiving import sent_file
from ciyou.web.visit_wording import STATE_WORDS
from ciyou.web.wording import RELATIONS, sentences

PAGE_SIZE = 25
FILTERS = ("open", "overdue", "sent", "answered", "refused", "withdrawn")
SHOWN_IN_LISTS = ("name", "inquiry")
SHOWN = ("name", "sex", "birth_date", "identifier.id_card", "inquiry", "facts")
PDF = "application/pdf"


@dataclass(frozen=True)
class ShownLetter:
    """One letter in a list, ready to read."""

    line: LetterLine
    department: str
    about: str
    state: str


@dataclass(frozen=True)
class ShownFact:
    """One fact that may be asked."""

    name: str
    label: str
    chosen: bool
    deciding: bool


@dataclass(frozen=True)
class ShownChoice:
    """One letter that could be written, as a form of its own. `key` is the id that the draft gets."""

    key: uuid.UUID
    entity: str
    department: str
    department_name: str
    about: str
    nameless: bool
    deciding: bool
    deciding_count: int
    facts: tuple[ShownFact, ...]


def show_letters(request: HttpRequest) -> HttpResponse:
    """The county's letters, or those that the department is to answer."""
    wanted = request.GET.get("state", "")
    state = wanted if wanted in FILTERS else ""
    page = _page_number(request)
    found = list_letters(request.actor, state=state, page=page, size=PAGE_SIZE)
    disclose(
        request,
        subject="letters",
        person_ids=[str(person) for line in found.letters for person in (line.about_id, line.child_id) if person],
        fields=SHOWN_IN_LISTS,
        highest_class=4,
    )
    pages = max(1, -(-found.total // PAGE_SIZE))
    words = {"open": _("未办结"), "overdue": _("已逾期"), **STATE_WORDS}
    content = {
        "letters": [_shown(line, short_language()) for line in found.letters],
        "total": found.total,
        "state": state,
        "filters": [(code, words[code]) for code in FILTERS],
        "writes": may_do(request.actor.role, Action.INQUIRE),
        "page": page,
        "pages": pages,
        "previous": page - 1,
        "next": page + 1,
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/letters.html", content)


def show_choices(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """Which letters could be written for a child, and those there are; POST drafts one."""
    child = _child(request, child_id)
    if request.method != "POST":
        return _show_choices(request, child, ())
    try:
        letter_id = draft_letter(
            request.actor,
            letter_id=_key(request),
            child_id=child_id,
            entity=request.POST.get("entity", ""),
            department=request.POST.get("department", ""),
            facts=request.POST.getlist("facts"),
        )
    except CiyouError as problem:
        return _show_choices(request, child, problem.problems)
    return redirect("letter", letter_id=letter_id)


def _show_choices(request: HttpRequest, child: PersonCard, problems: tuple[Problem, ...]) -> HttpResponse:
    lang = short_language()
    choices = letter_choices(request.actor, child_id=child.id)
    there = letters_of_child(request.actor, child_id=child.id)
    people = {str(child.id), *(str(choice.about.id) for choice in choices if choice.about)}
    highest = max((fact.definition.sensitivity for choice in choices for fact in choice.facts), default=4)
    disclose(request, subject=str(child.id), person_ids=people, fields=SHOWN_IN_LISTS, highest_class=highest)
    shown = [_choice(choice, lang) for choice in choices]
    content = {
        "child": child,
        "deciding": [choice for choice in shown if choice.deciding],
        "others": [choice for choice in shown if not choice.deciding],
        "letters": [_shown(line, lang) for line in there],
        "problems": sentences(problems),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/letter_choices.html", content, status=422 if problems else 200)


def show_letter(request: HttpRequest, letter_id: uuid.UUID) -> HttpResponse:
    """One letter: what is asked, how it stands, and the next step; for a department the reply form."""
    return _show_letter(request, letter_id, {}, {}, ())


def reply(request: HttpRequest, letter_id: uuid.UUID) -> HttpResponse:
    """Record a reply: the department's own, or one that came on paper."""
    typed = {name: text for name, text in request.POST.items() if isinstance(text, str)}
    try:
        record_reply(
            request.actor,
            letter_id=letter_id,
            version=_version(request),
            fields=typed,
            certificate=sent_file(request, "certificate"),
        )
    except LetterNotFound as missing:
        raise Http404 from missing
    except FormProblems as problems:
        return _show_letter(request, letter_id, typed, problems.by_field, tuple(problems.problems))
    except CiyouError as problem:
        return _show_letter(request, letter_id, typed, {}, problem.problems)
    return redirect("letter", letter_id=letter_id)


def send(request: HttpRequest, letter_id: uuid.UUID) -> HttpResponse:
    """Send a draft."""
    try:
        send_letter(request.actor, letter_id=letter_id, version=_version(request), origin=request.META["REMOTE_ADDR"])
    except LetterNotFound as missing:
        raise Http404 from missing
    except CiyouError as problem:
        return _show_letter(request, letter_id, {}, {}, problem.problems)
    return redirect("letter", letter_id=letter_id)


def withdraw(request: HttpRequest, letter_id: uuid.UUID) -> HttpResponse:
    """Withdraw a draft or a sent letter."""
    reason = request.POST.get("reason", "")
    try:
        withdraw_letter(request.actor, letter_id=letter_id, reason=reason)
    except LetterNotFound as missing:
        raise Http404 from missing
    except CiyouError as problem:
        return _show_letter(request, letter_id, {"reason": reason}, {}, problem.problems)
    return redirect("letter", letter_id=letter_id)


def show_document(request: HttpRequest, letter_id: uuid.UUID) -> HttpResponse:
    """The PDF of a sent letter."""
    try:
        line, document = read_letter_document(request.actor, letter_id=letter_id)
    except LetterNotFound as missing:
        raise Http404 from missing
    disclose(
        request,
        subject=str(letter_id),
        person_ids=[str(line.about_id)],
        fields=SHOWN,
        highest_class=line.sensitivity,
    )
    # The name of the file says nothing about anybody.
    headers = {"Content-Disposition": f'attachment; filename="letter-{line.id.hex[:8]}.pdf"'}
    return HttpResponse(document, content_type=PDF, headers=headers)


def _show_letter(
    request: HttpRequest,
    letter_id: uuid.UUID,
    typed: Mapping[str, str],
    by_field: Mapping[str, Problem],
    problems: tuple[Problem, ...],
) -> HttpResponse:
    try:
        letter = read_letter(request.actor, letter_id=letter_id)
    except LetterNotFound as missing:
        raise Http404 from missing
    lang = short_language()
    line = letter.line
    disclose(
        request,
        subject=str(letter_id),
        person_ids=[str(person) for person in (line.about_id, line.child_id) if person],
        fields=SHOWN,
        highest_class=line.sensitivity,
    )
    content = {
        "letter": letter,
        "shown": _shown(line, lang),
        "asked": [ask(question, typed, by_field, lang, plainly=False) for question in letter.questions],
        "answers": _answers(letter, lang),
        "typed": typed,
        "field_problems": {name: sentence(problem, lang) for name, problem in by_field.items()},
        "problems": sentences(problems),
        "choose_file_again": bool(request.FILES),
        "today": timezone.localdate().isoformat(),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/letter.html", content, status=422 if problems else 200)


def _answers(letter: LetterView, lang: str) -> list[tuple[str, str]]:
    """What was asked and what was said to it."""
    if letter.reply is None or letter.reply.refused:
        return []
    found = []
    for question in letter.questions:
        for one in (question, *question.attributes):
            said = letter.reply.values.get(one.definition.name)
            if said is not None:
                found.append((one.definition.label(lang), _said(one.definition, said, lang)))
            elif one is question:
                found.append((one.definition.label(lang), _("不掌握")))
    return found


def _said(definition, said: Value, lang: str) -> str:
    try:
        return value_words(definition.check(said), definition).text(lang)
    except FactError:
        return str(said)  # the vocabulary has changed since: what was said stays readable


def _child(request: HttpRequest, child_id: uuid.UUID) -> PersonCard:
    try:
        child = get_person(request.actor, person_id=child_id, purpose=Purpose.VERIFY)
    except PersonNotFound as missing:
        raise Http404 from missing
    if child.kind != "child":
        raise Http404
    return child


def _choice(choice: LetterChoice, lang: str) -> ShownChoice:
    name = choice.about.name if choice.about else ""
    return ShownChoice(
        key=uuid.uuid4(),
        entity=choice.entity.value,
        department=choice.department,
        department_name=department_name(choice.department, lang),
        about=_about(choice.entity.value, name),
        nameless=choice.nameless,
        deciding=choice.deciding,
        deciding_count=sum(fact.deciding for fact in choice.facts),
        facts=tuple(
            ShownFact(fact.definition.name, fact.definition.label(lang), fact.deciding, bool(fact.rules))
            for fact in choice.facts
        ),
    )


def _about(entity: str, name: str) -> str:
    words = {**RELATIONS, "child": _("孩子本人"), "household": _("家庭")}
    return f"{words[entity]} {name or _('（还没有登记姓名）')}"


def _shown(line: LetterLine, lang: str) -> ShownLetter:
    # A department is told the person's name and nothing of the family.
    about = _about(line.entity, line.about_name) if line.child_id is not None else line.about_name
    return ShownLetter(line, department_name(line.department, lang), about, str(STATE_WORDS[line.state]))


def _key(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("letter_id", ""))
    except ValueError:
        return uuid.uuid4()


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 7 else 1


_GET, _POST = ("GET", "HEAD"), ("POST",)
ROUTES = (
    Route("letters/", show_letters, "letters", Access.PERSONAL, _GET, None, Purpose.VERIFY),
    Route("letters/child/<uuid:child_id>/", show_choices, "letter_choices", Access.PERSONAL, (*_GET, *_POST), Action.INQUIRE, Purpose.VERIFY),
    Route("letters/<uuid:letter_id>/", show_letter, "letter", Access.PERSONAL, _GET, None, Purpose.VERIFY),
    Route("letters/<uuid:letter_id>/reply/", reply, "letter_reply", Access.PERSONAL, _POST, None, Purpose.VERIFY),
    Route("letters/<uuid:letter_id>/send/", send, "letter_send", Access.PERSONAL, _POST, Action.INQUIRE, Purpose.VERIFY),
    Route("letters/<uuid:letter_id>/withdraw/", withdraw, "letter_withdraw", Access.PERSONAL, _POST, Action.INQUIRE, Purpose.VERIFY),
    Route("letters/<uuid:letter_id>/document/", show_document, "letter_document", Access.PERSONAL, _GET, None, Purpose.VERIFY),
)  # fmt: skip
"""Without an action: the county and the departments both come in, and the service tells them apart; nobody else finds a letter."""
