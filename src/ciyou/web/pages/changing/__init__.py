"""What ends, moves, joins or protects a child's file, and where its money goes."""

from __future__ import annotations

from ciyou.core.access.actor import Purpose
from ciyou.core.access.roles import Action
from ciyou.web.guard import Access, Route
from ciyou.web.pages.changing import death, merging, moving, paying, protecting, unmerging

_READ, _BOTH, _WRITE = ("GET", "HEAD"), ("GET", "HEAD", "POST"), ("POST",)
_CHILD = "children/<uuid:child_id>/"
_MERGE = f"{_CHILD}merges/<uuid:merge_id>/"
_PERSONAL, _PROTECT = Access.PERSONAL, Purpose.PROTECT

ROUTES = (
    Route(f"{_CHILD}death/", death.show_death, "record_death", _PERSONAL, _BOTH, Action.REGISTER),
    Route(f"{_CHILD}move/", moving.show_move, "move_person", _PERSONAL, _BOTH, Action.REGISTER),
    Route(f"{_CHILD}moved/", moving.show_moved, "moved", _PERSONAL, _READ, Action.REGISTER),
    Route(f"{_CHILD}merge/", merging.find_other, "merge", _PERSONAL, _BOTH, Action.REGISTER),
    Route(f"{_CHILD}merge/<uuid:other_id>/", merging.compare, "compare_children", _PERSONAL, _BOTH, Action.REGISTER),
    Route(f"{_CHILD}merges/", unmerging.show_merges, "merges", _PERSONAL, _READ, Action.REGISTER),
    Route(_MERGE, unmerging.show_unmerge, "unmerge", _PERSONAL, _BOTH, Action.REGISTER),
    Route(f"{_MERGE}confirm/", unmerging.confirm, "confirm_unmerge", _PERSONAL, _WRITE, Action.CONFIRM),
    Route(f"{_MERGE}decline/", unmerging.decline, "decline_unmerge", _PERSONAL, _WRITE, Action.REGISTER),
    Route(f"{_CHILD}payee/", paying.show_payee, "payee", _PERSONAL, _BOTH, Action.REVEAL),
    Route(f"{_CHILD}payee/reveal/", paying.reveal, "reveal_payee", _PERSONAL, _BOTH, Action.REVEAL),
    Route(f"{_CHILD}protection/", protecting.show, "protection", _PERSONAL, _BOTH, Action.CONFIRM, _PROTECT),
    Route(f"{_CHILD}protection/workers/", protecting.name, "name_worker", _PERSONAL, _WRITE, Action.CONFIRM, _PROTECT),
    Route(
        f"{_CHILD}protection/workers/<int:access_id>/end/",
        protecting.end,
        "end_worker",
        _PERSONAL,
        _WRITE,
        Action.CONFIRM,
        _PROTECT,
    ),
)
