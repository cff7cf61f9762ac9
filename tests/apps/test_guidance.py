"""Guidance for a family: only whoever may make a kind makes it, it always has an owner and a clock while it runs, and is no one's to read below its class."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace

import pytest
from django.utils import timezone

from ciyou.apps.audit.models import LogEntry
from ciyou.apps.cases.models import Task
from ciyou.apps.oversight.loops import read_loops
from ciyou.apps.oversight.training_figures import read_training_figures
from ciyou.apps.registry.models import IdentityDecision, Person
from ciyou.apps.registry.named_access import end_named_access, grant_named_access
from ciyou.apps.registry.services import merge_people
from ciyou.apps.registry.unmerging import unmerge_people
from ciyou.apps.training import guidance
from ciyou.apps.training import guidance_following as following
from ciyou.apps.training.guidance import (
    HeldGuidance,
    NewGuidance,
    end_guidance,
    record_guidance,
    record_guidance_session,
)
from ciyou.apps.training.guidance_reading import guidance_of_child, read_guidance
from ciyou.apps.training.list_conditions import with_guidance
from ciyou.apps.training.models import Guidance, GuidanceSession
from ciyou.apps.training.refusals import TrainingNotFound
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, Purpose
from ciyou.core.errors import RecordError
from ciyou.packs import load_guidance
from tests.office import OTHER_COUNTY, OTHER_VILLAGE, VILLAGE, make_actor, make_person

pytestmark = pytest.mark.django_db


def days(number: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=number)


def ordered(actor: Actor, child: Person, **said) -> Guidance:
    told = {
        "id": uuid.uuid4(), "child_id": child.id, "kind": "guidance_order", "issuer": "court", "issued_on": days(-9),
        "guardian": "父亲", "giver": "县妇联", "document": "（2026）1号", "measures": "每周一次", "sessions": 3, **said,
    }  # fmt: skip
    return Guidance.objects.get(id=record_guidance(actor, wanted=NewGuidance(**told)))


def held(actor: Actor, row: Guidance, **said) -> uuid.UUID:
    told = {"id": uuid.uuid4(), "held_on": days(0), "form": "in_person", "giver": "县妇联", "words": "谈了陪伴", **said}
    return record_guidance_session(actor, guidance_id=row.id, held=HeldGuidance(**told))


def work(row: Guidance) -> list[tuple[str, str, object]]:
    return list(
        Task.objects.filter(subject_id=str(row.id), state="open").values_list("queue_role", "division", "person")
    )


def refusal(call, *given, **said) -> str:
    with pytest.raises(RecordError) as refused:
        call(*given, **said)
    return refused.value.problems[0].code


def name(child: Person, actor: Actor) -> None:
    about = {"purpose": Purpose.SERVE, "why": "case_worker", "reason": "指导", "ends_at": None}
    grant_named_access(LOCAL_OPERATOR, person_id=child.id, user_id=actor.id, **about)


def test_an_order_is_given_session_by_session_with_the_countys_clock_until_it_is_done():
    drafter, child = make_actor("county_drafter"), make_person()
    row = ordered(drafter, child)
    county = [("county_drafter", f"{VILLAGE[:6]}000000", None)]
    assert work(row) == county, "the task names nobody"
    done = {"guidance_id": row.id, "version": 1, "done": True, "words": "三次都到了"}
    assert refusal(end_guidance, drafter, **done) == "training.guidance_no_session"
    first = Task.objects.get(subject_id=str(row.id))
    key = uuid.uuid4()
    assert held(drafter, row, id=key) == held(drafter, row, id=key)
    assert (GuidanceSession.objects.count(), work(row)) == (1, county)
    assert Task.objects.get(subject_id=str(row.id), state="open").id != first.id, "the clock begins anew"
    view = read_guidance(drafter, guidance_id=row.id)
    assert (view.line.held, view.line.sessions_asked, view.content.guardian) == (1, 3, "父亲")
    assert [one.words for one in view.sessions] == ["谈了陪伴"]
    assert refusal(end_guidance, drafter, **done) == "training.guidance_sessions_missing"
    for _session in range(2):
        held(drafter, row)
    end_guidance(drafter, **done)
    assert (work(row), Guidance.objects.get().state) == ([], "done")
    assert refusal(held, drafter, row) == "training.guidance_over"
    assert refusal(end_guidance, drafter, **done) == "training.guidance_over"
    logged = LogEntry.objects.filter(action__in=("record_guidance", "record_guidance_session", "end_guidance"))
    assert logged.count() == 5


@pytest.mark.parametrize(("paper", "place", "needed"), [(None, None, 1), (None, 2, 2), (1, 2, 1)])
def test_it_is_done_with_as_many_sessions_as_the_paper_asks_for_else_the_places_text(monkeypatch, paper, place, needed):
    drafter, child = make_actor("county_drafter"), make_person()
    pack = load_guidance(division=VILLAGE)
    kinds = {**pack.kinds, "guidance_order": replace(pack.kinds["guidance_order"], sessions=place)}
    monkeypatch.setattr(guidance, "load_guidance", lambda *, division: replace(pack, kinds=kinds))
    row = ordered(drafter, child, sessions=paper)
    done = {"guidance_id": row.id, "version": 1, "done": True, "words": "都到了"}
    for number in range(needed):
        assert refusal(end_guidance, drafter, **done).startswith("training.guidance_"), number
        held(drafter, row)
    end_guidance(drafter, **done)
    assert Guidance.objects.get().state == "done"


def test_what_was_not_done_says_what_then():
    drafter, child = make_actor("county_drafter"), make_person()
    row = ordered(drafter, child)
    missed = {"guidance_id": row.id, "done": False, "words": "父亲两次不到"}
    assert refusal(end_guidance, drafter, **missed, version=1, outcome="nothing") == "training.guidance_outcome"
    assert refusal(end_guidance, drafter, **missed, version=7, outcome="police") == "training.moved_on"
    end_guidance(drafter, **missed, version=1, outcome="police")
    row.refresh_from_db()
    assert (row.state, row.outcome, row.ended_on, work(row)) == ("not_done", "police", days(0), [])
    assert read_guidance(drafter, guidance_id=row.id).content.ended == "父亲两次不到"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"kind": "reprimand"}, "kind"),
        ({"kind": "supervision_order"}, "issuer"),  # a court makes none
        ({"issuer": "village_committee"}, "issuer"),
        ({"issued_on": days(1)}, "issued_on"),
        ({"issued_on": None}, "issued_on"),
        ({"until_on": days(-10)}, "until_on"),
        ({"sessions": 0}, "sessions"),
        ({"guardian": ""}, "guardian"),
        ({"giver": " "}, "giver"),
    ],
)
def test_what_cannot_be_is_refused(said, code):
    drafter, child = make_actor("county_drafter"), make_person()
    assert refusal(ordered, drafter, child, **said) == f"training.guidance_{code}"
    assert not Guidance.objects.exists()


def test_a_session_lies_between_the_paper_and_today_and_what_the_paper_does_not_say_stays_unknown():
    drafter, child = make_actor("county_drafter"), make_person()
    row = ordered(drafter, child, kind="advice", issuer="school", sessions=None, document="", measures="")
    for day in (days(1), days(-10), None):
        assert refusal(held, drafter, row, held_on=day) == "training.guidance_held_on"
    assert refusal(held, drafter, row, form="telepathy") == "training.guidance_form"
    line = read_guidance(drafter, guidance_id=row.id).line
    assert (line.sessions_asked, line.until_on) == (None, None)


def test_guardianship_is_the_countys_and_its_named_workers_to_read():
    drafter, director, child = make_actor("county_drafter"), make_actor("child_director"), make_person()
    row = ordered(drafter, child)
    elsewhere = make_actor("county_drafter", division=OTHER_COUNTY)
    for actor in (director, elsewhere):
        with pytest.raises(TrainingNotFound):
            read_guidance(actor, guidance_id=row.id)
    assert guidance_of_child(director, child_id=child.id) == ()
    with pytest.raises(TrainingNotFound):
        ordered(director, child)
    name(child, director)
    assert [one.id for one in guidance_of_child(director, child_id=child.id, running=True)] == [row.id]


def test_of_a_protected_child_it_is_a_named_workers_or_nobodys():
    drafter, director, child = make_actor("county_drafter"), make_actor("child_director"), make_person()
    row = ordered(drafter, child)
    Person.objects.filter(id=child.id).update(restricted=True)
    following.on_protection_changed(child_ids=[str(child.id)])
    assert work(row) == []
    with pytest.raises(TrainingNotFound):
        read_guidance(drafter, guidance_id=row.id)
    name(child, director)
    assert (following.watch_guidance(), following.watch_guidance()) == (1, 0)
    assert work(row) == [("child_director", VILLAGE, child.id)]
    held(director, row)
    end_named_access(LOCAL_OPERATOR, person_id=child.id, user_id=director.id, why="case_worker")
    assert (following.watch_guidance(), work(row)) == (1, [])
    assert "guidance" not in {one.kind for one in read_loops(drafter, today=days(0)).loops}
    Person.objects.filter(id=child.id).update(restricted=False)
    following.on_protection_changed(child_ids=[str(child.id)])
    assert [one[0] for one in work(row)] == ["county_drafter"]


def test_it_goes_along_with_the_child_and_ends_with_its_file():
    drafter, child = make_actor("county_drafter"), make_person()
    row = ordered(drafter, child)
    Person.objects.filter(id=child.id).update(division=OTHER_VILLAGE)
    following.on_person_moved(person_id=str(child.id), new_division=OTHER_VILLAGE)
    assert work(row) == [("county_drafter", f"{OTHER_VILLAGE[:6]}000000", None)]
    assert Guidance.objects.get().division == OTHER_VILLAGE
    following.on_child_of_age(child_ids=[str(child.id)])
    row.refresh_from_db()
    assert (row.state, row.outcome, work(row)) == ("lapsed", "of_age", [])
    following.on_child_died(child_ids=[str(child.id)])
    assert Guidance.objects.get().outcome == "of_age"


def test_a_merge_takes_it_over_and_the_file_is_kept_for_it():
    drafter, kept, dropped = make_actor("county_drafter"), make_person(), make_person()
    row = ordered(drafter, dropped)
    assert set(Person.objects.filter(with_guidance())) == {dropped}
    merge_people(drafter, keep=kept.id, drop=dropped.id, reason="same_family")
    following.on_people_merged(kept=str(kept.id), dropped=str(dropped.id))
    assert (Guidance.objects.get().child_id, len(work(row))) == (kept.id, 1)
    merge = IdentityDecision.objects.get()
    assert unmerge_people(drafter, decision_id=merge.id, reason="two_numbers") == "undone"
    following.on_people_unmerged(kept=str(kept.id), restored=str(dropped.id))
    assert (Guidance.objects.get().child_id, len(work(row))) == (dropped.id, 1)


def test_what_runs_is_a_loop_with_an_owner_and_a_clock():
    drafter = make_actor("county_drafter")
    ordered(drafter, make_person())
    (loop,) = [one for one in read_loops(drafter, today=days(0)).loops if one.kind == "guidance"]
    assert (loop.open.count, loop.ownerless.count, loop.clockless.count, loop.oldest) == (1, 0, 0, days(-9))


def test_each_kind_says_what_it_rests_on_and_how_sure_that_is():
    kinds = load_guidance(division="00").kinds
    assert {code: {one.confidence for one in kind.sources} for code, kind in kinds.items()} == {
        "advice": {"A"},
        "guidance_order": {"A"},
        "supervision_order": {"B"},
    }
    assert kinds["supervision_order"].issuers == ("procuratorate",)
    assert set(kinds["guidance_order"].issuers) == {"court", "procuratorate", "public_security"}


def test_figures_tell_what_was_given_and_what_runs_by_place_and_withhold_what_is_small():
    child, protected = make_person(), make_person(restricted=True)
    made = [
        (f"99010{number}001001", "open" if number < 3 else "done", child) for number in (1, 2, 3) for _one in range(12)
    ]
    made += [("990104001001", "open", child)] * 2 + [("990105001001", "open", protected)]
    Guidance.objects.bulk_create(
        Guidance(
            id=uuid.uuid4(), child=about, division=place, kind="guidance_order", issuer="court", issued_on=days(0),
            content=b"x", state=state, recorded_by="x", recorded_at=timezone.now(),
        )
        for place, state, about in made
    )  # fmt: skip
    found = read_training_figures(make_actor("city_viewer", division="990100000000"))
    told = {
        name: {place: cell.count for place, cell in column.cells.items()} for name, column in found.guidance.items()
    }
    rows = [f"99010{number}000000" for number in (1, 2, 3, 4)]
    # The two in the fourth county would be told by the total, so that another's number goes with them.
    assert told["given"] == dict(zip(rows, [None, 12, 12, None], strict=True))
    assert told["open"] == dict(zip(rows, [None, 12, 0, None], strict=True))
    assert [code for code, _name in found.guided] == rows
    assert (found.guidance["given"].total.count, found.guidance["open"].total.count) == (38, 26)
