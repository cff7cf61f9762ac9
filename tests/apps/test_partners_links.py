"""One-time links: who holds one answers once, until it runs out, and whatever is none opens nothing and names nobody."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction
from django.utils import timezone

from ciyou.apps.accounts.models import WrongTry
from ciyou.apps.accounts.one_time_links import WRONG_BY_ORIGIN, LinkUnusable
from ciyou.apps.audit.models import LogEntry, PersonSeen
from ciyou.apps.partners import links
from ciyou.apps.partners.answering import Answer
from ciyou.apps.partners.links import answer_by_link, make_link, open_link
from ciyou.apps.partners.models import AnswerLink, ReferralStep
from ciyou.apps.partners.returning import withdraw_referral
from ciyou.core.errors import RecordError
from tests.referral_builders import row_of, sending, sent

pytestmark = pytest.mark.django_db
HERE = "10.0.0.7"
ACCEPT = Answer("accept")


def link_of(who, row):
    return make_link(who.director, referral_id=row.id, version=row_of(row.id).version)


def opens(token: str) -> bool:
    try:
        open_link(token=token, origin=HERE)
    except LinkUnusable:
        return False
    return True


def test_a_link_shows_what_was_sent_and_leaves_a_record_and_only_its_hash_is_kept():
    who = sending()
    row = sent(who)
    link = link_of(who, row)
    shown = open_link(token=link.token, origin=HERE)
    assert (shown.step, shown.content.fields["asked"], shown.provider) == ("accept", "视力", "县医院甲")
    entry = LogEntry.objects.get(kind="disclosure", action="open_answer_link")
    assert (entry.actor_id, entry.origin) == ("link", HERE)
    assert PersonSeen.objects.filter(entry_id=entry.id, person_id=str(who.child.id)).exists()
    stored = [
        *AnswerLink.objects.values_list("token_hash", flat=True),
        *map(str, LogEntry.objects.values_list("details", "subject")),
    ]
    assert not any(link.token in one for one in stored)


def test_looking_does_not_use_a_link_up_and_answering_does():
    who = sending()
    row = sent(who)
    token = link_of(who, row).token
    assert opens(token) and opens(token)
    done = answer_by_link(token=token, answer=ACCEPT, origin=HERE)
    assert (row_of(row.id).state, opens(token), done.next_link.step) == ("accepted", False, "reply")
    with pytest.raises(LinkUnusable):
        answer_by_link(token=token, answer=ACCEPT, origin=HERE)
    assert ReferralStep.objects.get(referral=row, step="accept").by == "link"


def test_the_next_link_brings_the_reply_back():
    who = sending()
    row = sent(who)
    later = answer_by_link(token=link_of(who, row).token, answer=ACCEPT, origin=HERE).next_link
    with pytest.raises(RecordError):
        answer_by_link(token=later.token, answer=ACCEPT, origin=HERE)
    arrived = answer_by_link(token=later.token, answer=Answer("arrive"), origin=HERE).next_link
    done = answer_by_link(token=arrived.token, answer=Answer("reply", advice="aid"), origin=HERE)
    assert (row_of(row.id).state, done.next_link) == ("replied", None)


def test_a_link_that_is_used_run_out_overtaken_withdrawn_or_forged_is_answered_the_same_and_names_nobody():
    who = sending()
    said = set()

    def told(token: str) -> None:
        with pytest.raises(LinkUnusable) as error:
            open_link(token=token, origin=HERE)
        said.add(str(error.value))

    used, old, run_out, back = (sent(who) for _one in range(4))
    token = link_of(who, used).token
    answer_by_link(token=token, answer=ACCEPT, origin=HERE)
    told(token)
    first = link_of(who, old).token
    link_of(who, old)
    told(first)
    late = link_of(who, run_out).token
    AnswerLink.objects.filter(referral=run_out).update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    told(late)
    gone = link_of(who, back).token
    withdraw_referral(who.director, referral_id=back.id, version=row_of(back.id).version, reason="elsewhere")
    told(gone)
    told("x" * 24)
    assert len(said) == 1
    assert who.child.name not in said.pop()


def test_a_token_that_is_nearly_right_opens_nothing():
    who = sending()
    token = link_of(who, sent(who)).token
    for near in (token[:-1], f"{token}A", token.swapcase(), f" {token}", token[::-1], "", "%", "\0"):
        assert not opens(near), near
    assert opens(token)


def test_a_link_answers_its_own_referral_and_its_own_step_only():
    who = sending()
    mine, other = sent(who), sent(who)
    token, others = link_of(who, mine).token, link_of(who, other).token
    for step in ("reply", "arrive", "miss", "plan", "close", ""):
        with pytest.raises(RecordError):
            answer_by_link(token=token, answer=Answer(step, advice="aid"), origin=HERE)
    answer_by_link(token=token, answer=ACCEPT, origin=HERE)
    assert [row_of(one.id).state for one in (mine, other)] == ["accepted", "sent"]
    assert opens(others)


def test_a_link_lives_as_long_as_the_packs_say():
    who = sending()
    link = link_of(who, sent(who))
    assert (link.expires_at - timezone.now()).days in (9, 10)


def test_who_tries_too_many_wrong_links_waits_and_nobody_else_does():
    who = sending()
    token = link_of(who, sent(who)).token
    for number in range(WRONG_BY_ORIGIN):
        assert not opens(f"wrong-{number}")
    assert not opens(token)
    assert open_link(token=token, origin="10.0.0.8").step == "accept"
    WrongTry.objects.update(window_began_at=timezone.now() - dt.timedelta(minutes=16))
    assert opens(token)


def test_no_link_is_made_where_there_is_nothing_to_answer():
    who = sending()
    row = sent(who)
    answer_by_link(token=link_of(who, row).token, answer=Answer("refuse", reason="full"), origin=HERE)
    with pytest.raises(RecordError):
        link_of(who, row)


def test_of_two_answers_that_both_saw_the_link_open_one_is_taken():
    who = sending()
    row = sent(who)
    token = link_of(who, row).token
    first, second = links.LINKS.find(token, origin=HERE), links.LINKS.find(token, origin=HERE)
    links._answered(first, ACCEPT)
    with pytest.raises(RecordError) as error, transaction.atomic():
        links._answered(second, Answer("refuse", reason="full"))
    assert [problem.code for problem in error.value.problems] == ["referral.moved_on"]
    assert row_of(row.id).state == "accepted"
    assert ReferralStep.objects.filter(referral=row, step__in=("accept", "refuse")).count() == 1


@pytest.mark.parametrize("gone", ["withdrawn", "run out"])
def test_a_link_that_is_withdrawn_or_runs_out_while_it_is_answered_takes_no_answer(gone):
    who = sending()
    row = sent(who)
    seen = links.LINKS.find(link_of(who, row).token, origin=HERE)
    now = timezone.now()
    change = {"withdrawn_at": now} if gone == "withdrawn" else {"expires_at": now - dt.timedelta(seconds=1)}
    AnswerLink.objects.filter(id=seen.id).update(**change)
    with pytest.raises(RecordError) as error, transaction.atomic():
        links._answered(seen, ACCEPT)
    assert [problem.code for problem in error.value.problems] == ["referral.moved_on"]
    assert row_of(row.id).state == "sent"
