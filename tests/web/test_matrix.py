"""Every address × every role × own and other county × classes 3, 4 and 5. Expectations follow from what the route declares.

Nothing here is listed by hand: a new route is in the matrix as soon as it stands in `web.routes`, a new role as soon as it stands in
`core.access.roles`.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from ciyou.apps.accounts.models import Post, SignIn, User
from ciyou.core.access.actor import Purpose
from ciyou.core.access.redaction import withheld_above
from ciyou.core.access.roles import ROLES, Action, may_do
from ciyou.packs import load_rule_book
from ciyou.web.guard import Access, Route
from ciyou.web.routes import ROUTES
from tests.office import sign_in
from tests.web.addresses import address, form_of, guarded_routes, names_an_object, parts_of, unknown_parts
from tests.web.scene import IN_PRISON, ROLE_CODES, TERM, Scene, actor_of, add_children, build_scene, fingerprint_of

pytestmark = pytest.mark.django_db

ABOUT_PROTECTION = (Action.READ_AUDIT, Action.BREAK_GLASS)
"""A protected file may be opened in an emergency, and auditors see who opened it: its number, never its name."""
STATE_OF_THE_CHAIN = ("audit", "find_who_looked")
NO_CHANGE = (  # what a refused request may still leave: its own session and its own traces
    "django_session", "accounts_signin", "audit_logentry", "audit_personseen", "audit_outboxevent", "registry_searchcount",
)  # fmt: skip
CLASS_5 = re.compile(r"(?<![\w+/=-])HIV(?![\w+/=-])|hiv_[a-z]+")
STALE = ("ended", "idle", "over", "post_ended", "user_inactive")


@pytest.fixture(scope="module")
def scenes(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[tuple[Scene, Scene]]:
    """Our county and the other, built once; what each test does to them is rolled back."""
    folder = tmp_path_factory.mktemp("scenes")
    with django_db_blocker.unblock(), transaction.atomic():
        yield build_scene(folder, "990101"), build_scene(folder, "990102")
        transaction.set_rollback(True)


@pytest.fixture
def ours(scenes, db) -> Scene:
    """Our county."""
    return scenes[0]


@pytest.fixture
def theirs(scenes, db) -> Scene:
    """The other county."""
    return scenes[1]


@pytest.fixture(scope="module")
def book():
    """The rules of the place."""
    return load_rule_book(division="990101000000", as_of=timezone.localdate())


def browser(post: Post | None = None) -> Client:
    """A browser on this machine, signed in in a post."""
    client = Client(headers={"host": "127.0.0.1"}, raise_request_exception=False)
    return client if post is None else sign_in(client, post)


def everything_sent(response) -> str:
    """Body and headers of an answer, as text."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return body.decode("utf-8", "replace") + "\n".join(f"{name}: {value}" for name, value in response.headers.items())


def leaks(response, words) -> list[str]:
    """The words that an answer must not hold and does; what its own address names is no news to whoever asked for it."""
    sent, named = everything_sent(response), response.wsgi_request.path
    return [word for word in words if word in sent and word not in named]


def none_wrong(found) -> None:
    """Fails with a line for each thing that is wrong."""
    lines = sorted({" ".join(map(str, one)) for one in found})
    if lines:
        pytest.fail("\n".join(lines), pytrace=False)


def ask(client: Client, route: Route, ids, method: str, form=None):
    """One request to a route."""
    path = address(route, ids)
    return client.post(path, form or {}) if method == "POST" else client.get(path)


def refused_at_the_door(route: Route, role: str) -> bool:
    """Whether a role does not get in at all, by what the route declares."""
    if route.action is not None and not may_do(role, route.action):
        return True
    return route.access is Access.PERSONAL and route.purpose not in ROLES[role].purposes


def open_to(role: str, ids) -> list[Route]:
    """The routes that let a role in; what the others answer is one refusal, whatever they are asked for."""
    return [route for route in guarded_routes(ids) if not refused_at_the_door(route, role)]


def methods_of(route: Route) -> list[str]:
    return [method for method in ("GET", "POST") if method in route.methods]


def test_every_route_can_be_filled_in(ours):
    unknown = {route.name: unknown_parts(route, ours.ids) for route in ROUTES}
    none_wrong((name, *parts) for name, parts in unknown.items() if parts)


