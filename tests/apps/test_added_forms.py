"""Answers to the forms of a place: kept with the words they were asked in, facts where facts belong, and nothing of a changed form lost."""

from __future__ import annotations

import datetime as dt
import functools
import shutil
import uuid

import pytest
from django.utils import timezone

from ciyou.apps.cases import added_answers, added_forms
from ciyou.apps.cases.added_answers import open_added, words_json
from ciyou.apps.cases.models import Visit
from ciyou.apps.cases.questions import FormProblems
from ciyou.apps.cases.visits import open_visit_content, record_visit, visit_form
from ciyou.apps.fieldwork.contents import open_said
from ciyou.apps.fieldwork.models import FieldEvent
from ciyou.apps.registry.reading import owned_rows, stated
from ciyou.core.forms import fill, trimmed
from ciyou.packs import load_visit_forms
from ciyou.packs.pack_files import SHIPPED
from ciyou.packs.visit_forms import _load
from ciyou.web.added_wording import brought_rows
from tests.case_builders import file_sibling, open_lead
from tests.field_builders import make_phone
from tests.office import VILLAGE, file_child, make_actor
from tests.visit_form_folder import DEFINITION, SURVEY, row, write_form

pytestmark = pytest.mark.django_db
WINTER = "household:winter"
DAY = dt.date(2026, 11, 2)


@pytest.fixture(scope="module")
def packs(tmp_path_factory):
    root = tmp_path_factory.mktemp("packs")
    shutil.copytree(SHIPPED / "cn", root / "cn", ignore=shutil.ignore_patterns("rosters"))
    return root


@pytest.fixture
def place(packs, monkeypatch):
    """Write the form anew and have it asked."""
    shutil.rmtree(packs / "cn/visit_forms", ignore_errors=True)
    for module in (added_forms, added_answers):
        monkeypatch.setattr(module, "load_visit_forms", functools.partial(load_visit_forms, root=packs))

    def write(**form):
        write_form(packs, pack="cn", **form)
        _load.cache_clear()
        return load_visit_forms(division="51", root=packs)["winter"]

    write()
    return write


@pytest.fixture
def director():
    return make_actor("child_director")


@pytest.fixture
def child():
    found = file_child()
    open_lead(found, deciding=["child.boarding", "father.working_away"])
    return found


def answers(child, form, *, met="guardian", **said):
    """The fields of a visit with these answers to the form."""
    fields = {"visited_on": timezone.localdate().isoformat(), "met": met, f"result:{child}": "not_yet"}
    fields[f"v:{WINTER}"] = form.version
    for name, text in said.items():
        if name == "dibao":
            fields["q:household:dibao"] = text
        elif name == "why":
            fields |= {f"x:{WINTER}:why/{one}": one for one in text.split()}
        else:
            fields[f"x:{WINTER}:{name}"] = text
    return fields


def visit(actor, child, fields):
    return record_visit(actor, visit_id=uuid.uuid4(), child_id=child, fields=fields)


def kept():
    return [one for visit in Visit.objects.all() for one in open_added(open_visit_content(visit))]


def said(one):
    return {answer.name: answer.said[0] for answer in one.answers}


def test_answers_are_kept_with_the_visit_in_the_words_they_were_asked_with(place, director, child):
    visit(director, child, answers(child, place(), heated="no", why="stove other", cold_rooms="3", what="炉子坏了"))
    (one,) = kept()
    assert said(one) == {
        "heated": "没有",
        "why": "没有炉子、别的原因",
        "cold_rooms": "3",
        "what": "炉子坏了",
        "beds": "5",
    }
    assert (one.form, one.title, one.child) == ("winter", ("冬季取暖", "Heating in winter"), "")
    assert "炉子坏了".encode() not in bytes(Visit.objects.get().content), "it lies encrypted"


def test_a_question_that_is_a_fact_is_asked_once_and_becomes_a_statement(place, director, child):
    form = visit_form(director, child_id=child)
    (part,) = form.added
    assert [one.definition.name for one in part.asked_here] == ["dibao"]
    assert part.asked_here[0].wording.label[0] == "村里知道他家领低保吗？"
    assert "q:household:dibao" not in {one.key for further in form.further for one in further.questions}
    visit(director, child, answers(child, part.form, heated="yes", dibao="yes"))
    statements = [one for one in map(stated, owned_rows(child, moment=None)) if one.source == "visit"]
    assert [(one.name, one.value) for one in statements] == [("dibao", True)]
    assert "dibao" not in said(kept()[0]), "a fact lies where facts lie, and nowhere else"


