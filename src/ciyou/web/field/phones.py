"""What a phone asks the server: who is signed in, its share, what it may read, and whether it was taken back."""

from __future__ import annotations

import gzip
import json
import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers

from ciyou.apps.fieldwork.bundles import read_bundle
from ciyou.apps.fieldwork.phones import PhoneKeys, enroll_phone, is_wiped, list_phones, release_share, revoke_phone
from ciyou.apps.fieldwork.refusals import FieldWorkNotFound, PhoneRevoked
from ciyou.core.access.actor import Purpose
from ciyou.core.access.roles import Action
from ciyou.web.field.bundle_words import bundle_content, highest_class
from ciyou.web.guard import Access, Route, disclose

GONE = 410
SHOWN = ("name", "sex", "birth_date", "division", "relations", "facts", "leads", "tasks")


def show_session(request: HttpRequest) -> HttpResponse:
    """Who is signed in on this phone now, and what it has to send along with whatever it sends."""
    actor, headers = request.actor, {"X-CSRFToken": get_token(request)}
    return JsonResponse({"user": actor.id, "post": actor.post_id, "headers": headers})


def set_up(request: HttpRequest) -> HttpResponse:
    """Set this phone up for the signed-in user."""
    device = request.sign_in.device_id
    return JsonResponse(_keys(enroll_phone(request.actor, label=request.POST.get("label", ""), device_id=device)))


def show_share(request: HttpRequest, phone_id: uuid.UUID) -> HttpResponse:
    """The phone's share, for its own user; 410 where it was taken back."""
    try:
        return JsonResponse(_keys(release_share(request.actor, phone_id=phone_id)))
    except PhoneRevoked:
        return HttpResponse(status=GONE)
    except FieldWorkNotFound as missing:
        raise Http404 from missing


def show_state(request: HttpRequest, phone_id: uuid.UUID) -> HttpResponse:
    """410 where this phone was ordered to wipe what it can read, also while nobody is signed in on it; else nothing."""
    return HttpResponse(status=GONE if is_wiped(phone_id) else 204, headers={"Cache-Control": "no-store"})


def load_bundle(request: HttpRequest) -> HttpResponse:
    """What the phone takes along, compressed, under one record of disclosure."""
    bundle = read_bundle(request.actor)
    disclose(
        request,
        subject="phone",
        person_ids=bundle.person_ids,
        fields=SHOWN,
        highest_class=highest_class(bundle),
    )
    told = json.dumps(bundle_content(request, bundle), ensure_ascii=False, separators=(",", ":")).encode()
    response = HttpResponse(told, content_type="application/json")
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        # Forms repeat themselves: over a slow line a tenth of the time.
        response.content = gzip.compress(told)
        response.headers["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


def show_phones(request: HttpRequest) -> HttpResponse:
    """The user's own phones, each to be taken back."""
    return render(request, "web/field/phones.html", {"phones": list_phones(request.actor)})


def take_back(request: HttpRequest, phone_id: uuid.UUID) -> HttpResponse:
    """Take one of the user's own phones back."""
    try:
        revoke_phone(request.actor, phone_id=phone_id)
    except FieldWorkNotFound as missing:
        raise Http404 from missing
    return redirect("field_phones")


def _keys(keys: PhoneKeys) -> dict[str, Any]:
    return {"id": str(keys.id), "share": keys.share, "public": keys.public}


ROUTES = (
    Route("field/session/", show_session, "field_session", Access.STAFF),
    Route("field/phones/", show_phones, "field_phones", Access.STAFF, ("GET", "HEAD"), Action.VISIT),
    Route("field/phones/new/", set_up, "field_set_up", Access.STAFF, ("POST",), Action.VISIT),
    Route("field/phones/<uuid:phone_id>/share/", show_share, "field_share", Access.STAFF, ("POST",), Action.VISIT),
    Route("field/phones/<uuid:phone_id>/state/", show_state, "field_state", Access.OPEN),
    Route("field/phones/<uuid:phone_id>/take-back/", take_back, "field_take_back", Access.STAFF, ("POST",), Action.VISIT),
    Route("field/bundle/", load_bundle, "field_bundle", Access.PERSONAL, ("GET", "HEAD"), Action.VISIT, Purpose.VERIFY),
)  # fmt: skip
