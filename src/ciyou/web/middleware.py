"""What happens to every request: only this machine is served, in the language that was chosen."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

Handler = Callable[[HttpRequest], HttpResponse]

# A proxy on this machine would make the whole network look local.
PROXY_HEADERS = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_REAL_IP",
    "HTTP_VIA",
)
# Both languages at once: this stands before the language is known, and no catalogue decides what it says.
REFUSAL = (
    "Ciyou serves this machine only: open it on the machine it runs on, http://127.0.0.1\n"
    "To serve others, name the hosts and the proxy that speaks TLS (CIYOU_HOSTS, CIYOU_TRUSTED_PROXY).\n"
    "慈幼只供本机访问。请在运行它的电脑上打开 http://127.0.0.1\n"
    "要供其他电脑访问，请设置 CIYOU_HOSTS 和 CIYOU_TRUSTED_PROXY，由代理提供 TLS。\n"
)


class LoopbackOnly:
    """Refuses every request that does not come from this machine, or over TLS through the one trusted proxy.

    From this machine: directly, under one of its own names. Through the proxy: over TLS, under one of the names that are served.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_local(request):
            return self.get_response(request)
        if comes_through_proxy(request):
            request.META["REMOTE_ADDR"] = _client_behind_proxy(request)
            return self.get_response(request)
        return HttpResponse(REFUSAL, status=403, content_type="text/plain; charset=utf-8")


def is_local(request: HttpRequest) -> bool:
    """Whether a request comes from this machine, directly, and names this machine as its host."""
    if any(request.META.get(header) for header in PROXY_HEADERS):
        return False
    return _is_loopback(request.META.get("REMOTE_ADDR", "")) and _host_name(request) in settings.OWN_HOSTS


def comes_through_proxy(request: HttpRequest) -> bool:
    """Whether the trusted proxy passes the request on, speaks TLS with the sender, and asks for a name that is served."""
    return (
        settings.SERVED_OVER_TLS
        and request.META.get("REMOTE_ADDR") == settings.TRUSTED_PROXY
        and request.META.get("HTTP_X_FORWARDED_PROTO") == "https"
        and _host_name(request) in settings.SERVED_HOSTS
    )


def _client_behind_proxy(request: HttpRequest) -> str:
    """The address that the proxy itself saw: the last of its list, whatever the sender claimed before it."""
    last = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
    try:
        return str(ipaddress.ip_address(last))
    except ValueError:
        return settings.TRUSTED_PROXY


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _host_name(request: HttpRequest) -> str:
    host = request.META.get("HTTP_HOST", "")
    return host.rsplit(":", 1)[0] if not host.endswith("]") else host


class ChosenLanguage:
    """The language of the cookie, else Chinese. What a browser prefers is not asked: offices share machines set up in English."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response
