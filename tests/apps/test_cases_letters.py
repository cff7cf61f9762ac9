"""Inquiry letters: what is asked of whom, numbers without gaps, who sees what, and what a reply does."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from ciyou.apps.audit.models import LogEntry
from ciyou.apps.cases import letters as letters_module
from ciyou.apps.cases.documents import typesetting
from ciyou.apps.cases.documents.typesetting import families_for, typeset
from ciyou.apps.cases.letter_contents import open_content
from ciyou.apps.cases.letters import (
    LetterNotFound,
    draft_letter,
    letter_choices,
    letters_of_child,
    list_letters,
    read_letter,
    read_letter_document,
    record_reply,
    send_letter,
    withdraw_letter,
)
from ciyou.apps.cases.models import InquiryLetter, Lead, Task
from ciyou.apps.cases.questions import FormProblems
from ciyou.apps.entitlements.models import Determination, Outcome
from ciyou.apps.entitlements.services import determine_children
from ciyou.apps.registry.models import Evidence, Fact, NamedAccess, Person, Relationship
from ciyou.apps.registry.selectors import (
    PersonNotFound,
    facts_history,
    list_evidence,
    open_evidence,
    statements_of_child,
)
from ciyou.apps.registry.services import record_identifier, store_evidence
from ciyou.core.access.actor import LOCAL_OPERATOR, Purpose
from ciyou.core.errors import AccessDenied, RecordError, RunError
from tests.case_builders import open_lead, parent_of
from tests.office import COUNTY, OTHER_COUNTY, file_child, make_actor

pytestmark = pytest.mark.django_db
ID_CARD = "99010119850302001X"


def today():
    return timezone.localdate()


@pytest.fixture
def officer():
    return make_actor("county_drafter")


@pytest.fixture
def police():
    return make_actor("partner", department="police")


@pytest.fixture
def justice():
    return make_actor("partner", department="justice")


def open_child(key="a"):
    """A child whose father is dead by the rosters; of its mother's custody nothing is known."""
    child = file_child(key, father={"dead": True}, mother={"working_away": True})
    determine_children(LOCAL_OPERATOR, child_ids=[child], as_of=today(), cause="load")
    return child


def drafted(officer, child, *, entity="mother", department="justice", facts=("imprisoned",)):
    return draft_letter(
        officer, letter_id=uuid.uuid4(), child_id=child, entity=entity, department=department, facts=facts
    )


def sent(officer, child, **more):
    letter = drafted(officer, child, **more)
    return send_letter(officer, letter_id=letter, version=InquiryLetter.objects.get(id=letter).version)


def version(letter_id):
    return InquiryLetter.objects.get(id=letter_id).version


def answer(actor, letter_id, *, entity="mother", certificate=b"", **fields):
    named = {f"q:{entity}:{name.replace('__', '.')}": value for name, value in fields.items()}
    return record_reply(
        actor,
        letter_id=letter_id,
        version=version(letter_id),
        fields={"outcome": "answered", **named},
        certificate=certificate,
    )


def name_worker(actor, child):
    """Make somebody a named worker of a child's case."""
    NamedAccess.objects.create(
        person_id=child,
        user_id=actor.id,
        purpose="verify",
        why="case_worker",
        reason="x",
        granted_by="y",
        granted_at=timezone.now(),
    )


def test_letters_are_offered_by_person_and_by_the_department_that_knows_those_that_would_decide_first(officer):
    child = open_child()
    choices = letter_choices(officer, child_id=child)
    first = choices[0]
    assert first.deciding
    asked = {
        (choice.entity.value, choice.department): [fact.definition.name for fact in choice.facts] for choice in choices
    }
    assert asked["mother", "justice"] == ["imprisoned", "in_detox", "confined"]
    assert "imprisoned.term_months" not in asked["mother", "justice"]  # it comes with imprisonment
    assert all(choice.department != "village" for choice in choices)


def test_a_fact_known_to_several_departments_is_preselected_with_one_of_them(officer):
    choices = letter_choices(officer, child_id=open_child())
    chosen = [
        choice.department
        for choice in choices
        for fact in choice.facts
        if fact.deciding and (choice.entity, fact.definition.name) == ("mother", "imprisoned")
    ]
    assert chosen == ["justice"]


