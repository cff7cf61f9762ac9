"""What the pages say about a screening's results."""

from __future__ import annotations

import re

from ciyou.apps.cases.models import LeadLoad
from ciyou.apps.rosters.models import ScreeningRun, ScreeningStatus


def read(client, address, **query):
    """The words of a page, without tags and with single spaces."""
    page = client.get(address, query).content.decode()
    body = re.sub(r"<(script|title)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def test_the_summary_counts_a_presumed_no_apart_from_a_no(client, addresses):
    page = client.get(addresses["screening"]).content.decode()
    row = re.search(r"孤儿</th>(.*?)</tr>", page, re.DOTALL).group(1)
    assert re.findall(r'data-value="(\d+)"', row) == ["0", "0", "1", "2"]


def test_restricted_categories_stand_in_no_count(client, addresses):
    page = client.get(addresses["screening"]).content.decode()
    assert "hiv" not in page.lower()
    assert "艾滋" not in page
    assert "987" not in page


def test_the_summary_says_where_the_leads_went_and_leads_there(client, addresses, run):
    LeadLoad.objects.create(
        run_id=str(run.id),
        division=run.division,
        as_of=run.as_of,
        counts={"to_villages": 2, "villages": 1, "to_county": 1},
        started_at=run.created_at,
        finished_at=run.created_at,
    )
    page = read(client, addresses["screening"])
    assert "2 条已分到 1 个村" in page
    assert "1 条在县级队列" in page
    assert f"/leads/?run={run.id}" in client.get(addresses["screening"]).content.decode()


def test_rows_set_aside_are_shown_by_place_and_reason(client, addresses):
    page = read(client, addresses["rejected"])
    assert "日期无法读懂。" in page
    assert "17, 23" in page


def test_an_interrupted_screening_can_be_run_again_from_its_page(client, addresses, run):
    ScreeningRun.objects.filter(id=run.id).update(status=ScreeningStatus.INTERRUPTED)
    assert "重新运行" in client.get(addresses["screening"]).content.decode()
