"""Comparing records: the queue of doubtful pairs, one pair side by side, the sample, and how right the linking is."""

from __future__ import annotations

from ciyou.core.access.actor import Purpose
from ciyou.core.access.roles import Action
from ciyou.web.guard import Access, Route
from ciyou.web.pages.pairs import one, quality, queue

_READ, _WRITE = ("GET", "HEAD"), ("POST",)
_MAY, _WHY = Action.JUDGE_PAIRS, Purpose.IDENTIFY

ROUTES = (
    Route("pairs/", queue.show_queue, "pairs", Access.PERSONAL, _READ, _MAY, _WHY),
    Route("pairs/next/", queue.go_on, "next_pair", Access.STAFF, _READ, _MAY, _WHY),
    Route("pairs/quality/", quality.show_quality, "pair_quality", Access.STAFF, _READ, _MAY, _WHY),
    Route("pairs/<uuid:pair_id>/", one.show_pair, "pair", Access.PERSONAL, _READ, _MAY, _WHY),
    Route("pairs/<uuid:pair_id>/judge/", one.judge, "judge_pair", Access.PERSONAL, _WRITE, _MAY, _WHY),
    Route("pairs/<uuid:pair_id>/take-back/", one.take_back, "take_look_back", Access.PERSONAL, _WRITE, _MAY, _WHY),
    Route("pairs/<uuid:pair_id>/anew/", one.ask_again, "ask_pair_anew", Access.PERSONAL, _WRITE, _MAY, _WHY),
)
