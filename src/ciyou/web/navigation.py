"""What each role finds in the header: few words, in the order of the day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TODAY = ("home", _("今日"))
LEADS = ("leads", _("线索"))
SHARING = ("distribution", _("分派"))
LEDGER = ("ledger", _("台账"))
CHILDREN = ("ledger", _("儿童"))
ROUNDS = ("rounds", _("复核"))
LETTERS = ("letters", _("协查"))
REFERRALS = ("referrals", _("转介"))
SCHOOLING = ("schooling", _("就学"))
TRAINING = ("courses", _("培训"))
IDENTITY_LISTS = ("identity_lists", _("身份名单"))
APPLICATIONS = ("applications", _("申请"))
PAYMENTS = ("payments", _("每月发放"))
ROSTERS = ("rosters", _("名册"))
PAIRS = ("pairs", _("同一人核对"))
FIGURES = ("figures", _("统计"))
LAB = ("lab", _("政策试算"))
PEOPLE = ("people", _("人员"))
LAW = ("rulebook", _("法规"))
AUDIT = ("audit", _("审计"))
MESSAGES = ("gateways", _("消息"))
FIELD = ("field_phones", _("离线"))
ACCOUNT = ("account", _("我的"))

_OFFICE = (
    TODAY,
    LEADS,
    SHARING,
    LEDGER,
    ROUNDS,
    APPLICATIONS,
    PAYMENTS,
    LETTERS,
    REFERRALS,
    SCHOOLING,
    TRAINING,
    PAIRS,
)
_VIEWER = (TODAY, FIGURES, LAB, LAW)
NAVIGATION: Mapping[str, tuple[tuple[str, str | Promise], ...]] = MappingProxyType(
    {
        "child_director": (TODAY, CHILDREN, ROUNDS, FIELD, ACCOUNT),
        "supervisor": (TODAY, LEADS, SHARING, CHILDREN, ROUNDS, APPLICATIONS, REFERRALS, SCHOOLING, TRAINING),
        "county_drafter": (*_OFFICE, ROSTERS),
        "county_reviewer": _OFFICE,
        "county_approver": _OFFICE,
        "committee_office": (TODAY, LEADS, LEDGER),
        "city_viewer": _VIEWER,
        "province_viewer": _VIEWER,
        "nation_viewer": _VIEWER,
        "standard_setter": _VIEWER,
        "partner": (TODAY, LETTERS, REFERRALS, SCHOOLING, IDENTITY_LISTS),
        "institution": (TODAY,),
        "auditor": (TODAY, AUDIT),
        "sysadmin": (TODAY, PEOPLE, MESSAGES),
        "secadmin": (TODAY, PEOPLE),
        "auditadmin": (TODAY, AUDIT),
    }
)


@dataclass(frozen=True)
class Item:
    """One entry of the header."""

    name: str
    label: str
    address: str
    current: bool


def navigation_of(request: HttpRequest) -> tuple[Item, ...]:
    """The header's entries for whoever is signed in; none before that."""
    actor = getattr(request, "actor", None)
    if actor is None:
        return ()
    here = request.route.name
    entries = NAVIGATION.get(actor.role, ())
    return tuple(
        Item(name, str(label), address, name == here) for name, label in entries if (address := _address(name))
    )


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
