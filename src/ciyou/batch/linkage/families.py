"""Families: who is whose father and mother, from what registers state; where they disagree, nobody is chosen."""

from __future__ import annotations

from ciyou.batch.engines.duckdb_store import Store, quoted
from ciyou.batch.linkage.anchors import HUKOU
from ciyou.batch.linkage.deterministic import BIRTHS
from ciyou.batch.linkage.names import judge_names
from ciyou.batch.linkage.people import SALT

ASSISTANCE = "civil_affairs_assistance"
LEAST_YEARS_OLDER, MOST_YEARS_OLDER = 12, 65
# A parent is taken from the firmest kind of statement there is: (tier, confidence, source)
# 1 register or birth certificate with the parent's ID number · 2 the same by name · 3 assistance list with ID number ·
# 4 another list's name, and that person is head or spouse of the household whose son or daughter the child is ·
# 5 head of that household · 6 spouse of that head: perhaps a step-parent, so never a parent to decide by.
CONFIDENCE = {1: 0.98, 2: 0.9, 3: 0.85, 4: 0.8, 5: 0.7, 6: 0.5}
STATED_BY_NUMBER = frozenset((CONFIDENCE[1], CONFIDENCE[3]))
"""How sure a parent is whom a roster names by number."""
LEAST_TO_DECIDE = 5
_ONLY_GUARDIAN = 9
NAME_ONLY_BASE = 1_000_000_000_000_000_000


def find_parents(store: Store) -> None:
    """Make `stated` (child, adult, sex, tier, sources), `parent` (child, father, mother) and `relation`; add name-only people.

    All are cluster numbers (aid); a father or mother whom nothing names, or about whom statements conflict, is null.
    """
    _gather_mentions(store)
    _resolve_names(store)
    _gather_household(store)
    _state_parents(store)
    _choose_parents(store)
    _make_relations(store)
    store.drop("said", "known", "nameless", "same_name", "house", "stated_all", "lone_name")


def _gather_mentions(store: Store) -> None:
    """`said`: what each record of a child says of a guardian; an ID number counts only if its owner is old enough to have the child.

    `elder`: too old to be the father or mother. Whom the register names so, or who stands in a roster, is the child's guardian all the
    same; another number that nobody bears is one with a slip, and the name counts.
    """
    # One join at a time: several large ones in one statement would each want their share of a small memory.
    store.create("told", "SELECT p.aid AS child, g.* FROM guardian g JOIN placed p USING (rid)")
    store.create(
        "told_of_child",
        "SELECT t.*, c.birth_date AS child_born FROM told t JOIN person c ON c.aid = t.child AND c.kind = 'child'",
    )
    store.create(
        "told",
        "SELECT t.*, r.roster FROM told_of_child t JOIN (SELECT rid, roster FROM rec) r USING (rid)",
    )
    store.create(
        "said",
        f"""SELECT g.child, g.rid, g.slot, g.roster, g.name, g.reading,
          CASE WHEN a.kind <> 'child' AND coalesce(year(g.child_born) - year(a.birth_date) >= {LEAST_YEARS_OLDER}
               AND (a.own OR g.roster = '{HUKOU}' OR year(g.child_born) - year(a.birth_date) <= {MOST_YEARS_OLDER}), true) THEN g.gid END AS gid,
          coalesce(year(g.child_born) - year(a.birth_date) > {MOST_YEARS_OLDER}, false) AS elder, g.idn, g.contested
        FROM told g LEFT JOIN person a ON a.aid = g.gid""",
    )
    store.drop("told", "told_of_child")
    store.create(
        "known",
        """SELECT s.child, s.gid, a.name, min(s.reading) AS reading FROM said s JOIN person a ON a.aid = s.gid
        GROUP BY s.child, s.gid, a.name""",
    )


def _resolve_names(store: Store) -> None:
    """`nameless`: guardians by name only, as a person of the child's household or as one more person; those already known fall out."""
    store.create(
        "lone_name",
        """SELECT DISTINCT s.child, s.name, s.reading FROM said s WHERE s.gid IS NULL AND s.name <> ''
          AND NOT EXISTS (SELECT 1 FROM known k WHERE k.child = s.child AND (k.name = s.name OR k.reading = s.reading OR k.gid = s.idn))""",
    )
    pairs = """SELECT DISTINCT l.name, l.reading, k.name, coalesce(k.reading, '') FROM lone_name l JOIN known k USING (child)
        WHERE k.name <> '' ORDER BY ALL"""
    judge_names(store, pairs, "same_name")
    store.create(
        "nameless",
        """SELECT l.child, l.name, l.reading FROM lone_name l WHERE NOT EXISTS (
          SELECT 1 FROM known k JOIN same_name j ON j.name_a = l.name AND j.name_b = k.name AND j.level <= 4 WHERE k.child = l.child)""",
    )


