"""Risk of a child: what is asked, what it comes to, and how often somebody goes there. A machine proposes; a person decides."""

from ciyou.core.risk.definition import GROUPS, UNKNOWN, Indicator, IndicatorSet, RiskAnswer, Tier
from ciyou.core.risk.intervals import NOT_ASSESSED, VisitInterval, due_day, shortest_interval
from ciyou.core.risk.proposing import Proposal, propose

__all__ = [
    "GROUPS",
    "NOT_ASSESSED",
    "UNKNOWN",
    "Indicator",
    "IndicatorSet",
    "Proposal",
    "RiskAnswer",
    "Tier",
    "VisitInterval",
    "due_day",
    "propose",
    "shortest_interval",
]
