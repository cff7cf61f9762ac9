"""What leaves a run can be checked: the stored facts, decided by the interpreter, give the stored decisions."""

from __future__ import annotations

import datetime as dt
import json

from tests.batch.small_deliveries import (
    AS_OF,
    CHILD,
    CUSTODY,
    DEATHS,
    FAMILY,
    FATHER,
    FATHER_ID,
    HUKOU,
    MOTHER,
    MOTHER_ID,
    SCHOOL,
    TWIN_ID,
    id_number,
    screen_rosters,
)

from ciyou.core.facts.definition import Entity
from ciyou.core.facts.state import Basis, FactState, StatedFact
from ciyou.core.rules.interpreter import decide_all
from ciyou.packs import load_rule_book

DEATH = {"name": "李秀梅", "id_no": MOTHER_ID, "death_date": dt.date(2023, 1, 1)}
JAILED = {
    "name": "王建国",
    "id_no": FATHER_ID,
    "custody_kind": "imprisoned",
    "start_date": dt.date(2024, 1, 1),
    "term_months": None,
}
DIBAO = {
    "name": "王浩宇",
    "id_no": CHILD["id_no"],
    "assistance_kind": "dibao",
    "monthly_amount_fen": 60000,
    "household_size": 3,
}
DISABLED = {"name": "王浩宇", "id_no": CHILD["id_no"], "disability_type": "mental", "disability_grade": 2}
NAMELESS = {
    "name": "陈静怡",
    "id_no": id_number("2012-02-29", 44),
    "household_no": "H7",
    "residence_division": "510104000000",
}


def test_stored_facts_decided_by_the_interpreter_give_the_stored_decisions(tmp_path):
    twin = {**CHILD, "name": "王子涵", "id_no": TWIN_ID}
    run = screen_rosters(
        tmp_path,
        {
            HUKOU: (FATHER, MOTHER, CHILD, twin, NAMELESS),
            SCHOOL: [
                {"name": "王浩宇", "id_no": CHILD["id_no"], "school_stage": "primary", "school_status": "enrolled"}
            ],
            DEATHS: [DEATH],
            CUSTODY: [JAILED],
            "civil_affairs_assistance": [DIBAO],
            "federation_disability": [DISABLED],
        },
    )
    children = [str(row[0]) for row in run.rows("SELECT person_id FROM people WHERE kind = 'child' ORDER BY 1")]
    assert len(children) == 3
    for child in children:
        assert _replayed(run, child) == _stored(run, child)


def _stored(run, child):
    query = f"""SELECT rule, outcome, basis, amount_fen, floor_fen, ceiling_fen, list_sort(coalesce(deciding_facts, []))
        FROM decisions WHERE person_id = '{child}'"""
    return {row[0]: row[1:] for row in run.rows(query)}


def _replayed(run, child):
    division = str(run.rows(f"SELECT any_value(division) FROM decisions WHERE person_id = '{child}'")[0][0])
    book = load_rule_book(division=division, as_of=AS_OF)
    kin = dict(
        run.rows(
            f"SELECT relation, other_id FROM relations WHERE person_id = '{child}' AND relation IN ('father', 'mother')"
        )
    )
    whose = {Entity.CHILD: child, Entity.FATHER: kin.get("father"), Entity.MOTHER: kin.get("mother")}
    statements = [said for entity, person in whose.items() if person for said in _statements(run, entity, person, book)]
    return {
        code: (
            one.outcome.value,
            one.basis.code,
            one.amount_fen,
            one.floor_fen,
            one.ceiling_fen,
            sorted(str(unknown) for unknown in one.deciding),
        )
        for code, one in decide_all(book, FactState.on(AS_OF, statements)).items()
    }


def _statements(run, entity, person, book):
    query = f"SELECT fact, value, valid_from, valid_to, source, basis FROM facts WHERE person_id = '{person}'"
    for fact, value, start, end, source, basis in run.rows(query):
        owner, name = (
            (Entity.HOUSEHOLD, fact.removeprefix("household.")) if fact.startswith("household.") else (entity, fact)
        )
        checked = book.vocabulary.get(owner, name).check(json.loads(value))
        yield StatedFact(owner, name, checked, Basis[basis.upper()], source, start, end)


def test_custody_without_a_term_leaves_the_child_undetermined(tmp_path):
    run = screen_rosters(tmp_path, {HUKOU: FAMILY, DEATHS: [DEATH], CUSTODY: [JAILED]})
    assert run.decision("de_facto_unattended")[0] == "undetermined"
    assert run.lead_of() == "open_with_adverse"