def test_what_decides_stays_where_it_is_in_the_words_of_the_form(place, director):
    child = file_child()
    open_lead(child, deciding=["household.dibao"])
    form = visit_form(director, child_id=child)
    asked = {one.key: one for part in form.parts for one in part.questions}
    assert asked["q:household:dibao"].wording.label[0] == "村里知道他家领低保吗？"
    assert form.added[0].elsewhere == {"dibao"}
    assert [one.key for one in form.questions].count("q:household:dibao") == 1


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({}, "heated"),
        ({"heated": "perhaps"}, "heated"),
        ({"heated": "no", "cold_rooms": "21"}, "cold_rooms"),
        ({"heated": "no", "cold_rooms": "many"}, "cold_rooms"),
        ({"heated": "no", "looked_on": "2999-01-01"}, "looked_on"),
    ],
)
def test_what_is_missing_or_outside_its_limits_is_said_beside_its_field(place, director, child, given, wrong):
    with pytest.raises(FormProblems) as found:
        visit(director, child, answers(child, place(), **given))
    assert list(found.value.by_field) == [f"x:{WINTER}:{wrong}"]
    assert not Visit.objects.exists()


def test_not_known_answers_a_required_question_and_nobody_met_answers_none(place, director, child):
    visit(director, child, answers(child, place(), heated="unknown"))
    assert said(kept()[0]) == {"heated": "不知道"}
    visit(director, child, answers(child, place(), met="nobody"))
    assert Visit.objects.count() == 2


def test_an_answer_out_of_turn_is_kept_and_marked(place, director, child):
    visit(director, child, answers(child, place(), heated="yes", cold_rooms="99"))
    (one,) = kept()
    assert [(answer.name, answer.aside) for answer in one.answers] == [("heated", False), ("cold_rooms", True)]


def test_a_form_is_asked_of_whom_its_condition_is_known_and_of_each_child_where_it_says_so(place, director, child):
    other = file_sibling(child, key="b")
    open_lead(other, deciding=["father.working_away"])
    survey = (SURVEY[0], row("select_one yes_no", "boarding", "住校吗？", "Does it board?"))
    about = DEFINITION.replace("about: household", "about: child")
    place(definition=about, survey=survey, vectors="vectors: []\n")
    assert len(visit_form(director, child_id=child).added) == 2
    place(definition=about.replace("every_visit", "child.boarding"), survey=survey, vectors="vectors: []\n")
    assert visit_form(director, child_id=child).added == (), "it is not known of either"


def test_a_form_that_changed_while_the_phone_was_away_loses_nothing(place, director, child):
    before = place()
    fields = answers(child, before, heated="no", why="fuel", cold_rooms="3", what="没有钱")
    fields[f"w:{before.version}"] = words_json(before)
    now = place(
        survey=(row("select_one yes_no", "heated", "现在取暖吗？", "Is it heated now?"),), vectors="vectors: []\n"
    )
    assert now.version != before.version
    phone, form = make_phone(director), visit_form(director, child_id=child)
    answer = phone.send(phone.visit(form, fields))
    assert (answer.state, answer.reason) == ("applied", "")
    (one,) = kept()
    assert one.version == before.version
    assert [item.label[0] for item in one.answers][:1] == ["冬天家里有取暖吗？"], "as it was asked"
    assert said(one) == {"heated": "没有", "why": "没有柴煤", "cold_rooms": "3", "what": "没有钱"}


def test_an_answer_outside_its_limits_that_still_arrives_is_set_aside_and_can_be_read(place, director, child):
    now = place()
    fields = answers(child, now, heated="no", cold_rooms="99")
    fields[f"w:{now.version}"] = words_json(now)
    phone, form = make_phone(director), visit_form(director, child_id=child)
    answer = phone.send(phone.visit(form, fields))
    assert (answer.state, answer.reason) == ("set_aside", "out_of_range")
    told, highest = brought_rows(open_said(FieldEvent.objects.get()).fields, "zh", division=VILLAGE, ceiling=3)
    assert told == [("冬天家里有取暖吗？", "没有"), ("几间屋子没有取暖？", "99")]
    assert highest == 3


@pytest.mark.parametrize(("words", "today"), [("class: 4", "class: 3"), ("class: 3", "class: 4")])
def test_answers_above_the_class_of_whoever_settles_are_told_by_their_number_only(place, director, child, words, today):
    before = place(definition=DEFINITION.replace("class: 3", words))
    fields = answers(child, before, heated="no", what="没有钱") | {f"w:{before.version}": words_json(before)}
    place(definition=DEFINITION.replace("class: 3", today))
    told, highest = brought_rows(fields, "zh", division=VILLAGE, ceiling=3)
    assert (told, highest) == ([("本地要求问的", "2 个回答属于第 4 类，由县里看")], 3)
    told, highest = brought_rows(fields, "zh", division=VILLAGE, ceiling=4)
    assert (told[1], highest) == (("是什么原因？", "没有钱"), 4)


