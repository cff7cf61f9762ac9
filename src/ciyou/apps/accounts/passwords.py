"""What is wrong with a new password or PIN, in sentences."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from ciyou.apps.accounts.devices import is_pin, is_weak_pin
from ciyou.apps.accounts.models import User
from ciyou.apps.accounts.sealing import open_phone
from ciyou.core.errors import Place, Problem

_NOT_THE_SAME = Problem(
    Place(),
    "accounts.not_the_same",
    "两次输入的不一样。请重新输入。",
    "The two entries differ. Enter them again.",
)
_NOT_A_PIN = Problem(
    Place(),
    "accounts.not_a_pin",
    "PIN 是六位数字。请重新输入。",
    "A PIN has six digits. Enter it again.",
)
_WEAK_PIN = Problem(
    Place(),
    "accounts.weak_pin",
    "这个 PIN 太容易被猜到。请不要用重复的或连续的数字、日期，也不要用电话号码里的数字。",
    "This PIN is too easy to guess. Do not use repeated or consecutive digits, dates, or digits of your telephone number.",
)


def password_faults(password: str, *, again: str, username: str = "") -> tuple[str | Problem, ...]:
    """Everything wrong with a new password: too short, too common, like the name, not the same twice."""
    faults: list[str | Problem] = []
    try:
        validate_password(password, User(username=username))
    except ValidationError as refused:
        faults.extend(refused.messages)
    if password != again:
        faults.append(_NOT_THE_SAME)
    return tuple(faults)


def pin_faults(pin: str, *, again: str, user: User) -> tuple[Problem, ...]:
    """What is wrong with a new PIN."""
    if not is_pin(pin):
        return (_NOT_A_PIN,)
    if is_weak_pin(pin, known=f"{user.username} {open_phone(user.id, user.phone)}"):
        return (_WEAK_PIN,)
    return () if pin == again else (_NOT_THE_SAME,)
