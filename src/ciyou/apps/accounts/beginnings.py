"""The first accounts: the three administrators of a new installation, and everybody in the invented county of a demo."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from ciyou.apps.accounts.codes import make_code
from ciyou.apps.accounts.divisions import division_names
from ciyou.apps.accounts.models import Organization, Post, User
from ciyou.apps.accounts.refusals import problem, refuse
from ciyou.apps.audit.services import record_action
from ciyou.core.access.actor import LOCAL_OPERATOR, significant_digits
from ciyou.core.access.roles import ROLES, SEPARATED
from ciyou.core.errors import RecordError

DEMO_PASSWORD = "ciyou-demo-2026"  # printed by `ciyou demo`; only databases of invented people know it
_DEMO_START = dt.date(2024, 1, 1)
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
_GIVEN = ("秀兰", "建国", "晓梅", "志强", "海燕", "立新", "春生", "玉珍", "文斌", "小红", "永康", "桂芳", "向东")
_COUNTY_ROLES = (
    ("county_drafter", "jingban", "县民政局"),
    ("county_reviewer", "fuhe", "县民政局"),
    ("county_approver", "shenpi", "县民政局"),
    ("committee_office", "weibao", "县未保委办公室"),
    ("auditor", "shenji", "县审计局"),
    ("sysadmin", "sysadmin", "县民政局"),
    ("secadmin", "secadmin", "县民政局"),
    ("auditadmin", "auditadmin", "县民政局"),
)
_PARTNERS = (
    ("justice", "sifa", "县司法局"),
    ("police", "gongan", "县公安局"),
    ("education", "jiaoyu", "县教育局"),
    ("health", "weijian", "县卫生健康局"),
    ("federation", "canlian", "县残疾人联合会"),
    ("court", "fayuan", "县人民法院"),
    ("disease_control", "jikong", "县疾病预防控制中心"),
    ("insurance", "yibao", "县医疗保障局"),
)


@dataclass(frozen=True)
class FirstCode:
    """One of the first administrators and the code for the first sign-in."""

    role: str
    username: str
    code: str


@dataclass(frozen=True)
class DemoAccount:
    """One account of the demo, for the table that is printed."""

    username: str
    role: str
    division: str
    full_name: str
    organization: str = ""


@dataclass(frozen=True)
class _Wanted:
    username: str
    role: str
    division: str
    organization: str = ""
    department: str = ""


def make_first_administrators(*, division: str) -> tuple[FirstCode, ...]:
    """The three administrators of a new installation, each with a code for a day; refused where there are users already."""
    division = division.ljust(12, "0")
    if len(division) != 12 or not division.isdigit():
        raise refuse("division")
    with transaction.atomic():
        if User.objects.exists():
            raise RecordError(problem("begun"))
        made = []
        for role in sorted(SEPARATED):
            user = User(username=role, full_name=ROLES[role].zh, created_at=timezone.now())
            user.set_unusable_password()
            user.save()
            Post.objects.create(user=user, role=role, division=division, valid_from=timezone.localdate())
            made.append(FirstCode(role, role, make_code(user, kind="activation", made_by=LOCAL_OPERATOR.id)))
        record_action(LOCAL_OPERATOR, action="make_first_administrators", details={"division": division})
    return tuple(made)


def make_demo_accounts(divisions: Iterable[str]) -> tuple[DemoAccount, ...]:
    """Everybody who works in the county of these divisions (villages, townships, the county, its city); a second time changes nothing.

    All share one password; the county's `jingban`, a township's `dudao1`, a village's `zhuren1` and so on, in order of code.
    """
    wanted = list(_demo_people(sorted(set(divisions))))
    known = set(User.objects.filter(username__in=[one.username for one in wanted]).values_list("username", flat=True))
    # One hash for all: they share the password, and two hundred hashes would take seconds.
    password, now = make_password(DEMO_PASSWORD), timezone.now()
    accounts = [
        DemoAccount(one.username, one.role, one.division, _name(place), one.organization)
        for place, one in enumerate(wanted)
    ]
    with transaction.atomic():
        for one, account in zip(wanted, accounts, strict=True):
            if one.username in known:
                continue
            user = User.objects.create(
                id=uuid.uuid4(), username=one.username, full_name=account.full_name, password=password, created_at=now
            )
            Post.objects.create(
                user=user,
                role=one.role,
                division=one.division,
                organization=_organization(one),
                department=one.department,
                clerk=one.role in ("county_drafter", "county_reviewer"),
                valid_from=_DEMO_START,
            )
        record_action(LOCAL_OPERATOR, action="make_demo_accounts", details={"accounts": len(accounts) - len(known)})
    return tuple(accounts)


def shown_accounts(accounts: Iterable[DemoAccount]) -> tuple[tuple[DemoAccount, str], ...]:
    """The accounts worth printing, each with the name of its place: of villages and townships the first two."""
    kept: list[DemoAccount] = []
    for account in accounts:
        if sum(other.role == account.role for other in kept) < (len(_PARTNERS) if account.role == "partner" else 2):
            kept.append(account)
    names = division_names({account.division for account in kept})
    return tuple((account, names[account.division]) for account in kept)


def _demo_people(codes: list[str]) -> Iterator[_Wanted]:
    by_digits = {
        digits: [code for code in codes if len(significant_digits(code)) == digits] for digits in (4, 6, 9, 12)
    }
    for county in by_digits[6][:1]:
        for role, username, office in _COUNTY_ROLES:
            yield _Wanted(username, role, county, office)
        for department, username, office in _PARTNERS:
            yield _Wanted(username, "partner", county, office, department)
    for city in by_digits[4][:1]:
        yield _Wanted("shiji", "city_viewer", city, "市民政局")
    for number, township in enumerate(by_digits[9], start=1):
        yield _Wanted(f"dudao{number}", "supervisor", township)
    for number, village in enumerate(by_digits[12], start=1):
        yield _Wanted(f"zhuren{number}", "child_director", village)


def _name(number: int) -> str:
    return _SURNAMES[number % len(_SURNAMES)] + _GIVEN[number // 3 % len(_GIVEN)]


def _organization(one: _Wanted) -> Organization | None:
    if not one.organization:
        return None
    kind = "department" if one.department else "office"
    found, _made = Organization.objects.get_or_create(
        name=one.organization, division=one.division, department=one.department, defaults={"kind": kind}
    )
    return found
