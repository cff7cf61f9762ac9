"""Words for what the registry knows: statements, events, identifiers, reasons and purposes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ciyou.apps.accounts.selectors import division_name, user_names
from ciyou.apps.registry.selectors import FactLine, PersonCard, TimelineEntry
from ciyou.core.access.actor import Purpose
from ciyou.core.clock.ages import full_years
from ciyou.core.facts.definition import Entity
from ciyou.core.facts.state import Basis
from ciyou.core.rules.words import value_words
from ciyou.web.explaining import basis_words, source_name
from ciyou.web.lifecycle_wording import event_reason
from ciyou.web.resembling_wording import APART
from ciyou.web.wording import SEXES

MEMBERS = {
    Entity.CHILD: gettext_lazy("孩子"),
    Entity.FATHER: gettext_lazy("父亲"),
    Entity.MOTHER: gettext_lazy("母亲"),
    Entity.HOUSEHOLD: gettext_lazy("家庭"),
}
IDENTIFIERS = {
    "id_card": gettext_lazy("身份证号码"),
    "student_no": gettext_lazy("学籍号"),
    "disability_cert": gettext_lazy("残疾证号"),
    "birth_cert": gettext_lazy("出生医学证明编号"),
    "phone": gettext_lazy("电话"),
    "address": gettext_lazy("住址"),
}
PURPOSES = {
    Purpose.IDENTIFY: gettext_lazy("确认身份"),
    Purpose.VERIFY: gettext_lazy("核实情况"),
    Purpose.DECIDE: gettext_lazy("作出认定"),
    Purpose.PAY: gettext_lazy("发放"),
    Purpose.SERVE: gettext_lazy("走访服务"),
    Purpose.PROTECT: gettext_lazy("保护"),
    Purpose.SUPERVISE: gettext_lazy("督导"),
    Purpose.AUDIT: gettext_lazy("审计"),
    Purpose.CORRECT: gettext_lazy("更正"),
    Purpose.SUBJECT_REQUEST: gettext_lazy("办理本人申请"),
}
REASONS = {
    "mistyped": gettext_lazy("录入时写错了"),
    "other_person": gettext_lazy("说的是别人"),
    "wrong_period": gettext_lazy("起止日期不对"),
    "outdated": gettext_lazy("当时的情况已经变了"),
    "source_withdrew": gettext_lazy("提供方撤回了"),
}
EVENTS = {
    "registered": gettext_lazy("建档"),
    "died": gettext_lazy("去世"),
    "of_age": gettext_lazy("满十八周岁"),
    "moved": gettext_lazy("迁移"),
    "merged": gettext_lazy("并入另一份档案"),
    "absorbed": gettext_lazy("并入了另一份档案的内容"),
    "unmerged": gettext_lazy("撤销合并"),
    "division_changed": gettext_lazy("行政区划变更"),
    "restricted": gettext_lazy("列为特别保护"),
    "unrestricted": gettext_lazy("解除特别保护"),
    "corrected": gettext_lazy("更正了一条记录"),
    "alike_registered": gettext_lazy("有人新建了一份相像的档案，并说明不是同一个孩子"),
    "same_number_claimed": gettext_lazy("另一份档案也填写了同一个号码，请核对"),
}
STATUSES = {
    "active": "",
    "dead": gettext_lazy("已去世"),
    "of_age": gettext_lazy("已满十八周岁"),
    "moved": gettext_lazy("已迁出"),
}


@dataclass(frozen=True)
class HistoryRow:
    """One statement, ready to read; `withheld`: only that it is verified. `correctable` carries the number for the form."""

    member: str
    label: str
    value: str
    said: str
    period: str
    recorded_at: dt.datetime | None
    recorded_by: str
    superseded_at: dt.datetime | None
    stale: bool
    withheld: bool
    fact_id: int
    evidence_id: object


def history_rows(lines: Sequence[FactLine], *, on: dt.date, lang: str) -> list[HistoryRow]:
    """Statements as a page shows them."""
    names = user_names(line.recorded_by for line in lines if line.recorded_by)
    return [_history_row(line, names, on, lang) for line in lines]


def _history_row(line: FactLine, names: Mapping[str, str], on: dt.date, lang: str) -> HistoryRow:
    shown = line.definition is not None and line.value is not None
    return HistoryRow(
        member=str(MEMBERS[line.entity]),
        label=line.definition.label(lang) if line.definition else "",
        value=value_words(line.value, line.definition).text(lang) if shown else "",  # type: ignore[arg-type]
        said=" · ".join((source_name(line.source, lang), basis_words(Basis[line.basis.upper()]))) if shown else "",
        period=period_words(line.valid_from, line.valid_to),
        recorded_at=line.recorded_at,
        recorded_by=names.get(line.recorded_by, _("本系统") if line.recorded_by else ""),
        superseded_at=line.superseded_at,
        stale=line.superseded_at is None and line.is_stale(on),
        withheld=line.withheld,
        fact_id=line.fact_id if line.superseded_at is None else 0,
        evidence_id=line.evidence_id,
    )


def period_words(start: dt.date | None, end: dt.date | None) -> str:
    """From when until when; "" where neither is known."""
    if start and end:
        return _("%(start)s 起，至 %(end)s 前") % {"start": start.isoformat(), "end": end.isoformat()}
    if start:
        return _("自 %(date)s") % {"date": start.isoformat()}
    return _("至 %(date)s 前") % {"date": end.isoformat()} if end else ""


@dataclass(frozen=True)
class TimelineRow:
    """One event, ready to read."""

    words: str
    more: str
    on: dt.date
    by: str


def timeline_rows(entries: Iterable[TimelineEntry]) -> list[TimelineRow]:
    """Events as a page shows them."""
    listed = tuple(entries)
    names = user_names(entry.recorded_by for entry in listed if entry.recorded_by)
    return [
        TimelineRow(
            str(EVENTS.get(entry.kind, entry.kind)), _more(entry), entry.on, names.get(entry.recorded_by, _("本系统"))
        )
        for entry in listed
    ]


def _more(entry: TimelineEntry) -> str:
    if entry.kind in ("moved", "division_changed"):
        old, new = str(entry.details.get("from", "")), str(entry.details.get("to", ""))
        return _("从%(old)s到%(new)s") % {"old": division_name(old), "new": division_name(new)}
    if entry.kind == "corrected":
        return str(REASONS.get(str(entry.details.get("reason")), ""))
    if entry.kind == "same_number_claimed":
        return str(IDENTIFIERS.get(str(entry.details.get("kind")), ""))
    if entry.kind in ("registered", "alike_registered"):
        place, why = str(entry.details.get("division", "")), APART.get(str(entry.details.get("because")), "")
        return _("、").join(filter(None, (division_name(place.ljust(12, "0")) if place else "", str(why))))
    return event_reason(entry.kind, entry.details)


@dataclass(frozen=True)
class FoundRow:
    """A person among search results or candidates; `children`: the children of an adult, as (id, name)."""

    card: PersonCard
    sex: str
    age: int | None
    place: str
    status: str
    children: tuple[tuple[object, str], ...] = ()


def found_row(card: PersonCard, today: dt.date, children: Iterable[PersonCard] = ()) -> FoundRow:
    """A card with its words."""
    return FoundRow(
        card=card,
        sex=str(SEXES.get(card.sex, "")),
        age=full_years(card.birth_date, today) if card.birth_date else None,
        place=division_name(card.division),
        status=str(STATUSES.get(card.status, "")),
        children=tuple((child.id, child.name) for child in children),
    )
