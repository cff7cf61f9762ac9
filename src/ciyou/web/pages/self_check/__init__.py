"""自查: what a child may be due, for anybody, without an account; nothing that is said here is kept."""

from __future__ import annotations

from ciyou.web.guard import Access, Route
from ciyou.web.pages.self_check import page

ROUTES = (Route("self-check/", page.self_check, "self_check", Access.OPEN, ("GET", "HEAD", "POST")),)
