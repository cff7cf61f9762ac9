"""Which step leads a referral from where to where, whose it is, and what work the new state is. Data, and no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ciyou.apps.partners.models import ReferralState as S

SENDER, RECEIVER, MACHINE = "sender", "receiver", "machine"


@dataclass(frozen=True)
class Transition:
    """One step: the states that it may be taken in, the state that it leads to, and the ends that may take it."""

    before: tuple[S, ...]
    after: S
    ends: tuple[str, ...]
    needs_reason: bool = False


TRANSITIONS: Mapping[str, Transition] = MappingProxyType(
    {
        "send": Transition((S.DRAFTED,), S.SENT, (SENDER,)),
        "accept": Transition((S.SENT,), S.ACCEPTED, (RECEIVER,)),
        "refuse": Transition((S.SENT,), S.REFUSED, (RECEIVER,), needs_reason=True),
        "arrive": Transition((S.ACCEPTED,), S.ARRIVED, (SENDER, RECEIVER)),
        "miss": Transition((S.ACCEPTED,), S.NOT_ARRIVED, (SENDER, RECEIVER)),
        "reply": Transition((S.ACCEPTED, S.ARRIVED), S.REPLIED, (SENDER, RECEIVER)),
        "expire": Transition((S.SENT, S.ACCEPTED), S.EXPIRED, (MACHINE,)),
        "plan": Transition((S.REPLIED,), S.PLANNED, (SENDER,)),
        "follow": Transition((S.PLANNED, S.FOLLOWED), S.FOLLOWED, (SENDER,)),
        "close": Transition(
            (S.REFUSED, S.NOT_ARRIVED, S.EXPIRED, S.FOLLOWED), S.CLOSED, (SENDER, MACHINE), needs_reason=True
        ),
        "withdraw": Transition((S.DRAFTED, S.SENT, S.ACCEPTED), S.CLOSED, (SENDER, MACHINE), needs_reason=True),
        "end": Transition((S.ARRIVED, S.REPLIED, S.PLANNED), S.CLOSED, (MACHINE,), needs_reason=True),
    }
)
"""Every step that there is; what does not stand here cannot happen."""

OPEN = tuple(state.value for state in S if state is not S.CLOSED)

CLOCKS: Mapping[str, str] = MappingProxyType(
    {
        S.DRAFTED: "send_referral",
        S.SENT: "accept_referral",
        S.ACCEPTED: "arrive_referral",
        S.ARRIVED: "reply_referral",
        S.REFUSED: "settle_referral",
        S.NOT_ARRIVED: "settle_referral",
        S.EXPIRED: "settle_referral",
        S.REPLIED: "plan_return",
        S.PLANNED: "follow_return",
        S.FOLLOWED: "close_referral",
    }
)
"""State → the clock that runs in it, which is also the kind of its task: an open referral always has one."""

URGENT_CLOCKS: Mapping[str, str] = MappingProxyType({S.SENT: "accept_urgent_referral"})
WITH_RECEIVER = frozenset({S.SENT, S.ACCEPTED, S.ARRIVED})
"""States in which the receiver has the next step; where it has no account, the sender's task is to see to it."""

REFUSALS = ("full", "not_ours", "outside", "unclear", "other")
"""Why a receiver turns a referral down."""
ENDINGS = ("helped", "stable", "goes_on", "elsewhere", "not_wanted", "moved", "other")
"""Why a sender closes one; the machine besides: `died`."""


def clock_of(state: str, urgency: str) -> str:
    """The clock of a state; "" where it is closed."""
    urgent = URGENT_CLOCKS.get(state, "") if urgency == "urgent" else ""
    return urgent or CLOCKS.get(state, "")


def every_clock() -> tuple[str, ...]:
    """Every clock that a referral can have, each once."""
    return tuple(dict.fromkeys((*CLOCKS.values(), *URGENT_CLOCKS.values())))