def test_hiv_is_asked_by_named_workers_only_and_stands_in_no_list_but_the_departments(officer):
    child = open_child()
    with pytest.raises(RecordError):
        drafted(officer, child, entity="child", department="disease_control", facts=["hiv_infected"])
    name_worker(officer, child)
    letter = sent(officer, child, entity="child", department="disease_control", facts=["hiv_infected"])
    assert list_letters(officer).total == 0
    assert read_letter(officer, letter_id=letter.id).line.sensitivity == 5
    colleague = make_actor("county_reviewer")
    assert letters_of_child(colleague, child_id=child) == ()
    with pytest.raises(LetterNotFound):
        read_letter(colleague, letter_id=letter.id)
    assert list_letters(make_actor("partner", department="disease_control")).total == 1


def test_one_letter_per_department_and_person_a_second_draft_adds_to_the_first(officer):
    child = open_child()
    first = drafted(officer, child)
    assert drafted(officer, child, facts=["in_detox"]) == first
    letter = InquiryLetter.objects.get()
    assert open_content(letter).facts == ("imprisoned", "in_detox")
    assert drafted(officer, child, department="court", facts=["guardianship_revoked"]) != first


def test_a_draft_sent_twice_by_its_form_is_one_draft(officer):
    child, key = open_child(), uuid.uuid4()
    for _again in range(2):
        draft_letter(
            officer, letter_id=key, child_id=child, entity="mother", department="justice", facts=["imprisoned"]
        )
    assert InquiryLetter.objects.count() == 1
    assert LogEntry.objects.filter(action="draft_letter").count() == 1


def test_what_was_asked_and_is_still_open_is_not_asked_again(officer):
    child = open_child()
    sent(officer, child)
    with pytest.raises(RecordError):
        drafted(officer, child)
    drafted(officer, child, facts=["in_detox"])


@pytest.mark.parametrize(
    ("entity", "department", "facts"),
    [
        ("mother", "justice", []),
        ("mother", "justice", ["hiv_infected"]),
        ("mother", "education", ["imprisoned"]),
        ("mother", "village", ["working_away"]),
        ("aunt", "justice", ["imprisoned"]),
    ],
)
def test_what_a_department_does_not_know_cannot_be_asked_of_it(officer, entity, department, facts):
    with pytest.raises(RecordError):
        drafted(officer, open_child(), entity=entity, department=department, facts=facts)


def test_nobody_can_be_asked_about_who_has_no_name(officer):
    child = open_child()
    Person.objects.filter(id=parent_of(child, "mother")).update(name="")
    with pytest.raises(RecordError):
        drafted(officer, child)


def test_a_sent_letter_has_a_number_a_deadline_a_document_and_two_tasks(officer):
    child = open_child()
    letter = sent(officer, child)
    year = today().year
    assert letter.number == f"〔{year}〕民协查第1号"
    row = InquiryLetter.objects.get()
    assert (row.state, row.year, row.sequence, row.division, row.reply_by) == ("sent", year, 1, COUNTY, letter.reply_by)
    assert letter.reply_by > today()
    assert not bytes(row.document).startswith(b"%PDF")  # it lies encrypted
    assert read_letter_document(officer, letter_id=row.id)[1].startswith(b"%PDF")
    open_tasks = Task.objects.filter(state="open", subject_id=str(row.id)).order_by("kind")
    assert [(task.kind, task.queue_role, task.department, str(task.post_id)) for task in open_tasks] == [
        ("answer_inquiry", "partner", "justice", "None"),
        ("follow_inquiry", "county_drafter", "", officer.post_id),
    ]
    assert [task.person_id for task in open_tasks] == [None, child]


def test_numbers_count_within_a_county_and_a_year_and_a_withdrawn_letter_keeps_its_own(officer):
    first, second, third = (sent(officer, open_child(key)) for key in ("a", "b", "c"))
    withdraw_letter(officer, letter_id=second.id, reason="问错了人")
    fourth = sent(officer, open_child("d"))
    elsewhere = make_actor("county_drafter", division=OTHER_COUNTY)
    village = OTHER_COUNTY[:6] + "001001"
    other = sent(elsewhere, file_child("e", division=village))
    numbers = InquiryLetter.objects.order_by("division", "sequence").values_list("division", "sequence", "state")
    assert list(numbers) == [
        (COUNTY, 1, "sent"),
        (COUNTY, 2, "withdrawn"),
        (COUNTY, 3, "sent"),
        (COUNTY, 4, "sent"),
        (OTHER_COUNTY, 1, "sent"),
    ]
    assert len({first.id, second.id, third.id, fourth.id, other.id}) == 5


