"""A copy of everything held about a child, as a granted request asks for it."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from ciyou.apps.oversight.copies import PURPOSE, PersonCopy, export_copy, fact_words, look_words, read_copy
from ciyou.apps.oversight.refusals import NotFoundHere
from ciyou.apps.registry.selectors import PersonNotFound
from ciyou.core.errors import RecordError
from ciyou.web.application_wording import STATES as APPLICATION_STATES
from ciyou.web.application_wording import award_row, entitlement_name
from ciyou.web.context import short_language
from ciyou.web.explaining import source_name
from ciyou.web.guard import disclose
from ciyou.web.pages.child.deciding import STATES
from ciyou.web.pages.printing import EVENTS, IDENTIFIERS
from ciyou.web.proving import ask_to_prove, recently_proved
from ciyou.web.wording import SEXES, sentences

FIELDS = (
    "name",
    "sex",
    "birth_date",
    "identifiers_masked",
    "facts_history",
    "decisions",
    "applications",
    "awards",
    "timeline",
    "who_looked",
)


def show_copy(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    """The copy as a document to print and hand over."""
    try:
        copy = read_copy(request.actor, request_id=request_id)
    except (NotFoundHere, PersonNotFound) as error:
        raise Http404 from error
    except RecordError as refused:
        return render(request, "web/pages/not_done.html", {"problems": sentences(refused.problems)}, status=400)
    _disclose(request, copy)
    lang, child = short_language(), copy.family.child
    content = {
        "copy": copy,
        "child": child,
        "sex": SEXES.get(child.sex, ""),
        "identifiers": [(IDENTIFIERS.get(one.kind, one.kind), one.masked) for one in copy.identifiers],
        "facts": [fact_words(line, lang, source_name) for line in copy.facts if not line.withheld],
        "determinations": [
            (line, STATES.get(line.state, line.state), copy.names.get(line.decided_by, ""))
            for line in copy.determinations
        ],
        "applications": [
            (line, entitlement_name(line.entitlement, line.division, lang), APPLICATION_STATES[line.state])
            for line in copy.applications
        ],
        "awards": [award_row(line, lang) for line in copy.awards],
        "events": [(entry.on, EVENTS.get(entry.kind, entry.kind)) for entry in copy.timeline],
        "looks": [look_words(look, copy.names, lang) for look in copy.looks],
        "export_id": uuid.uuid4(),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/copy.html", content)


def _disclose(request: HttpRequest, copy: PersonCopy) -> None:
    disclose(
        request,
        subject=str(copy.request_id),
        person_ids=[str(copy.family.child.id)],
        fields=FIELDS,
        highest_class=copy.view.highest_class if copy.view else 4,
        purpose=PURPOSE,
    )


def make_copy(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    """The same as an encrypted file; its password is shown once."""
    if not recently_proved(request):
        return ask_to_prove(request, back=f"/requests/{request_id}/copy/")
    try:
        copy = read_copy(request.actor, request_id=request_id)
        _disclose(request, copy)
        made = export_copy(
            request.actor,
            request_id=request_id,
            export_id=_key(request.POST.get("key", "")),
            lang=short_language(),
            origin=request.META["REMOTE_ADDR"],
            source_name=source_name,
        )
    except (NotFoundHere, PersonNotFound) as error:
        raise Http404 from error
    except RecordError as refused:
        return render(request, "web/pages/not_done.html", {"problems": sentences(refused.problems)}, status=400)
    return render(request, "web/pages/export_made.html", {"card": made.card, "password": made.password})


def _key(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.uuid4()
