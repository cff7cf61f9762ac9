"""A screening's results for the pages: a few people, made by hand in the files of the contract."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from ciyou.apps.rosters.models import ScreeningRun, ScreeningStatus
from tests.web.made_results import AS_OF, CHILD, write_results


@pytest.fixture(scope="session", autouse=True)
def static_files():
    """The static files under their final names, as the server has them."""
    call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture
def client():
    """A browser on this machine."""
    return Client(headers={"host": "127.0.0.1"})


@pytest.fixture(scope="session")
def results(tmp_path_factory):
    """An output folder with one child whose father is dead and whose mother is in prison, and two others."""
    folder = tmp_path_factory.mktemp("results")
    write_results(folder)
    return folder


@pytest.fixture
def run(db, results):
    """A finished screening with those results."""
    now = timezone.now()
    return ScreeningRun.objects.create(
        status=ScreeningStatus.DONE,
        as_of=AS_OF,
        file_names=["hukou.csv"],
        input_folder=str(results / "none"),
        output_folder=str(results),
        created_by="local",
        created_at=now,
        finished_at=now,
        percent=100,
    )


@pytest.fixture
def addresses(run):
    """Every address of the product, by the name of its route, with its parts filled in."""
    base = f"/screenings/{run.id}/"
    return {
        "home": "/",
        "upload_rosters": "/screenings/upload/",
        "screen_demo": "/screenings/demo/",
        "screening": base,
        "screening_progress": base + "progress/",
        "cancel_screening": base + "cancel/",
        "screen_again": base + "again/",
        "rejected": base + "rejected/",
        "leads": base + "leads/",
        "child": f"{base}children/{CHILD}/",
        "styleguide": "/styleguide/",
        "set_language": "/language/",
        "livez": "/livez",
        "readyz": "/readyz",
    }


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return Path(__file__).resolve().parents[2]