@pytest.mark.parametrize("state", ["nobody", *STALE])
def test_without_a_running_session_every_address_leads_to_the_sign_in_and_shows_nothing(ours, state):
    wrong = []
    post = ours.posts["county_approver"]
    client = browser() if state == "nobody" else browser(post)
    if state != "nobody":
        make_stale(client, post, state)
    for route in guarded_routes(ours.ids):
        for method in methods_of(route):
            response = ask(client, route, ours.ids, method, form_of(route, ours))
            if response.status_code != 302 or not response.headers["Location"].startswith("/sign-in/"):
                wrong.append((route.name, method, response.status_code))
            location = response.headers.get("Location", "")
            wrong += [(route.name, method, word) for word in leaks(response, ours.secrets) if word not in location]
    none_wrong(wrong)


def make_stale(client: Client, post: Post, state: str) -> None:
    rows, now = SignIn.objects.filter(id=client.session["sign_in"]), timezone.now()
    change = {
        "ended": lambda: rows.update(ended_at=now, ended_because="remote"),
        "idle": lambda: rows.update(last_seen_at=now - dt.timedelta(hours=2)),
        "over": lambda: rows.update(ends_at=now - dt.timedelta(seconds=1)),
        "post_ended": lambda: Post.objects.filter(id=post.id).update(valid_to=timezone.localdate()),
        "user_inactive": lambda: User.objects.filter(id=post.user_id).update(is_active=False),
    }
    change[state]()


@pytest.mark.parametrize("role", ROLE_CODES)
@pytest.mark.parametrize("language", ["zh-hans", pytest.param("en", marks=pytest.mark.any_database)])
def test_a_role_gets_in_where_the_route_says_so_and_reads_what_it_may(ours, theirs, book, role, language):
    """Our own county: who gets in; and nothing of the other county, of the protected child, or of class 5 on any page."""
    wrong = []
    client = browser(ours.posts[role])
    client.cookies["ciyou_language"] = language
    restricted = withheld_above(book, 4).words
    for route in guarded_routes(ours.ids) if language == "zh-hans" else open_to(role, ours.ids):
        for method in methods_of(route):
            with rolled_back():
                response = ask(client, route, ours.ids, method)
            refused = refused_at_the_door(route, role)
            if (refused and response.status_code != 403) or response.status_code >= 500:
                wrong.append((route.name, method, response.status_code))
            unsaid = [*theirs.secrets, *ours.restricted_secrets, *restricted]
            unsaid += ours.secrets if refused or response.status_code in (403, 404) else []
            wrong += [(route.name, method, word) for word in leaks(response, unsaid)]
            wrong += [(route.name, method, word) for word in CLASS_5.findall(everything_sent(response))]
            if ROLES[role].ceiling == 3 and route.access is Access.PERSONAL:
                wrong += [(route.name, method, word) for word in told_of_the_mother(response, book)]
    none_wrong(wrong)


def told_of_the_mother(response, book) -> list[str]:
    """What an answer says of what a department verified: that the mother is in prison, and for how long."""
    planted = [fact.zh for fact in book.vocabulary if fact.name in IN_PRISON]
    text = re.sub(r"[0-9a-f-]{20,}", "", everything_sent(response))
    return [word for word in planted if word in text] + re.findall(rf"(?<![\w.-]){TERM}(?![\w.-])", text)


def test_every_address_is_reached_by_somebody(ours):
    """A matrix of refusals only would prove nothing."""
    unreached = {route.name for route in guarded_routes(ours.ids) if "GET" in route.methods}
    for role in ROLE_CODES:
        client = browser(ours.posts[role])
        for route in open_to(role, ours.ids):
            if route.name in unreached:
                with rolled_back():
                    response = ask(client, route, ours.ids, "GET")
                if response.status_code in (200, 204, 302, 400):
                    unreached.discard(route.name)
    none_wrong((name,) for name in unreached)


