"""What breaks leaves traces in logs and on the error page: never a name, an ID number, or what a form said."""

from __future__ import annotations

import logging

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import path

from ciyou.config.log_lines import LogLine
from ciyou.core.errors import Place, Problem, RecordError
from ciyou.web.guard import Access, Route, guarded
from ciyou.web.routes import ROUTES, urlpatterns_of

NAME, NUMBER = "司徒星河", "990101201605010011"
TYPED = "母亲在监狱服刑"


def breaks_with_a_quoting_error(request, **_parts):
    """A page with a child in its variables and its form, whose error quotes both."""
    child = {"name": NAME, "id_card": NUMBER, "note": request.POST.get("note", "")}
    raise ValueError(f"cannot read {child}")


def breaks_in_the_database(request, **_parts):
    """A page whose row the database refuses; PostgreSQL quotes the whole row."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO registry_person (id, kind, name, name_reading, name_initials, sex, division, residence_division,"
            " division_resolved, status, restricted, version, created_at, updated_at) VALUES"
            " ('00000000000000000000000000000001', 'child', %s, '', '', NULL, '', %s, TRUE, '', FALSE, 1, NULL, NULL)",
            [NAME, NUMBER[:12]],
        )


def breaks_with_one_of_ours(request, **_parts):
    """A page that lets one of our own errors through, with another behind it."""
    try:
        raise KeyError(NAME)
    except KeyError as error:
        raise RecordError(Problem(Place(), "test.broken", "坏了。", "Broken.")) from error


VIEWS = (breaks_with_a_quoting_error, breaks_in_the_database, breaks_with_one_of_ours)
handler500 = "ciyou.web.errors.broken"
urlpatterns = [
    path(f"{view.__name__}/", guarded(Route(f"{view.__name__}/", view, view.__name__, Access.OPEN, ("GET", "POST"))), name=view.__name__)
    for view in VIEWS
] + urlpatterns_of(ROUTES)  # fmt: skip


@pytest.fixture
def log(tmp_path):
    """The log as the settings make it, written to a file instead of stderr."""
    file = tmp_path / "log"
    ours = logging.FileHandler(file, encoding="utf-8")
    ours.setFormatter(LogLine())
    logging.getLogger().addHandler(ours)
    yield lambda: file.read_text(encoding="utf-8")
    logging.getLogger().removeHandler(ours)
    ours.close()


@pytest.mark.urls(__name__)
@pytest.mark.django_db
@pytest.mark.parametrize("view", [view.__name__ for view in VIEWS])
def test_what_breaks_tells_the_log_where_and_nobody_who(view, log, capfd):
    client = Client(headers={"host": "127.0.0.1"}, raise_request_exception=False)
    response = client.post(f"/{view}/?page=2", {"name": NAME, "id_card": NUMBER, "note": TYPED})
    assert response.status_code == 500
    written, shown = log(), response.content.decode()
    assert view in written
    assert "test_traces.py" in written
    out, err = capfd.readouterr()
    for word in (NAME, NUMBER, NUMBER[:12], TYPED):
        assert word not in written
        assert word not in shown
        assert word not in out + err
    assert "page=2" not in written


def test_the_log_still_says_which_of_our_errors_it_was():
    try:
        breaks_with_one_of_ours(None)
    except RecordError as error:
        told = LogLine().formatException((type(error), error, error.__traceback__))
    assert "ciyou.core.errors.RecordError test.broken" in told
    assert "builtins.KeyError" in told
    assert "Broken." not in told


def test_errors_are_mailed_to_nobody_and_no_debugging_page_is_shown():
    """Django's mail about an error and its debugging page quote every variable."""
    assert (settings.DEBUG, settings.ADMINS, settings.MANAGERS) == (False, [], [])


def test_every_handler_of_the_log_writes_our_lines():
    assert {handler["formatter"] for handler in settings.LOGGING["handlers"].values()} == {"line"}
    assert settings.LOGGING["formatters"] == {"line": {"()": "ciyou.config.log_lines.LogLine"}}
