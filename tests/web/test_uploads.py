"""What is uploaded: streamed under caps, kept under harmless names, refused with a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from ciyou.apps.rosters.models import ScreeningRun
from ciyou.apps.rosters.upload import safe_name

UPLOAD = "/screenings/upload/"


def send(client, *names, content=b"x", as_of="2025-09-01"):
    files = [SimpleUploadedFile(name, content) for name in names]
    return client.post(UPLOAD, {"rosters": files, "as_of": as_of})


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("hukou.csv", "hukou.csv"),
        ("../../etc/passwd.csv", "passwd.csv"),
        ("C:\\rosters\\户籍 2025.xlsx", "户籍_2025.xlsx"),
        (".hidden.csv", "hidden.csv"),
        ("a\x00b\n.csv", "a_b_.csv"),
        ("；rm -rf ~.csv", "rm_-rf_.csv"),
        ("x" * 300 + ".parquet", "x" * 72 + ".parquet"),
        ("…", "roster"),
    ],
)
def test_names_are_made_harmless(given, kept):
    assert safe_name(given) == kept


@pytest.mark.django_db
def test_a_delivery_becomes_a_queued_screening_without_the_files_that_are_no_rosters(client, settings, tmp_path):
    settings.DELIVERIES = tmp_path
    response = send(client, "hukou.csv", "README.md", "school.xlsx")
    run = ScreeningRun.objects.get()
    assert response.headers["Location"] == f"/screenings/{run.id}/"
    assert sorted(path.name for path in Path(run.input_folder).iterdir()) == ["hukou.csv", "school.xlsx"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("names", "as_of", "words"),
    [
        ((), "2025-09-01", "没有收到名册文件"),
        (("README.md",), "2025-09-01", "没有收到名册文件"),
        (("hukou.csv", "hukou.csv"), "2025-09-01", "出现了两次"),
        (("hukou.csv",), "the first of May", "没有看懂日期"),
        (("hukou.csv",), "", "没有看懂日期"),
    ],
)
def test_a_delivery_that_cannot_be_used_comes_back_with_what_to_do(client, names, as_of, words):
    response = send(client, *names, as_of=as_of)
    assert response.status_code == 400
    assert words in response.content.decode()
    assert ScreeningRun.objects.count() == 0


@pytest.mark.django_db
def test_an_upload_beyond_the_cap_is_stopped_and_leaves_nothing(client, settings):
    settings.MAX_FILE_BYTES = 1000
    response = send(client, "hukou.csv", content=b"x" * 5000)
    assert response.status_code == 400
    assert ScreeningRun.objects.count() == 0
    assert list(Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir()) == []