def test_a_letter_that_cannot_be_set_gets_no_number_and_leaves_no_gap(officer, monkeypatch):
    def no_font(*_arguments, **_more):
        raise RunError(typesetting._no_chinese_font())

    child = open_child()
    letter = drafted(officer, child)
    with monkeypatch.context() as broken:
        broken.setattr(letters_module, "letter_pdf", no_font)
        with pytest.raises(RunError):
            send_letter(officer, letter_id=letter, version=version(letter))
    assert InquiryLetter.objects.get().state == "draft"
    assert Task.objects.filter(kind="answer_inquiry").count() == 0
    assert send_letter(officer, letter_id=letter, version=version(letter)).number.endswith("第1号")


def test_of_two_officers_who_send_one_draft_the_second_hears_that_it_is_sent(officer):
    letter = drafted(officer, open_child())
    seen = version(letter)
    send_letter(officer, letter_id=letter, version=seen)
    with pytest.raises(RecordError):
        send_letter(make_actor("county_reviewer"), letter_id=letter, version=seen)
    assert InquiryLetter.objects.get().sequence == 1


def test_the_id_number_in_a_letter_is_a_disclosure_on_record(officer):
    child = open_child()
    record_identifier(LOCAL_OPERATOR, person_id=parent_of(child, "mother"), kind="id_card", value=ID_CARD)
    letter = sent(officer, child)
    assert ("公民身份号码", ID_CARD) in read_letter(officer, letter_id=letter.id).person
    assert LogEntry.objects.filter(kind="disclosure", action="reveal_identifier").count() == 1
    assert ID_CARD.encode() not in bytes(InquiryLetter.objects.get().content)


def test_a_department_sees_only_the_letters_addressed_to_it_in_its_county(officer, police, justice):
    child = open_child()
    draft = drafted(officer, child, department="court", facts=["guardianship_revoked"])
    letter = sent(officer, child)
    shown = list_letters(justice).letters
    assert [line.id for line in shown] == [letter.id]
    assert (shown[0].child_id, shown[0].child_name) == (None, "")
    assert list_letters(police).total == list_letters(make_actor("partner", department="court")).total == 0
    abroad = make_actor("partner", division=OTHER_COUNTY, department="justice")
    for stranger in (police, abroad):
        with pytest.raises(LetterNotFound):
            read_letter(stranger, letter_id=letter.id)
        with pytest.raises(LetterNotFound):
            read_letter_document(stranger, letter_id=letter.id)
        with pytest.raises(LetterNotFound):
            answer(stranger, letter.id, imprisoned="no")
    with pytest.raises(LetterNotFound):
        read_letter(make_actor("partner", department="court"), letter_id=draft)


def test_another_countys_officer_and_a_village_find_no_letter(officer):
    letter = sent(officer, open_child())
    with pytest.raises(LetterNotFound):
        read_letter(make_actor("county_drafter", division=OTHER_COUNTY), letter_id=letter.id)
    for role in ("child_director", "supervisor", "city_viewer", "auditor"):
        with pytest.raises(AccessDenied):
            list_letters(make_actor(role))


def test_a_partner_without_a_department_answers_nothing(officer):
    sent(officer, open_child())
    with pytest.raises(AccessDenied):
        list_letters(make_actor("partner"))


def test_a_reply_becomes_a_verified_fact_of_the_person_asked_about_and_the_child_is_determined_again(officer, justice):
    child = open_child()
    lead = open_lead(child, deciding=["mother.imprisoned"])
    letter = sent(officer, child)
    recorded = answer(
        justice, letter.id, imprisoned="yes", imprisoned__term_months="36", imprisoned__since="2024-05-01"
    )
    assert (recorded.state, recorded.facts) == ("answered", 3)
    facts = {row.name: row for row in Fact.objects.filter(person_id=parent_of(child, "mother"), source="justice")}
    assert set(facts) == {"imprisoned", "imprisoned.term_months", "imprisoned.since"}
    assert {(row.basis, row.reference, row.sensitivity) for row in facts.values()} == {("verified", str(letter.id), 4)}
    assert facts["imprisoned"].valid_from == dt.date(2024, 5, 1)
    made = Determination.objects.get(person_id=child, current=True)
    assert made.cause == "inquiry"
    assert Outcome.objects.get(person_id=child, rule="de_facto_unattended").outcome == "yes"
    assert "mother.imprisoned" not in Lead.objects.get(id=lead.id).deciding
    assert not Task.objects.filter(state="open", subject_id=str(letter.id)).exists()


