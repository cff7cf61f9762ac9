"""A screening's results for the pages: a few people, made by hand in the files of the contract."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone

from ciyou.apps.accounts.selectors import actor_of
from ciyou.apps.entitlements.selectors import determinations_of
from ciyou.apps.entitlements.services import determine_children
from ciyou.apps.rosters.models import ScreeningRun, ScreeningStatus
from ciyou.core.access.actor import LOCAL_OPERATOR, Purpose
from tests.office import file_child, make_post, sign_in
from tests.web.made_results import AS_OF, CHILD, DIVISION, write_results
from tests.web.scene import build_scene

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="session", autouse=True)
def static_files():
    """The static files under their final names, as the server has them."""
    call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture
def stranger():
    """A browser on this machine with nobody signed in."""
    return Client(headers={"host": "127.0.0.1"})


@pytest.fixture
def officer(db):
    """The county's drafter."""
    return make_post("county_drafter", division="513322000000")


@pytest.fixture
def client(officer):
    """A browser on this machine in which the county's drafter is signed in."""
    return sign_in(Client(headers={"host": "127.0.0.1"}), officer)


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
        division="513322000000",
        created_by="local",
        created_at=now,
        finished_at=now,
        percent=100,
    )


@pytest.fixture
def on_file(db):
    """The screening's first child on file, and determined."""
    child = file_child(
        CHILD, division=DIVISION, father={"dead": True}, mother={"imprisoned": True, "imprisoned.term_months": 36}
    )
    determine_children(LOCAL_OPERATOR, child_ids=[child], as_of=AS_OF, cause="load")
    return child


@pytest.fixture
def determined(officer, on_file):
    """The child's current determination."""
    return determinations_of(actor_of(officer), child_id=on_file, purpose=Purpose.SERVE)[0].id


@pytest.fixture
def addresses(run, on_file, determined):
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
        "leads": "/leads/",
        "rosters": "/rosters/",
        "distribution": "/leads/distribution/",
        "child": f"/children/{on_file}/",
        "happening": f"/children/{on_file}/happening/",
        "screened_child": f"/children/screened/{CHILD}/",
        "determinations": "/determinations/",
        "confirm_determinations": "/determinations/confirm/",
        "determination": f"/determinations/{determined}/",
        "confirm_determination": f"/determinations/{determined}/confirm/",
        "return_determination": f"/determinations/{determined}/return/",
        "determination_history": f"/children/{on_file}/determinations/",
        "sign_in": "/sign-in/",
        "sign_in_pin": "/sign-in/pin/",
        "sign_in_code": "/sign-in/code/",
        "sign_in_factor": "/sign-in/factor/",
        "sign_in_passkey": "/sign-in/passkey/",
        "sign_in_lost": "/sign-in/lost/",
        "sign_in_post": "/sign-in/post/",
        "sign_in_enroll": "/sign-in/enroll/",
        "sign_in_enroll_passkey": "/sign-in/enroll-passkey/",
        "sign_in_device": "/sign-in/device/",
        "account": "/me/",
        "prove": "/me/prove/",
        "change_password": "/me/password/",
        "switch_post": "/me/post/",
        "end_sign_ins": "/me/sign-ins/end/",
        "add_factor": "/me/factors/add/",
        "add_passkey": "/me/factors/add-passkey/",
        "remove_factor": f"/me/factors/{NOBODY}/remove/",
        "renew_recovery_codes": "/me/recovery-codes/",
        "remove_device": f"/me/devices/{NOBODY}/remove/",
        "device_code": "/me/devices/code/",
        "absence": "/me/absence/",
        "end_absence": f"/me/absence/{NOBODY}/end/",
        "audit": "/audit/",
        "find_who_looked": "/audit/who/",
        "who_looked": f"/audit/who/{on_file}/",
        "log_entries": "/audit/entries/",
        "log_exports": "/audit/exports/",
        "check_log": "/audit/check/",
        "take_log_head": "/audit/head/",
        "people": "/people/",
        "new_person": "/people/new/",
        "import_staff": "/people/import/",
        "staff_template": "/people/import/template.csv",
        "two_person_requests": "/people/requests/",
        "decide_two_person": f"/people/requests/{NOBODY}/",
        "user": f"/people/{NOBODY}/",
        "new_post": f"/people/{NOBODY}/posts/",
        "ask_reset": f"/people/{NOBODY}/ask/",
        "deactivate_user": f"/people/{NOBODY}/deactivate/",
        "hand_out_device_code": f"/people/{NOBODY}/device-code/",
        "take_device_back": f"/people/{NOBODY}/devices/{NOBODY}/",
        "end_post": f"/people/{NOBODY}/posts/{NOBODY}/end/",
        "arrange_cover": f"/people/{NOBODY}/posts/{NOBODY}/cover/",
        "sign_out": "/sign-out/",
        "styleguide": "/styleguide/",
        "set_language": "/language/",
        "livez": "/livez",
        "readyz": "/readyz",
    }


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def scenes(django_db_setup, django_db_blocker, tmp_path_factory):
    """Our county and the other, built once; what each test does to them is rolled back."""
    folder = tmp_path_factory.mktemp("scenes")
    with django_db_blocker.unblock(), transaction.atomic():
        yield build_scene(folder, "990101"), build_scene(folder, "990102")
        transaction.set_rollback(True)


@pytest.fixture
def ours(scenes, db):
    """Our county."""
    return scenes[0]


@pytest.fixture
def theirs(scenes, db):
    """The other county."""
    return scenes[1]
