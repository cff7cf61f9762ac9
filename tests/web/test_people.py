"""Administrators: one asks, another decides; nobody reaches beyond their own area."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from ciyou.apps.accounts.models import Post, SignIn, TwoPersonRequest, User
from tests.office import COUNTY, OTHER_COUNTY, TOWNSHIP, VILLAGE, make_post, sign_in
from tests.web.test_sign_in import is_in

CODE = re.compile(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}")
NEW = {
    "username": "liu.fang",
    "full_name": "刘芳",
    "phone": "13800000000",
    "role": "child_director",
    "division": VILLAGE,
    "organization": "",
    "department": "",
    "reason": "接替调走的同事",
}


def browser(post):
    return sign_in(Client(headers={"host": "127.0.0.1"}), post)


@pytest.fixture
def sysadmin(db):
    return make_post("sysadmin")


@pytest.fixture
def secadmin(db):
    return make_post("secadmin")


def ask(sysadmin, **changed):
    response = browser(sysadmin).post("/people/new/", {**NEW, **changed})
    return response, TwoPersonRequest.objects.order_by("-asked_at").first()


def test_a_new_user_is_asked_by_one_and_granted_by_another_who_gets_the_code(sysadmin, secadmin):
    response, request = ask(sysadmin)
    user = User.objects.get(username="liu.fang")
    assert response.url == f"/people/{user.id}/"
    assert not user.is_active
    assert not user.has_usable_password()
    page = browser(secadmin).post(f"/people/requests/{request.id}/", {"decision": "grant"}).content.decode()
    (code,) = CODE.findall(page)
    newcomer = Client(headers={"host": "127.0.0.1"})
    form = {"username": "Liu.Fang ", "code": code, "new_password": "three-quiet-herons", "again": "three-quiet-herons"}
    assert newcomer.post("/sign-in/code/", form).url == "/sign-in/device/"
    assert Post.objects.get(user=user).role == "child_director"


def test_the_code_is_shown_once(sysadmin, secadmin):
    _response, request = ask(sysadmin)
    client = browser(secadmin)
    client.post(f"/people/requests/{request.id}/", {"decision": "grant"})
    again = client.post(f"/people/requests/{request.id}/", {"decision": "grant"})
    assert again.status_code == 400
    assert "已经由别人处理" in again.content.decode()
    assert not CODE.findall(again.content.decode())


def test_a_system_administrator_cannot_grant(sysadmin, db):
    _response, request = ask(sysadmin)
    assert (
        browser(make_post("sysadmin")).post(f"/people/requests/{request.id}/", {"decision": "grant"}).status_code == 403
    )
    request.refresh_from_db()
    assert request.granted is None


def test_nobody_decides_about_themselves(sysadmin, secadmin):
    request = TwoPersonRequest.objects.create(
        kind="password_reset",
        user=secadmin.user,
        division=COUNTY,
        reason="手机丢失了",
        asked_by=sysadmin.user,
        asked_at=timezone.now(),
    )
    answer = browser(secadmin).post(f"/people/requests/{request.id}/", {"decision": "grant"})
    assert answer.status_code == 400
    request.refresh_from_db()
    assert request.granted is None


def test_a_request_of_another_county_is_neither_listed_nor_decided(sysadmin, db):
    _response, request = ask(sysadmin)
    client = browser(make_post("secadmin", division=OTHER_COUNTY))
    assert "刘芳" not in client.get("/people/requests/").content.decode()
    assert client.post(f"/people/requests/{request.id}/", {"decision": "grant"}).status_code == 400
    request.refresh_from_db()
    assert request.granted is None


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"username": "刘芳"}, "小写字母"),
        ({"full_name": "=1+1"}, "请填写姓名"),
        ({"phone": "=cmd"}, "电话号码只能有"),
        ({"division": "990102001001"}, "不在您的辖区"),
        ({"division": TOWNSHIP}, "不设在这一级"),
        ({"role": "partner", "division": COUNTY}, "请选择部门"),
        ({"reason": "无"}, "请写明理由"),
    ],
)
def test_what_is_wrong_with_a_new_user_is_said_beside_its_field_and_nothing_typed_is_lost(sysadmin, changed, words):
    response, request = ask(sysadmin, **changed)
    page = response.content.decode()
    assert response.status_code == 400
    assert words in page
    assert 'value="13800000000"' in page or "phone" in changed
    assert request is None


def test_a_taken_name_is_refused(sysadmin):
    ask(sysadmin)
    assert "已经有人用" in ask(sysadmin)[0].content.decode()


@pytest.mark.parametrize("role", ["sysadmin", "auditadmin", "county_drafter"])
def test_a_separated_administrator_gets_no_other_post(sysadmin, secadmin, role):
    asked = {**NEW, "role": role, "division": COUNTY}
    response = browser(sysadmin).post(f"/people/{secadmin.user_id}/posts/", asked)
    assert response.status_code == 400
    assert "三类管理员" in response.content.decode()


def test_an_officer_gets_no_separated_post(sysadmin, db):
    drafter = make_post("county_drafter")
    asked = {**NEW, "role": "secadmin", "division": COUNTY}
    assert browser(sysadmin).post(f"/people/{drafter.user_id}/posts/", asked).status_code == 400


def test_two_requests_that_together_would_join_two_administrators_are_stopped_at_the_grant(sysadmin, secadmin):
    drafter = make_post("county_drafter")
    Post.objects.filter(id=drafter.id).update(valid_to=timezone.localdate())
    for role in ("sysadmin", "auditadmin"):
        browser(sysadmin).post(f"/people/{drafter.user_id}/posts/", {**NEW, "role": role, "division": COUNTY})
    first, second = TwoPersonRequest.objects.order_by("asked_at")
    client = browser(secadmin)
    assert client.post(f"/people/requests/{first.id}/", {"decision": "grant"}).status_code == 200
    assert client.post(f"/people/requests/{second.id}/", {"decision": "grant"}).status_code == 400
    second.refresh_from_db()
    assert second.granted is None


def test_a_granted_password_reset_ends_the_sessions_and_the_old_password(sysadmin, secadmin):
    drafter = make_post("county_drafter")
    at_work = browser(drafter)
    browser(sysadmin).post(f"/people/{drafter.user_id}/ask/", {"kind": "password_reset", "reason": "本人忘记了密码"})
    request = TwoPersonRequest.objects.get()
    browser(secadmin).post(f"/people/requests/{request.id}/", {"decision": "grant"})
    assert not is_in(at_work)
    assert not User.objects.get(id=drafter.user_id).has_usable_password()


def test_a_refused_request_changes_nothing(sysadmin, secadmin):
    drafter = make_post("county_drafter")
    browser(sysadmin).post(f"/people/{drafter.user_id}/ask/", {"kind": "password_reset", "reason": "本人忘记了密码"})
    request = TwoPersonRequest.objects.get()
    browser(secadmin).post(f"/people/requests/{request.id}/", {"decision": "refuse"})
    assert User.objects.get(id=drafter.user_id).has_usable_password()
    assert not is_in(Client(headers={"host": "127.0.0.1"}))


def test_a_grant_asks_again_who_sits_there_when_the_sign_in_is_old(sysadmin, secadmin):
    _response, request = ask(sysadmin)
    client = browser(secadmin)
    SignIn.objects.filter(user=secadmin.user).update(proved_at=timezone.now() - timezone.timedelta(minutes=11))
    assert client.post(f"/people/requests/{request.id}/", {"decision": "grant"}).url.startswith("/me/prove/")
    client.post("/me/prove/?next=/people/requests/", {"password": "correct-horse-battery"})
    assert client.post(f"/people/requests/{request.id}/", {"decision": "grant"}).status_code == 200


def test_deactivation_ends_everything_at_once_and_nobody_deactivates_themselves(sysadmin, db):
    drafter = make_post("county_drafter")
    at_work, admin = browser(drafter), browser(sysadmin)
    admin.post(f"/people/{drafter.user_id}/deactivate/")
    assert not is_in(at_work)
    assert admin.post(f"/people/{sysadmin.user_id}/deactivate/").status_code == 400
    assert is_in(admin)


def test_the_end_of_a_post_ends_its_sessions_and_its_covers(sysadmin, db):
    drafter = make_post("county_drafter")
    at_work = browser(drafter)
    browser(sysadmin).post(f"/people/{drafter.user_id}/posts/{drafter.id}/end/")
    assert not is_in(at_work)
    assert SignIn.objects.get(user=drafter.user).ended_because == "post"


def test_a_user_of_another_county_is_answered_like_an_unknown_one(sysadmin, db):
    stranger = make_post("county_drafter", division=OTHER_COUNTY)
    client = browser(sysadmin)
    assert client.get(f"/people/{stranger.user_id}/").status_code == 404
    assert client.get("/people/00000000-0000-4000-8000-000000000000/").status_code == 404
    assert stranger.user.username not in client.get("/people/").content.decode()
    for action in ("deactivate", "device-code", "ask"):
        assert client.post(f"/people/{stranger.user_id}/{action}/").status_code == 404
    assert client.post(f"/people/{stranger.user_id}/posts/{stranger.id}/end/").status_code == 404
    stranger.refresh_from_db()
    assert stranger.valid_to is None


@pytest.mark.parametrize("role", ["county_drafter", "child_director", "auditadmin", "city_viewer", "partner"])
def test_other_roles_do_not_see_the_people(role, db):
    assert browser(make_post(role)).get("/people/").status_code == 403


def test_a_supervisor_sees_the_township_and_hands_out_device_codes_there(db):
    director, elsewhere = make_post("child_director"), make_post("child_director", division="990101002001")
    client = browser(make_post("supervisor"))
    page = client.get("/people/").content.decode()
    assert director.user.username in page
    assert elsewhere.user.username not in page
    shown = client.post(f"/people/{director.user_id}/device-code/").content.decode()
    assert len(CODE.findall(shown)) == 1
    assert client.post(f"/people/{elsewhere.user_id}/device-code/").status_code == 404


def test_a_supervisor_may_not_ask_for_resets_or_posts(db):
    director = make_post("child_director")
    client = browser(make_post("supervisor"))
    assert client.post(f"/people/{director.user_id}/ask/", {"kind": "password_reset"}).status_code == 403
    assert client.post(f"/people/{director.user_id}/deactivate/").status_code == 403
    assert client.get("/people/new/").status_code == 403


def test_the_list_is_found_by_name_role_and_township(sysadmin, db):
    director = make_post("child_director")
    client = browser(sysadmin)
    for query in (f"text={director.user.username}", "role=child_director", f"division={TOWNSHIP}"):
        assert director.user.username in client.get(f"/people/?{query}").content.decode()
    assert director.user.username not in client.get("/people/?role=supervisor").content.decode()


def test_the_list_of_many_people_asks_the_database_a_few_times_only(sysadmin, db, django_assert_max_num_queries):
    for _ in range(12):
        make_post("child_director")
    client = browser(sysadmin)
    with django_assert_max_num_queries(12):
        client.get("/people/")


# --- a county's staff as a file -------------------------------------------------------------------------------------

HEADER = "用户名,姓名,电话,角色,地方代码,单位,部门\n"
GOOD = f"wang.mei,王梅,13900000000,儿童主任,{VILLAGE},,\nli.na,李娜,,supervisor,{TOWNSHIP},,\n"


def send(sysadmin, text, *, encoding="utf-8", **form):
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile("staff.csv", text.encode(encoding) if isinstance(text, str) else text)
    return browser(sysadmin).post("/people/import/", {"staff": file, **form})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_file_is_shown_before_anything_is_saved(sysadmin, encoding):
    response = send(sysadmin, HEADER + GOOD, encoding=encoding)
    assert response.status_code == 200
    assert "王梅" in response.content.decode()
    assert not User.objects.filter(username="wang.mei").exists()


def test_a_good_file_becomes_requests_that_still_need_a_grant(sysadmin):
    page = send(sysadmin, HEADER + GOOD).content.decode()
    content = re.search(r'name="content" value="([^"]*)"', page).group(1)
    form = {"content": content, "reason": "2026 年度名单", "save": "all"}
    assert browser(sysadmin).post("/people/import/", form).url == "/people/requests/"
    assert TwoPersonRequest.objects.filter(kind="grant_post", granted=None).count() == 2
    assert not User.objects.get(username="wang.mei").is_active


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (f'zhang.san,"=HYPERLINK(""x"")",,儿童主任,{VILLAGE},,', "公式"),
        (f"zhang.san,张三,+8613900000000,儿童主任,{VILLAGE},@x,", "公式"),
        ("zhang.san,张三,,儿童主任,990102001001,,", "不在您的辖区"),
        (f"zhang.san,张三,,村长,{VILLAGE},,", "没有这个角色"),
        (f"wang.mei,张三,,儿童主任,{VILLAGE},,", "不止一次"),
    ],
)
def test_every_bad_line_is_shown_with_its_reason_and_only_the_good_ones_can_be_chosen(sysadmin, line, words):
    response = send(sysadmin, f"{HEADER}{GOOD}{line}\n")
    page = response.content.decode()
    assert response.status_code == 400
    assert words in page
    assert 'value="all"' not in page
    content = re.search(r'name="content" value="([^"]*)"', page).group(1)
    browser(sysadmin).post("/people/import/", {"content": content, "reason": "年度名单更新", "save": "all"})
    assert not TwoPersonRequest.objects.exists()
    browser(sysadmin).post("/people/import/", {"content": content, "reason": "年度名单更新", "save": "good"})
    assert "zhang.san" not in set(User.objects.values_list("username", flat=True))
    assert User.objects.filter(username="li.na").exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe\x00\x01\xff\xff", "编码"),
        ("用户名,姓名\nwang,王\n", "缺少列"),
        (HEADER, "1 到 5000 行"),
        (HEADER + 'a,"b,c\n', "引号"),
        (b"x" * (1024**2 + 1), "文件太大"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(sysadmin, content, words):
    response = send(sysadmin, content)
    assert response.status_code == 400
    assert words in response.content.decode()


# --- absence --------------------------------------------------------------------------------------------------------


def test_a_colleague_stands_in_and_the_cover_ends_by_itself(db):
    from ciyou.apps.accounts.selectors import post_for

    absent, colleague = make_post("child_director"), make_post("child_director", division="990101001002")
    today = timezone.localdate()
    form = {"colleague": str(colleague.id), "first": today.isoformat(), "last": today.isoformat()}
    assert browser(absent).post("/me/absence/", form).url == "/me/absence/"
    cover = Post.objects.get(cover_of=absent)
    assert post_for(division=VILLAGE, role="child_director", on=today) == cover.id
    assert post_for(division=VILLAGE, role="child_director", on=today + timezone.timedelta(days=1)) == absent.id
    assert "代班" in browser(make_post("supervisor")).get(f"/people/{colleague.user_id}/").content.decode()


@pytest.mark.parametrize(
    ("role", "division"),
    [
        ("child_director", "990102001001"),
        ("partner", COUNTY),
        ("sysadmin", COUNTY),
        ("city_viewer", "990100000000"),
    ],
)
def test_nobody_gets_by_a_cover_what_they_do_not_see_in_their_own_work(db, role, division):
    absent, colleague = make_post("county_drafter"), make_post(role, division=division)
    today = timezone.localdate().isoformat()
    form = {"colleague": str(colleague.id), "first": today, "last": today}
    assert browser(absent).post("/me/absence/", form).status_code == 400
    assert not Post.objects.exclude(cover_of=None).exists()


@pytest.mark.parametrize(("first", "last"), [(-1, 1), (2, 0), (0, 120)])
def test_a_wrong_period_is_refused_and_said(db, first, last):
    absent, colleague = make_post("child_director"), make_post("child_director", division="990101001002")
    days = [(timezone.localdate() + timezone.timedelta(days=shift)).isoformat() for shift in (first, last)]
    response = browser(absent).post("/me/absence/", {"colleague": str(colleague.id), "first": days[0], "last": days[1]})
    assert response.status_code == 400
    assert "起止日期不对" in response.content.decode()


@pytest.mark.parametrize("text", ["", "9999-12-31", "gestern"])
def test_a_day_that_is_none_is_refused_like_a_wrong_period(db, text):
    absent, colleague = make_post("child_director"), make_post("child_director", division="990101001002")
    form = {"colleague": str(colleague.id), "first": timezone.localdate().isoformat(), "last": text}
    assert browser(absent).post("/me/absence/", form).status_code == 400


# --- one's own account ----------------------------------------------------------------------------------------------


def test_another_password_ends_the_other_sessions_but_not_this_one(db):
    post = make_post("county_drafter")
    here, there = browser(post), browser(post)
    form = {"new_password": "three-quiet-herons", "again": "three-quiet-herons"}
    assert here.post("/me/password/", form).url == "/me/"
    assert is_in(here)
    assert not is_in(there)


def test_one_or_all_other_sign_ins_can_be_ended_but_nobody_elses(db):
    post, other = make_post("county_drafter"), browser(make_post("county_drafter"))
    here, there = browser(post), browser(post)
    row = SignIn.objects.filter(user=post.user).order_by("started_at").last()
    other.post("/me/sign-ins/end/", {"only": str(row.id)})
    assert is_in(there)
    here.post("/me/sign-ins/end/", {"only": str(row.id)})
    assert not is_in(there)
    again = browser(post)
    here.post("/me/sign-ins/end/")
    assert is_in(here)
    assert not is_in(again)


def test_changing_the_post_changes_the_rights_and_the_session_key(db):
    drafter = make_post("county_drafter")
    second = Post.objects.create(user=drafter.user, role="supervisor", division=TOWNSHIP, valid_from=drafter.valid_from)
    client = browser(drafter)
    assert client.get("/people/").status_code == 403
    key = client.cookies["sessionid"].value
    client.post("/me/post/", {"post": str(second.id)})
    assert client.cookies["sessionid"].value != key
    assert client.get("/people/").status_code == 200
    client.post("/me/post/", {"post": str(make_post("county_approver").id)})
    assert SignIn.objects.get(user=drafter.user).post_id == second.id
