"""The leads of a screening as rows: new ones, known ones refreshed, and those that are gone."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from ciyou.apps.audit.keys import keyring
from ciyou.apps.audit.services import record_action
from ciyou.apps.cases.lead_access import COUNTY
from ciyou.apps.cases.lead_reasons import GONE
from ciyou.apps.cases.load_families import place_of
from ciyou.apps.cases.models import Lead, LeadLoad, LeadState
from ciyou.apps.cases.steps import ASSIGN, VERIFY, end_steps
from ciyou.batch.engines.result_queries import Row
from ciyou.core.access.actor import LOCAL_OPERATOR, DivisionScope
from ciyou.core.access.verdict import RESTRICTED
from ciyou.core.facts.definition import Entity
from ciyou.packs import load_rule_book, load_vocabulary
from ciyou.vault.fields import decrypt_text, encrypt_text

UNTOUCHED = (LeadState.NEW, LeadState.ASSIGNED)
_REFRESHED = ("run_id", "why", "rules", "deciding", "expected_gain_fen", "rank", "division", "person", "gone_at")
_COUNTY_DIGITS = 6
_BATCH = 500


def upsert_leads(rows: Sequence[Row], children: Mapping[str, uuid.UUID], load: LeadLoad) -> Counter[str]:
    """Write the leads of these rows: new ones, open ones refreshed, ended ones opened again where the rosters say more than then.

    What rests on restricted rules only (class 5) makes no lead.
    """
    shown = _Shown(load)
    with transaction.atomic():
        known = _known(rows)
        new, changed, counts = [], [], Counter[str]()
        for row in rows:
            child = children.get(row["person_id"])
            rules = shown.rules(row["rules"] or ())
            if child is None or (row["rules"] and not rules):
                continue
            lead = known.get(row["lead_id"])
            if lead is None:
                new.append(Lead(linkage_id=row["lead_id"], queue=COUNTY, opened_at=timezone.now()))
                _fill(new[-1], row, load, rules, shown.deciding(row["deciding_facts"] or ()), child)
                counts["new"] += 1
                continue
            counts[_refresh(lead, row, load, rules, shown, child)] += 1
            changed.append(lead)
        Lead.objects.bulk_create(new, batch_size=_BATCH)
        _save(changed)
    return counts


def upsert_records(rows: Sequence[Row], people: Mapping[str, Row], load: LeadLoad) -> Counter[str]:
    """Adverse records that lead to no child: a lead each, for the county, with an encrypted copy of whom the record names."""
    with transaction.atomic():
        known = _known(rows)
        new, changed = [], []
        for row in rows:
            lead = known.get(row["lead_id"])
            if lead is not None:
                _refresh_record(lead, row, load)
                changed.append(lead)
            else:
                lead = Lead(linkage_id=row["lead_id"], queue=COUNTY, opened_at=timezone.now())
                _fill(lead, row, load, list(row["rules"] or ()), [], None)
                lead.record = seal_record(lead.id, row["rec_id"], people.get(row["rec_id"]))
                new.append(lead)
        Lead.objects.bulk_create(new, batch_size=_BATCH)
        _save(changed)
    return Counter({"new": len(new), "refreshed": len(changed), "records": len(rows)})


def _refresh_record(lead: Lead, row: Row, load: LeadLoad) -> None:
    """Bring a known record up to date; the child that was found for it, and the place it was handed to, stay."""
    place, deciding = lead.division, list(lead.deciding)
    _fill(lead, row, load, list(row["rules"] or ()), deciding, lead.person_id)
    if lead.state != LeadState.NEW:
        lead.division = place


def seal_record(lead_id: uuid.UUID, record_id: str, person: Row | None) -> bytes:
    """Whom an adverse record names, encrypted for its lead."""
    content = {"record": record_id}
    for key in ("roster", "name", "sex", "birth_date", "division"):
        content[key] = str((person or {}).get(key) or "")
    return encrypt_text(keyring(), json.dumps(content, ensure_ascii=False), context=_context(lead_id))


def open_record(lead: Lead) -> dict[str, str]:
    """Whom an adverse record names: record, roster, name, sex, birth_date, division."""
    if lead.record is None:
        return {}
    found: dict[str, str] = json.loads(decrypt_text(keyring(), bytes(lead.record), context=_context(lead.id)))
    return found


def close_gone(load: LeadLoad, rows: Iterable[Row]) -> Counter[str]:
    """End the leads of this run's counties that the run no longer names, where it read every roster that they rested on.

    Nobody's work is lost: a lead that somebody has begun on stays open and is marked.
    """
    gone = _no_longer_named(load, {place_of(row["division"], load)[0][:_COUNTY_DIGITS] for row in rows})
    counts = Counter[str]()
    with transaction.atomic():
        untouched = list(gone.filter(state__in=UNTOUCHED))
        for start in range(0, len(untouched), _BATCH):
            batch = untouched[start : start + _BATCH]
            now = timezone.now()
            Lead.objects.filter(id__in=[lead.id for lead in batch], state__in=UNTOUCHED).update(
                state=LeadState.CLOSED, result_reason=GONE, closed_at=now, gone_at=now, version=F("version") + 1
            )
            for kind in (ASSIGN, VERIFY):
                end_steps(LOCAL_OPERATOR, batch, kind, state="withdrawn", reason=GONE)
        counts["ended"] = len(untouched)
        counts["kept"] = gone.filter(gone_at=None).update(gone_at=timezone.now(), version=F("version") + 1)
        if counts.total():
            record_action(LOCAL_OPERATOR, action="close_gone_leads", subject=load.run_id, details=dict(counts))
    return counts


def _no_longer_named(load: LeadLoad, counties: set[str]) -> QuerySet[Lead]:
    inside = Q(pk__in=())
    for county in {*counties, load.division[:_COUNTY_DIGITS]} - {""}:
        scope = DivisionScope.below(county)
        inside |= Q(division__gte=scope.first, division__lt=scope.end)
    earlier = LeadLoad.objects.exclude(run_id=load.run_id).values_list("run_id", "rosters")
    replaced = [run_id for run_id, rosters in earlier if set(rosters) <= set(load.rosters)]
    open_leads = Lead.objects.filter(inside, run_id__in=replaced).exclude(state=LeadState.CLOSED)
    return open_leads.order_by("id")


class _Shown:
    """What of a lead's reasons may stand in a list: nothing restricted."""

    def __init__(self, load: LeadLoad) -> None:
        book = load_rule_book(division=load.division or "000000000000", as_of=load.as_of)
        self._rules = {rule.code for rule in book.rules if rule.sensitivity >= RESTRICTED}
        self._vocabulary = load_vocabulary()

    def rules(self, codes: Iterable[str]) -> list[str]:
        return [code for code in codes if code not in self._rules]

    def deciding(self, names: Iterable[str]) -> list[str]:
        return [name for name in names if self._class_of(name) < RESTRICTED]

    def _class_of(self, name: str) -> int:
        owner, _dot, fact = name.partition(".")
        definition = self._vocabulary.find(Entity(owner), fact) if owner in list(Entity) else None
        return definition.sensitivity if definition else 0