@pytest.mark.parametrize("role", ROLE_CODES)
def test_what_another_county_has_is_not_there(ours, theirs, role):
    wrong = []
    client = browser(ours.posts[role])
    for route in open_to(role, ours.ids):
        if not names_an_object(route):
            continue
        for method in methods_of(route):
            with rolled_back():
                response = ask(client, route, theirs.ids, method, form_of(route, theirs))
                unknown = ask(client, route, absent(theirs.ids), method, form_of(route, theirs))
            expected = {400, 403, 404, unknown.status_code}
            if response.status_code not in expected or bare(response) != bare(unknown):
                wrong.append((route.name, method, response.status_code))
            if response.status_code != unknown.status_code:
                wrong.append((route.name, method, response.status_code, "unknown says", unknown.status_code))
            wrong += [(route.name, method, word) for word in leaks(response, theirs.secrets)]
    none_wrong(wrong)


def bare(response) -> str:
    """An answer without the ids that its address named, and without what changes with every answer."""
    text = everything_sent(response).replace(response.wsgi_request.path, "")
    for part in re.findall(r"[^/]{8,}", response.wsgi_request.path):
        text = text.replace(part, "")
    return re.sub(
        r'name="csrfmiddlewaretoken" value="[^"]*"|X-CSRFToken[^}]*|Content-Length: \d+|\d{2}:\d{2}(:\d{2})?|[0-9a-f-]{32,}',
        "",
        text,
    )


def absent(ids):
    """The same kinds of ids, of things that do not exist anywhere."""

    return {
        name: uuid.uuid5(uuid.NAMESPACE_OID, name)
        if isinstance(value, uuid.UUID)
        else 999_999_999
        if isinstance(value, int)
        else "c9999999999999999"
        for name, value in ids.items()
    }


@pytest.mark.parametrize("role", ROLE_CODES)
def test_nothing_of_another_county_is_changed_whatever_is_sent(ours, theirs, role):
    wrong = []
    client = browser(ours.posts[role])
    before = rows_of(theirs, TABLES)
    for route in open_to(role, ours.ids):
        if "POST" not in route.methods:
            continue
        for ids in (theirs.ids, ours.ids) if names_an_object(route) else (ours.ids,):
            with rolled_back():
                with tables_written() as written:
                    response = ask(client, route, ids, "POST", form_of(route, theirs))
                changed = {table for table, rows in rows_of(theirs, written).items() if rows != before[table]}
            if changed:
                wrong.append((route.name, response.status_code, sorted(changed)))
            echoed = without_echo(everything_sent(response))
            wrong += [(route.name, word) for word in theirs.secrets if word in echoed]
    none_wrong(wrong)


@contextmanager
def tables_written() -> Iterator[set[str]]:
    """Every table of ours that a statement names which is not a plain question: those that may have changed, and some that did not."""
    named: set[str] = set()

    def note(execute, sql, *rest):
        if WRITES.search(sql):
            named.update(TABLES & set(WORDS.findall(sql)))
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        yield named


WRITES = re.compile(r"\b(INSERT|UPDATE|DELETE|REPLACE|MERGE|TRUNCATE|COPY)\b", re.IGNORECASE)
WORDS = re.compile(r"\w+")
MODELS = {
    model._meta.db_table: model
    for model in apps.get_models()
    if model.__module__.startswith("ciyou.") and model._meta.db_table not in NO_CHANGE
}
TABLES = frozenset(MODELS)


def rows_of(scene: Scene, tables: Collection[str]) -> dict[str, str]:
    """A fingerprint of every row, table by table, that belongs to a county."""
    named = [*scene.ids.values(), *(post.id for post in scene.posts.values())]
    marks = {str(one) for one in named if isinstance(one, uuid.UUID)}
    found = {}
    for table in tables:
        rows = [row for row in MODELS[table].objects.values_list() if belongs(row, scene.county, marks)]
        found[table] = fingerprint_of({"rows": sorted(map(str, rows))})
    return found


def test_what_is_written_is_noticed(ours, theirs):
    """A row of the other county changed, removed or brought shows in the tables that were written, and nowhere else."""
    before = rows_of(theirs, TABLES)
    with rolled_back():
        with tables_written() as written:
            Post.objects.filter(id=theirs.posts["supervisor"].id).update(valid_to=timezone.localdate())
        assert {one for one, rows in rows_of(theirs, written).items() if rows != before[one]} == {"accounts_post"}
    with rolled_back():
        with tables_written() as written:
            add_children(theirs, 1)
        changed = {one for one, rows in rows_of(theirs, written).items() if rows != before[one]}
        assert changed == {one for one, rows in rows_of(theirs, TABLES).items() if rows != before[one]}
        assert "registry_person" in changed


