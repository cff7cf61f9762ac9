"""People decide about doubtful pairs: who may, how many looks it takes, what the next linking is told, what comes back, what ends."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError

from ciyou.apps.audit.models import LogEntry
from ciyou.apps.registry.models import NamedAccess, Person
from ciyou.apps.rosters import pair_loading, tasks
from ciyou.apps.rosters.following import ScreeningJob
from ciyou.apps.rosters.models import PairLook, ReviewPair
from ciyou.apps.rosters.pair_access import PairNotFound, visible_pairs
from ciyou.apps.rosters.pair_access import doubts_to_do as doubts_among
from ciyou.apps.rosters.pair_access import sample_to_do as sample_among
from ciyou.apps.rosters.pair_contents import open_pair
from ciyou.apps.rosters.pair_lists import list_queue, read_pair, read_quality, turn_of
from ciyou.apps.rosters.pair_loading import load_pairs, weights_in
from ciyou.apps.rosters.pairs import ask_anew, judge_pair, linking_decisions, take_back_look
from ciyou.apps.rosters.retention import destroy_run_files
from ciyou.batch.engines.pair_queries import pair_rows
from ciyou.batch.linkage.linker import REVIEW_REASONS
from ciyou.core.errors import AccessDenied, RecordError
from tests.batch.small_deliveries import BIRTHS, FAMILY, FATHER_ID, HUKOU, SCHOOL, screen_rosters
from tests.batch.test_decided_pairs import link
from tests.office import COUNTY, OTHER_COUNTY, make_actor, make_person
from tests.pair_builders import make_pair, make_run

pytestmark = pytest.mark.django_db
PLACE = "513322000000"
BORN = dt.date(2016, 7, 8)
PUPIL = {"name": "王皓轩", "birth_date": BORN, "sex": "male", "g1_name": "王建国", "g1_id": FATHER_ID}
DELIVERY = {HUKOU: FAMILY, SCHOOL: [PUPIL], BIRTHS: [{"name": "王浩宇", "birth_date": BORN, "g1_name": "李秀梅"}]}


def doubts_to_do(actor):
    return doubts_among(actor, visible_pairs(actor))


def sample_to_do(actor):
    return sample_among(actor, visible_pairs(actor))


@pytest.fixture(scope="module")
def screened(tmp_path_factory):
    """The results of a small screening: one doubt, and links to sample."""
    return screen_rosters(tmp_path_factory.mktemp("pairs"), DELIVERY)


@pytest.fixture
def officers(db):
    """Drafter, reviewer and approver of a county."""
    return tuple(make_actor(role) for role in ("county_drafter", "county_reviewer", "county_approver"))


def doubt_about_the_pupil():
    return ReviewPair.objects.filter(kind="doubt", roster_a=SCHOOL).order_by("rank")[0]


def loaded(screened, division=PLACE):
    run = make_run(division=division, folder=str(screened.out))
    return run, load_pairs(run_id=run.id, folder=screened.out, division=division)


def test_a_screening_leaves_its_pairs_sealed_and_a_second_load_changes_nothing(screened):
    run, counts = loaded(screened)
    assert counts["new"] == ReviewPair.objects.count() > 1
    doubt = doubt_about_the_pupil()
    assert doubt.reason in REVIEW_REASONS
    assert (doubt.rank, doubt.stand) == (1, "open")
    assert "王皓轩".encode() not in bytes(doubt.content) + bytes(doubt.keys)
    assert open_pair(doubt.id, doubt.content).a["name"] == "王皓轩"
    again = load_pairs(run_id=run.id, folder=screened.out, division=PLACE)
    assert (again["new"], again["gone"], again["refreshed"]) == (0, 0, counts["new"])
    run.refresh_from_db()
    assert run.linked[SCHOOL]["records"] == 1


def test_what_people_decide_joins_the_records_in_the_next_delivery(screened, tmp_path):
    loaded(screened)
    drafter = make_actor(division=PLACE)
    doubt = doubt_about_the_pupil()
    ReviewPair.objects.update(moves_money=False)
    assert judge_pair(drafter, pair_id=doubt.id, verdict="same") == "settled"
    (told,) = linking_decisions(division=PLACE)
    assert list(linking_decisions(division=OTHER_COUNTY)) == []
    later = {**DELIVERY, SCHOOL: [{**PUPIL, "rec_id": "新编号-1", "village": "别村"}]}
    run = link(tmp_path / "later", later, (told[:3], told[3]))
    assert run.person_of("新编号-1") == run.person_of("police_hukou-2")


def test_what_would_move_money_needs_another_person_and_two_who_differ_a_third(officers):
    drafter, reviewer, approver = officers
    pair = make_pair(make_run(), moves_money=True)
    assert judge_pair(drafter, pair_id=pair.id, verdict="same") == "second"
    assert not doubts_to_do(drafter).exists()
    assert list(linking_decisions(division=COUNTY)) == []
    with pytest.raises(RecordError) as refused:
        judge_pair(drafter, pair_id=pair.id, verdict="different")
    assert refused.value.problems[0].code == "pair.said_before"
    assert judge_pair(drafter, pair_id=pair.id, verdict="same") == "second"  # pressed twice
    view = read_pair(reviewer, pair_id=pair.id)
    assert (view.looks, view.line.reason, view.weights) == ((), "", ())  # nobody is told what the first one said
    assert judge_pair(reviewer, pair_id=pair.id, verdict="different") == "disputed"
    assert [one.id for one in doubts_to_do(approver)] == [pair.id]
    assert judge_pair(approver, pair_id=pair.id, verdict="same") == "settled"
    assert [row[3] for row in linking_decisions(division=COUNTY)] == ["same"]
    assert {look.by for look in read_pair(drafter, pair_id=pair.id).looks} == {one.id for one in officers}
    assert LogEntry.objects.filter(action="judge_pair", subject=str(pair.id)).count() == 3


def test_a_look_is_taken_back_while_nobody_looked_after_it_and_a_settled_pair_is_asked_anew(officers):
    drafter, reviewer, _approver = officers
    pair = make_pair(make_run())
    judge_pair(drafter, pair_id=pair.id, verdict="different")
    assert take_back_look(drafter, pair_id=pair.id) == "open"
    assert judge_pair(drafter, pair_id=pair.id, verdict="same") == "settled"
    with pytest.raises(RecordError):
        take_back_look(reviewer, pair_id=pair.id)
    ask_anew(reviewer, pair_id=pair.id)
    assert [one.id for one in doubts_to_do(drafter)] == [pair.id]
    assert list(linking_decisions(division=COUNTY)) == []
    assert PairLook.objects.filter(pair=pair).count() == 2  # what was said stays on record
    with pytest.raises(RecordError):
        judge_pair(drafter, pair_id=pair.id, verdict="perhaps")


def test_one_person_cannot_look_twice_even_in_the_same_moment(officers):
    pair = make_pair(make_run())
    judge_pair(officers[0], pair_id=pair.id, verdict="same")
    look = PairLook.objects.get(pair=pair)
    look.pk = None
    with pytest.raises(IntegrityError):
        look.save(force_insert=True)


def test_a_contradiction_comes_back_once_with_its_reason(screened, officers):
    run, _counts = loaded(screened, COUNTY)
    doubt = doubt_about_the_pupil()
    ReviewPair.objects.update(moves_money=False)
    judge_pair(officers[0], pair_id=doubt.id, verdict="same")
    reason = doubt.reason
    contradicted = screen_rows(screened, reason="decision_two_numbers", moves_money=False)
    assert load_again(run, screened, contradicted)["contradicted"] == 1
    doubt.refresh_from_db()
    assert (doubt.stand, doubt.against, doubt.reason) == ("open", "decision_two_numbers", reason)
    assert doubts_to_do(officers[0]).first() == doubt  # and whoever decided may look again
    judge_pair(officers[0], pair_id=doubt.id, verdict="same")
    assert load_again(run, screened, contradicted)["contradicted"] == 0
    doubt.refresh_from_db()
    assert doubt.stand == "settled"


def screen_rows(screened, **changes):
    """The rows of a screening in which the doubtful pair says something else."""
    return [{**row, **changes} if row["kind"] == "doubt" else row for row in pair_rows(screened.out)]


def load_again(run, screened, rows):
    """Load the screening as if its table of pairs held these rows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pair_loading, "pair_rows", lambda _folder: rows)
        return load_pairs(run_id=run.id, folder=screened.out, division=COUNTY)


