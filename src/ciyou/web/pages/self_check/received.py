"""What a form of the self-check sends, read with distrust: sizes first, then names and values that are ours, then the answer given now.

Everything travels in the body of the form and comes back with the next page; nothing of it is written anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from ciyou.core.asking.interview import Interview, Next
from ciyou.core.asking.question import UNKNOWN, Shape, ticks_of, told_ticks
from ciyou.packs.self_check import load_check_places

MOST_BYTES = 16_384
MOST_ANSWERS = 60
FORM = "application/x-www-form-urlencoded"
ANSWER, OPTION, VALUE, SHOWN, ASKING = "a-", "option", "value", "shown", "asking"
NONE, REST_UNSURE = "none-of-these", "unsure-about-the-rest"
DONT_KNOW, CHANGE, PLACE, RESTART = "dont_know", "change", "place", "restart"
_LONGEST = 400
_CODE = re.compile(r"[a-z0-9_]{1,60}")


class Unusable(Exception):
    """A form that is not one of ours: too large, or of another kind. Its words are ready to read."""

    def __init__(self, status: int, words: str) -> None:
        self.status, self.words = status, words
        super().__init__(status)


@dataclass(frozen=True)
class Received:
    """A form as it was sent: the place, the answers so far, and which of them is to be changed."""

    place: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    change: str = ""
    form: QueryDict = field(default_factory=QueryDict)

    def with_answer(self, code: str, answer: str) -> Received:
        return replace(self, answers={**self.answers, code: answer}, change="")

    def without(self, code: str) -> Received:
        return replace(self, answers={key: said for key, said in self.answers.items() if key != code})


def receive(request: HttpRequest) -> Received:
    """The form of a request; raises Unusable before anything large or strange is read."""
    if request.method != "POST":
        return Received()
    if request.content_type != FORM:
        raise Unusable(415, _("这张表单不是从这一页发出的。请从头开始。"))
    if _length(request) > MOST_BYTES:
        raise Unusable(413, _("发来的内容太大。请从头开始，只用这一页上的按钮。"))
    try:
        form = request.POST
    except SuspiciousOperation as error:
        raise Unusable(400, _("发来的内容读不了。请从头开始。")) from error
    if form.get(RESTART):
        return Received()
    answers = {key.removeprefix(ANSWER): said for key, said in form.items() if key.startswith(ANSWER)}
    if len(answers) > MOST_ANSWERS or any(len(said) > _LONGEST for said in answers.values()):
        raise Unusable(400, _("发来的答案太多或太长。请从头开始。"))
    place = form.get(PLACE, "")
    if place and place not in load_check_places():
        raise Unusable(400, _("没有这个地方可选。请从列表里选一个。"))
    return Received(place, answers, form.get(CHANGE, ""), form)


def language_of(request: HttpRequest) -> str:
    """The language that a form asks for, "" where it does not; a form that is not ours asks for nothing."""
    if request.method != "POST" or request.content_type != FORM or _length(request) > MOST_BYTES:
        return ""
    try:
        return request.POST.get("to_language") or request.POST.get("language", "")
    except SuspiciousOperation:
        return ""


def _length(request: HttpRequest) -> int:
    written = str(request.META.get("CONTENT_LENGTH") or "0")
    return int(written) if written.isascii() and written.isdigit() else 0


def given_now(received: Received, interview: Interview) -> tuple[Received, str]:
    """The form with the answer that was just given, and what is missing in it ("" where nothing is)."""
    code = received.form.get(ASKING, "")
    question = interview.by_code.get(code)
    if question is None or received.change:
        return received, ""
    if received.form.get(DONT_KNOW):
        return received.with_answer(code, UNKNOWN), ""
    if question.shape is Shape.TICKS:
        return _ticked(received, interview, code)
    said = received.form.get(OPTION if question.shape is Shape.CHOICE else VALUE, "").strip()
    if not said:
        return received, _("请先选一个答案；不清楚就按“不知道”。")
    return received.with_answer(code, said), ""


def _ticked(received: Received, interview: Interview, code: str) -> tuple[Received, str]:
    """A list of ticks: nothing ticked says nothing, so that silence never becomes a no."""
    question = interview.by_code[code]
    ticked = received.form.getlist(OPTION)
    if not ticked:
        return received, _("请勾选符合的；都不符合就勾“都没有”，不清楚就按“不知道”。")
    chosen = [one for one in ticked if one not in (NONE, REST_UNSURE)]
    if NONE in ticked and len(ticked) > 1:
        return received, _("勾了“都没有”，又勾了别的。请只留下对的。")
    shown = [one for one in received.form.get(SHOWN, "").split(",") if _CODE.fullmatch(one)]
    told = told_ticks(question, shown, chosen, rest_unsure=REST_UNSURE in ticked)
    before = received.answers.get(code, "")
    if before and before != UNKNOWN:
        earlier = ticks_of(question, before)
        told = ",".join([*(f"{one}:{said}" for one, said in earlier.items() if one not in shown), told])
    return received.with_answer(code, told), ""


def changed(received: Received, interview: Interview) -> tuple[Received, Next | None]:
    """The form without the answer that is to be changed, and its question to ask again with everything it may hold."""
    question = interview.by_code.get(received.change)
    if question is None:
        return received, None
    earlier = received.without(question.code)
    asked = [one for one in interview.candidates(earlier.answers) if one.question.code == question.code]
    return earlier, asked[0] if asked else Next(question, question.options)
