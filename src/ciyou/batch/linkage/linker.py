"""Who is who: the interface of a linker, so that a probabilistic or distributed one can take the deterministic one's place."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from ciyou.batch.engines.duckdb_store import Store


@dataclass(frozen=True)
class LinkRule:
    """One way in which a record comes to a person: its code, its fixed weight (100 is certain) and the reason in words."""

    code: str
    weight: int
    zh: str
    en: str


LINK_RULES: tuple[LinkRule, ...] = (
    LinkRule("same_id_and_name", 100, "身份证号相同且姓名相符", "Same valid ID number and compatible name"),
    LinkRule("same_id_no_name", 90, "身份证号相同，记录无姓名，出生日期不矛盾", "Same valid ID number, no name given, birth date does not contradict"),
    LinkRule("name_birth_guardian_id", 95, "姓名相符、生日相同、监护人身份证号相同", "Compatible name, same birth date, same guardian's ID number"),
    LinkRule("name_birth_guardian_name", 85, "姓名相符、生日相同、监护人姓名相同", "Compatible name, same birth date, same guardian's name"),
    LinkRule("name_birth_village", 80, "姓名相同、生日相同、村（社区）相同，且双方唯一", "Same name, birth date and village, unique on both sides"),
    LinkRule("birth_guardian_id", 75, "新生儿未取名，生日和父母身份证号相同", "Unnamed newborn: same birth date and parent's ID number"),
    LinkRule("name_birth_county", 65, "姓名和生日完全相同，县内双方唯一", "Identical name and birth date, unique on both sides within the county"),
    LinkRule("birth_guardian_name_village", 60, "新生儿未取名，生日、父母姓名和村（社区）相同", "Unnamed newborn: same birth date, parent's name and village"),
    LinkRule("weighed", 59, "多项比对相加，明显最接近的唯一一人", "Weighed: by the sum of all comparisons clearly the nearest person"),
    LinkRule("decided", 99, "经人核对，认定为同一人", "Found to be the same person by people who compared the records"),
    LinkRule("alone", 0, "没有与其他记录相连", "Linked to no other record"),
)  # fmt: skip
WEIGHTS = {rule.code: rule.weight for rule in LINK_RULES}

REVIEW_REASONS: dict[str, tuple[str, str]] = {
    "same_id_other_name": ("身份证号相同但姓名不符", "Same ID number, but the names do not agree"),
    "several_candidates": ("有几个同样相近的人", "Several people are equally near"),
    "one_to_one_taken": ("此人已有户籍或出生记录", "This person already has a household or birth record"),
    "name_differs": ("生日和监护人相同但姓名不符", "Same birth date and guardian, but the names do not agree"),
    "near_adverse": ("不利记录与此人相近", "An adverse record is near to this person"),
    "parents_conflict": ("各名册所载父或母不同", "Rosters name different fathers or mothers"),
    "decision_same_number": (
        "曾核对为不是同一人，但两条记录的有效证件号相同、姓名相符",
        "Decided to be two people, but both records bear the same valid number and names that agree",
    ),
    "decision_two_numbers": (
        "曾核对为同一人，但两边各有不同的有效证件号",
        "Decided to be one person, but each side has another valid number",
    ),
    "decision_two_records": (
        "合在一起后，一个人会有两条户籍记录或两条出生记录",
        "Joined, one person would have two household records or two birth records",
    ),
    "decision_ambiguous": (
        "同一名册里有几条一模一样的记录，分不清核对的是哪一条",
        "One roster has several records that say the very same, so nobody knows which was compared",
    ),
    "decision_other_decision": ("两次核对的结论互相矛盾", "Two decisions contradict each other"),
}


class Linker(ABC):
    """Reads tables `rec` and `mention`; leaves tables `placed` and `review_pair` in the store.

    placed: rid, aid (cluster), rule, weight; a row a record. review_pair: rid_a, rid_b, rank, reason.
    """

    @abstractmethod
    def link(self, store: Store) -> None:
        """Place every record into exactly one cluster."""
