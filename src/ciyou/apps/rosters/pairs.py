"""Saying whether two records are one person's: a look, taking it back, asking anew, and what the next linking is told."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from ciyou.apps.audit.keys import keyring
from ciyou.apps.audit.services import publish_event, record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.registry.selectors import files_of_linkage_ids
from ciyou.apps.rosters.models import PairKind, PairLook, ReviewPair
from ciyou.apps.rosters.pair_access import PAIRS_MOVED, WORKED_ON, check_may_judge, find_pair, refusal, visible_pairs
from ciyou.apps.rosters.pair_contents import open_keys
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, DivisionScope
from ciyou.core.errors import RecordError
from ciyou.core.linkage.verdicts import Stand, Verdict, settle


def judge_pair(actor: Actor, *, pair_id: uuid.UUID, verdict: str, blind: bool = False) -> Stand:
    """Say of a pair whether both records are one person's; where it stands then.

    Saying the same twice is one look. Raises RecordError for a word that is no answer, for a pair that is settled or asked no more,
    and for one of which the actor has said something else; PairNotFound. `blind`: nothing of the linking was shown beside it.
    """
    check_may_judge(actor)
    said = _verdict(verdict)
    with transaction.atomic():
        pair = find_pair(visible_pairs(actor).select_for_update(of=("self",)), pair_id)
        own = _looks(pair).filter(by=actor.id).first()
        if own is not None:
            if own.verdict != said:
                raise _said_before()
            return Stand(pair.stand)
        if pair.gone or pair.content is None or pair.stand not in WORKED_ON:
            raise _not_asked()
        PairLook.objects.create(
            pair=pair,
            division=pair.division,
            asked=pair.asked,
            verdict=said.value,
            blind=blind,
            by=actor.id,
            at=timezone.now(),
        )
        return _stand_anew(actor, pair, "judge_pair", {"verdict": said.value, "blind": blind})


def take_back_look(actor: Actor, *, pair_id: uuid.UUID) -> Stand:
    """Take one's own latest look back, as long as nobody has looked after it; where the pair stands then. Raises RecordError, PairNotFound."""
    check_may_judge(actor)
    with transaction.atomic():
        pair = find_pair(visible_pairs(actor).select_for_update(of=("self",)), pair_id)
        last = _looks(pair).last()
        if last is None or last.by != actor.id:
            raise refusal(
                "pair.not_yours_to_take_back",
                "这一对没有您可以撤回的结论：您没有看过，或者别人在您之后看过。请打开这一对，需要时重新核对。",
                "There is nothing of yours to take back: you have not looked at this pair, or somebody has after you. Open it and ask anew if need be.",
            )
        last.withdrawn_at = timezone.now()
        last.save(update_fields=["withdrawn_at"])
        return _stand_anew(actor, pair, "take_back_look", {"verdict": last.verdict})


def ask_anew(actor: Actor, *, pair_id: uuid.UUID) -> None:
    """Put a settled pair before people once more: what was decided no longer holds. Raises RecordError, PairNotFound."""
    check_may_judge(actor)
    with transaction.atomic():
        pair = find_pair(visible_pairs(actor).select_for_update(of=("self",)), pair_id)
        if pair.stand != Stand.SETTLED or pair.content is None:
            raise _not_asked()
        pair.asked += 1
        _stand_anew(actor, pair, "ask_pair_anew", {"was": pair.verdict})


def _stand_anew(actor: Actor, pair: ReviewPair, action: str, details: dict[str, str | int | bool | None]) -> Stand:
    said = [Verdict(look.verdict) for look in _looks(pair)]
    found = settle(said, linked=pair.kind == PairKind.LINK, moves_money=pair.moves_money)
    pair.stand, pair.verdict = found.stand.value, found.verdict.value if found.verdict else ""
    pair.settled_at = timezone.now() if found.stand is Stand.SETTLED else None
    pair.save(update_fields=["stand", "verdict", "settled_at", "asked"])
    publish_event(PAIRS_MOVED, division=pair.division)
    record_action(
        actor,
        action=action,
        subject=str(pair.id),
        persons=files_of_linkage_ids((pair.person_a, pair.person_b)),
        details={**details, "stand": pair.stand},
        highest_class=4,
    )
    return found.stand


def _looks(pair: ReviewPair) -> QuerySet[PairLook]:
    return PairLook.objects.filter(pair=pair, asked=pair.asked, withdrawn_at=None)


def linking_decisions(*, division: str) -> Iterator[tuple[str, str, int, str]]:
    """What people decided of pairs of a place, for the next linking: key_a, key_b, slot_b, verdict. What nobody can tell is not among it."""
    scope, ring = DivisionScope.of(division or "0" * 12), keyring()
    with walled(LOCAL_OPERATOR):
        settled = ReviewPair.objects.filter(
            division__gte=scope.first,
            division__lt=scope.end,
            stand=Stand.SETTLED.value,
            verdict__in=(Verdict.SAME.value, Verdict.DIFFERENT.value),
        )
        rows = list(settled.order_by("id").values_list("id", "keys", "verdict"))
    for pair_id, cipher, verdict in rows:
        keys = open_keys(pair_id, cipher, ring=ring)
        yield keys.a, keys.b, keys.slot_b, verdict


def _verdict(text: str) -> Verdict:
    try:
        return Verdict(text)
    except ValueError as error:
        raise refusal(
            "pair.verdict",
            "没有看懂您的结论。请选择“同一人”“不是同一人”或“无法判断”。",
            "Your answer was not understood. Choose same person, not the same, or cannot tell.",
        ) from error


def _not_asked() -> RecordError:
    return refusal(
        "pair.not_asked",
        "这一对已有结论、名册中已没有，或记录已按期限销毁，没有需要您办的。请回到列表看下一对。",
        "This pair is settled, no longer in the rosters, or its records were destroyed at the end of their time: nothing to do here. Go back to the list for the next one.",
    )


def _said_before() -> RecordError:
    return refusal(
        "pair.said_before",
        "您已对这一对下过另一个结论。请先撤回，再重新选择。",
        "You have already said something else of this pair. Take that back first, then choose again.",
    )
