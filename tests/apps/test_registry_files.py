"""Evidence, accounts, and what happens to a file: a death, a birthday, a move, protection, a merge."""

from __future__ import annotations

import datetime as dt
import struct
import zlib
from uuid import uuid4

import pytest
from django.db.models import ManyToOneRel
from django.utils import timezone

from ciyou.apps.audit.models import LogEntry, OutboxEvent
from ciyou.apps.registry.media import clean_media
from ciyou.apps.registry.models import Evidence, Fact, Person, PersonPlace
from ciyou.apps.registry.payees import is_card_number, payee_of
from ciyou.apps.registry.proofs import MAX_BYTES, evidence_file
from ciyou.apps.registry.relations import RELATIONS, relation_name
from ciyou.apps.registry.selectors import (
    PersonNotFound,
    family_of,
    get_person,
    list_evidence,
    masked_identifiers,
    open_evidence,
    statements_of_child,
    timeline_of,
)
from ciyou.apps.registry.services import (
    NewStatement,
    ensure_parent,
    merge_people,
    move_person,
    on_division_changed,
    pass_eighteenth_birthdays,
    record_death,
    record_facts,
    record_identifier,
    record_payee,
    restrict_file,
    reveal_account,
    store_evidence,
    unrestrict_file,
)
from ciyou.core.access.actor import Purpose
from ciyou.core.errors import RecordError, VaultError
from tests.office import OTHER_COUNTY, OTHER_VILLAGE, VILLAGE, make_actor, make_person

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*extra):
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\x00\x00"))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + pixels + chunk(b"IEND", b"")


def segment(marker, body):
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def jpeg(*extra):
    return (
        b"\xff\xd8"
        + segment(0xE0, b"JFIF\x00\x01\x01")
        + b"".join(extra)
        + segment(0xDA, b"\x01")
        + b"\x12\xff\x00\x34\xff\xd9"
    )


def exif(orientation):
    return (
        b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00"
        + struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0)
        + b"GPS 30.1N"
    )


def keep(actor, child, content=PDF, **options):
    return store_evidence(actor, key=uuid4(), person_id=child.id, title="死亡证明", content=content, **options)


def test_an_evidence_file_is_kept_encrypted_and_opened_again():
    child, officer = make_person(), make_actor()
    key = keep(officer, child)
    assert b"PDF" not in evidence_file(key).read_bytes()
    assert "死亡".encode() not in bytes(Evidence.objects.get().title)
    assert [card.title for card in list_evidence(officer, person_id=child.id, purpose=Purpose.VERIFY)] == ["死亡证明"]
    assert open_evidence(officer, evidence_id=key, purpose=Purpose.VERIFY).content == PDF


def test_a_file_that_was_changed_in_the_store_is_not_opened():
    child, officer = make_person(), make_actor()
    key = keep(officer, child)
    stored = bytearray(evidence_file(key).read_bytes())
    stored[-1] ^= 1
    evidence_file(key).write_bytes(stored)
    with pytest.raises(VaultError):
        open_evidence(officer, evidence_id=key, purpose=Purpose.VERIFY)


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", b"MZ\x90\x00", b"%PDF-1.4 without an end", b"\xff\xd8\xff\xe0", png()[:30], b"PK\x03\x04"],
)
def test_an_uploaded_file_that_is_something_else_is_refused(content):
    with pytest.raises(RecordError) as refusal:
        keep(make_actor(), make_person(), content)
    assert "PDF" in refusal.value.text("zh")


def test_a_file_that_is_too_large_is_refused():
    with pytest.raises(RecordError):
        keep(make_actor(), make_person(), b"%PDF-" + bytes(MAX_BYTES))


def test_a_picture_loses_place_camera_and_what_hangs_behind_it():
    assert clean_media(jpeg(segment(0xE1, exif(1)), segment(0xFE, b"note")) + b"PK zip") == ("image/jpeg", jpeg())
    assert clean_media(png(chunk(b"tEXt", b"Author\x00x"), chunk(b"eXIf", b"x")) + b"<script>") == ("image/png", png())


