"""A list of the national system against the county: three kinds of findings, what cannot be read, and what is never told."""

from __future__ import annotations

import datetime as dt
import tracemalloc

import pytest
from django.utils import timezone

from ciyou.apps.cases.models import Task
from ciyou.apps.exchange.contents import open_content
from ciyou.apps.exchange.importing import compare_again, compare_file, receive_exchange_file
from ciyou.apps.exchange.lists import ItemQuery, counts_of, list_items
from ciyou.apps.exchange.models import ExchangeFile, ExchangeItem
from ciyou.apps.exchange.settling import Settlement, settle_items
from ciyou.apps.registry.models import Fact, Person
from ciyou.core.errors import AccessDenied, CiyouError, RecordError
from tests.exchange_builders import compared, csv_file, items, listed_child, number, their_row, xlsx_file
from tests.month_builders import FUJIAN, SICHUAN
from tests.office import make_actor

pytestmark = pytest.mark.django_db


def drafter(county=SICHUAN):
    return make_actor(division=county)


def problems(file):
    return [(line, code) for line, _title, code in file.problems]


# -- the three kinds --------------------------------------------------------------------------------------------------------
def test_a_child_who_is_the_same_on_both_sides_makes_no_item():
    id18 = number()
    child = listed_child(id18=id18)
    file = compared(csv_file(their_row(child, id18)))
    assert items() == []
    assert (file.counts["rows"], file.counts["same"], file.counts["matched"]) == (1, 1, 1)
    assert not Task.objects.filter(kind="reconcile_exchange").exists()


def test_a_child_whom_only_we_have_is_told_and_a_task_waits_for_the_drafter():
    child = listed_child()
    compared(csv_file(their_row(id18=number(), 姓名="别人")))
    (here,) = items(kind="only_here")
    assert (here.person_id, here.state) == (child, "open")
    task = Task.objects.get(kind="reconcile_exchange")
    assert (task.queue_role, task.division, task.state) == ("county_drafter", SICHUAN, "open")


def test_a_child_whom_only_they_have_is_told_by_what_they_say():
    id18 = number()
    compared(csv_file(their_row(id18=id18, 姓名="山外青", 户籍地区划代码="511304002003")))
    (there,) = items()
    content = open_content(there.id, there.content)
    assert (there.kind, there.person_id, there.elsewhere, there.division) == ("only_there", None, False, "511304002003")
    assert (content.row["person.name"], content.row["person.id_number"]) == ("山外青", id18)


def test_every_column_that_differs_is_an_item_of_its_own_with_both_sides():
    id18 = number()
    child = listed_child(id18=id18)
    changed = {"发放标准（元/月）": "1200", "残疾等级": "二级", "儿童类别": "事实无人抚养儿童"}
    file = compared(csv_file(their_row(child, id18, **changed)))
    said = {item.field: open_content(item.id, item.content) for item in items(kind="differs")}
    assert {name: (one.ours, one.theirs) for name, one in said.items()} == {
        "award.amount": ("135000", "120000"),
        "child.disability_grade": ("", "2"),
        "determination.category": ("orphan", "de_facto_unattended"),
    }
    assert (file.counts["differing_children"], file.counts["differs"]) == (1, 3)


def test_our_value_says_on_whose_word_it_stands():
    id18 = number()
    child = listed_child(id18=id18)
    compared(csv_file(their_row(child, id18, 父亲情况="失联")))
    (item,) = items()
    content = open_content(item.id, item.content)
    assert (content.ours, content.theirs, content.basis) == ("dead", "lost_contact", "rostered")
    assert content.since == timezone.localdate().isoformat()


def test_a_child_whose_file_here_has_ended_is_there_and_not_here():
    id18 = number()
    child = listed_child(id18=id18)
    Person.objects.filter(id=child).update(status="of_age")
    compared(csv_file(their_row(child, id18)))
    (item,) = items()
    assert (item.kind, item.person_id, open_content(item.id, item.content).ours) == ("only_there", child, "of_age")


