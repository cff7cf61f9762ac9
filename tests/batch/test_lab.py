"""A proposed change on populations small enough to work out by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest

from ciyou.batch.lab.findings import from_json, tell
from ciyou.batch.lab.tables import tables_of
from ciyou.batch.trials.drawn import draw_population
from ciyou.batch.trials.naming import names_of
from ciyou.batch.trials.trying import Stopped, columns_wanted, prepare, try_proposal
from ciyou.core.errors import PackError
from ciyou.packs import load_packs
from ciyou.packs.proposals import read_proposal

COUNTY = "519901"
FIRST = dt.date(2026, 1, 1)
ORPHAN = "orphan_living_allowance"
WELL = {
    "child__adopted": False, "child__dead": False, "child__parents_untraceable": False, "child__in_institution": False,
    "child__chose_tekun": False, "child__recognized_tekun": False, "child__severely_ill": False, "child__disability_type": "none",
    "child__disability_grade": 0, "child__tekun_amount_fen": 0, "child__dibao_share_fen": 0, "child__school_stage": "none",
    "child__hiv_infected": False, "child__hiv_affected": False, "household__dibao": False, "household__near_dibao": False,
}  # fmt: skip
PARENT = {
    "dead": False, "declared_dead": False, "declared_missing": False, "imprisoned": False, "in_detox": False, "confined": False,
    "lost_contact": False, "guardianship_revoked": False, "deported": False, "severely_ill": False, "disability_type": "none",
    "disability_grade": 0,
}  # fmt: skip


def a_child(*, born: dt.date = dt.date(2016, 5, 1), village: str = "519901001001", orphan: bool = False, **facts):
    """A child of a well family (or whose parents are both dead), with a few facts of its own."""
    parents = {f"{side}__{name}": value for side in ("father", "mother") for name, value in PARENT.items()}
    gone = {"father__dead": orphan, "mother__dead": orphan}
    return {"division": village, "child__birth_date": born, **WELL, **parents, **gone, **facts}


@dataclass
class Children:
    """A population written down by hand."""

    rows: list
    digits: int = 9

    @property
    def children(self):
        return len(self.rows)

    def pieces(self):
        # Two pieces, so that what is counted is added up.
        half = (len(self.rows) + 1) // 2
        for rows in (self.rows[:half], self.rows[half:]):
            if rows:
                yield pa.Table.from_pylist(rows)


@pytest.fixture
def propose(tmp_path):
    """Reads a change file and binds it in the county."""

    def proposed(text: str):
        path = tmp_path / "change.yaml"
        path.write_text(text, encoding="utf-8")
        proposal = read_proposal(path, load_packs(), first_month=FIRST)
        return proposal, prepare(proposal, load_packs(), place=COUNTY)

    return proposed


@pytest.fixture
def tried(propose):
    """What a change file does to children."""

    def found(text: str, rows, **watch):
        proposal, after = propose(text)
        return try_proposal(proposal, Children(rows), before=load_packs(), after=after, **watch)

    return found


HIGHER = "changes:\n  - {parameter: orphan_scattered_standard, division: '519901', value: 1500}\n"


def test_a_higher_standard_is_gained_by_the_orphans_and_by_nobody_else(tried):
    found = tried(HIGHER, [a_child(orphan=True), a_child(orphan=True, village="519901002001"), a_child()])
    assert found.by_place("gain") == {"519901001": 1, "519901002": 1}
    assert found.by_place("lose") == {"519901001": 0, "519901002": 0}
    assert found.by_place("open") == {"519901001": 0, "519901002": 0}
    # 1,350 yuan of the province before, 1,500 of the county after.
    assert found.by_place("gain_fen") == {"519901001": 15_000, "519901002": 15_000}
    assert (found.of_rule(ORPHAN, "before_fen"), found.of_rule(ORPHAN, "after_fen")) == (270_000, 300_000)
    assert found.of_rule(ORPHAN, "more") == 2


def test_the_cost_of_each_month_follows_the_children_that_come_of_age(tried):
    # Eighteen on 15 March 2026: due on the first of January, February and March, no longer on the first of April.
    found = tried(HIGHER, [a_child(orphan=True, born=dt.date(2008, 3, 15)), a_child(orphan=True)])
    before = [sum(found.by_month(number, "before_fen").values()) for number in range(12)]
    after = [sum(found.by_month(number, "after_fen").values()) for number in range(12)]
    assert before == [270_000] * 3 + [135_000] * 9
    assert after == [300_000] * 3 + [150_000] * 9


def test_a_standard_below_the_province_s_minimum_changes_nothing_where_the_highest_holds(tried):
    found = tried(HIGHER.replace("1500", "1200"), [a_child(orphan=True)])
    assert found.rules == ()
    assert found.by_place("children") == {"519901001": 1}


def test_an_unknown_fact_is_neither_a_gain_nor_a_loss(tried):
    found = tried(HIGHER, [a_child(orphan=True, mother__dead=None)])
    assert found.by_place("open") == {"519901001": 1}
    assert found.by_place("gain") == {"519901001": 0}


def test_a_changed_definition_is_lost_by_whom_it_leaves_out(tried):
    text = "changes:\n  - predicate: minor\n    when: age(c) < 12 and not c.dead\n"
    found = tried(text, [a_child(orphan=True, born=dt.date(2012, 1, 1)), a_child(orphan=True)])
    assert (found.of_rule(ORPHAN, "no_longer"), found.of_rule(ORPHAN, "yes_after")) == (1, 1)
    assert found.by_place("lose") == {"519901001": 1}
    assert found.by_place("lose_fen") == {"519901001": 135_000}
    assert found.of_rule("orphan", "no_longer") == 1


def test_a_rule_switched_off_pays_nobody_and_what_rests_on_it_follows(tried):
    found = tried(f"changes:\n  - {{rule: {ORPHAN}, off: true}}\n", [a_child(orphan=True)])
    assert found.by_place("lose_fen") == {"519901001": 135_000}
    assert sum(found.by_month(11, "after_fen").values()) == 0


def test_without_its_overlay_a_place_has_only_the_nation_s_standards(tried):
    found = tried("changes:\n  - {overlay: cn_51, switch: off}\n", [a_child(orphan=True)])
    # The nation leaves the amount to the places: what is due is then not known, and that is no loss.
    assert found.by_place("open") == {"519901001": 1}
    assert found.of_rule(ORPHAN, "yes_after") == 1
    assert [one.after_fen for one in found.standards if one.key == "orphan_scattered_standard"] == [None]


def test_an_overlay_can_be_tried_elsewhere(tried):
    found = tried(
        "changes:\n  - {overlay: cn_51, switch: on, division: '529901'}\n",
        [a_child(orphan=True, village="529901001001")],
    )
    (standard,) = [one for one in found.standards if one.key == "orphan_scattered_standard"]
    assert (standard.before_fen, standard.after_fen) == (None, 135_000)
    assert sum(found.by_month(0, "after_fen").values()) == 135_000


CLIFF = """changes:
  - rule: dibao_at_residence
    when: household.income_percent_of_dibao < 150
    amount: param.orphan_scattered_standard
