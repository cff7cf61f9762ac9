"""The people of the office: the list, a user's page, requests that two administrators decide, a county's staff as a file."""

from __future__ import annotations

from ciyou.core.access.roles import Action
from ciyou.web.guard import Access, Route
from ciyou.web.pages.people import deciding, importing, making, one, several

_READ_AND_WRITE = ("GET", "HEAD", "POST")
_WRITE = ("POST",)
_SUPPORT, _MANAGE, _APPROVE = Action.SUPPORT_STAFF, Action.MANAGE_USERS, Action.APPROVE_SECURITY

ROUTES = (
    Route("people/", several.show_people, "people", Access.STAFF, action=_SUPPORT),
    Route("people/new/", making.new_person, "new_person", Access.STAFF, _READ_AND_WRITE, _MANAGE),
    Route("people/import/", importing.import_staff, "import_staff", Access.STAFF, _READ_AND_WRITE, _MANAGE),
    Route("people/import/template.csv", importing.staff_template, "staff_template", Access.STAFF, action=_MANAGE),
    Route("people/requests/", deciding.show_requests, "two_person_requests", Access.STAFF, action=_SUPPORT),
    Route("people/requests/<uuid:request_id>/", deciding.decide, "decide_two_person", Access.STAFF, _WRITE, _APPROVE),
    Route("people/<uuid:user_id>/", one.show_user, "user", Access.STAFF, action=_SUPPORT),
    Route("people/<uuid:user_id>/posts/", making.new_post, "new_post", Access.STAFF, _READ_AND_WRITE, _MANAGE),
    Route("people/<uuid:user_id>/ask/", one.ask_for, "ask_reset", Access.STAFF, _WRITE, _MANAGE),
    Route("people/<uuid:user_id>/deactivate/", one.deactivate, "deactivate_user", Access.STAFF, _WRITE, _SUPPORT),
    Route(
        "people/<uuid:user_id>/device-code/", one.device_code, "hand_out_device_code", Access.STAFF, _WRITE, _SUPPORT
    ),
    Route(
        "people/<uuid:user_id>/devices/<uuid:device_id>/",
        one.take_back,
        "take_device_back",
        Access.STAFF,
        _WRITE,
        _SUPPORT,
    ),
    Route(
        "people/<uuid:user_id>/posts/<uuid:post_id>/end/", one.finish_post, "end_post", Access.STAFF, _WRITE, _MANAGE
    ),
    Route(
        "people/<uuid:user_id>/posts/<uuid:post_id>/cover/",
        one.arrange_cover,
        "arrange_cover",
        Access.STAFF,
        _READ_AND_WRITE,
        _SUPPORT,
    ),
)
