"""The roles of the contracts: what each may see by default, for what purposes, and what it may do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from ciyou.core.access.actor import Purpose


class Action(StrEnum):
    """What a role may do. Seeing is decided by class, scope and purpose (`may_see`); doing needs one of these besides."""

    SCREEN = "screen"
    ASSIGN = "assign"
    VISIT = "visit"
    REVIEW = "review"
    INQUIRE = "inquire"
    ANSWER_INQUIRY = "answer_inquiry"
    RECORD_FACTS = "record_facts"
    CONFIRM = "confirm"
    REGISTER = "register"
    REVEAL = "reveal"
    EXPORT = "export"
    BREAK_GLASS = "break_glass"
    REVIEW_BREAK_GLASS = "review_break_glass"
    ANSWER_COMPLAINT = "answer_complaint"
    SUBJECT_REQUEST = "subject_request"
    DECIDE_SUBJECT_REQUEST = "decide_subject_request"
    PURGE = "purge"
    READ_AUDIT = "read_audit"
    SUPPORT_STAFF = "support_staff"
    MANAGE_USERS = "manage_users"
    APPROVE_SECURITY = "approve_security"
    MANAGE_SYSTEM = "manage_system"
    SEE_FIGURES = "see_figures"
    SEE_APPLICATIONS = "see_applications"
    APPLY = "apply"
    SEE_CROSSINGS = "see_crossings"
    CROSS = "cross"
    CHECK_APPLICATION = "check_application"
    DRAFT_DECISION = "draft_decision"
    DECIDE_APPLICATION = "decide_application"
    ANSWER_APPEAL = "answer_appeal"
    CHANGE_AWARD = "change_award"
    DECIDE_CHANGE = "decide_change"
    SEE_PAYMENTS = "see_payments"
    DRAFT_PAYMENTS = "draft_payments"
    REVIEW_PAYMENTS = "review_payments"
    APPROVE_PAYMENTS = "approve_payments"
    RECONCILE = "reconcile"
    TRY_POLICY = "try_policy"
    OPEN_ROUND = "open_round"
    OPEN_CAMPAIGN = "open_campaign"
    SEE_IDENTITY_LISTS = "see_identity_lists"
    SEND_IDENTITY_LISTS = "send_identity_lists"
    ANSWER_IDENTITY_LISTS = "answer_identity_lists"
    JUDGE_PAIRS = "judge_pairs"
    SEE_REFERRALS = "see_referrals"
    REFER = "refer"
    REVIEW_GROUND = "review_ground"
    ANSWER_REFERRAL = "answer_referral"
    SEE_PROVIDERS = "see_providers"
    KEEP_PROVIDERS = "keep_providers"
    SEE_SCHOOLING = "see_schooling"
    WORK_SCHOOLING = "work_schooling"
    DECIDE_SCHOOLING = "decide_schooling"
    ANSWER_SCHOOLING = "answer_schooling"
    SEE_OWN_TRAINING = "see_own_training"
    KEEP_TRAINING = "keep_training"


class Level(StrEnum):
    """The kind of division that a post of a role belongs to."""

    VILLAGE = "village"
    TOWNSHIP = "township"
    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"
    NATION = "nation"
    ANY = "any"


@dataclass(frozen=True)
class Role:
    """One role. `ceiling` is the highest class seen by default (5 always needs a named grant; 2: no person's data at all).

    `second_factor`: signing in needs one; without it the role works on a known device with a PIN.
    """

    code: str
    zh: str
    en: str
    level: Level
    ceiling: int
    purposes: frozenset[Purpose]
    actions: frozenset[Action]
    second_factor: bool = True


_P, _A = Purpose, Action
_OFFICE = frozenset({_P.IDENTIFY, _P.VERIFY, _P.DECIDE, _P.PAY, _P.SERVE, _P.PROTECT, _P.CORRECT, _P.SUBJECT_REQUEST})
_OFFICE_ACTIONS = frozenset(
    {
        _A.ASSIGN,
        _A.VISIT,
        _A.INQUIRE,
        _A.RECORD_FACTS,
        _A.REGISTER,
        _A.REVEAL,
        _A.EXPORT,
        _A.BREAK_GLASS,
        _A.SEE_FIGURES,
        _A.SEE_APPLICATIONS,
        _A.SEE_CROSSINGS,
        _A.SEE_PAYMENTS,
        _A.RECONCILE,
        _A.TRY_POLICY,
        _A.SEE_IDENTITY_LISTS,
        # The clerk of the contracts is no role: whoever works in the county's office compares records, and another takes the second look.
        _A.JUDGE_PAIRS,
        _A.SEE_REFERRALS,
        _A.REFER,
        _A.SEE_PROVIDERS,
        _A.KEEP_PROVIDERS,
        _A.SEE_SCHOOLING,
        _A.WORK_SCHOOLING,
        _A.DECIDE_SCHOOLING,
        _A.SEE_OWN_TRAINING,
        _A.KEEP_TRAINING,
    }
)


def _role(
    code: str,
    words: tuple[str, str],
    level: Level,
    ceiling: int,
    purposes: frozenset[Purpose],
    actions: frozenset[Action],
    *,
    second_factor: bool = True,
) -> Role:
    return Role(code, words[0], words[1], level, ceiling, purposes, actions, second_factor)


_ROLES = (
    _role(
        "child_director",
        ("儿童主任", "Child director"),
        Level.VILLAGE,
        3,
        frozenset({_P.VERIFY, _P.SERVE, _P.PROTECT}),
        frozenset({_A.VISIT, _A.RECORD_FACTS, _A.REVEAL, _A.SEE_APPLICATIONS, _A.APPLY, _A.SEE_REFERRALS, _A.REFER, _A.SEE_PROVIDERS, _A.SEE_SCHOOLING, _A.WORK_SCHOOLING, _A.SEE_OWN_TRAINING}),
        second_factor=False,
    ),
    _role(
        "supervisor",
        ("儿童督导员", "Supervisor"),
        Level.TOWNSHIP,
        3,
        frozenset({_P.VERIFY, _P.SERVE, _P.PROTECT, _P.SUPERVISE}),
        frozenset(
            {
                _A.ASSIGN,
                _A.VISIT,
                _A.REVIEW,
                _A.RECORD_FACTS,
                _A.REGISTER,
                _A.REVEAL,
                _A.SEE_FIGURES,
                _A.SUPPORT_STAFF,
                _A.SEE_APPLICATIONS,
                _A.APPLY,
                _A.SEE_CROSSINGS,
                _A.CROSS,
                _A.SEE_REFERRALS,
                _A.REFER,
                _A.REVIEW_GROUND,
                _A.SEE_PROVIDERS,
                _A.SEE_SCHOOLING,
                _A.WORK_SCHOOLING,
                _A.SEE_OWN_TRAINING,
                _A.KEEP_TRAINING,
                _A.CHECK_APPLICATION,
                _A.DECIDE_APPLICATION,
            }
        ),
    ),
    _role(
        "county_drafter",
        ("县级经办", "County drafter"),
        Level.COUNTY,
        4,
        _OFFICE,
        _OFFICE_ACTIONS
        | {_A.SCREEN, _A.SUBJECT_REQUEST, _A.APPLY, _A.CROSS, _A.CHECK_APPLICATION, _A.DRAFT_DECISION, _A.CHANGE_AWARD}
        | {_A.DRAFT_PAYMENTS, _A.OPEN_ROUND, _A.OPEN_CAMPAIGN, _A.SEND_IDENTITY_LISTS},
    ),
    _role(
        "county_reviewer",
        ("县级复核", "County reviewer"),
        Level.COUNTY,
        4,
        _OFFICE,
        _OFFICE_ACTIONS | {_A.REVIEW, _A.REVIEW_GROUND, _A.CONFIRM, _A.SUBJECT_REQUEST, _A.ANSWER_APPEAL, _A.CHANGE_AWARD, _A.DECIDE_CHANGE}
        | {_A.REVIEW_PAYMENTS},
    ),
    _role(
        "county_approver",
        ("县级审批", "County approver"),
        Level.COUNTY,
        4,
        _OFFICE | {_P.SUPERVISE},
        _OFFICE_ACTIONS
        | {_A.REVIEW, _A.CONFIRM, _A.REVIEW_BREAK_GLASS, _A.DECIDE_SUBJECT_REQUEST, _A.PURGE, _A.ANSWER_COMPLAINT}
        | {_A.DECIDE_APPLICATION, _A.ANSWER_APPEAL, _A.DECIDE_CHANGE, _A.APPROVE_PAYMENTS},
    ),
    _role(
        "committee_office",
        ("未保委办公室", "Protection committee office"),
        Level.COUNTY,
        4,
        frozenset({_P.SERVE, _P.PROTECT, _P.SUPERVISE}),
        frozenset({_A.ASSIGN, _A.REVEAL, _A.BREAK_GLASS, _A.SEE_FIGURES, _A.ANSWER_COMPLAINT}),
    ),
    _role(
        "city_viewer",
        ("市级查看", "City viewer"),
        Level.CITY,
        2,
        frozenset({_P.SUPERVISE}),
        frozenset({_A.SEE_FIGURES, _A.TRY_POLICY}),
    ),
    _role(
        "province_viewer",
        ("省级查看", "Province viewer"),
        Level.PROVINCE,
        2,
        frozenset({_P.SUPERVISE}),
        frozenset({_A.SEE_FIGURES, _A.TRY_POLICY}),
    ),
    _role(
        "nation_viewer",
        ("国家级查看", "National viewer"),
        Level.NATION,
        2,
        frozenset({_P.SUPERVISE}),
        frozenset({_A.SEE_FIGURES, _A.TRY_POLICY}),
    ),
    _role(
        "standard_setter",
        ("标准制定", "Standard setter"),
        Level.ANY,
        2,
        frozenset({_P.SUPERVISE}),
        frozenset({_A.SEE_FIGURES, _A.TRY_POLICY}),
    ),
    # A partner or an institution sees no file and no list of ours: only the letters, referrals and identity lists addressed to it.
    _role(
        "partner",
        ("协作部门", "Partner department"),
        Level.COUNTY,
        2,
        frozenset({_P.VERIFY, _P.SERVE}),
        frozenset({_A.ANSWER_INQUIRY, _A.SEE_IDENTITY_LISTS, _A.ANSWER_IDENTITY_LISTS, _A.SEE_REFERRALS, _A.ANSWER_REFERRAL, _A.SEE_SCHOOLING, _A.ANSWER_SCHOOLING}),
    ),
    _role(
        "institution",
        ("儿童福利机构", "Institution"),
        Level.COUNTY,
        2,
        frozenset({_P.SERVE}),
        frozenset(),
    ),
    _role(
        "auditor",
        ("审计员", "Auditor"),
        Level.ANY,
        2,
        frozenset({_P.AUDIT}),
        frozenset({_A.READ_AUDIT}),
    ),
    # The three administrators are separated: none of them sees a child, and no two of their tasks lie in one hand.
    _role("sysadmin", ("系统管理员", "System administrator"), Level.ANY, 2, frozenset(), frozenset({_A.MANAGE_SYSTEM, _A.MANAGE_USERS, _A.SUPPORT_STAFF})),
    _role("secadmin", ("安全管理员", "Security administrator"), Level.ANY, 2, frozenset(), frozenset({_A.APPROVE_SECURITY, _A.SUPPORT_STAFF})),
    _role("auditadmin", ("审计管理员", "Audit administrator"), Level.ANY, 2, frozenset({_P.AUDIT}), frozenset({_A.READ_AUDIT, _A.PURGE})),
    _role(
        "local_operator",
        ("本机作业", "Jobs of this machine"),
        Level.NATION,
        4,
        frozenset(Purpose),
        frozenset({_A.SCREEN, _A.ASSIGN, _A.RECORD_FACTS, _A.REGISTER, _A.PURGE, _A.SEE_PAYMENTS, _A.MANAGE_SYSTEM}),
    ),
)  # fmt: skip

ROLES: Mapping[str, Role] = MappingProxyType({role.code: role for role in _ROLES})
"""Every role by its code (contracts: roles). `local_operator` is no account: it is the worker and the command line."""

SEPARATED = frozenset({"sysadmin", "secadmin", "auditadmin"})
"""Nobody holds two of these at once, nor one of them together with any other post."""


def may_hold_together(roles: Iterable[str]) -> bool:
    """Whether one person may hold these roles at once: a separated administrator holds nothing else."""
    held = set(roles)
    return len(held) < 2 or not held & SEPARATED


def may_take_over(taker: str, giver: str) -> bool:
    """Whether the holder of one role can go on with the work of another's post: its visits, and its letters where it writes any."""
    if taker == giver:
        return True
    needed = {Action.VISIT, Action.INQUIRE} & ROLES[giver].actions
    return bool(needed) and needed <= ROLES[taker].actions


def may_do(role_code: str, action: Action) -> bool:
    """Whether a role may do this at all; an unknown role may do nothing."""
    role = ROLES.get(role_code)
    return role is not None and action in role.actions