def _gather_household(store: Store) -> None:
    """`house`: the adults registered in a child's household, with their place in it."""
    store.create(
        "registered",
        f"""SELECT p.aid, r.household_no, r.name, r.reading, r.relation FROM placed p JOIN rec r USING (rid)
        WHERE r.roster = '{HUKOU}' AND r.household_no IS NOT NULL""",
    )
    store.create("member", "SELECT r.*, q.sex, q.kind, q.birth_date FROM registered r JOIN person q USING (aid)")
    store.create(
        "house",
        f"""SELECT DISTINCT c.aid AS child, a.aid AS adult, a.sex, a.name, a.reading, a.relation,
          coalesce(c.relation IN ('son', 'daughter'), false) AS is_child_of_head,
          coalesce(c.relation = 'grandchild' AND a.relation IN ('head', 'spouse'), false) AS is_grandparent
        FROM member c JOIN member a ON a.household_no = c.household_no AND a.aid <> c.aid
        WHERE c.kind = 'child' AND a.kind <> 'child'
          AND coalesce(year(c.birth_date) - year(a.birth_date) BETWEEN {LEAST_YEARS_OLDER} AND {MOST_YEARS_OLDER}, true)""",
    )
    store.drop("registered", "member")


def _state_parents(store: Store) -> None:
    registers = f"({quoted(HUKOU)}, {quoted(BIRTHS)})"
    store.create(
        "stated_all",
        f"""
        SELECT s.child, s.gid AS adult, q.sex, CASE WHEN s.elder THEN {_ONLY_GUARDIAN} WHEN s.roster IN {registers} THEN 1 WHEN s.roster = '{ASSISTANCE}' THEN 3 ELSE {_ONLY_GUARDIAN} END AS tier,
          s.roster AS source FROM said s JOIN person q ON q.aid = s.gid WHERE s.gid IS NOT NULL
        UNION ALL
        SELECT n.child, coalesce(h.adult, -({NAME_ONLY_BASE} + s.rid * 4 + s.slot)),
          coalesce(h.sex, CASE WHEN s.roster = '{BIRTHS}' THEN CASE s.slot WHEN 1 THEN 'female' ELSE 'male' END END),
          CASE WHEN s.roster IN {registers} THEN 2 WHEN h.is_child_of_head AND h.relation IN ('head', 'spouse') THEN 4 ELSE {_ONLY_GUARDIAN} END, s.roster
        FROM nameless n JOIN (SELECT child, name, rid, slot, roster FROM said WHERE gid IS NULL) s
          ON s.child = n.child AND s.name = n.name
        LEFT JOIN house h ON h.child = n.child AND (h.name = n.name OR h.reading = n.reading)
        UNION ALL
        SELECT child, adult, sex, CASE relation WHEN 'head' THEN 5 ELSE 6 END, '{HUKOU}' FROM house
        WHERE is_child_of_head AND relation IN ('head', 'spouse')""",
    )
    # A register that enters the child as a grandchild names its guardian, not its father or mother, where it names the head.
    store.run(
        f"""UPDATE stated_all SET tier = {_ONLY_GUARDIAN} FROM house h
        WHERE h.child = stated_all.child AND h.adult = stated_all.adult AND h.is_grandparent"""
    )
    _merge_name_only(store)


