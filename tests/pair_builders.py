"""Pairs of records for tests: everything irrelevant has a default; nobody exists."""

from __future__ import annotations

import itertools
import uuid

from django.utils import timezone

from ciyou.apps.audit.keys import keyring
from ciyou.apps.rosters.models import ReviewPair, ScreeningRun, ScreeningStatus
from ciyou.apps.rosters.pair_contents import PairContent, PairKeys, blind_mark, blind_side, seal_keys, seal_pair
from tests.office import COUNTY

_numbers = itertools.count(1)
FIRST = {"roster": "education_school_roll", "name": "王浩宇", "sex": "male", "birth_date": "2016-07-08", "id_text": "513322201607080331", "source_file": "学籍.csv", "source_row": "17"}  # fmt: skip
SECOND = {"roster": "police_hukou", "name": "王皓宇", "sex": "male", "birth_date": "2016-07-08", "id_text": "513322201607180331", "village": "石板村"}  # fmt: skip


def make_run(*, division: str = COUNTY, folder: str = "/nowhere", **fields) -> ScreeningRun:
    """A finished screening."""
    now = timezone.now()
    return ScreeningRun.objects.create(
        status=ScreeningStatus.DONE, as_of=now.date(), input_folder=f"{folder}/in", output_folder=folder, division=division,
        created_by="local", created_at=now, finished_at=now, percent=100, **fields,
    )  # fmt: skip


def make_pair(
    run: ScreeningRun, *, first=(), second=(), weights=(), slot_b: int = 0, key_a: str = "", **fields
) -> ReviewPair:
    """A doubtful pair of a screening that nobody has looked at."""
    number, ring = next(_numbers), keyring()
    keys = PairKeys(key_a or f"{number:064x}", f"{number + 10**6:064x}", slot_b)
    content = PairContent({**FIRST, **dict(first)}, {**SECOND, **dict(second)}, tuple(weights), slot_b)
    pair = ReviewPair(
        id=uuid.uuid4(), mark=blind_mark(keys, ring=ring), side=blind_side(keys, ring=ring), run=run, created_at=timezone.now(),
        roster_a=content.a["roster"], roster_b=content.b["roster"],
        **{
            "division": run.division, "kind": "doubt", "reason": "name_differs", "rank": number,
            "person_a": f"pa{number}", "person_b": f"pb{number}", "holder_b": f"pb{number}", **fields,
        },
    )  # fmt: skip
    pair.keys, pair.content = seal_keys(pair.id, keys, ring=ring), seal_pair(pair.id, content, ring=ring)
    pair.save(force_insert=True)
    return pair
