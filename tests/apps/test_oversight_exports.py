"""Exports: encrypted, watermarked, bounded, on record, and never more than the role may carry away."""

from __future__ import annotations

import datetime as dt
import io
import uuid

import msoffcrypto
import openpyxl
import pytest
from django.utils import timezone

from ciyou.apps.audit.selectors import list_disclosures
from ciyou.apps.oversight.exports import ExportWish, discard_export_files, export_ledger, my_exports, take_export
from ciyou.apps.oversight.ledger_query import LedgerQuery
from ciyou.apps.oversight.refusals import NotFoundHere
from ciyou.apps.oversight.workbook import make_password, neutral
from ciyou.apps.registry.services import record_identifier
from ciyou.core.access.actor import Purpose
from ciyou.core.errors import AccessDenied, RecordError
from ciyou.packs.retention import load_limits
from tests.office import make_actor, make_person

pytestmark = pytest.mark.django_db
REASON = "发放学期助学金前核对名单"
NUMBER = "990101201605010028"


def _wish(**fields):
    return ExportWish(
        **{
            "export_id": uuid.uuid4(),
            "query": LedgerQuery(),
            "columns": ("name", "id_number", "age", "place"),
            "purpose": Purpose.SERVE,
            "reason": REASON,
            **fields,
        }
    )


def _open(content, password):
    plain = io.BytesIO()
    locked = msoffcrypto.OfficeFile(io.BytesIO(content))
    locked.load_key(password=password)
    locked.decrypt(plain)
    return openpyxl.load_workbook(plain)


def _sheet(sheet):
    return [[cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]


def test_the_file_opens_only_with_its_password_and_says_first_who_took_it_and_why():
    actor = make_actor()
    child = make_person(name="小明")
    made = export_ledger(actor, wish=_wish(), proved=True)
    content = take_export(actor, export_id=made.card.id)
    assert "小明".encode() not in content
    assert not content.startswith(b"PK")
    with pytest.raises(msoffcrypto.exceptions.InvalidKeyError):
        _open(content, "wrong")
    book = _open(content, made.password)
    about, listed = book.worksheets
    told = "\n".join(str(cell) for row in _sheet(about) for cell in row)
    assert REASON in told
    assert str(made.card.id) in told
    assert _sheet(listed)[1][0] == child.name


def test_an_export_leaves_a_record_and_a_disclosure_of_every_child_in_it():
    actor = make_actor()
    children = {str(make_person().id) for _ in range(3)}
    made = export_ledger(actor, wish=_wish(), proved=True, origin="127.0.0.1")
    (disclosure,) = list_disclosures(subject=str(made.card.id))
    assert set(disclosure.person_ids) == children
    assert disclosure.purpose == "serve"
    assert "name" in disclosure.fields
    (card,) = my_exports(actor)
    assert (card.rows, card.reason, card.is_there) == (3, REASON, True)
    assert len(card.sha256) == 64


def test_id_numbers_are_masked_unless_they_are_asked_for_in_full():
    actor = make_actor()
    child = make_person()
    record_identifier(actor, person_id=child.id, kind="id_card", value=NUMBER)
    for unmasked, shown in ((False, "9901**********0028"), (True, NUMBER)):
        made = export_ledger(actor, wish=_wish(unmasked=unmasked), proved=True)
        book = _open(take_export(actor, export_id=made.card.id), made.password)
        assert _sheet(book.worksheets[1])[1][1] == shown


def test_a_name_that_looks_like_a_formula_is_only_text():
    actor = make_actor()
    make_person(name='=HYPERLINK("http://example.com")')
    made = export_ledger(actor, wish=_wish(columns=("name",)), proved=True)
    cell = _open(take_export(actor, export_id=made.card.id), made.password).worksheets[1]["A2"]
    assert cell.data_type == "s"
    assert cell.value.startswith("'=")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_whatever_begins_like_a_formula_gets_an_apostrophe(text):
    assert neutral(text) == f"'{text}"


def test_numbers_and_plain_text_stay_as_they_are():
    assert [neutral(7), neutral(-7), neutral("小明"), neutral(None)] == [7, -7, "小明", None]


def test_protected_files_stay_out():
    actor = make_actor()
    open_file = make_person()
    make_person(restricted=True)
    made = export_ledger(actor, wish=_wish(), proved=True)
    assert made.card.rows == 1
    (disclosure,) = list_disclosures(subject=str(made.card.id))
    assert disclosure.person_ids == (str(open_file.id),)


@pytest.mark.parametrize("role", ["child_director", "supervisor", "city_viewer", "auditor", "partner"])
def test_other_roles_export_nothing(role):
    make_person()
    with pytest.raises(AccessDenied):
        export_ledger(make_actor(role), wish=_wish(), proved=True)


@pytest.mark.parametrize(
    ("fields", "proved", "code"),
    [
        ({}, False, "oversight.export_proof"),
        ({"reason": "看看"}, True, "oversight.reason_short"),
        ({"purpose": Purpose.CORRECT}, True, "oversight.export_purpose"),
        ({"columns": ("hiv",)}, True, "oversight.export_columns"),
        ({"query": LedgerQuery(age_from=17)}, True, "oversight.export_empty"),
    ],
)
def test_what_is_missing_is_said(fields, proved, code):
    actor = make_actor()
    make_person()
    with pytest.raises(RecordError) as refused:
        export_ledger(actor, wish=_wish(**fields), proved=proved)
    assert refused.value.problems[0].code == code
    assert my_exports(actor) == ()


def test_more_rows_than_the_limit_are_refused(monkeypatch):
    limits = dict(load_limits())
    limits["export_rows"] = limits["export_rows"].__class__(**{**limits["export_rows"].__dict__, "value": 1})
    monkeypatch.setattr("ciyou.apps.oversight.exports.load_limits", lambda: limits)
    make_person(), make_person()
    with pytest.raises(RecordError) as refused:
        export_ledger(make_actor(), wish=_wish(), proved=True)
    assert refused.value.problems[0].code == "oversight.export_too_many"


def test_a_form_sent_twice_makes_one_export():
    actor = make_actor()
    make_person()
    wish = _wish()
    export_ledger(actor, wish=wish, proved=True)
    with pytest.raises(RecordError) as refused:
        export_ledger(actor, wish=wish, proved=True)
    assert refused.value.problems[0].code == "oversight.export_twice"
    assert len(my_exports(actor)) == 1


def test_nobody_else_takes_an_export():
    make_person()
    made = export_ledger(make_actor(), wish=_wish(), proved=True)
    with pytest.raises(NotFoundHere):
        take_export(make_actor(), export_id=made.card.id)


def test_a_file_goes_after_its_time_and_its_record_stays():
    actor = make_actor()
    make_person()
    made = export_ledger(actor, wish=_wish(), proved=True)
    assert discard_export_files() == 0
    assert discard_export_files(now=timezone.now() + dt.timedelta(days=1, minutes=1)) == 1
    with pytest.raises(NotFoundHere):
        take_export(actor, export_id=made.card.id)
    (card,) = my_exports(actor)
    assert not card.is_there


def test_passwords_are_long_and_never_the_same():
    passwords = {make_password() for _ in range(50)}
    assert len(passwords) == 50
    assert all(len(password.replace("-", "")) == 20 for password in passwords)
