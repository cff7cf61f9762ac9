"""What may come of a lead, and why: the closed lists that forms offer and reviews count."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

CONFIRMED, NOT_IN_DIFFICULTY, CANNOT_BE_FOUND = "confirmed", "not_in_difficulty", "cannot_be_found"
NO_CHILD = "no_child"
RESULTS = (CONFIRMED, NOT_IN_DIFFICULTY, CANNOT_BE_FOUND)
RECORD_RESULTS = (NO_CHILD, CANNOT_BE_FOUND)
"""What may come of a record that leads to nobody, where no child is found for it."""
MERGED = "merged"
"""The reason of a lead about a child that has another one."""
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

NO_CHILD_REASONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "no_minor_child": ("没有未满 18 周岁的孩子", "Has no child under 18"),
        "children_elsewhere": ("孩子不在本地生活", "The children live elsewhere"),
        "somebody_else": ("同名，不是这个人", "The same name, another person"),
        "other": ("其他", "Other"),
    }
)

REASONS: Mapping[str, Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        CONFIRMED: MappingProxyType({}),
        NOT_IN_DIFFICULTY: NOT_IN_DIFFICULTY_REASONS,
        CANNOT_BE_FOUND: NOT_FOUND_REASONS,
        NO_CHILD: NO_CHILD_REASONS,
    }
)
"""Result → code → (zh, en)."""


OF_RECORDS = (
    *((NO_CHILD, code) for code in ("no_minor_child", "children_elsewhere", "somebody_else")),
    *((CANNOT_BE_FOUND, code) for code in ("moved_away", "address_wrong", "nobody_knows")),
    (NO_CHILD, "other"),
)
"""Why no child is found for a record, as its form offers it: (result, code)."""


def is_result(result: str, reason: str, *, of_record: bool = False) -> bool:
    """Whether a result may be reported with this reason, of a child or of a record; what was not found needs one."""
    if result not in (RECORD_RESULTS if of_record else RESULTS):
        return False
    return reason in REASONS[result] or (not reason and result not in RECORD_RESULTS)
