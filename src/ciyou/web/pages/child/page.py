"""One child, one page: who · what is due · what is happening · what next."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ciyou.apps.accounts.selectors import division_name, user_names
from ciyou.apps.assessments.selectors import standing_tier
from ciyou.apps.awards.application_lists import applications_of_child
from ciyou.apps.awards.award_lists import awards_of_child
from ciyou.apps.cases.child_work import last_visits, work_on_child
from ciyou.apps.cases.letter_lists import letters_of_child
from ciyou.apps.cases.visit_plans import next_visit
from ciyou.apps.entitlements.case_reading import marks_of_child
from ciyou.apps.entitlements.selectors import current_determination, determination
from ciyou.apps.entitlements.views import DeterminationView
from ciyou.apps.oversight.break_glass import open_until
from ciyou.apps.registry.selectors import (
    Family,
    PersonCard,
    PersonNotFound,
    family_of,
    get_person,
    moved_away,
    protection_of,
    visible_people,
)
from ciyou.apps.training.guidance_reading import guidance_of_child
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.access.roles import Action, may_do
from ciyou.core.access.verdict import ceiling_of
from ciyou.core.clock.ages import AgeRule, full_years
from ciyou.packs import load_risk
from ciyou.packs.clocks import load_clocks
from ciyou.web.addresses import address_of
from ciyou.web.application_wording import STATES as APPLICATION_STATES
from ciyou.web.application_wording import award_row, entitlement_name
from ciyou.web.context import short_language
from ciyou.web.explaining import explain_for_page
from ciyou.web.guard import disclose
from ciyou.web.guidance_wording import guidance_row
from ciyou.web.pages.child.deciding import box_of, due_of
from ciyou.web.pages.child.facts import conflict_lines, fact_lines, other_kin, parent_boxes
from ciyou.web.pages.child.work import lead_box, letter_boxes, next_step, task_boxes, ways_of
from ciyou.web.risk_wording import tier_chip, visit_words
from ciyou.web.wording import SEXES, Sentence

FIELDS = ("name", "sex", "birth_date", "division", "family", "circumstances", "decisions", "work")
PERSONAL, SENSITIVE = 3, 4
_ABOUT_REQUESTS = (Action.SUBJECT_REQUEST, Action.DECIDE_SUBJECT_REQUEST)


def show_child(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """The page of one child."""
    return render_child(request, child_id)


def show_screened(request: HttpRequest, linkage_id: str) -> HttpResponse:
    """From a screening's own id of a child to its page; 404 as long as the screening was not loaded."""
    found = visible_people(request.actor, purpose=Purpose.SERVE).filter(linkage_id=linkage_id, kind="child").first()
    if found is None:
        raise Http404
    return redirect("child", child_id=found.id)


