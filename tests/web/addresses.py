"""The address book: every route with its parts filled in from a scene. A route that cannot be filled in fails the matrix.

A new route needs nothing here as long as the parts of its path are called what other routes call them; what is said once more is
only what a path cannot say: parts that mean different things in different routes, and the fields of forms.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.urls import reverse

from ciyou.web.guard import Access, Route
from ciyou.web.routes import ROUTES
from tests.web.scene import Scene

PART = re.compile(r"<(?:[a-z]+:)?([a-z_]+)>")

OTHERWISE: Mapping[str, Mapping[str, str]] = {
    "decide_access_request": {"request_id": "two_person_request_id"},
    "request_copy": {"request_id": "copy_request_id"},
    "make_copy": {"request_id": "copy_request_id"},
    "compare_children": {"other_id": "twin_id"},
}
"""Route → part of its path → what of the scene it is, where it is not what its name says."""

NO_PERSONS = frozenset({"livez", "readyz", "self_check", "set_language", "styleguide"})

FORMS: Mapping[str, Mapping[str, str]] = {
    "reveal_identifier": {"number": "identifier_id"},
    "hand_over": {"to": "post_id"},
    "reveal_payee": {"number": "account_id"},
    "compare_children": {"keep": "child_id"},
    "move_to_collective": {"collective": "collective_id"},
}
"""Route → field of its form → part of the scene: what a POST sends besides everything that `form_of` sends to all."""

SPRAYED = {
    "lead_ids": "lead_id", "leads": "lead_id", "lead": "lead_id", "child_ids": "child_id", "child": "child_id",
    "children": "child_id", "ids": "child_id", "person_ids": "person_id", "person": "person_id", "post": "post_id",
    "to_post_id": "post_id", "task_ids": "task_id", "task": "task_id", "letter": "letter_id", "user": "user_id",
    "determination_ids": "determination_id", "determinations": "determination_id", "determination": "determination_id",
    "selected": "child_id", "only": "child_id", "view": "view_id", "request": "request_id",
}  # fmt: skip
WORDS = {
    "reason": "核对后处理，理由写在这里。", "version": "1", "accept": "1", "confirm": "1", "state": "done", "purpose": "serve",
    "text": "", "name": "测试", "kind": "copy", "result": "confirmed", "decision": "grant", "granted": "1", "facts": "imprisoned",
    "entity": "mother", "department": "justice", "lang": "zh", "columns": "name", "query": "", "refusal": "不属本部门",
    "what": "identifier", "role": "supervisor", "username": "newuser", "full_name": "新人", "valid_from": "2026-01-01", "protected": "1",
    "on": "2026-01-01", "known_from": "police", "merge_reason": "same_number", "looked": "1", "worker_reason": "负责本案的走访",
    "verdict": "same", "opening_reason": "mistake", "residence": "same", "holder": "某人", "bank": "农村信用社",
}  # fmt: skip


def parts_of(route: Route) -> tuple[str, ...]:
    """The parts of a route's path."""
    return tuple(PART.findall(route.path))


def names_an_object(route: Route) -> bool:
    """Whether the address names something of one county."""
    return bool(parts_of(route))


def address(route: Route, ids: Mapping[str, object]) -> str:
    """The route's address with its parts filled in."""
    other = OTHERWISE.get(route.name, {})
    values = {part: ids[other.get(part, part)] for part in parts_of(route)}
    return reverse(route.name, kwargs=values)


def form_of(route: Route, scene: Scene) -> dict[str, str]:
    """What a hostile or clumsy form sends: every id of a county under every name that a form might read, and plausible words."""
    fields = {field: str(scene.ids[part]) for field, part in SPRAYED.items()}
    fields |= {name: str(value) for name, value in scene.ids.items()}
    fields |= {**WORDS, "division": scene.village, "township": scene.village, "visit_id": str(scene.ids["visit_id"])}
    return fields | {field: str(scene.ids[part]) for field, part in FORMS.get(route.name, {}).items()}


def guarded_routes(ids: Mapping[str, object]) -> list[Route]:
    """The routes that need a sign-in and can be filled in (one test says which cannot)."""
    return [route for route in ROUTES if route.access is not Access.OPEN and not unknown_parts(route, ids)]


def unknown_parts(route: Route, ids: Mapping[str, object]) -> list[str]:
    """The parts of a route that no scene has: plant one, or say in OTHERWISE what the part is."""
    other = OTHERWISE.get(route.name, {})
    return [part for part in parts_of(route) if other.get(part, part) not in ids]
