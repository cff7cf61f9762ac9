"""After an emergency ground did not stand: the sender names who consented since, or takes the referral back; until then it has a task."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace

from django.db import transaction

from ciyou.apps.partners.access import EMERGENCY, PURPOSE
from ciyou.apps.partners.contents import open_content, seal_content
from ciyou.apps.partners.referring import FIELD_LENGTH, check_consent
from ciyou.apps.partners.refusals import check_may, moved_on, refused
from ciyou.apps.partners.steps import GROUND_REFUSED, SENDER, note_ground_change, taking
from ciyou.apps.partners.transitions import OPEN
from ciyou.apps.registry.selectors import get_person
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action


def change_ground(
    actor: Actor, *, referral_id: uuid.UUID, version: int, ground: str, consent_by: str, consent_on: dt.date | None
) -> None:
    """Put the consent of the guardian or of the child in the place of an emergency that did not stand; the task ends.

    The reason that was given first stays: for it data left before anybody consented. Raises RecordError without a consent, and where no ground was refused.
    """
    check_may(actor, Action.REFER)
    with transaction.atomic(), taking(actor, referral_id, end=SENDER, version=version) as row:
        if row.state not in OPEN:
            raise moved_on()
        if row.ground != EMERGENCY or not row.steps.filter(step=GROUND_REFUSED).exists():
            raise refused("no_refused_ground", "依据没有被退回，不用改。", "The ground was not refused; it stays.")
        if ground == EMERGENCY:
            raise refused("consent", "请写明谁在哪一天同意。", "Say who consented and on which day.")
        child = get_person(actor, person_id=row.child_id, purpose=PURPOSE)
        check_consent(child, ground=ground, consent_by=consent_by, consent_on=consent_on)
        assert consent_on is not None  # a consent has a day
        content = replace(
            open_content(row.id, row.content),
            consent_by=" ".join(consent_by.split())[:FIELD_LENGTH],
            consent_on=consent_on.isoformat(),
        )
        note_ground_change(actor, row, ground=ground, content=seal_content(row.id, content))