def _merge_name_only(store: Store) -> None:
    """One person per child and name, however many records name it."""
    store.run(
        f"""UPDATE stated_all SET adult = m.first_adult FROM (
          SELECT s.child, -({NAME_ONLY_BASE} + s.rid * 4 + s.slot) AS adult,
            max(-({NAME_ONLY_BASE} + s.rid * 4 + s.slot)) OVER (PARTITION BY s.child, s.reading) AS first_adult
          FROM said s JOIN nameless n ON n.child = s.child AND n.name = s.name WHERE s.gid IS NULL) m
        WHERE m.child = stated_all.child AND m.adult = stated_all.adult"""
    )
    store.create(
        "stated",
        """SELECT child, adult, max(sex) AS sex, min(tier) AS tier, string_agg(DISTINCT source, '+' ORDER BY source) AS sources
        FROM stated_all GROUP BY child, adult""",
    )
    store.run(
        f"""INSERT INTO person SELECT s.adult, md5_number_lower('{SALT}' || 'by name/' || r.roster || '/' || r.rec_id || '/' || ((-s.adult - {NAME_ONLY_BASE}) % 4)),
          'adult', g.name, NULL, NULL, NULL, false, true, false
        FROM (SELECT DISTINCT adult FROM stated WHERE adult < -{NAME_ONLY_BASE}) s
        JOIN rec r ON r.rid = (-s.adult - {NAME_ONLY_BASE}) // 4
        JOIN guardian g ON g.rid = r.rid AND g.slot = (-s.adult - {NAME_ONLY_BASE}) % 4"""
    )


def _choose_parents(store: Store) -> None:
    store.create(
        "sided",
        f"""WITH firm AS (SELECT child, sex, min(tier) AS tier FROM stated WHERE sex IS NOT NULL AND tier <= {LEAST_TO_DECIDE} GROUP BY child, sex),
        guessed AS (
          SELECT s.*, coalesce(s.sex, CASE WHEN f.tier <= 2 AND m.tier IS NULL THEN 'female' WHEN m.tier <= 2 AND f.tier IS NULL THEN 'male' END) AS side
          FROM stated s LEFT JOIN firm f ON f.child = s.child AND f.sex = 'male' LEFT JOIN firm m ON m.child = s.child AND m.sex = 'female'
          WHERE s.tier <= {LEAST_TO_DECIDE}),
        best AS (SELECT child, side, min(tier) AS tier FROM guessed WHERE side IS NOT NULL GROUP BY child, side)
        SELECT g.child, g.side, g.adult, g.tier, g.sources, count(*) OVER (PARTITION BY g.child, g.side) AS rivals
        FROM guessed g JOIN best b ON b.child = g.child AND b.side = g.side AND b.tier = g.tier""",
    )
    store.create(
        "parent",
        """SELECT c.aid AS child, min(s.adult) FILTER (s.side = 'male' AND s.rivals = 1) AS father,
          min(s.adult) FILTER (s.side = 'female' AND s.rivals = 1) AS mother, coalesce(bool_or(s.rivals > 1), false) AS conflict
        FROM person c LEFT JOIN sided s ON s.child = c.aid WHERE c.kind = 'child' GROUP BY c.aid""",
    )


def _make_relations(store: Store) -> None:
    """`relation`: child, relation, other, source, confidence — and brothers and sisters by a shared parent."""
    tiers = " ".join(f"WHEN {tier} THEN {value}" for tier, value in CONFIDENCE.items())
    store.create(
        "relation",
        f"""SELECT child, CASE side WHEN 'male' THEN 'father' ELSE 'mother' END AS relation, adult AS other, sources AS source,
          CAST(CASE tier {tiers} ELSE 0.5 END AS DOUBLE) AS confidence FROM sided WHERE rivals = 1
        UNION ALL
        SELECT s.child, CASE WHEN s.tier = 6 THEN 'household' ELSE 'guardian' END, s.adult, s.sources, CAST(CASE s.tier {tiers} ELSE 0.5 END AS DOUBLE)
        FROM stated s LEFT JOIN sided d ON d.child = s.child AND d.adult = s.adult AND d.rivals = 1 WHERE d.child IS NULL
        UNION ALL
        SELECT DISTINCT a.child, 'sibling', b.child, 'derived', 0.9 FROM (
          SELECT child, father AS adult FROM parent WHERE father IS NOT NULL UNION ALL SELECT child, mother FROM parent WHERE mother IS NOT NULL) a
        JOIN (SELECT child, father AS adult FROM parent WHERE father IS NOT NULL UNION ALL SELECT child, mother FROM parent WHERE mother IS NOT NULL) b
          ON b.adult = a.adult AND b.child <> a.child""",
    )
    store.run(
        """INSERT INTO review_pair SELECT min(p.rid), (SELECT min(q.rid) FROM placed q WHERE q.aid = min(s.adult)), 20, 'parents_conflict'
        FROM sided s JOIN placed p ON p.aid = s.child WHERE s.rivals > 1 GROUP BY s.child"""
    )
    store.drop("sided")
