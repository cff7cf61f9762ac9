"""Why the registry refuses: each a full sentence that says what to do, without anything of the person."""

from __future__ import annotations

from ciyou.core.errors import AccessDenied, Place, Problem, RecordError, RunError


class PersonNotFound(RunError):
    """There is no such person for this actor: unknown, or not theirs to know of. Both read the same."""


def person_not_found() -> PersonNotFound:
    return PersonNotFound(
        _problem(
            "registry.person_unknown",
            "没有这份档案，或不在您的辖区和用途之内。请从台账或搜索进入。",
            "There is no such file, or it is outside your area and purpose. Start from the ledger or from search.",
        )
    )


def not_yours_to_do() -> AccessDenied:
    return AccessDenied(
        _problem(
            "access.role",
            "您的岗位不办理这项工作。如工作需要，请联系县级经办人。",
            "Your post does not do this. If your work needs it, ask the county's officers.",
        )
    )


def not_for_this_purpose() -> AccessDenied:
    return AccessDenied(
        _problem(
            "access.purpose",
            "您的岗位不能为这个目的查看个人资料。请换一个目的，或联系县级经办人。",
            "Your post may not see personal data for this purpose. Choose another, or ask the county's officers.",
        )
    )


def not_to_be_asked_here() -> AccessDenied:
    return AccessDenied(
        _problem(
            "registry.not_askable",
            "村（居）和乡镇不询问、不登记这类情况；请由县级向部门发协查函。",
            "A village or township neither asks nor records this; the county sends the department an inquiry letter.",
        )
    )


def somebody_was_first(zh: str, en: str) -> RecordError:
    return RecordError(_problem("registry.moved_on", zh, en))


def refused(code: str, zh: str, en: str) -> RecordError:
    """A value or a step that is not possible."""
    return RecordError(_problem(f"registry.{code}", zh, en))


def _problem(code: str, zh: str, en: str) -> Problem:
    return Problem(Place(), code, zh, en)
