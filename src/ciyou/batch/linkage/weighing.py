"""What plain rules left apart, weighed in bits: joined where one person is clearly the nearest, else asked or left alone."""

from __future__ import annotations

from ciyou.batch.engines.duckdb_store import Store, quoted
from ciyou.batch.engines.workers import OwnWorkers, Workers
from ciyou.batch.linkage.records import birth_of, sex_of
from ciyou.batch.linkage.weighed_keys import block, count_names, follow
from ciyou.batch.linkage.weighed_pairs import MISSING, ONE_OF_FOUR, weigh_pairs
from ciyou.batch.linkage.weights import tenths

MOST_PASSES = 4
_MOST_ASKED = 3
_CONSEQUENCE = {
    "health_deaths": 31,
    "court_rulings": 32,
    "justice_custody": 33,
    "police_missing": 34,
    "civil_affairs_assistance": 35,
}
"""Rosters whose records are asked about first; ranks of other reasons stand in `outcome`, `families` and `deterministic`."""
_OTHER_CONSEQUENCE = 55
_EARLIER = ("several_candidates", "one_to_one_taken", "name_differs")
"""Reasons that plain rules gave before anything was weighed."""
# Born on that day to a parent of that name or number, and no name to tell by: twins are equally near, whose parents stand by number or not.
_NEWBORN = (
    f"name_level = {MISSING} AND born_same AND kin_tenths > 0 AND sex_tenths >= 0 AND (NOT taken OR taken_by_unnamed)"
)
_LINK, _MARGIN, _ASK = tenths("link_from"), tenths("margin"), tenths("ask_from")


def weigh(store: Store, workers: Workers) -> None:
    """Join clusters without a number of their own to the clearly nearest one; `placed` and `review_pair` are brought up to date."""
    store.run(
        "UPDATE placed SET aid = -placed.rid FROM doubted d WHERE d.rid = placed.rid AND NOT d.denied AND placed.aid = d.aid"
    )
    store.empty("told_bits", {"rid": "INTEGER", "rid_b": "INTEGER", "words": "VARCHAR"})
    store.create("seeking", "SELECT DISTINCT aid FROM placed WHERE aid < 0")
    workers.lend("placed", "doubted", "seeking")
    count_names(store, workers)
    block(store, workers)
    for step in range(MOST_PASSES):
        # After the first step only what stood beside somebody who joined is weighed again.
        weigh_pairs(store, workers if step == 0 else OwnWorkers(store))
        _judge(store)
        _choose(store)
        if not store.number("SELECT count(*) FROM joined"):
            break
        _join(store)
        follow(store)
    _ask(store)
    _restore_numbers(store)
    store.drop(
        "bearer",
        "bearer_born",
        "bearer_kin",
        "seeking",
        "weighed_pair",
        "weighed",
        "ruled",
        "joined",
    )


def doubt_numbers(store: Store) -> None:
    """`doubted` (rid, aid, rule, weight, denied): records whose number nobody else bears; they are taken out of `placed`.

    A number that stands in one record only, and nowhere as a guardian's, may be another's: it is when it denies the date of birth or the
    sex beside it (`denied`); without a date beside it a person may be asked.
    """
    born = birth_of("p.aid")
    store.create(
        "doubted",
        f"""SELECT p.rid, p.aid, p.rule, p.weight, coalesce((year(r.birth_date) <> year({born}) AND strftime(r.birth_date, '%m%d') <> strftime({born}, '%m%d'))
            OR r.sex <> {sex_of("p.aid")}, false) AS denied
        FROM placed p JOIN rec r USING (rid)
        WHERE p.aid IN (SELECT aid FROM placed GROUP BY aid HAVING count(*) = 1) AND p.aid NOT IN (SELECT gid FROM guardian WHERE gid IS NOT NULL)
          AND (denied OR (r.birth_date IS NULL AND r.roster <> 'police_hukou'))""",
    )
    store.run("DELETE FROM placed WHERE rid IN (SELECT rid FROM doubted WHERE denied)")


def _restore_numbers(store: Store) -> None:
    """Whoever was joined to nobody keeps the number that stands beside the name."""
    store.run(
        """UPDATE placed SET aid = d.aid, rule = CASE WHEN placed.rid = d.rid THEN d.rule ELSE placed.rule END,
          weight = CASE WHEN placed.rid = d.rid THEN d.weight ELSE placed.weight END FROM doubted d WHERE placed.aid = -d.rid"""
    )


def _judge(store: Store) -> None:
    """`ruled`: every pair with `veto` ('' when it may be joined) and its place among those of its seeker that may."""
    store.create(
        "ruled",
        f"""WITH vetoed AS (SELECT w.*, CASE
            WHEN w.taken THEN 'one_to_one_taken'
            WHEN w.name_level > {ONE_OF_FOUR} AND w.name_level < {MISSING} THEN 'name_differs'
            WHEN w.other_guardian OR w.sid IN (SELECT -rid FROM doubted WHERE NOT denied) THEN 'name_differs'
            WHEN w.aid IN (SELECT gid FROM guardian WHERE gid IS NOT NULL) AND w.sid IN (SELECT aid FROM bearer_kin) THEN 'generations'
            WHEN w.name_tenths + w.born_tenths + greatest(w.number_tenths, 0) < CASE WHEN w.shared THEN 5 ELSE 100 END THEN 'several_candidates'
            WHEN w.newborn AND count(*) FILTER (w.newborn) OVER (PARTITION BY w.sid) > 1 THEN 'several_candidates'
            ELSE '' END AS veto FROM (SELECT *, {_NEWBORN} AS newborn FROM weighed) w)
        SELECT *, row_number() OVER same AS place, lead(tenths) OVER same AS runner_up FROM vetoed
        WINDOW same AS (PARTITION BY sid, veto = '' OR taken_by_unnamed ORDER BY tenths + CASE WHEN taken THEN {-tenths("same_roster_twice")} ELSE 0 END DESC, aid)""",
    )


