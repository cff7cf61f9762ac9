"""Identity lists as files: the receiver's layout, encrypted, and the answers that come back, with bad lines kept and explained."""

from __future__ import annotations

import datetime as dt
import io
import uuid

import msoffcrypto
import pytest
from openpyxl import Workbook, load_workbook

from ciyou.apps.audit.models import LogEntry
from ciyou.apps.cases.models import Task
from ciyou.apps.exchange.identity_files import identity_sheet, read_answer_file
from ciyou.apps.exchange.identity_lists import make_identity_list, send_identity_list
from ciyou.apps.exchange.identity_refusals import IdentityListNotFound
from ciyou.apps.exchange.listed_contents import open_note
from ciyou.apps.exchange.models import IdentityList
from ciyou.apps.oversight.exports import take_export
from ciyou.apps.oversight.identity_exports import export_identity_list
from ciyou.apps.registry.models import Person
from ciyou.apps.registry.services import record_identifier
from ciyou.core.errors import AccessDenied, RecordError
from tests.award_builders import entitled_child
from tests.office import BORN, OTHER_COUNTY, make_actor
from tests.web.scene import id_number

pytestmark = pytest.mark.django_db
MONTH = dt.date(2026, 11, 20)
NUMBERS = [id_number("990101", BORN, f"{number:03d}") for number in (12, 34, 56)]
STRANGER = id_number("990101", BORN, "078")
TITLES = "姓名,身份证号码,名单月份,参保资助情况,未资助原因"


@pytest.fixture
def drafter():
    return make_actor("county_drafter")


@pytest.fixture
def listed(drafter):
    """A sent list of three orphans with numbers."""
    for number in NUMBERS:
        child = entitled_child(mother={"dead": True})
        record_identifier(drafter, person_id=child, kind="id_card", value=number)
    row = IdentityList.objects.get(id=make_identity_list(drafter, kind="insurance", on=MONTH).id)
    send_identity_list(drafter, list_id=row.id, shown=row.hash)
    return row


def answers_of(row) -> list[str]:
    return sorted(row.children.values_list("answer", flat=True))


def read(drafter, row, *lines: str, encoding: str = "utf-8"):
    return read_answer_file(
        drafter, list_id=row.id, name="回执.csv", content="\n".join([TITLES, *lines]).encode(encoding)
    )


def test_the_file_has_the_receivers_titles_full_numbers_and_room_for_the_answer(drafter, listed):
    sheet = identity_sheet(drafter, list_id=listed.id)
    assert sheet.rows[0] == ["姓名", "身份证号码", "人员类别", "变动", "名单月份", "参保资助情况", "未资助原因"]
    assert sorted(row[1] for row in sheet.rows[1:]) == sorted(NUMBERS)
    assert {tuple(row[2:]) for row in sheet.rows[1:]} == {("孤儿", "新增", "2026-11", "", "")}


def test_a_draft_and_another_countys_list_are_no_file_and_a_department_takes_none(drafter, listed):
    row = IdentityList.objects.get(id=make_identity_list(drafter, kind="education", on=MONTH).id)
    with pytest.raises(RecordError, match="not_sent"):
        identity_sheet(drafter, list_id=row.id)
    with pytest.raises(IdentityListNotFound):
        identity_sheet(make_actor("county_drafter", division=OTHER_COUNTY), list_id=listed.id)
    with pytest.raises(AccessDenied):
        identity_sheet(make_actor("partner", department="insurance"), list_id=listed.id)


def test_a_child_protected_after_the_sending_is_not_in_the_file(drafter, listed):
    Person.objects.filter(id=listed.children.first().person_id).update(restricted=True)
    assert len(identity_sheet(drafter, list_id=listed.id).rows) == 1 + 2