def test_what_a_department_answered_is_read_by_the_county_and_not_by_the_village(officer, justice):
    child = open_child()
    letter = sent(officer, child)
    answer(justice, letter.id, imprisoned="yes")
    read = {one.name for one in statements_of_child(officer, child_id=child, purpose=Purpose.VERIFY)}
    assert "imprisoned" in read
    village = make_actor("child_director")
    assert "imprisoned" not in {
        one.name for one in statements_of_child(village, child_id=child, purpose=Purpose.VERIFY)
    }
    assert "imprisoned" in {
        question.definition.name for question in read_letter(justice, letter_id=letter.id).questions
    }


def test_what_a_department_does_not_know_stays_unknown(officer, justice):
    child = open_child()
    letter = sent(officer, child)
    assert answer(justice, letter.id, imprisoned="unknown").facts == 0
    assert InquiryLetter.objects.get().state == "answered"
    assert Fact.objects.filter(source="justice").count() == 0


def test_every_item_is_answered_or_said_to_be_unknown(officer, justice):
    letter = sent(officer, open_child(), facts=["imprisoned", "in_detox"])
    with pytest.raises(FormProblems) as refused:
        answer(justice, letter.id, imprisoned="yes", imprisoned__term_months="viele")
    assert set(refused.value.by_field) == {"q:mother:in_detox", "q:mother:imprisoned.term_months"}
    assert InquiryLetter.objects.get().state == "sent"


def test_a_refusal_has_a_reason_and_ends_the_tasks(officer, justice):
    letter = sent(officer, open_child())
    refusal = {"outcome": "refused", "refusal": ""}
    with pytest.raises(FormProblems):
        record_reply(justice, letter_id=letter.id, version=version(letter.id), fields=refusal)
    record_reply(
        justice, letter_id=letter.id, version=version(letter.id), fields={**refusal, "refusal": "不属本单位职责"}
    )
    view = read_letter(officer, letter_id=letter.id)
    assert (view.line.state, view.reply.reason, view.reply.on_behalf) == ("refused", "不属本单位职责", False)
    assert set(Task.objects.filter(subject_id=str(letter.id)).values_list("state", flat=True)) == {"done", "refused"}


def test_an_officer_enters_a_reply_that_came_on_paper_with_its_date(officer):
    child = open_child()
    letter = sent(officer, child)
    paper = {"outcome": "answered", "q:mother:imprisoned": "no"}
    for day in ("", "2020-01-01", (today() + dt.timedelta(days=1)).isoformat()):
        with pytest.raises(FormProblems):
            record_reply(officer, letter_id=letter.id, version=version(letter.id), fields={**paper, "replied_on": day})
    record_reply(
        officer, letter_id=letter.id, version=version(letter.id), fields={**paper, "replied_on": today().isoformat()}
    )
    assert read_letter(officer, letter_id=letter.id).reply.on_behalf
    assert Fact.objects.get(source="justice").basis == "verified"


def test_a_reply_sent_twice_is_one_and_one_to_a_withdrawn_letter_is_none(officer, justice):
    child = open_child()
    letter = sent(officer, child)
    seen = version(letter.id)
    fields = {"outcome": "answered", "q:mother:imprisoned": "no"}
    record_reply(justice, letter_id=letter.id, version=seen, fields=fields)
    with pytest.raises(RecordError):
        record_reply(justice, letter_id=letter.id, version=seen, fields=fields)
    assert Fact.objects.filter(source="justice").count() == 1
    second = sent(officer, child, facts=["in_detox"])
    withdraw_letter(officer, letter_id=second.id, reason="已从别处查清")
    with pytest.raises(LetterNotFound):
        record_reply(justice, letter_id=second.id, version=version(second.id), fields=fields)


