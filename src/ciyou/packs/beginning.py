"""The beginning of a new rule: a folder with its files, in which `ciyou packs check` then says what is still to be written."""

from __future__ import annotations

from itertools import product
from pathlib import Path

from ciyou.core.errors import PackError, Place, Problem
from ciyou.core.rules.book import RuleKind
from ciyou.packs.checking import FOLDER_OF_KIND
from ciyou.packs.located_yaml import Notes, read_yaml
from ciyou.packs.pack_files import NATIONAL, PAYMENT, SHIPPED
from ciyou.packs.payment_files import APPLIED_FOR, AT_DEPARTMENT

MONTHLY = APPLIED_FOR[0]

PLACE_FILE = """code: {place}
division: "{division}"
extends: cn
name: {{zh: , en: }}                 # what the place is called
"""
SOURCES = """# Every document once, under an id. confidence: A, H decide; B, M decide and are flagged; C, L, K only suggest.
{code}_document: {{kind: local_definition, number: null, title: , date: , confidence: M}}
"""
RULE = """# What the law says, in a sentence; what is peculiar.
code: {code}
name: {{zh: , en: }}
measure:                               # M1 to M21: docs/how-to/add-a-rule.md says which
{period}payer: civil_affairs                   # ciyou facts and departments.yaml know the codes
apply: {{zh: , en: }}                # where and how, in one sentence
versions:
  - from:                              # the day on which it begins; unknown: the document's, with a note
    sources:
      - {{document: {code}_document, confidence: M}}  # an id of sources.yaml
    # Start with what is usually known (an age, a category). No number that may differ by place: that is a parameter.
    when: |
      minor(child)
"""
AMOUNT = """    # A parameter, or a number in fen (30000 is 300 yuan); delete these three lines where no money is paid.
    # By the month, unless `period: year` or `period: once` stands above, beside `measure`.
    amount: param.dibao_standard
"""
CASES = """code: {code}
common:
  division: "{example}"                 # a county in which it holds
  as_of: 2026-06-01
  facts:
    child: {{birth_date: 2016-03-01, dead: false}}
# Known facts of the parents: copy them from another rule's cases; what is left out is unknown. Amounts in yuan: {{outcome: yes, amount_yuan: 300}}
cases:                                 # a yes, a no, an undetermined, and both sides of every number in the condition
  - {{name: {{zh: 符合, en: It holds}}, expect: {{outcome: yes}}}}
  - {{name: {{zh: 十八周岁生日前一天, en: The day before the eighteenth birthday}}, facts: {{child: {{birth_date: 2008-06-02}}}}, expect: {{outcome: yes}}}}
  - {{name: {{zh: 十八周岁生日, en: The eighteenth birthday}}, facts: {{child: {{birth_date: 2008-06-01}}}}, expect: {{outcome: no}}}}
  - {{name: {{zh: 出生日期未知, en: The birth date is not known}}, facts: {{child: {{birth_date: unknown}}}}, expect: {{outcome: undetermined}}}}
"""
PAYMENT_HEAD = """# paid: monthly_run | once | yearly (applied for here), list_to_department | referral (somebody else's matter, with `department`).
# Each value has a source, or policy_default: true (ours, not law), or ask_place: true. See docs/reference/payments.md.
code: {code}
paid: {paid}
"""
AT_DEPARTMENT_PART = """department: civil_affairs
"""
APPLICATION_PART = """# Where the document says it, write the value in place of ask_place: true. This shows the form:
#   receivers: {{value: [residence_township], source: {{document: {code}_document, article: 三, confidence: M}}}}
application:
  receivers: {{ask_place: true}}         # hukou_township, any_township, residence_township, school, ...
  checked_by: {{ask_place: true}}        # township, county, school, ...
  decided_by: {{ask_place: true}}        # county, township, school
  where: {{ask_place: true}}             # hukou, residence, school, ...
  notice: {{ask_place: true}}            # forbidden, not_required, or required with days
  verification_authorisation: {{value: false, policy_default: true}}
  documents:                           # nothing is brought: documents: []
    - {{code: application_form, name: {{zh: 申请表, en: Application form}}, policy_default: true}}
"""
MONTHLY_PART = """series: children_living                # restricted money has a series of its own
# A deadline of this notice: see "A clock of a place" in docs/reference/payments.md.
clocks: {{check: check_other_application, decide: decide_other_application, refuse: refuse_in_writing, appeal: answer_appeal, review: review_award}}
start: {{ask_place: true}}               # counted_from: application, decision, fact; month: same_month, next_month
stops:                                 # month: same_month (not paid any more), next_month (the last one paid), ask_place
  # hold_until_reviewed: money waits until a person has looked; false: it goes on as awarded until then.
  - {{ground: died, name: {{zh: 儿童死亡, en: The child died}}, month: ask_place, hold_until_reviewed: true, seen_in: [child.dead], policy_default: true}}
  - {{ground: of_age, name: {{zh: 年满十八周岁, en: Came of age (18)}}, month: ask_place, hold_until_reviewed: true, age: 18, policy_default: true}}
  - {{ground: moved, name: {{zh: 户籍（认定地）迁出, en: Moved to another place that decides}}, month: ask_place, hold_until_reviewed: true, policy_default: true}}
  - {{ground: merged, name: {{zh: 与另一份档案合并, en: Merged with another file}}, month: ask_place, hold_until_reviewed: true, policy_default: true}}
  - {{ground: unmerged, name: {{zh: 档案合并已撤销, en: A merge of files was undone}}, month: ask_place, hold_until_reviewed: false, policy_default: true}}
  - {{ground: gave_up, name: {{zh: 监护人书面放弃, en: Given up in writing}}, month: ask_place, hold_until_reviewed: false, policy_default: true}}
  - {{ground: circumstance_ended, name: {{zh: 不再符合条件, en: The conditions are no longer met}}, month: ask_place, hold_until_reviewed: false, policy_default: true}}
judged_on: {{value: first_day, policy_default: true}}
papers: [application_form, approval_form, refusal]
payee: {{value: guardian_card, in_institution: institution_account, policy_default: true}}
"""
FUNDING_PART = """funding: {{ask_place: true}}
"""
PERIODS = {"yearly": "period: year\n", "once": "period: once\n"}


