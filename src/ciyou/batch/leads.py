"""Leads: children who may be due something they do not get, and adverse records that lead to no child; ranked by what is at stake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from ciyou.batch.engines.duckdb_store import Store, quoted
from ciyou.batch.linkage.people import person_id
from ciyou.packs import difference_names

# Shares of the amount at stake that a lead counts with, in percent: how likely it is that verifying leads to payment. Working
# values until a county's own outcomes are known; they order the list and decide nothing.
SHARES = {
    "entitled": 100,
    "entitled_presumed": 80,
    "open_with_adverse": 50,
    "one_parent_adverse": 10,
    "parents_unidentified": 5,
    "parent_unidentified": 2,
}
_REASONS: Mapping[str, tuple[str, str]] = {
    "entitled": ("按名册事实应予保障", "Due by what rosters say"),
    "entitled_presumed": ("按名册事实和推定应予保障", "Due by what rosters say and presume"),
    "open_with_adverse": ("父母情况不利，尚缺事实才能确定", "Parents in adverse circumstances; facts are missing to decide"),
    "one_parent_adverse": ("父或母一方情况不利，另一方仅推定有能力", "One parent in adverse circumstances, the other only presumed able"),
    "parents_unidentified": ("父母均未能识别", "Neither parent could be identified"),
    "parent_unidentified": ("父或母一方未能识别", "One parent could not be identified"),
    "adverse_record_alone": ("不利记录未能与任何儿童相连", "An adverse record leads to no child"),
}  # fmt: skip
_TOLD = {
    "told_by_other_system": ("全国系统中有这个孩子，本地没有档案", "The national system has this child, and there is no file here"),
}  # fmt: skip
HINT_COLUMNS = {
    "pid": "UBIGINT",
    "division": "VARCHAR",
    "rule": "VARCHAR",
    "outcome": "VARCHAR",
    "basis": "VARCHAR",
    "amount_fen": "BIGINT",
    "ceiling_fen": "BIGINT",
    "deciding_facts": "VARCHAR[]",
    "by_parents": "BOOLEAN",
    "father_failing": "BOOLEAN",
    "mother_failing": "BOOLEAN",
    "would_gain_fen": "BIGINT",
    "period": "VARCHAR",
}
"""`hint`: a row per child and entitlement (class 5 excepted) that is due, that one parent's trouble brings near, or whose parents are unknown."""


@lru_cache(maxsize=1)
def lead_reasons() -> Mapping[str, tuple[str, str]]:
    """Why a child is a lead, Chinese and English, by code, the firmest first.

    Read when asked for and not on import: `ciyou packs check` must start while a pack is half written.
    """
    return {**_REASONS, **difference_names(), **_TOLD}


def make_leads(store: Store, *, adverse: Sequence[str]) -> None:
    """Make `child_lead` from `hint` and `differing`: a row a child with its strongest reason, and `record_lead` of adverse records that lead nowhere."""
    store.create("valued", _VALUED)
    store.create("child_lead", _CHILD_LEADS)
    store.create("record_lead", _record_leads(adverse))
    store.drop("valued")


_SHARE = "CASE why " + " ".join(f"WHEN '{why}' THEN {share}" for why, share in SHARES.items()) + " ELSE 0 END"
_VALUED = f"""
WITH reasoned AS (
  SELECT h.*, CASE
    WHEN h.outcome = 'yes' THEN CASE h.basis WHEN 'rostered' THEN 'entitled' ELSE 'entitled_presumed' END
    WHEN k.father IS NULL AND k.mother IS NULL THEN 'parents_unidentified'
    WHEN (k.father IS NOT NULL AND h.father_failing) OR (k.mother IS NOT NULL AND h.mother_failing)
      THEN CASE h.outcome WHEN 'undetermined' THEN 'open_with_adverse' ELSE 'one_parent_adverse' END
    ELSE 'parent_unidentified' END AS why,
    CASE WHEN h.outcome = 'no' THEN h.would_gain_fen ELSE coalesce(h.amount_fen, h.ceiling_fen) END AS stake
  FROM hint h JOIN kin k USING (pid))
SELECT *, coalesce(stake, 0) // CASE period WHEN 'year' THEN 12 ELSE 1 END * ({_SHARE}) // 100 AS gain FROM reasoned"""
# What rests on the parents' circumstances excludes itself (one allowance, the highest); other money adds to it.
_CHILD_LEADS = f"""
SELECT pid, first(division ORDER BY rule) AS division, coalesce(max(gain) FILTER (by_parents), 0) + coalesce(sum(gain) FILTER (NOT by_parents), 0) AS gain,
  list(DISTINCT why ORDER BY why) AS whys, first(why ORDER BY ({_SHARE}) DESC, gain DESC, why) AS why,
  list_sort(list_distinct(flatten(list(coalesce(deciding_facts, []) ORDER BY rule)))) AS deciding_facts, coalesce(list(rule ORDER BY rule) FILTER (rule IS NOT NULL), []) AS rules
FROM (SELECT pid, division, rule, why, gain, by_parents, deciding_facts FROM valued
  UNION ALL SELECT pid, division, NULL, code, 0, false, [] FROM differing WHERE makes_lead)
GROUP BY pid"""


def _record_leads(adverse: Sequence[str]) -> str:
    listed = ", ".join(map(quoted, adverse)) or "''"
    return f"""SELECT r.rec_id, coalesce(r.division, '000000000000') AS division, r.roster FROM person q JOIN placed p ON p.aid = q.aid
    JOIN rec r ON r.rid = p.rid WHERE q.kind = 'unknown' AND q.adverse_only AND r.roster IN ({listed})"""


def leads_query() -> str:
    """SQL of all leads, ranked: highest stake first, then the firmest reason, then by id."""
    order = "CASE why " + " ".join(f"WHEN '{why}' THEN {number}" for number, why in enumerate(lead_reasons())) + " END"
    return f"""
    SELECT 'l' || substr(md5(coalesce(person_id, rec_id)), 1, 16) AS lead_id, person_id, rec_id, why, whys, rules,
      CAST(gain AS BIGINT) AS expected_gain_fen, deciding_facts, division,
      CAST(row_number() OVER (ORDER BY gain DESC, {order}, coalesce(person_id, rec_id)) AS INTEGER) AS rank
    FROM (
      SELECT {person_id("pid")} AS person_id, NULL AS rec_id, why, whys, rules, gain, deciding_facts, division FROM child_lead
      UNION ALL SELECT NULL, rec_id, 'adverse_record_alone', ['adverse_record_alone'], [roster], 0, [], division FROM record_lead)
    ORDER BY rank"""
