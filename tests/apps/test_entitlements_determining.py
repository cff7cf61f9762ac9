"""Determinations: what is frozen, when one is made anew, and that it can be replayed."""

from __future__ import annotations

import datetime as dt
import json
import shutil

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from ciyou.apps.audit.models import OutboxEvent
from ciyou.apps.entitlements import archive, determining
from ciyou.apps.entitlements.models import Determination, Outcome, PackArchive
from ciyou.apps.entitlements.services import (
    determine_children,
    on_facts_changed,
    redetermine_all,
    redetermine_due,
    replay_determination,
)
from ciyou.apps.registry.models import Relationship
from ciyou.apps.registry.services import NewStatement, record_facts
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.errors import RunError
from ciyou.packs import pack_version
from tests.office import COUNTY, file_child, make_actor

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 2)
IN_PRISON = {"imprisoned": True, "imprisoned.term_months": 36}


def determine(*children, as_of=DAY, cause="load"):
    """Determine as the load does."""
    return determine_children(LOCAL_OPERATOR, child_ids=children, as_of=as_of, cause=cause)


def current(child):
    return Determination.objects.get(person_id=child, current=True)


def answers(child):
    return {row.rule: row.outcome for row in Outcome.objects.filter(person_id=child)}


def parent_of(child, kind):
    return Relationship.objects.get(person_id=child, kind=kind).other_id


def bereaved():
    """A child whose father is dead and whose mother is in prison for three years."""
    return file_child(father={"dead": True}, mother=IN_PRISON)


def test_a_child_whose_father_is_dead_and_whose_mother_is_in_prison_is_proposed_as_de_facto_unattended():
    child = bereaved()
    assert determine(child) == 1
    made = current(child)
    assert (made.state, made.cause, made.as_of, made.difference) == ("proposed", "load", DAY, [])
    assert made.pack_version == pack_version()
    assert answers(child)["de_facto_unattended"] == "yes"
    assert Outcome.objects.get(person_id=child, rule="de_facto_unattended").basis == "presumed"


def test_restricted_rules_and_plain_noes_stand_in_no_table():
    child = file_child(child={"hiv_infected": True})
    determine(child)
    rules = answers(child)
    assert "hiv_infected" not in rules
    assert "no" not in rules.values()
    assert "hiv" not in json.dumps(
        [current(child).difference, list(Outcome.objects.values_list("deciding", flat=True))]
    )


def test_what_is_stored_of_a_determination_cannot_be_read_without_the_keys():
    child = bereaved()
    determine(child)
    stored = bytes(current(child).content)
    assert b"imprisoned" not in stored
    assert b"de_facto" not in stored


def test_two_children_of_whom_the_same_is_known_have_different_hashes():
    first, second = bereaved(), bereaved()
    determine(first, second)
    assert current(first).hash != current(second).hash
    assert current(first).facts_hash != current(second).facts_hash


def test_determining_again_makes_nothing_new_while_facts_rules_and_answers_are_the_same():
    child = bereaved()
    determine(child)
    before = current(child)
    assert determine(child) == 0
    assert determine(child, as_of=DAY + dt.timedelta(days=40)) == 0
    assert current(child).id == before.id


def test_a_new_fact_makes_a_new_determination_that_names_what_changed():
    child = bereaved()
    determine(child)
    first = current(child)
    drafter = make_actor("county_drafter")
    released = [NewStatement("imprisoned", False, "verified")]
    record_facts(drafter, person_id=parent_of(child, "mother"), statements=released, source="inquiry")
    on_facts_changed([str(child)])
    made = current(child)
    assert made.id != first.id
    assert made.previous_id == first.id
    changed = {row["rule"]: (row["from"][0], row["to"][0]) for row in made.difference}
    assert changed["de_facto_unattended"][0] == "yes"
    assert changed["de_facto_unattended"][1] != "yes"
    first.refresh_from_db()
    assert (first.current, first.state) == (False, "superseded")


def test_the_news_of_a_determination_names_children_and_rules_but_nothing_of_class_five():
    child = file_child(father={"dead": True}, mother=IN_PRISON, child={"hiv_infected": False})
    determine(child)
    record_facts(
        make_actor("county_drafter"),
        person_id=child,
        statements=[NewStatement("hiv_infected", True, "verified")],
        source="inquiry",
    )
    on_facts_changed([str(child)])
    news = OutboxEvent.objects.filter(name="entitlements.determination_made").order_by("-id").first()
    assert news.payload["child_ids"] == [str(child)]
    assert "hiv_infected" not in news.payload["rules"]


def test_on_the_eighteenth_birthday_the_child_is_determined_again_and_not_before():
    child = file_child(born=dt.date(2008, 9, 10), father={"dead": True}, mother=IN_PRISON)
    determine(child)
    assert current(child).next_check_on == dt.date(2026, 9, 10)
    assert redetermine_due(dt.date(2026, 9, 9)) == 0
    assert redetermine_due(dt.date(2026, 9, 10)) == 1
    made = current(child)
    assert (made.cause, made.as_of) == ("birthday", dt.date(2026, 9, 10))
    assert answers(child).get("de_facto_unattended") is None


