"""A merge is undone under other keys than those it was made under: what it keeps of values does not lie under keys of its own."""

from __future__ import annotations

import importlib
import os
import uuid

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from ciyou.apps.audit.delivery import deliver_events
from ciyou.apps.audit.keys import change_keyring, keyring
from ciyou.apps.audit.resealing import destroy_key, put_indexes, reseal, rotate_index
from ciyou.apps.audit.sealed_columns import sealed_here
from ciyou.apps.awards.contents import open_application
from ciyou.apps.awards.models import Application
from ciyou.apps.registry import plain_rows
from ciyou.apps.registry.between import written_since
from ciyou.apps.registry.identifiers import holders_of
from ciyou.apps.registry.identifying import mask_identifier
from ciyou.apps.registry.identity_moves import record_of
from ciyou.apps.registry.merge_reading import read_merge
from ciyou.apps.registry.models import Evidence, Fact, Identifier, IdentityDecision
from ciyou.apps.registry.relations import COPY, RELATIONS, STAY
from ciyou.apps.registry.row_images import difference, image_of, put_back
from ciyou.apps.registry.sealing import blind_identifier, open_fact, open_identifier, seal_identifier
from ciyou.apps.registry.services import confirm_unmerge, merge_people, store_evidence, unmerge_people
from ciyou.vault.keyring import KeyUse
from tests.award_builders import entitled_child, received
from tests.month_builders import with_account
from tests.office import make_actor, make_person

pytestmark = pytest.mark.django_db
NUMBER, OTHER_NUMBER, TITLE = "110101201605010000", "110101201605010001", "出生医学证明"


@pytest.fixture(autouse=True)
def own_keys(settings, tmp_path):
    """Keys and a store of evidence of this test's own."""
    settings.KEY_FILE = tmp_path / "keys.json"
    settings.EVIDENCE = tmp_path / "evidence"
    settings.EVIDENCE.mkdir()


def with_number(child, number=NUMBER):
    return Identifier.objects.create(
        person_id=child,
        kind="id_card",
        cipher=seal_identifier(child, "id_card", number),
        blind=blind_identifier("id_card", number),
        **{"source": "police_hukou", "recorded_at": timezone.now()},
    )


@pytest.fixture
def two():
    """Two children who have everything that lies encrypted: statements, a number, an account, a paper, an application each."""
    kept, dropped = entitled_child("k"), entitled_child("d")
    received(kept)
    received(dropped)
    with_number(dropped)
    with_account(dropped)
    store_evidence(make_actor(), key=uuid.uuid4(), person_id=dropped, title=TITLE, content=b"%PDF-1.4\n%%EOF")
    deliver_events()
    put_indexes()
    return kept, dropped


def merged(two):
    """Both are one: the second application is withdrawn, the number and the account are copied."""
    kept, dropped = two
    merge_people(make_actor(), keep=kept, drop=dropped, reason="same_family")
    deliver_events()
    assert Application.objects.filter(state="withdrawn").count() == 1
    return IdentityDecision.objects.get(decision="merge")


def undone(merge):
    said = {one.key: "kept" for one in written_since(merge)}
    assert unmerge_people(make_actor(), decision_id=merge.id, reason="two_families", belongs=said) == "proposed"
    assert confirm_unmerge(make_actor("county_reviewer"), decision_id=merge.id) == "undone"


def without_tasks(image, before):
    """What was asked of somebody in between stands."""
    return {place: row for place, row in image.items() if place in before or place[0] != "cases.Task"}


def renew_values():
    """A new key for values, everything written anew, the old key destroyed."""
    old = keyring().current(KeyUse.FIELD).id
    change_keyring(lambda ring: ring.rotated(KeyUse.FIELD))
    assert reseal().unreadable == ()
    destroy_key(old)


def renew_indexes():
    old = keyring().current(KeyUse.INDEX).id
    assert rotate_index() > 0
    destroy_key(old)


RENEWALS = pytest.mark.parametrize(
    "renewed", [(renew_values,), (renew_indexes,), (renew_values, renew_indexes)], ids=["values", "indexes", "both"]
)


