"""What happens to every request: only this machine is served, in the language that was chosen."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

Handler = Callable[[HttpRequest], HttpResponse]

# A proxy on this machine would make the whole network look local.
PROXY_HEADERS = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_REAL_IP", "HTTP_VIA")
# Both languages at once: this stands before the language is known, and no catalogue decides what it says.
REFUSAL = (
    "Ciyou has no sign-in yet and therefore serves this machine only. Open it on the machine it runs on: "
    "http://127.0.0.1\n"
    "慈幼尚未启用登录，因此只供本机访问。请在运行它的电脑上打开 http://127.0.0.1\n"
)


class LoopbackOnly:
    """Refuses every request that does not come from this machine, was passed on by a proxy, or asks for another host's name."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_local(request):
            return self.get_response(request)
        return HttpResponse(REFUSAL, status=403, content_type="text/plain; charset=utf-8")


def is_local(request: HttpRequest) -> bool:
    """Whether a request comes from this machine, directly, and names this machine as its host."""
    if any(request.META.get(header) for header in PROXY_HEADERS):
        return False
    return _is_loopback(request.META.get("REMOTE_ADDR", "")) and _names_this_machine(request.META.get("HTTP_HOST", ""))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _names_this_machine(host: str) -> bool:
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    return name in settings.ALLOWED_HOSTS


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
