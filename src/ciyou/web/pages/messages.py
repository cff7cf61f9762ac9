"""Messages by e-mail and SMS: what a user chooses, and how they get out, for whoever runs the system."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy

from ciyou.apps.messages.choices import choose_channel, gateway_state, leave_channel, own_choices, try_again
from ciyou.apps.messages.wording import message_text
from ciyou.core.access.roles import Action
from ciyou.core.errors import RecordError
from ciyou.web.addresses import address_of
from ciyou.web.context import short_language
from ciyou.web.guard import Access, Route
from ciyou.web.wording import sentences

CHANNELS = {"mail": gettext_lazy("电子邮件"), "sms": gettext_lazy("短信")}
STATES = {
    "waiting": gettext_lazy("等待发送"),
    "sent": gettext_lazy("已发出"),
    "given_up": gettext_lazy("没有发出"),
    "dropped": gettext_lazy("不用再发"),
}
_EXAMPLE_TASKS = 3


def own_messages(request: HttpRequest) -> HttpResponse:
    """Where messages go, and one form for each channel; a form that was sent changes one of them."""
    if request.method == "POST":
        return _change(request)
    return _show_own(request, {})


def _change(request: HttpRequest) -> HttpResponse:
    channel = request.POST.get("channel", "")
    if request.POST.get("off"):
        leave_channel(request.actor, channel=channel)
        return redirect(f"{address_of('own_messages')}?done=off")
    address = request.POST.get("address", "")
    try:
        choose_channel(request.actor, channel=channel, address=address, language=_language())
    except RecordError as refused:
        return _show_own(request, {"channel": channel, "typed": address, "problems": sentences(refused.problems)})
    return redirect(f"{address_of('own_messages')}?done=on")


def _show_own(request: HttpRequest, refused: dict[str, object]) -> HttpResponse:
    today = timezone.localdate()
    begins, ends = settings.QUIET_HOURS
    content = {
        "choices": [(one, CHANNELS[one.channel]) for one in own_choices(request.actor)],
        "example": message_text(
            tasks=_EXAMPLE_TASKS,
            first_due_on=today,
            today=today,
            language=_language(),
            link=settings.MESSAGE_LINK,
        ),
        "quiet": (f"{begins:%H:%M}", f"{ends:%H:%M}"),
        "done": request.GET.get("done", ""),
        **refused,
    }
    return render(request, "web/pages/own_messages.html", content, status=422 if refused else 200)


def _language() -> str:
    """Messages speak the language in which they were asked for."""
    return "en" if short_language() == "en" else "zh"


def show_gateways(request: HttpRequest) -> HttpResponse:
    """Which channels are open, how much went out in the last week, and what did not."""
    state = gateway_state(request.actor)
    content = {
        "channels": [
            {
                "name": name,
                "open": channel in state.channels,
                "chosen": state.chosen.get(channel, 0),
                "counts": [(label, state.counts.get((channel, one), 0)) for one, label in STATES.items()],
            }
            for channel, name in CHANNELS.items()
        ],
        "failures": [
            {
                "failure": one,
                "channel": CHANNELS[one.channel],
                "state": STATES[one.state],
            }
            for one in state.failures
        ],
    }
    return render(request, "web/pages/gateways.html", content)


def send_again(request: HttpRequest, message_id: uuid.UUID) -> HttpResponse:
    """One that was given up is tried again."""
    try_again(request.actor, message_id=message_id)
    return redirect("gateways")


_SYSTEM = Action.MANAGE_SYSTEM
ROUTES = (
    Route("me/messages/", own_messages, "own_messages", Access.STAFF, ("GET", "HEAD", "POST")),
    Route("system/messages/", show_gateways, "gateways", Access.STAFF, action=_SYSTEM),
    Route("system/messages/<uuid:message_id>/again/", send_again, "send_again", Access.STAFF, ("POST",), _SYSTEM),
)
