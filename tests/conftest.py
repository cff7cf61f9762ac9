"""Django for every test that wants it: its own state folder, thrown away at the end. Core and packs need no Django at all."""

from __future__ import annotations

import atexit
import importlib.util
import os
import shutil
import tempfile

import pytest

_OURS = ("CIYOU_HOME", "DJANGO_SETTINGS_MODULE")

if importlib.util.find_spec("django"):
    import django

    _HOME = tempfile.mkdtemp(prefix="ciyou-tests-")
    atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
    os.environ["CIYOU_HOME"] = _HOME
    os.environ["DJANGO_SETTINGS_MODULE"] = "ciyou.config.settings"
    os.environ.pop("CIYOU_PACKS", None)  # whoever runs the tests may keep packs of a place
    django.setup()

    from ciyou.apps.accounts.divisions import forget_names
    from ciyou.apps.awards.figures import forget_kept
    from tests.throwaway import begin_with_tables

    @pytest.fixture(scope="session")
    def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
        """The database of the tests begins with its tables."""
        from django.conf import settings  # as they stand now

        with begin_with_tables(settings):
            yield

    @pytest.fixture(autouse=True)
    def no_names_in_memory():
        """The names of places, and the counts, of one test are not those of the next."""
        forget_names()
        forget_kept()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Each process of a parallel run makes a state folder of its own: settings inherited from here would make them share one."""
    for name in _OURS:
        os.environ.pop(name, None)