"""


def test_a_point_of_income_that_costs_an_entitlement_is_a_cliff(tried):
    rows = [a_child(household__income_percent_of_dibao=145), a_child(household__income_percent_of_dibao=30)]
    told = tell(tried(CLIFF, rows), threshold=1)
    after = [one for one in told.cliffs if one.side == "after"]
    assert [(one.column, one.last) for one in after] == [("household__income_percent_of_dibao", 149)]
    # Below it the orphan's 1,350 yuan, beyond it nothing; only the first child stands within ten points of it.
    assert (after[0].loss_fen, after[0].near) == (135_000, 1)


def test_dibao_households_among_those_due_are_counted(tried):
    rows = [a_child(orphan=True, household__dibao=poor) for poor in (True, True, False, None)]
    found = tried(HIGHER, rows)
    assert found.of_rule(ORPHAN, "dibao_after") == 2
    assert found.of_rule(ORPHAN, "dibao_unknown_after") == 1


def test_small_numbers_are_withheld_and_cannot_be_worked_out(tried):
    towns = {"519901001001": 12, "519901002001": 3, "519901003001": 20}
    rows = [a_child(orphan=True, village=village) for village, count in towns.items() for _ in range(count)]
    told = tell(tried(HIGHER, rows), threshold=5)
    gain = told.places["gain"]
    # Three children are withheld; so is the next smallest, or the total would tell them.
    assert {place: cell.count for place, cell in gain.cells.items()} == {
        "519901001": None,
        "519901002": None,
        "519901003": 20,
    }
    assert told.places["gain_fen"].cells["519901001"].withheld
    assert told.cost_by_place["519901001"] == [None] * 12
    assert told.places["gain"].total.count == 35


def test_one_rule_of_two_is_not_told_by_the_sum_of_both(tried):
    few = [a_child(orphan=True) for _ in range(2)]
    gone = {
        "father__dead": True,
        "mother__severely_ill": True,
        "mother__lost_contact": True,
        "mother__lost_contact__since": dt.date(2020, 1, 1),
    }
    many = [a_child(**gone) for _ in range(30)]
    told = tell(tried(HIGHER, [*few, *many]), threshold=5)
    assert told.rules[ORPHAN]["after_fen"] is None
    assert told.rules["de_facto_living_allowance"]["after_fen"] is None
    assert told.months["after_fen"][0] == 32 * 150_000


def test_findings_survive_their_json_and_become_tables_in_both_languages(tried):
    found = tried(HIGHER, [a_child(orphan=True) for _ in range(9)])
    again = from_json(found.to_json())
    assert again == found
    for lang, title in (("zh", "各月费用"), ("en", "Cost by month")):
        tables = tables_of(tell(again, threshold=5), names_of(lang, {}))
        assert tables[0].title == title
        assert [cell.value for cell in tables[0].rows[0][1]] == [9, 9, 1_215_000, 1_350_000, 135_000, 0]


def test_whoever_watches_can_stop_a_trial(tried):
    heard = []

    def watch(done, total):
        heard.append((done, total))
        return False

    with pytest.raises(Stopped):
        tried(HIGHER, [a_child(), a_child()], watch=watch)
    assert heard == [(1, 2)]


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("changes:\n  - {parameter: orphan_scattered_standard, value: 150000}\n", "pack.out_of_bounds", (2, 51)),
        ("changes:\n  - {parameter: orphan_scattered_standard, division: '51', value: 300}\n", None, None),
        ("changes:\n  - {parameter: orphan_scatered_standard, value: 1500}\n", "pack.unknown_parameter", (2, 17)),
        ("changes:\n  - rule: orphan\n    when: minor(child) and chld.dead\n", "rule.", (3, 28)),
        ("changes:\n  - rule: orphan\n    amount: 100\n", "pack.category_pays", (3, 13)),
        ("changes:\n  - {rule: orphan}\n", "pack.text_or_off", (2, 12)),
        ("changes:\n  - {overlay: cn_99, switch: off}\n", "pack.unknown_overlay", (2, 15)),
        ("changes:\n  - {parameter: custody_min_months, predicate: minor}\n", "pack.change_kind", (2, 5)),
        ("changes: []\n", "pack.no_change", (1, 10)),
    ],
)
def test_a_mistake_in_a_change_says_what_and_where(propose, text, code, place):
    if code is None:
        propose(text)
        return
    with pytest.raises(PackError) as refused:
        propose(text)
    problem = refused.value.problems[0]
    assert problem.code.startswith(code)
    assert (problem.place.line, problem.place.column) == place


def test_an_amount_in_the_wrong_unit_is_refused_with_the_reason(propose):
    # 20 yuan for 135: within no bounds; 60,000 fen typed for 600 yuan a month is 100 times too much.
    with pytest.raises(PackError) as refused:
        propose("changes:\n  - {parameter: disability_living_subsidy_standard, division: '519901', value: 7000}\n")
    assert refused.value.problems[0].code in ("pack.out_of_bounds", "pack.unit_jump")
    assert "yuan or fen" in refused.value.problems[0].en


def test_a_drawn_population_is_the_same_however_it_is_cut_and_lives_where_it_should(propose):
    proposal, after = propose(HIGHER)
    columns = columns_wanted(proposal, before=load_packs(), after=after, place=COUNTY)
    small = draw_population(1_000, division=COUNTY, as_of=FIRST, columns=columns)
    large = draw_population(2_000, division=COUNTY, as_of=FIRST, columns=columns)
    first, more = next(small.pieces()), next(large.pieces())
    assert first.equals(more.slice(0, 1_000))
    assert {code[:6] for code in first["division"].to_pylist()} == {COUNTY}
    assert first.num_columns == len(columns) + 1
    poor = [dibao for dibao in first["household__dibao"].to_pylist() if dibao is not None]
    assert 0.02 < sum(poor) / len(poor) < 0.09


def test_the_example_of_the_how_to_is_sound(propose):
    page = (Path(__file__).resolve().parents[2] / "docs/how-to/try-a-change.md").read_text(encoding="utf-8")
    proposal, _after = propose(page.split("```yaml\n")[1].split("```")[0])
    assert len(proposal.changes) == 5