@RENEWALS
def test_both_files_are_shown_and_stand_again_under_new_keys(two, renewed):
    kept, dropped = two
    before = image_of(two)
    content = {row.id: open_application(row.id, row.content) for row in Application.objects.all()}
    merge = merged(two)
    for renew in renewed:
        renew()
    shown = read_merge(make_actor(), child_id=kept, merge_id=merge.id).undoing
    assert [one.masked for one in shown.restored.identifiers] == [mask_identifier("id_card", NUMBER)]
    assert "recognized_tekun" in {one.definition.name for one in shown.restored.facts if one.definition}
    assert shown.restored.evidence == 1
    undone(merge)
    assert without_tasks(image_of(two), before) == before
    facts = Fact.objects.filter(person_id=dropped, superseded_at=None)
    assert {row.name: open_fact(dropped, row.name, row.value) for row in facts}["recognized_tekun"] is False
    assert {row.id: open_application(row.id, row.content) for row in Application.objects.all()} == content
    assert [open_identifier(dropped, row.kind, row.cipher) for row in Identifier.objects.all()] == [NUMBER]
    assert [person.id for person in holders_of("id_card", NUMBER)] == [dropped]
    assert put_indexes() == 0


@RENEWALS
def test_a_row_that_was_taken_away_or_written_over_comes_back_with_its_value_and_the_index_of_today(renewed):
    gone, changed = with_number(make_person().id), with_number(make_person().id, OTHER_NUMBER)
    people = (gone.person_id, changed.person_id)
    before = image_of(people)
    Identifier.objects.filter(pk=gone.pk).delete()
    third = NUMBER[:-1] + "2"
    Identifier.objects.filter(pk=changed.pk).update(
        cipher=seal_identifier(changed.person_id, "id_card", third), blind=blind_identifier("id_card", third)
    )
    changes = difference(before, image_of(people))
    for renew in renewed:
        renew()
    assert put_back(changes) == []
    assert image_of(people) == before
    for row, number in ((gone, NUMBER), (changed, OTHER_NUMBER)):
        found = Identifier.objects.get(pk=row.pk)
        assert open_identifier(row.person_id, "id_card", found.cipher) == number
        assert found.blind == blind_identifier("id_card", number)


def test_what_a_merge_kept_in_the_form_of_before_is_opened_once_and_undone_under_new_keys(two, monkeypatch):
    before = image_of(two)
    with monkeypatch.context() as as_it_was:
        as_it_was.setattr(plain_rows, "opened", lambda _label, values, _ring: dict(values))
        merge = merged(two)
    sealed = record_of(merge)
    migration = importlib.import_module("ciyou.apps.registry.migrations.0004_opened_moves")
    for _twice in range(2):
        migration.open_moves(apps, connection.schema_editor())
        record = record_of(merge)
        assert record != sealed
        assert all(isinstance(values["value"], dict) for values in record.before["registry.Fact"])
        assert [len(record.changes), record.left] == [len(sealed.changes), sealed.left]
    renew_values()
    renew_indexes()
    undone(merge)
    assert without_tasks(image_of(two), before) == before


def test_a_value_that_nobody_can_open_stays_as_it_lies():
    officer, kept, dropped = make_actor(), make_person(), make_person()
    store_evidence(officer, key=uuid.uuid4(), person_id=dropped.id, title=TITLE, content=b"%PDF-1.4\n%%EOF")
    spoilt = os.urandom(60)
    Evidence.objects.update(title=spoilt)
    merge_people(officer, keep=kept.id, drop=dropped.id, reason="same_family")
    merge = IdentityDecision.objects.get(decision="merge")
    assert Evidence.objects.get().person_id == kept.id
    assert unmerge_people(officer, decision_id=merge.id, reason="two_families") == "undone"
    assert (Evidence.objects.get().person_id, bytes(Evidence.objects.get().title)) == (dropped.id, spoilt)


def test_what_is_sealed_for_a_person_is_copied_for_the_other_and_never_handed_over():
    bound = {column.model for column in sealed_here().columns if "person_id" in column.columns()}
    assert {f"{model}.person": RELATIONS[f"{model}.person"] for model in bound}.items() <= {
        (f"{model}.person", how) for model in bound for how in (COPY, STAY)
    }
    assert "registry.Fact" in bound
