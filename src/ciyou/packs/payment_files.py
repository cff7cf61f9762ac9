"""Reading `entitlements/<code>/payment.yaml`: how an entitlement is applied for, decided and paid, each value with its source."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ciyou.core.awards.law import JudgedOn
from ciyou.core.awards.turning import CountedFrom, StartMonth, StartRule, StopMonth
from ciyou.core.errors import Place
from ciyou.core.facts.definition import Entity, Vocabulary
from ciyou.core.rules.book import Source, Standing
from ciyou.packs.located_yaml import Notes, Section, nearest
from ciyou.packs.payment_values import Notice, Of, Payee, Stated, Stop, WantedDocument
from ciyou.packs.rule_files import check_code
from ciyou.packs.sources import Document, read_citation, standing_of

MODES = ("monthly_run", "once", "yearly", "list_to_department", "referral")
APPLIED_FOR = ("monthly_run", "once", "yearly")
AT_DEPARTMENT = ("list_to_department", "referral")
RECEIVERS = (
    "hukou_township",
    "any_township",
    "residence_township",
    "institution",
    "named_officer",
    "school",
    "county_department",
)
DECIDERS = ("county", "township", "school")
CHECKERS = ("township", "county", "institution", "named_officer", "school")
WHERE = ("hukou", "residence", "hukou_or_residence_permit", "school", "place_of_event", "place_of_recognition")
NOTICES = ("required", "forbidden", "not_required")
STEPS = ("whole", "push", "check", "notice", "decide", "refuse", "tell", "appeal", "review")
PAPERS = (
    "application_form",
    "approval_form",
    "refusal",
    "public_notice",
    "care_agreement",
    "verification_authorisation",
)
FUNDERS = ("central", "province", "city", "county", "lottery")
PAYEES = ("guardian_card", "institution_account")
_WHOLE = 100
_DAYS_IN_EVERY_MONTH = 28


@dataclass(frozen=True)
class Known:
    """What a payment file may refer to."""

    documents: Mapping[str, Document]
    vocabulary: Vocabulary
    clocks: Collection[str]
    departments: Collection[str]
    parameters: Collection[str]


def read_payment(section: Section, code: str, known: Known, *, before: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a file over those of the wider place; `before` empty: the file must say everything. Mistakes are noted."""
    check_code(section, code)
    whole = not before
    mode = section.choice("paid", MODES, default=str(before.get("paid", "")))
    reader = _Reader(
        section.notes,
        known,
        required=whole and mode == "monthly_run",
        applied_for=whole and mode in APPLIED_FOR,
        stops=before.get("stops", {}),
    )
    found = {"paid": mode, **reader.application(section), **reader.money(section)}
    if mode in AT_DEPARTMENT and (whole or section.has("department")):
        found["department"] = section.choice("department", known.departments, code="unknown_department")
    section.close()
    merged = dict(before)
    for key, value in found.items():
        together = key in ("clocks", "stops") and key in before
        if value is not None and value != "":
            merged[key] = {**before[key], **value} if together else value
    return merged