def test_a_photograph_keeps_how_it_is_to_be_turned():
    kind, kept = clean_media(jpeg(segment(0xE1, exif(6))))
    assert kind == "image/jpeg"
    assert b"GPS" not in kept
    assert b"\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06" in kept


def test_a_village_opens_only_the_files_of_its_class_and_its_own():
    child, officer, village = make_person(), make_actor(), make_actor("child_director")
    hidden, own, basic = keep(officer, child), keep(village, child), keep(officer, child, sensitivity=3)
    seen = {card.id for card in list_evidence(village, person_id=child.id, purpose=Purpose.SERVE)}
    assert seen == {own, basic}
    with pytest.raises(PersonNotFound):
        open_evidence(village, evidence_id=hidden, purpose=Purpose.SERVE)
    with pytest.raises(PersonNotFound):
        open_evidence(make_actor(division=OTHER_COUNTY), evidence_id=basic, purpose=Purpose.SERVE)


def test_card_numbers_carry_a_check_digit():
    assert is_card_number("6222021234567890128") is is_card_number("6222021234567890128")
    assert is_card_number("4111111111111111")
    assert not is_card_number("4111111111111112")
    assert not is_card_number("0000000000000000")


def test_an_account_is_shown_masked_and_revealed_with_a_record():
    child, officer = make_person(), make_actor()
    record_payee(officer, person_id=child.id, holder="李奶奶", bank="农信社", number="4111 1111 1111 1111")
    account = payee_of(officer, person_id=child.id, purpose=Purpose.SERVE)
    assert (account.holder, account.masked) == ("李奶奶", "4111********1111")
    assert reveal_account(officer, account_id=account.id, purpose=Purpose.SERVE) == "4111111111111111"
    assert LogEntry.objects.get(action="reveal_account").kind == "disclosure"
    with pytest.raises(RecordError):
        record_payee(officer, person_id=child.id, holder="李奶奶", bank="农信社", number="4111111111111112")


def test_a_childs_death_ends_the_file_and_is_told_to_the_rooms_above():
    child, officer = make_person(), make_actor()
    record_death(officer, person_id=child.id, on=dt.date(2026, 3, 1))
    card = get_person(officer, person_id=child.id, purpose=Purpose.VERIFY)
    assert (card.status, card.status_on) == ("dead", dt.date(2026, 3, 1))
    assert Fact.objects.get().valid_from == dt.date(2026, 3, 1)
    assert OutboxEvent.objects.get(name="registry.child_died").payload == {"child_ids": [str(child.id)]}
    with pytest.raises(RecordError):
        record_death(officer, person_id=child.id, on=dt.date(2026, 3, 1))


def test_a_fathers_death_is_news_of_his_child():
    child, officer = make_person(), make_actor()
    father = ensure_parent(officer, child_id=child.id, kind="father")
    record_death(officer, person_id=father, on=dt.date(2026, 3, 1))
    said = statements_of_child(officer, child_id=child.id, purpose=Purpose.VERIFY)
    assert [(one.entity.value, one.name, one.value) for one in said] == [("father", "dead", True)]


@pytest.mark.parametrize(("today", "status"), [(dt.date(2034, 2, 28), "active"), (dt.date(2034, 3, 1), "of_age")])
def test_a_child_born_on_29_february_is_of_age_on_1_march(today, status):
    child = make_person(birth_date=dt.date(2016, 2, 29))
    pass_eighteenth_birthdays(today)
    child.refresh_from_db()
    assert child.status == status


def test_birthdays_pass_once():
    make_person(birth_date=dt.date(2008, 1, 1))
    assert (pass_eighteenth_birthdays(dt.date(2026, 1, 1)), pass_eighteenth_birthdays(dt.date(2026, 1, 2))) == (1, 0)
    assert OutboxEvent.objects.filter(name="registry.child_of_age").count() == 1


