"""The way out: a mail server or a gateway for SMS, each off until the installation's settings name one."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail

from ciyou.apps.messages.models import MessageChannel

TIMEOUT_SECONDS = 10
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_NO_PROXIES = urllib.request.ProxyHandler({})


class NotSentError(Exception):
    """A message did not get out. `problem` is the kind of what went wrong, and holds neither text nor address."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A number and a token go to the gateway that was named, and to no other."""

    def redirect_request(self, *_args: object, **_more: object) -> None:
        """Follow none: the answer counts as a failure."""


def open_channels() -> tuple[str, ...]:
    """The channels that the installation has a gateway for."""
    there = {
        MessageChannel.MAIL.value: bool(settings.MAIL_CONFIGURED and settings.DEFAULT_FROM_EMAIL),
        MessageChannel.SMS.value: is_safe(settings.SMS_URL),
    }
    return tuple(channel for channel, is_open in there.items() if is_open)


def is_safe(url: str) -> bool:
    """Whether telephone numbers may be sent to this address: over TLS, or to a program on this machine."""
    parts = urllib.parse.urlsplit(url)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    )


def send(channel: str, *, address: str, subject: str, text: str) -> None:
    """Hand one message to its gateway; raises NotSentError with the kind of the failure."""
    if channel not in open_channels():
        raise NotSentError("no_gateway")
    if channel == MessageChannel.MAIL:
        _send_mail(address, subject, text)
    else:
        _send_sms(address, text)


def _send_mail(address: str, subject: str, text: str) -> None:
    try:
        sent = send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [address])
    except (SMTPException, OSError, ValueError) as error:
        raise NotSentError(type(error).__name__) from error
    if not sent:
        raise NotSentError("not_accepted")


def _send_sms(phone: str, text: str) -> None:
    request = urllib.request.Request(  # `is_safe` let nothing but https (or this machine) through
        settings.SMS_URL, data=sms_body(settings.SMS_TEMPLATE, phone=phone, text=text), method="POST"
    )
    as_json = settings.SMS_TEMPLATE.lstrip().startswith("{")
    request.add_header("Content-Type", "application/json" if as_json else "application/x-www-form-urlencoded")
    if settings.SMS_TOKEN:
        request.add_header("Authorization", settings.SMS_TOKEN)
    opener = urllib.request.build_opener(_NO_PROXIES, _NoRedirects)
    try:
        with opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
            answer.read(1)
    except urllib.error.HTTPError as error:
        error.close()
        raise NotSentError(f"http_{error.code}") from error
    except (http.client.HTTPException, OSError, ValueError) as error:
        raise NotSentError(type(error).__name__) from error


def sms_body(template: str, *, phone: str, text: str) -> bytes:
    """What is posted: the template with {phone} and {text} filled in, as JSON where it is JSON, else as a form."""
    if template.lstrip().startswith("{"):
        quoted = {"phone": json.dumps(phone)[1:-1], "text": json.dumps(text, ensure_ascii=False)[1:-1]}
    else:
        quoted = {"phone": urllib.parse.quote(phone), "text": urllib.parse.quote(text)}
    return template.replace("{phone}", quoted["phone"]).replace("{text}", quoted["text"]).encode()
