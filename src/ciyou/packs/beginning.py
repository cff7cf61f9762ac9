"""The beginning of a new rule: a folder with its files, in which `ciyou packs check` then says what is still to be written."""

from __future__ import annotations

from pathlib import Path

from ciyou.core.errors import PackError, Place, Problem
from ciyou.core.rules.book import RuleKind
from ciyou.packs.checking import FOLDER_OF_KIND
from ciyou.packs.loading import load_rule_titles
from ciyou.packs.pack_files import NATIONAL, PAYMENT, SHIPPED

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
payer: civil_affairs                   # ciyou facts and departments.yaml know the codes
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
    # By the month. By the year or once: write `period: year` or `period: once` above, beside `measure`.
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
PAYMENT_FILE = """# paid: monthly_run | once | yearly (applied for here), list_to_department | referral (somebody else's matter, with `department`).
# Each value has a source, or policy_default: true (ours, not law), or ask_place: true. See docs/reference/payments.md.
code: {code}
paid: list_to_department
department: civil_affairs
"""


def begin_rule(place: str, code: str, *, kind: RuleKind, root: Path = SHIPPED) -> tuple[Path, ...]:
    """Write the files of a new rule of a place (a pack's code: cn, cn_51); gives those written.

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
        "example": (significant or "42").ljust(4, "0")[:4] + "02",
    }
    wanted = {
        pack / "place.yaml": PLACE_FILE,
        pack / "sources.yaml": SOURCES,
        folder / "rule.yaml": RULE + (AMOUNT if is_entitlement else ""),
        folder / "cases.yaml": CASES,
        **({folder / PAYMENT: PAYMENT_FILE} if is_entitlement else {}),
    }
    written = {path: text.format(**values) for path, text in wanted.items() if not path.exists()}
    for path, text in written.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tuple(written)


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
    titles = load_rule_titles(root=root)
    if code in titles:
        name = titles[code]
        problems.append(
            Problem(
                Place(code),
                "pack.rule_exists",
                f"已有规则“{name.zh}”；地方不同之处写成同名文件夹并加 change，或只加参数行。",
                f"There is a rule “{name.en}” already; a place that differs has a folder of that name with `change`, or only a row of a parameter.",
            )
        )
    if problems:
        raise PackError(problems)