def test_a_child_that_moves_is_seen_by_the_new_place_and_no_more_by_the_old_one():
    child, officer = make_person(), make_actor()
    father = ensure_parent(officer, child_id=child.id, kind="father")
    move_person(officer, person_id=child.id, division=OTHER_COUNTY, on=dt.date(2026, 1, 1))
    there = make_actor(division=OTHER_COUNTY)
    assert get_person(there, person_id=child.id, purpose=Purpose.VERIFY).division == OTHER_COUNTY
    assert get_person(there, person_id=father, purpose=Purpose.VERIFY)
    with pytest.raises(PersonNotFound):
        get_person(officer, person_id=child.id, purpose=Purpose.VERIFY)


def test_a_division_that_changes_takes_its_people_along_once():
    child = make_person(residence_division=VILLAGE)
    for _ in range(2):
        on_division_changed(old_code=VILLAGE, new_code="990101002001", on="2026-01-01")
    child.refresh_from_db()
    assert (child.division, child.residence_division) == ("990101002001", "990101002001")
    assert set(PersonPlace.objects.values_list("division", flat=True)) == {"990101002001"}
    events = [
        one for one in timeline_of(make_actor(), person_id=child.id, purpose=Purpose.VERIFY) if one.kind != "registered"
    ]
    assert [(one.kind, one.details["from"]) for one in events] == [("division_changed", VILLAGE)] * 2


def test_a_protected_file_is_known_to_its_named_workers_only():
    child, reviewer = make_person(), make_actor("county_reviewer")
    assert restrict_file(reviewer, person_id=child.id, reason="侵害未成年人案件")
    assert get_person(reviewer, person_id=child.id, purpose=Purpose.PROTECT).restricted
    with pytest.raises(PersonNotFound):
        get_person(make_actor("county_reviewer"), person_id=child.id, purpose=Purpose.PROTECT)
    assert unrestrict_file(reviewer, person_id=child.id)
    assert get_person(make_actor(), person_id=child.id, purpose=Purpose.PROTECT)


def test_merged_files_are_one_and_what_was_known_of_the_kept_one_before_stays_so():
    officer = make_actor()
    keep_, drop = make_person(name="单小雨"), make_person(name="单晓雨", division=OTHER_VILLAGE)
    father = ensure_parent(officer, child_id=drop.id, kind="father")
    record_facts(officer, person_id=drop.id, statements=[NewStatement("boarding", True, "verified")], source="visit")
    record_identifier(officer, person_id=drop.id, kind="id_card", value="110101201605010016")
    before = Fact.objects.get().recorded_at
    merge_people(officer, keep=keep_.id, drop=drop.id)
    other_father = make_person(kind="adult", name="单大")
    merge_people(officer, keep=other_father.id, drop=father)
    now = timezone.now()
    father_after = make_person(kind="adult", name="单大山").id
    merge_people(officer, keep=father_after, drop=other_father.id)
    assert family_of(officer, child_id=keep_.id, purpose=Purpose.VERIFY, known_at=now).father.person.id == father_after
    assert [one.value for one in statements_of_child(officer, child_id=keep_.id, purpose=Purpose.VERIFY)] == [True]
    assert statements_of_child(officer, child_id=keep_.id, purpose=Purpose.VERIFY, known_at=before) == ()
    assert [one.kind for one in masked_identifiers(officer, person_id=keep_.id)] == ["id_card"]
    assert Person.objects.get(id=drop.id).merged_into_id == keep_.id
    assert get_person(officer, person_id=drop.id, purpose=Purpose.VERIFY).id == keep_.id
    with pytest.raises(PersonNotFound):
        get_person(make_actor(division=OTHER_COUNTY), person_id=drop.id, purpose=Purpose.VERIFY)
    assert {"absorbed", "merged"} <= {
        one.kind for one in timeline_of(officer, person_id=keep_.id, purpose=Purpose.VERIFY)
    }


def test_every_relation_to_a_person_is_named_in_the_merge():
    assert {relation_name(one) for one in Person._meta.related_objects if isinstance(one, ManyToOneRel)} == set(
        RELATIONS
    )


def test_only_two_different_files_of_one_kind_are_merged():
    child, adult, officer = make_person(), make_person(kind="adult"), make_actor()
    for other in (child, adult):
        with pytest.raises(RecordError):
            merge_people(officer, keep=child.id, drop=other.id)
