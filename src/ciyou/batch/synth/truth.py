"""The truth about the children, for measuring only: a program that reads it to decide is worthless.

The category is worked out here a second time, apart from the rule packs, so that the two can be compared.
"""

from __future__ import annotations

import datetime as dt

from ciyou.batch.synth.circumstances import GONE, months_before
from ciyou.batch.synth.people import Family, Living, Person, State

_DISABILITY_KINDS = ("", "视力", "听力", "言语", "肢体", "智力", "精神", "多重")
_GRADES = ("", "一级", "二级", "三级", "四级")
_CUSTODY = frozenset({"prison", "detox", "confined"})
_SHORTEST_TERM_MONTHS = 6
_LOST_MONTHS = 6


def category_of(child: Person, family: Family, as_of: dt.date) -> str:
    """The child's category by the national definition (民发〔2019〕62号, 民发〔2020〕125号).

    One of orphan, de_facto_unattended, both_gone_one_declared_missing, deceased, or empty.
    """
    if child.died_on is not None:
        return "deceased"
    if family.living is Living.INSTITUTION:
        return "orphan"
    if family.father is None or family.mother is None:
        return ""
    codes = {parent.state.code if parent.state else "" for parent in family.parents}
    if codes <= {"dead", "declared_dead"}:
        return "orphan"
    if codes <= GONE:
        return "both_gone_one_declared_missing"
    return "de_facto_unattended" if all(_cannot_care(parent.state, as_of) for parent in family.parents) else ""


def _cannot_care(state: State | None, as_of: dt.date) -> bool:
    if state is None or state.over:
        return False
    if state.code in _CUSTODY:
        return state.term is not None and state.term >= _SHORTEST_TERM_MONTHS
    if state.code == "lost_contact":
        return as_of > months_before(state.since, -_LOST_MONTHS)
    return True


def child_row(child: Person, family: Family, as_of: dt.date) -> tuple[str, ...]:
    """One row of `truth_children`."""
    away = family.living is Living.ALL_AWAY and family.away_to is not None
    disability = child.disability
    return (
        child.person_id,
        family.family_id,
        "男" if child.male else "女",
        child.birth.isoformat(),
        *(parent.person_id if parent else "" for parent in (family.father, family.mother)),
        *_state_cells(family.father),
        *_state_cells(family.mother),
        category_of(child, family, as_of),
        _DISABILITY_KINDS[disability.kind] if disability else "",
        _GRADES[disability.grade] if disability else "",
        "1" if child.severely_ill else "",
        family.poverty,
        child.school_stage,
        "1" if child.school_status == "dropped_out" else "",
        "1" if child.insured else "",
        family.county.code,
        family.away_to.code if away and family.away_to else "",
    )


def _state_cells(parent: Person | None) -> tuple[str, str, str]:
    state = parent.state if parent else None
    if state is None or state.over:
        return "", "", ""
    return state.code, state.since.isoformat(), "" if state.term is None else str(state.term)
