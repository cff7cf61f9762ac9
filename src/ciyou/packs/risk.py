"""Risk tiers, the indicators that propose one, and their worked cases: `risk/tiers.yaml`, `risk/indicators.yaml`, `risk/cases.yaml`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ciyou.core.errors import PackError
from ciyou.core.risk import GROUPS, UNKNOWN, Indicator, IndicatorSet, Proposal, RiskAnswer, Tier, propose
from ciyou.core.rules.book import Source
from ciyou.packs.loading import load_packs, overlay_key
from ciyou.packs.located_yaml import Notes, Section, nearest, read_yaml
from ciyou.packs.pack_files import SHIPPED, PackSet
from ciyou.packs.sources import read_citation
from ciyou.packs.whole_files import note_missing

TIERS, INDICATORS, CASES = "risk/tiers.yaml", "risk/indicators.yaml", "risk/cases.yaml"
COLORS = ("green", "blue", "yellow", "orange", "red")
BEST = "best"
Text = tuple[str, str]


@dataclass(frozen=True)
class RiskPack:
    """What a place asks and proposes. `policy_default`: some of it is ours and no law; `notes` say so in words (zh, en)."""

    asked: IndicatorSet
    policy_default: bool
    verified: bool
    notes: tuple[Text, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class _Grounds:
    policy_default: bool
    verified: bool
    note: Text
    sources: tuple[Source, ...]


def load_risk(*, division: str, root: Path = SHIPPED) -> RiskPack:
    """Tiers and indicators of a division (2 to 12 digits); a place's file takes the place of a wider one's whole file.

    The narrowest cases must come out under what holds there: a place that moves a threshold brings its own. Raises PackError with
    all mistakes at once.
    """
    return _load(overlay_key(division, root=root), root)


@lru_cache(maxsize=64)
def _load(chain: tuple[str, ...], root: Path) -> RiskPack:
    pack_set, notes = load_packs(root), Notes()
    tiers, indicators, cases = (_narrowest(file, chain, pack_set, notes) for file in (TIERS, INDICATORS, CASES))
    if tiers is None or indicators is None or cases is None:
        raise PackError(notes.sorted())
    grounds = [_read_grounds(one, pack_set) for one in (tiers, indicators)]
    asked = _read_set(tiers, indicators, pack_set)
    for one in (tiers, indicators):
        one.close()
    if not notes.found:
        _check_cases(cases, asked)
    if notes.found:
        raise PackError(notes.sorted())
    return RiskPack(
        asked=asked,
        policy_default=any(one.policy_default for one in grounds),
        verified=all(one.verified for one in grounds),
        notes=tuple(one.note for one in grounds if any(one.note)),
        sources=tuple(source for one in grounds for source in one.sources),
    )


def _narrowest(file: str, chain: tuple[str, ...], pack_set: PackSet, notes: Notes) -> Section | None:
    packs = [pack for pack in pack_set.packs if pack.code in chain and (pack.folder / file).is_file()]
    if packs:
        return read_yaml(packs[-1].folder / file, file=f"{packs[-1].name}/{file}", notes=notes)
    note_missing(notes, file)
    return None


def _read_grounds(section: Section, pack_set: PackSet) -> _Grounds:
    default = section.boolean("policy_default") or False
    entries = section.sections("sources", required=not default)
    found = (read_citation(entry, pack_set.documents) for entry in entries)
    note = section.names("note", required=default)
    verified = section.boolean("verified") or False
    return _Grounds(default, verified, note, tuple(one for one in found if one is not None))


def _read_set(tiers: Section, indicators: Section, pack_set: PackSet) -> IndicatorSet:
    unknown = tiers.integer("unknown_points", required=True)
    if unknown is not None and unknown < 1:
        tiers.notes.add(
            tiers.value_place("unknown_points"),
            "risk_unknown",
            "“不清楚”不能算零分；unknown_points 至少写 1。",
            "An unknown never counts as no risk; `unknown_points` is at least 1.",
        )
    read = tuple(_read_tier(entry) for entry in tiers.sections("tiers"))
    _check_tiers(tiers, read)
    codes = tuple(one.code for one in read)
    asked = tuple(_read_indicator(entry, codes, pack_set) for entry in indicators.sections("indicators"))
    _check_once(indicators, "indicators", [one.code for one in asked])
    return IndicatorSet(read, asked, max(unknown or 1, 1))


def _read_tier(entry: Section) -> Tier:
    zh, en = entry.names("name")
    tier = Tier(
        code=entry.text("code"),
        zh=zh,
        en=en,
        color=entry.choice("color", COLORS),
        from_points=entry.integer("from_points", required=True) or 0,
    )
    entry.close()
    return tier


def _check_tiers(section: Section, tiers: tuple[Tier, ...]) -> None:
    _check_once(section, "tiers", [one.code for one in tiers])
    points = [one.from_points for one in tiers]
    if len(points) < 2 or points[0] != 0 or points != sorted(set(points)):
        section.notes.add(
            section.value_place("tiers"),
            "risk_tiers",
            "等级至少两级，从低到高写；第一级 from_points 为 0，往后一级比一级高。",
            "There are at least two tiers, the lowest first; the first has from_points 0 and each next one more.",
        )


def _read_indicator(entry: Section, tiers: tuple[str, ...], pack_set: PackSet) -> Indicator:
    zh, en = entry.names("name")
    citations = [read_citation(one, pack_set.documents) for one in entry.sections("sources", required=False)]
    indicator = Indicator(
        code=entry.text("code"),
        group=entry.choice("group", GROUPS),
        zh=zh,
        en=en,
        answers=tuple(_read_answer(one, tiers) for one in entry.sections("answers")),
        from_age=entry.integer("from_age"),
        to_age=entry.integer("to_age"),
        sourced=any(one is not None for one in citations),
    )
    _check_answers(entry, indicator)
    entry.close()
    return indicator


def _read_answer(entry: Section, tiers: tuple[str, ...]) -> RiskAnswer:
    answer = RiskAnswer(
        code=entry.text("code"),
        zh=entry.text("zh"),
        en=entry.text("en"),
        points=entry.integer("points", required=True) or 0,
        at_least=entry.choice("at_least", tiers) if entry.has("at_least") else "",
    )
    entry.close()
    return answer


def _check_answers(entry: Section, indicator: Indicator) -> None:
    codes, points = [one.code for one in indicator.answers], [one.points for one in indicator.answers]
    _check_once(entry, "answers", codes)
    if len(points) < 2 or min(points) != 0 or max(points) < 1 or UNKNOWN in codes:
        entry.notes.add(
            entry.value_place("answers"),
            "risk_answers",
            "每项至少两个答案：一个 0 分，一个 1 分以上；“不清楚”（unknown）每项都有，不用写。",
            "An indicator has at least two answers, one of 0 points and one of 1 or more; every one has `unknown` besides, which is not written.",
        )


def _check_once(section: Section, key: str, codes: list[str]) -> None:
    for code in sorted({one for one in codes if codes.count(one) > 1}):
        section.notes.add(
            section.value_place(key),
            "duplicate_code",
            f"{key} 里“{code}”写了两次；请改其中一个。",
            f"“{code}” stands twice in {key}; rename one of them.",
        )


# -- worked cases ---------------------------------------------------------------------------------------------------


def _check_cases(section: Section, asked: IndicatorSet) -> None:
    proposals = [proposal for entry in section.sections("cases") if (proposal := _check_case(entry, asked)) is not None]
    section.close()
    reached = {(one.points, one.tier) for one in proposals if not one.raised_by}
    sides = [(tier.from_points, tier) for tier in asked.tiers[1:]]
    sides += [(above.from_points - 1, below) for below, above in zip(asked.tiers, asked.tiers[1:], strict=False)]
    for points, tier in sides:
        if (points, tier.code) not in reached:
            section.notes.add(
                section.place,
                "risk_threshold",
                f"没有正好 {points} 分（{tier.zh}）的案例；每条界线两边各写一个。",
                f"No case has exactly {points} points ({tier.en}); write one on either side of each threshold.",
            )
    if all(one.is_certain for one in proposals):
        section.notes.add(
            section.place,
            "risk_unknown_case",
            "没有因“不清楚”而定不下来的案例；请补一个。",
            "No case is left open by an unknown; add one.",
        )


def _check_case(entry: Section, asked: IndicatorSet) -> Proposal | None:
    zh, en, age = entry.text("zh"), entry.text("en"), entry.integer("age", required=True)
    rest = entry.choice("rest", (BEST, UNKNOWN))
    answers = _case_answers(entry, asked, age, rest)
    tiers = [one.code for one in asked.tiers]
    wanted = tuple(entry.choice(key, tiers) for key in ("tier", "lowest", "highest"))
    entry.close()
    proposal = propose(asked, answers, age=age)
    got = (proposal.tier, proposal.lowest, proposal.highest)
    if got != wanted:
        entry.notes.add(
            entry.place,
            "case_failed",
            f"案例“{zh}”不成立：应为 {'、'.join(wanted)}，实际为 {'、'.join(got)}（{proposal.points} 分）；请更正。",
            f"Case “{en}” fails: it should be {', '.join(wanted)} but is {', '.join(got)} ({proposal.points} points); correct one of them.",
        )
    return proposal


def _case_answers(entry: Section, asked: IndicatorSet, age: int | None, rest: str) -> dict[str, str]:
    indicators = {one.code: one for one in asked.asked_of(age)}
    answers = {
        code: min(one.answers, key=lambda answer: answer.points).code if rest == BEST else UNKNOWN
        for code, one in indicators.items()
    }
    inner = entry.section("answers", required=False)
    for code in inner or ():
        assert inner is not None
        said = inner.text(code)
        known = indicators.get(code)
        if known is None or (said != UNKNOWN and known.answer(said) is None):
            _note_unknown(inner, code, said, known, indicators)
        answers[code] = said
    return answers


def _note_unknown(section: Section, code: str, said: str, known: Indicator | None, indicators: Iterable[str]) -> None:
    wrong, options = (code, indicators) if known is None else (said, [one.code for one in known.answers])
    hint_zh, hint_en = nearest(wrong, options)
    section.notes.add(
        section.key_place(code),
        "unknown_choice",
        f"这个年龄没有“{code}: {said}”这样的指标或答案。{hint_zh}",
        f"There is no indicator or answer “{code}: {said}” at this age. {hint_en}".strip(),
    )