@dataclass
class _Reader:
    """Reads the parts of one file. `required`: a missing part is a mistake (the nation's file of a monthly entitlement).

    `applied_for`: only a missing part of `application` is (what is paid once or by the year).
    """

    notes: Notes
    known: Known
    required: bool
    applied_for: bool
    stops: Mapping[str, Stop]

    def application(self, section: Section) -> dict[str, Any]:
        needed = self.applied_for
        inner = section.section("application", required=needed)
        if inner is None:
            return {}

        def stated(key: str, read: Callable[[Section], Of | None]) -> Stated[Of] | None:
            return self.stated(inner, key, read, required=needed)

        found = {
            "receivers": stated("receivers", lambda one: _choices(one, "value", RECEIVERS)),
            "checked_by": stated("checked_by", lambda one: one.choice("value", CHECKERS)),
            "decided_by": stated("decided_by", lambda one: one.choice("value", DECIDERS)),
            "where": stated("where", lambda one: one.choice("value", WHERE)),
            "notice": stated("notice", _notice),
            "verification_authorisation": stated(
                "verification_authorisation", lambda one: one.boolean("value", required=True)
            ),
            "documents": self._documents(inner),
        }
        inner.close()
        return found

    def money(self, section: Section) -> dict[str, Any]:
        return {
            "series": section.text("series", required=self.required),
            "clocks": self._clocks(section),
            "start": self.stated(section, "start", _start),
            "stops": self._stops(section),
            "judged_on": self.stated(section, "judged_on", lambda one: _enum(one, "value", JudgedOn)),
            "papers": _choices(section, "papers", PAPERS, required=self.required),
            "funding": self.stated(section, "funding", _funding),
            "payee": self.stated(section, "payee", _payee),
            "pay_by_day": self.stated(section, "pay_by_day", _pay_by_day, required=False),
        }

    def stated(
        self, section: Section, key: str, read: Callable[[Section], Of | None], *, required: bool | None = None
    ) -> Stated[Of] | None:
        """A value with its source, its mark as a default, or `ask_place: true`."""
        inner = section.section(key, required=self.required if required is None else required)
        if inner is None:
            return None
        asks = inner.boolean("ask_place") or False
        value = None if asks else read(inner)
        source, default = self._standing(inner, asks=asks)
        inner.has("note")  # for the reader's eye
        inner.close()
        if source is not None and standing_of(source) is Standing.SUGGESTS:
            return Stated(None, source, default, suggested=value)
        return Stated(value, source, default)

    def _standing(self, section: Section, *, asks: bool = False) -> tuple[Source | None, bool]:
        citation = section.section("source", required=False)
        source = None if citation is None else read_citation(citation, self.known.documents)
        default = section.boolean("policy_default") or False
        if citation is None and not default and not asks:
            self.notes.add(
                section.place,
                "no_source",
                "没有来源；请写明 source，或标明 policy_default: true（默认值，不是法律规定），或 ask_place: true（请当地确认）。",
                "It has no source; give a `source`, or mark it `policy_default: true` (a default and not law) or `ask_place: true`.",
            )
        return source, default

    def _documents(self, section: Section) -> tuple[WantedDocument, ...] | None:
        if not section.has("documents") and not self.applied_for:
            return None
        found = []
        for entry in section.sections("documents", required=self.applied_for):
            zh, en = entry.names("name")
            facts = self._facts(entry, "only_if_unknown")
            source, default = self._standing(entry)
            found.append(WantedDocument(entry.text("code"), zh, en, facts, source, default))
            entry.close()
        return tuple(found)

    def _stops(self, section: Section) -> dict[str, Stop] | None:
        if not section.has("stops") and not self.required:
            return None
        found = {}
        for entry in section.sections("stops", required=self.required):
            stop = self._stop(entry)
            if stop.code:
                found[stop.code] = stop
            entry.close()
        return found

    def _stop(self, entry: Section) -> Stop:
        code = entry.text("ground")
        wider = self.stops.get(code)
        zh, en = entry.names("name", required=wider is None)
        holds = entry.boolean("hold_until_reviewed", required=wider is None)
        facts, age = self._facts(entry, "seen_in"), entry.integer("age")
        month, transition = _enum(entry, "month", StopMonth), self._transition(entry)
        source, default = self._standing(entry)
        weak = source is not None and standing_of(source) is Standing.SUGGESTS
        stated = Stated(None if weak else month, source, default, suggested=month if weak else None)
        if wider is None:
            return Stop(code, zh, en, stated, holds or False, facts, age, transition)
        return Stop(
            code,
            zh or wider.zh,
            en or wider.en,
            stated,
            wider.hold_until_reviewed if holds is None else holds,
            facts or wider.facts,
            wider.age if age is None else age,
            transition or wider.transition,
        )

    def _transition(self, entry: Section) -> str:
        if not entry.has("transition"):
            return ""
        return entry.choice("transition", self.known.parameters, code="unknown_parameter")

    def _clocks(self, section: Section) -> dict[str, str] | None:
        inner = section.section("clocks", required=self.required)
        if inner is None:
            return None
        found = {step: self._clock(inner, step) for step in STEPS if inner.has(step)}
        inner.close()
        return found

    def _clock(self, section: Section, step: str) -> str:
        written = section.scalar(step) or ""
        if written not in self.known.clocks:
            hint_zh, hint_en = nearest(written, self.known.clocks)
            self.notes.add(
                section.value_place(step),
                "unknown_clock",
                f"没有时钟“{written}”。{hint_zh}本地文件自定的期限，请写 clocks/{written}.yaml 并加 own: true。",
                f"There is no clock “{written}”. {hint_en} For a deadline of this place's own write clocks/{written}.yaml with "
                "`own: true`.",
            )
        return written

    def _facts(self, entry: Section, key: str) -> tuple[tuple[Entity, str], ...]:
        found = []
        for written in entry.texts(key):
            owner, _, name = written.partition(".")
            if owner in set(Entity) and self.known.vocabulary.find(Entity(owner), name) is not None:
                found.append((Entity(owner), name))
            else:
                self._note_fact(entry.value_place(key), written)
        return tuple(found)

    def _note_fact(self, place: Place, written: str) -> None:
        hint_zh, hint_en = nearest(written, [f"{entity}.{name}" for entity, name in self.known.vocabulary.pairs()])
        self.notes.add(
            place,
            "unknown_fact",
            f"词汇表中没有事实“{written}”；请写成 child.dead 这样的名称。{hint_zh}",
            f"The vocabulary has no fact “{written}”; write it like child.dead. {hint_en}".strip(),
        )