def test_withdrawing_needs_a_reason_and_ends_the_tasks(officer):
    letter = sent(officer, open_child())
    with pytest.raises(RecordError):
        withdraw_letter(officer, letter_id=letter.id, reason=" ")
    withdraw_letter(officer, letter_id=letter.id, reason="问错了人")
    assert read_letter(officer, letter_id=letter.id).withdrawn_because == "问错了人"
    assert not Task.objects.filter(state="open", subject_id=str(letter.id)).exists()
    assert "问错了人" not in " ".join(LogEntry.objects.values_list("details", flat=True))


def test_a_letter_past_its_day_is_overdue(officer):
    letter = sent(officer, open_child())
    assert list_letters(officer, state="overdue").total == 0
    InquiryLetter.objects.update(reply_by=today() - dt.timedelta(days=1))
    assert [line.id for line in list_letters(officer, state="overdue").letters] == [letter.id]


def test_a_question_about_the_household_is_recorded_at_the_child(officer):
    child = open_child()
    letter = sent(officer, child, entity="household", department="civil_affairs", facts=["dibao"])
    fields = {"outcome": "answered", "q:household:dibao": "yes"}
    record_reply(
        make_actor("partner", department="civil_affairs"),
        letter_id=letter.id,
        version=version(letter.id),
        fields=fields,
    )
    assert Fact.objects.get(source="civil_affairs").person_id == child
    assert Fact.objects.get(source="civil_affairs").name == "household.dibao"


def test_names_with_rare_characters_are_set_and_a_character_no_font_has_is_refused():
    assert families_for({"name": "䶮㛃𬱖"})[0] in typesetting.WANTED_FAMILIES
    with pytest.raises(RunError) as refused:
        families_for({"name": "\U0002e9f5"})
    assert "U+2E9F5" in refused.value.problems[0].zh


def test_without_a_chinese_font_there_is_no_document(monkeypatch):
    monkeypatch.setattr(typesetting, "_plain_faces", lambda _further: {})
    with pytest.raises(RunError) as refused:
        typeset("inquiry_letter", {"title": "函"})
    assert refused.value.problems[0].code == "document.no_font"


def test_a_name_cannot_write_commands_into_a_letter(officer):
    child = open_child()
    Person.objects.filter(id=parent_of(child, "mother")).update(name='#panic("x") *李* $1$')
    letter = sent(officer, child)
    assert read_letter_document(officer, letter_id=letter.id)[1].startswith(b"%PDF")


def test_a_child_whose_mother_is_unknown_offers_no_letter_about_her(officer):
    child = open_child()
    Relationship.objects.filter(person_id=child, kind="mother").update(superseded_at=timezone.now())
    about_her = [choice for choice in letter_choices(officer, child_id=child) if choice.entity == "mother"]
    assert about_her
    assert all(choice.nameless for choice in about_her)


# --- protected files ------------------------------------------------------------------------------------------------


def test_a_reply_about_a_protected_file_is_recorded_and_the_department_sees_nothing_of_it(officer):
    child = open_child()
    name_worker(officer, child)
    letter = sent(officer, child, entity="child", department="disease_control", facts=["hiv_infected"])
    Person.objects.filter(id=child).update(restricted=True)
    clinic = make_actor("partner", department="disease_control")
    assert answer(clinic, letter.id, entity="child", hiv_infected="yes", certificate=PDF).facts == 1
    assert Fact.objects.get(source="disease_control").sensitivity == 5
    assert Determination.objects.get(person_id=child, current=True).cause == "inquiry"
    view = read_letter(clinic, letter_id=letter.id)
    assert (view.line.child_id, view.certified, view.certificate_id) == (None, True, None)


# --- certificates ---------------------------------------------------------------------------------------------------

PDF = b"%PDF-1.4\n1 0 obj\n%%EOF"


def certificate_of(officer, letter):
    return read_letter(officer, letter_id=letter.id).certificate_id


def test_a_certificate_is_kept_with_the_facts_that_the_reply_recorded(officer, justice):
    child = open_child()
    letter = sent(officer, child)
    answer(justice, letter.id, imprisoned="yes", imprisoned__term_months="36", certificate=PDF)
    kept = Evidence.objects.get()
    assert (kept.person_id, kept.sensitivity, kept.media_type) == (parent_of(child, "mother"), 4, "application/pdf")
    assert set(Fact.objects.filter(source="justice").values_list("evidence_id", flat=True)) == {kept.id}
    opened = open_evidence(officer, evidence_id=certificate_of(officer, letter), purpose=Purpose.SERVE)
    assert opened.content == PDF
    assert opened.card.title == f"司法行政（监狱、戒毒）机关证明（{letter.number}）"