def test_it_leaves_encrypted_with_a_watermark_and_a_record_and_only_after_a_proof(drafter, listed, settings, tmp_path):
    settings.EXPORTS = tmp_path
    wish = {"list_id": listed.id, "export_id": uuid.uuid4(), "reason": "医保局没有账号，按月送名单"}
    with pytest.raises(RecordError, match="export_proof"):
        export_identity_list(drafter, proved=False, **wish)
    with pytest.raises(RecordError):
        export_identity_list(drafter, proved=True, **{**wish, "reason": "送"})
    made = export_identity_list(drafter, proved=True, **wish)
    sealed = take_export(drafter, export_id=made.card.id)
    assert NUMBERS[0].encode() not in sealed
    opened, plain = msoffcrypto.OfficeFile(io.BytesIO(sealed)), io.BytesIO()
    opened.load_key(password=made.password)
    opened.decrypt(plain)
    book = load_workbook(plain)
    assert book.sheetnames == ["医保资助对象", "说明"]
    assert any("内部资料" in str(cell.value) for row in book["说明"] for cell in row)
    log = LogEntry.objects.filter(action="export_identity_list")
    assert log.filter(kind="disclosure").count() == 1
    with pytest.raises(RecordError, match="export_twice"):
        export_identity_list(drafter, proved=True, **wish)


def test_the_answers_of_a_file_are_answers_and_close_the_list(drafter, listed):
    found = read(
        drafter,
        listed,
        f"甲,{NUMBERS[0]},2026-11,已资助,",
        f"乙,{NUMBERS[1]},2026-11,不予资助,户籍不在本统筹区",
        f"丙,{NUMBERS[2].lower()},2026-11,原已享受,",
    )
    assert (found.answered, found.problems) == (3, ())
    assert answers_of(listed) == ["already", "refused", "taken"]
    refused = listed.children.get(answer="refused")
    assert open_note(refused.id, refused.answer_note) == "户籍不在本统筹区"
    listed.refresh_from_db()
    assert listed.closed_at is not None
    kinds = set(Task.objects.filter(subject_id=str(listed.id), state="open").values_list("kind", flat=True))
    assert kinds == {"settle_identity"}
    with pytest.raises(RecordError, match="moved_on"):
        read(drafter, listed, f"甲,{NUMBERS[0]},2026-11,查无此人,")


def test_bad_lines_are_kept_with_their_line_and_reason_and_change_nothing(drafter, listed):
    found = read(
        drafter,
        listed,
        f"甲,{NUMBERS[0]},2026-11,已资助,",
        f"甲,{NUMBERS[0]},2026-11,查无此人,",
        f"外,{STRANGER},2026-11,已资助,",
        f"乙,{NUMBERS[1]},2026-10,已资助,",
        "丙,3.50101E+17,2026-11,已资助,",
        "没有号码的人,,2026-11,已资助,",
        f"乙,{NUMBERS[1]},2026-11,不予资助,",
        f"丙,{NUMBERS[2]},2026-11,办了,",
        ",,,,",
        f"丙,{NUMBERS[2]},2026-11,,",
    )
    assert found.answered == 1
    assert found.problems == (
        (3, "repeated"),
        (4, "unknown_number"),
        (5, "other_month"),
        (6, "number_wrong"),
        (7, "nobody"),
        (8, "no_reason"),
        (9, "word_unknown"),
        (11, "no_answer"),
    )
    assert answers_of(listed) == ["", "", "taken"]
    listed.refresh_from_db()
    assert listed.answer_file["problems"][1] == [4, "unknown_number"]
    assert STRANGER not in str(listed.answer_file)


def test_a_line_without_an_answer_is_said_to_be_so(drafter, listed):
    assert read(drafter, listed, f"丙,{NUMBERS[2]},2026-11,,").problems == ((2, "no_answer"),)


def test_gb18030_and_a_workbook_are_read_alike(drafter, listed):
    assert read(drafter, listed, f"甲,{NUMBERS[0]},2026-11,已资助,", encoding="gb18030").answered == 1
    book, made = Workbook(), io.BytesIO()
    sheet = book.active
    sheet.append(["医保局回执"])
    sheet.append(TITLES.split(","))
    sheet.append(["乙", NUMBERS[1], "2026-11", "已落实", None])
    book.save(made)
    found = read_answer_file(drafter, list_id=listed.id, name="回执.xlsx", content=made.getvalue())
    assert (found.answered, found.problems) == (1, ())
    assert answers_of(listed) == ["", "taken", "taken"]


@pytest.mark.parametrize(
    "content", [b"", "只有,别的,标题\n1,2,3".encode(), b"\xd0\xcf\x11\xe0old", b"\xff\x00\xfe\x00"]
)
def test_what_is_no_such_file_is_refused_and_changes_nothing(drafter, listed, content):
    with pytest.raises(RecordError):
        read_answer_file(drafter, list_id=listed.id, name="坏.csv", content=content)
    assert answers_of(listed) == ["", "", ""]
