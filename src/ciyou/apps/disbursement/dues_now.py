"""What an award is due for each month by what is known now."""

from __future__ import annotations

from ciyou.apps.audit.wall import walled
from ciyou.apps.awards.run_source import RunAward
from ciyou.apps.disbursement.deriving import Deriver, kept_answers
from ciyou.apps.entitlements.stored_statements import current_of
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.awards.dues import Due, dues
from ciyou.core.awards.month import Month


def dues_of(award: RunAward, through: Month) -> tuple[Due, ...]:
    """What an award is due for each month, by what is known now; nothing where there is no determination."""
    derived = kept_answers(award.id, through)
    kept_to = derived.answers[-1].month if derived and derived.answers else None
    if derived is None or kept_to is None or kept_to < through:
        with walled(LOCAL_OPERATOR):
            determined = current_of([award.person_id])
            found, _written = Deriver(through).derive([award], determined, {})
        return found[award.id][0].dues if award.id in found else ()
    return dues(award.terms, derived.answers, through, ground_of=derived.ground_in(award))
