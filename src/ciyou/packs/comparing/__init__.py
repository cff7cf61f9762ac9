"""Two folders of packs held against each other: which texts differ, and which worked cases come out otherwise."""

from ciyou.packs.comparing.cases import Answer, CaseChange, answers_of, changed_cases
from ciyou.packs.comparing.rules import differing_rules
from ciyou.packs.comparing.texts import Difference, compare_packs

__all__ = ["Answer", "CaseChange", "Difference", "answers_of", "changed_cases", "compare_packs", "differing_rules"]