def _choose(store: Store) -> None:
    """`joined` (sid, aid): one step of merging; two that would be the same person's only birth or household record exclude each other."""
    store.create(
        "best",
        f"""SELECT r.*, b.births, b.households FROM ruled r
        JOIN (SELECT aid AS sid, count(*) FILTER (roster = 'health_births') AS births, count(*) FILTER (roster = 'police_hukou') AS households
              FROM bearer GROUP BY aid) b USING (sid)
        WHERE veto = '' AND place = 1 AND tenths >= {_LINK} AND coalesce(tenths - runner_up >= {_MARGIN}, true)""",
    )
    # A cluster that moves itself is joined by nobody in this pass, unless the two want each other.
    store.create(
        "free",
        """SELECT b.* FROM best b LEFT JOIN best other ON other.sid = b.aid
        WHERE other.sid IS NULL OR (other.aid = b.sid AND b.sid < b.aid)""",
    )
    store.create(
        "joined",
        f"""SELECT * FROM (
          SELECT *, row_number() OVER same AS turn, lead(tenths) OVER same AS rival FROM free
          WINDOW same AS (PARTITION BY aid, CASE WHEN births > 0 THEN 1 WHEN households > 0 THEN 2 ELSE sid END ORDER BY tenths DESC, sid))
        WHERE births + households = 0 OR (turn = 1 AND coalesce(tenths - rival >= {_MARGIN}, true))""",
    )
    store.drop("best", "free")


def _join(store: Store) -> None:
    store.run(
        f"""INSERT INTO told_bits SELECT p.rid, NULL, {_WORDS} FROM placed p JOIN joined j ON j.sid = p.aid""",
        """UPDATE placed SET aid = j.aid, rule = 'weighed', weight = greatest(5, least(59, j.tenths // 10)) FROM joined j WHERE j.sid = placed.aid""",
        """UPDATE placed SET rule = 'weighed', weight = greatest(5, least(59, j.tenths // 10))
          FROM (SELECT aid, max(tenths) AS tenths FROM joined GROUP BY aid) j WHERE j.aid = placed.aid AND placed.rule = 'alone'""",
    )


def _part(name: str, column: str) -> str:
    return f"CASE WHEN j.{column} <> 0 THEN printf('{name} %+.1f ', j.{column} / 10) ELSE '' END"


_WORDS = " || ".join(
    [
        *(
            _part(*pair)
            for pair in (
                ("name", "name_tenths"),
                ("born", "born_tenths"),
                ("sex", "sex_tenths"),
                ("number", "number_tenths"),
                ("family", "family_tenths"),
                ("same roster", "roster_tenths"),
            )
        ),
        f"printf('prior %+.1f = %.1f', {tenths('prior') / 10}, j.tenths / 10)",
    ]
)


def _ask(store: Store) -> None:
    """Who is still alone and has somebody near goes to a person, the nearest and the next; what has been joined meanwhile is asked no more.

    What would hurt most if it stayed wrong comes first: a death or a sentence that belongs to somebody's parent, then money.
    """
    ranks = " ".join(f"WHEN {quoted(roster)} THEN {rank}" for roster, rank in _CONSEQUENCE.items())
    store.create(
        "asked",
        f"""SELECT s.rid AS rid_a, t.rid AS rid_b, CASE s.roster {ranks} ELSE {_OTHER_CONSEQUENCE} END AS rank,
          CASE r.veto WHEN '' THEN 'several_candidates' ELSE r.veto END AS reason, {_WORDS.replace("j.", "r.")} AS words
        FROM ruled r JOIN (SELECT aid, min(rid) AS rid, first(roster ORDER BY rid) AS roster FROM bearer GROUP BY aid) s ON s.aid = r.sid
        JOIN (SELECT aid, coalesce(min(rid) FILTER (NOT mentioned), min(rid)) AS rid FROM bearer GROUP BY aid) t ON t.aid = r.aid
        WHERE r.veto <> 'generations' AND r.tenths >= {_ASK} AND r.place <= {_MOST_ASKED}""",
    )
    store.run(
        f"""DELETE FROM review_pair WHERE reason IN ({", ".join(map(quoted, _EARLIER))})
        AND (rid_a IN (SELECT rid FROM placed WHERE rule = 'weighed') OR (rid_a, rid_b) IN (SELECT rid_a, rid_b FROM asked))""",
        "INSERT INTO review_pair SELECT rid_a, rid_b, rank, reason FROM asked",
        """INSERT INTO told_bits SELECT rid_a, rid_b, words FROM asked""",
    )
    store.drop("asked")
