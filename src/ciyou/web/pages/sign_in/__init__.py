"""Signing in and out: the password or PIN first, then what is still missing, one question per page."""

from __future__ import annotations

from ciyou.web.guard import Access, Route
from ciyou.web.pages.sign_in import enrolling, first, second

_READ_AND_WRITE = ("GET", "HEAD", "POST")

ROUTES = (
    Route("sign-in/", first.show_sign_in, "sign_in", Access.OPEN, _READ_AND_WRITE),
    Route("sign-in/pin/", first.enter_pin, "sign_in_pin", Access.OPEN, ("POST",)),
    Route("sign-in/code/", first.enter_code, "sign_in_code", Access.OPEN, _READ_AND_WRITE),
    Route("sign-in/factor/", second.show_factor, "sign_in_factor", Access.OPEN, _READ_AND_WRITE),
    Route("sign-in/passkey/", second.enter_passkey, "sign_in_passkey", Access.OPEN, ("POST",)),
    Route("sign-in/lost/", second.show_lost_factor, "sign_in_lost", Access.OPEN, _READ_AND_WRITE),
    Route("sign-in/post/", second.choose_post, "sign_in_post", Access.OPEN, _READ_AND_WRITE),
    Route("sign-in/enroll/", enrolling.show_enroll, "sign_in_enroll", Access.OPEN, _READ_AND_WRITE),
    Route("sign-in/enroll-passkey/", enrolling.enroll_passkey, "sign_in_enroll_passkey", Access.OPEN, ("POST",)),
    Route("sign-in/device/", enrolling.show_device, "sign_in_device", Access.OPEN, _READ_AND_WRITE),
    Route("sign-out/", first.sign_out, "sign_out", Access.OPEN, ("POST",)),
)
