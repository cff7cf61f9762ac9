"""On paper: a child's file as a document, and lists. Each carries who printed it and when, and leaves a record."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ciyou.apps.accounts.selectors import division_name, user_names
from ciyou.apps.entitlements.selectors import current_determination, determinations_of
from ciyou.apps.oversight.ledger import ledger_rows, listed_rules, matching
from ciyou.apps.oversight.ledger_query import LedgerQuery
from ciyou.apps.registry.history import timeline_of
from ciyou.apps.registry.selectors import PersonNotFound, family_of, masked_identifiers
from ciyou.core.access.actor import Purpose
from ciyou.core.access.verdict import ceiling_of
from ciyou.core.clock.ages import full_years
from ciyou.core.errors import Place, Problem, RecordError
from ciyou.packs import load_rule_book
from ciyou.web import ledger_wording as words
from ciyou.web.context import short_language
from ciyou.web.guard import Access, Route, disclose
from ciyou.web.pages.child.deciding import box_of, due_of
from ciyou.web.pages.child.facts import fact_lines, other_kin, parent_boxes
from ciyou.web.pages.ledger import FIELDS, labels_of, shown_row
from ciyou.web.wording import SEXES

PERSONAL = 3
PRINTED_AT_MOST = 500
IDENTIFIERS = {
    "id_card": _("身份证号码"),
    "student_no": _("学籍号"),
    "disability_cert": _("残疾证号"),
    "birth_cert": _("出生证明编号"),
    "phone": _("电话"),
    "address": _("住址"),
}
EVENTS = {
    "registered": _("建档"),
    "died": _("去世"),
    "of_age": _("满十八周岁"),
    "moved": _("迁出"),
    "merged": _("档案合并"),
    "unmerged": _("档案合并撤销"),
    "division_changed": _("区划变更"),
    "restricted": _("设为受保护档案"),
    "unrestricted": _("取消受保护"),
}


def print_child(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """A child's file as a document: identity masked, family, categories with reasons, who confirmed, what happened."""
    actor, lang, today = request.actor, short_language(), timezone.localdate()
    try:
        family = family_of(actor, child_id=child_id, purpose=Purpose.SERVE)
    except PersonNotFound as error:
        raise Http404 from error
    view = current_determination(actor, child_id=child_id, purpose=Purpose.SERVE)
    disclose(
        request,
        subject=str(child_id),
        person_ids=[str(person) for person in family.person_ids],
        fields=("name", "sex", "birth_date", "identifiers_masked", "family", "circumstances", "decisions", "timeline"),
        highest_class=view.highest_class if view else PERSONAL,
    )
    lines = determinations_of(actor, child_id=child_id, purpose=Purpose.SERVE)
    names = user_names({line.decided_by for line in lines if line.decided_by})
    rules = {rule.code: rule for rule in listed_rules(actor, today=today)}
    child = family.child
    book = load_rule_book(division=child.division, as_of=today)
    content = {
        "child": child,
        "sex": SEXES.get(child.sex, ""),
        "age": full_years(child.birth_date, today) if child.birth_date else None,
        "place": division_name(child.division),
        "status": words.STATUSES.get(child.status, ""),
        "identifiers": [
            (IDENTIFIERS.get(one.kind, one.kind), one.masked) for one in masked_identifiers(actor, person_id=child_id)
        ],
        "parents": parent_boxes(family, view, ceiling_of(actor), lang),
        "others": other_kin(family),
        "facts": fact_lines(view, lang) if view else [],
        "view": view,
        "due": due_of(view, lang) if view else None,
        "determinations": [box_of(line, rules, book, names, lang) for line in lines],
        "events": [
            (entry.on, EVENTS.get(entry.kind, entry.kind))
            for entry in timeline_of(actor, person_id=child_id, purpose=Purpose.SERVE)
        ],
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/print_child.html", content)


def print_list(request: HttpRequest, *, query: LedgerQuery, only: Sequence[uuid.UUID] = ()) -> HttpResponse:
    """The chosen children as a list on paper; raises RecordError for more than fit a list."""
    today = timezone.localdate()
    people = matching(request.actor, query=query, today=today)
    people = people.filter(pk__in=only) if only else people
    rows = ledger_rows(request.actor, people=people[: PRINTED_AT_MOST + 1], today=today)
    if len(rows) > PRINTED_AT_MOST:
        raise RecordError(
            Problem(
                Place(),
                "print.too_many",
                f"一次最多打印 {PRINTED_AT_MOST} 名；请缩小筛选范围。",
                f"At most {PRINTED_AT_MOST} are printed at once; narrow the filters.",
            )
        )
    disclose(
        request,
        subject="ledger",
        person_ids=[str(row.person_id) for row in rows],
        fields=FIELDS,
        highest_class=PERSONAL,
        purpose=Purpose.SERVE,
    )
    rules, labels = {rule.code: rule for rule in listed_rules(request.actor, today=today)}, labels_of(query)
    content = {
        "rows": [shown_row(row, query, labels, rules, today) for row in rows],
        "columns": labels,
        "place": division_name(query.place or request.actor.scope.first),
        "query": query.address(page=1),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/print_list.html", content)


ROUTES = (
    Route(
        "children/<uuid:child_id>/print/",
        print_child,
        "print_child",
        Access.PERSONAL,
        purpose=Purpose.SERVE,
    ),
)
