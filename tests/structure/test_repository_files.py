"""What may not stand in any file of the repository."""

from __future__ import annotations

import re

import pytest

# In parts, so that this file does not contain what it forbids.
HOSTS = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("python" + "hosted", "org"),
        ("npmjs", "com"),
        ("npmjs", "org"),
        ("npmmirror", "com"),
        ("pypi", "tuna"),
        ("deb", "debian"),
    )
)
MACHINE_FOLDERS = ("work", "home", "root", "farm", "Users")
BINARY = {".png", ".jpg", ".ico", ".xlsx", ".parquet", ".mo", ".woff2"}
# A folder name followed by more path; `src/work/` and addresses (`example.org/home/x`) are not absolute.
ABSOLUTE = re.compile(rf"(?<![\w./~:-])/(?:{'|'.join(MACHINE_FOLDERS)})/[\w.]")
ADDRESS = re.compile(r"(https?|file|git\+\w+)://|@ *file:")


@pytest.fixture(scope="module")
def texts(repository_files):
    """Every text file of the repository with its contents."""
    return [
        (path, path.read_text(encoding="utf-8", errors="replace"))
        for path in repository_files
        if path.suffix not in BINARY
    ]


def _lines_with(texts, root, is_wrong):
    return [
        f"{path.relative_to(root)}:{number}"
        for path, text in texts
        for number, line in enumerate(text.splitlines(), start=1)
        if is_wrong(line)
    ]


def test_no_file_names_the_host_of_a_package_registry(texts, root):
    assert _lines_with(texts, root, lambda line: any(host in line for host in HOSTS)) == []


def test_no_file_names_a_path_of_the_machine_it_was_written_on(texts, root):
    assert _lines_with(texts, root, ABSOLUTE.search) == []


def test_no_lock_names_an_address(texts, root):
    locks = [(p, t) for p, t in texts if p.parent.name == "requirements" or p.name == "package-lock.json"]
    assert locks
    # npm's lock names the web page where a project asks for money: not a download.
    locks = [(p, re.sub(r'"funding": \{[^}]*\}|"url": "[^"]*"', "", t)) for p, t in locks]
    assert _lines_with(locks, root, lambda line: ADDRESS.search(line) or '"resolved"' in line) == []


def test_every_locked_requirement_is_exact_and_hashed(root):
    for lock in sorted((root / "requirements").glob("*.txt")):
        entries = re.split(r"\n(?=[a-z0-9])", re.sub(r"(?m)^ *#.*\n?", "", lock.read_text(encoding="utf-8")).strip())
        assert entries
        for entry in entries:
            assert re.match(r"[a-z0-9._-]+(\[[a-z,-]+\])?==\S+ ", entry), f"{lock.name}: {entry.splitlines()[0]}"
            assert "--hash=sha256:" in entry, f"{lock.name}: {entry.splitlines()[0]}"


def test_every_requirement_asked_for_is_locked(root):
    for wanted in sorted((root / "requirements").glob("*.in")):
        lock = wanted.with_suffix(".txt").read_text(encoding="utf-8")
        for line in wanted.read_text(encoding="utf-8").splitlines():
            if found := re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", line):
                name = re.sub(r"[._-]+", "-", found.group()).lower()
                assert re.search(rf"(?m)^{re.escape(name)}(\[[a-z,-]+\])?==", lock), (
                    f"{wanted.name}: run `make lock` ({name} is not locked)"
                )


def test_no_third_party_file_stands_in_the_repository(repository_files, root):
    names = [path.relative_to(root).as_posix() for path in repository_files]
    assert [name for name in names if re.search(r"\.min\.(js|css)$|node_modules/|static/vendor/", name)] == []


def test_no_table_or_database_of_people_stands_in_the_repository(repository_files, root):
    # Samples of rosters are a few synthetic rows; anything larger is made by `ciyou synth`.
    wrong = [
        path.relative_to(root).as_posix()
        for path in repository_files
        if path.suffix in {".sqlite3", ".parquet", ".duckdb", ".db"}
        or (path.suffix == ".xlsx" and path.stat().st_size > 100_000)
    ]
    assert wrong == []
