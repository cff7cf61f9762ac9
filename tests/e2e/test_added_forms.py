"""A form of a place: edited in a spreadsheet, checked, filled on a phone without a network, read on the visit's page; and its vectors in the browser."""

from __future__ import annotations

import json
import shutil

import pytest

from ciyou.packs import load_visit_forms
from ciyou.packs.visit_form_vectors import SOME_DAY
from ciyou.packs.visit_forms import form_vectors_json, rows_json
from tests.e2e.conftest import ROOT
from tests.visit_form_folder import write_form

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