def belongs(row: tuple[object, ...], county: str, marks: set[str]) -> bool:
    return any(str(value) in marks or (isinstance(value, str) and value.startswith(county)) for value in row)


def without_echo(text: str) -> str:
    """An answer without what the form itself sent: a field shows again what was typed into it."""
    return re.sub(r'(value|href|action)="[^"]*"|^Location: .*$', "", text, flags=re.MULTILINE)


@pytest.mark.parametrize("role", ROLE_CODES)
def test_no_list_and_no_count_tells_how_many_another_county_has(ours, theirs, role):
    """The same pages before and after three more children, with work and determinations, come on file next door."""
    client = browser(ours.posts[role])
    if actor_of(ours.posts[role]).scope.holds(theirs.village):
        return  # a city's viewer counts both counties
    lists = [route for route in open_to(role, ours.ids) if "GET" in route.methods and not names_an_object(route)]
    before, again = said_by(client, lists, ours), said_by(client, lists, ours)
    with rolled_back():
        add_children(theirs, 3)
        after = said_by(client, lists, ours)
    # A page that shows a fresh secret is never the same; the log is one chain for the whole installation.
    same = [name for name in before if before[name] == again[name] and name not in STATE_OF_THE_CHAIN]
    other = {name for name in same if after[name] != before[name]}
    # Without those children it says what it said before, unless the minute that it shows has passed meanwhile.
    back = said_by(client, [route for route in lists if route.name in other], ours)
    none_wrong((name, "says something else") for name in other if back[name] == before[name])
    assert len(before) - len(same) <= 3


def said_by(client: Client, routes: list[Route], scene: Scene) -> dict[str, str]:
    """What each of these pages says."""
    said = {}
    for route in routes:
        with rolled_back():
            said[route.name] = bare(ask(client, route, scene.ids, "GET"))
    return said


@pytest.mark.parametrize("role", ROLE_CODES)
def test_a_search_for_somebody_of_another_county_finds_nobody(ours, theirs, role):
    wrong = []
    client = browser(ours.posts[role])
    for route in open_to(role, ours.ids):
        if names_an_object(route):
            continue
        for probe in theirs.probes:
            fields = dict.fromkeys(("q", "text", "name", "search", "query", "person", "child"), probe)
            for method in methods_of(route):
                with rolled_back():
                    path = address(route, ours.ids)
                    response = client.post(path, fields) if method == "POST" else client.get(path, fields)
                found = without_echo(everything_sent(response))
                wrong += [(route.name, method, word) for word in theirs.secrets if word in found and word != probe]
    none_wrong(wrong)


@pytest.mark.parametrize("role", ROLE_CODES)
def test_a_protected_file_is_not_there_for_whoever_is_not_named(ours, role):
    wrong = []
    client = browser(ours.posts[role])
    mixed = {**ours.ids, **ours.restricted}
    for route in open_to(role, ours.ids):
        if not set(parts_of(route)) & set(ours.restricted):
            continue
        for method in methods_of(route):
            with rolled_back():
                response = ask(client, route, mixed, method)
            wrong += [(route.name, method, word) for word in leaks(response, ours.restricted_secrets)]
            about = bool({"child_id", "person_id", "lead_id"} & set(parts_of(route)))
            hidden = response.status_code in (302, 403, 404)
            if about and route.action not in ABOUT_PROTECTION and not hidden:
                wrong.append((route.name, method, response.status_code))
    none_wrong(wrong)


def rolled_back():
    """What is done inside is undone."""
    return _RolledBack()


class _RolledBack:
    def __enter__(self) -> None:
        self.point = transaction.savepoint()

    def __exit__(self, *_error: object) -> None:
        transaction.savepoint_rollback(self.point)
        if connection.needs_rollback:
            transaction.set_rollback(False)


def test_purposes_of_routes_are_purposes_that_some_role_has(ours):
    for route in guarded_routes(ours.ids):
        assert isinstance(route.purpose, Purpose)
        assert any(not refused_at_the_door(route, role) for role in ROLE_CODES), route.name
