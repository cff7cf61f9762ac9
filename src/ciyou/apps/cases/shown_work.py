"""Which kinds of work a report may list one by one, and of which it tells no small number. The kinds of rooms above are named by their code."""

from __future__ import annotations

OF_CARE = frozenset({"assess_in_person", "see_to_assessment"})
"""Work that by its kind tells of a child what only those who were told may know: counted, but no small number, and never listed."""
OF_REFERRALS = frozenset(
    {
        *("send_referral", "accept_referral", "accept_urgent_referral", "arrive_referral", "reply_referral"),
        *("settle_referral", "plan_return", "follow_return", "close_referral"),
        *("review_referral_ground", "settle_refused_ground"),
    }
)
"""Work about referrals. Above a class its rows name no child, so that nothing here can leave out who is protected: the loop tells of it."""
OF_UNNAMED = frozenset({"resolve_conflict", "choose_field_value", "settle_field_event", "see_to_field_alarm"})
"""Work of the phone that names no child yet, or on purpose: whether it is about somebody protected cannot be seen. Counted, never listed."""
NAME_WORKER = "name_worker"
"""Work about a protected file, which stands in no number and no list of others: it has no person, so that nothing else leaves it out."""
HOLD_CONFERENCE = "hold_conference"
"""Like what is asked of a department: a village and a township are not told that departments sit together about a family."""
UNLISTED = OF_CARE | OF_REFERRALS | OF_UNNAMED | {"look_into_sign", NAME_WORKER}
"""What no list of open work holds, whoever asks."""