def test_a_child_on_file_without_a_confirmed_category_differs_in_the_category():
    id18 = number()
    child = listed_child(id18=id18, award=False)
    from ciyou.apps.entitlements.models import Determination

    Determination.objects.filter(person_id=child).update(state="proposed")
    compared(csv_file(their_row(child, id18, **{"发放标准（元/月）": ""})))
    assert [(item.kind, item.field) for item in items()] == [("differs", "determination.category")]


# -- who a row is about ------------------------------------------------------------------------------------------------------
def test_without_a_number_a_row_is_found_by_name_and_birth_date():
    child = listed_child(id18=number())
    compared(csv_file(their_row(child, "")))
    assert [(item.kind, item.field) for item in items()] == [("differs", "person.id_number")]


def test_of_two_children_of_one_name_and_day_nobody_is_guessed():
    for _ in range(2):
        Person.objects.filter(id=listed_child()).update(name="同名人")
    file = compared(csv_file(their_row(None, "", 姓名="同名人")))
    assert problems(file) == [(2, "namesakes")]
    assert {item.kind for item in items()} == {"only_here"}


def test_a_wrong_check_digit_is_told_and_the_child_is_still_found_by_name_and_day():
    id18 = number()
    child = listed_child(id18=id18)
    wrong = id18[:17] + ("0" if id18[17] != "0" else "1")
    file = compared(csv_file(their_row(child, wrong)))
    assert problems(file) == [(2, "id_checksum")]
    assert items() == []
    assert file.counts["same"] == 1


def test_a_bad_number_of_an_unknown_child_is_kept_as_a_problem_only():
    file = compared(csv_file(their_row(None, "51130420160501002", 姓名="谁也不是")))
    assert problems(file) == [(2, "id_wrong")]
    assert items() == []


def test_a_repeated_child_is_compared_once():
    id18 = number()
    child = listed_child(id18=id18)
    file = compared(csv_file(their_row(child, id18), their_row(child, id18, 儿童类别="事实无人抚养儿童"), their_row(None, number(900)), their_row(None, number(900))))  # fmt: skip
    assert problems(file) == [(3, "repeated"), (5, "repeated")]
    assert [item.kind for item in items()] == ["only_there"]


def test_a_child_with_a_good_number_is_not_taken_for_a_namesake_with_another_number():
    child = listed_child(id18=number(901))
    compared(csv_file(their_row(child, number(902))))
    assert sorted(item.kind for item in items()) == ["only_here", "only_there"]


# -- what is never told ------------------------------------------------------------------------------------------------------
def test_a_number_of_another_county_says_only_that_it_is_elsewhere():
    id18 = number()
    other = listed_child(county=FUJIAN, id18=id18)
    compared(csv_file(their_row(None, id18, 姓名="甲")))
    (item,) = items()
    assert (item.kind, item.elsewhere, item.person_id) == ("only_there", True, None)
    assert str(other) not in open_content(item.id, item.content).text()


def test_a_protected_child_reads_like_one_of_another_county_and_is_in_no_count():
    id18 = number()
    child = listed_child(id18=id18)
    Person.objects.filter(id=child).update(restricted=True)
    file = compared(csv_file(their_row(child, id18)))
    (item,) = items()
    assert (item.elsewhere, item.person_id) == (True, None)
    assert (file.counts.get("matched", 0), file.counts.get("only_here", 0), file.counts["elsewhere"]) == (0, 0, 1)
    assert "restricted" not in open_content(item.id, item.content).text()


def test_what_was_found_of_a_child_that_is_protected_later_leaves_lists_and_counts():
    child = listed_child()
    compared(csv_file(their_row(None, number())))
    actor = drafter()
    assert counts_of(actor)["only_here", "open"] == 1
    Person.objects.filter(id=child).update(restricted=True)
    assert ("only_here", "open") not in counts_of(actor)
    assert list_items(actor, query=ItemQuery(kind="only_here")).total == 0
    item = ExchangeItem.objects.get(kind="only_here")
    with pytest.raises(CiyouError):
        settle_items(actor, item_ids=[item.id], settlement=Settlement("enter_there"))


