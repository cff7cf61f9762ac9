"""The pages of screening campaigns: opened by the county, asked at one visit, and beside a result what was seen at home."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from ciyou.apps.accounts.models import Division, Post
from ciyou.apps.assessments.models import RiskAssessment
from ciyou.apps.care.campaign_readings import TOPICS
from ciyou.apps.care.models import Campaign, CampaignChild
from ciyou.packs import load_questionnaires, load_risk
from tests.office import TOWNSHIP, VILLAGE, file_child, make_actor, make_post, sign_in
from tests.risk_builders import assess

pytestmark = pytest.mark.django_db


def test_a_county_opens_a_campaign_a_village_asks_and_sees_what_was_seen_at_home(client):
    for code, name, level in ((TOWNSHIP, "河口镇", "township"), (VILLAGE, "石板村", "village")):
        Division.objects.create(code=code, name=name, level=level)
    director = make_actor("child_director")
    child = file_child("a", born=dt.date(timezone.localdate().year - 9, 1, 1))
    assess(director, child)
    drafter = make_post("county_drafter")
    county = sign_in(client, drafter)
    form = county.get(reverse("campaign_new")).content.decode()
    assert "河口镇" in form and "MHT" in form and "PHQ-9" not in form  # from 18 on: it would find nobody
    today = timezone.localdate()
    said = {"instrument": "psc_17", "division": TOWNSHIP, "from_on": today, "until_on": today + dt.timedelta(days=9)}
    wrong = county.post(reverse("campaign_new"), said | {"until_on": ""})
    assert (wrong.status_code, "请填写从哪天到哪天" in wrong.content.decode()) == (422, True)
    assert "problem-place" not in wrong.content.decode(), "no code of a field is told"
    opened = county.post(reverse("campaign_new"), said, follow=True).content.decode()
    assert "石板村" in opened and "结束以后才有数目" in opened
    found = Campaign.objects.get()

    village = sign_in(client, Post.objects.get(id=director.post_id))
    home = reverse("campaign_visit", args=[CampaignChild.objects.get().household])
    assert home in village.get(reverse("home")).content.decode()
    assert "要监护人同意才问" in village.get(home).content.decode()
    assert village.post(home + "unasked/", {"child": child, "said": "refused:away"}).status_code == 422
    away = village.post(home + "unasked/", {"child": child, "said": "not_reached:away"})
    assert (away.status_code, away["Location"]) == (302, "/")
    items = load_questionnaires(division=VILLAGE)["psc_17"].scoring.items
    answers = {f"answer:{item}": "0" for item in items} | {"consent": "guardian_agreed", "asked_on": today}
    assert village.post(reverse("fill_questionnaire", args=[child, "psc_17"]), answers).status_code == 302
    readings = reverse("campaign_readings", args=[found.id])
    beside = village.get(readings).content.decode()
    assert "没有达到提示线" in beside and RiskAssessment.objects.exists() and "家里的生活来源" in beside

    supervisor = sign_in(client, make_post("supervisor"))
    assert "没有您能看的结果" in supervisor.get(readings).content.decode()
    assert supervisor.post(reverse("campaign_close", args=[found.id])).status_code == 403
    county = sign_in(client, drafter)
    closed = county.post(reverse("campaign_close", args=[found.id]), follow=True).content.decode()
    assert "不公布" in closed


def test_what_stands_beside_a_result_is_asked_by_the_pack():
    codes = {one.code for one in load_risk(division=VILLAGE).asked.indicators}
    assert {code for topic in TOPICS.values() for code in topic} <= codes


def test_results_stand_in_the_colors_of_the_place_with_their_words_and_small_numbers_stay_away(client):
    now = timezone.now()
    row = Campaign.objects.create(
        id=uuid.uuid4(),
        instrument="phq_a",
        division=TOWNSHIP,
        from_on=now.date(),
        until_on=now.date(),
        opened_by="x",
        opened_at=now,
        closed_at=now,
        results={
            "threshold": 5,
            "hints": {"reached": 6, "below": 9, "unknown": 0},
            "bands": {"0": 9, "10": 6, "20": None},
        },
    )
    page = sign_in(client, make_post("supervisor")).get(reverse("campaign", args=[row.id])).content.decode()
    tables = re.findall(r"<tr><th scope=\"row\">(.*?)</td></tr>", page)
    told = [re.sub(r"<svg.*?</svg>|<[^>]+>", "|", one).replace("|", " ").split() for one in tables]
    assert told[:3] == [["达到提示线", "黄", "6"], ["没有达到提示线", "蓝", "9"], ["说不准", "灰", "0"]]
    assert told[5] == ["10", "至", "14", "分", "黄", "6"] and told[7] == ["20", "分及以上", "红", "不公布"]
    assert page.count("result-mark result-") == 8


def test_a_county_opens_a_campaign_at_a_school_and_writes_its_name(client):
    Division.objects.create(code=TOWNSHIP, name="河口镇", level="township")
    county, new = sign_in(client, make_post("county_drafter")), reverse("campaign_new") + "?of=school"
    assert "没有“学校标识码”这一列" in county.get(new).content.decode()
    child = file_child("a", child={"school_code": (9990101001, "rostered", "education_school_roll")})
    file_child("b")
    form = county.get(new).content.decode()
    assert "9990101001，孩子多在河口镇：1 名儿童" in form and 'name="division"' not in form
    today = timezone.localdate()
    told = {"of": "school", "instrument": "psc_17", "from_on": today, "until_on": today + dt.timedelta(days=9)}
    wrong = county.post(new, told)
    assert (wrong.status_code, "请选择在哪所学校筛查" in wrong.content.decode()) == (422, True)
    told |= {"school_code": "9990101001", "school_name": "河口中心小学"}
    page = county.post(new, told, follow=True).content.decode()
    assert "河口中心小学 · " in page and "学校标识码 9990101001" in page and "但不知道在哪所学校" in page
    assert [row.person_id for row in CampaignChild.objects.all()] == [child]
    assert "河口中心小学 · " in county.get(reverse("campaigns")).content.decode()
    assert "河口中心小学（9990101001）" in county.get(new).content.decode()
