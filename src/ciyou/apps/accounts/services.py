"""Writing users, posts and divisions: what the rooms above call."""

from __future__ import annotations

from ciyou.apps.accounts.beginnings import make_demo_accounts, make_first_administrators
from ciyou.apps.accounts.covers import end_cover, give_cover
from ciyou.apps.accounts.endings import end_post
from ciyou.apps.accounts.maps import load_divisions, record_change
from ciyou.apps.accounts.people import (
    ask_post,
    create_person,
    deactivate_user,
    hand_out_device_code,
    take_device_back,
)
from ciyou.apps.accounts.requests import ask_reset, decide_request
from ciyou.apps.accounts.staff_list import save_staff

__all__ = (
    "ask_post",
    "ask_reset",
    "create_person",
    "deactivate_user",
    "decide_request",
    "end_cover",
    "end_post",
    "give_cover",
    "hand_out_device_code",
    "load_divisions",
    "make_demo_accounts",
    "make_first_administrators",
    "record_change",
    "save_staff",
    "take_device_back",
)