def test_another_countys_officer_sees_none_of_it():
    listed_child()
    compared(csv_file(their_row(None, number())))
    assert counts_of(drafter(FUJIAN)) == {}
    with pytest.raises(CiyouError):
        settle_items(drafter(FUJIAN), item_ids=[items()[0].id], settlement=Settlement("leave", note="不属这里"))


@pytest.mark.parametrize("role", ["child_director", "supervisor", "auditor", "sysadmin"])
def test_only_the_countys_office_compares(role):
    with pytest.raises(AccessDenied):
        receive_exchange_file(make_actor(role), name="a.csv", content=csv_file(their_row(None, number())))


# -- files ---------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_text_is_read_in_the_encodings_of_offices(encoding):
    id18 = number()
    child = listed_child(id18=id18)
    file = compared(csv_file(their_row(child, id18), encoding=encoding, above=2))
    assert file.counts["same"] == 1


def test_a_workbook_is_read_by_the_sheet_that_has_the_titles():
    from ciyou.apps.disbursement.sheet_file import write_sheets

    id18 = number()
    child = listed_child(id18=id18)
    row = their_row(child, id18)
    content = write_sheets([("说明", [["填表说明"], ["2026年"]]), ("数据", [list(row), list(row.values())])])
    assert compared(content, name="名单.xlsx").counts["same"] == 1


def test_titles_in_other_spellings_and_any_order_are_known():
    id18 = number()
    child = listed_child(id18=id18)
    row = {
        "公民身份号码": id18,
        " 儿童姓名 ": Person.objects.get(id=child).name,
        "儿童类型": "社会散居孤儿",
        "无关的列": "x",
    }
    assert compared(csv_file(row, titles=tuple(row))).counts["same"] == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "exchange.not_a_table"),
        (b"\xd0\xcf\x11\xe0old", "exchange.not_a_table"),
        (b"%PDF-1.4\x00\x00", "exchange.not_a_table"),
        (b"\x81\xff\xff\xff", "exchange.not_a_table"),
        ("类别,金额\n孤儿,1\n".encode(), "exchange.no_titles"),
        (csv_file(), "exchange.no_rows"),
    ],
)
def test_what_is_no_such_list_is_refused_and_kept_nowhere(content, code):
    with pytest.raises(RecordError) as refused:
        receive_exchange_file(drafter(), name="x", content=content)
    assert [one.code for one in refused.value.problems] == [code]
    assert not ExchangeFile.objects.exists()


def test_a_damaged_workbook_is_refused():
    with pytest.raises(CiyouError):
        receive_exchange_file(drafter(), name="x.xlsx", content=b"PK\x03\x04 no workbook")


def test_cells_that_cannot_be_read_are_told_and_the_rest_of_the_row_is_compared():
    id18 = number()
    child = listed_child(id18=id18)
    bad = {"儿童类别": "=1+1", "发放标准（元/月）": "=CMD()", "残疾等级": "三级"}
    file = compared(csv_file(their_row(child, id18, **bad)))
    assert problems(file) == [(2, "word_unknown"), (2, "amount_wrong")]
    assert [item.field for item in items()] == ["child.disability_grade"]
    assert "=1+1" not in str(file.problems)


def test_a_number_that_a_spreadsheet_rounded_is_told():
    child = listed_child()
    file = compared(csv_file(their_row(child, "5.11304E+17")))
    assert problems(file) == [(2, "id_wrong")]


# -- again ---------------------------------------------------------------------------------------------------------------------
def settled(item, decision="leave", note="两边口径不同"):
    settle_items(drafter(), item_ids=[item.id], settlement=Settlement(decision, note))
    item.refresh_from_db()
    return item


def test_what_was_settled_and_is_found_again_the_same_stays_settled():
    id18 = number()
    child = listed_child(id18=id18)
    compared(csv_file(their_row(child, id18, 残疾等级="二级")))
    before = settled(items()[0])
    compared(csv_file(their_row(child, id18, 残疾等级="二级"), their_row(None, number())))
    before.refresh_from_db()
    assert (before.state, before.decision, before.note) == ("settled", "leave", "两边口径不同")


