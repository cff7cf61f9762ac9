"""反映负担和问题: what anybody who works here complains about, what was answered, and for whoever answers what waits."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy

from ciyou.apps.oversight.complaints import (
    MOST_WORDS,
    ComplaintCard,
    answer_complaint,
    complain,
    complaints_to_read,
    may_complain,
    own_complaints,
    readers_for,
)
from ciyou.apps.oversight.refusals import NotFoundHere
from ciyou.core.access.roles import ROLES
from ciyou.core.errors import AccessDenied, CiyouError, Problem
from ciyou.web.addresses import address_of
from ciyou.web.context import short_language
from ciyou.web.pages.applications.forms import key, text, version
from ciyou.web.wording import plain_sentences
from ciyou.web.work_wording import time_left

ABOUT = {
    "twice": gettext_lazy("同样的内容要填两遍、报两遍"),
    "proof": gettext_lazy("没有必要的拍照、定位、签字、截图"),
    "ranking": gettext_lazy("打卡、排名、积分、要求在线时长"),
    "errand": gettext_lazy("临时要的报表，或者不该由我做的事"),
    "broken": gettext_lazy("系统出错，或者不好用"),
    "other": gettext_lazy("别的"),
}


def show_complaints(request: HttpRequest) -> HttpResponse:
    """The form, what the actor sent, and what waits for the actor's answer; POST sends one."""
    if request.method != "POST":
        return _show(request)
    try:
        complain(
            request.actor,
            complaint_id=key(request, "form"),
            about=text(request, "about"),
            reader=text(request, "reader"),
            words=text(request, "words"),
        )
    except CiyouError as wrong:
        return _show(request, wrong.problems)
    return redirect(f"{address_of('complaints')}?done=sent")


def answer(request: HttpRequest, complaint_id: uuid.UUID) -> HttpResponse:
    """Answer one."""
    said = text(request, "words")
    try:
        answer_complaint(request.actor, complaint_id=complaint_id, version=version(request), words=said)
    except NotFoundHere as missing:
        raise Http404 from missing
    except AccessDenied:
        raise
    except CiyouError as wrong:
        return _show(request, wrong.problems, answering=complaint_id)
    return redirect(f"{address_of('complaints')}?done=answered")


def _show(
    request: HttpRequest, problems: tuple[Problem, ...] = (), *, answering: uuid.UUID | None = None
) -> HttpResponse:
    actor, lang = request.actor, short_language()
    content = {
        "may_complain": may_complain(actor),
        "about": list(ABOUT.items()),
        "readers": [(one, ROLES[one].en if lang == "en" else ROLES[one].zh) for one in readers_for(actor)],
        "own": [_line(one, lang) for one in own_complaints(actor)],
        "waiting": [_line(one, lang) for one in complaints_to_read(actor)],
        "typed": request.POST if problems else {},
        "answering": str(answering or ""),
        "form": request.POST.get("form") or uuid.uuid4(),
        "most": MOST_WORDS,
        "done": request.GET.get("done", ""),
        "problems": plain_sentences(problems),
    }
    return render(request, "web/pages/complaints.html", content, status=422 if problems else 200)


def _line(card: ComplaintCard, lang: str) -> dict[str, object]:
    role, today = ROLES[card.role], timezone.localdate()
    return {
        "card": card,
        "key": str(card.id),
        "about": ABOUT.get(card.about, card.about),
        "role": role.en if lang == "en" else role.zh,
        "left": time_left(card.due_on, today) if card.due_on else "",
        "late": card.due_on is not None and card.due_on < today,
    }
