"""身份名单: the county makes and sends a department's list of the month; the department reads it and answers child by child."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ciyou.apps.exchange.identity_answers import GivenAnswer, answer_identity_list, settle_listed_child
from ciyou.apps.exchange.identity_files import read_answer_file
from ciyou.apps.exchange.identity_lists import HIGHEST_CLASS, make_identity_list, send_identity_list
from ciyou.apps.exchange.identity_reading import ListCard, ListedRow, list_identity_lists, read_identity_list
from ciyou.apps.exchange.identity_refusals import IdentityListNotFound
from ciyou.apps.exchange.refusals import file_too_large, no_file
from ciyou.apps.exchange.table_files import LARGEST_BYTES
from ciyou.apps.oversight.exports import LEAST_REASON
from ciyou.apps.oversight.identity_exports import export_identity_list
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import CiyouError, Problem
from ciyou.packs import department_name, load_identity_lists, load_rule_titles
from ciyou.packs.rule_files import RuleFile
from ciyou.web.context import short_language
from ciyou.web.guard import Access, Route, disclose
from ciyou.web.proving import ask_to_prove, recently_proved
from ciyou.web.wording import SEXES, sentences

ANSWER_WORDS = {
    "taken": gettext_lazy("已落实"),
    "already": gettext_lazy("原已享受"),
    "not_found": gettext_lazy("查无此人"),
    "refused": gettext_lazy("不予落实"),
}
CHANGE_WORDS = {
    "new": gettext_lazy("新增"),
    "changed": gettext_lazy("有变化"),
    "same": gettext_lazy("不变"),
    "gone": gettext_lazy("退出"),
}
GONE_WORDS = {"taken": gettext_lazy("已停办"), "already": gettext_lazy("原未享受")}
"""Of a child that is no longer entitled the same two answers mean the end."""
LINE_WORDS = {
    "nobody": gettext_lazy("没有身份证号，按姓名也对不上名单上的孩子；请补上号码。"),
    "number_wrong": gettext_lazy("身份证号不对（位数、校验位，或被表格改成了科学计数）；请对照下载的文件改正。"),
    "unknown_number": gettext_lazy("这个身份证号不在这份名单上；请核对是不是另一份名单的回执。"),
    "repeated": gettext_lazy("同一个孩子前面已经有一行，这一行没有采用；请留下对的一行。"),
    "other_month": gettext_lazy("这一行是另一个月名单的回执；请到那个月的名单上传。"),
    "no_answer": gettext_lazy("没有填办理结果；请补填后再上传。"),
    "word_unknown": gettext_lazy("办理结果的写法不认识；请用约定的写法。"),
    "no_reason": gettext_lazy("写了不予办理，没有写原因；请部门补写原因。"),
}
SHOWN = ("name", "id_number", "birth_date", "sex", "identities", "entitlements", "answer")
LONGEST_PAGE = 6
REST = "taken"
ANSWER_FIELD, NOTE_FIELD = "answer-", "note-"


@dataclass(frozen=True)
class Shown:
    """A list with its name and its department in the reader's language."""

    card: ListCard
    name: str
    department: str


@dataclass(frozen=True)
class Kind:
    """A kind that the county can make this month: whether it is drafted or sent, and what is said of it."""

    code: str
    name: str
    department: str
    note: str
    verified: bool
    list_id: uuid.UUID | None
    sent: bool


@dataclass(frozen=True)
class Row:
    """One child, ready to read; `answer`, `note`: what was said, or what a form that failed had said; `unreasoned`: it refused without a reason."""

    listed: ListedRow
    sex: str
    identities: str
    entitlements: str
    change: str
    choices: tuple[tuple[str, str], ...]
    answer: str
    answer_words: str
    note: str
    unreasoned: bool


def show_lists(request: HttpRequest) -> HttpResponse:
    """The lists by month; for the county's drafter what there is to make."""
    return _show_lists(request, ())


def make(request: HttpRequest) -> HttpResponse:
    """Draft a list of this month, or draft it anew."""
    try:
        made = make_identity_list(request.actor, kind=request.POST.get("kind", ""), on=timezone.localdate())
    except CiyouError as problem:
        return _show_lists(request, tuple(problem.problems))
    return redirect("identity_list", list_id=made.id)


def _show_lists(request: HttpRequest, problems: tuple[Problem, ...]) -> HttpResponse:
    actor, lang = request.actor, short_language()
    cards, month = list_identity_lists(actor), f"{timezone.localdate():%Y-%m}"
    now = {card.kind: card for card in cards if card.month == month}
    kinds = load_identity_lists(division=actor.scope.first).values() if _sends(request) else ()
    content = {
        "lists": [_shown(card, actor.scope.first, lang) for card in cards],
        "kinds": [
            Kind(
                code=kind.code,
                name=kind.name(lang),
                department=department_name(kind.department, lang),
                note=kind.note(lang),
                verified=kind.verified,
                list_id=now[kind.code].id if kind.code in now else None,
                sent=kind.code in now and now[kind.code].sent_on is not None,
            )
            for kind in kinds
        ],
        "month": month,
        "answers": _answers(request),
        "problems": sentences(problems),
    }
    return render(request, "web/pages/identity_lists.html", content, status=422 if problems else 200)


