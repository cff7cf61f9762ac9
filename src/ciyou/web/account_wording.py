"""Words for the codes of the accounts: ways to sign in, kinds of requests, roles."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ciyou.core.access.roles import ROLES
from ciyou.web.context import short_language

_METHODS = {
    "password": _("密码"),
    "totp": _("密码和验证码"),
    "passkey": _("密码和通行密钥"),
    "recovery": _("密码和恢复代码"),
    "pin": _("PIN"),
    "demo": _("密码（演示，第二重验证已暂缓）"),
}
_FACTORS = {"totp": _("验证器应用"), "passkey": _("通行密钥")}
_REQUESTS = {
    "grant_post": _("授予岗位"),
    "password_reset": _("重置密码"),
    "factor_reset": _("重置第二重验证"),
    "reactivate": _("重新启用"),
}


def method_word(code: str) -> str:
    """How somebody signed in."""
    return str(_METHODS.get(code, code))


def factor_word(code: str) -> str:
    """What kind of second factor."""
    return str(_FACTORS.get(code, code))


def request_word(code: str) -> str:
    """What was asked."""
    return str(_REQUESTS.get(code, code))


def role_word(code: str) -> str:
    """The name of a role in the reader's language."""
    role = ROLES.get(code)
    if role is None:
        return code
    return role.en if short_language() == "en" else role.zh