def test_what_the_rosters_no_longer_ask_is_gone_and_what_was_decided_stays(screened, officers):
    first, _counts = loaded(screened, COUNTY)
    doubt = doubt_about_the_pupil()
    later = make_run()
    counts = load_again(later, screened, [])
    assert counts["gone"] == ReviewPair.objects.count()
    assert not doubts_to_do(officers[0]).exists()
    with pytest.raises(RecordError):
        judge_pair(officers[0], pair_id=doubt.id, verdict="same")
    assert load_again(first, screened, screen_rows(screened))["refreshed"] == counts["gone"]
    assert doubts_to_do(officers[0]).exists()


def test_another_county_a_village_and_whoever_is_not_named_in_a_protected_file_find_nothing(officers):
    drafter = officers[0]
    protected = make_person(linkage_id="pa-protected", restricted=True)
    hidden = make_pair(make_run(), person_a="pa-protected")
    shown = make_pair(make_run())
    assert [one.id for one in doubts_to_do(drafter)] == [shown.id]
    with pytest.raises(PairNotFound):
        read_pair(drafter, pair_id=hidden.id)
    with pytest.raises(PairNotFound):
        judge_pair(make_actor(division=OTHER_COUNTY), pair_id=shown.id, verdict="same")
    for role in ("child_director", "supervisor", "committee_office", "auditor", "city_viewer"):
        with pytest.raises(AccessDenied):
            list_queue(make_actor(role), first=0, size=5)
    NamedAccess.objects.create(
        person=Person.objects.get(id=protected.id), user_id=drafter.id, purpose="serve", why="case_worker", reason="主办",
        granted_by="local", granted_at=dt.datetime.now(dt.UTC),
    )  # fmt: skip
    assert read_pair(drafter, pair_id=hidden.id).to_do


