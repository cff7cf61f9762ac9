"""How messages leave this machine, from the environment: a mail server, a gateway for SMS. Neither is set by default, and then nothing is sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

_QUIET = "21:00-07:30"


def mail_settings(env: Mapping[str, str]) -> dict[str, object]:
    """Django's own settings of a mail server; without CIYOU_MAIL_HOST messages by mail are off."""
    host = env.get("CIYOU_MAIL_HOST", "")
    return {
        "EMAIL_BACKEND": f"django.core.mail.backends.{'smtp' if host else 'dummy'}.EmailBackend",
        "EMAIL_HOST": host,
        "EMAIL_PORT": int(env.get("CIYOU_MAIL_PORT") or 465),
        "EMAIL_HOST_USER": env.get("CIYOU_MAIL_USER", ""),
        "EMAIL_HOST_PASSWORD": env.get("CIYOU_MAIL_PASSWORD", ""),
        "EMAIL_USE_SSL": env.get("CIYOU_MAIL_TLS", "tls") == "tls",
        "EMAIL_USE_TLS": env.get("CIYOU_MAIL_TLS", "tls") == "starttls",
        "EMAIL_TIMEOUT": 10,
        "DEFAULT_FROM_EMAIL": env.get("CIYOU_MAIL_FROM", "") or env.get("CIYOU_MAIL_USER", ""),
        "MAIL_CONFIGURED": bool(host),
    }


def sms_settings(env: Mapping[str, str]) -> dict[str, str]:
    """An HTTP gateway for SMS: where to, what is posted ({phone} and {text} are filled in), and the header that lets us in."""
    return {
        "SMS_URL": env.get("CIYOU_SMS_URL", ""),
        "SMS_TEMPLATE": env.get("CIYOU_SMS_TEMPLATE", "") or '{"phone": "{phone}", "text": "{text}"}',
        "SMS_TOKEN": env.get("CIYOU_SMS_TOKEN", ""),
    }


def quiet_hours(env: Mapping[str, str]) -> tuple[dt.time, dt.time]:
    """From when until when nothing goes out that can wait: CIYOU_QUIET_HOURS as 21:00-07:30. Raises ValueError for anything else."""
    begins, parted, ends = (env.get("CIYOU_QUIET_HOURS") or _QUIET).partition("-")
    if not parted:
        message = "CIYOU_QUIET_HOURS is written as 21:00-07:30."
        raise ValueError(message)
    return dt.time.fromisoformat(begins.strip()), dt.time.fromisoformat(ends.strip())
