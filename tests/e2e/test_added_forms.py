"""A form of a place: edited in a spreadsheet, checked, filled on a phone without a network, read on the visit's page; and its vectors in the browser."""

from __future__ import annotations

import json
import os
import re
import shutil
import uuid

import pytest
from openpyxl import load_workbook

from ciyou.packs import load_visit_forms
from ciyou.packs.own_packs import VARIABLE
from ciyou.packs.visit_form_vectors import SOME_DAY
from ciyou.packs.visit_forms import form_vectors_json, rows_json
from tests.e2e.conftest import ROOT, enter, filled_server, windows
from tests.e2e.phone_walk import PhoneWalk, ask, open_next
from tests.visit_form_folder import EN, VECTORS, ZH, write_form

pytestmark = pytest.mark.e2e

PIN = "493817"
RUN = """async ({ rows, vectors }) => {
  const { fill } = await import("/added_form.js");
  let tried = 0;
  const wrong = [];
  for (const one of vectors) {
    const got = fill(rows, one.answers, one.today);
    const told = { asked: one.asked, values: one.values };
    for (const [part, names] of Object.entries(told)) for (const [name, value] of Object.entries(names)) {
      tried += 1;
      if (got[part][name] !== value) wrong.push([one, part, name, got[part][name]]);
    }
    tried += 1;
    if (String([...got.refused].sort()) !== String([...one.refused].sort())) wrong.push([one, "refused", got.refused]);
  }
  return { tried, wrong };
}"""


def test_the_browser_comes_to_what_each_vector_says(script_page, tmp_path):
    for name in ("cn", "cn_51"):
        shutil.copytree(ROOT / "src/ciyou/packs" / name, tmp_path / name, ignore=shutil.ignore_patterns("rosters"))
    write_form(tmp_path)
    form = load_visit_forms(division="51", root=tmp_path)["winter"]
    expected = sum(1 + len(one.asked) + len(one.values) for one in form.vectors)
    fed = {"rows": json.loads(rows_json(form)), "vectors": json.loads(form_vectors_json(form, today=SOME_DAY))}
    assert script_page.evaluate(RUN, fed) == {"tried": expected, "wrong": []}
    assert expected > 20


TEND = """async () => {
  const { fill, tend } = await import("/added_form.js");
  const heated = { op: "=", of: [{ op: "question", value: "heated", of: [] }, { op: "literal", value: "no", of: [] }] };
  const named = { op: "=", of: [{ op: "question", value: "constructor", of: [] }, { op: "literal", value: "no", of: [] }] };
  const one = (name, asked_if, required) => ({ name, kind: "one", choices: ["yes", "no"], asked_if, holds_if: null, value: null, required });
  const day = "2026-11-02";
  const rows = [one("heated", null, false), one("constructor", heated, false), one("after", named, false)];
  const spaced = fill(rows, { heated: "\ufeff\x85 no\u3000" }, day).asked;
  const known = [fill(rows, {}, day).asked.after, spaced.constructor, spaced.after];
  document.body.innerHTML = `<form>
    <select name="q:a:kind"><option value=""></option><option>yes</option></select>
    <section data-added="early" data-prefix="x:a:early:" data-fields='{"kind": "q:a:kind", "dibao": "q:a:dibao"}'>
      <div data-row="heated"><input name="x:a:early:heated"></div>
      <div data-row="dibao"><select name="q:a:dibao"><option value=""></option><option>yes</option></select></div>
    </section>
    <section data-added="late" data-prefix="x:a:late:" data-fields='{"dibao": "q:a:dibao"}'></section>
  </form>`;
  const form = document.querySelector("form");
  const early = [one("heated", null, false), one("kind", null, true), one("dibao", heated, true)];
  tend(form, { early: { rows: early }, late: { rows: [one("dibao", null, true)] } });
  const required = () => ["q:a:kind", "q:a:dibao"].map((name) => form.elements[name].required);
  const before = required();
  form.elements["x:a:early:heated"].value = "no";
  form.dispatchEvent(new Event("input"));
  return { known, before, then: required() };
}"""


def test_what_is_required_is_required_where_it_stands_and_no_word_of_the_language_counts_as_an_answer(script_page):
    assert script_page.evaluate(TEND) == {
        "known": [None, True, None],
        "before": [True, False],  # what another form hides is not required by the later one
        "then": [True, True],
    }


