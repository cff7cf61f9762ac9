"""What the pages say about a screening's results."""

from __future__ import annotations

import re

import pytest

from tests.web.made_results import NAME, OTHER_DIVISION, TOWNSHIP


def read(client, address, **query):
    """The words of a page, without tags and with single spaces."""
    page = client.get(address, query).content.decode()
    body = re.sub(r"<(script|title)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def test_the_summary_counts_a_presumed_no_apart_from_a_no(client, addresses):
    page = client.get(addresses["screening"]).content.decode()
    row = re.search(r"孤儿</th>(.*?)</tr>", page, re.DOTALL).group(1)
    assert re.findall(r'data-value="(\d+)"', row) == ["0", "0", "1", "2"]


def test_restricted_categories_stand_in_no_count_list_or_filter(client, addresses):
    for name in ("screening", "leads", "child"):
        page = client.get(addresses[name]).content.decode()
        assert "hiv" not in page.lower()
        assert "艾滋" not in page
        assert "987" not in page


def test_a_filter_by_a_restricted_rule_is_as_if_it_were_not_there(client, addresses):
    unfiltered = read(client, addresses["leads"])
    assert "共 3 条线索" in unfiltered
    assert "共 3 条线索" in read(client, addresses["leads"], rule="hiv_infected", outcome="yes")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"rule": "de_facto_unattended", "outcome": "yes"}, 1),
        ({"rule": "de_facto_unattended"}, 2),
        ({"rule": "orphan", "outcome": "presumed"}, 1),
        ({"rule": "orphan", "outcome": "no"}, 1),
        ({"why": "adverse_record_alone"}, 1),
        ({"township": TOWNSHIP}, 2),
        ({"township": OTHER_DIVISION[:9]}, 1),
        ({"page": "99"}, 3),
        ({"page": "nonsense", "township": "x'; --"}, 3),
    ],
)
def test_leads_are_filtered_by_what_the_address_says(client, addresses, query, found):
    assert f"共 {found} 条线索" in read(client, addresses["leads"], **query)


def test_a_name_is_looked_for_without_ever_standing_in_an_address(client, addresses):
    response = client.post(addresses["leads"], {"name": NAME[:2]})
    page = response.content.decode()
    assert "共 1 条线索" in re.sub(r"\s+", " ", page)
    assert not any(NAME[:2] in link for link in re.findall(r'href="([^"]*)"', page))


def test_a_lead_that_is_nobodys_yet_shows_its_record(client, addresses):
    assert "JL000123" in read(client, addresses["leads"], why="adverse_record_alone")


def test_rows_set_aside_are_shown_by_place_and_reason(client, addresses):
    page = read(client, addresses["rejected"])
    assert "日期无法读懂。" in page
    assert "17, 23" in page


def test_a_childs_page_shows_the_circumstances_of_each_parent_and_who_said_so(client, addresses):
    page = read(client, addresses["child"])
    assert "父亲 · 扎西 据户籍人口名册、出生医学证明名册，把握 90% 死亡 死亡医学证明名册 · 名册登记" in page
    assert "服刑在押 刑期（月） 36" in page


def test_a_childs_page_explains_a_yes_with_its_clauses(client, addresses):
    page = client.get(addresses["child"]).content.decode()
    decision = re.search(r'<details class="decision decision-yes">.*?事实无人抚养儿童.*?</details>', page, re.DOTALL)
    assert decision
    assert "§" in decision.group() or 'class="clause"' in decision.group()


def test_a_child_that_is_not_there_is_not_found(client, run):
    assert client.get(f"/screenings/{run.id}/children/nobody/").status_code == 404