def _enum(section: Section, key: str, kind: type[Of]) -> Of | None:
    options: Any = kind
    written = section.choice(key, [str(option) for option in options])
    return options(written) if written else None


def _choices(section: Section, key: str, options: tuple[str, ...], *, required: bool = True) -> tuple[str, ...] | None:
    if not required and not section.has(key):
        return None
    written = section.texts(key, required=required)
    for one in written:
        if one not in options:
            hint_zh, hint_en = nearest(one, options)
            section.notes.add(
                section.value_place(key),
                "unknown_choice",
                f"“{key}”中不能有“{one}”；可用：{'、'.join(options)}。{hint_zh}",
                f"“{key}” cannot hold “{one}”; use {', '.join(options)}. {hint_en}".strip(),
            )
    return tuple(one for one in written if one in options)


def _notice(section: Section) -> Notice | None:
    kind = section.choice("value", NOTICES)
    days = section.integer("days", required=kind == "required")
    if days is not None and (days < 1 or kind != "required"):
        section.notes.add(
            section.value_place("days"),
            "notice_days",
            "公示天数至少为 1，且只在需要公示（required）时填写；请改正。",
            "The days of a public notice are at least 1 and stand only where it is `required`; correct it.",
        )
    return Notice(kind, days) if kind else None


def _start(section: Section) -> StartRule | None:
    counted_from, month = _enum(section, "counted_from", CountedFrom), _enum(section, "month", StartMonth)
    return StartRule(counted_from, month) if counted_from and month else None


def _payee(section: Section) -> Payee | None:
    usual, other = section.choice("value", PAYEES), section.choice("in_institution", PAYEES)
    return Payee(usual, other) if usual and other else None


def _pay_by_day(section: Section) -> int | None:
    day = section.integer("value", required=True)
    if day is None or 1 <= day <= _DAYS_IN_EVERY_MONTH:
        return day
    section.notes.add(
        section.value_place("value"),
        "pay_by_day",
        "发放日应为每月都有的一天（1 到 28）；请改正。",
        "The day of payment is one that every month has (1 to 28); correct it.",
    )
    return None


def _funding(section: Section) -> dict[str, int] | None:
    inner = section.section("shares")
    if inner is None:
        return None
    shares = {one: share for one in FUNDERS if (share := inner.integer(one)) is not None}
    inner.close()
    if sum(shares.values()) == _WHOLE and min(shares.values()) >= 0:
        return shares
    section.notes.add(
        section.value_place("shares"),
        "funding_sum",
        "各级负担比例之和应为 100（百分数，不小于 0）；请改正。",
        "The shares are percentages from 0 up and together make 100; correct them.",
    )
    return None
