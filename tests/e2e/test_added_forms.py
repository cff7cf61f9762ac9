"""Conditions of a form in the browser: every vector comes to what was written by hand."""

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
