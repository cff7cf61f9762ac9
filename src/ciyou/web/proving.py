"""Acts of weight ask again who sits there: a session may have been left open."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from ciyou.apps.accounts.sessions import proved_recently


def recently_proved(request: HttpRequest) -> bool:
    """Whether the user proved to be there within the last ten minutes."""
    return request.sign_in is not None and proved_recently(request.sign_in)


def ask_to_prove(request: HttpRequest, *, back: str = "") -> HttpResponse:
    """To the page that asks for the password again, and back to an address of this site afterwards."""
    return redirect(f"{reverse('prove')}?{urlencode({'next': back or request.get_full_path()})}")
