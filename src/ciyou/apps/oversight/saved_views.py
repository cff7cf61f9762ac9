"""Views of the ledger that a user keeps under a name. They hold filters and columns, never a person's data."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from ciyou.apps.audit.services import record_action
from ciyou.apps.oversight.models import SavedView
from ciyou.core.access.actor import Actor
from ciyou.core.errors import Place, Problem, RecordError

AT_MOST = 30
LONGEST_NAME = 64


@dataclass(frozen=True)
class ViewCard:
    """One kept view."""

    id: int
    name: str
    query: str


def saved_views(actor: Actor) -> tuple[ViewCard, ...]:
    """The user's own views, by name."""
    rows = SavedView.objects.filter(user_id=actor.id).order_by("name")
    return tuple(ViewCard(row.id, row.name, row.query) for row in rows)


def save_view(actor: Actor, *, name: str, query: str) -> None:
    """Keep a view under a name; one of the same name is replaced. `query` as LedgerQuery.address writes it."""
    kept = " ".join(name.split())[:LONGEST_NAME]
    if not kept:
        raise RecordError(Problem(Place(), "view.name", "请给这个视图起个名字。", "Give this view a name."))
    with transaction.atomic():
        others = SavedView.objects.filter(user_id=actor.id).exclude(name=kept)
        if others.count() >= AT_MOST:
            raise RecordError(
                Problem(
                    Place(),
                    "view.too_many",
                    f"最多保存 {AT_MOST} 个视图；请先删除不用的。",
                    f"At most {AT_MOST} views are kept; delete one first.",
                )
            )
        row, _made = SavedView.objects.update_or_create(
            user_id=actor.id, name=kept, defaults={"query": query[:1000], "created_at": timezone.now()}
        )
        record_action(actor, action="save_view", subject=str(row.id))


def delete_view(actor: Actor, *, view_id: int) -> None:
    """Forget one of the user's own views; one that is gone already stays gone."""
    with transaction.atomic():
        deleted, _rows = SavedView.objects.filter(user_id=actor.id, id=view_id).delete()
        if deleted:
            record_action(actor, action="delete_view", subject=str(view_id))