def test_the_end_of_a_statements_time_is_a_day_on_which_a_child_is_determined_again():
    term = (True, "rostered", "justice_custody", dt.date(2024, 1, 1), dt.date(2026, 6, 1))
    child = file_child(born=dt.date(2016, 7, 1), father={"dead": True}, mother={**IN_PRISON, "imprisoned": term})
    determine(child)
    assert current(child).next_check_on == dt.date(2026, 6, 1)
    redetermine_due(dt.date(2026, 6, 1))
    assert answers(child)["de_facto_unattended"] == "undetermined"


def test_a_day_on_which_nothing_changed_only_moves_the_day_to_look_again():
    child = file_child(born=dt.date(2010, 5, 5), father={"dead": True}, mother=IN_PRISON)
    determine(child)
    made = current(child)
    assert made.next_check_on == dt.date(2026, 5, 5)  # sixteen: left-behind children are below that age
    assert redetermine_due(dt.date(2026, 5, 5)) == 1
    assert current(child).next_check_on in (dt.date(2027, 5, 5), dt.date(2028, 5, 5))


def test_replaying_gives_the_same_hash_from_the_packs_that_were_kept():
    child = bereaved()
    determine(child)
    found = replay_determination(LOCAL_OPERATOR, determination_id=current(child).id)
    assert found.same
    assert found.stored == current(child).hash


@pytest.fixture
def other_packs(tmp_path, monkeypatch):
    """From now on the program ships other packs: a town's standard is another."""
    shipped = archive.SHIPPED

    def ship():
        root = tmp_path / "packs"
        for folder in shipped.glob("cn*"):
            shutil.copytree(folder, root / folder.name)
        path = root / "cn/parameters/custody_min_months.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("value: 6", "value: 60"), encoding="utf-8")
        version = pack_version(root=root)
        assert version != pack_version()
        for module in (archive, determining):
            monkeypatch.setattr(module, "pack_version", lambda: version)
        monkeypatch.setattr("ciyou.apps.entitlements.services.pack_version", lambda: version)
        monkeypatch.setattr(archive, "SHIPPED", root)
        monkeypatch.setattr(archive.zip_packs, "__defaults__", (root,))
        return version

    return ship


def test_after_the_packs_changed_an_old_determination_still_replays_and_every_child_is_determined_again(other_packs):
    child = bereaved()
    determine(child)
    old = current(child)
    version = other_packs()
    assert redetermine_due(DAY) == 1
    made = current(child)
    assert (made.pack_version, made.cause) == (version, "pack")
    assert [row["rule"] for row in made.difference if row["rule"] == "de_facto_unattended"] == ["de_facto_unattended"]
    assert PackArchive.objects.count() == 2
    assert replay_determination(LOCAL_OPERATOR, determination_id=old.id).same
    assert replay_determination(LOCAL_OPERATOR, determination_id=made.id).same


def test_without_the_packs_of_its_time_a_determination_is_not_replayed_with_others():
    child = bereaved()
    determine(child)
    PackArchive.objects.all().delete()
    shutil.rmtree(settings.HOME / "packs", ignore_errors=True)
    with pytest.raises(RunError) as refused:
        replay_determination(LOCAL_OPERATOR, determination_id=current(child).id)
    assert refused.value.problems[0].code == "determination.packs_missing"


def test_all_children_on_file_are_looked_at_when_asked():
    children = [file_child(), bereaved()]
    assert redetermine_all(LOCAL_OPERATOR, as_of=DAY) == (2, 2)
    assert redetermine_all(LOCAL_OPERATOR, as_of=DAY) == (2, 0)
    assert Determination.objects.filter(person_id__in=children, current=True).count() == 2


def test_a_child_without_a_village_is_decided_by_the_countys_rules():
    child = file_child(division=COUNTY)
    determine(child, as_of=timezone.localdate())
    assert current(child).division == COUNTY


def test_the_command_determines_everybody_and_finds_what_does_not_replay(capsys):
    child = bereaved()
    call_command("redecide", "--all", "--lang", "en")
    call_command("redecide", "--check", "--lang", "en")
    assert capsys.readouterr().out.splitlines() == [
        "Children looked at: 1; determinations made anew: 1.",
        "Determinations replayed: 1; not the same: 0.",
    ]
    Determination.objects.filter(person_id=child).update(hash="0" * 64)
    with pytest.raises(SystemExit) as ended:
        call_command("redecide", "--check", "--lang", "en")
    assert ended.value.code == 1
    assert str(current(child).id) in capsys.readouterr().out


def test_a_new_index_key_alone_makes_no_new_determinations(monkeypatch):
    child = bereaved()
    determine(child)
    before = current(child)
    Determination.objects.filter(id=before.id).update(facts_hash="f" * 64)
    assert determine(child) == 0
    assert current(child).id == before.id
    assert current(child).facts_hash == before.facts_hash
