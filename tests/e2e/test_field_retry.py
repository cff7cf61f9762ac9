"""What could not be sent is tried again by itself: when, how often, and when not; the script alone, with the browser's clock moved."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.e2e.conftest import NOWHERE, SCRIPTS

pytestmark = pytest.mark.e2e

SECOND, HOUR = 1000, 3_600_000
FIRST, LONGEST = 5 * SECOND, 600 * SECOND
BEGIN = """async () => {
  const retry = await import("/retry.js");
  Object.assign(window, { retry, tries: [], said: null, dark: false, left: 0, sent: 0 });
  Object.defineProperty(document, "hidden", { get: () => dark });
  const send = () => {
    tries.push(Date.now());
    retry.trial();
    window.during = said;
    retry.ended({ sent });
    retry.see({ left, refused: 0 });
  };
  retry.begin(send, (next) => { said = next; });
}"""


@pytest.fixture
def page(script_page):
    """The script on an empty page; its user has `left` pieces, of which each try sends none."""
    body = (SCRIPTS / "field/retry.js").read_text(encoding="utf-8")
    script_page.route(f"{NOWHERE}/retry.js", lambda route: route.fulfill(content_type="text/javascript", body=body))
    script_page.clock.install()
    script_page.evaluate(BEGIN)
    return script_page


def see(page, left, refused=0):
    page.evaluate("([left, refused]) => { window.left = left; retry.see({ left, refused }); }", [left, refused])


def tries(page, after):
    page.clock.run_for(after)
    return page.evaluate("tries")


def test_each_try_in_vain_is_followed_by_a_longer_pause_up_to_ten_minutes(page):
    see(page, 3)
    assert page.evaluate("[said.left, said.at > Date.now()]") == [3, True], "whoever looks is told when"
    found = tries(page, 2 * HOUR)
    assert page.evaluate("during") is None, "while it is being sent nothing is planned"
    longest = [min(LONGEST, FIRST * 2**number) for number in range(len(found))]
    pauses = [later - earlier for earlier, later in pairwise(found)]
    assert len(pauses) > 12
    for pause, most in zip(pauses, longest, strict=False):
        assert most / 2 <= pause <= most + SECOND
    assert len({pause / most for pause, most in zip(pauses, longest, strict=False)}) > 3, "no two phones in step"
    assert page.evaluate("[0, 0.5, 1].map((chance) => retry.pauseAfter(1, chance))") == [
        FIRST / 2,
        FIRST * 3 / 4,
        FIRST,
    ]


def test_where_something_arrived_the_next_try_is_soon_and_where_nothing_is_left_there_is_none(page):
    see(page, 3)
    tries(page, HOUR)
    page.evaluate("() => { sent = 1; tries.length = 0; }")
    first, second, *_more = tries(page, 2 * LONGEST)
    assert second - first <= FIRST + SECOND
    see(page, 0)
    count = len(tries(page, 0))
    assert len(tries(page, 2 * HOUR)) == count
    assert page.evaluate("said") is None


def test_what_was_refused_for_good_is_told_and_not_tried(page):
    see(page, 0, refused=2)
    assert page.evaluate("said.refused") == 2
    assert tries(page, 2 * HOUR) == []


def test_a_page_that_nobody_looks_at_tries_nothing_and_catches_up_when_it_is_looked_at(page):
    page.evaluate("() => { dark = true; }")
    see(page, 1)
    assert tries(page, 2 * HOUR) == []
    page.evaluate("() => { dark = false; document.dispatchEvent(new Event('visibilitychange')); }")
    assert len(tries(page, 100)) == 1


def test_a_network_that_comes_back_is_used_at_once_and_the_pauses_begin_anew(page):
    see(page, 1)
    count = len(tries(page, HOUR))
    page.evaluate("() => { window.dispatchEvent(new Event('online')); }")
    assert len(tries(page, 0)) == count + 1
    assert len(tries(page, FIRST + SECOND)) == count + 2
