"""The phone app of child directors: its shell, what it loads, and what it hands in."""

from ciyou.web.field import handing_in, phones, settling, shell

ROUTES = (*shell.ROUTES, *phones.ROUTES, *handing_in.ROUTES, *settling.ROUTES)
