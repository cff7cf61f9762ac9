"""Addresses by the name of their route."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse


def address_of(name: str, **arguments: object) -> str:
    """The address of a route; "" where this installation has no such page, so that no button leads nowhere."""
    try:
        return reverse(name, kwargs=arguments or None)
    except NoReverseMatch:
        return ""
