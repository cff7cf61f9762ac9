"""One award: what it gives, what was changed, and a change proposed with its effect before the eyes."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ciyou.apps.accounts.selectors import division_name, user_names
from ciyou.apps.awards.award_lists import AwardView, ChangeLine, award_of_change, read_award
from ciyou.apps.awards.changes import HAND_OVER, Effect, WishedChange, decide_change, preview_change, propose_change
from ciyou.apps.awards.handing_over import decide_hand_over, propose_hand_over
from ciyou.apps.awards.reviews import keep_award
from ciyou.apps.disbursement.strayed import strayed_of_award
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import CiyouError, Problem
from ciyou.packs import parameters_for
from ciyou.web import application_wording as words
from ciyou.web.context import short_language
from ciyou.web.guard import disclose
from ciyou.web.pages.applications.forms import act, day, found, key, month, text, version
from ciyou.web.stray_wording import StrayRow, owners_of, stray_rows
from ciyou.web.wording import sentences

FIELDS = ("name", "birth_date", "award")


def show_award(request: HttpRequest, award_id: uuid.UUID) -> HttpResponse:
    """The page of one award."""
    return _render(request, award_id)


def _render(
    request: HttpRequest, award_id: uuid.UUID, problems: tuple[Problem, ...] = (), effect: Effect | None = None
) -> HttpResponse:
    lang = short_language()
    view = found(lambda: read_award(request.actor, award_id=award_id))
    assert isinstance(view, AwardView)
    strayed = _strayed(request, view, lang)
    disclose(
        request,
        subject=str(award_id),
        person_ids=[str(view.child.id), *sorted(owners_of(strayed))],
        fields=(*FIELDS, "payee_account") if strayed else FIELDS,
        highest_class=max(view.sensitivity, 3),
    )
    names = user_names({user for one in view.changes for user in (one.by, one.decided_by) if user})
    state = view.line.state
    content = {
        "view": view,
        "sees_account": may_do(request.actor.role, Action.SEE_PAYMENTS),
        "row": words.award_row(view.line, lang),
        "place": division_name(view.line.division),
        "review": _ground(view, view.line.review_for, lang),
        "strayed": strayed,
        "transition": _transition(view, lang),
        "ended_for": _ground(view, view.line.ended_for, lang),
        "changes": [_change(view, one, names, lang) for one in view.changes],
        "proposal": _change(view, view.proposal, names, lang) if view.proposal else None,
        "kinds": [
            (code, words.KINDS[code]) for code in (("suspend", "end") if state == "active" else ("resume", "end"))
        ],
        "grounds": [(code, stop.name(lang)) for code, stop in view.rules.stops.items()],
        "effect": None if effect is None else _effect(effect),
        "papers": [(one, words.PAPERS.get(one.kind, one.kind)) for one in view.papers],
        "key": request.POST.get("key") or uuid.uuid4(),
        "typed": request.POST,
        "today": timezone.localdate().isoformat(),
        "problems": sentences(problems),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/award.html", content, status=422 if problems else 200)


def _strayed(request: HttpRequest, view: AwardView, lang: str) -> list[StrayRow]:
    """Of an award that somebody has to look at: what went into another child's account while both files were one."""
    if not view.line.review_for:
        return []
    found = strayed_of_award(request.actor, award_id=view.line.id, child_id=view.child.id)
    return stray_rows(found, view.child, {view.line.id: words.award_row(view.line, lang)})


def _ground(view: AwardView, code: str, lang: str) -> str:
    stop = view.rules.stops.get(code)
    return code if stop is None else stop.name(lang)


def _transition(view: AwardView, lang: str) -> str:
    """What the place says of the months after the ground that the award is looked at for; "" where no source speaks of any."""
    stop = view.rules.stops.get(view.line.review_for)
    if stop is None or not stop.transition:
        return ""
    found = parameters_for(division=view.line.division, as_of=timezone.localdate())[stop.transition]
    name, ask = (found.en, found.ask_en) if lang == "en" else (found.zh, found.ask_zh)
    said = ask if found.value is None else str(found.value)
    return _("%(name)s：%(said)s") % {"name": name, "said": said}


def _change(view: AwardView, one: ChangeLine, names: dict[str, str], lang: str) -> dict[str, object]:
    return {
        "line": one,
        "kind": words.KINDS.get(one.kind, one.kind),
        "ground": _ground(view, one.ground, lang) if one.kind != "resume" else "",
        "month": words.month_words(one.from_month),
        "result": words.RESULTS.get(one.result, ""),
        "by": names.get(one.by, ""),
        "decided_by": names.get(one.decided_by, ""),
    }


def _effect(effect: Effect) -> dict[str, object]:
    return {
        "kind": effect.kind,
        "from": words.month_words(effect.from_month.first_day),
        "last": words.month_words(effect.last_month.first_day),
        "by_rule": effect.by_rule,
    }


def propose(request: HttpRequest, award_id: uuid.UUID) -> HttpResponse:
    """Show what a change would do; sent a second time with `confirm`, propose it."""
    try:
        wished = WishedChange(
            id=key(request, "key"),
            kind=text(request, "change"),
            ground=text(request, "ground"),
            event_on=day(request, "event_on") or timezone.localdate(),
            reason=text(request, "reason"),
            from_month=month(request, "from_month"),
        )
    except CiyouError as problem:
        return _render(request, award_id, problem.problems)
    if text(request, "send") == "1":
        return _do(
            request,
            award_id,
            lambda: propose_change(request.actor, award_id=award_id, version=version(request), wished=wished),
        )
    effect: list[Effect] = []

    def look() -> None:
        effect.append(preview_change(request.actor, award_id=award_id, wished=wished))

    response = _do(request, award_id, look)
    return _render(request, award_id, (), effect[0]) if effect else response


def keep(request: HttpRequest, award_id: uuid.UUID) -> HttpResponse:
    """Looked at, and it goes on."""
    return _do(
        request,
        award_id,
        lambda: keep_award(
            request.actor, award_id=award_id, version=version(request), reason=text(request, "keep_reason")
        ),
    )


def hand_over(request: HttpRequest, award_id: uuid.UUID) -> HttpResponse:
    """Propose to take an award over from the county that the child came from."""
    return _do(
        request,
        award_id,
        lambda: propose_hand_over(
            request.actor,
            award_id=award_id,
            version=version(request),
            change_id=key(request, "key"),
            reason=text(request, "reason"),
        ),
    )


def decide(request: HttpRequest, change_id: uuid.UUID) -> HttpResponse:
    """Make a proposed change, or refuse it."""
    read = found(lambda: award_of_change(request.actor, change_id=change_id))
    assert isinstance(read, tuple)
    award_id, kind = read
    service = decide_hand_over if kind == HAND_OVER else decide_change
    made: list[object] = []

    def do() -> None:
        made.append(
            service(
                request.actor,
                change_id=change_id,
                version=version(request),
                accepted=text(request, "decision") == "accept",
                words=text(request, "words"),
            )
        )

    response = _do(request, award_id, do)
    taken = made[0] if made else None
    return redirect("award", award_id=taken) if isinstance(taken, uuid.UUID) else response


def _do(request: HttpRequest, award_id: uuid.UUID, do: Callable[[], object]) -> HttpResponse:
    return act(do, lambda problems: _render(request, award_id, problems), "award", award_id=award_id)
