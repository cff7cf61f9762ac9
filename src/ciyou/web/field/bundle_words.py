"""A bundle as the phone shows it: children and tasks in words, and each household's form as a piece of page."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from ciyou.apps.accounts.selectors import division_names
from ciyou.apps.care.instruments import scoring_of
from ciyou.apps.cases.added_answers import words_json
from ciyou.apps.cases.visit_forms import VisitForm
from ciyou.apps.cases.worklist import WorkItem
from ciyou.apps.fieldwork.bundles import Askable, Bundle
from ciyou.apps.fieldwork.fitting import as_json
from ciyou.apps.registry.selectors import PersonCard
from ciyou.core.clock.ages import full_years
from ciyou.packs import load_follow_ups, load_rule_book, load_visit_pieces
from ciyou.packs.questionnaire_export import form_version, scoring_json
from ciyou.packs.questionnaires import QuestionnaireFile
from ciyou.packs.visit_forms import rows_json
from ciyou.web.context import short_language
from ciyou.web.pages.visits import form_content, highest_class_of
from ciyou.web.questionnaire_wording import GROUNDS, RESPONDENTS, blank_questions, follow_up_words, head_words
from ciyou.web.wording import SEXES
from ciyou.web.work_wording import clock_left, task_name

_BETWEEN = re.compile(r">\s+<")
_SPACES = re.compile(r"\s{2,}")


def highest_class(bundle: Bundle) -> int:
    """The highest class of what the bundle's forms say."""
    return max((highest_class_of(form) for form in bundle.forms), default=3)


def bundle_content(request: HttpRequest, bundle: Bundle) -> dict[str, Any]:
    """The bundle as JSON for the phone."""
    places = division_names(bundle.divisions) if bundle.divisions else {}
    of_child = {str(child.id): place for place, form in enumerate(bundle.forms) for child in form.children}
    return {
        "day": bundle.day.isoformat(),
        "made_at": bundle.made_at.isoformat(),
        "ends_at": bundle.ends_at.isoformat(),
        "share_hours": bundle.share_hours,
        "tasks": [_task(item, bundle.day) for item in bundle.tasks],
        "children": [
            {
                "id": str(child.id),
                "name": child.name or _("姓名不详"),
                "words": _words(child, bundle.day),
                "place": places.get(child.division, ""),
                "form": of_child[str(child.id)],
                "asks": _asks(bundle.asks.get(child.id)),
            }
            for child in bundle.children
        ],
        "questionnaires": {code: _questionnaire(bundle, file) for code, file in bundle.instruments.items()},
        "forms": [_form(request, form) for form in bundle.forms],
        "added": {
            version: {"rows": json.loads(rows_json(form)), "words": words_json(form)}
            for version, form in {part.form.version: part.form for one in bundle.forms for part in one.added}.items()
        },
    }


def _task(item: WorkItem, on: dt.date) -> dict[str, Any]:
    return {
        "child": str(item.person_id),
        "name": task_name(item.kind),
        "left": clock_left(item.kind, item.due_on, on),
        "late": item.due_on < on,
        "due": item.due_on.isoformat(),
    }


def _words(child: PersonCard, on: dt.date) -> str:
    words = [str(SEXES[child.sex])] if child.sex in SEXES else []
    if child.birth_date is not None:
        age_rule = load_rule_book(division=child.division, as_of=on).age_rule
        words.append(_("%(age)s 岁") % {"age": full_years(child.birth_date, on, rule=age_rule)})
    return _("，").join(words)


def _asks(found: Askable | None) -> dict[str, Any] | None:
    return None if found is None else {"age": found.age, "codes": found.codes, "grounds": found.grounds}


def _questionnaire(bundle: Bundle, file: QuestionnaireFile) -> dict[str, Any]:
    """One questionnaire: its form as a piece of page, and what its answers are scored by on the phone."""
    lang, asked = short_language(), scoring_of(file)
    place = next(iter(bundle.divisions))
    known = load_follow_ups(division=place)
    content = {
        "file": head_words(file, lang),
        "questions": blank_questions(file, lang),
        "grounds": GROUNDS.items(),
        "follow_ups": [
            follow_up_words(known[kind], lang)
            for kind in dict.fromkeys(flag.kind for flag in asked.flags)
            if kind in known
        ],
        "superior": bundle.superior,
    }
    page = render_to_string("web/field/asking.html", content)
    return {
        "name": file.name(lang),
        "respondent": str(RESPONDENTS[file.respondent]),
        "version": form_version(file),
        "scoring": json.loads(scoring_json(asked)),
        "page": _SPACES.sub(" ", _BETWEEN.sub("><", page)).strip(),
    }


def _form(request: HttpRequest, form: VisitForm) -> dict[str, Any]:
    """One household: its form as a piece of page, and what the phone brings back beside the answers."""
    content = form_content(request.actor, form, timezone.localdate())
    # Without the request: what every page says of its reader is no part of a form, and would be asked anew for each household.
    lang = short_language()
    pieces = load_visit_pieces(division=form.division).values()
    content["pieces"] = [(one.code, one.kind, one.name(lang), one.sources[0].cite(lang)) for one in pieces]
    page = render_to_string("web/field/form.html", content)
    return {
        "child": str(form.child_id),
        "page": _SPACES.sub(" ", _BETWEEN.sub("><", page)).strip(),
        "base": {key: as_json(said.value) for key, said in form.on_file.items()},
        "leads": {str(child.id): str(child.lead_id) for child in form.children if child.lead_id is not None},
    }