def _known(rows: Sequence[Row]) -> dict[str, Lead]:
    found = Lead.objects.filter(linkage_id__in=[row["lead_id"] for row in rows]).select_for_update()
    return {lead.linkage_id: lead for lead in found}


def _fill(lead: Lead, row: Row, load: LeadLoad, rules: list[str], deciding: list[str], child: uuid.UUID | None) -> None:
    lead.run_id, lead.person_id, lead.why, lead.rules = load.run_id, child, row["why"], rules
    lead.deciding, lead.expected_gain_fen, lead.rank = deciding, row["expected_gain_fen"] or 0, row["rank"]
    lead.division, lead.gone_at = place_of(row["division"], load)[0], None


def _refresh(lead: Lead, row: Row, load: LeadLoad, rules: list[str], shown: _Shown, child: uuid.UUID) -> str:
    """Bring a known lead up to date; what somebody works on keeps its questions. Says what became of it."""
    closed, more = lead.state == LeadState.CLOSED, set(rules) - set(lead.rules)
    if closed and not more and lead.result_reason != GONE:
        lead.run_id, lead.rank = load.run_id, row["rank"]
        return "closed_before"
    deciding = lead.deciding if lead.state in (LeadState.VISITING, LeadState.REPORTED) else None
    _fill(lead, row, load, rules, shown.deciding(row["deciding_facts"] or ()) if deciding is None else deciding, child)
    if not closed:
        return "refreshed"
    lead.state, lead.queue, lead.post_id, lead.assigned_at = LeadState.NEW, COUNTY, None, None
    lead.result = lead.result_reason = lead.reported_by = lead.reviewed_by = ""
    lead.reported_at = lead.closed_at = None
    lead.opened_at = timezone.now()
    return "reopened"


_REOPENED = (
    *("state", "queue", "post", "assigned_at", "result", "result_reason", "reported_by", "reviewed_by"),
    *("reported_at", "closed_at", "opened_at"),
)


def _save(leads: list[Lead]) -> None:
    for lead in leads:
        lead.version += 1
    Lead.objects.bulk_update(leads, (*_REFRESHED, *_REOPENED, "version"), batch_size=_BATCH)


def _context(lead_id: uuid.UUID) -> str:
    return f"cases.lead:{lead_id}"
