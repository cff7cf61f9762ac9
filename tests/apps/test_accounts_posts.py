"""Posts, divisions and the first accounts: what the rooms above rely on."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from ciyou.apps.accounts import beginnings, codes, covers, factors, maps
from ciyou.apps.accounts.models import Division, DivisionChange, OneTimeCode, Post, SecondFactor, User
from ciyou.apps.accounts.selectors import (
    division_choices,
    division_name,
    division_names,
    post_card,
    post_for,
    posts_in,
    successor_of,
    user_name,
    user_names,
)
from ciyou.apps.audit.models import OutboxEvent
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.errors import AccessDenied, RecordError
from tests.office import COUNTY, OTHER_COUNTY, OTHER_VILLAGE, TOWNSHIP, VILLAGE, make_actor, make_post

pytestmark = pytest.mark.django_db
ROWS = [
    {"code": "99", "name": "试省", "level": "province"},
    {"code": "9901", "name": "试市", "level": "city"},
    {"code": "990101", "name": "试县", "level": "county"},
    {"code": "990101001", "name": "东镇", "level": "township"},
    {"code": VILLAGE, "name": "上村", "level": "village"},
]


@pytest.fixture
def divisions():
    return maps.load_divisions(LOCAL_OPERATOR, ROWS)


# --- divisions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (VILLAGE, "试县东镇上村"),
        (TOWNSHIP, "试县东镇"),
        (COUNTY, "试县"),
        ("990100000000", "试省试市"),
        ("990000000000", "试省"),
        (OTHER_VILLAGE, "试县东镇"),
        (OTHER_COUNTY, OTHER_COUNTY),
    ],
)
def test_a_division_is_called_from_its_county_down_and_by_its_code_where_nothing_is_known(divisions, code, name):
    assert division_name(code) == name


def test_many_names_cost_one_query_and_then_none(divisions, django_assert_num_queries):
    with django_assert_num_queries(1):
        division_names([VILLAGE, TOWNSHIP, COUNTY])
    with django_assert_num_queries(0):
        division_name(VILLAGE)


def test_the_same_list_twice_changes_nothing_and_another_name_replaces(divisions):
    assert divisions == 5
    assert maps.load_divisions(LOCAL_OPERATOR, ROWS) == 0
    assert maps.load_divisions(LOCAL_OPERATOR, [{**ROWS[4], "name": "下村"}]) == 1
    assert division_name(VILLAGE) == "试县东镇下村"


def test_a_list_with_bad_lines_is_refused_whole_and_says_each_line():
    rows = [
        *ROWS,
        {"code": "12x", "name": "坏"},
        {"code": "9902", "name": ""},
        {"code": "9903", "name": "乙", "valid_from": "1.1.2020"},
    ]
    with pytest.raises(RecordError) as refused:
        maps.load_divisions(LOCAL_OPERATOR, rows)
    assert [problem.place.line for problem in refused.value.problems] == [7, 8, 9]
    assert not Division.objects.exists()


def test_only_whoever_runs_the_system_loads_divisions():
    with pytest.raises(AccessDenied):
        maps.load_divisions(make_actor("county_drafter"), ROWS)


def test_a_renamed_division_keeps_its_old_name_for_the_old_days(divisions):
    day = dt.date(2025, 7, 1)
    maps.record_change(LOCAL_OPERATOR, kind="rename", old_code=TOWNSHIP, new_code=TOWNSHIP, on=day, name="新东镇")
    assert division_name(TOWNSHIP, dt.date(2025, 6, 30)) == "试县东镇"
    assert division_name(TOWNSHIP, day) == "试县新东镇"


def test_a_code_is_followed_through_recode_and_merge_as_of_a_day():
    for old, new, day in (("990101001000", "990101005000", 10), ("990101005000", "990101009000", 20)):
        DivisionChange.objects.create(
            kind="recode", old_code=old, new_code=new, on=dt.date(2025, 1, day), recorded_at=timezone.now()
        )
    assert successor_of("990101001000", dt.date(2025, 1, 9)) == "990101001000"
    assert successor_of("990101001000", dt.date(2025, 1, 10)) == "990101005000"
    assert successor_of("990101001000", dt.date(2025, 6, 1)) == "990101009000"


def test_codes_that_change_back_and_forth_end():
    for old, new, day in (("990101001000", "990101005000", 10), ("990101005000", "990101001000", 20)):
        DivisionChange.objects.create(
            kind="recode", old_code=old, new_code=new, on=dt.date(2025, 1, day), recorded_at=timezone.now()
        )
    assert successor_of("990101001000", dt.date(2025, 6, 1)) == "990101001000"


def test_two_divisions_that_exchange_their_codes_on_one_day_end():
    for old, new in (("990101001000", "990101005000"), ("990101005000", "990101001000")):
        DivisionChange.objects.create(
            kind="recode", old_code=old, new_code=new, on=dt.date(2025, 1, 10), recorded_at=timezone.now()
        )
    assert successor_of("990101001000", dt.date(2025, 6, 1)) == "990101005000"


def test_a_change_is_told_to_the_rooms_above(divisions):
    maps.record_change(LOCAL_OPERATOR, kind="merge", old_code=OTHER_VILLAGE, new_code=VILLAGE, on=dt.date(2026, 1, 1))
    event = OutboxEvent.objects.get(name="accounts.division_changed")
    assert event.payload == {"old_code": OTHER_VILLAGE, "new_code": VILLAGE, "on": "2026-01-01"}


@pytest.mark.parametrize(
    ("kind", "new"), [("rename", OTHER_VILLAGE), ("merge", VILLAGE), ("sink", OTHER_VILLAGE), ("merge", "99")]
)
def test_a_change_that_makes_no_sense_is_refused(kind, new):
    with pytest.raises(RecordError):
        maps.record_change(LOCAL_OPERATOR, kind=kind, old_code=VILLAGE, new_code=new, on=dt.date(2026, 1, 1))


def test_the_choices_are_those_of_ones_own_area(divisions):
    assert division_choices(make_actor("supervisor"), level="village") == ((VILLAGE, "试县东镇上村"),)
    assert division_choices(make_actor("county_drafter", division=OTHER_COUNTY), level="village") == ()


# --- posts ----------------------------------------------------------------------------------------------------------


def test_the_posts_of_a_place_are_those_in_it_and_below_inside_ones_own_area():
    here, there = make_post("child_director"), make_post("child_director", division="990102001001")
    found = posts_in(make_actor("county_drafter"), division=COUNTY, role="child_director")
    assert [card.id for card in found] == [here.id]
    assert posts_in(make_actor("county_drafter"), division=OTHER_COUNTY, role="child_director") == ()
    everywhere = posts_in(LOCAL_OPERATOR, division="990100000000", role="child_director")
    assert {card.id for card in everywhere} == {here.id, there.id}


def test_an_ended_post_and_a_deactivated_holder_do_no_work():
    post = make_post("child_director")
    today = timezone.localdate()
    assert post_for(division=VILLAGE, role="child_director", on=today) == post.id
    User.objects.filter(id=post.user_id).update(is_active=False)
    assert post_for(division=VILLAGE, role="child_director", on=today) is None
    User.objects.update(is_active=True)
    Post.objects.update(valid_to=today)
    assert post_for(division=VILLAGE, role="child_director", on=today) is None


def test_the_post_is_for_exactly_this_division():
    make_post("supervisor")
    assert post_for(division=VILLAGE, role="supervisor", on=timezone.localdate()) is None


def test_a_card_and_the_names_of_users_are_found_by_their_ids():
    post = make_post("child_director")
    card = post_card(post.id)
    assert card is not None
    assert (card.user_name, card.role, card.division, card.on_cover) == (
        post.user.full_name,
        "child_director",
        VILLAGE,
        False,
    )
    assert post_card("00000000-0000-4000-8000-000000000000") is None
    assert user_name(post.user_id) == post.user.full_name
    assert user_name("local") == ""
    assert user_names([post.user_id, "local"]) == {str(post.user_id): post.user.full_name}


def test_a_cover_that_was_ended_early_is_over_at_once():
    absent, colleague = make_post("child_director"), make_post("child_director", division=OTHER_VILLAGE)
    boss, today = make_actor("supervisor"), timezone.localdate()
    cover = covers.give_cover(
        boss, post_id=absent.id, colleague_post_id=colleague.id, first=today, until=today + dt.timedelta(days=9)
    )
    assert post_for(division=VILLAGE, role="child_director", on=today) == cover
    covers.end_cover(boss, cover_id=cover)
    assert post_for(division=VILLAGE, role="child_director", on=today) == absent.id


def test_nobody_arranges_a_cover_for_a_place_of_others():
    absent, colleague = make_post("child_director"), make_post("child_director", division=OTHER_VILLAGE)
    today = timezone.localdate()
    for actor in (
        make_actor("supervisor", division="990101002000"),
        make_actor("secadmin"),
        make_actor("county_drafter"),
    ):
        with pytest.raises(RecordError):
            covers.give_cover(
                actor,
                post_id=absent.id,
                colleague_post_id=colleague.id,
                first=today,
                until=today + dt.timedelta(days=1),
            )


# --- the first accounts ---------------------------------------------------------------------------------------------


def test_the_first_three_administrators_get_codes_and_no_password():
    made = beginnings.make_first_administrators(division="990101")
    assert [one.role for one in made] == ["auditadmin", "secadmin", "sysadmin"]
    assert not any(user.has_usable_password() for user in User.objects.all())
    assert set(Post.objects.values_list("division", flat=True)) == {COUNTY}
    with pytest.raises(RecordError):
        beginnings.make_first_administrators(division=COUNTY)


def test_the_demo_has_an_account_for_every_role_and_place_and_making_them_again_changes_nothing():
    places = ["990100000000", COUNTY, TOWNSHIP, VILLAGE, OTHER_VILLAGE]
    accounts = beginnings.make_demo_accounts(places)
    names = {account.username for account in accounts}
    assert {"jingban", "fuhe", "shenpi", "weibao", "shiji", "dudao1", "zhuren1", "zhuren2", "sysadmin"} <= names
    assert Post.objects.get(user__username="sifa").department == "justice"
    assert all(
        user.check_password(beginnings.DEMO_PASSWORD)
        for user in User.objects.filter(username__in=["jingban", "zhuren2"])
    )
    assert beginnings.make_demo_accounts(places) == accounts
    assert User.objects.count() == len(accounts)


# --- codes and factors ----------------------------------------------------------------------------------------------


def test_a_new_code_ends_the_older_one_of_its_kind_only():
    user = make_post("child_director").user
    first, other = (codes.make_code(user, kind=kind, made_by="test") for kind in ("device", "password"))
    codes.make_code(user, kind="device", made_by="test")
    assert not codes.take_code(user, typed=first, kinds=("device",))
    assert codes.take_code(user, typed=other, kinds=("password",))


def test_a_code_opens_for_its_own_user_and_purpose_only():
    user, other = make_post("child_director").user, make_post("child_director").user
    code = codes.make_code(user, kind="device", made_by="test")
    assert not codes.take_code(other, typed=code, kinds=("device",))
    assert not codes.take_code(user, typed=code, kinds=("factor", "password"))
    assert codes.take_code(user, typed=code, kinds=("device",))


def test_secrets_lie_encrypted_and_codes_as_hashes():
    user = make_post("county_drafter").user
    code = codes.make_code(user, kind="factor", made_by="test")
    recovery = factors.new_recovery_codes(user)
    assert code not in OneTimeCode.objects.get().code_hash
    stored = b"".join(bytes(row.secret) for row in SecondFactor.objects.all())
    assert not any(one.encode() in stored for one in recovery)


def test_the_code_of_an_app_is_that_of_the_standard(monkeypatch):
    """RFC 6238, appendix B: secret 12345678901234567890 at 1111111109 s gives 07081804 (the last six digits are used)."""
    user = make_post("county_drafter").user
    monkeypatch.setattr("ciyou.apps.accounts.factors.time.time", lambda: 1111111109)
    assert factors.add_totp(user, secret=b"12345678901234567890", code="081804")


def test_sessions_that_are_over_and_old_wrong_tries_are_forgotten():
    from axes.models import AccessAttempt
    from django.contrib.sessions.models import Session

    from ciyou.apps.accounts.tidying import forget_ended_sessions

    now = timezone.now()
    for key, hours in (("over", -1), ("running", 1)):
        Session.objects.create(session_key=key, session_data="", expire_date=now + dt.timedelta(hours=hours))
    for name, hours in (("old", -25), ("fresh", -1)):
        row = AccessAttempt.objects.create(username=name, ip_address="127.0.0.1", failures_since_start=1)
        AccessAttempt.objects.filter(id=row.id).update(attempt_time=now + dt.timedelta(hours=hours))
    assert forget_ended_sessions() == 2
    assert list(Session.objects.values_list("session_key", flat=True)) == ["running"]
    assert list(AccessAttempt.objects.values_list("username", flat=True)) == ["fresh"]
