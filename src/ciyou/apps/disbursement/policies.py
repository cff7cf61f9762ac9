"""How an entitlement is paid in a place: from the packs."""

from __future__ import annotations

from ciyou.core.awards.dues import CIRCUMSTANCE_ENDED, Ground
from ciyou.core.awards.law import LawAnswer


def ground_of(entitlement: str, division: str):
    """On which ground the law no longer says yes, for `dues`."""

    def ground(answer: LawAnswer) -> Ground:
        return CIRCUMSTANCE_ENDED

    return ground