def test_a_draft_that_carried_an_older_version_into_a_newer_page_is_kept_in_the_words_that_came(place, director, child):
    now = place()
    fields = answers(child, now, heated="no", what="没有钱")
    fields |= {f"v:{WINTER}": "of-the-draft", f"w:{now.version}": words_json(now), "w:other": "no words"}
    phone, form = make_phone(director), visit_form(director, child_id=child)
    assert phone.send(phone.visit(form, fields)).state == "applied"
    assert [(one.version, said(one)["what"]) for one in kept()] == [(now.version, "没有钱")]


def test_answers_without_any_words_for_them_are_set_aside_because_the_form_changed(place, director, child):
    place()
    fields = {f"v:{WINTER}": "gone", f"x:{WINTER}:gone": "yes", "result:x": ""}
    phone, form = make_phone(director), visit_form(director, child_id=child)
    answer = phone.send(phone.visit(form, fields))
    assert (answer.state, answer.reason) == ("set_aside", "form_changed")


def test_what_clashes_counts_as_said_for_what_depends_on_it(place, director, child):
    now = place(
        survey=(
            row("select_one yes_no", "dibao", "村里知道他家领低保吗？", "Does it receive dibao?", required="yes"),
            row("integer", "people", "几个人领？", "How many receive it?", relevant="${dibao} = 'yes'"),
            row("calculate", "twice", calculation="${people} * 2"),
        ),
        vectors="""vectors:
  - {answers: {}, asked: {people: unknown}, values: {twice: unknown}}
  - {answers: {dibao: no}, asked: {people: no}, values: {twice: unknown}}
  - {answers: {dibao: yes, people: "3"}, asked: {people: yes}, values: {twice: 6}}
""",
    )
    phone, form = make_phone(director), visit_form(director, child_id=child)
    visit(director, child, answers(child, now, dibao="no"))
    said_on_phone = answers(child, now, dibao="yes", people="3") | {f"w:{now.version}": words_json(now)}
    answer = phone.send(phone.visit(form, said_on_phone))
    assert (answer.state, answer.reason) == ("conflict", "")
    (one,) = kept()
    assert [(item.name, item.typed, item.aside) for item in one.answers] == [
        ("people", "3", False),
        ("twice", "6", False),
    ]


def test_a_required_fact_is_not_missing_where_another_form_hides_it(packs, place, director, child):
    dibao = "村里知道他家领低保吗？", "Does the household receive dibao?"
    now = place(survey=(row("select_one yes_no", "dibao", *dibao, required="yes"),), vectors="vectors: []\n")
    with pytest.raises(FormProblems) as found:
        visit(director, child, answers(child, now))
    assert list(found.value.by_field) == ["q:household:dibao"]
    definition = DEFINITION.replace("code: winter", "code: early")
    survey = (SURVEY[0], row("select_one yes_no", "dibao", *dibao, relevant="${heated} = 'no'"))
    vectors = """vectors:
  - {answers: {}, asked: {dibao: unknown}}
  - {answers: {heated: yes}, asked: {dibao: no}}
  - {answers: {heated: no}, asked: {dibao: yes}}
"""
    write_form(packs, pack="cn", code="early", definition=definition, survey=survey, vectors=vectors)
    _load.cache_clear()
    early = load_visit_forms(division="51", root=packs)["early"]
    parts = {"v:household:early": early.version, "x:household:early:heated": "yes"}
    assert [part.elsewhere for part in visit_form(director, child_id=child).added] == [frozenset(), {"dibao"}]
    visit(director, child, answers(child, now) | parts)
    assert Visit.objects.count() == 1


def test_python_and_the_browser_take_the_same_for_a_space(place):
    rows = place().plain_rows
    filled = fill(rows, {"heated": "\ufeff\x85 no\u3000", "why": "stove\ufeffother", "what": "\x85\ufeff"}, today=DAY)
    assert (filled.asked["what"], filled.refused) == (True, ())
    assert trimmed(" \ufeff\x85") == ""


def test_answers_about_a_child_who_is_not_on_the_visit_are_set_aside(place, director, child):
    now = place()
    fields = {**answers(child, now, heated="yes"), f"x:child:{uuid.uuid4()}:winter:heated": "yes"}
    answer = make_phone(director)
    form = visit_form(director, child_id=child)
    assert answer.send(answer.visit(form, fields)).reason == "form_changed"


def test_on_a_page_a_form_that_changed_is_shown_again(place, director, child):
    before = place()
    place(survey=SURVEY[:1], vectors="vectors: []\n")
    with pytest.raises(FormProblems) as found:
        visit(director, child, answers(child, before, heated="yes"))
    assert [one.code for one in found.value.by_field.values()] == ["visit.added_changed"]
