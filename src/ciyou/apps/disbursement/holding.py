"""Why a child is not paid with a run although something is due: the reasons, in the order in which they are asked."""

from __future__ import annotations

import datetime as dt

from ciyou.apps.registry.paying import Account, Standing
from ciyou.core.access.actor import DivisionScope
from ciyou.core.clock.ages import full_years

OF_AGE = 18
BY_STATUS = {"dead": "died", "moved": "moved", "merged": "merged"}


def held_for(
    standing: Standing | None, *, county: str, law_says_yes: bool, on: dt.date, at_residence: bool = False
) -> str:
    """The reason that a child's file gives not to pay: "" for none. `at_residence`: it is paid where the child lives.

    Whoever is of age is paid as long as the law still says yes (schooling goes on in some places).
    """
    if standing is None:
        return "merged"
    if standing.status in BY_STATUS:
        return BY_STATUS[standing.status]
    place = standing.residence if at_residence else standing.division
    if not place or not DivisionScope.of(county).holds(place):
        return "moved"
    born = standing.birth_date
    of_age = standing.status == "of_age" or (born is not None and full_years(born, on) >= OF_AGE)
    return "of_age" if of_age and not law_says_yes else ""


def account_trouble(account: Account | None) -> str:
    """The reason that an account gives not to pay: missing, or its number cannot be one."""
    if account is None:
        return "account_missing"
    return "" if account.sound else "account_wrong"
