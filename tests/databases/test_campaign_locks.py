"""What a campaign holds while it is written, on PostgreSQL: whoever writes the same household or campaign meanwhile waits, and reads what came of it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from psycopg.errors import LockNotAvailable

from ciyou.apps.care.campaign_following import on_child_died, on_person_moved
from ciyou.apps.care.campaign_visits import record_unasked
from ciyou.apps.care.campaigning import close_campaign
from ciyou.apps.care.models import Campaign, CampaignChild
from ciyou.apps.registry.models import Person, PersonPlace
from tests.office import COUNTY, OTHER_COUNTY, VILLAGE, make_actor, make_person

SOON = "SET LOCAL lock_timeout = '100ms'"
CHILD = "SELECT id FROM care_campaignchild WHERE id = %s FOR UPDATE"
CAMPAIGN = "SELECT id FROM care_campaign WHERE id = %s FOR UPDATE"


def a_household() -> list[CampaignChild]:
    """Two children of one household who are due in a campaign, without the log of how they came to be."""
    today, home = timezone.localdate(), uuid.uuid4()
    campaign = Campaign.objects.create(
        id=uuid.uuid4(), instrument="psc_17", division=COUNTY, from_on=today, until_on=today + dt.timedelta(days=20),
        opened_by="local", opened_at=timezone.now(),
    )  # fmt: skip
    return [
        CampaignChild.objects.create(campaign=campaign, person=make_person(), household=home, division=VILLAGE)
        for _sibling in range(2)
    ]


@pytest.fixture
def siblings(django_db_setup, django_db_blocker) -> Iterator[list[CampaignChild]]:
    """The same, as every connection sees it."""
    with django_db_blocker.unblock():
        try:
            yield a_household()
        finally:
            for model in (CampaignChild, Campaign, PersonPlace, Person):
                model.objects.all().delete()


def write_down(row: CampaignChild) -> None:
    """The village says that this child was away."""
    director, away = make_actor("child_director"), {"state": "not_reached", "reason": "away"}
    record_unasked(director, household=row.household, child_id=row.person_id, **away)


def close(row: CampaignChild) -> None:
    """The county closes the campaign."""
    close_campaign(make_actor("county_drafter"), campaign_id=row.campaign_id, reason="stopped")


def move_away(row: CampaignChild) -> None:
    """The child moved to another county."""
    on_person_moved(str(row.person_id), f"{OTHER_COUNTY[:6]}001001")


def die(row: CampaignChild) -> None:
    """The child died."""
    on_child_died([str(row.person_id)])


@contextmanager
def second_connection():
    with closing(connection.get_new_connection(connection.get_connection_params())) as other:
        yield other
        other.rollback()


def waits(other, sql: str, key: uuid.UUID) -> bool:
    """Whether the second connection has to wait for this row."""
    other.execute(SOON)
    try:
        other.execute(sql, [key])
    except LockNotAvailable:
        return True
    finally:
        other.rollback()
    return False


@pytest.mark.django_db
def test_whoever_holds_a_household_writes_both_siblings():
    for row in a_household():
        write_down(row)
    assert set(CampaignChild.objects.values_list("state", flat=True)) == {"not_reached"}


@pytest.mark.parametrize(
    ("write", "holds_campaign"), [(write_down, False), (close, True), (move_away, True), (die, True)]
)
def test_whoever_writes_one_sibling_holds_the_other_until_it_is_done(siblings, write, holds_campaign):
    first, second = siblings
    with second_connection() as other, transaction.atomic():
        write(first)
        assert (waits(other, CHILD, second.id), waits(other, CAMPAIGN, first.campaign_id)) == (True, holds_campaign)
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("write", "sql", "held"),
    [
        (write_down, CHILD, "id"),
        (close, CAMPAIGN, "campaign_id"),
        (close, CHILD, "id"),
        (move_away, CAMPAIGN, "campaign_id"),
        (move_away, CHILD, "id"),
    ],
)
def test_whoever_comes_second_waits_and_has_written_nothing_meanwhile(siblings, write, sql, held):
    first, second = siblings
    with second_connection() as other:
        other.execute(sql, [getattr(second, held)])
        with pytest.raises(OperationalError, match="lock timeout"), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(SOON)
            write(first)
    assert set(CampaignChild.objects.values_list("state", flat=True)) == {"due"}
    assert Campaign.objects.get().closed_at is None
