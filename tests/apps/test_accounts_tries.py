"""Wrong tries of people without an account: counted by keyed hashes, over after a quarter of an hour, one page's not another's."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from ciyou.apps.accounts.models import WrongTry
from ciyou.apps.accounts.tries import WINDOW, TryLimit, count_wrong_try, forget_tries, tried_too_often

pytestmark = pytest.mark.django_db
HERE = (TryLimit("page:10.0.0.7", 2),)


def begun_before(time: dt.timedelta) -> None:
    WrongTry.objects.update(window_began_at=timezone.now() - time)


def test_as_many_wrong_tries_as_allowed_are_too_many_and_elsewhere_none_is():
    count_wrong_try(HERE)
    assert not tried_too_often(HERE)
    count_wrong_try(HERE)
    assert tried_too_often(HERE)
    for other in ("page:10.0.0.8", "other:10.0.0.7"):
        assert not tried_too_often((TryLimit(other, 1),))


def test_one_limit_of_several_is_enough():
    by_number = TryLimit("page:number", 1)
    count_wrong_try((by_number,))
    assert tried_too_often((*HERE, by_number)) and not tried_too_often(HERE)


def test_a_window_that_is_over_begins_anew():
    count_wrong_try(HERE)
    begun_before(WINDOW + dt.timedelta(seconds=1))
    count_wrong_try(HERE)
    assert not tried_too_often(HERE)
    assert WrongTry.objects.get().count == 1


def test_no_address_is_kept_and_what_is_over_is_forgotten():
    count_wrong_try(HERE)
    assert "10.0.0.7" not in str(list(WrongTry.objects.values()))
    assert forget_tries() == 0
    begun_before(WINDOW)
    assert forget_tries() == 1
