"""What a case plan looks at: domains of a child's life with their indicators, rules and services (`plan_domains/`), how often it is
reviewed (`plan_reviews/`), and on what grounds a case is closed (`plan_closures/`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from ciyou.core.access.verdict import RESTRICTED
from ciyou.core.errors import PackError, Place
from ciyou.core.risk import VisitInterval
from ciyou.packs.folders import read_folder
from ciyou.packs.loading import load_packs, overlay_key
from ciyou.packs.located_yaml import Notes, Section, nearest
from ciyou.packs.pack_files import SHIPPED, PackSet
from ciyou.packs.referrals import load_referrals
from ciyou.packs.risk import load_risk
from ciyou.packs.rule_files import check_code
from ciyou.packs.visit_intervals import load_intervals

DOMAINS, REVIEWS, CLOSURES = "plan_domains", "plan_reviews", "plan_closures"
ENTITLEMENT = "entitlement"
KINDS = ("material", "service", "psych", "rights")
"""What a need can be besides an entitlement, which no file names: those are derived."""
REFERRAL, VISITS = "referral.", "visits"
LEAST_CLASS = 3


@dataclass(frozen=True)
class Need:
    """Something that a child may need in a domain. `source`: `referral.<service>`, `visits`, or "" where a person enters it."""

    code: str
    kind: str
    zh: str
    en: str
    source: str
    sensitivity: int

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh

    @property
    def referral(self) -> str:
        """The service of referrals that shows it; "" where none does."""
        return self.source.removeprefix(REFERRAL) if self.source.startswith(REFERRAL) else ""


@dataclass(frozen=True)
class PlanDomain:
    """One domain: the indicators of risk, the rules and the questionnaires that show it to be weak, and what may be needed there."""

    code: str
    zh: str
    en: str
    order: int
    indicators: tuple[str, ...]
    rules: tuple[str, ...]
    questionnaires: tuple[str, ...]
    needs: tuple[Need, ...]
    policy_default: bool
    verified: bool
    note_zh: str
    note_en: str

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh

    def note(self, lang: str = "zh") -> str:
        return self.note_en if lang == "en" else self.note_zh


@dataclass(frozen=True)
class Closure:
    """One ground on which a case is closed."""

    code: str
    zh: str
    en: str

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh


def load_plan_domains(*, division: str, root: Path = SHIPPED) -> Mapping[str, PlanDomain]:
    """Every domain of a division (2 to 12 digits) by code, in the order of the plan; a place's file takes the place of a wider one's.

    Every indicator of the place's assessment stands in a domain: no weakness is found that nobody plans for. Raises PackError with all
    mistakes at once.
    """
    return _domains(overlay_key(division, root=root), root)


def load_plan_reviews(*, division: str, root: Path = SHIPPED) -> Mapping[str, VisitInterval]:
    """At least how often a plan is reviewed, by tier and category; every tier of the place has a row."""
    return load_intervals(REVIEWS, division=division, root=root)


def load_plan_closures(*, division: str, root: Path = SHIPPED) -> Mapping[str, Closure]:
    """Every ground on which a case may be closed, by code."""
    return _closures(overlay_key(division, root=root), root)


@lru_cache(maxsize=64)
def _closures(chain: tuple[str, ...], root: Path) -> Mapping[str, Closure]:
    return read_folder(chain, root, CLOSURES, _read_closure)


@lru_cache(maxsize=64)
def _domains(chain: tuple[str, ...], root: Path) -> Mapping[str, PlanDomain]:
    found = read_folder(chain, root, DOMAINS, _read_domain)
    narrowest = [pack for pack in load_packs(root).packs if pack.code in chain][-1]
    division = narrowest.division or "00"
    notes = Notes()
    asked = {one.code for one in load_risk(division=division, root=root).asked.indicators}
    read = {code for domain in found.values() for code in domain.indicators}
    services = load_referrals(division=division, root=root)
    place = Place(f"{narrowest.name}/{DOMAINS}")
    _note_indicators(place, sorted(asked ^ read), asked, notes)
    for need in (one for domain in found.values() for one in domain.needs if one.referral):
        service = services.get(need.referral)
        if service is None or service.sensitivity > need.sensitivity:
            notes.add(
                place,
                "plan_referral",
                f"需要“{need.code}”引用的转介服务“{need.referral}”不存在，或者级别比它高；请更正 from 或 class。",
                f"Need “{need.code}” names the referral service “{need.referral}”, which does not exist or has a higher class; correct `from` or `class`.",
            )
    if notes.found:
        raise PackError(notes.sorted())
    return MappingProxyType(dict(sorted(found.items(), key=lambda entry: (entry[1].order, entry[0]))))


def _note_indicators(place: Place, codes: Iterable[str], asked: set[str], notes: Notes) -> None:
    for code in codes:
        if code in asked:
            zh, en = f"指标“{code}”不在任何一个方面里；请加到一个方面的 indicators。", f"Indicator “{code}” stands in no domain; add it to the `indicators` of one."  # fmt: skip
        else:
            zh, en = f"没有指标“{code}”；请更正 indicators。", f"There is no indicator “{code}”; correct `indicators`."
        notes.add(place, "plan_indicator", zh, en)


def _read_closure(section: Section, code: str, _pack_set: PackSet) -> Closure:
    check_code(section, code)
    closure = Closure(code, *section.names("name"))
    section.boolean("policy_default")
    section.boolean("verified")
    section.names("note")
    section.close()
    return closure


def _read_domain(section: Section, code: str, pack_set: PackSet) -> PlanDomain:
    check_code(section, code)
    zh, en = section.names("name")
    note_zh, note_en = section.names("note")
    inner = section.section("needs")
    domain = PlanDomain(
        code=code,
        zh=zh,
        en=en,
        order=section.integer("order", required=True) or 0,
        indicators=section.texts("indicators", required=True),
        rules=_rules(section, pack_set),
        questionnaires=section.texts("questionnaires"),
        needs=tuple(_need(key, entry) for key, entry in inner.entries()) if inner is not None else (),
        policy_default=section.boolean("policy_default") or False,
        verified=section.boolean("verified") or False,
        note_zh=note_zh,
        note_en=note_en,
    )
    section.close()
    return domain


def _rules(section: Section, pack_set: PackSet) -> tuple[str, ...]:
    known = {code for pack in pack_set.packs for code in pack.rules}
    named = section.texts("rules")
    for code in (one for one in named if one not in known):
        hint_zh, hint_en = nearest(code, known)
        section.notes.add(
            section.value_place("rules"),
            "unknown_rule",
            f"没有规则“{code}”。{hint_zh}",
            f"There is no rule “{code}”. {hint_en}".strip(),
        )
    return named


def _need(code: str, entry: Section) -> Need:
    """A restricted need (class 5) cannot be written: it would stand in lists and counts."""
    written = entry.choice("class", [str(one) for one in range(LEAST_CLASS, RESTRICTED)], default=str(LEAST_CLASS))
    need = Need(
        code,
        entry.choice("kind", KINDS),
        entry.text("zh"),
        entry.text("en"),
        entry.text("from", required=False),
        int(written or LEAST_CLASS),
    )
    if need.source not in ("", VISITS) and not need.referral:
        entry.notes.add(
            entry.value_place("from"),
            "plan_source",
            "from 只能写 visits 或 referral.<服务>；由人填写的，不写 from。",
            "`from` is `visits` or `referral.<service>`; leave it out where a person enters it.",
        )
    entry.close()
    return need
