"""The check of everything in a pack that is no rule, and what a place's own packs go through before anything is served with them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path

from ciyou.core.errors import PackError, Problem
from ciyou.packs.alerts import load_alerts, load_contact_limits
from ciyou.packs.checking import check_own_rules
from ciyou.packs.clocks import load_clocks
from ciyou.packs.differences import load_differences
from ciyou.packs.exchange_loader import load_exchange_mappings
from ciyou.packs.finance_layouts import load_finance_layouts
from ciyou.packs.guidance import load_guidance
from ciyou.packs.identity_lists import load_identity_lists
from ciyou.packs.index_rules import load_index_rules
from ciyou.packs.loading import load_packs
from ciyou.packs.located_yaml import Notes
from ciyou.packs.own_packs import find_own_packs, named_folders
from ciyou.packs.pack_files import SHIPPED, Pack
from ciyou.packs.payments import load_payments
from ciyou.packs.plans import load_plan_closures, load_plan_domains, load_plan_reviews
from ciyou.packs.proofs import load_demands
from ciyou.packs.questionnaires import load_questionnaires
from ciyou.packs.referrals import load_referrals
from ciyou.packs.result_colors import load_result_colors
from ciyou.packs.risk import load_risk
from ciyou.packs.rosters_loader import load_roster_packs
from ciyou.packs.rounds import load_rounds, load_warnings
from ciyou.packs.schedules import load_schedules
from ciyou.packs.schooling import load_schooling
from ciyou.packs.training import load_training
from ciyou.packs.visit_forms import load_visit_forms
from ciyou.packs.visit_intervals import load_visit_intervals
from ciyou.packs.visit_pieces import load_visit_pieces
from ciyou.packs.xlsform_check import check_forms

_ANYWHERE = "00"
_OF_EVERY_FOLDER: tuple[Callable[..., object], ...] = (
    load_alerts,
    load_clocks,
    load_exchange_mappings,
    load_finance_layouts,
    load_identity_lists,
    load_payments,
    load_differences,
    load_questionnaires,
    load_referrals,
    load_schedules,
    load_rounds,
    load_visit_forms,
    load_visit_pieces,
    load_warnings,
)
_WHERE_THERE_IS: tuple[tuple[str, tuple[Callable[..., object], ...]], ...] = (
    ("risk", (load_risk, load_visit_intervals)),
    ("contact_limits", (load_contact_limits,)),
    ("result_colors", (load_result_colors,)),
    ("schooling", (load_schooling,)),
    ("training", (load_training, load_guidance)),
    ("plan_domains", (load_plan_domains, load_plan_reviews, load_plan_closures)),
)


def check_beside_rules(root: Path = SHIPPED, *, only: tuple[Pack, ...] | None = None) -> tuple[Problem, ...]:
    """The mistakes in the clocks, payments, schedules, layouts, lists, mappings and roster packs of a folder whose rules are sound.

    `only`: the packs whose places are looked at, where it is not all. A copy of the rules alone has no rosters.
    """
    found: dict[Problem, None] = {}
    try:
        pack_set = load_packs(root)
        nation, places = pack_set.packs[0].folder, pack_set.packs if only is None else only
        load_index_rules(root=root)
        found.update(dict.fromkeys(check_forms(pack_set)))
        for load in _OF_EVERY_FOLDER:
            for place in places:
                load(division=place.division or _ANYWHERE, root=root)
        for place in places:
            load_demands(division=place.division, root=root)
        for folder, loaders in _WHERE_THERE_IS:
            if (nation / folder).is_dir():
                for load, place in product(loaders, places):
                    load(division=place.division or _ANYWHERE, root=root)
        if (nation / "rosters").is_dir():
            for place in places:
                load_roster_packs(division=place.division, root=root)
    except PackError as error:
        found.update(dict.fromkeys(error.problems))
    return tuple(found)


def check_own_packs() -> None:
    """Try a place's own packs (`CIYOU_PACKS`), if there are any, as `ciyou packs check` does; raises PackError with all mistakes at once."""
    if named_folders():
        notes = Notes()
        find_own_packs(SHIPPED, notes, shipped=True)
        if notes.found:  # said before anything is read
            raise PackError(notes.sorted())
        pack_set = load_packs()
        found = check_own_rules(pack_set) or check_beside_rules(only=pack_set.where_own_hold())
        if found:
            raise PackError(found)