def test_what_was_settled_and_says_something_else_now_is_open_again():
    id18 = number()
    child = listed_child(id18=id18)
    compared(csv_file(their_row(child, id18, 残疾等级="二级")))
    item = settled(items()[0])
    compared(csv_file(their_row(child, id18, 残疾等级="三级")))
    item.refresh_from_db()
    assert (item.state, item.decision, item.decided_by) == ("open", "", "")
    assert open_content(item.id, item.content).theirs == "3"


def test_what_is_not_found_any_more_closes_by_itself_and_with_the_last_the_task():
    id18 = number()
    child = listed_child(id18=id18)
    compared(csv_file(their_row(child, id18, 残疾等级="二级")))
    file = compared(csv_file(their_row(child, id18)))
    (item,) = items()
    assert (item.state, file.counts["gone"]) == ("gone", 1)
    assert Task.objects.get(kind="reconcile_exchange").state == "done"
    compared(csv_file(their_row(child, id18, 残疾等级="二级"), their_row(None, number())))
    item.refresh_from_db()
    assert item.state == "open"


def test_a_stranger_that_came_on_file_is_no_stranger_any_more():
    id18 = number()
    content = csv_file(their_row(None, id18, 姓名="山外青"))
    compared(content)
    child = listed_child(id18=id18)
    Person.objects.filter(id=child).update(name="山外青")
    compare_file(compare_again(drafter()))
    assert {(item.kind, item.state) for item in items()} == {("only_there", "gone")}


def test_the_same_file_twice_is_one_file_and_the_earlier_files_content_goes():
    content = csv_file(their_row(None, number()))
    first = compared(content)
    assert compared(content).id == first.id
    compared(csv_file(their_row(None, number())))
    first.refresh_from_db()
    assert (first.content, first.rows) == (None, 1)
    assert ExchangeFile.objects.count() == 2


def test_a_comparison_that_was_cut_off_gives_the_same_items_when_it_is_run_again(monkeypatch):
    from ciyou.apps.exchange import comparison, importing

    monkeypatch.setattr(comparison, "PART", 2)
    content = csv_file(*[their_row(None, number(), 姓名=f"生{place}") for place in range(7)])
    file = receive_exchange_file(drafter(), name="a.csv", content=content)
    noted = importing._note_position

    def cut_off(file, position):
        if position >= 4:
            raise RuntimeError("power cut")
        noted(file, position)

    monkeypatch.setattr(importing, "_note_position", cut_off)
    with pytest.raises(RuntimeError):
        compare_file(file)
    assert 0 < ExchangeItem.objects.count() < 7
    monkeypatch.setattr(importing, "_note_position", noted)
    compare_file(file)
    assert ExchangeItem.objects.count() == 7
    assert ExchangeFile.objects.get(id=file).done


def test_a_file_that_was_overtaken_by_a_later_one_changes_nothing():
    first = receive_exchange_file(drafter(), name="a.csv", content=csv_file(their_row(None, number())))
    second = receive_exchange_file(drafter(), name="b.csv", content=csv_file(their_row(None, number())))
    assert compare_file(second)
    assert not compare_file(first)
    assert ExchangeItem.objects.count() == 1


# -- settling --------------------------------------------------------------------------------------------------------------------
def test_taking_their_value_records_a_verified_fact_of_that_system():
    id18 = number()
    child = listed_child(id18=id18)
    compared(csv_file(their_row(child, id18, 残疾等级="二级")))
    since = dt.date(2026, 11, 1)
    actor = drafter()
    settle_items(actor, item_ids=[items()[0].id], settlement=Settlement("take_theirs", since=since))
    row = Fact.objects.get(
        person_id=child, name="disability_grade", superseded_at=None, source="national_child_welfare"
    )
    assert (row.basis, row.valid_from, row.recorded_by) == ("verified", since, actor.id)
    compare_file(compare_again(actor))
    assert items()[0].state == "gone"


