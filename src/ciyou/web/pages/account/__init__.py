"""One's own account: password, factors, devices, sign-ins, posts, absence."""

from __future__ import annotations

from ciyou.web.guard import Access, Route
from ciyou.web.pages.account import absence, factors, own

_READ_AND_WRITE = ("GET", "HEAD", "POST")

ROUTES = (
    Route("me/", own.show_account, "account", Access.STAFF),
    Route("me/prove/", own.prove, "prove", Access.STAFF, _READ_AND_WRITE),
    Route("me/password/", own.change_own_password, "change_password", Access.STAFF, _READ_AND_WRITE),
    Route("me/post/", own.switch, "switch_post", Access.STAFF, ("POST",)),
    Route("me/sign-ins/end/", own.end_sign_ins, "end_sign_ins", Access.STAFF, ("POST",)),
    Route("me/factors/add/", factors.add_app, "add_factor", Access.STAFF, _READ_AND_WRITE),
    Route("me/factors/add-passkey/", factors.add_key, "add_passkey", Access.STAFF, ("POST",)),
    Route("me/factors/<uuid:factor_id>/remove/", factors.remove, "remove_factor", Access.STAFF, ("POST",)),
    Route("me/recovery-codes/", factors.renew_codes, "renew_recovery_codes", Access.STAFF, ("POST",)),
    Route("me/devices/<uuid:device_id>/remove/", factors.forget_device, "remove_device", Access.STAFF, ("POST",)),
    Route("me/devices/code/", factors.another_device, "device_code", Access.STAFF, ("POST",)),
    Route("me/absence/", absence.show_absence, "absence", Access.STAFF, _READ_AND_WRITE),
    Route("me/absence/<uuid:cover_id>/end/", absence.end_absence, "end_absence", Access.STAFF, ("POST",)),
)
