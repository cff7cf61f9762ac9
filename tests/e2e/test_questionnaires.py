"""The script that scores on the phone: every shipped vector, in the browser, comes to what was counted by hand."""

from __future__ import annotations

import json

import pytest

from ciyou.packs import load_questionnaires
from ciyou.packs.questionnaire_export import scoring_json, vectors_json

pytestmark = pytest.mark.e2e

RUN = """async fed => {
  const { score } = await import("/questionnaire.js");
  let tried = 0;
  const wrong = [];
  for (const { asked, vectors } of fed) for (const one of vectors) {
    const result = score(asked, one.answers, one);
    const got = { flags: result.flags };
    for (const part of ["points", "band", "reached"]) got[part] = Object.fromEntries(result.measured.map((m) => [m.scale, m[part]]));
    for (const [part, names] of Object.entries(one.expected)) for (const [name, value] of Object.entries(names)) {
      tried += 1;
      if (got[part][name] !== value) wrong.push([asked.code, one, part, name, got[part][name]]);
    }
  }
  return { tried, wrong };
}"""
REFUSED = """async ({ asked, answers }) => {
  const { score } = await import("/questionnaire.js");
  try { score(asked, answers); } catch (error) { return [error.name, error.message]; }
}"""


@pytest.fixture
def page(script_page):
    """An empty page on which the script can be loaded."""
    return script_page


def test_the_browser_scores_every_vector_as_written(page):
    files = [one for one in load_questionnaires(division="42").values() if one.scoring]
    fed = [{"asked": json.loads(scoring_json(one.scoring)), "vectors": json.loads(vectors_json(one))} for one in files]
    expected = sum(len(names) for one in files for vector in one.vectors for names in vector.expected.values())
    assert page.evaluate(RUN, fed) == {"tried": expected, "wrong": []}
    assert expected > 200


def test_the_browser_refuses_an_answer_that_does_not_exist_by_its_item(page):
    asked = json.loads(scoring_json(load_questionnaires(division="42")["phq_2n"].scoring))
    assert page.evaluate(REFUSED, {"asked": asked, "answers": {"q2": 4, "q9": 1}}) == ["RangeError", "q9,q2"]
