"""What waits for a user, as far as a message may say it: how many tasks in all posts, and when the first is due."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from ciyou.apps.accounts.selectors import actors_of_user
from ciyou.apps.cases.worklist import waiting_tasks


@dataclass(frozen=True)
class Waiting:
    """How many tasks wait, when the first is due, when the newest came, and when the newest of those that are due by today."""

    tasks: int
    first_due_on: dt.date
    newest_at: dt.datetime
    urgent_at: dt.datetime | None


def waiting_for(user_id: uuid.UUID, *, today: dt.date) -> Waiting | None:
    """What waits for a user in all its posts; None where nothing does."""
    actors = actors_of_user(user_id)
    found = waiting_tasks(actors, today=today) if actors else None
    return Waiting(*found) if found is not None else None
