"""Lists in the layout of the national system: who is in them, that they come back without a difference, and what leaves a record."""

from __future__ import annotations

import io
import uuid

import pytest
from msoffcrypto import OfficeFile
from openpyxl import load_workbook

from ciyou.apps.audit.models import LogEntry, PersonSeen
from ciyou.apps.exchange.settling import Settlement, settle_items
from ciyou.apps.oversight.exports import take_export
from ciyou.apps.oversight.models import ExportRecord, NationalExport
from ciyou.apps.oversight.national_exports import (
    NationalWish,
    begin_national_export,
    make_export_now,
    national_export,
    resume_national_exports,
)
from ciyou.apps.oversight.refusals import NotFoundHere
from ciyou.apps.registry.models import Person
from ciyou.core.access.actor import Purpose
from ciyou.core.errors import AccessDenied, RecordError
from tests.exchange_builders import compared, csv_file, items, listed_child, number, their_row
from tests.month_builders import FUJIAN, SICHUAN
from tests.office import make_actor

pytestmark = pytest.mark.django_db
REASON = "录入全国儿童福利信息系统"


def wish(which="everybody", **fields):
    return NationalWish(
        **{
            "export_id": uuid.uuid4(),
            "mapping": "national_children",
            "which": which,
            "purpose": Purpose.SERVE,
            "reason": REASON,
            **fields,
        }
    )


def exported(actor, which="everybody"):
    """The workbook of an export, opened with its password: (content, rows by title)."""
    wanted = wish(which)
    _card, password = begin_national_export(actor, wish=wanted, proved=True)
    assert make_export_now(wanted.export_id)
    opened = io.BytesIO()
    file = OfficeFile(io.BytesIO(take_export(actor, export_id=wanted.export_id)))
    file.load_key(password=password)
    file.decrypt(opened)
    rows = list(load_workbook(opened, read_only=True).worksheets[0].iter_rows(values_only=True))
    return opened.getvalue(), [dict(zip(rows[0], row, strict=False)) for row in rows[1:]]


def test_what_leaves_and_comes_back_shows_no_difference():
    actor = make_actor(division=SICHUAN)
    for _ in range(3):
        listed_child()
    content, rows = exported(actor)
    assert len(rows) == 3
    file = compared(content, actor=actor, name="回来.xlsx")
    assert (file.counts["same"], file.counts.get("differs", 0), file.counts.get("problems", 0)) == (3, 0, 0)
    assert items() == []


def test_a_list_says_everything_in_the_words_of_that_system():
    id18 = number()
    child = listed_child(id18=id18)
    _content, (row,) = exported(make_actor(division=SICHUAN))
    assert row["姓名"] == Person.objects.get(id=child).name
    assert (row["身份证号码"], row["儿童类别"], row["父亲情况"], row["发放状态"]) == (id18, "孤儿", "死亡", "在享")
    assert (row["出生日期"], float(row["发放标准（元/月）"]), row["开始享受月份"]) == ("2016-05-01", 1350.0, "2026-01")
    assert row["安置方式"] == "社会散居"


def test_a_protected_child_and_another_countys_leave_in_no_list():
    hidden, kept = listed_child(), listed_child()
    listed_child(county=FUJIAN)
    Person.objects.filter(id=hidden).update(restricted=True)
    actor = make_actor(division=SICHUAN)
    _content, rows = exported(actor)
    assert [row["姓名"] for row in rows] == [Person.objects.get(id=kept).name]
    entry = LogEntry.objects.get(kind="disclosure", action="national_export")
    assert list(PersonSeen.objects.filter(entry=entry).values_list("person_id", flat=True)) == [str(kept)]
    assert (entry.purpose, entry.actor_id, entry.highest_class) == ("serve", actor.id, 4)
    record = ExportRecord.objects.get()
    assert (record.rows, record.reason, record.unmasked) == (1, REASON, True)


