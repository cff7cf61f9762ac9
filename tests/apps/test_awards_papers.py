"""Papers: what stands on them, who may print them, how they are numbered."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from ciyou.apps.accounts.models import User
from ciyou.apps.awards import papers
from ciyou.apps.awards.application_lists import read_application
from ciyou.apps.awards.models import Application, Paper, PublicNotice
from ciyou.apps.awards.notices import post_notice, remove_notice
from ciyou.apps.awards.paper_source import cited
from ciyou.apps.awards.papers import print_paper, read_paper
from ciyou.apps.awards.paying import paying_rules
from ciyou.core.errors import RecordError
from tests.award_builders import DE_FACTO, DIBAO, awarded, checked, entitled_child, received
from tests.office import make_actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def written(monkeypatch):
    """What papers were set from, by their kind, in place of the PDF."""
    found = {}

    def keep(kind, division, words):
        found[kind] = words
        return b"%PDF"

    monkeypatch.setattr(papers, "_set", keep)
    return found


def name_of(user_id: str) -> str:
    return User.objects.get(id=user_id).full_name


def test_the_approval_form_carries_check_draft_and_decision_with_their_names_and_days(written):
    award = awarded(entitled_child())
    row = Application.objects.get(id=award.application_id)
    form, today = written["approval_form"], timezone.localdate()
    day = f"{today.year}年{today.month}月{today.day}日"
    assert form["title"].endswith("申请审批表")
    assert [(one["heading"], one["day"]) for one in form["opinions"]] == [
        ("乡镇（街道）核查意见", day),
        ("县级民政部门拟定意见", day),
        ("县级民政部门决定", day),
    ]
    signed = [one["signature"] for one in form["opinions"]]
    for user, signature in zip((row.checked_by, row.drafted_by, row.decided_by), signed, strict=True):
        assert name_of(user) in signature
    assert "1,350" in form["opinions"][2]["words"] or "1350" in form["opinions"][2]["words"]
    assert "已与" in form["opinions"][0]["words"]


def test_a_paper_rests_on_what_was_issued_and_not_on_another_place_s_reprint():
    told = cited(paying_rules(DE_FACTO, "511304001001", timezone.localdate()))
    assert "民发〔2019〕62号" in told
    assert "转载" not in told


def test_the_application_form_has_neither_check_nor_decision_and_is_signed_by_the_family(written):
    receipt = received(entitled_child())
    clerk = make_actor("supervisor")
    paper = print_paper(clerk, application_id=receipt.id, kind="application_form")
    assert print_paper(clerk, application_id=receipt.id, kind="application_form") == paper
    form = written["application_form"]
    assert [one["heading"] for one in form["opinions"]] == ["申请人声明", "受理"]
    assert "签名" in form["opinions"][0]["signature"]
    assert receipt.number in json.dumps(form, ensure_ascii=False)
    assert Paper.objects.get().number == f"〔{timezone.localdate().year}〕民儿申第1号"


def test_an_authorisation_is_printed_only_where_means_are_verified_and_while_it_is_missing(written):
    clerk = make_actor("supervisor")
    plain = received(entitled_child())
    with pytest.raises(RecordError):
        print_paper(clerk, application_id=plain.id, kind="verification_authorisation")
    signed = received(entitled_child(), entitlement=DIBAO)
    assert read_application(clerk, application_id=signed.id).printable == ("application_form",)
    waiting = received(entitled_child(), entitlement=DIBAO, brought=frozenset({"bank_card"}))
    view = read_application(clerk, application_id=waiting.id)
    assert view.printable == ("application_form", "verification_authorisation")
    paper = print_paper(clerk, application_id=waiting.id, kind="verification_authorisation")
    assert Paper.objects.get(id=paper).number == f"〔{timezone.localdate().year}〕民儿核第1号"
    words = written["verification_authorisation"]
    assert words["members"][0][:2] == ["外祖母甲", "监护人"]
    assert all(row[2:] == ["", ""] for row in words["members"])
    assert read_application(clerk, application_id=waiting.id).printable == ("application_form",)


def test_a_paper_that_only_a_step_makes_is_not_printed_by_hand():
    receipt = received(entitled_child())
    for kind in ("refusal", "approval_form", "care_agreement", "nothing"):
        with pytest.raises(RecordError):
            print_paper(make_actor("supervisor"), application_id=receipt.id, kind=kind)


def test_the_approval_form_says_what_became_of_the_notice(written):
    found, clerk = checked(entitled_child(), entitlement=DIBAO), make_actor("supervisor")
    post_notice(clerk, application_id=found)
    PublicNotice.objects.update(ends_on=timezone.localdate())
    remove_notice(clerk, application_id=found, objections=1, words="反映家有汽车，核对后不实。")
    row = Application.objects.get(id=found)
    papers.issue_paper(clerk, kind="approval_form", application=row)
    notice = written["approval_form"]["opinions"][1]
    assert notice["heading"] == "公示情况"
    assert "异议1件：反映家有汽车" in notice["words"]


@pytest.mark.parametrize(
    ("kind", "entitlement"), [("application_form", DE_FACTO), ("verification_authorisation", DIBAO)]
)
def test_papers_for_signature_are_set_as_pdf(kind, entitlement):
    receipt = received(entitled_child(), entitlement=entitlement, brought=frozenset())
    clerk = make_actor("supervisor")
    paper = print_paper(clerk, application_id=receipt.id, kind=kind)
    assert read_paper(clerk, paper_id=paper).document.startswith(b"%PDF")