def begin_rule(
    place: str, code: str, *, kind: RuleKind, paid: str = AT_DEPARTMENT[0], root: Path = SHIPPED
) -> tuple[Path, ...]:
    """Write the files of a new rule of a place (a pack's code: cn, cn_51); gives those written. `paid`: how an entitlement is.

    Raises PackError when the code is no name, or a rule is called so already: then a place says what differs with `change`.
    """
    _check(place, code, root)
    pack, significant = root / place, place.removeprefix(NATIONAL).removeprefix("_")
    folder = pack / FOLDER_OF_KIND[kind] / code
    is_entitlement = kind is RuleKind.ENTITLEMENT
    values = {
        "place": place,
        "code": code,
        "division": significant,
        "paid": paid,
        "period": PERIODS.get(paid, "") if is_entitlement else "",
        "example": (significant or "42").ljust(4, "0")[:4] + "02",
    }
    wanted = {
        pack / "place.yaml": PLACE_FILE,
        pack / "sources.yaml": SOURCES,
        folder / "rule.yaml": RULE + (AMOUNT if is_entitlement else ""),
        folder / "cases.yaml": CASES,
        **({folder / PAYMENT: _payment(paid)} if is_entitlement else {}),
    }
    written = {path: text.format(**values) for path, text in wanted.items() if not path.exists()}
    for path, text in written.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tuple(written)


def _payment(paid: str) -> str:
    """The payment file of an entitlement: every part that its way of being paid wants."""
    if paid not in APPLIED_FOR:
        return PAYMENT_HEAD + AT_DEPARTMENT_PART
    return PAYMENT_HEAD + APPLICATION_PART + (MONTHLY_PART if paid == MONTHLY else "") + FUNDING_PART


def _rule_there(code: str, root: Path) -> tuple[str, str] | None:
    """The names of a rule of this code in any pack; no other file is read: a second rule may be begun while the first is half-written."""
    roots = (
        [root] if (root / NATIONAL).is_dir() else [root, SHIPPED]
    )  # a place's own packs are laid over the shipped ones
    for one, folder in product(roots, FOLDER_OF_KIND.values()):
        for path in sorted(one.glob(f"{NATIONAL}*/{folder}/{code}/rule.yaml")):
            section = read_yaml(path, file=path.name, notes=Notes())
            if section is not None and section.has("name"):
                zh, en = section.names("name")
                return zh or code, en or code
    return None


def _check(place: str, code: str, root: Path) -> None:
    problems = []
    digits = place.removeprefix(NATIONAL).removeprefix("_")
    if not place.startswith(NATIONAL) or (digits and not (digits.isdigit() and len(digits) in (2, 4, 6))):
        problems.append(
            Problem(
                Place(place),
                "pack.place_code",
                "地方包写成 cn（全国）或 cn_51、cn_5101（省、市、县的区划代码）；请更正。",
                "A place is written cn (the nation) or cn_51, cn_5101 (the code of a province, city or county); correct it.",
            )
        )
    if not code.isidentifier() or code != code.lower():
        problems.append(
            Problem(
                Place(code),
                "pack.rule_code",
                "规则代号用小写英文和下划线，如 winter_heating_aid；请更正。",
                "The code of a rule is lower-case words with underscores, like winter_heating_aid; correct it.",
            )
        )
    there = _rule_there(code, root)
    if there is not None:
        zh, en = there
        problems.append(
            Problem(
                Place(code),
                "pack.rule_exists",
                f"已有规则“{zh}”；地方不同之处写成同名文件夹并加 change，或只加参数行。",
                f"There is a rule “{en}” already; a place that differs has a folder of that name with `change`, or only a row of a parameter.",
            )
        )
    if problems:
        raise PackError(problems)