def render_child(
    request: HttpRequest,
    child_id: uuid.UUID,
    *,
    problems: tuple[Sentence, ...] = (),
    reason: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page, or the page again with what was wrong and what was typed; 404 for a child that the actor may not know of."""
    actor: Actor = request.actor
    try:
        family = family_of(actor, child_id=child_id, purpose=Purpose.SERVE)
    except PersonNotFound as error:
        if moved_away(actor, person_id=child_id) is not None:
            return redirect("moved", child_id=child_id)
        raise Http404 from error
    if family.child.kind != "child":
        raise Http404
    view = current_determination(actor, child_id=child_id, purpose=Purpose.SERVE)
    disclose(
        request,
        subject=str(child_id),
        person_ids=[str(person) for person in family.person_ids],
        fields=FIELDS,
        highest_class=view.highest_class if view else PERSONAL,
    )
    content = {
        **_who(actor, family, view),
        **_due(actor, family.child, view),
        **_happening(actor, family.child, view),
        "sees_applications": may_do(actor.role, Action.SEE_APPLICATIONS),
        "problems": problems,
        "reason": reason,
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/child.html", content, status=status)


def _who(actor: Actor, family: Family, view: DeterminationView | None) -> dict[str, Any]:
    lang, child = short_language(), family.child
    rule = view.book.age_rule if view else AgeRule()
    today = timezone.localdate()
    return {
        "child": child,
        "sex": SEXES.get(child.sex, ""),
        "age": full_years(child.birth_date, today, rule=rule) if child.birth_date else None,
        "place": division_name(child.division),
        "residence": division_name(child.residence_division) if child.residence_division else "",
        "parents": parent_boxes(family, view, ceiling_of(actor), lang),
        "others": other_kin(family),
        "facts": fact_lines(view, lang) if view else [],
        "conflicts": conflict_lines(view, lang) if view else [],
        "links": _links(actor, child),
        "manage": _manage(actor, child),
        "grounds": protection_of(actor, person_id=child.id, purpose=Purpose.SERVE) if child.restricted else (),
        "may_read_requests": any(may_do(actor.role, one) for one in _ABOUT_REQUESTS),
        "glass_until": open_until(actor, person_id=child.id) if may_do(actor.role, Action.BREAK_GLASS) else None,
    }


def _links(actor: Actor, child: PersonCard) -> dict[str, str]:
    """Other pages about this child, as far as they exist and the actor's role has a use for them."""
    wanted = {
        "identifiers": ("identifiers", may_do(actor.role, Action.REVEAL)),
        "history": ("facts_history", True),
        "evidence": ("evidence", True),
        "timeline": ("timeline", True),
        "who_looked": ("who_looked", may_do(actor.role, Action.READ_AUDIT)),
        "request": ("receive_request", may_do(actor.role, Action.SUBJECT_REQUEST)),
        "print": ("print_child", True),
        "break_glass": ("break_glass", may_do(actor.role, Action.BREAK_GLASS)),
        "determinations": ("determination_history", True),
        "referrals": ("refer", may_do(actor.role, Action.REFER)),
        "schooling": ("child_schooling", may_do(actor.role, Action.WORK_SCHOOLING) and child.status == "active"),
        "guidance": ("child_guidance", _guides(actor, child) and child.status == "active"),
        "ask": ("questionnaires", may_do(actor.role, Action.VISIT) and child.status == "active"),
        "questionnaires": ("questionnaires", True),
        "risk": ("child_risk", True),
        "plan": ("child_plan", True),
        "cases": ("child_cases", Purpose.DECIDE in actor.purposes),
    }
    return {key: address_of(name, child_id=child.id) for key, (name, allowed) in wanted.items() if allowed}


def _guides(actor: Actor, child: PersonCard) -> bool:
    """Whether guidance of the family is the reader's: the county's, and of a protected child whoever sees it at all."""
    return may_do(actor.role, Action.VISIT) and (child.restricted or ceiling_of(actor) >= SENSITIVE)


def _manage(actor: Actor, child: PersonCard) -> list[tuple[str, str]]:
    """What changes the file itself, for roles that may: words and address."""
    wanted = (
        (_("收款账户"), "payee", Action.REVEAL),
        (_("登记迁移"), "move_person", Action.REGISTER),
        (_("登记去世"), "record_death", Action.REGISTER),
        (_("与另一份档案合并"), "merge", Action.REGISTER),
        (_("合并记录和撤销合并"), "merges", Action.REGISTER),
        (_("特别保护和指名的办案人员"), "protection", Action.CONFIRM),
    )
    return [
        (words, address_of(name, child_id=child.id)) for words, name, action in wanted if may_do(actor.role, action)
    ]


def _due(actor: Actor, child: PersonCard, view: DeterminationView | None) -> dict[str, Any]:
    if view is None:
        return {"view": None}
    lang = short_language()
    rules = {one.rule.code: one.rule for one in view.explanations}
    marks = marks_of_child(actor, child_id=child.id) if view.by_case else {}
    return {
        "view": view,
        "due": due_of(view, lang, ways_of(actor, child.id), fetched=True, marks=marks),
        "determination": box_of(view.line, rules, view.book, user_names([view.line.decided_by]), lang),
    }


def _happening(actor: Actor, child: PersonCard, view: DeterminationView | None) -> dict[str, Any]:
    lang, today = short_language(), timezone.localdate()
    work = work_on_child(actor, child_id=child.id)
    clocks = load_clocks(division=child.division)
    tasks = task_boxes(actor, work.tasks, clocks, child.id, today=today, lang=lang)
    return {
        "lead": lead_box(work.lead),
        "tasks": tasks,
        "next_step": next_step(actor, tasks, may_confirm=bool(view and view.may_confirm), child_id=child.id),
    }


def show_awarded(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """What was applied for and what is awarded, as far as the reader may know of it. A part of the page, or a page by itself."""
    actor, lang = request.actor, short_language()
    try:
        child = get_person(actor, person_id=child_id, purpose=Purpose.SERVE)
    except PersonNotFound as error:
        raise Http404 from error
    awards = awards_of_child(actor, child_id=child.id)
    applications = applications_of_child(actor, child_id=child.id)
    highest = max((one.sensitivity for one in (*awards, *applications)), default=PERSONAL)
    disclose(
        request,
        subject=str(child_id),
        person_ids=[str(child_id)],
        fields=("applications", "awards"),
        highest_class=highest,
    )
    applies = may_do(actor.role, Action.APPLY) and child.status == "active" and child.kind == "child"
    content = {
        "child": child,
        "awards": [award_row(line, lang) for line in awards],
        "applications": [
            (line, entitlement_name(line.entitlement, line.division, lang), APPLICATION_STATES[line.state])
            for line in applications
        ],
        "apply_address": address_of("apply", child_id=child.id) if applies else "",
        "seen_at": timezone.now(),
    }
    template = "web/components/child_awards.html" if request.htmx else "web/pages/child_awards.html"
    return render(request, template, content)


def show_why(request: HttpRequest, determination_id: uuid.UUID, number: int) -> HttpResponse:
    """Why one rule came out so: a part of the child's page, or a page by itself."""
    actor: Actor = request.actor
    view = determination(actor, determination_id=determination_id, purpose=Purpose.SERVE)
    if view is None or number >= len(view.explanations):
        raise Http404
    family = family_of(actor, child_id=view.child_id, purpose=Purpose.SERVE)
    disclose(
        request,
        subject=str(view.child_id),
        person_ids=[str(person) for person in family.person_ids],
        fields=("circumstances", "decisions"),
        highest_class=view.highest_class,
    )
    content = {
        "child": family.child,
        "rule": explain_for_page(
            view.explanations[number],
            short_language(),
            ways_of(actor, view.child_id),
            place=view.division,
            on=view.line.as_of,
        ),
        "seen_at": timezone.now(),
    }
    template = "web/components/rule_body.html" if request.htmx else "web/pages/why.html"
    return render(request, template, content)


def show_happening(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """What was done for a child: its last visits and the letters about its family. A part of the page, or a page by itself."""
    actor, lang = request.actor, short_language()
    try:
        child = get_person(actor, person_id=child_id, purpose=Purpose.SERVE)
    except PersonNotFound as error:
        raise Http404 from error
    letters = letters_of_child(actor, child_id=child.id)
    guidance = guidance_of_child(actor, child_id=child.id, running=True) if _guides(actor, child) else ()
    disclose(
        request,
        subject=str(child_id),
        person_ids=[str(child_id), *(str(letter.about_id) for letter in letters)],
        fields=("visits", "letters", "risk", *(("guidance",) if guidance else ())),
        highest_class=max((*(letter.sensitivity for letter in letters), SENSITIVE if guidance else PERSONAL)),
    )
    tier, visit = standing_tier(child.id), next_visit(child.id)
    content = {
        "child": child,
        "tier": tier_chip(load_risk(division=child.division).asked, tier, lang) if tier else None,
        "visit": visit_words(visit, child.division, lang) if visit else None,
        "visits": last_visits(child_id=child.id),
        "opens_visits": may_do(actor.role, Action.VISIT),
        "letters": letter_boxes(letters, lang),
        "guidance": [guidance_row(line) for line in guidance],
        "seen_at": timezone.now(),
    }
    template = "web/components/happening.html" if request.htmx else "web/pages/happening.html"
    return render(request, template, content)