@pytest.mark.parametrize(
    "roster", ["justice_custody", "health_deaths", "health_major_illness", "federation_disability"]
)
def test_of_a_list_that_says_something_about_its_people_nothing_tells_which_it_is(officers, roster):
    pair = make_pair(make_run(), first={"roster": roster, "source_file": "在押.csv"})
    view = read_pair(officers[0], pair_id=pair.id)
    assert view.line.first.roster == ""
    assert not {"roster", "source_file", "source_row"} & set(view.line.first.told)
    assert view.line.second.roster == "police_hukou"


def test_the_sample_says_nothing_of_what_the_machine_did_and_stands_in_no_queue(officers):
    run = make_run()
    link_pair = make_pair(run, kind="link", stratum="other", turn=2, rank=None, reason="")
    doubt = make_pair(run, turn=1, weights=(("name", 50),))
    drafter, reviewer, _approver = officers
    assert [one.id for one in sample_to_do(drafter)] == [doubt.id, link_pair.id]
    assert [one.id for one in doubts_to_do(drafter)] == [doubt.id]
    seen = [read_pair(drafter, pair_id=one.id, blind=True) for one in (doubt, link_pair)]
    assert [(view.line.reason, view.weights, view.looks) for view in seen] == [("", (), ())] * 2
    assert read_pair(drafter, pair_id=doubt.id).weights == (("name", 50),)
    assert (turn_of(drafter, pair_id=doubt.id, blind=True).after, turn_of(drafter, pair_id=None, blind=True).total) == (
        link_pair.id,
        2,
    )
    judge_pair(drafter, pair_id=link_pair.id, verdict="same", blind=True)
    assert [one.id for one in sample_to_do(reviewer)] == [doubt.id]


def test_the_quality_of_a_roster_is_reckoned_from_what_people_said(officers):
    run = make_run(linked={SCHOOL: {"records": 200, "number": 0, "other": 100}})
    drafter = officers[0]
    for number in range(10):
        pair = make_pair(run, kind="link", stratum="other", turn=number, rank=None, reason="")
        judge_pair(drafter, pair_id=pair.id, verdict="different" if number == 0 else "same")
    missed, apart, unclear = (make_pair(run) for _ in range(3))
    make_pair(run)
    for pair, verdict in ((missed, "same"), (apart, "different"), (unclear, "cannot_tell")):
        judge_pair(drafter, pair_id=pair.id, verdict=verdict)
    (line,) = read_quality(drafter).lines
    assert (line.links, line.looked_at, line.wrong, line.missed, line.waiting) == (100, 10, 1, 1, 2)
    assert line.quality.precision.value == pytest.approx(0.9)
    assert line.quality.recall.value == pytest.approx(90 / 92)
    assert line.quality.recall.low == pytest.approx(59.58 / 62.58, abs=0.001)
    assert read_quality(make_actor(division=OTHER_COUNTY)).lines == ()


def test_candidates_of_one_record_know_of_each_other(officers):
    run = make_run()
    one, other = (make_pair(run, key_a="f" * 64, second={"name": name}) for name in ("甲", "乙"))
    make_pair(run)
    assert read_pair(officers[0], pair_id=one.id).others == ((other.id, "乙"),)


def test_with_the_files_of_a_screening_goes_what_its_records_said_and_the_decisions_stay(officers):
    run = make_run()
    settled, waiting = make_pair(run), make_pair(run)
    judge_pair(officers[0], pair_id=settled.id, verdict="same")
    destroy_run_files(make_actor("county_approver"), run_ids=[run.id])
    assert set(ReviewPair.objects.values_list("content", flat=True)) == {None}
    assert not doubts_to_do(officers[0]).exists()
    view = read_pair(officers[0], pair_id=settled.id)
    assert (view.readable, view.line.verdict) == (False, "same")
    waiting.refresh_from_db()
    assert waiting.gone
    assert len(list(linking_decisions(division=COUNTY))) == 1


def test_the_worker_hands_the_decisions_over_in_a_file_of_its_own_and_takes_it_away(officers, tmp_path, monkeypatch):
    pair = make_pair(make_run())
    judge_pair(officers[0], pair_id=pair.id, verdict="same")
    job = ScreeningJob(
        pair.run_id, "upload", tmp_path / "in", tmp_path / "results" / "out", dt.date(2025, 9, 1), COUNTY
    )
    monkeypatch.setattr(tasks.sys, "executable", "/bin/true")
    screening = tasks._Screening(job, None)
    assert screening.decisions.stat().st_mode & 0o777 == 0o600
    screening._stop()
    screening._close()
    assert list((tmp_path / "results").iterdir()) == []


def test_weights_are_read_from_what_the_linking_says_of_a_pair():
    said = "name +5.0 born -8.5 family +20.0 same roster -4.0 prior -17.0 = -4.5"
    assert weights_in(said) == (("name", 50), ("born", -85), ("family", 200), ("same roster", -40), ("prior", -170))
    assert weights_in(None) == ()
