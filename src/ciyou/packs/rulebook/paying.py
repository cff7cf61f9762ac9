"""How an entitlement is applied for, decided and paid, the places that say something of it side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ciyou.core.clock.limits import TimeLimit
from ciyou.core.facts.definition import Vocabulary
from ciyou.core.rules.book import Source
from ciyou.core.rules.words import ENTITY_WORDS, Phrase
from ciyou.packs.clocks import Clock, load_clocks
from ciyou.packs.loading import load_packs
from ciyou.packs.pack_files import PAYMENT, Pack
from ciyou.packs.payment_values import PaymentRule, Stated, Stop
from ciyou.packs.payments import FOLDER, load_payments
from ciyou.packs.rulebook import words
from ciyou.packs.rulebook.places import pack_words
from ciyou.packs.rulebook.texts import ANYWHERE


@dataclass(frozen=True)
class Cell:
    """What a place says of one thing: lines of words, and what they rest on."""

    lines: tuple[Phrase, ...]
    source: Source | None = None
    default: bool = False
    asks: bool = False


@dataclass(frozen=True)
class PayingTable:
    """A row for each thing that is said, a column for each place that has a say."""

    places: tuple[Phrase, ...]
    rows: tuple[tuple[Phrase, tuple[Cell, ...]], ...]


EMPTY = Cell(())


@lru_cache(maxsize=256)
def paying_of(code: str, root: Path) -> PayingTable | None:
    """How a rule is paid in the nation and in every place that differs; None where no file says anything."""
    saying = [pack for pack in load_packs(root).packs if (pack.folder / FOLDER / code / PAYMENT).is_file()]
    if not saying:
        return None
    # Of one place what holds there: its own pack's words over the shipped one's.
    packs = list({pack.division: pack for pack in saying}.values())
    columns = [_column(pack, code, root) for pack in packs]
    keys = dict.fromkeys(key for column in columns for key in column)
    rows = tuple((LABELS[key], tuple(column.get(key, EMPTY) for column in columns)) for key in keys)
    return PayingTable(tuple(pack_words(pack) for pack in packs), rows)


def _column(pack: Pack, code: str, root: Path) -> dict[str, Cell]:
    division = pack.division or ANYWHERE
    rule, clocks = load_payments(division=division, root=root)[code], load_clocks(division=division, root=root)
    vocabulary = load_packs(root).vocabulary
    found = {"paid": Cell((_paid(rule, root),)), **dict(_stated(rule))}
    if rule.documents:
        found["documents"] = Cell(tuple(_document(one.zh, one.en, one.source) for one in rule.documents))
    if rule.clocks:
        found["clocks"] = Cell(tuple(_clock(step, clocks[name]) for step, name in rule.clocks.items()))
    if rule.stops:
        found["stops"] = Cell(tuple(_stop(stop, vocabulary) for stop in rule.stops.values()))
    return {key: found[key] for key in LABELS if key in found}


def _paid(rule: PaymentRule, root: Path) -> Phrase:
    paid = words.PAID[rule.paid]
    if not rule.department:
        return paid
    department = load_packs(root).departments[rule.department]
    return Phrase(f"{paid.zh}（{department.zh}）", f"{paid.en} ({department.en})")


def _stated(rule: PaymentRule) -> Iterator[tuple[str, Cell]]:
    for key, tell in _TOLD.items():
        stated: Stated[Any] | None = getattr(rule, key)
        if stated is None:
            continue
        if stated.value is not None:
            yield key, Cell((tell(stated.value),), stated.source, stated.policy_default)
        else:
            hint = () if stated.suggested is None else (_suggested(tell(stated.suggested)),)
            yield key, Cell((words.ASK_PLACE, *hint), stated.source, asks=True)


def _suggested(told: Phrase) -> Phrase:
    return Phrase(f"弱来源提示：{told.zh}", f"a weak source suggests: {told.en}")


def _named(code: str) -> Phrase:
    return words.CHOICES[code]


def _shares(shares: Mapping[str, int]) -> Phrase:
    return words.joined(
        [Phrase(f"{_named(one).zh} {share}%", f"{_named(one).en} {share}%") for one, share in shares.items()]
    )


def _notice(notice: Any) -> Phrase:
    told = _named(notice.kind)
    return Phrase(f"{told.zh} {notice.days} 天", f"{told.en}, {notice.days} days") if notice.days else told


def _start(start: Any) -> Phrase:
    counted, month = words.CHOICES[start.counted_from.value], words.STARTS[start.month.value]
    return Phrase(f"从{counted.zh}起算，{month.zh}", f"counted from {counted.en}, {month.en}")


def _payee(payee: Any) -> Phrase:
    usual, other = _named(payee.usual), _named(payee.in_institution)
    return Phrase(f"{usual.zh}；在机构的：{other.zh}", f"{usual.en}; of a child in an institution: {other.en}")


_TOLD: Mapping[str, Callable[[Any], Phrase]] = {
    "receivers": lambda value: words.joined([_named(one) for one in value]),
    "where": _named,
    "checked_by": _named,
    "decided_by": _named,
    "notice": _notice,
    "verification_authorisation": lambda value: words.YES if value else words.NO,
    "start": _start,
    "judged_on": lambda value: words.CHOICES[value.value],
    "pay_by_day": lambda value: Phrase(f"每月 {value} 日前", f"by day {value} of the month"),
    "payee": _payee,
    "funding": _shares,
}
LABELS: Mapping[str, Phrase] = {
    "paid": Phrase("怎么发放", "How it is paid"),
    "receivers": Phrase("到哪里申请", "Where to claim"),
    "where": Phrase("由哪里管", "Whose matter"),
    "documents": Phrase("带什么材料", "What to bring"),
    "checked_by": Phrase("谁查验", "Who checks"),
    "decided_by": Phrase("谁决定", "Who decides"),
    "notice": Phrase("公示", "Public notice"),
    "verification_authorisation": Phrase("须签核对授权", "Authorization to verify means"),
    "clocks": Phrase("办理时限", "Time limits"),
    "start": Phrase("从哪个月起", "From which month"),
    "judged_on": Phrase("按哪一天判断当月", "The day on which a month is judged"),
    "stops": Phrase("什么情形停发", "What stops it"),
    "pay_by_day": Phrase("发放日", "Day of payment"),
    "payee": Phrase("发到哪里", "Where the money goes"),
    "funding": Phrase("谁出钱", "Who bears it"),
}


def _document(zh: str, en: str, source: Source | None) -> Phrase:
    if source is None:
        return Phrase(f"{zh}（{words.POLICY_DEFAULT.zh}）", f"{en} ({words.POLICY_DEFAULT.en})")
    return Phrase(f"{zh}（{source.cite('zh')}）", f"{en} ({source.cite('en')})")


def _clock(step: str, clock: Clock) -> Phrase:
    limits = [told for limit, told in ((clock.statutory, "law"), (clock.promised, "promise")) if limit is not None]
    told = [_limit(clock.statutory if kind == "law" else clock.promised, kind, clock) for kind in limits]
    label = words.STEPS[step]
    return Phrase(
        f"{label.zh}：{'；'.join(one.zh for one in told)}（自{clock.counted_from_zh}起）",
        f"{label.en}: {'; '.join(one.en for one in told)} (from {clock.counted_from_en})",
    )


def _limit(limit: TimeLimit | None, kind: str, clock: Clock) -> Phrase:
    assert limit is not None
    unit = words.LIMIT_UNITS[limit.unit.value]
    if kind == "law":
        what = Phrase("法定", "by law")
    else:
        what = Phrase("默认", "our default") if clock.policy_default else Phrase("承诺", "promised")
    return Phrase(f"{what.zh} {limit.amount} {unit.zh}", f"{limit.amount} {unit.en} {what.en}")


def _stop(stop: Stop, vocabulary: Vocabulary) -> Phrase:
    month = words.STOPS[stop.month.value.value if stop.month.value else "ask_place"]
    held = (
        Phrase("，先暂缓、由人复核", ", held until a person has looked") if stop.hold_until_reviewed else Phrase("", "")
    )
    seen = [_fact(vocabulary, entity, name) for entity, name in stop.facts]
    shown = Phrase(f"；看 {'、'.join(one.zh for one in seen)}", f"; seen in {', '.join(one.en for one in seen)}")
    tail = shown if seen else Phrase("", "")
    return Phrase(f"{stop.zh}：{month.zh}{held.zh}{tail.zh}", f"{stop.en}: {month.en}{held.en}{tail.en}")


def _fact(vocabulary: Vocabulary, entity: Any, name: str) -> Phrase:
    zh, en = ENTITY_WORDS[entity]
    definition = vocabulary.get(entity, name)
    return Phrase(f"{zh}·{definition.zh}", f"{en}: {definition.en}")
