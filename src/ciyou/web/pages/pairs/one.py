"""One pair: both records side by side with what differs marked, and three answers; then the next one."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from ciyou.apps.accounts.selectors import user_names
from ciyou.apps.rosters.pair_access import PairNotFound
from ciyou.apps.rosters.pair_lists import HIGHEST_CLASS, SHOWN, PairView, read_pair
from ciyou.apps.rosters.pairs import ask_anew, judge_pair, take_back_look
from ciyou.core.errors import RecordError
from ciyou.web.addresses import address_of
from ciyou.web.context import short_language
from ciyou.web.guard import disclose
from ciyou.web.pages.pairs.queue import done_in, pair_address
from ciyou.web.pair_wording import ANSWERS, compared_rows, heads_of, look_rows, row_of, verdict_words, waterfall
from ciyou.web.wording import sentences


def show_pair(request: HttpRequest, pair_id: uuid.UUID) -> HttpResponse:
    """The pair's page."""
    return _show(request, pair_id)


def judge(request: HttpRequest, pair_id: uuid.UUID) -> HttpResponse:
    """Take an answer, and go on to the next pair."""
    actor, blind = request.actor, _blind(request)
    turn = _find(request, pair_id).turn
    try:
        judge_pair(actor, pair_id=pair_id, verdict=request.POST.get("verdict", ""), blind=blind)
    except RecordError as refused:
        return _show(request, pair_id, refused=refused)
    following = turn.after or turn.before
    if following is None:
        return redirect(f"{address_of('pairs')}?done={pair_id}")
    return redirect(pair_address(following, blind=blind, done=pair_id))


def take_back(request: HttpRequest, pair_id: uuid.UUID) -> HttpResponse:
    """Take the last answer back, and show the pair again."""
    _find(request, pair_id)
    try:
        take_back_look(request.actor, pair_id=pair_id)
    except RecordError as refused:
        return _show(request, pair_id, refused=refused)
    return redirect(pair_address(pair_id, blind=_blind(request)))


def ask_again(request: HttpRequest, pair_id: uuid.UUID) -> HttpResponse:
    """Open a settled pair again."""
    _find(request, pair_id)
    try:
        ask_anew(request.actor, pair_id=pair_id)
    except RecordError as refused:
        return _show(request, pair_id, refused=refused)
    return redirect(pair_address(pair_id, blind=False))


def _blind(request: HttpRequest) -> bool:
    return (request.POST if request.method == "POST" else request.GET).get("sample") == "1"


def _find(request: HttpRequest, pair_id: uuid.UUID) -> PairView:
    try:
        return read_pair(request.actor, pair_id=pair_id, blind=_blind(request))
    except PairNotFound as missing:
        raise Http404 from missing


def _show(request: HttpRequest, pair_id: uuid.UUID, *, refused: RecordError | None = None) -> HttpResponse:
    view, blind, lang = _find(request, pair_id), _blind(request), short_language()
    disclose(request, subject=str(pair_id), person_ids=view.persons, fields=SHOWN, highest_class=HIGHEST_CLASS)
    turn = view.turn
    names = user_names([look.by for look in view.looks]) if view.looks else {}
    content: dict[str, Any] = {
        "view": view,
        "row": row_of(view.line),
        "heads": heads_of(view.line, lang),
        "rows": compared_rows(view.line),
        "bars": waterfall(view.weights),
        "looks": look_rows(view.looks, names),
        "answers": ANSWERS,
        "own": verdict_words(view.own),
        "turn": turn,
        "before": pair_address(turn.before, blind=blind) if turn.before else "",
        "after": pair_address(turn.after, blind=blind) if turn.after else "",
        "others": [(pair_address(other, blind=False), name) for other, name in view.others],
        "blind": blind,
        "done": done_in(request),
        "problems": sentences(refused.problems) if refused else [],
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/pair.html", content, status=409 if refused else 200)
