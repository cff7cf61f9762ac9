"""What this room refuses, in full sentences."""

from __future__ import annotations

from ciyou.core.errors import AccessDenied, Place, Problem, RecordError, RunError


class FieldWorkNotFound(RunError):
    """There is no such piece of work, or phone, for this actor; not there and not theirs look the same."""


class PhoneRevoked(RunError):
    """The phone was taken back: it must wipe what it was given to read, and keep what it has not sent."""


class SetAside(Exception):
    """A piece cannot be recorded; why, as a code."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def not_found() -> FieldWorkNotFound:
    """Nothing of this kind is there for the actor."""
    return FieldWorkNotFound(
        Problem(
            Place(),
            "field.unknown",
            "没有这件外出工作，或者不在您的工作范围内。请从列表重新进入。",
            "There is no such piece of field work, or it is outside your area. Come in again from the list.",
        )
    )


def revoked() -> PhoneRevoked:
    """The phone was taken back."""
    return PhoneRevoked(
        Problem(
            Place(),
            "field.revoked",
            "这部手机上的离线资料已被停用并清除；没有发送的工作仍保留。请联网登录后重新设置。",
            "The offline store of this phone was taken back and wiped; unsent work is kept. Sign in with a network and set it up again.",
        )
    )


def refused(code: str, zh: str, en: str) -> RecordError:
    """A refusal as one full sentence in each language."""
    return RecordError(Problem(Place(), f"field.{code}", zh, en))


def office_carries_nothing() -> AccessDenied:
    """The role sees what no phone may hold."""
    return AccessDenied(
        Problem(
            Place(),
            "field.office",
            "离线资料只给村和乡镇走访的人。县级岗位能看的内容不放到手机上，请在联网的页面上办理。",
            "Only those who visit from a village or township carry an offline store. What the county may read is on no phone: work on the pages.",
        )
    )
