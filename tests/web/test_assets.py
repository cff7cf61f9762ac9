"""The browser libraries are exactly those that the lock pins."""

from __future__ import annotations

import importlib.util

import pytest


@pytest.fixture(scope="module")
def fetching(root):
    """The script that fetches them."""
    specification = importlib.util.spec_from_file_location("fetch_assets", root / "scripts/fetch_assets.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["echarts", "axe-core"])
def test_what_was_fetched_has_the_hash_of_the_lock_and_was_laid_out_unchanged(fetching, name):
    tarball = fetching.tarball_path(name)
    if not tarball.exists():
        pytest.skip("The browser libraries were not fetched: run `make assets`.")
    assert fetching.integrity_of(tarball.read_bytes()) == fetching.locked(name)["integrity"]
    folder, files = fetching.WANTED[name]
    for inside, outside in files.items():
        assert (folder / outside).read_bytes() == fetching.file_in(tarball, inside)
        assert b"sourceMappingURL=" not in (folder / outside).read_bytes()


def test_a_tarball_that_is_not_the_locked_one_is_fetched_anew_or_refused(fetching, tmp_path, monkeypatch):
    monkeypatch.setattr(fetching, "TARBALLS", tmp_path)

    def bring_something_else(*arguments):
        (next(tmp_path.iterdir()) / "echarts.tgz").write_bytes(b"not what was pinned")

    monkeypatch.setattr(fetching, "run_npm", bring_something_else)
    with pytest.raises(fetching.FetchError, match="does not have the hash"):
        fetching.fetch_tarball("echarts")
    assert list(tmp_path.glob("*.tgz")) == []


def test_only_the_summary_loads_the_charts(client, addresses):
    for name in ("home", "leads", "child", "rejected", "styleguide"):
        assert "echarts" not in client.get(addresses[name]).content.decode()
    assert "echarts" in client.get(addresses["screening"]).content.decode()