PLACE = """code: cn_990101
division: "990101"
extends: cn
name: {zh: 甲县, en: County A}
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A county's own packs with a form, edited in a spreadsheet: a question more, with a condition and a choice of its own."""
    packs = tmp_path_factory.mktemp("own_packs")
    folder = write_form(packs, pack="cn_990101", vectors=VECTORS + MORE)
    (packs / "cn_990101/place.yaml").write_text(PLACE, encoding="utf-8")
    book = load_workbook(folder / "form.xlsx")
    survey, heads = book["survey"], [cell.value for cell in book["survey"][1]]
    question = {
        "type": "select_one bedding",
        "name": "bedding",
        ZH: "有厚被子吗？",
        EN: "Are there thick quilts?",
        "relevant": "${heated} = 'no'",
    }
    survey.append([question.get(head, "") for head in heads])
    for code, zh, en in (("enough", "够用", "Enough"), ("short", "不够", "Too few")):
        book["choices"].append(["bedding", code, zh, en])
    for line in survey.iter_rows(min_row=2):
        if line[1].value == "dibao":
            line[heads.index("required")].value = "yes"
    book.save(folder / "form.xlsx")
    return packs


MORE = """  - answers: {heated: no, bedding: short}
    asked: {bedding: yes}
  - answers: {heated: yes}
    asked: {bedding: no}
  - answers: {}
    asked: {bedding: unknown}
"""


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="reads the demo's SQLite file")
def test_an_edited_form_is_filled_without_a_network_and_read_on_the_visits_page(place, browser, tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(place))  # the server tries it as `ciyou packs check` does before it starts
    with filled_server(tmp_path, "field_county") as (server, _printed), windows(browser) as open_window:
        phone = PhoneWalk(open_window(server.address, width=360, language=os.environ.get("CIYOU_LOOKS_IN", "zh-hans")))
        page = phone.page
        enter(phone.window, "zhuren")
        phone.set_up(PIN)
        page.context.set_offline(True)
        open_next(page)
        phone.screen("visit")
        assert not page.locator('[data-row="bedding"]').is_visible(), "nobody has said yet that it is not heated"
        phone.look("added-before")
        page.locator('[name="met"][value="guardian"]').check(force=True)
        for result in page.locator('[name^="result:"][value="confirmed"]').all():
            result.check(force=True)
        dibao = page.locator('[data-form] [name="q:household:dibao"]')
        assert dibao.first.evaluate("one => one.required && !one.closest('[data-row]')"), "it stands among what decides"
        dibao.first.check(force=True)
        page.locator('[name$=":winter:heated"][value="no"]').check(force=True)
        page.locator('[name$=":winter:bedding"][value="short"]').check(force=True)
        page.locator('[name$=":winter:why/other"]').check(force=True)
        page.locator('[name$=":winter:what"]').fill("炉子坏了")
        page.locator('[name$=":winter:cold_rooms"]').fill("30")
        asked = page.locator('[name="v:household:winter"]').input_value()
        page.locator('[name="v:household:winter"]').evaluate("one => { one.value = 'of yesterday'; }")
        page.locator("#note").fill("灶房也冷")
        page.wait_for_timeout(300)  # the draft is kept meanwhile
        page.locator('[data-go="today"]:visible').first.click()
        phone.screen("today")
        open_next(page)
        phone.screen("visit")
        assert page.locator("#note").input_value() == "灶房也冷"
        assert page.locator('[name="v:household:winter"]').input_value() == asked, "a draft brings no older form back"
        assert page.locator('[data-row="cold_rooms"] [data-refused]').is_visible()
        phone.look("added")
        page.locator('[name$=":winter:cold_rooms"]').fill("3")
        assert page.locator('[data-row="advice"]').is_visible(), "three rooms come to five beds"
        page.locator('[data-form] [type="submit"]').click()
        phone.screen("today")
        phone.unsent("1")
        page.context.set_offline(False)
        page.locator("#unsent").click()
        phone.unsent(re.compile("全部已发送|All sent"))
        assert ask(server.home, "SELECT state, reason FROM fieldwork_fieldevent") == [("applied", "")]
        found = uuid.UUID(ask(server.home, "SELECT id FROM cases_visit")[0][0])
        page.goto(f"{server.address}/visits/{found}/")
        text = page.locator("main").inner_text()
        for said in ("有厚被子吗？", "不够", "别的原因", "炉子坏了", "几间屋子没有取暖？"):
            assert said in text or "CIYOU_LOOKS_IN" in os.environ, said
        phone.look("added-saved")
        phone.window.complaints[:] = [one for one in phone.window.complaints if "ERR_INTERNET_DISCONNECTED" not in one]