def test_a_certificate_is_the_countys_and_neither_the_villages_nor_any_departments(officer, justice):
    child = open_child()
    letter = sent(officer, child)
    answer(justice, letter.id, imprisoned="yes", certificate=PDF)
    evidence_id = certificate_of(officer, letter)
    others = (
        justice,
        make_actor("partner", department="police"),
        make_actor("child_director"),
        make_actor("supervisor"),
    )
    for stranger in others:
        with pytest.raises(PersonNotFound):
            open_evidence(stranger, evidence_id=evidence_id, purpose=Purpose.SERVE)
    mother = parent_of(child, "mother")
    assert list_evidence(make_actor("supervisor"), person_id=mother, purpose=Purpose.SERVE) == ()
    view = read_letter(justice, letter_id=letter.id)
    assert (view.certified, view.certificate_id) == (True, None)
    assert read_letter(make_actor("county_reviewer"), letter_id=letter.id).certificate_id == evidence_id


def test_a_paper_about_a_low_class_is_not_the_villages_either(officer):
    child = open_child()
    letter = sent(officer, child, entity="household", department="civil_affairs", facts=["dibao"])
    bureau = make_actor("partner", department="civil_affairs")
    answer(bureau, letter.id, entity="household", dibao="yes", certificate=PDF)
    assert Fact.objects.get(source="civil_affairs").sensitivity == 3
    assert Evidence.objects.get().sensitivity == 4
    for role, led in (("county_drafter", True), ("child_director", False)):
        lines = facts_history(make_actor(role), child_id=child, purpose=Purpose.SERVE)
        (said,) = (line for line in lines if line.source == "civil_affairs")
        assert (said.value, said.evidence_id is not None) == (True, led)


def test_a_certificate_of_class_5_is_the_named_workers_only(officer):
    child = open_child()
    name_worker(officer, child)
    letter = sent(officer, child, entity="child", department="disease_control", facts=["hiv_infected"])
    answer(
        make_actor("partner", department="disease_control"),
        letter.id,
        entity="child",
        hiv_infected="no",
        certificate=PDF,
    )
    evidence_id = certificate_of(officer, letter)
    assert open_evidence(officer, evidence_id=evidence_id, purpose=Purpose.SERVE).card.sensitivity == 5
    with pytest.raises(PersonNotFound):
        open_evidence(make_actor("county_reviewer"), evidence_id=evidence_id, purpose=Purpose.SERVE)


def test_a_named_worker_of_the_child_opens_what_was_kept_about_its_mother(officer):
    child = open_child()
    name_worker(officer, child)
    kept = store_evidence(
        LOCAL_OPERATOR, key=uuid.uuid4(), person_id=parent_of(child, "mother"), title="证明", content=PDF, sensitivity=5
    )
    assert open_evidence(officer, evidence_id=kept, purpose=Purpose.SERVE).content == PDF
    with pytest.raises(PersonNotFound):
        open_evidence(make_actor("county_reviewer"), evidence_id=kept, purpose=Purpose.SERVE)


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"MZ\x90 program", "registry.evidence_type"), (b"%PDF-1.4" + b"x" * 20 * 1024**2, "registry.evidence_size")],
)
def test_a_certificate_that_is_something_else_is_refused_and_nothing_is_recorded(officer, justice, content, code):
    letter = sent(officer, open_child())
    with pytest.raises(FormProblems) as refused:
        answer(justice, letter.id, imprisoned="no", certificate=content)
    assert [(field, problem.code) for field, problem in refused.value.by_field.items()] == [("certificate", code)]
    assert (InquiryLetter.objects.get().state, Fact.objects.filter(source="justice").count()) == ("sent", 0)


def test_a_reply_with_a_certificate_sent_twice_keeps_one(officer, justice):
    letter = sent(officer, open_child())
    seen = version(letter.id)
    fields = {"outcome": "answered", "q:mother:imprisoned": "no"}
    record_reply(justice, letter_id=letter.id, version=seen, fields=fields, certificate=PDF)
    with pytest.raises(RecordError):
        record_reply(justice, letter_id=letter.id, version=seen, fields=fields, certificate=PDF)
    assert Evidence.objects.count() == 1
