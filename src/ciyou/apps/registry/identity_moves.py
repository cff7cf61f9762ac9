"""What each step of a merge did, kept with the decision: an unmerge puts back that and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import wraps
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from ciyou.apps.audit.wall import walled
from ciyou.apps.registry.identity import last_merge
from ciyou.apps.registry.models import IdentityDecision, IdentityMove
from ciyou.apps.registry.plain_rows import Values
from ciyou.apps.registry.row_images import RowChange, difference, image_of
from ciyou.apps.registry.sealing import open_identity, seal_identity
from ciyou.core.access.actor import LOCAL_OPERATOR

SHOWN = frozenset(
    {
        *("registry.Person", "registry.Fact", "registry.Identifier", "registry.Relationship", "registry.Evidence"),
        *("cases.Lead", "cases.VisitedChild", "awards.Award"),
    }
)
"""Of these a merge keeps how they stood before: whoever looks at an undoing sees both files so, without reading anything twice."""


@contextmanager
def moves_noted(decision: IdentityDecision, step: str) -> Iterator[None]:
    """Keep what the block does to the rows of both files of a merge; nothing is kept where it changes nothing."""
    people = (decision.kept_id, decision.dropped_id)
    before = image_of(people)
    yield
    after = image_of(people)
    changes = difference(before, after)
    if not changes:
        return
    name = f"{step}#{decision.moves.count()}"
    first = not decision.moves.exists()
    content = {
        "changes": [asdict(change) for change in changes],
        "left": [[*place, place in after] for place in sorted(after if first else {_place(one) for one in changes})],
        "before": [[*place, values] for place, values in sorted(before.items()) if first and place[0] in SHOWN],
    }
    IdentityMove.objects.create(
        decision=decision, step=name, content=seal_identity(decision.id, name, content), at=timezone.now()
    )


@dataclass(frozen=True)
class Record:
    """What a merge did: its changes in their order, whether each row stood when it was done, and of what a person is shown the rows
    as they stood before, by `app.Model`."""

    changes: list[RowChange]
    left: dict[tuple[str, str], bool]
    before: dict[str, list[Values]]


def _place(change: RowChange) -> tuple[str, str]:
    return (change.model, change.key)


def record_of(decision: IdentityDecision) -> Record:
    """Everything a merge did, in all its steps."""
    record = Record([], {}, {})
    for move in decision.moves.order_by("id"):
        content: Any = open_identity(decision.id, move.step, move.content)
        record.changes.extend(RowChange(**one) for one in content["changes"])
        record.left.update({(model, key): stood for model, key, stood in content["left"]})
        for model, _key, values in content["before"]:
            record.before.setdefault(model, []).append(values)
    return record


def follows_merge(handler: Callable[..., None]) -> Callable[..., None]:
    """A handler of `registry.people_merged` whose doings are kept with the decision; a merge undone meanwhile is not followed."""
    step = f"{handler.__module__.removeprefix('ciyou.apps.')}"

    @wraps(handler)
    def follow(kept: str, dropped: str = "", **more: object) -> None:
        with transaction.atomic(), walled(LOCAL_OPERATOR):
            decision = last_merge(UUID(kept), UUID(dropped)) if dropped else None
            if decision is None:
                handler(kept=kept, dropped=dropped, **more)
            elif decision.superseded_by_id is None:
                with moves_noted(decision, step):
                    handler(kept=kept, dropped=dropped, **more)

    return follow