def test_a_name_that_looks_like_a_formula_is_neutralised_and_still_comes_back_the_same():
    child = listed_child()
    Person.objects.filter(id=child).update(name="=HYPERLINK(1)")
    actor = make_actor(division=SICHUAN)
    content, (row,) = exported(actor)
    assert row["姓名"] == "'=HYPERLINK(1)"
    assert compared(content, actor=actor).counts["same"] == 1


def test_children_to_be_entered_and_to_be_corrected_leave_by_themselves():
    actor = make_actor(division=SICHUAN)
    id18 = number()
    differs, missing, refused = listed_child(id18=id18), listed_child(), listed_child()
    compared(csv_file(their_row(differs, id18, 残疾等级="二级")), actor=actor)
    settle_items(actor, item_ids=[items(person=refused)[0].id], settlement=Settlement("not_to_enter", "已送养，待注销"))
    _content, rows = exported(actor, "to_enter")
    assert [row["姓名"] for row in rows] == [Person.objects.get(id=missing).name]
    settle_items(actor, item_ids=[items(person=differs)[0].id], settlement=Settlement("correct_there"))
    _content, rows = exported(actor, "to_correct")
    assert [row["姓名"] for row in rows] == [Person.objects.get(id=differs).name]


def test_the_password_is_kept_only_until_the_file_is_made():
    listed_child()
    actor, wanted = make_actor(division=SICHUAN), wish()
    _card, password = begin_national_export(actor, wish=wanted, proved=True)
    row = NationalExport.objects.get()
    assert password.encode() not in bytes(row.secret)
    assert resume_national_exports() == 1
    row.refresh_from_db()
    assert row.secret is None
    assert national_export(actor, export_id=row.id).percent == 100
    assert make_export_now(row.id)
    assert ExportRecord.objects.count() == 1


def test_a_form_sent_twice_is_one_export():
    listed_child()
    actor, wanted = make_actor(division=SICHUAN), wish()
    begin_national_export(actor, wish=wanted, proved=True)
    with pytest.raises(RecordError):
        begin_national_export(actor, wish=wanted, proved=True)


@pytest.mark.parametrize(
    ("fields", "proved", "code"),
    [
        ({}, False, "oversight.export_proof"),
        ({"reason": "短"}, True, "oversight.reason_short"),
        ({"purpose": None}, True, "oversight.export_purpose"),
        ({"which": "all"}, True, "oversight.export_which"),
        ({"mapping": "nothing"}, True, "oversight.export_mapping"),
    ],
)
def test_what_is_missing_is_told_and_nothing_is_made(fields, proved, code):
    with pytest.raises(RecordError) as refused:
        begin_national_export(make_actor(division=SICHUAN), wish=wish(**fields), proved=proved)
    assert [one.code for one in refused.value.problems] == [code]
    assert not NationalExport.objects.exists()


@pytest.mark.parametrize("role", ["child_director", "supervisor", "committee_office", "city_viewer", "auditor"])
def test_roles_that_export_nothing_do_not_here_either(role):
    with pytest.raises(AccessDenied):
        begin_national_export(make_actor(role), wish=wish(), proved=True)


def test_nobody_to_export_makes_no_file_and_says_so():
    actor, wanted = make_actor(division=SICHUAN), wish("to_correct")
    begin_national_export(actor, wish=wanted, proved=True)
    assert not make_export_now(wanted.export_id)
    assert national_export(actor, export_id=wanted.export_id).failed == "nobody"


def test_an_export_of_somebody_whose_post_ended_is_not_made():
    import datetime as dt

    from ciyou.apps.accounts.models import Post

    listed_child()
    actor, wanted = make_actor(division=SICHUAN), wish()
    begin_national_export(actor, wish=wanted, proved=True)
    Post.objects.filter(id=actor.post_id).update(valid_to=dt.date(2026, 1, 1))
    assert not make_export_now(wanted.export_id)
    assert not ExportRecord.objects.exists()


def test_how_far_an_export_is_is_told_to_its_maker_only():
    wanted = wish()
    begin_national_export(make_actor(division=SICHUAN), wish=wanted, proved=True)
    with pytest.raises(NotFoundHere):
        national_export(make_actor(division=SICHUAN), export_id=wanted.export_id)
