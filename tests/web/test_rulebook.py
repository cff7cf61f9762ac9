"""The rule book on a server: open to everybody, about nobody, and linked from every explanation."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import reverse

from ciyou.packs import load_rule_titles
from ciyou.packs.loading import load_packs
from ciyou.web.rulebook_links import LISTS

HAN = re.compile(r"[\u3400-\u9fff]")


class Page(HTMLParser):
    """The links and anchors of a page, and its text outside what is marked as Chinese."""

    def __init__(self, text):
        super().__init__()
        self.links, self.ids, self.words, self._lang = [], set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag not in ("meta", "link", "img", "br", "input"):
            self._lang.append(found.get("lang", ""))
        self.links += [found[name] for name in ("href", "src") if found.get(name)]
        if found.get("id"):
            self.ids.add(found["id"])

    def handle_endtag(self, tag):
        if self._lang:
            self._lang.pop()

    def handle_data(self, data):
        if data.strip() and "zh-Hans" not in self._lang:
            self.words.append(data.strip())


@pytest.fixture
def client(db):
    """A browser on this machine in which nobody is signed in."""
    return Client(headers={"host": "127.0.0.1"})


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """The book as a folder of files: path → page."""
    out = tmp_path_factory.mktemp("book") / "book"
    line = [
        sys.executable,
        "-c",
        "from ciyou.cli.main import main; main()",
        "rulebook",
        "--out",
        str(out),
        "--as-of",
        "2026-11-26",
    ]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {path: Page(path.read_text(encoding="utf-8")) for path in sorted(out.rglob("*.html"))}


def test_every_link_of_the_book_of_files_leads_to_something_in_it(book):
    wrong = []
    for path, page in book.items():
        for link in page.links:
            file, _, anchor = link.partition("#")
            target = (path.parent / file).resolve() if file else path
            if not target.is_file() or (anchor and anchor not in book[target].ids):
                wrong.append((path.name, link))
    assert wrong == []


def test_the_book_of_files_has_a_page_for_every_rule_and_a_place_for_every_parameter_and_document(book):
    pages = {(path.parent.name, path.name): page for path, page in book.items()}
    pack_set = load_packs()
    for lang in ("zh", "en"):
        assert {f"rule-{code}.html" for code in load_rule_titles()} <= {name for where, name in pages if where == lang}
        assert set(pack_set.table.definitions) <= pages[lang, "parameters.html"].ids
        assert set(pack_set.documents) <= pages[lang, "sources.html"].ids
        assert {f"{fact.about[0]}.{fact.name}" for fact in pack_set.vocabulary} <= pages[lang, "facts.html"].ids


def test_what_is_chinese_on_an_english_page_is_marked_as_chinese(book):
    wrong = {
        (path.name, word)
        for path, page in book.items()
        if path.parent.name == "en"
        for word in page.words
        if HAN.search(word) and word != "中文"
    }
    assert wrong == set()


def test_a_folder_with_other_things_in_it_is_not_touched(tmp_path):
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    line = [
        sys.executable,
        "-c",
        "from ciyou.cli.main import main; main()",
        "rulebook",
        "--out",
        str(tmp_path),
        "--lang",
        "en",
    ]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "something else in this folder" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_every_page_is_open_to_whoever_is_not_signed_in(client):
    pages = ["rulebook", *(f"rulebook_{name}" for name in LISTS)]
    assert {name: client.get(reverse(name)).status_code for name in pages} == dict.fromkeys(pages, 200)
    assert client.get(reverse("rule_page", kwargs={"rule_code": "orphan"})).status_code == 200
    assert client.get(reverse("rule_page", kwargs={"rule_code": "no_such_rule"})).status_code == 404


def ask(client, code, **asked):
    return client.get(reverse("rule_page", kwargs={"rule_code": code}), asked).content.decode()


def test_a_rule_is_shown_as_it_stands_in_a_place_on_a_day(client):
    there = ask(client, "orphan_living_allowance", place="3501", on="2025-06-30")
    assert "¥1,792.00" in there.partition('id="here"')[2].partition("</section>")[0]
    later = ask(client, "orphan_living_allowance", place="3501", on="2025-07-01")
    assert "¥1,891.00" in later.partition('id="here"')[2].partition("</section>")[0]
    assert "这一天，这个地方没有这条规则" in ask(client, "free_last_preschool_year", place="54", on="2026-06-01")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"place": "xyz", "on": "2026-06-01"}, "行政区划代码应为"),
        ({"place": "51", "on": "yesterday"}, "日期应写成"),
        ({"place": "51", "on": "0001-01-01"}, "日期应写成"),
        ({"place": "<script>", "on": ""}, "行政区划代码应为"),
    ],
)
def test_a_place_or_day_that_cannot_be_used_is_told_beside_the_rest_of_the_page(client, asked, told):
    page = ask(client, "orphan", **asked)
    assert told in page
    assert "<script>" not in page.partition('id="here"')[2]
    assert 'id="texts"' in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "ours", "asks"),
    [
        ("zh-hans", "默认值，不是法律规定", "未经核实：须问当地"),
        ("en", "A default and not law", "Unverified: ask the place"),
    ],
)
def test_a_limit_that_is_only_ours_is_shown_as_a_default_that_asks_the_place(client, language, ours, asks):
    client.cookies["ciyou_language"] = language
    text = client.get(reverse("rulebook_parameters")).content.decode()
    shown, sourced = (
        text.partition(f'id="{code}"')[2].partition("</article>")[0]
        for code in ("withheld_alert_days", "own_consent_age")
    )
    assert "180" in shown
    assert text.index('href="#limits"') < text.index('<h2 id="limits"'), (
        "they stand after all parameters: a link leads there"
    )
    assert f"<strong>{ours}</strong>" in shown
    assert f"<strong>{asks}</strong>" in shown
    assert "14" in sourced
    assert ours not in sourced
