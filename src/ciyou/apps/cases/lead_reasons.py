"""What may come of a lead, and why: the closed lists that forms offer and reviews count."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

CONFIRMED, NOT_IN_DIFFICULTY, CANNOT_BE_FOUND = "confirmed", "not_in_difficulty", "cannot_be_found"
RESULTS = (CONFIRMED, NOT_IN_DIFFICULTY, CANNOT_BE_FOUND)
GONE = "no_longer_in_rosters"
"""The reason of a lead that a later screening no longer names and on which nobody had begun to work."""

NOT_FOUND_REASONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "moved_away": ("已搬走", "Moved away"),
        "away_with_parents": ("随父母外出务工", "Away with working parents"),
        "address_wrong": ("地址不详或不对", "Address unknown or wrong"),
        "nobody_knows": ("当地查无此人", "Nobody there knows such a person"),
        "refused": ("家人拒绝见面", "The family refused to meet"),
        "other": ("其他", "Other"),
    }
)

NOT_IN_DIFFICULTY_REASONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "cared_for": ("父母或一方有能力抚养", "A parent is able to care for the child"),
        "roster_wrong": ("名册有误", "The roster is wrong"),
        "served_already": ("已在保障中", "Is in the scheme already"),
        "other": ("其他", "Other"),
    }
)

REASONS: Mapping[str, Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        CONFIRMED: MappingProxyType({}),
        NOT_IN_DIFFICULTY: NOT_IN_DIFFICULTY_REASONS,
        CANNOT_BE_FOUND: NOT_FOUND_REASONS,
    }
)
"""Result → code → (zh, en)."""


def is_result(result: str, reason: str) -> bool:
    """Whether a result may be reported with this reason; only what cannot be found needs one."""
    if result not in REASONS:
        return False
    return reason in REASONS[result] or (not reason and result != CANNOT_BE_FOUND)