def show_list(request: HttpRequest, list_id: uuid.UUID) -> HttpResponse:
    """One list, a page at a time."""
    return _show(request, list_id, ())


def send(request: HttpRequest, list_id: uuid.UUID) -> HttpResponse:
    """Send what was shown."""
    try:
        shown, origin = request.POST.get("hash", ""), request.META["REMOTE_ADDR"]
        send_identity_list(request.actor, list_id=list_id, shown=shown, origin=origin)
    except IdentityListNotFound as missing:
        raise Http404 from missing
    except CiyouError as problem:
        return _show(request, list_id, tuple(problem.problems))
    return _back(list_id, {"done": "sent"})


def answer(request: HttpRequest, list_id: uuid.UUID) -> HttpResponse:
    """What the department chose; with `rest` what it left open on this page is taken up."""
    given = _given(request.POST)
    try:
        answer_identity_list(request.actor, list_id=list_id, answers=given)
    except IdentityListNotFound as missing:
        raise Http404 from missing
    except CiyouError as problem:
        return _show(request, list_id, tuple(problem.problems), given)
    return _back(list_id, {"done": "answered", "show": request.GET.get("show", ""), "page": str(_page(request.POST))})


def settle(request: HttpRequest, list_id: uuid.UUID, listed_id: uuid.UUID) -> HttpResponse:
    """The county has seen to one that was not found or refused."""
    try:
        settle_listed_child(request.actor, list_id=list_id, listed_id=listed_id)
    except IdentityListNotFound as missing:
        raise Http404 from missing
    except CiyouError as problem:
        return _show(request, list_id, tuple(problem.problems))
    return _back(list_id, {"done": "settled", "show": "unsettled"})


def take_file(request: HttpRequest, list_id: uuid.UUID) -> HttpResponse:
    """The file for a department without an account; this answer is the only place where its password ever stands."""
    if not recently_proved(request):
        return ask_to_prove(request, back=reverse("identity_list", kwargs={"list_id": list_id}))
    try:
        made = export_identity_list(
            request.actor,
            list_id=list_id,
            export_id=_key(request.POST.get("export_id", "")),
            reason=request.POST.get("reason", ""),
            proved=True,
            origin=request.META["REMOTE_ADDR"],
        )
    except IdentityListNotFound as missing:
        raise Http404 from missing
    except CiyouError as problem:
        return _show(request, list_id, tuple(problem.problems))
    return render(request, "web/pages/export_made.html", {"card": made.card, "password": made.password})


def take_answers(request: HttpRequest, list_id: uuid.UUID) -> HttpResponse:
    """Read the file that a department without an account sent back."""
    sent = request.FILES.get("file")
    try:
        if sent is None:
            raise no_file()
        if sent.size > LARGEST_BYTES:
            raise file_too_large(LARGEST_BYTES >> 20)
        read_answer_file(request.actor, list_id=list_id, name=sent.name, content=sent.read())
    except IdentityListNotFound as missing:
        raise Http404 from missing
    except CiyouError as problem:
        return _show(request, list_id, tuple(problem.problems))
    return _back(list_id, {"done": "read"})