def test_what_was_verified_otherwise_ends_on_the_day_from_which_theirs_holds():
    from ciyou.apps.registry.services import NewStatement, record_facts

    id18 = number()
    child = listed_child(id18=id18)
    said = NewStatement("disability_grade", 3, "verified", dt.date(2025, 1, 1))
    record_facts(drafter(), person_id=child, statements=[said], source="visit")
    compared(csv_file(their_row(child, id18, 残疾等级="二级")))
    settle_items(drafter(), item_ids=[items()[0].id], settlement=Settlement("take_theirs", since=dt.date(2026, 6, 1)))
    rows = Fact.objects.filter(person_id=child, name="disability_grade", superseded_at=None, basis="verified")
    assert sorted(rows.values_list("source", "valid_from", "valid_to")) == [
        ("correction", dt.date(2025, 1, 1), dt.date(2026, 6, 1)),
        ("national_child_welfare", dt.date(2026, 6, 1), None),
    ]


def test_taking_a_circumstance_records_it_of_the_parent():
    id18 = number()
    child = listed_child(id18=id18)
    compared(csv_file(their_row(child, id18, 父亲情况="失联")))
    settle_items(drafter(), item_ids=[items()[0].id], settlement=Settlement("take_theirs"))
    row = Fact.objects.get(name="lost_contact", source="national_child_welfare")
    assert row.person.related_to.filter(person_id=child, kind="father").exists()


def test_a_child_whom_only_they_have_becomes_a_lead_once():
    from ciyou.apps.cases.models import Lead

    compared(csv_file(their_row(None, number(), 姓名="山外青")))
    settle_items(drafter(), item_ids=[items()[0].id], settlement=Settlement("make_lead"))
    lead = Lead.objects.get()
    assert (lead.why, lead.person_id, lead.queue) == ("told_by_other_system", None, "county")
    with pytest.raises(RecordError):
        settle_items(drafter(), item_ids=[items()[0].id], settlement=Settlement("make_lead"))


def test_two_officers_at_once_settle_once():
    compared(csv_file(their_row(None, number())))
    item = settled(items()[0], "not_ours", "已迁往外县")
    with pytest.raises(RecordError) as refused:
        settle_items(drafter(), item_ids=[item.id], settlement=Settlement("not_ours", "再说一次"))
    assert refused.value.problems[0].code == "exchange.moved_on"


@pytest.mark.parametrize(("decision", "note"), [("leave", ""), ("enter_there", ""), ("nonsense", "写了理由")])
def test_a_decision_without_its_reason_or_of_another_kind_settles_nothing(decision, note):
    id18 = number()
    child = listed_child(id18=id18)
    compared(csv_file(their_row(child, id18, 残疾等级="二级")))
    with pytest.raises(RecordError):
        settle_items(drafter(), item_ids=[items()[0].id], settlement=Settlement(decision, note))
    assert items()[0].state == "open"


def test_what_is_only_to_be_done_there_can_be_opened_again_and_what_was_done_here_not():
    from ciyou.apps.exchange.settling import reopen_item

    id18 = number()
    child = listed_child(id18=id18)
    compared(csv_file(their_row(child, id18, 残疾等级="二级")))
    item = settled(items()[0], "correct_there", "")
    reopen_item(drafter(), item_id=item.id)
    item.refresh_from_db()
    assert (item.state, item.decision) == ("open", "")
    settled(item, "take_theirs", "")
    with pytest.raises(RecordError):
        reopen_item(drafter(), item_id=item.id)


def test_what_was_found_of_a_child_that_moves_away_closes():
    from ciyou.apps.exchange.following import on_person_moved

    child = listed_child()
    compared(csv_file(their_row(None, number())))
    on_person_moved(str(child), "350102001001")
    assert items(kind="only_here")[0].state == "gone"


# -- size --------------------------------------------------------------------------------------------------------------------------
def test_reading_many_rows_keeps_none_of_them_in_memory():
    from ciyou.apps.exchange.table_files import find_layout, read_rows
    from ciyou.packs import load_exchange_mappings

    row = their_row(None, number())
    content = xlsx_file(*[row] * 20_000)
    layout = find_layout(content, list(load_exchange_mappings(division=SICHUAN).values()))
    tracemalloc.start()
    assert sum(1 for _row in read_rows(content, layout)) == 20_000
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 60 << 20