def _key(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.uuid4()


def _back(list_id: uuid.UUID, query: Mapping[str, str]) -> HttpResponse:
    response = redirect("identity_list", list_id=list_id)
    response["Location"] += f"?{urlencode(query)}"
    return response


def _given(form: Mapping[str, str]) -> dict[uuid.UUID, GivenAnswer]:
    found: dict[uuid.UUID, GivenAnswer] = {}
    for field, value in form.items():
        said = value or (REST if form.get("rest") else "")
        if field.startswith(ANSWER_FIELD) and said:
            try:
                key = uuid.UUID(field.removeprefix(ANSWER_FIELD))
            except ValueError:
                continue
            found[key] = GivenAnswer(said, form.get(f"{NOTE_FIELD}{key}", ""))
    return found


def _show(
    request: HttpRequest,
    list_id: uuid.UUID,
    problems: tuple[Problem, ...],
    given: Mapping[uuid.UUID, GivenAnswer] | None = None,
) -> HttpResponse:
    actor, lang, show = request.actor, short_language(), request.GET.get("show", "")
    asked = request.POST if request.method == "POST" else request.GET
    try:
        found = read_identity_list(actor, list_id=list_id, show=show, page=_page(asked))
    except IdentityListNotFound as missing:
        raise Http404 from missing
    persons = [str(one) for one in found.persons]
    disclose(request, subject=str(list_id), person_ids=persons, fields=SHOWN, highest_class=HIGHEST_CLASS)
    kind = load_identity_lists(division=actor.scope.first).get(found.card.kind)
    answering = _answers(request) and found.card.closed_on is None
    content = {
        "list": _shown(found.card, actor.scope.first, lang),
        "rows": [_row(one, (given or {}).get(one.id), lang) for one in found.rows],
        "columns": kind.columns if kind else ("name", "identities"),
        "total": found.total,
        "page": found.page,
        "pages": found.pages,
        "previous": found.page - 1,
        "next": found.page + 1,
        "show": show,
        "filters": _filters(found.card),
        "may_send": _sends(request) and found.card.sent_on is None,
        "may_settle": _sends(request),
        "has_file": _sends(request) and found.card.sent_on is not None and kind is not None and kind.file is not None,
        "export_id": uuid.uuid4(),
        "least": LEAST_REASON,
        "reason": request.POST.get("reason", ""),
        "answer_file": found.card.answer_file if _sends(request) else {},
        "bad_lines": _bad_lines(found.card) if _sends(request) else [],
        "answering": answering,
        "pager_address": reverse("identity_list", kwargs={"list_id": list_id}),
        "is_department": _answers(request),
        "done": request.GET.get("done", ""),
        "problems": sentences(problems),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/identity_list.html", content, status=422 if problems else 200)


def _bad_lines(card: ListCard) -> list[tuple[int, str]]:
    """The lines of the last file of answers that were left out, with why and what to do."""
    return [(line, str(LINE_WORDS.get(code, code))) for line, code in card.answer_file.get("problems", ())]


def _filters(card: ListCard) -> list[tuple[str, str, int]]:
    """What a list can be narrowed to: code, words, how many; what has nobody is left out."""
    words = [("waiting", _("还没有回执"), card.waiting), ("unsettled", _("待县里核实"), card.unsettled)]
    if card.sent_on is None:
        words = []
    words += [(code, str(label), card.answers.get(code, 0)) for code, label in ANSWER_WORDS.items()]
    words += [(code, str(label), card.changes.get(code, 0)) for code, label in CHANGE_WORDS.items()]
    return [("", _("全部"), card.total), *(one for one in words if one[2])]


def _row(one: ListedRow, given: GivenAnswer | None, lang: str) -> Row:
    titles = load_rule_titles()
    told = one.content
    words = {**ANSWER_WORDS, **GONE_WORDS} if one.change == "gone" else ANSWER_WORDS
    return Row(
        listed=one,
        sex=str(SEXES.get(told.sex, "")),
        identities=_named(told.identities, titles, lang),
        entitlements=_named(told.entitlements, titles, lang),
        change=str(CHANGE_WORDS[one.change]),
        choices=tuple((code, str(label)) for code, label in words.items()),
        answer=given.answer if given else one.answer,
        answer_words=str(words.get(one.answer, "")),
        note=given.note if given else one.note,
        unreasoned=given is not None and given.answer == "refused" and not given.note.strip(),
    )


def _named(codes: tuple[str, ...], titles: Mapping[str, RuleFile], lang: str) -> str:
    return _("、").join(_title(titles[code], lang) if code in titles else code for code in codes)


def _title(rule: RuleFile, lang: str) -> str:
    return rule.en if lang == "en" else rule.zh


def _shown(card: ListCard, division: str, lang: str) -> Shown:
    kind = load_identity_lists(division=division).get(card.kind)
    return Shown(card, kind.name(lang) if kind else card.kind, department_name(card.department, lang))


def _page(form: Mapping[str, str]) -> int:
    text = form.get("page", "1")
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) <= LONGEST_PAGE else 1


def _sends(request: HttpRequest) -> bool:
    return may_do(request.actor.role, Action.SEND_IDENTITY_LISTS)


def _answers(request: HttpRequest) -> bool:
    return may_do(request.actor.role, Action.ANSWER_IDENTITY_LISTS)


ROUTES = (
    Route("identity-lists/", show_lists, "identity_lists", Access.STAFF, action=Action.SEE_IDENTITY_LISTS),
    Route("identity-lists/make/", make, "make_identity_list", Access.STAFF, ("POST",), Action.SEND_IDENTITY_LISTS),
    Route("identity-lists/<uuid:list_id>/", show_list, "identity_list", Access.PERSONAL, action=Action.SEE_IDENTITY_LISTS),
    Route("identity-lists/<uuid:list_id>/send/", send, "send_identity_list", Access.PERSONAL, ("POST",), Action.SEND_IDENTITY_LISTS),
    Route("identity-lists/<uuid:list_id>/answer/", answer, "answer_identity_list", Access.PERSONAL, ("POST",), Action.ANSWER_IDENTITY_LISTS),
    Route("identity-lists/<uuid:list_id>/file/", take_file, "identity_list_file", Access.PERSONAL, ("POST",), Action.SEND_IDENTITY_LISTS),
    Route("identity-lists/<uuid:list_id>/answers/", take_answers, "read_identity_answers", Access.PERSONAL, ("POST",), Action.SEND_IDENTITY_LISTS),
    Route("identity-lists/<uuid:list_id>/settle/<uuid:listed_id>/", settle, "settle_listed_child", Access.PERSONAL, ("POST",), Action.SEND_IDENTITY_LISTS),
)  # fmt: skip
